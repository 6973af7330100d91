"""What edited films are made of: the camera, things in front, joins, traps."""

from dataclasses import replace

import numpy as np
import pytest

from vidlearn.synthetic import TRAPS, montage, takes
from vidlearn.synthetic.camera import MOVES, SUDDEN, camera_moves, streak, views
from vidlearn.synthetic.joins import JOINS, WIPES, Join, draw_join, mixed, wipe_field
from vidlearn.synthetic.takes import shoot
from vidlearn.synthetic.things import Thing
from vidlearn.synthetic.traps import SPANS, set_trap, through_codec


def film_of(ground, way, centre, size, detail=1.0):
    film = np.zeros((len(way), *size, 3), np.uint8)
    views(lambda t: ground, np.array(way, float), np.array(centre), detail, size, film)
    return film


def test_what_a_camera_sees_by_hand():
    ground = np.random.default_rng(0).integers(0, 256, (30, 50, 3), np.uint8)
    size, still = (8, 10), [0, 0, 1, 0]
    way = [still, still, [0.1, 0, 1, 0], [0.2, 0.125, 1, 0], [0.2, 0.125, 1, np.pi]]
    film = film_of(ground, way, (25.0, 14.0), size)
    assert (film[0] == ground[10:18, 20:30]).all()
    assert (film[1] == film[0]).all()
    assert (film[2] == ground[10:18, 21:31]).all()  # by a tenth of 10 pixels to the right
    assert (film[3] == ground[11:19, 22:32]).all()
    assert (film[4] == film[3][::-1, ::-1]).all()  # rolled by half a turn
    twice = film_of(ground.repeat(2, 0).repeat(2, 1), [still], (50.0, 28.0), size, detail=2.0)
    assert np.abs(twice[0].astype(int) - film[0]).max() <= 1
    beyond = film_of(ground, [still], (50.0, 14.0), size)[0]
    assert (beyond[:, 5:] == ground[10:18, 44:49][:, ::-1]).all()


def test_what_moves_fast_is_blurred_along_its_way():
    ground = np.zeros((20, 400, 3), np.uint8)
    ground[:, ::8] = 255
    film = film_of(ground, [[2 * t, 0, 1, 0] for t in range(5)], (100.0, 10.0), (8, 16))
    assert film[2].std() < 0.2 * film_of(ground, [[0, 0, 1, 0]], (100.0, 10.0), (8, 16)).std()
    for speed in ([3.0, 0.0], [0.5, -7.25], [-40.0, 13.0]):
        trace = streak(speed)
        assert trace.sum() == pytest.approx(1, abs=1e-5)
        y, x = np.mgrid[: len(trace), : len(trace)] - len(trace) // 2
        assert abs((trace * x).sum()) < 1e-4  # it goes as far to the one side as to the other
        assert (trace * x * y).sum() * speed[0] * speed[1] >= 0


@pytest.mark.parametrize("name", SUDDEN)
def test_a_sudden_move_begins_and_ends_in_its_frames(name):
    for seed in range(20):
        quiet = camera_moves("still", 60, np.random.default_rng(seed))
        way = camera_moves("still", 60, np.random.default_rng(seed), sudden=[(name, 20, 32)])
        ends = [way[:20], way[32:]]
        assert all((part == part[0]).all() for part in ends)
        assert (way[20] != way[19]).any()
        assert (way[32] != way[31]).any()
        if name == "jolt":
            assert (way[32:] == quiet[32:]).all()
        else:
            assert (way[32:] != way[0]).any()


@pytest.mark.parametrize("move", MOVES)
def test_moves_are_of_any_length(move):
    rng = np.random.default_rng(3)
    for frames in (1, 2, 200):
        way = camera_moves(move, frames, rng)
        assert way.shape == (frames, 4)
        assert np.isfinite(way).all()
        assert (way[:, 2] > 0).all()
    assert (len(np.unique(way, axis=0)) > 100) == (move != "still")


