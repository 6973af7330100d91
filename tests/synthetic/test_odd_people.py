"""Clips and films of people: odd wishes are refused, long films are painted in one piece."""

from importlib import import_module

import numpy as np
import pytest

from vidlearn.synthetic import NATURAL, TIMED, acting, actions, activity, stage
from vidlearn.synthetic.people import WORLDS, source
from vidlearn.synthetic.playing import schedule
from vidlearn.synthetic.skeleton import AT, CHANNELS, FLESH, LENGTHS, POINTS, points

SMALL = {"frames": 4, "size": (32, 36)}
BOTH = [
    ({"frames": 4.0}, "frames must be a whole number, .*Received: 4.0"),
    ({"frames": "4"}, "frames must be a whole number, .*Received: '4'"),
    ({"size": 48}, "size must be at least 32 pixels each way.*Received: 48"),
    ({"size": (48.0, 48)}, r"size must be .*whole numbers. Received: \(48.0, 48\)"),
    ({"size": (48,)}, "size must be"),
    ({"size": (48, 48, 3)}, r"size must be .*Received: \(48, 48, 3\)"),
    ({"noise": float("nan")}, "noise must be a finite number of levels. Received: nan"),
    ({"noise": float("inf")}, "noise must be a finite number"),
    ({"noise": None}, "noise must be a finite number"),
    ({"seed": -1}, "seed must be a whole number from 0 on, or a Generator. Received: -1"),
    ({"seed": "a"}, "seed must be a whole number.*Received: 'a'"),
    ({"kinds": "stand"}, "kinds must be names of .*Received: 'stand'"),
    ({"kinds": {"turn left", "turn right"}}, "in a list. Received: {"),
    ({"kinds": None}, "kinds must be names of"),
    ({"kinds": ("turn left", "turn left")}, "kinds must be names, each once"),
    ({"world": None}, "world must be one of seen, "),
]


@pytest.mark.parametrize(("options", "message"), BOTH)
def test_clips_and_films_reject_what_they_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        actions(2, **SMALL | options)
    with pytest.raises(ValueError, match=message):
        activity(**SMALL | options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": "2"}, "count must be a whole number, at least 1. Received: '2'"),
        ({"count": 2.5}, "count must be a whole number"),
        ({"labels": [0.9, 1.2]}, "labels must be 2 whole numbers.*Received: float64"),
        ({"labels": ["open", "close"]}, "labels must be 2 whole numbers.*Received: <U5"),
        ({"labels": [np.nan, 1]}, "labels must be 2 whole numbers"),
        ({"labels": [[0], [1]]}, r"of shape \(2, 1\), values \[0, 1\]"),
        ({"labels": [0, -1]}, r"values \[-1, 0\]"),
    ],
)
def test_clips_reject_odd_counts_and_labels(options, message):
    with pytest.raises(ValueError, match=message):
        actions(**{"count": 2, **SMALL, **options})


@pytest.mark.parametrize("people", [1.5, "2", True, 5])
def test_films_reject_people_that_cannot_be_counted(people):
    with pytest.raises(ValueError, match=r"people must be .*1 to 4"):
        activity(20, people=people)


def test_lists_and_arrays_ask_for_the_same():
    plain = actions(2, kinds=("open", "close"), labels=[1, 0], **SMALL)
    other = actions(
        np.int64(2),
        kinds=np.array(["open", "close"]),
        labels=np.array([1, 0], np.uint8),
        frames=np.int32(4),
        size=[32, np.int64(36)],
    )
    assert (other.frames == plain.frames).all()
    assert other.names == plain.names
    assert {type(name) for name in other.names} == {str}
    assert other.labels.dtype == np.int64
    film = activity(4, kinds=np.array(["walk", "run"]), size=[32, 36])
    assert film.names == ("walk", "run")


def test_natural_clips_have_no_states_in_the_mirror_either():
    assert not actions(2, kinds=NATURAL, **SMALL).mirrored().states.any()
    timed = actions(3, **SMALL, labels=[8, 0, 5])
    yaw, other = timed.states[..., 4], timed.mirrored().states
    assert other[..., 4] == pytest.approx(1 - yaw)
    assert (other[..., :4] == timed.states[..., :4]).all()


def test_worlds_have_other_bodies():
    """Number 7 of one world is not number 7 of another."""
    bodies = {tuple(source(world, 7).sizes.values()) for world in WORLDS}
    assert len(bodies) == len(WORLDS)


