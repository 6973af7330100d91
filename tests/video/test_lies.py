"""Files that lie: what decodes is returned, what does not is told."""

import struct
import warnings

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip, painted, patch, read_number
from vidlearn.video import (
    VideoError,
    VideoWarning,
    frame_at,
    frame_times,
    probe,
    read_frames,
    read_video,
    sample_clip,
)

PLAYLIST = b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"


def numbers(path, **options):
    return [read_number(frame) for frame in read_frames(path, **options)]


def test_rejects_a_missing_file(tmp_path):
    make_clip(tmp_path / "holiday.mp4", frames=2)
    with pytest.raises(VideoError, match=r"no file .*holidays\.mp4\. Did you mean holiday\.mp4\?"):
        read_frames(tmp_path / "holidays.mp4")
    with pytest.raises(VideoError, match="Check the folder"):
        probe(tmp_path / "nowhere" / "x.mp4")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.mp4", b"", "is empty"),
        ("noise.mp4", bytes(range(256)) * 40, "is not a video"),
        ("notes.mp4", b"Dear diary, today I filmed a cat.\n" * 50, "not a video"),
        ("notes.txt", b"Dear diary, today I filmed a cat.\n" * 50, "not a video"),
        (
            "list.mp4",
            b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
            "not a vid",
        ),
        ("zeros.avi", bytes(5000), "is not a video"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_rejects_what_is_not_a_video(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    for call in (probe, read_video, sample_clip, frame_times):
        with pytest.raises(VideoError, match=message):
            call(tmp_path / name)


def test_rejects_sound_alone(tmp_path):
    with av.open(str(tmp_path / "song.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(VideoError, match="holds sound only"):
        probe(tmp_path / "song.mp4")


def test_a_title_in_an_old_encoding_does_no_harm(tmp_path):
    with av.open(str(tmp_path / "cafe.avi"), "w") as container:
        container.metadata["title"] = "Caf12"
        stream = container.add_stream("mpeg4", rate=25)
        stream.height, stream.width, stream.pix_fmt = 96, 160, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(painted(3))))
        container.mux(stream.encode(None))
    film = patch(tmp_path / "cafe.avi", b"Caf12", 0, "Caf\xe9!".encode("latin-1"))
    assert numbers(film) == [3]


def test_a_picture_is_a_video_of_one_frame(tmp_path):
    Image.fromarray(painted(7)).save(tmp_path / "seven.png")
    assert np.array_equal(read_video(tmp_path / "seven.png"), [painted(7)])
    assert probe(tmp_path / "seven.png").frames == 1


def test_rejects_a_recording_without_its_index(tmp_path):
    film = make_clip(tmp_path / "cut.mp4", frames=30)
    film.write_bytes(film.read_bytes()[:-2000])
    with pytest.raises(VideoError, match=r"moov atom.*Copy or download the file again"):
        probe(film)


def test_rejects_an_unknown_codec(tmp_path):
    film = patch(make_clip(tmp_path / "odd.mp4", frames=5), b"avc1\x00", 0, b"zzzz")
    with pytest.raises(VideoError, match=r"codec that this decoder does not know.*ffmpeg"):
        probe(film)


@pytest.mark.parametrize("name", ["cut.mp4", "cut.avi", "cut.mkv", "cut.webm", "cut.ts"])
def test_a_truncated_file_gives_what_is_there(tmp_path, name):
    codec = {"webm": "libvpx-vp9", "avi": "mpeg4"}.get(name.split(".")[1], "libx264")
    muxer = {"movflags": "+faststart"} if name == "cut.mp4" else {}
    film = make_clip(
        tmp_path / name, frames=75, codec=codec, options={"g": "12", "bf": "0"}, muxer=muxer
    )
    film.write_bytes(film.read_bytes()[: int(film.stat().st_size * 0.6)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = numbers(film)
        clip = sample_clip(film, frames=4)
    info = probe(film)
    assert 20 < len(found) < 75
    if name == "cut.ts":  # nothing marks the last picture as cut, so it is patched up
        found = [*found[:-1], len(found) - 1]
    assert found == list(range(len(found)))
    assert info.frames == len(found)
    assert read_number(clip[-1]) == int(3.5 * len(found) / 4)
    if name != "cut.ts":  # a transport stream promises nothing
        assert any(isinstance(w.message, VideoWarning) for w in caught)
        assert any("promises" in note or "breaks off" in note for note in info.notes)


@pytest.mark.parametrize(
    ("promised", "note"),
    [
        (7, "the header counts 7 frames, 30 are shown"),
        (999, "the header promises 999 frames, 30 can be decoded"),
    ],
)
def test_a_wrong_frame_count_is_told(tmp_path, promised, note):
    film = make_clip(tmp_path / "count.avi", frames=30, codec="mpeg4")
    patch(film, b"strh", 8 + 32, struct.pack("<I", promised))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert numbers(film) == list(range(30))
        assert read_number(frame_at(film, frame=29)) == 29
    info = probe(film)
    assert (info.frames, info.header_frames) == (30, promised)
    assert note in info.notes


def test_a_rate_of_zero_is_told(tmp_path):
    film = make_clip(tmp_path / "zero.avi", frames=30, codec="mpeg4")
    patch(film, b"strh", 8 + 24, struct.pack("<I", 0))
    patch(film, b"avih", 8, struct.pack("<I", 0))
    info = probe(film)
    assert numbers(film) == list(range(30))
    assert info.fps > 0
    assert info.seconds == pytest.approx(30 / info.fps)


def test_damage_in_the_middle_is_told(tmp_path):
    film = make_clip(tmp_path / "rot.mp4", frames=60, options={"g": "12"})
    raw = bytearray(film.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 400] = bytes(400)
    film.write_bytes(raw)
    with pytest.warns(VideoWarning, match="damaged"):
        found = list(read_frames(film))
    info = probe(film)
    assert 40 < info.frames == len(found) <= 60
    assert any("damaged" in note for note in info.notes)
    last = frame_at(film, frame=len(found) - 1)
    assert np.array_equal(last, found[-1])
    assert read_number(last) == 59


@pytest.mark.parametrize(
    ("matrix", "degrees", "turn"),
    [
        ((0, 1, -1, 0), 90, lambda x: np.rot90(x, -1)),
        ((-1, 0, 0, -1), 180, lambda x: np.rot90(x, 2)),
        ((0, -1, 1, 0), 270, np.rot90),
        ((-1, 0, 0, 1), 0, np.fliplr),
        ((1, 0, 0, -1), 0, np.flipud),
    ],
    ids=["90", "180", "270", "mirror", "upside"],
)
def test_a_turned_recording_comes_out_upright(tmp_path, matrix, degrees, turn):
    film = make_clip(tmp_path / "turned.mp4", frames=3)
    plain = frame_at(film, frame=2)  # of the same file, for encoders may round otherwise next time
    a, b, c, d = (65536 * value for value in matrix)
    patch(film, b"tkhd", 4 + 40, struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30))
    info, frame = probe(film), frame_at(film, frame=2)
    assert np.array_equal(frame, turn(plain))
    assert (info.height, info.width) == frame.shape[:2]
    assert info.rotation == degrees
    assert len(info.notes) == 1
    gray = frame_at(film, frame=2, colour="gray")
    assert frame_at(film, frame=2, colour="luma", size=(40, 30)).shape == (40, 30)
    small = frame_at(film, frame=2, size=(40, 30))
    assert gray.shape == frame.shape[:2]
    assert small.shape == (40, 30, 3)
    expected = cv2.resize(frame, (30, 40), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - expected).mean() < 6
    if degrees:  # OpenCV turns, but does not mirror
        reader = cv2.VideoCapture(str(film))
        peer = [reader.read()[1] for _ in range(3)][2][..., ::-1]
        assert np.abs(peer.astype(int) - frame).mean() < 3


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "note"),
    [
        ("ten.mp4", "libx265", "yuv420p10le", "10 bits"),
        ("ten.mov", "prores_ks", "yuv422p10le", "10 bits"),
        ("alpha.mov", "qtrle", "argb", "alpha"),
        ("alpha.webm", "libvpx-vp9", "yuva420p", "alpha"),
        ("grey.mkv", "ffv1", "gray", "grey"),
        ("odd.mkv", "ffv1", "yuv444p", "odd width"),
    ],
    ids=lambda value: value if "." in value else "",
)
def test_other_pixels_become_rgb(tmp_path, name, codec, pix_fmt, note):
    size = (97, 161) if "odd" in name else (96, 160)
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    film = make_clip(
        tmp_path / name, frames=12, size=size, codec=codec, pix_fmt=pix_fmt, options=options
    )
    info = probe(film)
    video = read_video(film)
    assert any(note in said for said in info.notes), info
    assert (info.height, info.width) == size
    assert video.shape == (12, *size, 3)
    assert [read_number(frame) for frame in video] == list(range(12))
    assert read_video(film, colour="gray").shape == (12, *size)
    if note != "grey":
        assert np.abs(video[5].astype(int) - painted(5, size)).mean() < 8


def test_a_variable_frame_rate_is_told_and_sought(tmp_path):
    times = np.cumsum([0] + [20, 40, 100, 33] * 10)
    for name in ("vfr.mkv", "vfr.mp4"):
        film = make_clip(tmp_path / name, frames=41, times=times, options={"g": "10", "bf": "2"})
        info = probe(film)
        assert info.variable_frame_rate
        assert info.fps == pytest.approx(40 / times[-1] * 1000, rel=1e-3)
        assert any("20 to 100 ms" in note for note in info.notes)
        np.testing.assert_allclose(frame_times(film), times / 1000, atol=1e-3)
        for number in (0, 7, 23, 40):
            assert read_number(frame_at(film, seconds=times[number] / 1000)) == number
            assert read_number(frame_at(film, seconds=times[number] / 1000 + 0.015)) == number
            assert read_number(frame_at(film, frame=number)) == number


@pytest.mark.parametrize("name", ["late.mkv", "late.mp4", "late.ts"])
def test_a_late_start_counts_from_its_first_frame(tmp_path, name):
    times = 5000 + 40 * np.arange(40)
    film = make_clip(tmp_path / name, frames=40, times=times, options={"g": "10", "bf": "2"})
    assert read_number(frame_at(film, seconds=0)) == 0
    assert read_number(frame_at(film, seconds=1.0)) == 25
    assert read_number(frame_at(film, frame=33)) == 33
    info = probe(film)
    assert info.seconds == pytest.approx(1.6, abs=0.01)
    assert info.notes == ()


def test_an_edit_list_hides_frames(tmp_path):
    film = make_clip(tmp_path / "edit.mp4", frames=60, options={"g": "24", "bf": "2"})
    raw = film.read_bytes()
    at = raw.index(b"elst") + 12
    duration, start = struct.unpack(">II", raw[at : at + 8])
    assert duration == 2400  # milliseconds
    patch(film, b"elst", 12, struct.pack(">II", 1200, start + 30 * 512))  # 512 ticks a frame
    patch(film, b"mvhd", 20, struct.pack(">I", 1200))
    patch(film, b"tkhd", 24, struct.pack(">I", 1200))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert numbers(film) == list(range(30, 60))
    assert [read_number(frame_at(film, frame=i)) for i in (0, 17, 29)] == [30, 47, 59]
    assert read_number(frame_at(film, seconds=0.4)) == 40
    info = probe(film)
    assert (info.frames, info.seconds) == (30, 1.2)
    assert info.notes == ("the header counts 60 frames, 30 are shown",)


def test_one_frame_is_a_video(tmp_path):
    film = make_clip(tmp_path / "one.mp4", frames=1)
    info = probe(film)
    assert (info.frames, info.fps) == (1, 25.0)
    assert info.seconds == pytest.approx(0.04)
    assert sample_clip(film, frames=5).shape == (5, 96, 160, 3)
    assert read_number(frame_at(film, seconds=0.03)) == 0
    with pytest.raises(VideoError, match="frames go from 0 to 0"):
        frame_at(film, frame=1)


def test_rejects_pictures_that_change_size(tmp_path):
    first, second = (
        make_clip(tmp_path / name, frames=10, size=size, codec="mjpeg", pix_fmt="yuvj420p")
        for name, size in (("a.mjpeg", (96, 160)), ("b.mjpeg", (48, 80)))
    )
    first.write_bytes(first.read_bytes() + second.read_bytes())
    with pytest.raises(VideoError, match=r"Frame 10 .* 48 x 80 .*96 x 160.*size="):
        read_video(first)
    assert read_video(first, size=(48, 80)).shape == (20, 48, 80, 3)
