"""Edited films: the truth, the seed, the worlds, joined clips, windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn.synthetic import join_clips, montage, people, takes, targets, things, training_windows
from vidlearn.synthetic.joins import JOINS, Join
from vidlearn.synthetic.montage import Cutter, _plan, _traps_for, truth
from vidlearn.synthetic.traps import SPANS
from vidlearn.video import write_video


@pytest.fixture(autouse=True)
def nobody(monkeypatch):
    """Films of people take a while to be drawn; what makes takes of them has its own test."""
    monkeypatch.setattr(takes, "PEOPLE", 0.0)


@given(
    st.integers(1, 400),
    st.integers(1, 30),
    st.integers(0, 60),
    st.integers(0, 2**31),
    st.sampled_from([JOINS, {"dissolve": 1}, {"fade": 1, "cut": 2}, {"wipe": 0.1}, {"cut": 1}]),
)
def test_shots_and_transitions_tile_a_film(frames, least, more, seed, weights):
    lengths = (least, least + more)
    shots, joins = _plan(frames, lengths, weights, np.random.default_rng(seed))
    transitions, kinds = truth(shots, joins)
    assert transitions.shape == (len(shots) - 1, 2)
    assert [0, *transitions.ravel().tolist(), frames] == np.ravel(shots).tolist()
    for (start, end), kind in zip(transitions.tolist(), kinds, strict=True):
        assert start <= end
        assert (start == end) == (kind == "cut")
        assert kind in weights
    spans = [end - start for start, end in shots]
    assert min(spans) >= min(least, frames)
    assert max(spans[:-1], default=0) <= least + more


def test_plans_by_hand():
    rng = np.random.default_rng(0)
    assert _plan(15, (5, 5), {"cut": 1}, rng)[0] == [(0, 5), (5, 10), (10, 15)]
    assert _plan(14, (5, 5), {"cut": 1}, rng)[0] == [(0, 5), (5, 14)]
    shots, joins = _plan(9000, (4, 60), {"cut": 1, "dissolve": 9}, rng)
    spans = np.diff(shots, axis=1)[:-1, 0]
    soft = np.array([join.kind == "dissolve" for join in joins[:-1]])
    assert soft.sum() > 50
    assert min(*spans[:-1][soft], *spans[1:][soft]) == 8  # only cuts lead to shorter ones
    assert spans.min() < 6
    spans = np.diff(_plan(90_000, (4, 250), {"cut": 1}, rng)[0], axis=1)
    assert abs(np.median(spans) - (4 * 250**2) ** (1 / 3)) < 6


def test_traps_lie_clear_of_the_ends_of_a_shot():
    rng, least = np.random.default_rng(0), SPANS["flash"][0]
    ends = [trap for _ in range(300) for trap in _traps_for(["flash"], [], 6 + least + 1, rng)]
    assert {(a, b) for _, a, b in ends} == {(3, 3 + least), (4, 4 + least), (3, 4 + least)}
    assert not any(_traps_for(["flash"], [], 5 + least, rng) for _ in range(50))


def test_bars_lie_over_whole_shots():
    film = montage(6, size=(32, 48), seed=1, lengths=(100, 200), traps=["bars"])
    assert film.traps == [("bars", 0, 6)]
    rows, columns = film.frames.std(axis=(2, 3)), film.frames.std(axis=(1, 3))
    assert (rows[:, [0, -1]] == 0).all() or (columns[:, [0, -1]] == 0).all()


def test_a_shot_that_begins_as_the_last_one_ended_is_told():
    levels = np.uint8([[60, 70, 80, 90, 100], [103, 9, 9, 9, 9]])
    clips = levels[..., None, None, None] * np.ones((16, 16, 3), np.uint8)
    cutter = Cutter(np.zeros((10, 16, 16, 3), np.uint8), [Join("cut")])
    assert cutter.differs(0, clips[0, 0])
    cutter.add(0, 0, clips[0])
    assert not cutter.differs(1, clips[1, 0])
    assert cutter.differs(1, clips[1, 0] + np.uint8(1))
    assert cutter.differs(1, clips[0, 0])


def test_a_film_is_as_long_as_asked_for():
    for frames in (1, 7, 90):
        film = montage(frames, size=(16, 19), seed=3, lengths=(3, 9))
        assert film.frames.shape == (frames, 16, 19, 3)
        assert len(film.shots) == len(film.transitions) + 1 == len(film.kinds) + 1
        assert film.shots[0][0] == 0
        assert film.shots[-1][1] == frames


@pytest.mark.parametrize("world", ["seen", "new"])
def test_what_a_cut_parts_differs_and_what_a_shot_holds_hangs_together(world):
    film = montage(900, size=(27, 48), seed=5, world=world, transitions={"cut": 1}, lengths=(9, 30))
    steps = np.abs(np.diff(film.frames.astype(float), axis=0, prepend=0)).mean((1, 2, 3))
    cuts = film.transitions[:, 0]
    assert len(cuts) > 30
    assert steps[cuts].min() >= 4
    inside = np.delete(steps, [0, *cuts])
    assert np.quantile(inside, 0.99) < np.median(steps[cuts])


def test_same_seed_same_bytes():
    first, again, other, new = (
        montage(120, size=(18, 32), seed=seed, world=world, traps="all", lengths=(9, 30))
        for seed, world in [(4, "seen"), (4, "seen"), (5, "seen"), (4, "new")]
    )
    assert first.frames.tobytes() == again.frames.tobytes()
    assert first.transitions.tolist() == again.transitions.tolist()
    assert (first.kinds, first.traps) == (again.kinds, again.traps)
    assert first.frames.tobytes() != other.frames.tobytes()
    assert first.frames.tobytes() != new.frames.tobytes()


def test_the_worlds_share_no_picture_thing_or_place():
    seen, new = (set(takes.PHOTOGRAPHS[world]) for world in ("seen", "new"))
    assert not seen & new
    assert not set(things.THINGS["seen"]) & set(things.THINGS["new"])
    # What things are cut from, and the places of people, are of their own world.
    assert {"coffee"} <= seen
    assert {"coins", "flower"} <= new
    assert {*people.PLACES, *people.FLOORS} <= seen
    assert {*people.NEW_PLACES, *people.NEW_FLOORS} <= new


@pytest.mark.parametrize("kind", ["cut", "dissolve", "wipe", "fade"])
def test_joined_clips_by_hand(kind):
    clips = [np.full((n, 16, 20, 3), n, np.uint8) for n in (30, 60, 45)]
    clips = [clip + np.arange(len(clip), dtype=np.uint8)[:, None, None, None] for clip in clips]
    film = join_clips(clips, transitions={kind: 1}, seed=2)
    assert film.kinds == [kind, kind]
    gaps = np.diff(film.transitions, axis=1)[:, 0]
    if kind == "cut":
        assert film.transitions.tolist() == [[30, 30], [90, 90]]
    elif kind == "fade":
        assert len(film.frames) <= 135 + 2 * 12
    else:
        assert (gaps <= [10, 15]).all()
        assert len(film.frames) == 135 - gaps.sum()
    (a, b), (c, d), (e, f) = film.shots
    assert (film.frames[a:b] == clips[0][: b - a]).all()
    assert (film.frames[e:f] == clips[2][len(clips[2]) - (f - e) :]).all()
    first = film.frames[c, 0, 0, 0] - 60  # which frame of the second clip its shot begins with
    assert first <= 20
    assert (film.frames[c:d] == clips[1][first : first + d - c]).all()
    assert film.fps == 25


def test_clips_are_read_and_brought_to_one_size(tmp_path):
    array = np.full((9, 24, 32, 3), 40, np.uint8)
    path = write_video(tmp_path / "a.mp4", np.full((12, 48, 64, 3), 200, np.uint8))
    film = join_clips([array, path, array[:3]], transitions={"dissolve": 1})
    assert film.frames.shape == (24, 24, 32, 3)  # a third of 9 frames is too little to dissolve
    assert film.kinds == ["cut", "cut"]
    assert abs(int(film.frames[9, 5, 5, 0]) - 200) <= 3
    assert join_clips([path, array], size=(16, 20)).frames.shape[1:] == (16, 20, 3)
    alone = join_clips([array])
    assert alone.shots == [(0, 9)]
    assert repr(alone) == "Montage(9 frames of 24 x 32, transitions: none)"


def test_windows_hold_the_targets_of_their_films():
    some = list(training_windows(3, 40, size=(16, 20), seed=7, lengths=(5, 20)))
    more = list(training_windows(22, 40, size=(16, 20), seed=7, lengths=(5, 20)))
    assert len(more) == 22
    for one, two in zip(some, more, strict=False):
        assert all((a == b).all() for a, b in zip(one, two, strict=True))
    assert (more[0][0] != more[20][0]).any()
    single, many = (np.concatenate([window[k] for window in more]) for k in (1, 2))
    assert 20 < single.sum() < many.sum()
    assert (many >= single).all()
    film = montage(
        800, size=(16, 20), seed=[7, 0], traps=["flash"], lengths=(5, 20)
    )  # what traps there are does not change the plan
    assert (targets(film.transitions, 800)[0] == single[:800]).all()
    assert list(training_windows(0)) == []


def test_targets_by_hand():
    single, many = targets([(0, 0), (3, 4), (5, 9)], 9)
    assert np.flatnonzero(single).tolist() == [0, 3, 7]
    assert np.flatnonzero(many).tolist() == [0, 3, 5, 6, 7, 8]
    assert targets(np.zeros((0, 2)), 3)[0].tolist() == [0, 0, 0]
    for bad in [(9, 9), (4, 3), (-1, 2), (5, 10)]:
        with pytest.raises(ValueError, match=r"inside a film of 9 frames.*Received"):
            targets([bad], 9)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"frames": 0}, "frames must be at least 1"),
        ({"size": (8, 40)}, "size must be at least 16 pixels"),
        ({"world": "old"}, "world must be 'seen' or 'new'"),
        ({"traps": "flash"}, "traps must be 'all' or a list of flash"),
        ({"traps": ["flood"]}, "traps must be 'all'.*flood"),
        ({"transitions": {"jump": 1}}, "transitions must give weights.*jump"),
        ({"transitions": {"cut": 0}}, "one above 0"),
        ({"transitions": {}}, "one above 0"),
        ({"lengths": (0, 5)}, "lengths must be least and greatest"),
        ({"lengths": (9, 5)}, "lengths must be least and greatest"),
        ({"lengths": 5}, "lengths must be two whole numbers"),
        ({"lengths": (1, np.inf)}, "lengths must be two whole numbers"),
        ({"fps": 0}, "fps must be a number above 0"),
        ({"traps": None}, "traps must be 'all' or a list"),
        ({"transitions": "cut"}, "transitions must give weights.*'cut'"),
        ({"world": ["seen"]}, "world must be 'seen' or 'new'"),
        ({"seed": "x"}, "seed must be"),
    ],
)
def test_montage_rejects_what_cannot_be(options, told):
    with pytest.raises(ValueError, match=told):
        montage(**{"frames": 5, **options})


def test_joining_rejects_what_is_no_film():
    with pytest.raises(ValueError, match="at least one clip"):
        join_clips([])
    good = np.zeros((3, 16, 16, 3), np.uint8)
    for bad in (good[0], good.astype(float), good[..., :1], good[:0]):
        with pytest.raises(ValueError, match=r"clips must be arrays.*clip 1 of"):
            join_clips([good, bad])
    with pytest.raises(ValueError, match="most must be 4 to 40"):
        join_clips([good], most=2)
