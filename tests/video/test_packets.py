import numpy as np
import pytest

from tests.media import make_clip
from vidlearn.video import VideoError, VideoWarning, read_frames, read_packets, write_video


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    options = {"g": "8", "bf": "2", "sc_threshold": "0"}
    return make_clip(tmp_path_factory.mktemp("film") / "a.mp4", 30, options=options)


def test_packets_stand_in_the_order_of_decoding(film):
    packets = read_packets(film)
    assert sorted(packets.frame.tolist()) == list(range(30))
    assert packets.frame[packets.key].tolist() == [0, 8, 16, 24]
    assert set(packets.kind[packets.key]) == {"I"}
    assert (packets.kind == "B").any()
    place = np.argsort(packets.frame)
    for frame in packets.frame[packets.kind == "B"]:
        later = packets.frame[: place[frame]]
        assert (later > frame).any(), "what it is told from lies before it, in the file"


def test_packets_hold_all_bytes_of_the_pictures(film):
    import av

    with av.open(str(film)) as file:
        found = [(p.pts, p.size) for p in file.demux(video=0) if p.size]
    packets = read_packets(film)
    assert packets.size.tolist() == [size for _, size in found]
    order = sorted(range(30), key=lambda k: found[k][0])
    assert np.argsort(packets.frame).tolist() == order


def test_only_the_first_frames_are_asked_for(film):
    part, whole = read_packets(film, stop=10), read_packets(film)
    assert sorted(part.frame.tolist()) == list(range(10))
    kept = whole.frame < 10
    for name in whole._fields:
        assert getattr(part, name).tolist() == getattr(whole, name)[kept].tolist(), name
    assert len(read_packets(film, stop=99).frame) == 30


def test_a_variable_rate_has_packets_in_order(tmp_path):
    frames = np.random.default_rng(0).integers(0, 256, (6, 32, 48, 3), np.uint8)
    path = write_video(tmp_path / "v.mp4", frames, times=[0, 0.04, 0.08, 0.2, 0.3, 0.9])
    packets = read_packets(path)
    assert packets.frame.tolist() == list(range(6))
    assert "B" not in packets.kind


def test_a_codec_without_kinds_is_complete_in_each_frame(tmp_path):
    path = make_clip(tmp_path / "a.avi", 5, codec="mjpeg", pix_fmt="yuvj420p")
    assert read_packets(path).kind.tolist() == ["I"] * 5


def test_rejects_what_has_no_packets_one_by_one(tmp_path, film):
    from PIL import Image

    Image.new("RGB", (8, 8)).save(tmp_path / "0.png")
    with pytest.raises(VideoError, match="holds pictures, no packets"):
        read_packets(tmp_path)
    with pytest.raises(VideoError, match="stop must be"):
        read_packets(film, stop=0)


def test_rejects_packets_that_do_not_say_which_frame_is_theirs(tmp_path):
    raw = make_clip(tmp_path / "a.h264", 12)
    with pytest.raises(VideoError, match="no time stamps of their own"):
        read_packets(raw)


def test_rejects_a_film_of_which_a_frame_in_the_middle_is_lost(tmp_path):
    path = make_clip(tmp_path / "a.avi", 12, codec="mjpeg", pix_fmt="yuvj420p")
    sizes, data = read_packets(path).size, bytearray(path.read_bytes())
    start = [k for k in range(len(data) - 1) if data[k : k + 3] == b"\xff\xd8\xff"][5]
    data[start : start + int(sizes[5])] = bytes(int(sizes[5]))
    path.write_bytes(data)
    with (
        pytest.warns(VideoWarning, match="damaged"),
        pytest.raises(VideoError, match="do not go together: 12 packets, 11 frames"),
    ):
        read_packets(path)


def test_a_film_cut_short_tells_what_is_left(tmp_path, film):
    whole = write_video(tmp_path / "whole.mp4", read_frames(film))
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: 2 * whole.stat().st_size // 3])
    with pytest.warns(VideoWarning, match="promises 30 frames"):
        left = read_packets(cut)
    all_of_them = read_packets(whole)
    count = len(left.frame)
    assert 5 < count < 30
    assert left.size.tolist() == all_of_them.size[:count].tolist()
