"""Odd but whole films are read without an alarm, and no raw error comes through any door."""

import io
import os
import subprocess
import sys
import warnings
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.ffmpeg import ffmpeg
from tests.media import make_clip, painted, read_number
from vidlearn.video import (
    VideoError,
    VideoWarning,
    frame_at,
    frame_times,
    probe,
    read_frames,
    read_video,
    sample_clip,
    sample_clips,
    show_video,
    source,
    write_video,
)

H264 = ["-pix_fmt", "yuv420p", "-c:v", "libx264"]
COLOUR = ["-f", "lavfi", "-i", "color=s=160x96:d=4"]


def silently(film):
    """Read a film to its end; a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return [frame.shape for frame in read_frames(film)]


@contextmanager
def quiet():
    """Let warnings pass that are not the matter of the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=40, options={"g": "12"})


def photo(path, orientation=6):
    turned = Image.fromarray(np.rot90(painted(9)))
    exif = turned.getexif()
    exif[0x0112] = orientation
    turned.save(path, exif=exif)
    return path


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_a_photograph_with_exif_is_a_film_of_one_frame(tmp_path, ending):
    path = photo(tmp_path / f"photo.{ending}")
    assert probe(path).frames == 1
    assert [read_number(frame) for frame in read_video(path)] == [9]
    assert read_number(sample_clip(path, frames=2)[1]) == 9
    assert "1 frames of 160 x 96" in repr(show_video(path))


@pytest.mark.parametrize("name", ["photos.avi", "photos.mov"])
def test_films_of_photographs_with_exif(tmp_path, name):
    data = photo(tmp_path / "photo.jpg").read_bytes()
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 160, "yuvj420p"
        for number in range(5):
            packet = av.Packet(data)
            packet.stream, packet.pts, packet.dts = stream, number, number
            packet.time_base, packet.is_keyframe = 1 / stream.average_rate, True
            container.mux(packet)
    assert [read_number(frame) for frame in read_frames(tmp_path / name)] == [9] * 5
    assert probe(tmp_path / name).rotation == 90


def test_a_name_with_a_pattern_is_a_name(tmp_path):
    for name, number in (("pat_%d.png", 7), ("pat_1.png", 1), ("pat_2.png", 2)):
        Image.fromarray(painted(number)).save(tmp_path / name)
    assert [read_number(frame) for frame in read_video(tmp_path / "pat_%d.png")] == [7]


@pytest.mark.parametrize("kind", ["vob", "mpegts"])
def test_a_stream_that_appears_late(tmp_path, kind):
    film = tmp_path / f"late.{kind}"
    picture = ["-f", "lavfi", "-i", "testsrc2=s=160x96:d=32"]
    ffmpeg(*picture, "-itsoffset", 25, "-f", "lavfi", "-t", 5, "-i", "sine", "-f", kind, film)
    assert len(silently(film)) == 800
    assert probe(film).frames == 800
    assert frame_at(film, frame=700).shape == sample_clip(film, frames=2)[1].shape == (96, 160, 3)


@pytest.mark.parametrize("matrix", [8, 10, 11, 12, 13, 14])
def test_colour_matrices_that_cannot_be_undone(tmp_path, clip, matrix):
    film = tmp_path / "odd.mp4"
    rule = f"h264_metadata=matrix_coefficients={matrix}"
    ffmpeg("-i", clip, "-c", "copy", "-bsf:v", rule, film)
    with pytest.warns(VideoWarning, match="colours by way of"):
        assert [read_number(frame) for frame in read_frames(film)] == list(range(40))
    assert any("colours are stored by way of" in note for note in probe(film).notes)
    assert np.array_equal(read_video(film, colour="luma"), read_video(clip, colour="luma"))


