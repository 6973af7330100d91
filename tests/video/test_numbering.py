"""One numbering: frame i is the i-th picture decoded from the start, whatever was asked before."""

import os
import warnings
from pathlib import Path

import av
import numpy as np
import pytest

from tests.ffmpeg import ffmpeg, pictures_by_ffmpeg
from tests.media import make_clip, read_number
from vidlearn.video import (
    door,
    frame_at,
    frame_times,
    probe,
    read_frames,
    read_video,
    sample_clip,
)
from vidlearn.video import film as film_module

X264 = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-g", "24", "-bf", "2"]
MPEG2 = ["-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-q:v", "3"]
XVID = ["-pix_fmt", "yuv420p", "-c:v", "libxvid", "-bf", "2", "-g", "12", "-q:v", "3"]
OPEN = ["-pix_fmt", "yuv420p", "-c:v", "libx264"]
OPEN += ["-x264-params", "keyint=24:open-gop=1:bframes=3"]
HEVC = ["-pix_fmt", "yuv420p", "-c:v", "libx265", "-x265-params", "keyint=30:log-level=none"]


@pytest.fixture(scope="module")
def src(tmp_path_factory):
    """160 numbered frames without loss."""
    path = tmp_path_factory.mktemp("src") / "src.mkv"
    return make_clip(path, frames=160, codec="ffv1", pix_fmt="bgr0")


def spoil(path, number, fill=bytes):
    """Overwrite the ``number``-th packet of a film."""
    with av.open(str(path)) as container:
        packet = [p for p in container.demux(video=0) if p.size][number]
        at, size = packet.pos, packet.size
    raw = bytearray(path.read_bytes())
    raw[at : at + size] = fill(size)
    path.write_bytes(raw)
    return path


def cut(src, folder, name, options, *, needs=(), ending="mkv"):
    """Cut a film at 2.5 s without encoding it again, so that it begins in the middle of a group."""
    ffmpeg("-i", src, *options, folder / f"whole.{ending}", needs=needs)
    ffmpeg("-i", folder / f"whole.{ending}", "-ss", "2.5", "-c", "copy", folder / name)
    return folder / name


def joined_mid_group(src, folder):
    ffmpeg("-i", src, *X264, folder / "whole.ts")
    raw = (folder / "whole.ts").read_bytes()
    start = len(raw) // 188 // 3 * 188
    (folder / "joined.ts").write_bytes(raw[start:])
    return folder / "joined.ts"


def end_to_end(src, folder):
    for name, start in (("a.ts", "0"), ("b.ts", "3")):
        ffmpeg("-ss", start, "-t", "3", "-i", src, *X264, folder / name)
    both = b"".join((folder / name).read_bytes() for name in ("a.ts", "b.ts"))
    (folder / "both.ts").write_bytes(both)
    return folder / "both.ts"


def packed(src, folder, name):
    ffmpeg("-i", src, *XVID, folder / "xvid.avi", needs=["libxvid"])
    ffmpeg("-i", folder / "xvid.avi", "-c", "copy", folder / name)
    return folder / name


def encoded(src, folder, name, *options, needs=()):
    ffmpeg("-i", src, *options, folder / name, needs=needs)
    return folder / name


def shortened(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 5])
    return path


def restamped(src, folder, rule):
    ffmpeg("-i", src, *X264, folder / "plain.mp4")
    ffmpeg("-i", folder / "plain.mp4", "-c", "copy", "-bsf:v", f"setts={rule}", folder / "re.mkv")
    return folder / "re.mkv"


def cut_off(path, share):
    """Keep the first part of a file."""
    raw = path.read_bytes()
    path.write_bytes(raw[: int(share * len(raw))])
    return path


def turned(src, folder):
    """A film on its side that says so in its first picture alone."""
    ffmpeg("-i", src, *X264, folder / "plain.mp4")
    ffmpeg(
        "-i",
        folder / "plain.mp4",
        "-c",
        "copy",
        "-bsf:v",
        "h264_metadata=rotate=90",
        folder / "a.mp4",
    )
    return folder / "a.mp4"


