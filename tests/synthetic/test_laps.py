from collections import Counter

import numpy as np
import pytest

from vidlearn.synthetic import laps
from vidlearn.synthetic.laps import STEPS

PART = {"things": ["3", "cup"], "photographs": ["cat", "grass", "china"], "size": (18, 22)}


def bag(clip):
    """The frames of a clip without their order."""
    return Counter(frame.tobytes() for frame in clip)


def test_shapes_types_and_truth():
    clips = laps(9, frames=8, **PART, seed=1)
    assert (clips.frames.shape, clips.frames.dtype) == ((9, 8, 18, 22, 3), np.uint8)
    assert (clips.labels.shape, clips.labels.dtype) == ((9,), np.int64)
    assert (clips.stages.shape, clips.names) == ((9, 8), tuple(STEPS))
    assert set(clips.things) == {"3", "cup"}
    assert set(clips.photographs) == {"cat", "grass", "china"}
    assert max(Counter(clips.labels.tolist()).values()) == 3  # 9 clips, 4 classes: 3, 2, 2, 2


def test_same_seed_same_bytes_other_seed_other_clips():
    one, same, other = (laps(3, frames=7, **PART, seed=seed) for seed in (4, 4, 5))
    assert (one.frames == same.frames).all()
    assert (one.labels == same.labels).all()
    assert (one.frames != other.frames).any()


@pytest.mark.parametrize("frames", [7, 8, 10, 16])
def test_the_classes_are_the_same_frames_in_another_order(frames):
    """Clip by clip and byte by byte: what one class shows, each other class shows as well."""
    by_class = [laps(5, frames=frames, **PART, labels=[k] * 5, seed=2) for k in range(4)]
    for n in range(5):
        bags = [bag(clips.frames[n]) for clips in by_class]
        assert len(bags[0]) == frames  # no two frames of a clip are alike
        assert bags[0] == bags[1] == bags[2] == bags[3]
    for k, clips in enumerate(by_class):
        for other in by_class:
            assert (other.as_if(k) == clips.frames).all()
        for other in by_class[:k]:
            assert all((a != b).any() for a, b in zip(clips.frames, other.frames, strict=True))


def test_reversing_a_clip_gives_a_clip_of_the_other_direction():
    clips = laps(6, frames=10, **PART, seed=3)
    steps = np.array(list(STEPS.values()))
    back = np.diff(clips.stages[:, ::-1], axis=1) % 10
    assert (back == -steps[clips.labels][:, None] % 10).all()


def test_no_place_in_the_clip_tells_the_class():
    """At each place every stage is equally likely, whatever the class: the start is uniform."""
    clips = laps(2000, frames=7, size=(16, 16), things=["0"], photographs=["cat"], seed=0)
    for label in range(4):
        stages = clips.stages[clips.labels == label]  # (500, 7)
        for place in range(7):
            shares = np.bincount(stages[:, place], minlength=7) / len(stages)
            assert np.abs(shares - 1 / 7).max() < 0.06


def test_clockwise_is_clockwise_on_the_screen():
    lap = laps(1, frames=40, size=(60, 60), things=["cup"], photographs=["hubble"], labels=[0])
    moved = np.abs(lap.frames[0] - np.median(lap.frames[0], axis=0)).sum(-1) > 60  # (40, 60, 60)
    places = np.array([np.argwhere(mask).mean(0)[::-1] for mask in moved]) - 30  # x, y
    turns = np.diff(np.unwrap(np.arctan2(places[:, 1], places[:, 0])))
    assert (turns > 0).all()  # y points down, so growing angles turn clockwise
    assert turns.mean() == pytest.approx(2 * np.pi / 40, rel=0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count must be at least 1. Received: 0"),
        ({"frames": 9}, "not divisible by 3.*Received: 9"),
        ({"frames": 5}, "frames must be at least 7"),
        ({"size": (15, 40)}, "size must be at least 16 pixels each way"),
        ({"things": ["dog"]}, "things must be a list of 0, 1.*Received: .'dog'"),
        ({"photographs": []}, "photographs must name at least one"),
        ({"photographs": ["lena"]}, "picture must be one of"),
        ({"labels": [0, 4]}, "labels must be 2 whole numbers from 0 to 3"),
        ({"labels": [0]}, "labels must be 2 whole numbers"),
    ],
)
def test_rejects_what_it_cannot_make(options, message):
    with pytest.raises(ValueError, match=message):
        laps(**{"count": 2, **options})