WHOLE = {
    "vfr.mkv": ([*COLOUR, "-vf", "select=lt(n\\,9)+eq(n\\,80)", "-vsync", "vfr", *H264], ()),
    "vfr.webm": (
        [*COLOUR, "-vf", "select=lt(n\\,9)+eq(n\\,60)", "-vsync", "vfr", "-c:v", "libvpx"],
        ["libvpx"],
    ),
    "film.ogv": (["-f", "lavfi", "-i", "testsrc=s=160x96:d=3", "-c:v", "libtheora"], ["libtheora"]),
    "still.ogv": ([*COLOUR, "-c:v", "libtheora"], ["libtheora"]),
    "film.dv": (["-f", "lavfi", "-i", "testsrc2=s=720x576:d=1", "-target", "pal-dv"], ()),
    "drops.avi": (
        [*COLOUR, "-vf", "select=not(mod(n\\,25))", "-vsync", "vfr", "-c:v", "mpeg4"],
        (),
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_film_gives_no_alarm(tmp_path, name):
    options, needs = WHOLE[name]
    ffmpeg(*options, tmp_path / name, needs=needs)
    assert silently(tmp_path / name)
    notes = probe(tmp_path / name).notes
    assert not [n for n in notes if "promises" in n or "damaged" in n or "counts" in n], notes


def test_the_stream_that_players_show_is_read(tmp_path, clip):
    small = make_clip(tmp_path / "small.mp4", frames=10, size=(48, 80))
    maps = ["-map", "0:v", "-map", "1:v", "-c", "copy"]
    first, second = ["-disposition:v:0", "0"], ["-disposition:v:1", "default"]
    ffmpeg("-i", small, "-i", clip, *maps, *first, *second, tmp_path / "two.mp4")
    info = probe(tmp_path / "two.mp4")
    assert (info.frames, info.width) == (40, 160)
    assert any("2 video streams" in note for note in info.notes)


def test_not_one_frame(tmp_path, clip):
    ffmpeg("-i", clip, "-c", "copy", tmp_path / "whole.ts")
    raw = (tmp_path / "whole.ts").read_bytes()
    raw = raw.replace(b"\0\0\0\1\x67", b"\0\0\0\1\x6c").replace(b"\0\0\1\x67", b"\0\0\1\x6c")
    (tmp_path / "none.ts").write_bytes(raw)
    for call in (probe, read_video, sample_clip, frame_times):
        with pytest.raises(VideoError, match=r"Not one frame|not a video"), quiet():
            call(tmp_path / "none.ts")


def test_what_is_odd_about_a_film_is_told(tmp_path):
    pattern = ["-f", "lavfi", "-i", "testsrc=s=1280x720:d=0.2"]
    ffmpeg(*pattern, *H264, "-color_trc", "smpte2084", tmp_path / "hdr.mp4")
    notes = probe(tmp_path / "hdr.mp4").notes
    assert any("HDR (PQ)" in note for note in notes)
    assert any("BT.601 assumed" in note for note in notes)
    woven = [*H264, "-flags", "+ildct+ilme", "-x264-params", "tff=1"]
    ffmpeg(*pattern, *woven, tmp_path / "woven.ts")
    assert any("interlaced" in note for note in probe(tmp_path / "woven.ts").notes)
    first = make_clip(tmp_path / "a.mjpeg", 3, codec="mjpeg", pix_fmt="yuvj420p")
    other = make_clip(tmp_path / "b.mjpeg", 3, size=(48, 80), codec="mjpeg", pix_fmt="yuvj420p")
    first.write_bytes(first.read_bytes() + other.read_bytes())
    assert any("change to 80 x 48 (width x height) at frame 3" in n for n in probe(first).notes)


@pytest.mark.parametrize(("way", "turn"), [("flip=horizontal", np.fliplr), ("rotate=90", np.rot90)])
def test_a_turn_that_only_the_first_picture_tells_holds_for_all(tmp_path, clip, way, turn):
    film, bsf = tmp_path / "turned.mp4", f"h264_metadata=display_orientation=insert:{way}"
    ffmpeg("-i", clip, "-c", "copy", "-bsf:v", bsf, film)
    for number in (0, 7, 25):
        for colour in ("rgb", "luma"):
            plain = frame_at(clip, frame=number, colour=colour)
            assert np.array_equal(frame_at(film, frame=number, colour=colour), turn(plain))


def test_pixels_that_are_not_square_are_shown_so(tmp_path, clip):
    film = tmp_path / "wide.mp4"
    ffmpeg("-i", clip, "-vf", "setsar=2/1", *H264, film)
    assert probe(film).pixel_ratio == 2
    assert "40 frames of 320 x 96" in repr(show_video(film))


def test_too_large_a_picture_is_refused(clip, monkeypatch):
    monkeypatch.setattr(source, "TOO_LARGE", 160 * 96 - 1)
    for call in (probe, read_video, sample_clip):
        with pytest.raises(VideoError, match=r"frames are 160 x 96 .* more than memory"):
            call(make_clip(clip.parent / "large.mp4", frames=3))
    assert source.LARGE >= 7680 * 4320  # 8K with all threads
    monkeypatch.undo()
    assert source.TOO_LARGE >= 15360 * 8640


def test_made_up_stamps_tell_no_time(tmp_path, clip):
    ffmpeg("-i", clip, "-c:v", "mpeg1video", "-g", "12", "-bf", "2", tmp_path / "raw.m1v")
    np.testing.assert_allclose(frame_times(tmp_path / "raw.m1v"), np.arange(40) / 25)
    assert not probe(tmp_path / "raw.m1v").variable_frame_rate


NO_PATHS = {
    "none": (None, r"path must be a str or a Path. Received: None"),
    "bytes": (b"film.mp4", "path must be a str or a Path"),
    "stream": (io.BytesIO(b"x"), "path must be a str or a Path"),
    "number": (7, "path must be a str or a Path"),
    "address": ("https://example.org/a.mp4", "download it first"),
    "device": ("/dev/zero", "is a device or a pipe"),
    "nothing": ("", "must name a file"),
    "zero": ("a\0b.mp4", "must name a file"),
    "long": ("x" * 5000 + ".mp4", "cannot be opened"),
    "nobody": ("~no-such-user-here/a.mp4", "makes no sense|no file"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX devices and names")
@pytest.mark.parametrize("name", NO_PATHS)
def test_rejects_what_is_no_path(name):
    path, message = NO_PATHS[name]
    calls = (probe, read_frames, read_video, sample_clip, frame_times)
    for call in (*calls, lambda p: frame_at(p, frame=0), lambda p: sample_clips(p, clips=1)):
        with pytest.raises(VideoError, match=message):
            call(path)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX links and pipes")
def test_rejects_pipes_and_links_to_nowhere(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "link.mp4").symlink_to("gone.mp4")
    for name, message in (("pipe.mp4", "device or a pipe"), ("link.mp4", r"link to gone\.mp4")):
        with pytest.raises(VideoError, match=message):
            probe(tmp_path / name)


NAN = float("nan")
ODD = [None, NAN, float("inf"), -1, 1.5, "1", [1], True, np.array([1, 2])]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_arguments_are_judged_alike(clip, value):
    def rejected(call, name):
        with pytest.raises(VideoError, match=rf"{name} must be|either frame or seconds"):
            call()

    for read in (read_video, lambda *a, **k: list(read_frames(*a, **k))):
        rejected(lambda read=read: read(clip, start=value), "start")
        rejected(lambda read=read: read(clip, step=value), "step")
    rejected(lambda: frame_at(clip, frame=value), "frame")
    rejected(lambda: sample_clip(clip, frames=value), "frames")
    rejected(lambda: sample_clips(clip, clips=value), "clips")
    rejected(lambda: sample_clips(clip, clips=2, frames=value), "frames")
    rejected(lambda: sample_clips(clip, clips=2, step=value), "step")
    rejected(lambda: show_video(clip, max_frames=value), "max_frames")
    rejected(lambda: write_video(clip.parent / "w.mp4", [], crf=value), "crf")
    rejected(lambda: read_video(clip, size=(value, 20)), "size")
    rejected(lambda: read_video(clip, size=(30000, 30000)), "size")
    if not isinstance(value, float) or not value > 0 or value == float("inf"):
        rejected(lambda: frame_at(clip, seconds=value), "seconds")


def test_whole_floats_and_numpy_numbers_are_numbers(clip, tmp_path):
    video = read_video(clip, start=1.0, stop=np.int64(9), step=2.0, size=(48.0, np.int32(80)))
    assert video.shape == (4, 48, 80, 3)
    assert read_number(frame_at(clip, frame=np.float32(3))) == 3
    assert read_number(frame_at(clip, seconds=np.float32(0.4))) == 10
    assert len(sample_clip(clip, frames=np.uint8(3))) == 3
    film = write_video(tmp_path / "a.mp4", video, fps=np.float32(25))
    assert probe(film).fps == 25
    assert "12.5 per second" in repr(show_video(video, fps=Fraction(25, 2)))


def test_a_clip_too_large_for_memory_is_refused(clip):
    with pytest.raises(VideoError, match=r"need .* bytes .*limit is 2,147,483,648"):
        sample_clip(clip, frames=10**9)
    with pytest.raises(VideoError, match="limit is 1,000"):
        sample_clips(clip, clips=3, frames=4, max_bytes=1000)
    assert sample_clip(clip, frames=3, mode="dense", step=10**30).shape == (3, 96, 160, 3)


MEMORY = """
import resource, sys
from vidlearn.video import frame_at, read_video, sample_clip
frame_at(sys.argv[1], frame=0)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read = {"read": read_video, "clip": lambda path: sample_clip(path, frames=120)}[sys.argv[2]]
size = read(sys.argv[1]).nbytes
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / size)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is told in other units")
@pytest.mark.parametrize("call", ["read", "clip"])
def test_an_array_is_never_twice_in_memory(tmp_path, call):
    picture = np.arange(720 * 1280 * 3, dtype=np.uint8).reshape(720, 1280, 3)
    film = write_video(tmp_path / "film.mp4", (picture for _ in range(120)), crf=40)
    command = [sys.executable, "-c", MEMORY, str(film), call]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert float(done.stdout) < 1.4, done.stderr