FILMS = {
    "cut-hevc": lambda s, f: cut(s, f, "a.mkv", HEVC, needs=["libx265"]),
    "cut-hevc-ts": lambda s, f: cut(s, f, "a.ts", HEVC, needs=["libx265"]),
    "cut-open-ts": lambda s, f: cut(s, f, "a.ts", OPEN, ending="ts"),
    "cut-mpeg2": lambda s, f: cut(s, f, "a.mkv", MPEG2, ending="ts"),
    "joined-mid-group": joined_mid_group,
    "end-to-end": end_to_end,
    "packed-avi": lambda s, f: packed(s, f, "a.avi"),
    "packed-mp4": lambda s, f: packed(s, f, "a.mp4"),
    "doubled-stamps": lambda s, f: restamped(s, f, "pts='if(eq(mod(N,31),3),PTS-512,PTS)'"),
    "shifted-stamps": lambda s, f: restamped(s, f, "pts='if(between(N,34,37),PTS+1024,PTS)'"),
    "h264-in-avi": lambda s, f: cut(s, f, "a.avi", X264, ending="mp4"),
    "zeroed": lambda s, f: spoil(encoded(s, f, "a.mp4", *X264), 50),
    "zeroed-key": lambda s, f: spoil(encoded(s, f, "a.mp4", *X264), 48),
    "zeroed-last": lambda s, f: spoil(encoded(s, f, "a.mp4", *X264), 158),
    "noise": lambda s, f: spoil(encoded(s, f, "a.mp4", *X264), 50, np.random.default_rng(0).bytes),
    "zeroed-avi": lambda s, f: spoil(encoded(s, f, "a.avi", "-c:v", "mpeg4", "-g", "24"), 50),
    "vob": lambda s, f: encoded(s, f, "a.vob", *MPEG2),
    "m2ts": lambda s, f: encoded(s, f, "a.m2ts", *X264),
    "refresh": lambda s, f: encoded(
        s, f, "a.ts", *X264, "-x264-params", "intra-refresh=1:keyint=24:bframes=2"
    ),
    "vc2": lambda s, f: encoded(s, f, "a.mkv", "-pix_fmt", "yuv422p", "-c:v", "vc2", needs=["vc2"]),
    "palette": lambda s, f: encoded(
        s, f, "a.avi", "-vf", "format=rgb8,format=pal8", "-c:v", "rawvideo", "-pix_fmt", "pal8"
    ),
    "raw-cut-short": lambda s, f: shortened(encoded(s, f, "a.nut", "-c:v", "rawvideo")),
    "mpeg1": lambda s, f: encoded(s, f, "a.m1v", "-c:v", "mpeg1video", "-g", "12", "-bf", "2"),
    "turned": turned,
    "asf": lambda s, f: encoded(s, f, "a.asf", "-c:v", "wmv2", "-g", "24", needs=["wmv2"]),
}


@pytest.fixture(scope="module", params=FILMS)
def odd(request, src, tmp_path_factory):
    return FILMS[request.param](src, tmp_path_factory.mktemp("odd"))


@pytest.fixture(params=["short", "long"])
def length(request, monkeypatch):
    """A short film is decoded first thing; a long one is told by its packets."""
    if request.param == "long":
        monkeypatch.setattr(film_module, "SHORT", 0)
    door._known.cache_clear()
    return request.param


@pytest.mark.filterwarnings("ignore::vidlearn.video.VideoWarning")
def test_each_frame_has_one_number(odd, length):
    fresh, total = {}, pictures_by_ffmpeg(odd)
    for number in (150, 100, 49, 11):
        door._known.cache_clear()  # as another process
        if number < total:
            fresh[number] = frame_at(odd, frame=number)
            again = frame_at(odd, frame=number)  # with what the first call has taught
            assert np.array_equal(fresh[number], again)
    door._known.cache_clear()
    frames = list(read_frames(odd))
    assert len(frames) == total
    for number, frame in fresh.items():
        assert np.array_equal(frame, frames[number]), number
    info = probe(odd)
    assert info.frames == len(frames) == len(frame_times(odd))
    for number in range(0, len(frames), 7):
        assert np.array_equal(frame_at(odd, frame=number), frames[number]), number
    clip = sample_clip(odd, frames=9)
    assert np.array_equal(clip[4], frames[int(4.5 * len(frames) / 9)])
    times = frame_times(odd)
    assert times[0] == 0
    assert (np.diff(times) > 0).all()
    assert np.median(np.diff(times)) == pytest.approx(0.04, abs=1e-3)
    for number in (0, 20, len(frames) - 1):
        assert np.array_equal(frame_at(odd, seconds=times[number]), frames[number])


