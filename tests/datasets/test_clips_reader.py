"""Clips in order, from this process or from others; broken ones, killed ones, none left behind."""

import gc
import os
import signal
import subprocess
import sys
import time
import warnings
from itertools import chain

import numpy as np
import pytest
from PIL import Image

from vidlearn.datasets import ClipCache, ClipItem, ClipReader, ClipSet, DatasetError, DatasetWarning
from vidlearn.datasets.clips import clip_indices
from vidlearn.datasets.clips import reader as reader_module
from vidlearn.video import read_video, write_video

SIZE = (24, 40)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Seven films of 5 to 23 frames; frame t of film k is of one grey, 9 t + k."""
    folder = tmp_path_factory.mktemp("clips")
    items = []
    for k in range(7):
        frames = np.full((5 + 3 * k, 48, 64, 3), 0, np.uint8)
        frames += (np.arange(len(frames)) * 9 + k)[:, None, None, None].astype(np.uint8)
        items.append(ClipItem(write_video(folder / f"{k}_1.mp4", frames, crf=4), k % 3))
    return ClipSet(items, ("a", "b", "c"))


def options(**more):
    return {"frames": 4, "size": SIZE, "step": 2, "seed": 5} | more


def told(reader, **how):
    return [(k, frames.tobytes()) for k, frames in reader.epoch(**how)]


@pytest.mark.parametrize("mode", ["random", "segments", "uniform", "dense"])
def test_frames_are_those_that_the_indices_say(clips, mode):
    reader = ClipReader(clips, **options(mode=mode, views=2))
    for k, frames in reader.epoch(3):
        film = read_video(clips[k].path, size=SIZE)
        rng = np.random.default_rng((5, 3, k))
        chosen = clip_indices(len(film), 4, mode=mode, step=2, views=2, rng=rng)
        assert frames.shape == (2, 4, *SIZE, 3)
        np.testing.assert_array_equal(frames, film[chosen])


@pytest.mark.parametrize("workers", [1, 3])
def test_other_processes_hand_out_the_same_in_the_same_order(clips, workers):
    here = ClipReader(clips, **options())
    with ClipReader(clips, **options(workers=workers)) as there:
        for how in ({"shuffle": True}, {"number": 4, "shuffle": True}, {"number": 4}):
            assert told(here, **how) == told(there, **how)


def test_epochs_and_seeds_differ_and_repeat(clips):
    reader = ClipReader(clips, **options())
    first, second = told(reader, number=0, shuffle=True), told(reader, number=1, shuffle=True)
    assert first == told(reader, number=0, shuffle=True)
    assert [k for k, _ in first] != [k for k, _ in second]
    assert dict(first) != dict(second)  # other frames, not only another order
    assert first != told(ClipReader(clips, **options(seed=6)), number=0, shuffle=True)
    assert sorted(k for k, _ in first) == list(range(7))


def test_batches_by_hand(clips):
    reader = ClipReader(clips, **options(mode="uniform"))
    batches = list(reader.batches(3))
    assert [len(labels) for _, labels in batches] == [3, 3, 1]
    assert np.concatenate([labels for _, labels in batches]).tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert batches[2][0].shape == (1, 4, *SIZE, 3)
    # Film 6 has 23 frames: the middles of four parts are 2, 8, 14, 20.
    grey = batches[2][0][0].mean((1, 2, 3))
    np.testing.assert_allclose(grey, np.array([2, 8, 14, 20]) * 9 + 6, atol=3)


def test_a_stretch_keeps_to_its_frames(clips, tmp_path):
    item = ClipItem(clips[6].path, 1, start=9, stop=13)
    for mode in ("random", "segments", "uniform", "dense"):
        for _, frames in ClipReader([item], **options(mode=mode, frames=6)):
            grey = frames.mean((1, 2, 3))
            assert grey.min() > 9 * 9 + 6 - 4
            assert grey.max() < 12 * 9 + 6 + 4


@pytest.mark.parametrize("mode", ["random", "dense"])
def test_a_cache_changes_nothing(clips, tmp_path, mode):
    """Neither in the middle of a film, nor where another reader keeps smaller frames."""
    cache, late = ClipCache(tmp_path, 10**8), [ClipItem(clips[6].path, 0, start=9)]
    for size in (SIZE, (16, 24)):
        plain, kept = (
            ClipReader(late, **options(mode=mode, size=size), cache=c) for c in (None, cache)
        )
        for number in (0, 1, 2, 0):
            assert told(kept, number=number) == told(plain, number=number)


def test_each_process_has_a_clip_to_decode_however_large(clips, monkeypatch):
    monkeypatch.setattr(reader_module, "AHEAD", 1)
    assert [ClipReader(clips, **options(workers=n))._ahead() for n in (0, 3)] == [0, 3]


@pytest.fixture
def broken(clips, tmp_path):
    path = tmp_path / "broken.mp4"
    path.write_bytes(clips[0].path.read_bytes()[:300])
    gone = tmp_path / "gone.mp4"
    items = list(clips.items)
    items[2:2] = [ClipItem(path, 1)]
    return ClipSet([*items, ClipItem(gone, 0)], clips.classes)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_broken_clip_is_named_and_stops(broken, workers):
    with ClipReader(broken, **options(workers=workers)) as reader:
        seen = []
        with pytest.raises(DatasetError, match=r"broken\.mp4 cannot be decoded.*skip=True"):
            seen.extend(k for k, _ in reader)
        assert seen == [0, 1]


@pytest.mark.parametrize("workers", [0, 2])
def test_broken_clips_are_left_out_where_asked(broken, workers):
    with ClipReader(broken, **options(workers=workers)) as reader:
        with pytest.warns(DatasetWarning, match=r"Left out: 2 of 9 clips\. The first:.*broken"):
            seen = [k for k, _ in reader.epoch(skip=True)]
        assert seen == [0, 1, 3, 4, 5, 6, 7]
        assert [item.path.name for item in reader.skipped] == ["broken.mp4", "gone.mp4"]
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # told once
            assert sum(len(labels) for _, labels in reader.batches(4, epoch=1, skip=True)) == 7


@pytest.mark.parametrize("workers", [0, 1])
def test_damage_is_told_once_by_whoever_decodes(tmp_path, workers):
    for k in range(4):
        Image.new("RGB", (64, 48), (k, 0, 0)).save(tmp_path / f"{k}.png")
    (tmp_path / "2.png").write_bytes(b"spoilt")
    reader = ClipReader([ClipItem(tmp_path, 0)] * 2, **options(workers=workers))
    with reader, pytest.warns(DatasetWarning, match=r"2\.png cannot be read; left out") as told:
        assert len(list(reader)) == 2
    assert len(told) == 1


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize("mode", ["random", "dense"])
def test_a_clip_that_went_away_is_named_with_a_cache_too(tmp_path, mode, workers):
    how = options(mode=mode, workers=workers, cache=ClipCache(tmp_path / "kept", 10**6))
    reader = ClipReader([ClipItem(tmp_path / "gone.mp4", 0)], **how)
    with reader, pytest.raises(DatasetError, match=r"gone\.mp4 cannot be decoded: .*skip=True"):
        list(reader)


def test_none_that_can_be_decoded_is_an_error(broken):
    with pytest.raises(DatasetError, match="Not one of 1 clips"):
        list(ClipReader(broken[[2]], **options()).epoch(skip=True))


def test_a_film_that_ends_before_its_stretch_is_broken(clips):
    item = ClipItem(clips[0].path, 0, start=5)
    with pytest.raises(DatasetError, match="has 5 frames, and is to be read from frame 5 on"):
        list(ClipReader([item], **options()))


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_process_is_one_clear_error_and_leaves_none_behind(clips):
    reader = ClipReader(clips, **options(workers=2))
    list(reader)
    processes = [worker.process for worker in reader._pool.workers]
    os.kill(processes[1].pid, signal.SIGKILL)
    with pytest.raises(ChildProcessError, match=r"was killed by signal 9.*workers=0"):
        list(chain.from_iterable(reader.epoch(number) for number in range(20)))
    assert all(process.poll() is not None for process in processes)
    assert len(list(reader)) == 7  # started anew
    reader.close()


def test_ctrl_c_while_waiting_ends_the_processes(clips, monkeypatch):
    reader = ClipReader(clips, **options(workers=2))
    list(reader)
    processes = [worker.process for worker in reader._pool.workers]

    def interrupted(future):
        raise KeyboardInterrupt

    monkeypatch.setattr("concurrent.futures.Future.result", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(reader)
    assert all(process.poll() is not None for process in processes)


def test_a_reader_that_nobody_holds_ends_its_processes(clips):
    reader = ClipReader(clips, **options(workers=1))
    next(iter(reader))
    process = reader._pool.workers[0].process
    del reader
    gc.collect()
    assert process.poll() is not None


def test_stopping_halfway_and_beginning_again(clips):
    with ClipReader(clips, **options(workers=2)) as reader:
        for _ in range(3):
            assert next(reader.epoch(2))[0] == 0
        assert told(reader) == told(ClipReader(clips, **options()))


def test_no_more_clips_than_the_bound_wait(clips, monkeypatch):
    asked, submit = [], reader_module.Pool.submit
    monkeypatch.setattr(reader_module, "AHEAD", 3 * 4 * 24 * 40 * 3)
    monkeypatch.setattr(
        reader_module.Pool, "submit", lambda self, job: asked.append(job) or submit(self, job)
    )
    with ClipReader(clips, **options(workers=1)) as reader:
        counts = [len(asked) for _ in reader]
    assert counts == [3, 4, 5, 6, 7, 7, 7]


SCRIPT = """
import sys, numpy as np
from vidlearn.datasets import ClipItem, ClipReader
reader = ClipReader([ClipItem(path, 0) for path in sys.argv[1:]], frames=4, size=(24, 40),
                    workers=2, seed=5)
