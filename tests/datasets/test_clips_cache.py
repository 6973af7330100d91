"""Decoded clips on disk: whole, within the bound, oldest out first, for several processes."""

import errno
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidlearn.datasets import ClipCache, ClipItem, ClipReader, DatasetError, DatasetWarning
from vidlearn.datasets.clips import cache as cache_module
from vidlearn.datasets.clips import decode
from vidlearn.video import write_video


def clip(k, frames=4):
    return np.random.default_rng(k).integers(0, 256, (frames, 12, 20, 3), np.uint8)


ONE = clip(0).nbytes + cache_module.HEADER


def test_what_is_kept_comes_back(tmp_path):
    cache = ClipCache(tmp_path / "new/folder", 10 * ONE)
    assert cache.get("a") is None
    cache.put("a", clip(1))
    cache.put(("b", 2), clip(2))
    np.testing.assert_array_equal(cache.get("a"), clip(1))
    np.testing.assert_array_equal(ClipCache(tmp_path / "new/folder", ONE).get(("b", 2)), clip(2))
    assert (len(cache), cache.trouble) == (2, None)
    assert "ClipCache of 2 clips" in repr(cache)
    cache.clear()
    assert (len(cache), cache.bytes, cache.get("a")) == (0, 0, None)


def test_what_was_used_longest_ago_goes_first(tmp_path):
    cache = ClipCache(tmp_path, 3 * ONE)
    for k in range(3):
        cache.put(k, clip(k))
        stamp = time.time_ns() - 10**12 + k * 10**9
        os.utime(cache._file(k), ns=(stamp, stamp))
    assert cache.get(0) is not None  # used now, so 1 is the oldest
    cache.put(3, clip(3))
    assert [k for k in range(4) if cache.get(k) is not None] == [0, 2, 3]


sizes = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9)), max_size=25)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(puts=sizes, most=st.integers(ONE, 5 * ONE))
def test_never_over_the_bound(tmp_path, puts, most):
    cache = ClipCache(tmp_path, most)
    for k, frames in puts:
        cache.put((k, frames), clip(k, frames))
        assert sum(path.stat().st_size for path in tmp_path.glob("*.npy*")) <= most
    for k, frames in puts:
        found = cache.get((k, frames))
        assert found is None or np.array_equal(found, clip(k, frames))
    cache.clear()


def test_a_clip_larger_than_the_bound_is_not_kept(tmp_path):
    cache = ClipCache(tmp_path, ONE - 1)
    cache.put("a", clip(0))
    assert (len(cache), cache.trouble) == (0, None)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"words that are no array"])
def test_damaged_files_are_decoded_again(tmp_path, damage):
    cache = ClipCache(tmp_path, 3 * ONE)
    cache.put("a", clip(0))
    cache._file("a").write_bytes(damage)
    assert cache.get("a") is None
    cache.put("a", clip(1))
    np.testing.assert_array_equal(cache.get("a"), clip(1))
    whole = cache._file("a").read_bytes()
    cache._file("a").write_bytes(whole[:-7])
    assert cache.get("a") is None


def test_after_trouble_it_keeps_no_more(tmp_path):
    cache = ClipCache(tmp_path / "a", 3 * ONE)
    (tmp_path / "a").write_bytes(b"in the way")
    cache.put("a", clip(0))
    assert "no longer kept" in cache.trouble
    (tmp_path / "a").unlink()
    cache.put("a", clip(0))
    assert cache.get("a") is None


def test_other_files_in_the_folder_are_left_alone(tmp_path):
    mine = tmp_path / "holiday.npy"
    np.save(mine, clip(0, 50))
    cache = ClipCache(tmp_path, 2 * ONE)
    for k in range(5):
        cache.put(k, clip(k))
    cache.clear()
    assert mine.exists()
    assert len(cache) == 0


def test_what_a_killed_process_left_is_swept(tmp_path):
    cache = ClipCache(tmp_path, 2 * ONE)
    (tmp_path / f"{'0' * 32}.npy.part").write_bytes(b"x" * 5 * ONE)
    (tmp_path / "clips.lock").write_text("no number")
    cache.put("a", clip(0))
    assert not list(tmp_path.glob("*.part"))
    assert len(cache) == 1


WRITER = """
import sys, numpy as np
from vidlearn.datasets import ClipCache
cache = ClipCache(sys.argv[1], int(sys.argv[2]))
for k in range(40):
    frames = np.full((4, 12, 20, 3), k, np.uint8)
    cache.put((sys.argv[3], k), frames)
    used = cache.bytes
    assert used <= cache.max_bytes, used
    found = cache.get((sys.argv[3], k))
    assert found is None or (found == k).all()
"""


