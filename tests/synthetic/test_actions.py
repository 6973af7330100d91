import numpy as np
import pytest

from vidlearn.synthetic import NATURAL, TIMED, WORLDS, actions, people
from vidlearn.synthetic.people import source

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
    assert (one.keypoints == same.keypoints).all()
    assert (one.frames != other.frames).any()


@pytest.mark.parametrize("kinds", [TIMED, NATURAL], ids=["timed", "natural"])
@pytest.mark.parametrize(("frames", "size"), [(4, (32, 32)), (7, (224, 96)), (64, (33, 90))])
def test_any_size_and_length(kinds, frames, size):
    clips = actions(2, kinds=kinds, labels=[0, 7], frames=frames, size=size, seed=6)
    assert clips.frames.shape == (2, frames, *size, 3)
    assert np.isfinite(clips.keypoints).all()
    assert clips.visible.mean() > 0.3


@pytest.mark.parametrize("world", WORLDS)
def test_worlds_hold_out_what_they_say(world):
    one, two = (source(w, 5) for w in ("seen", world))
    assert source(world, 5) is two
    assert (one is two) == (world == "seen")
    who = [source(world, k) for k in range(40)]
    assert {w.photograph in people.PLACES for w in who} == {world != "new place"}
    assert {w.floor in people.FLOORS for w in who} == {world != "new place"}
    low = {w.height < people.HEIGHTS[1] and abs(w.aside) < people.ASIDE[1] for w in who}
    assert low == {world != "new viewpoint"}
    clips = actions(2, **SMALL, world=world, seed=2)
    assert clips.frames.std() > 10
    assert set(clips.people // people.PEOPLE) == {WORLDS.index(world)}


def test_what_is_held_out_shares_nothing_with_what_is_seen():
    assert not set(people.PLACES) & set(people.NEW_PLACES)
    assert not set(people.FLOORS) & set(people.NEW_FLOORS)
    assert not set(people.CLOTHS) & set(people.NEW_CLOTHS)
    assert people.HEIGHTS[1] < people.NEW_HEIGHTS[0]
    assert people.ASIDE[1] < people.NEW_ASIDE[0]


def test_new_clothes_are_cut_from_photographs_never_worn(monkeypatch):
    cut = []
    monkeypatch.setattr(people, "picture", lambda name: cut.append(name) or np.ones((60, 60, 3)))
    for world, allowed in (("seen", people.CLOTHS), ("new clothes", people.NEW_CLOTHS)):
        cut.clear()
        for number in range(12):
            people.source.__wrapped__(world, number)
        assert set(cut) <= set(allowed)
        assert len(set(cut)) > 2


def test_one_source_is_one_person_at_one_place():
    clips = actions(60, **SMALL, seed=8)
    numbers, counts = np.unique(clips.people, return_counts=True)
    assert counts.max() > 1
    assert len(numbers) > 40


@pytest.mark.parametrize("labels", [[0, 3, 5, 6, 9], [1, 2, 4, 7, 8]])
def test_the_partner_is_the_class_backwards_number_by_number(labels):
    clips = actions(5, **SMALL, labels=labels, seed=9)
    other = actions(5, **SMALL, labels=np.array(labels) ^ 1, seed=9)
    back = clips.backwards()
    assert (other.states == back.states).all()
    assert (other.labels == back.labels).all()
    assert (other.actions == back.actions).all()
    assert (other.people == back.people).all()


def test_backwards_turns_frames_and_all_truth_round():
    clips = actions(10, **SMALL, labels=range(10), seed=3)
    back = clips.backwards()
    assert [back.names[k] for k in back.labels] == [TIMED[k ^ 1] for k in range(10)]
    assert (back.frames == clips.frames[:, ::-1]).all()
    assert (back.keypoints[:, 0] == clips.keypoints[:, -1]).all()
    assert (back.visible[:, 1] == clips.visible[:, -2]).all()
    moving = clips.actions >= 0
    assert (back.actions == np.where(moving, np.arange(10)[:, None] ^ 1, -1)[:, ::-1]).all()
    again = back.backwards()
    assert (again.labels == clips.labels).all()
    assert (again.frames == clips.frames).all()


def test_backwards_and_mirrored_go_by_names_not_by_numbers():
    pair = actions(2, kinds=("turn right", "close", "open", "turn left"), labels=[0, 1], **SMALL)
    assert pair.backwards().labels.tolist() == [3, 2]
    assert pair.mirrored().labels.tolist() == [3, 1]


def test_mirrored_swaps_left_and_right_and_nothing_else():
    clips = actions(10, **SMALL, labels=range(10), seed=3)
    other = clips.mirrored()
    assert (other.frames == clips.frames[:, :, :, ::-1]).all()
    assert other.labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]
    left, right = (clips.joints.index(f"{side}_wrist") for side in ("left", "right"))
    was = clips.keypoints[..., right, :]
    assert other.keypoints[..., left, 0] == pytest.approx(44 - was[..., 0], abs=1e-4)
    assert (other.keypoints[..., left, 1] == was[..., 1]).all()
    assert (other.visible[..., left] == clips.visible[..., right]).all()
    assert (other.keypoints[..., 0, 1] == clips.keypoints[..., 0, 1]).all()  # the nose stays one
    turns = other.actions[8:]
    assert set(turns[turns >= 0]) == {8, 9}
    assert other.mirrored().keypoints == pytest.approx(clips.keypoints, abs=1e-4)


def test_natural_clips_swap_their_turns_as_well():
    clips = actions(13, kinds=NATURAL, labels=range(13), **SMALL)
    names = [clips.names[k] for k in clips.mirrored().labels]
    swapped = {"turn left": "turn right", "turn right": "turn left"}
    assert names == [swapped.get(name, name) for name in NATURAL]


def test_turned_round_clips_need_the_partner():
    alone = actions(1, kinds=("turn left", "open"), **SMALL)
    with pytest.raises(ValueError, match=r"names must hold close, turn right as well"):
        alone.backwards()
    with pytest.raises(ValueError, match=r"names must hold turn right as well"):
        alone.mirrored()
    with pytest.raises(ValueError, match=r"backwards needs clips of the classes TIMED.*'walk'"):
        actions(1, kinds=("walk",), **SMALL).backwards()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count must be at least 1. Received: 0"),
        ({"frames": 3}, "frames must be 4 to 64. Received: 3"),
        ({"frames": 65}, "frames must be 4 to 64. Received: 65"),
        ({"size": (31, 40)}, "size must be at least 32 pixels each way"),
        ({"kinds": ("open", "walk")}, "kinds must be names of TIMED, or of NATURAL"),
        ({"kinds": ()}, "kinds must be names of TIMED"),
        ({"world": "new"}, "world must be one of seen, .*Received: 'new'"),
        ({"noise": -1}, "noise must not be negative. Received: -1"),
        ({"labels": [0, 10]}, "labels must be 2 whole numbers from 0 to 9"),
        ({"labels": [0]}, "labels must be 2 whole numbers"),
    ],
)
def test_rejects_what_it_cannot_make(options, message):
    with pytest.raises(ValueError, match=message):
        actions(**{"count": 2, **options})
