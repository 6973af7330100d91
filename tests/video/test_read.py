"""Reading: every container, exact seeking, ranges, sizes, colours, folders."""

import tracemalloc

import av
import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip, painted, read_number
from vidlearn.video import (
    VideoError,
    VideoWarning,
    frame_at,
    frame_times,
    probe,
    read_frames,
    read_video,
    source,
)
from vidlearn.video import film as film_module

CONTAINERS = {
    "h264.mp4": {"audio": "aac", "options": {"g": "12", "bf": "3"}},
    "open_gop.mov": {"audio": "aac", "options": {"x264-params": "keyint=12:open-gop=1:bframes=3"}},
    "intra_refresh.mp4": {"options": {"x264-params": "intra-refresh=1:keyint=12:bframes=0"}},
    "mpeg4.avi": {"codec": "mpeg4", "audio": "libmp3lame", "options": {"g": "12", "bf": "2"}},
    "vp9.webm": {"codec": "libvpx-vp9", "audio": "libopus", "options": {"g": "12"}},
    "hidden_frames.webm": {
        "codec": "libvpx",
        "options": {"auto-alt-ref": "1", "lag-in-frames": "16", "g": "24"},
    },
    "h264.mkv": {"audio": "aac", "options": {"g": "12", "bf": "3"}},
    "mpeg2.mpg": {"codec": "mpeg2video", "options": {"g": "12", "bf": "2"}},
    "h264.ts": {"options": {"g": "12", "bf": "2"}},
    "h264.h264": {"options": {"g": "12", "bf": "2"}},
    "lossless.mkv": {"codec": "ffv1", "pix_fmt": "bgr0"},
}