@pytest.mark.parametrize("count", [7, 33, 64])
def test_a_film_is_one_in_however_many_parts_it_is_painted(count, monkeypatch):
    """Door, distance and camera go on where the part before ended."""
    made = {}
    for chunk in (5, 100):
        monkeypatch.setattr(acting, "CHUNK", chunk)
        made[chunk] = actions(3, labels=[2, 4, 7], frames=count, size=(32, 36), noise=0, seed=4)
    assert (made[5].frames == made[100].frames).all()
    assert made[5].keypoints == pytest.approx(made[100].keypoints, abs=1e-4)
    assert (made[5].visible == made[100].visible).all()


def test_large_pictures_are_painted_few_at_a_time(monkeypatch):
    """So that memory does not grow with their size."""
    made, counts, whole = {}, [], acting.paint

    def paint(canvas, *more):
        counts.append(len(canvas))
        whole(canvas, *more)

    monkeypatch.setattr(acting, "paint", paint)
    for pixels in (3 * 32 * 36 + 1, 10 * 32 * 36):
        monkeypatch.setattr(acting, "PIXELS", pixels)
        made[pixels] = actions(1, labels=[2], frames=8, size=(32, 36), seed=4).frames
    assert counts == [3, 3, 2, 8]
    one, other = made.values()
    assert (one == other).all()


def test_backdrops_of_small_pictures_are_kept_alone(monkeypatch):
    monkeypatch.setattr(stage, "PIXELS", 32 * 36)
    small, large = stage.backdrop("seen", 5, (32, 36)), stage.backdrop("seen", 5, (32, 40))
    assert stage.backdrop("seen", 5, (32, 36)) is small
    again = stage.backdrop("seen", 5, (32, 40))
    assert again is not large
    assert (again == large).all()


def test_a_thing_is_there_while_it_is_thrown(monkeypatch):
    seen, module = [], import_module("vidlearn.synthetic.activity")
    whole = module.film
    monkeypatch.setattr(module, "film", lambda *a, **k: seen.append(a[1]) or whole(*a, **k))
    shown = activity(160, kinds=("throw", "clap"), size=(32, 36), seed=2)
    there = ~np.isnan(seen[0][0].thing).any(1)
    assert (there == (shown.labels == 0)).all()
    assert 0.1 < there.mean() < 0.9


def test_things_are_held_in_either_hand(monkeypatch):
    seen, module = [], import_module("vidlearn.synthetic.actions")
    whole = module.film
    monkeypatch.setattr(module, "film", lambda *a, **k: seen.append(a[1][0]) or whole(*a, **k))
    actions(24, **SMALL, labels=[7] * 24)
    hands = [actor.thing for actor in seen]
    assert 5 < hands.count("left") < 19
    assert set(hands) == {"left", "right"}


def test_everybody_is_somebody_else(monkeypatch):
    seen, module = [], import_module("vidlearn.synthetic.activity")
    whole = module.film
    monkeypatch.setattr(module, "film", lambda *a, **k: seen.append(a[1]) or whole(*a, **k))
    for seed in range(4):
        activity(4, people=4, size=(32, 36), seed=seed)
    assert all(len({id(actor.who) for actor in cast}) == 4 for cast in seen)


@pytest.mark.parametrize("turn", ["tilt", "roll"])
def test_who_lies_is_as_thick_as_flesh(turn):
    """No joint but those of the feet comes nearer to the floor than its skin."""
    pose = np.zeros((7, len(CHANNELS)))
    pose[:, AT[turn]] = np.linspace(-np.pi, np.pi, 7)
    spots = points(pose, LENGTHS)
    toes = POINTS.index("left_toe")
    inner, feet = spots[:, :toes, 1].min(1), spots[:, toes:, 1].min(1)
    assert np.minimum(inner - FLESH, feet) == pytest.approx(np.zeros(7), abs=1e-9)
    assert (np.abs(inner - FLESH) < 1e-9).any()  # some lie on more than their feet


@pytest.mark.parametrize("kinds", [("stand up",), ("stand",), ("stand", "stand up"), ("fall",)])
def test_a_schedule_of_hardly_anything_is_one(kinds):
    spans = schedule(200, kinds, np.random.default_rng(0))
    assert spans[-1][2] == 200
    assert {kind for kind, _, _ in spans} <= {*kinds, "stand up"}


def test_every_name_of_both_lists_is_timed():
    """Four names are in both; alone, they are those that only the order tells."""
    both = [name for name in TIMED if name in NATURAL]
    assert both == ["sit down", "stand up", "turn left", "turn right"]
    assert actions(4, kinds=both, **SMALL).states.any()
    assert not actions(4, kinds=[*both, "walk"], **SMALL).states.any()
