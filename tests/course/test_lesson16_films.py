"""What lesson 16 shows and scores: its films, its troubles, and how it reads what is handed in."""

import numpy as np
import pytest

from vidlearn.boxes import Detections, Tracks
from vidlearn.course import challenge
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson16 import (
    FAULTY,
    crossing_of,
    dimmed,
    flickered,
    flickering,
    followed,
    hard_film,
    miss,
    seconds,
    shares,
    table_row,
    troubles,
)
from vidlearn.course.exercises.lesson16.handed_in import read_rows
from vidlearn.metrics import evaluate_tracks
from vidlearn.tracking import Sort, track


@pytest.fixture(scope="module")
def film():
    scene = crossing_of(5, 40)
    return scene, flickering(scene, seed=2)


def test_detections_flicker_as_told(film):
    scene, _ = film
    truth = scene.tracks()
    sure = flickering(scene, miss=0, jitter=0, alarms=0, seed=2)
    whole = [set(map(tuple, scene.boxes[t, scene.visible[t] == 1].tolist())) for t in range(40)]
    for t, each in enumerate(sure):
        assert whole[t] <= set(map(tuple, each.boxes.tolist()))
    halved = flickering(scene, miss=0.5, jitter=0, alarms=0, seed=2)
    share = sum(map(len, halved)) / sum(map(len, sure))
    assert 0.4 < share < 0.6
    invented = flickering(scene, miss=1, alarms=2, seed=2)
    assert 1.3 < np.mean([len(each) for each in invented]) < 2.9
    assert len(truth) > sum(map(len, sure)) * 0.9


def test_flickering_is_the_same_again_and_in_no_order(film):
    scene, found = film
    again = flickering(scene, seed=2)
    for one, other in zip(found, again, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)
    orders = [np.argsort(each.labels, kind="stable").tolist() for each in found]
    assert any(order != sorted(order) for order in orders)


def test_films_are_drawn_at_their_size(film):
    scene, found = film
    tracks = track(found)
    for times, size in ((2, (240, 320)), (1.5, (180, 240))):
        assert flickered(scene.frames[:3], found[:3], times=times).shape == (3, *size, 3)
        assert followed(scene.frames[:3], tracks, times=times).shape == (3, *size, 3)
    assert dimmed(np.full((1, 2, 2, 3), 100, np.uint8)).max() == 60


def test_a_track_keeps_its_colour_and_drags_a_trail():
    frames = np.zeros((6, 60, 80, 3), np.uint8)
    boxes = [[5 + 8 * t, 20, 15 + 8 * t, 30] for t in range(6)]
    drawn = followed(frames, Tracks(range(6), [3] * 6, boxes), times=2)
    colours = [film[41, 2 * (5 + 8 * t) : 2 * (15 + 8 * t)].max(axis=0) for t, film in
               enumerate(drawn)]  # fmt: skip
    assert (np.ptp(colours, axis=0) < 30).all()
    behind = drawn[5, 45:55, 20:70].sum()
    assert behind > drawn[0, 45:55, 40:70].sum()


def test_each_trouble_is_worse_for_the_packaged_tracker_than_none():
    films = troubles(seeds=(31, 32), frames=60)
    scores = {
        name: evaluate_tracks([track(f) for _, f, _ in each], [true for *_, true in each]).IDF1
        for name, each in films.items()
    }
    assert scores["as it is"] > 0.8
    for name in ("a bridge", "a camera that shakes", "a frame in three"):
        assert scores[name] < scores["as it is"] - 0.03, name
    for each in films.values():
        for frames, found, truth in each:
            assert len(frames) == len(found) == truth.length


def test_what_is_shaken_lies_where_the_picture_is(film):
    (frames, _, truth), *_ = troubles(seeds=(31,), frames=12)["a camera that shakes"]
    (still, _, true), *_ = troubles(seeds=(31,), frames=12)["as it is"]
    jumps = truth.boxes[:, :2] - true.boxes[:, :2]
    for t in range(12):
        x, y = jumps[truth.frames == t][0].astype(int)
        np.testing.assert_array_equal(np.roll(still[t], (y, x), (0, 1)), frames[t])


