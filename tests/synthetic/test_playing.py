"""Where things are in clips and films of people: hands, doors, throws, what passes into what."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from vidlearn.synthetic import actions, playing
from vidlearn.synthetic.figures import head_axes
from vidlearn.synthetic.motions import state_pose
from vidlearn.synthetic.people import source
from vidlearn.synthetic.playing import FPS, RELEASE, played, thrown
from vidlearn.synthetic.skeleton import AT, CHANNELS, LENGTHS, POINTS, points
from vidlearn.synthetic.stage import DOOR, WALL, Camera, backdrop, paint_door, shifted

SMALL = {"frames": 4, "size": (32, 36)}


@pytest.fixture
def cast(monkeypatch):
    """The actors of the clips that are made."""
    seen, module = [], import_module("vidlearn.synthetic.actions")
    whole = module.film
    monkeypatch.setattr(module, "film", lambda *a, **k: seen.append(a[1][0]) or whole(*a, **k))
    return seen


@pytest.mark.parametrize(("hand", "other"), [("left", "right"), ("right", "left")])
def test_the_hand_that_holds_is_the_one_that_goes_up(hand, other):
    states = np.full((2, 5), 0.5)
    states[:, 3] = [0, 1]
    spots = points(state_pose(states, 0.0, hand), LENGTHS)
    high = spots[1, :, 1] - spots[0, :, 1]
    assert high[POINTS.index(f"{hand}_wrist")] > 0.3
    assert abs(high[POINTS.index(f"{other}_wrist")]) < 1e-9


def test_the_podium_stands_away_from_the_door(cast):
    actions(8, **SMALL, seed=3)
    assert {actor.who.side for actor in cast} == {-1, 1}
    for actor in cast:
        assert (actor.feet[:, 0] * actor.who.side < -0.3).all()


def test_who_acts_at_ease_is_turned_as_the_place_is_seen(cast, monkeypatch):
    module, shown = import_module("vidlearn.synthetic.actions"), []
    plain = module.performed

    def performed(*arguments):
        found = plain(*arguments)
        shown.append(found[0].copy())
        return found

    monkeypatch.setattr(module, "performed", performed)
    actions(3, kinds=("stand", "walk"), **SMALL, world="new viewpoint")
    for actor, pose in zip(cast, shown, strict=True):
        turn = actor.pose[:, AT["yaw"]] - pose[:, AT["yaw"]]
        assert turn == pytest.approx(np.full(4, actor.who.aside))
        assert abs(actor.who.aside) > 0.7


@pytest.mark.parametrize("world", ["seen", "new viewpoint"])
def test_turns_are_seen_from_either_side(world):
    sides = [np.sign(source(world, k).aside) for k in range(60)]
    assert 15 < sides.count(1) < 45
    assert set(sides) == {-1, 1}


@pytest.mark.parametrize(
    ("yaw", "left", "ahead"), [(0.0, [1, 0, 0], [0, 0, 1]), (np.pi / 2, [0, 0, -1], [1, 0, 0])]
)
def test_a_head_is_turned_as_the_camera_sees_it(yaw, left, ahead):
    """Right, up, towards the camera: who looks into it looks along z, the left ear at the right."""
    pose = np.zeros((1, len(CHANNELS)))
    pose[:, AT["yaw"]] = yaw
    found = head_axes(Camera(0.95, (60, 80)), points(pose, LENGTHS))[0]
    assert found == pytest.approx(np.array([left, [0, 1, 0], ahead]), abs=0.1)


def doors(who, opened, size=(120, 160)):
    """Frames with a door and the same without, and the columns of its inner and outer edge."""
    camera, sway = Camera(who.height, size), np.zeros((len(opened), 2))
    empty = shifted(backdrop("seen", 1, size), sway, size)
    canvas = empty.copy()
    paint_door(canvas, camera, who, np.array(opened), sway)
    ends = [[who.side * x, 1.0, WALL] for x in DOOR[:2]]
    return canvas, empty, camera.project(np.array(ends))[0][:, 0]


@pytest.mark.parametrize("hinge", [1, -1])
def test_a_door_hangs_on_its_hinge(hinge):
    """Closed, the leaf fills the opening; open, it stands at the hinge, inner edge or outer."""
    who = replace(source("seen", 1), hinge=hinge)
    canvas, empty, (inner, outer) = doors(who, [0.0, 1.0])
    closed, opened = (np.abs(canvas - empty) > 4).any(-1)
    filled = closed.any(0)[int(min(inner, outer)) + 2 : int(max(inner, outer)) - 2]
    assert filled.all()
    middle = (inner + outer) / 2
    assert not opened[:, round(middle)].any()
    place = np.flatnonzero(opened.any(0)).mean()
    hung, free = (inner, outer) if hinge > 0 else (outer, inner)
    assert abs(place - hung) < abs(place - free)


def test_noise_is_as_strong_as_it_is_asked_for():
    """The first clip differs in nothing else; darkest and brightest pixels are cut off."""
    clean, noisy = (actions(1, size=(64, 64), seed=2, noise=noise).frames for noise in (0, 6))
    middle = (clean > 40) & (clean < 215)
    change = noisy.astype(float)[middle] - clean[middle]
    assert change.std() == pytest.approx(6, rel=0.03)
    assert abs(change.mean()) < 0.1


def test_what_is_done_begins_half_way_through_the_change(monkeypatch):
    def move(kind, seconds, part, rng, *, hand):
        pose = np.zeros((len(seconds), len(CHANNELS)))
        pose[:, AT["nod"]] = {"stand": 0.0, "clap": 1.0}[kind]
        return pose, np.zeros((len(seconds), 2))

    monkeypatch.setattr(playing, "move", move)
    spans = [("stand", 0, 20), ("clap", 20, 45), ("stand", 45, 60)]
    nod = played(spans, 60, (0, 0), np.random.default_rng(0))[0][:, AT["nod"]]
    assert nod[[20, 45]] == pytest.approx([0.5, 0.5])
    assert nod[[16, 24, 41, 49]] == pytest.approx([0, 1, 1, 0])
    assert (np.diff(nod[16:25]) > 0).all()


@pytest.mark.parametrize("hand", ["left", "right"])
def test_what_is_thrown_leaves_the_hand_flies_ahead_and_falls(hand):
    pose = np.zeros((40, len(CHANNELS)))
    pose[:, AT["yaw"]], pose[:, AT["arm_left"]], pose[:, AT["arm_right"]] = 0.5, 2.0, 2.0
    part = np.linspace(0, 1, 40)
    thing = thrown(pose, LENGTHS, part, hand)
    place = points(pose, LENGTHS)[:, POINTS.index(f"{hand}_hand")]
    gone = int(np.searchsorted(part, RELEASE))
    assert thing[: gone + 1] == pytest.approx(place[: gone + 1])
    steps = np.diff(thing, axis=0)[gone:] * FPS
    assert steps[:, [0, 2]] == pytest.approx(
        np.broadcast_to(3.2 * np.array([np.sin(0.5), -np.cos(0.5)]), (len(steps), 2))
    )
    # after n frames of the flight: 1.2 n / 12 - 4.9 (n / 12)^2 metres above the hand
    assert thing[gone + 6, 1] - place[gone, 1] == pytest.approx(1.2 * 0.5 - 4.9 * 0.25)
    assert thing[:, 1].min() == pytest.approx(0.1)
