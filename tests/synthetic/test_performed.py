"""What is drawn for clips and films besides the class: when, where, which hand, who, clothes."""

from importlib import import_module

import numpy as np
import pytest

from vidlearn.synthetic import NATURAL, TIMED, actions, activity, people, playing
from vidlearn.synthetic.motions import CYCLES, FAR, NEAR
from vidlearn.synthetic.people import source
from vidlearn.synthetic.playing import MIDDLE, STAGE, performed, played
from vidlearn.synthetic.skeleton import AT, POINTS, points

SMALL = {"frames": 4, "size": (32, 36)}
FREE = sorted(set(NATURAL) - set(CYCLES))


@pytest.fixture
def filmed(monkeypatch):
    """What is given to the camera: who acts, how far doors are open."""
    seen = []
    for name in ("actions", "activity"):
        module = import_module(f"vidlearn.synthetic.{name}")

        def film(*arguments, whole=module.film, **options):
            seen.append(arguments)
            return whole(*arguments, **options)

        monkeypatch.setattr(module, "film", film)
    return seen


def some(kind, frames, count=24):
    return [performed(kind, frames, np.random.default_rng(seed)) for seed in range(count)]


@pytest.mark.parametrize("kind", FREE)
@pytest.mark.parametrize("frames", [16, 64])
def test_what_begins_and_ends_is_done_in_one_stretch_of_the_clip(kind, frames):
    begun = []
    for _, busy, part, hand in some(kind, frames):
        assert hand in ("left", "right")
        first, last = np.flatnonzero(busy)[[0, -1]]
        assert busy[first : last + 1].all()
        assert (busy == ((part >= 0) & (part <= 1))).all()
        lasts = 1 / (part[1] - part[0])
        assert 0.7 * min(frames, 40) <= lasts <= 0.98 * min(frames, 40)
        assert -1e-9 <= -part[0] * lasts <= frames - lasts + 1e-9
        begun.append(first)
    assert len(set(begun)) > 2


@pytest.mark.parametrize("kind", CYCLES)
def test_what_goes_on_is_done_in_every_frame(kind):
    assert all(busy.all() for _, busy, _, _ in some(kind, 20, 4))


@pytest.mark.parametrize("kind", ["walk", "run", "fall", "clap"])
def test_the_middle_of_the_way_is_the_middle_of_the_stage(kind):
    shown = [pose for pose, *_ in some(kind, 32)]
    for channel, low, high in (("x", -0.3, 0.3), ("depth", 0.2, 1.1)):
        middles = [(pose[:, AT[channel]].min() + pose[:, AT[channel]].max()) / 2 for pose in shown]
        assert low <= min(middles) < low + 0.2
        assert high - 0.2 < max(middles) <= high


@pytest.mark.parametrize("kind", ["walk", "run"])
def test_who_walks_goes_where_the_face_looks_to_either_side(kind):
    sides = []
    for pose, *_ in some(kind, 24):
        yaw = pose[0, AT["yaw"]]
        way = pose[-1, [AT["x"], AT["depth"]]] - pose[0, [AT["x"], AT["depth"]]]
        assert way / np.linalg.norm(way) == pytest.approx([np.sin(yaw), -np.cos(yaw)])
        assert 0.8 <= abs(yaw) <= 1.6
        sides.append(np.sign(yaw))
    assert 5 < sides.count(1) < 19


def test_either_hand_throws_and_waves():
    for kind in ("throw", "wave"):
        hands = [hand for *_, hand in some(kind, 16)]
        assert 5 < hands.count("left") < 19
    spans = [("wave", 10 * k, 10 * k + 10) for k in range(30)]
    hands = played(spans, 300, (0, 0), np.random.default_rng(1))[2]
    assert 6 < hands.count("left") < 24


def test_who_sits_or_lies_stays_so_until_the_time_is_up():
    spans = [("sit down", 0, 40), ("stand up", 40, 60)]
    high = points(played(spans, 60, (0, 0), np.random.default_rng(0))[0], source("seen", 0).sizes)
    hips = high[:, POINTS.index("pelvis"), 1]
    assert np.ptp(hips[29:36]) < 0.02  # from seven tenths on
    assert hips[2] > hips[30] + 0.4 < hips[59]


def test_a_turn_of_somebody_counts_once(monkeypatch):
    """Two motions overlap by eight frames; each turns the body as much as it is in force."""
    angle = 0.05

    def move(kind, seconds, part, rng, *, hand):
        pose = np.zeros((len(seconds), len(AT)))
        pose[:, AT["yaw"]] = angle * playing.FPS * seconds
        return pose, np.zeros((len(seconds), 2))

    monkeypatch.setattr(playing, "move", move)
    spans = [("turn left", 0, 20), ("clap", 20, 45), ("turn left", 45, 60)]
    yaw = played(spans, 60, (0, 0), np.random.default_rng(0))[0][:, AT["yaw"]]
    assert np.diff(yaw)[:50] == pytest.approx(np.full(50, angle))