def test_each_fault_of_the_repair_can_be_left_in():
    from vidlearn.course.exercises.lesson16.matching import match_cases, who_is_who

    for fault in FAULTY.values():
        same = [np.array_equal(fault(*c), who_is_who(*c)) for c in match_cases()]
        assert not all(same)


def test_a_row_of_the_table_says_what_was_measured(capsys, film):
    scene, found = film
    now = table_row("all", [track(found)], [scene.tracks()])
    said = capsys.readouterr().out
    assert f"{now.MOTA:.2f}" in said
    assert f"{now.IDF1:.2f}" in said
    assert f"of {now.identities}" in said


def test_seconds_are_measured_with_noise_and_come_without():
    known, future, kinds = seconds(400, 7)
    assert known.shape == future.shape == (400, 12, 2)
    turning, later, other = kinds.values()
    assert (turning ^ other).all()
    assert (turning | ~later).all()
    assert 0.2 < turning.mean() < 0.9
    assert 0.05 < later.mean() < 0.5
    ways = np.diff(known[:, [0, 5, 6, 11]], axis=1)[:, ::2]  # of the first half, of the second
    bend = np.abs(np.sin(np.diff(np.arctan2(ways[..., 1], ways[..., 0]), axis=1)))
    assert bend[later].mean() < 0.5 * bend[turning & ~later].mean()
    steps = np.linalg.norm(np.diff(future, axis=1), axis=2)
    assert steps.max() < 6
    rough = np.abs(np.diff(known, n=2, axis=1)).mean() / np.abs(np.diff(future, n=2, axis=1)).mean()
    assert rough > 5


def test_miss_by_hand():
    guessed, came = np.zeros((2, 3, 2)), np.zeros((2, 3, 2))
    came[0, 2], came[1, 1] = (3, 4), (9, 9)
    assert miss(guessed, came).tolist() == [5, 0]


def test_shares_by_hand(capsys):
    kinds = {"odd": np.array([True, False, True]), "even": np.array([False, True, False])}
    learned = {"LSTM, odd": np.array([1.0, 2.0]), "LSTM, even": np.array([9.0, 12.0])}
    shares(learned, np.array([2.0, 7.0, 8.0]), kinds)
    _, odd, even = capsys.readouterr().out.splitlines()
    assert odd.split() == ["odd", "5.0", "1.5", "0.30"]
    assert even.split() == ["even", "7.0", "10.5", "1.50"]


# The challenge ------------------------------------------------------------------------------


def rows_of(tracks, first=1):
    sides = tracks.boxes[:, 2:] - tracks.boxes[:, :2]
    return np.column_stack([tracks.frames + first, tracks.ids, tracks.boxes[:, :2], sides])


@pytest.fixture(scope="module")
def hard():
    _, found = hard_film(8, 40)
    return found, track(found)


def test_rows_and_tracks_are_read_alike(hard):
    found, tracks = hard
    read = read_rows(rows_of(tracks), found)
    np.testing.assert_allclose(read.boxes, tracks.boxes)
    np.testing.assert_array_equal(read.frames, tracks.frames)
    np.testing.assert_array_equal(read_rows(tracks, found).ids, tracks.ids)
    wide = np.column_stack([rows_of(tracks), np.full((len(tracks), 4), -1)])
    np.testing.assert_array_equal(read_rows(wide.tolist(), found).ids, tracks.ids)


def corners(tracks):
    return np.column_stack([tracks.frames + 1, tracks.ids, tracks.boxes])


def counted_by_the_frame(tracks):
    rows = rows_of(tracks)
    for frame in np.unique(rows[:, 0]):
        here = rows[:, 0] == frame
        rows[here, 1] = 1 + np.arange(here.sum())
    return rows


def always_new(tracks):
    rows = rows_of(tracks)
    rows[:, 1] = np.arange(len(rows))
    return rows


def from_zero(tracks):
    return rows_of(tracks, first=0)


def from_zero_without_the_first(tracks):
    rows = rows_of(tracks, first=0)
    return rows[rows[:, 0] > 0]


