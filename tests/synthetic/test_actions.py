import numpy as np
import pytest

from vidlearn.synthetic import TIMED, WORLDS, actions

SMALL = {"frames": 5, "size": (32, 44)}


def test_shapes_types_and_truth():
    clips = actions(11, **SMALL, seed=1)
    assert (clips.frames.shape, clips.frames.dtype) == ((11, 5, 32, 44, 3), np.uint8)
    assert (clips.labels.shape, clips.labels.dtype) == ((11,), np.int64)
    assert (clips.keypoints.shape, clips.keypoints.dtype) == ((11, 5, 1, 17, 2), np.float32)
    assert (clips.visible.shape, clips.visible.dtype) == ((11, 5, 1, 17), bool)
    assert clips.names == TIMED
    assert np.bincount(clips.labels).tolist().count(1) == 9  # 11 clips, 10 classes
    assert ((clips.actions == -1) | (clips.actions == clips.labels[:, None])).all()
    assert (clips.actions >= 0).any(1).all()


def test_same_seed_same_bytes_other_seed_other_clips():
    one, same, other = (actions(3, **SMALL, seed=seed) for seed in (4, 4, 5))
    assert (one.frames == same.frames).all()
    assert (one.labels == same.labels).all()
    assert (one.frames != other.frames).any()


@pytest.mark.parametrize("world", WORLDS)
def test_every_world_can_be_drawn(world):
    clips = actions(2, **SMALL, world=world, seed=2)
    assert clips.frames.std() > 10