def test_two_processes_share_a_folder(tmp_path):
    runs = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(5 * ONE), name])
        for name in "ab"
    ]
    assert [run.wait(240) for run in runs] == [0, 0]
    assert ClipCache(tmp_path, 5 * ONE).bytes <= 5 * ONE


def test_who_keeps_waits_until_the_other_process_has_kept(tmp_path):
    fcntl = pytest.importorskip("fcntl")
    cache = ClipCache(tmp_path, 5 * ONE)
    cache.put("a", clip(0))
    keeping = threading.Thread(target=cache.put, args=("b", clip(1)))
    with open(tmp_path / "clips.lock", "a+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        keeping.start()
        keeping.join(0.3)
        waited = keeping.is_alive(), len(cache)
    keeping.join()
    assert (waited, len(cache)) == ((True, 1), 2)


@pytest.fixture
def clips(tmp_path):
    """Three films of 20 frames."""
    items = []
    for k in range(3):
        frames = np.repeat(np.repeat(clip(k, 20), 4, 1), 4, 2)
        items.append(ClipItem(write_video(tmp_path / f"{k}.mp4", frames), k))
    return items


def options(**more):
    return {"frames": 6, "size": (24, 40), "seed": 2} | more


@pytest.mark.parametrize("mode", ["random", "segments", "uniform", "dense"])
@pytest.mark.parametrize("workers", [0, 1])
def test_a_reader_hands_out_the_same_with_a_cache(clips, tmp_path, mode, workers, monkeypatch):
    cache = ClipCache(tmp_path / "cache", 10_000_000)
    plain = list(ClipReader(clips, **options(mode=mode, views=2)).epoch(1))
    with ClipReader(clips, cache=cache, **options(mode=mode, views=2, workers=workers)) as reader:
        for _ in range(2):
            for (k, frames), (j, expected) in zip(reader.epoch(1), plain, strict=True):
                assert k == j
                np.testing.assert_array_equal(frames, expected)
        assert len(cache) == 3
    # The second time nothing is decoded.
    monkeypatch.setattr(decode, "read_chosen", None)
    monkeypatch.setattr(decode, "read_video", None)
    assert len(list(ClipReader(clips, cache=cache, **options(mode=mode, views=2)).epoch(5))) == 3


def test_the_key_tells_size_stretch_and_a_file_that_changed(clips, tmp_path):
    cache = ClipCache(tmp_path / "cache", 10_000_000)

    def count(item, **more):
        list(ClipReader([item], cache=cache, **options(**more)))
        return len(cache)

    assert count(clips[0]) == 1
    assert count(clips[0], frames=3) == 1  # of the same whole film
    assert count(clips[0], size=(40, 24)) == 2
    assert count(ClipItem(clips[0].path, 0, start=2)) == 3
    assert count(clips[0], mode="dense") == 4
    assert count(clips[0], mode="dense", step=2) == 5
    os.utime(clips[0].path, (1, 1))
    assert count(clips[0]) == 6


def test_films_too_long_for_the_cache_are_read_without(clips, tmp_path):
    film = 20 * 24 * 40 * 3
    cache = ClipCache(tmp_path / "cache", decode.SHARE * film - 1)
    list(ClipReader(clips, cache=cache, **options()))
    assert len(cache) == 0
    cache = ClipCache(tmp_path / "cache", decode.SHARE * film)
    list(ClipReader(clips, cache=cache, **options()))
    assert len(cache) == 3


@pytest.mark.parametrize("workers", [0, 1])
def test_a_full_disk_is_told_and_reading_goes_on(clips, tmp_path, monkeypatch, workers):
    if workers:  # in another process: a folder that cannot be made
        (tmp_path / "file").write_bytes(b"")
        cache = ClipCache(tmp_path / "file/cache", 10_000_000)
    else:
        cache = ClipCache(tmp_path / "cache", 10_000_000)

        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(np, "save", full)
    with ClipReader(clips, cache=cache, **options(workers=workers)) as reader:
        with pytest.warns(DatasetWarning, match="no longer kept in .*decoded each time") as told:
            assert len(list(reader)) == 3
        assert len(told) == 1
    assert not list(tmp_path.glob("cache/*.part"))


def test_rejects_a_folder_that_is_a_file_and_bounds(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DatasetError, match="folder must be a folder"):
        ClipCache(tmp_path / "file", 5)
    with pytest.raises(ValueError, match="max_bytes must be"):
        ClipCache(tmp_path, 0)
