"""Reading: every container, exact seeking, ranges, sizes, colours, folders."""

import pytest

from tests.media import make_clip, read_number
from vidlearn.video import (
    frame_at,
    probe,
    read_frames,
)

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