print(*[k for k, _ in reader], *[worker.process.pid for worker in reader._pool.workers])
sys.stdout.flush()
{then}
"""


def started(clips, then, **more):
    script = SCRIPT.format(then=then)
    paths = [str(item.path) for item in clips]
    return subprocess.Popen(
        [sys.executable, "-c", script, *paths], stdout=subprocess.PIPE, text=True, **more
    )


def gone(number):
    for _ in range(1200):
        if not alive(number):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_processes_end_with_a_program_that_is_killed(clips):
    program = started(clips, "import time; time.sleep(60)")
    numbers = [int(word) for word in program.stdout.readline().split()]
    assert numbers[:7] == list(range(7))
    program.kill()
    program.wait()
    program.stdout.close()
    assert all(gone(number) for number in numbers[7:])


CAUGHT = """
try:
    print("going", flush=True)
    while True:
        list(reader)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_ctrl_c_ends_the_processes_and_is_one_error(clips):
    # Where the tests run in the background, programs begin deaf to Ctrl-C.
    hears = {
        "start_new_session": True,
        "preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    }
    program = started(clips, CAUGHT, stderr=subprocess.PIPE, **hears)
    numbers = [int(word) for word in program.stdout.readline().split()[7:]]
    assert program.stdout.readline() == "going\n"
    time.sleep(0.2)
    program.send_signal(signal.SIGINT)
    out, errors = program.communicate(timeout=120)
    assert (out, errors, program.returncode) == ("stopped\n", "", 0)
    assert not any(alive(number) for number in numbers)


def test_a_script_without_a_guard_may_use_them_and_they_load_little(clips, tmp_path):
    """The script's own modules are not loaded again by the processes it starts."""
    then = "open(sys.argv[0] + 'once', 'x') if sys.argv[0] != '-c' else None"
    script = tmp_path / "script.py"
    script.write_text("print('loaded')\n" + SCRIPT.format(then=then))
    run = subprocess.run(
        [sys.executable, script, *(str(item.path) for item in clips)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.count("loaded") == 1
    probe = "import vidlearn.datasets.clips.worker, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert not {"keras", "tensorflow", "torch", "jax", "matplotlib"} & set(run.stdout.split())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mode": "middle"}, "mode must be one of random"),
        ({"size": None}, r"size must be \(height, width\)"),
        ({"size": (0, 5)}, "size must be"),
        ({"frames": 0}, "frames must be"),
        ({"workers": -1}, "workers must be"),
        ({"views": 2.5}, "views must be"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_reader_rejects_options_out_of_range(clips, wrong, message):
    with pytest.raises(ValueError, match=message):
        ClipReader(clips, **options(**wrong))