@pytest.fixture(scope="module", params=CONTAINERS)
def film(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("films") / request.param
    return make_clip(path, frames=60, **CONTAINERS[request.param])


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    return make_clip(path, frames=40, options={"g": "12", "bf": "3"})


def test_every_container_is_read_in_order(film):
    assert [read_number(frame) for frame in read_frames(film)] == list(range(60))


def test_every_container_seeks_to_the_frame(film):
    for number in (59, 0, 33, 34, 12, 11, 47, 1, 58):
        assert read_number(frame_at(film, frame=number)) == number


def test_every_container_seeks_to_the_second(film):
    for number in (59, 0, 13, 24, 47):
        assert read_number(frame_at(film, seconds=number / 25)) == number
        assert read_number(frame_at(film, seconds=(number + 0.9) / 25)) == number


def test_every_container_is_probed(film):
    info = probe(film)
    assert (info.frames, info.width, info.height) == (60, 160, 96)
    assert info.fps == pytest.approx(25, rel=1e-3)
    assert info.seconds == pytest.approx(2.4, abs=0.01)
    assert info.has_audio == ("audio" in CONTAINERS[film.name])
    assert not info.variable_frame_rate
    assert not info.notes


@pytest.mark.parametrize(
    ("start", "stop", "step"),
    [(0, None, 1), (5, 9, 1), (0, 40, 7), (3, None, 13), (38, 99, 1), (30, None, 1), (1, 40, 25)],
)
def test_a_range_is_half_open_like_a_slice(clip, start, stop, step):
    frames = read_frames(clip, start=start, stop=stop, step=step)
    assert [read_number(frame) for frame in frames] == list(range(40))[start:stop:step]
    video = read_video(clip, start=start, stop=stop, step=step)
    assert [read_number(frame) for frame in video] == list(range(40))[start:stop:step]


def test_rgb_bgr_and_gray_agree(clip):
    rgb, bgr, gray = (read_video(clip, colour=c, step=9) for c in ("rgb", "bgr", "gray"))
    assert np.abs(rgb[3].astype(int) - painted(27)).mean() < 4
    assert rgb[0, -9, 10, 0] > rgb[0, -9, 10, 2] + 30  # red on the left
    assert np.array_equal(bgr, rgb[..., ::-1])
    assert gray.shape == rgb.shape[:3]
    luma = rgb @ np.array([0.299, 0.587, 0.114])
    assert np.abs(gray - luma).mean() < 1.5
    assert gray.min() < 25
    assert gray.max() > 225


def test_luma_is_the_plane_of_the_file(clip):
    with av.open(str(clip)) as container:
        planes = [frame.to_ndarray()[:96] for frame in container.decode(video=0)]  # Y on top
    luma = read_video(clip, colour="luma")
    assert np.array_equal(luma, planes)
    gray = read_video(clip, colour="gray")
    stretched = ((luma.astype(float) - 16) * 255 / 219).clip(0, 255)
    assert np.abs(gray - stretched).max() <= 0.5
    small = read_video(clip, colour="luma", size=(48, 80))
    assert np.abs(small - luma.reshape(40, 48, 2, 80, 2).mean(axis=(2, 4))).max() <= 0.75


def test_full_range_gray_is_not_stretched(tmp_path):
    ramp = np.tile(np.linspace(0, 255, 160).astype(np.uint8), (96, 1))
    for name, codec, pix_fmt in (
        ("full.avi", "mjpeg", "yuvj420p"),
        ("limited.mp4", "libx264", "yuv420p"),
        ("gray.mkv", "ffv1", "gray"),
    ):
        film = make_clip(tmp_path / name, [ramp] * 3, codec=codec, pix_fmt=pix_fmt)
        gray = read_video(film, colour="gray")[1].astype(int)
        assert np.abs(gray - ramp).max() <= 6, name
        assert np.abs(gray - ramp).mean() < 1.5, name


def test_size_is_height_then_width(clip):
    for colour, shape in (("rgb", (30, 70, 3)), ("gray", (30, 70)), ("luma", (30, 70))):
        frame = frame_at(clip, frame=21, size=(30, 70), colour=colour)
        assert frame.shape == shape
        assert read_number(frame) == 21
    assert frame_at(clip, frame=21, size=(200, 330)).shape == (200, 330, 3)


def test_frame_times_are_seconds_from_the_first_frame(clip):
    np.testing.assert_allclose(frame_times(clip), np.arange(40) / 25, atol=1e-9)


def test_a_long_film_does_not_fill_memory(tmp_path):
    film = make_clip(tmp_path / "long.mp4", frames=300)
    tracemalloc.start()
    frames = read_frames(film)
    next(frames)
    tracemalloc.reset_peak()
    count = sum(1 for _ in frames)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 299
    assert peak < 10 * 96 * 160 * 3


def test_a_jump_decodes_one_group_of_pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(film_module, "SHORT", 0)  # a short film is decoded first thing
    film = make_clip(tmp_path / "long.mp4", frames=300, options={"g": "10"})
    decoded, frames = [], source.Source.frames

    def counted(self, packets=None):
        for frame in frames(self, packets):
            decoded.append(frame.pts)
            yield frame

    monkeypatch.setattr(source.Source, "frames", counted)
    assert read_number(frame_at(film, frame=287)) == 287
    assert len(decoded) <= film_module.BEGINNING + film_module.LOOK + 10
    decoded.clear()
    assert read_number(frame_at(film, frame=187)) == 187
    assert len(decoded) <= film_module.LOOK + 10


def test_rejects_an_array_that_would_not_fit(clip):
    with pytest.raises(VideoError, match=r"40 frames .* need 1,843,200 bytes .*read_frames"):
        read_video(clip, max_bytes=1_000_000)
    assert len(read_video(clip, stop=20, max_bytes=1_000_000)) == 20
    assert len(read_video(clip, size=(48, 80), max_bytes=1_000_000)) == 40


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": -1}, "start must be a whole number >= 0"),
        ({"start": 1.5}, "start must be a whole number"),
        ({"step": 0}, "step must be a whole number >= 1"),
        ({"start": 9, "stop": 9}, r"stop must be greater than start \(9\)"),
        ({"start": 40}, "start=40 is past the end: .* has 40 frames"),
        ({"size": 64}, r"size must be \(height, width\)"),
        ({"size": (0, 5)}, r"size must be \(height, width\)"),
        ({"colour": "hsv"}, "colour must be 'rgb', 'bgr', 'gray' or 'luma'"),
    ],
    ids=str,
)
def test_rejects_options_that_make_no_sense(clip, options, message):
    with pytest.raises(VideoError, match=message):
        next(read_frames(clip, **options))
    with pytest.raises(VideoError, match=message):
        read_video(clip, **options)