@pytest.mark.filterwarnings("ignore::vidlearn.video.VideoWarning")
def test_a_raw_film_cut_short_has_one_count(src, tmp_path, monkeypatch):
    film = cut_off(encoded(src, tmp_path, "a.nut", "-c:v", "rawvideo"), 0.6)
    whole = len(list(read_frames(film)))
    door._known.cache_clear()
    monkeypatch.setattr(film_module, "SHORT", 0)
    assert len(frame_times(film)) == whole
    assert probe(film, decode=False).frames == whole
    assert len(frame_times(film)) == whole


@pytest.mark.parametrize("name", ["end-to-end", "cut-hevc", "cut-open-ts", "joined-mid-group"])
def test_a_film_cut_from_another_is_whole(name, src, tmp_path):
    film = FILMS[name](src, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        numbers = [read_number(frame) for frame in read_frames(film)]
    assert probe(film).notes == ()
    if name == "end-to-end":
        assert numbers == list(range(150))
        assert probe(film).seconds == pytest.approx(6.0)
    else:
        assert numbers == list(range(160))[-len(numbers) :]


def test_by_the_second_the_picture_of_that_second_is_shown(src, tmp_path):
    film = spoil(encoded(src, tmp_path, "a.mp4", *X264), 50)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert read_number(frame_at(film, seconds=4.0)) == 100
        probe(film)
        assert read_number(frame_at(film, seconds=4.0)) == 100


def test_packets_that_all_call_themselves_keyframes(src, length, tmp_path):
    options = ["-vf", "scale=176:144", "-c:v", "h261"]
    film = encoded(src, tmp_path, "a.mkv", *options, needs=["h261"])
    fresh = frame_at(film, frame=77)
    frames = read_video(film)
    for number in (77, 30, 5):
        assert np.array_equal(frame_at(film, frame=number), frames[number])
    assert np.array_equal(fresh, frames[77])


CONTAINERS = {
    "film.ts": X264,
    "film.m2ts": X264,
    "film.mp4": X264,
    "film.mkv": HEVC,
    "film.vob": MPEG2,
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_jump_decodes_few_pictures(name, src, tmp_path, monkeypatch):
    options = CONTAINERS[name]
    needs = ["libx265"] if "libx265" in options else []
    film = encoded(src, tmp_path, name, "-pix_fmt", "yuv420p", *options, needs=needs)
    monkeypatch.setattr(film_module, "SHORT", 0)
    decoded, frames = [], film_module.Source.frames

    def counted(self, packets=None):
        for frame in frames(self, packets):
            decoded.append(frame.pts)
            yield frame

    monkeypatch.setattr(film_module.Source, "frames", counted)
    assert read_number(frame_at(film, frame=100)) == 100
    decoded.clear()
    assert read_number(frame_at(film, frame=155)) == 155
    assert len(decoded) <= 30 + film_module.LOOK


FILM = os.environ.get("VIDLEARN_FILM")


@pytest.mark.skipif(not FILM, reason="VIDLEARN_FILM names no folder of films")
def test_real_films_are_numbered_alike(length):
    films = sorted(Path(FILM).glob("*.mp4"))
    assert films
    for film in films:
        frames = list(read_frames(film, size=(90, 160)))
        every = max(len(frames) // 12, 1)
        for number in range(len(frames) - 1, -1, -every):
            assert np.array_equal(frame_at(film, frame=number, size=(90, 160)), frames[number])
        assert probe(film).frames == len(frames)