def tracks_from_one(tracks):
    return Tracks(tracks.frames[tracks.frames < 39] + 1, tracks.ids[tracks.frames < 39],
                  tracks.boxes[tracks.frames < 39])  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (corners, "width and height"),
        (counted_by_the_frame, "counted by the frame"),
        (always_new, "never comes again"),
        (from_zero, "the first frame is number 1"),
        (from_zero_without_the_first, "the first frame is number 1"),
        (tracks_from_one, "Tracks count frames from 0"),
        (lambda tracks: rows_of(tracks, first=2), "the first frame is number 1"),
        (lambda tracks: rows_of(tracks)[:, :5], "(R, 6)"),
        (lambda tracks: rows_of(tracks)[[0, 0]], "twice in frame"),
        (lambda tracks: rows_of(tracks) + 0.5, "whole numbers"),
        (lambda tracks: rows_of(tracks) * np.nan, "NaN or infinite"),
        (lambda tracks: "rows", "(R, 6)"),
        (lambda tracks: (row for row in rows_of(tracks)), "(R, 6)"),
        (lambda tracks: {"rows": 1}, "(R, 6)"),
        (lambda tracks: [Detections([], [])], "(R, 6)"),
        (lambda tracks: 7, "(R, 6)"),
    ],
)
def test_rows_rejects_what_a_benchmark_would(hard, fault, said):
    found, tracks = hard
    with pytest.raises(Refusal) as refusal:
        read_rows(fault(tracks), found)
    assert said in str(refusal.value)


def test_rules_are_looked_at_whatever_they_give(hard):
    from vidlearn.course.exercises.lesson16 import handed

    found, tracks = hard
    frames = np.zeros((len(found), 4, 4, 3), np.uint8)
    assert len(handed(lambda *_: rows_of(tracks), frames, found)) == len(tracks)
    for odd in (lambda *_: None, lambda *_: "x", lambda *_: 1 / 0, 3, lambda *_: from_zero(tracks)):
        assert handed(odd, frames, found).length == len(found)
        assert len(handed(odd, frames, found)) == 0


def test_nothing_found_at_all_is_no_error(hard):
    found, _ = hard
    for nothing in ([], np.zeros((0, 6)), Tracks([], [], np.zeros((0, 4)))):
        assert len(read_rows(nothing, found)) == 0


def plain(frames, found):
    return track(found)


def careful(frames, found):
    sure = [each[each.scores >= 0.65] for each in found]
    return rows_of(track(sure, tracker=Sort(birth=2, overlap=0.1)))


def test_the_bar_lies_between_the_default_and_careful_rules():
    below, above = challenge("hard-junction", plain), challenge("hard-junction", careful)
    assert below.status == "wrong"
    assert above.status == "right"
    assert get("hard-junction").score(plain) < get("hard-junction").bar - 0.03


def filled(rows):
    """Fill the gaps of each identity by straight lines."""
    made = []
    for k in np.unique(rows[:, 1]):
        mine = rows[rows[:, 1] == k]
        times = np.arange(mine[0, 0], mine[-1, 0] + 1)
        sides = [np.interp(times, mine[:, 0], column) for column in mine[:, 2:].T]
        made.append(np.column_stack([times, np.full(len(times), k), *sides]))
    return np.concatenate(made)


def test_how_far_the_folded_text_says_it_goes():
    """Two hits and filled gaps take one over the bar; sure boxes and less overlap go further."""
    exercise = get("hard-junction")
    two = exercise.score(lambda frames, found: filled(rows_of(track(found, tracker=Sort(birth=2)))))
    all_of_it = exercise.score(lambda frames, found: filled(careful(frames, found)))
    assert exercise.bar + 0.01 < two < all_of_it - 0.02


@pytest.mark.parametrize("nothing", [lambda frames, found: None, None])
def test_an_empty_challenge_is_not_answered_yet(nothing):
    assert challenge("hard-junction", nothing).status == "not_yet"


@pytest.mark.parametrize("odd", [lambda f, d: "x", lambda f, d: 1 / 0, lambda f: f, 3, "rows"])
def test_odd_answers_to_the_challenge_are_said_in_words(odd, capsys):
    assert not challenge("hard-junction", odd)
    assert "Traceback" not in capsys.readouterr().out