def test_rejects_a_frame_or_second_outside(clip):
    for options, message in (
        ({}, "either frame or seconds"),
        ({"frame": 1, "seconds": 1}, "either frame or seconds"),
        ({"frame": 40}, "frames go from 0 to 39"),
        ({"frame": -1}, "whole number >= 0"),
        ({"seconds": 1.7}, r"0 <= seconds < 1\.600"),
        ({"seconds": -0.1}, "0 <= seconds"),
    ):
        with pytest.raises(VideoError, match=message):
            frame_at(clip, **options)


@pytest.fixture
def folder(tmp_path):
    for number in range(12):
        Image.fromarray(painted(number)).save(tmp_path / f"frame{number}.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "._frame3.png").write_bytes(b"rubbish of another system")
    return tmp_path


def test_a_folder_of_pictures_is_a_video(folder):
    assert np.array_equal(read_video(folder), [painted(i) for i in range(12)])
    assert np.array_equal(frame_at(folder, frame=10), painted(10))
    assert np.array_equal(frame_at(folder, seconds=0.4), painted(10))
    assert np.array_equal(frame_at(folder, frame=2, colour="bgr"), painted(2)[..., ::-1])
    assert read_video(folder, start=2, step=3, colour="gray", size=(48, 80)).shape == (4, 48, 80)
    info = probe(folder)
    assert (info.frames, info.width, info.height, info.codec) == (12, 160, 96, "pictures")
    assert len(info.notes) == 1
    assert "no clock" in info.notes[0]


def test_a_folder_checks_its_pictures(folder, tmp_path_factory):
    (folder / "frame7.png").write_bytes((folder / "frame7.png").read_bytes()[:900])
    with pytest.warns(VideoWarning, match=r"frame7\.png cannot be read"):
        assert len(read_video(folder)) == 11
    Image.fromarray(painted(5, (50, 80))).save(folder / "frame5.png")
    with (
        pytest.warns(VideoWarning, match=r"frame7\.png cannot be read; left out"),
        pytest.raises(VideoError, match=r"Frame 5 .* 50 x 80 .* 96 x 160.*size="),
    ):
        read_video(folder)
    with pytest.warns(VideoWarning, match="frame7"):
        assert read_video(folder, size=(50, 80)).shape == (11, 50, 80, 3)
    info = probe(folder)
    assert info.frames == 11
    assert "several sizes" in info.notes[1]
    assert "frame7.png" in info.notes[2]
    with pytest.raises(VideoError, match="folder without pictures"):
        read_video(tmp_path_factory.mktemp("bare"))


def test_pictures_of_many_kinds_become_rgb(tmp_path):
    picture = painted(9)
    Image.fromarray((picture[..., 0].astype(np.uint16) << 8) + 7).save(tmp_path / "a.png")
    Image.fromarray(np.dstack([picture, picture[..., :1]])).save(tmp_path / "b.png")
    Image.fromarray(picture).quantize(256).save(tmp_path / "c.png")
    turned = Image.fromarray(np.rot90(picture))
    exif = turned.getexif()
    exif[0x0112] = 6  # to be turned clockwise for showing
    turned.save(tmp_path / "d.jpg", exif=exif, quality=95)
    video = read_video(tmp_path)
    assert np.array_equal(video[0], np.repeat(picture[..., :1], 3, axis=-1))
    assert np.array_equal(video[1], picture)
    assert [read_number(frame) for frame in video] == [9] * 4
