"""The motion that a file tells, held against films whose motion is known."""

import struct

import numpy as np
import pytest

from tests.media import make_clip, patch
from vidlearn import video
from vidlearn.video.convert import upright

CALL = {"bframes": 0, "ref": 1}


def textured(rng, size=(64, 96)):
    coarse = rng.integers(0, 255, (size[0] // 8, size[1] // 8, 3)).astype(np.uint8)
    return coarse.repeat(8, 0).repeat(8, 1)


@pytest.mark.parametrize("step", [(2, 0), (-3, 0), (1, 4)])
def test_a_picture_that_slides_tells_its_motion_by_hand(tmp_path, step):
    picture = textured(np.random.default_rng(3))
    film = [np.roll(picture, (step[1] * t, step[0] * t), axis=(0, 1)) for t in range(6)]
    told = video.motion_vectors(video.write_video(tmp_path / "a.mp4", film, x264=CALL))
    assert [each.kind for each in told] == ["I", *"PPPPP"]
    assert not len(told[0].blocks)
    for each in told[1:]:
        assert each.earlier.all()
        inner = each.field((64, 96))[16:48, 16:80]
        np.testing.assert_allclose(np.nanmedian(inner, axis=(0, 1)), step, atol=0.25)


def test_blocks_lie_in_the_grid_and_field_paints_them_by_hand():
    blocks = np.array([[0, 0, 8, 16], [8, 0, 16, 16], [16, 0, 32, 16]])
    motion = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    told = video.MotionVectors("B", blocks, motion, np.array([True, True, False]))
    field = told.field((20, 32))
    assert field.shape == (20, 32, 2)
    assert field[15, 7].tolist() == [1, 2]
    assert field[0, 8].tolist() == [3, 4]
    assert np.isnan(field[16:]).all()  # no block
    assert np.isnan(field[:, 16:]).all()  # copied from a later frame


def test_a_block_at_the_rim_is_painted_as_far_as_the_frame_reaches_by_hand():
    told = video.MotionVectors(
        "P", np.array([[-4, -2, 4, 6]]), np.array([[3, 4]], np.float32), np.array([True])
    )
    known = ~np.isnan(told.field((10, 12))[..., 0])
    assert np.argwhere(known).tolist() == [[i, j] for i in range(6) for j in range(4)]


def test_the_blocks_of_a_film_cover_its_frames_from_the_corner_on(tmp_path):
    film = video.write_video(tmp_path / "a.mp4", np.zeros((3, 64, 96, 3), np.uint8), x264=CALL)
    blocks = video.motion_vectors(film)[1].blocks
    assert (blocks.min(axis=0)[:2].tolist(), blocks.max(axis=0)[2:].tolist()) == ([0, 0], [96, 64])


@pytest.mark.filterwarnings("ignore:.*the header promises")
def test_a_film_of_which_nothing_decodes_is_refused(tmp_path):
    whole = video.write_video(tmp_path / "whole.mp4", np.full((30, 96, 160, 3), 90, np.uint8))
    data = whole.read_bytes()
    film = tmp_path / "cut.mp4"
    film.write_bytes(data[: data.index(b"mdat") + 40])
    for read in (video.motion_vectors, video.read_packets):
        with pytest.raises(video.VideoError, match=r"Not one frame of .* can be decoded"):
            read(film)


def test_b_frames_look_both_ways_and_motion_points_the_way_things_go(tmp_path):
    picture = textured(np.random.default_rng(4))
    film = [np.roll(picture, t, axis=1) for t in range(24)]
    told = video.motion_vectors(video.write_video(tmp_path / "a.mp4", film))
    assert len(told) == 24
    assert any(each.kind == "B" and not each.earlier.all() for each in told)
    right = np.concatenate([each.motion[:, 0] for each in told])
    assert np.mean(right > 0) > 0.8


def test_stop_reads_no_further(tmp_path):
    path = make_clip(tmp_path / "a.mp4", frames=12)
    assert len(video.motion_vectors(path)) == 12
    assert len(video.motion_vectors(path, stop=5)) == 5


@pytest.mark.parametrize(
    ("matrix", "way"),
    [
        ((0, 1, -1, 0), [[0, 1], [-1, 0]]),
        ((-1, 0, 0, -1), [[-1, 0], [0, -1]]),
        ((0, -1, 1, 0), [[0, -1], [1, 0]]),
        ((-1, 0, 0, 1), [[-1, 0], [0, 1]]),
    ],
    ids=["90", "180", "270", "mirror"],
)
def test_a_turned_film_tells_its_motion_as_it_is_shown(tmp_path, matrix, way):
    picture = textured(np.random.default_rng(3))
    frames = [np.full((64, 96, 3), 128, np.uint8) for _ in range(4)]
    for t, frame in enumerate(frames):
        frame[8:40, 8 + 4 * t : 56 + 4 * t] = picture[:32, :48]  # upper left, to the right
    film = video.write_video(tmp_path / "a.mp4", frames, x264=CALL)
    plain = video.motion_vectors(film)[2].field((64, 96))
    a, b, c, d = (65536 * value for value in matrix)
    patch(film, b"tkhd", 4 + 40, struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30))
    size = video.read_video(film, stop=1).shape[1:3]
    field = video.motion_vectors(film)[2].field(size)
    expected = upright(plain, matrix) @ np.array(way, np.float32)
    np.testing.assert_array_equal(field, expected)


def test_mpeg4_tells_its_motion_too(tmp_path):
    told = video.motion_vectors(make_clip(tmp_path / "a.avi", frames=6, codec="mpeg4"))
    assert sum(len(each.blocks) for each in told) > 0


def test_frames_that_are_all_told_anew_have_no_blocks(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (4, 32, 48, 3), np.uint8)
    film = video.write_video(tmp_path / "a.mp4", noise, x264=CALL | {"scenecut": 0})
    told = video.motion_vectors(film)
    assert [each.kind for each in told] == ["I", *"PPP"]
    assert not any(len(each.blocks) for each in told)


def test_a_damaged_film_warns_and_keeps_the_numbers_of_its_frames(tmp_path):
    film = make_clip(tmp_path / "a.mp4", 40, options={"g": "10", "bf": "0"})
    sizes = video.read_packets(film).size
    at = film.read_bytes().index(b"mdat") + 4
    spoiled = bytearray(film.read_bytes())
    start = at + int(sizes[:15].sum())
    spoiled[start : start + int(sizes[15])] = bytes(int(sizes[15]))
    film.write_bytes(spoiled)
    with pytest.warns(video.VideoWarning, match="damaged"):
        frames = list(video.read_frames(film))
    with pytest.warns(video.VideoWarning, match="damaged"):
        told = video.motion_vectors(film)
    assert len(told) == len(frames)


@pytest.mark.parametrize("size", [None, 64, (64,), (64, 96, 3), (-1, 5), ("a", 2), (6.5, 4)])
def test_field_rejects_what_is_no_size(size):
    told = video.MotionVectors("P", np.zeros((0, 4), int), np.zeros((0, 2)), np.zeros(0, bool))
    with pytest.raises(video.VideoError, match="size must be"):
        told.field(size)


def test_rejects_what_tells_no_motion(tmp_path):
    silent = make_clip(tmp_path / "a.webm", frames=6, codec="libvpx-vp9")
    with pytest.raises(video.VideoError, match="hands out no motion"):
        video.motion_vectors(silent)
    (tmp_path / "pictures").mkdir()
    from PIL import Image

    Image.new("RGB", (64, 48)).save(tmp_path / "pictures" / "1.png")
    with pytest.raises(video.VideoError, match="pictures, not a film"):
        video.motion_vectors(tmp_path / "pictures")
    with pytest.raises(video.VideoError, match="stop"):
        video.motion_vectors(silent, stop=0)