def test_who_runs_keeps_near_the_stage():
    for seed in range(12):
        pose = played([("run", 0, 300)], 300, (0.7, 0.5), np.random.default_rng(seed))[0]
        x, depth = pose[:, AT["x"]], pose[:, AT["depth"]] - MIDDLE
        assert 0.3 < np.abs(x).max() <= 1.3 * STAGE[0] + 1e-9
        assert 0.3 < np.abs(depth).max() <= 1.3 * STAGE[1] + 1e-9


# Who, and what is worn ----------------------------------------------------------------------


def test_sources_differ_in_all_that_is_drawn():
    who = [source("seen", k) for k in range(80)]
    for name, values in (("hinge", {-1, 1}), ("side", {-1, 1}), ("floor", set(people.FLOORS))):
        found = [getattr(one, name) for one in who]
        assert set(found) == values
        assert all(found.count(value) > 20 for value in values)
    assert {one.photograph for one in who} == set(people.PLACES)
    bright = [one.skin.mean() for one in who]
    assert np.ptp(bright) > 100
    assert len({one.seed for one in who}) == 80
    colours = np.array([cloth.mean((0, 1)) for one in who for cloth in one.cloths])
    assert (np.argmax(colours, axis=1) == np.arange(3)[:, None]).mean(1).min() > 0.2  # any hue
    assert np.ptp(colours.mean(1)) > 60


def test_cloth_is_cut_anywhere_out_of_a_photograph(monkeypatch):
    ramp = np.arange(120.0)[:, None] + 3 * np.arange(150.0)
    photo = np.repeat(ramp[..., None], 3, 2)
    cut = []

    def hue(*_):
        return 1.0, 1.0, 1.0

    class Part(np.ndarray):
        def __getitem__(self, place):
            if isinstance(place, tuple) and isinstance(place[0], slice):
                cut.append((place[0].start, place[1].start))
            return np.asarray(super().__getitem__(place))

    monkeypatch.setattr(people, "picture", lambda name: photo.view(Part))
    monkeypatch.setattr(people, "_hue", hue)
    rng = np.random.default_rng(0)
    for _ in range(60):
        assert people._cloth(("cat",), rng).shape == (people.CLOTH, people.CLOTH, 3)
    tops, lefts = np.array(cut).T
    assert 0 <= tops.min() < 10 < 60 < tops.max() <= 72
    assert 0 <= lefts.min() < 10 < 90 < lefts.max() <= 102


# Clips and films ----------------------------------------------------------------------------


def test_clips_come_in_any_order_and_each_class_as_often():
    labels = actions(20, **SMALL, seed=3).labels
    assert np.bincount(labels).tolist() == [2] * 10
    assert labels.tolist() != sorted(labels)
    assert labels.tolist() != [*range(10), *range(10)]


def test_classes_move_their_own_state_whatever_their_number():
    kinds = ("turn right", "close", "pick up")
    clips = actions(3, kinds=kinds, labels=[0, 1, 2], **SMALL)
    change = clips.states[:, -1] - clips.states[:, 0]
    for label, kind in enumerate(kinds):
        number = TIMED.index(kind)
        assert np.abs(change[label]).argmax() == number // 2
        assert np.sign(change[label, number // 2]) == (-1 if number % 2 else 1)


def test_the_camera_sees_the_states(filmed):
    clips = actions(10, **SMALL, labels=range(10), seed=2)
    for (place, (actor,), opened, *_), states, number in zip(
        filmed, clips.states, clips.people, strict=True
    ):
        assert place == ("seen", number)
        assert (opened == states[:, 1]).all()
        away = FAR + (NEAR - FAR) * states[:, 2]
        assert actor.feet[:, 2] == pytest.approx(away)
        spots = points(actor.pose, actor.who.sizes)
        feet = spots[:, [POINTS.index(f"{side}_ankle") for side in ("left", "right")]].mean(1)
        assert np.abs(feet - actor.feet)[:, [0, 2]].max() < 0.25  # on the podium


def test_what_is_thrown_in_a_clip_is_in_the_hand_of_the_one_who_throws(filmed):
    actions(8, kinds=("throw",), frames=24, size=(32, 36), seed=1)
    hands = []
    for _, (actor,), *_ in filmed:
        spots = points(actor.pose, actor.who.sizes)[0]
        away = {
            side: np.linalg.norm(actor.thing[0] - spots[POINTS.index(f"{side}_hand")])
            for side in ("left", "right")
        }
        hands.append(min(away, key=away.get))
        assert away[hands[-1]] < 1e-6
    assert set(hands) == {"left", "right"}


def test_films_begin_anywhere_on_the_stage_and_several_people_side_by_side(filmed):
    for seed in range(12):
        activity(4, kinds=("stand",), size=(32, 36), seed=seed)
    begin = np.array([cast[0].pose[0, [AT["x"], AT["depth"]]] for _, cast, *_ in filmed])
    assert (begin.std(0) > 0.15).all()
    assert len({place for place, *_ in filmed}) > 8
    filmed.clear()
    activity(4, kinds=("stand",), people=3, size=(32, 36), seed=1)
    (place, cast, *_), *_ = filmed
    x = [actor.pose[0, AT["x"]] for actor in cast]
    assert x == pytest.approx([-2 / 3 * STAGE[0], 0, 2 / 3 * STAGE[0]], abs=0.02)
    assert source(*place) is cast[0].who
