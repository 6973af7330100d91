"""The motion that a file tells, held against films whose motion is known."""

import numpy as np
import pytest

from tests.media import make_clip
from vidlearn import video

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


def test_mpeg4_tells_its_motion_too(tmp_path):
    told = video.motion_vectors(make_clip(tmp_path / "a.avi", frames=6, codec="mpeg4"))
    assert sum(len(each.blocks) for each in told) > 0


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