def test_a_thing_is_laid_where_it_belongs():
    rgba = np.zeros((9, 5, 4), np.uint8)
    rgba[2:7, 1:4] = (200, 100, 50, 255)
    film = np.full((4, 40, 60, 3), 10, np.uint8)
    places = np.array([[20.5, 12.5], [30.5, 20.5], [0.5, 39.5], [-90, 7]])
    turns = np.array([0, np.pi / 2, 0, 0])
    Thing(rgba, places, turns, np.array([1.0, 1, 1, 1])).lay_on(film)
    there = (film == (200, 100, 50)).all(-1)
    rows, columns = np.nonzero(there[0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10, 14, 19, 21)
    rows, columns = np.nonzero(there[1])  # turned by a quarter, it lies
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (19, 21, 28, 32)
    assert there[2, 37:, :2].all()
    assert there[2].sum() == 6
    assert (film[3] == 10).all()
    assert ((film == 10).all(-1) | there)[0].all()


def test_joins_by_hand():
    old = np.arange(10, 40, 10, np.uint8)[:, None, None, None] * np.ones((1, 1, 5, 3), np.uint8)
    new = old + np.uint8(100)  # 110, 120, 130
    even = np.array([0.25, 0.5, 0.75])
    assert mixed(Join("dissolve", 3, 3, 3, even), old, new)[:, 0, 0, 0].tolist() == [35, 70, 105]
    rise = np.array([0.2, 0.4, 0.7])
    wiped = mixed(Join("wipe", 3, 3, 3, rise, "right"), old, new)[:, 0, :, 0]
    assert wiped.tolist() == [[110, 10, 10, 10, 10], [120, 120, 20, 20, 20], [130] * 3 + [30] * 2]
    soft = mixed(Join("wipe", 1, 1, 1, np.array([0.5]), "right", 0.5), old[:1], new[:1])
    assert soft[0, 0, :, 0].tolist() == [110, 110, 60, 10, 10]  # the edge is half as wide as all
    rise = np.array([[0.5, 0], [0, 0], [0, 0.1], [0, 0.6]])
    faded = mixed(Join("fade", 4, 1, 2, rise, "black"), old[:1], new[1:])
    assert faded[:, 0, 0, 0].tolist() == [5, 0, 12, 78]
    white = mixed(Join("fade", 4, 1, 2, rise, "white"), old[:1], new[1:])
    assert white[:2, 0, 0, 0].tolist() == [132, 255]


@pytest.mark.parametrize("kind", [kind for kind in JOINS if kind != "cut"])
def test_no_frame_of_a_transition_is_of_one_shot_alone(kind):
    rng = np.random.default_rng(1)
    lengths, styles = set(), set()
    for _ in range(150):
        join = draw_join(kind, rng)
        old, new = (
            np.full((n, 27, 48, 3), level, np.uint8)
            for n, level in ((join.tail, 60), (join.head, 190))
        )
        film = mixed(join, old, new)
        lengths.add(join.frames)
        styles.add(join.style)
        assert len(film) == join.frames
        assert (np.diff(join.rise if kind != "fade" else join.rise @ [-1, 1]) >= 0).all()
        assert not (film[: join.tail] == 60).all((1, 2, 3)).any()
        assert not (film[-join.head :] == 190).all((1, 2, 3)).any()
    assert max(lengths) > 35
    assert min(lengths) <= {"dissolve": 3, "wipe": 4, "fade": 14}[kind]
    assert styles == {"dissolve": {""}, "wipe": set(WIPES), "fade": {"black", "white"}}[kind]
    assert draw_join(kind, rng, most=4).tail <= 4


def test_people_are_shown_each_frame_twice():
    rng = np.random.default_rng(0)
    look = replace(takes.draw_look("new", rng), subject="people", mood="plain day", grain=0.0)
    while True:
        film = shoot(20, (36, 64), "new", rng, look=look)
        steps = np.abs(np.diff(film.astype(int), axis=0)).sum((1, 2, 3))
        if not steps[::2].any():  # the camera stands still
            break
    assert steps[1::2].any()
    assert takes.ACTORS["new"] == "new place"


@pytest.mark.parametrize(
    ("style", "first", "last"),
    [
        *(("left", (3, 9), (3, 0)), ("right", (3, 0), (3, 9))),
        *(("up", (6, 4), (0, 4)), ("down", (0, 4), (6, 4))),
        *(("corner", (0, 0), (6, 9)), ("iris", (3, 4), (0, 0)), ("doors", (2, 5), (2, 9))),
        *(("clock", (0, 5), (0, 4)), ("clock", (0, 5), (3, 0)), ("clock", (3, 9), (3, 0))),
    ],
)
def test_where_a_wipe_begins_and_ends(style, first, last):
    field = wipe_field(style, (7, 10))
    assert field.min() == 0
    assert field.max() == 1
    assert field[first] < 0.3
    assert field[last] > 0.7


# What "light" and "part fades" change stays.
@pytest.mark.parametrize("name", [name for name in SPANS if name not in SUDDEN])
def test_a_trap_changes_its_frames_alone(name):
    changed = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        before = shoot(40, (36, 64), "seen", rng)
        after = before.copy()
        start, stop = 9, 9 + SPANS[name][0]
        set_trap(name, after, start, stop, "seen", rng)
        differs = (before != after).any((1, 2, 3))
        stays = name in ("light", "part fades")
        assert not differs[:start].any()
        assert stays or not differs[stop:].any()
        assert not stays or differs[stop:].all()
        changed.append(differs[start:stop].mean())
        if name == "freeze":
            assert (after[start:stop] == before[start]).all()
    assert max(changed) > (0.3 if name in ("freeze", "doubled") else 0.9)


def test_a_film_holds_all_traps_that_are_asked_for():
    film = montage(3000, size=(16, 24), seed=1, traps=TRAPS[:-1], lengths=(25, 60))
    assert {name for name, _, _ in film.traps} == set(TRAPS) - {"codec"}
    shots = np.array(film.shots)
    for name, start, end in film.traps:
        if name == "bars":
            assert start in shots[:, 0]
            assert end in shots[:, 1]
            assert (film.frames[start:end, 0, 0] == 0).all()
        else:
            inside = (shots[:, 0] + 3 <= start) & (end + 3 <= shots[:, 1])
            assert inside.sum() == 1


def test_the_codec_leaves_its_traces():
    before = shoot(30, (45, 81), "seen", np.random.default_rng(2))
    after = through_codec(before, 25.0, np.random.default_rng(0))
    assert after.shape == before.shape
    difference = np.abs(after.astype(float) - before).mean()
    assert 0.5 < difference < 25
    film = montage(20, size=(17, 23), traps=["codec"])
    assert film.traps == [("codec", 0, 20)]
