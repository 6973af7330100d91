"""Lesson 21: its films, its signals, what it draws, and the challenge."""

import numpy as np
import pytest

from vidlearn import shots
from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson21 import (
    adapting,
    as_cuts,
    boundary_score,
    bounds,
    curved,
    edges_of,
    films,
    rows_of,
    short_film,
    signal_of,
    strips,
    trap_film,
)
from vidlearn.metrics import evaluate_shots


def test_the_learners_adaptive_line_is_the_librarys():
    for differences, ratio, least, window in adapting.adaptive_cases():
        ours = shots.adaptive_threshold(differences, ratio, least=least, window=window)
        np.testing.assert_array_equal(adapting.adaptive(differences, ratio, least, window), ours)


def test_a_line_that_is_right_for_the_calm_film_is_wrong_for_the_wild_one():
    calm, wild = (
        evaluate_shots(
            as_cuts(shots.fixed_threshold(signal_of(film, "pixels"), 7)), film.transitions
        ).f1
        for film in (short_film("calm"), short_film("wild"))
    )
    assert calm == 1
    assert wild < 0.5


def test_films_to_choose_on_and_to_be_judged_by_differ(monkeypatch):
    monkeypatch.setenv("VIDLEARN_PRESET", "tiny")
    one, other = films("choose")[0], films("judge")[0]
    assert one.frames.shape == other.frames.shape
    assert not (one.frames == other.frames).all()
    cuts, gradual = edges_of(other, "cut"), edges_of(other, "gradual")
    assert (cuts[:, 0] == cuts[:, 1]).all()
    assert (gradual[:, 0] < gradual[:, 1]).all()
    assert len(cuts) + len(gradual) == len(edges_of(other))


@pytest.mark.parametrize("how", ["pixels", "colours", "histogram", "edges"])
def test_a_signal_compares_a_frame_with_the_one_before(how):
    film = short_film("calm")
    values = signal_of(film, how)
    assert values.shape == (len(film.frames),)
    assert values[0] == 0
    cuts = film.transitions[:, 0]
    assert np.median(values[cuts]) > 3 * np.median(values)


def test_the_curve_grows_with_the_film_and_colours_what_is_false():
    frames = np.full((6, 20, 40, 3), 128, np.uint8)
    film = curved(frames, np.array([0, 1, 9, 1, 8, 1.0]), line=5, cuts=[2], times=2)
    assert film.shape[0] == 6
    assert film.shape[2] == 80
    assert film.shape[1] % 2 == 0
    orange = (film == (213, 94, 0)).all(axis=-1).sum(axis=(1, 2))
    blue = (film == (0, 114, 178)).all(axis=-1).sum(axis=(1, 2))
    assert not blue[:2].any()
    assert (blue[2:] > 0).all()
    assert not orange[:4].any()
    assert (orange[4:] > 0).all()


def test_strips_hold_the_frame_in_the_middle():
    film = np.arange(9, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 3, 3), np.uint8)
    sheet = strips(film, [4, 8], around=1)
    np.testing.assert_array_equal(sheet[::2, ::3, 0], [[3, 4, 5], [7, 8, 8]])


def test_rows_stand_below_their_heads(capsys):
    rows_of({"one": evaluate_shots([[3, 3], [9, 9]], [[3, 3], [20, 30]])})
    head, _, row = capsys.readouterr().out.splitlines()
    assert "gradual" in head
    assert row.split() == [
        "one",
        "0.50",
        "1.00",
        "0.67",
        "nan",
        "0.00",
        "0.00",
    ]


def test_the_challenge_is_scored_by_all_its_films(monkeypatch):
    known = [trap_film(seed, 120) for seed in (1, 2)]
    monkeypatch.setattr(bounds, "_judged", lambda: known)
    answers = iter(cuts for _, cuts in known)
    assert boundary_score(lambda pictures: next(answers)) == 1
    assert boundary_score(lambda pictures: []) == 0
    assert boundary_score(lambda pictures: None) is None
    first = iter(cuts.tolist() * (k == 0) for k, (_, cuts) in enumerate(known))
    assert 0 < boundary_score(lambda pictures: next(first)) < 1


@pytest.mark.parametrize("came", [[0], [500], [3.5], [[3, 4]], 7, "cut", [True, False]])
def test_what_are_no_frames_is_refused_kindly(came, monkeypatch):
    monkeypatch.setattr(bounds, "_judged", lambda: [trap_film(1, 120)])
    with pytest.raises(Refusal, match=r"first"):
        boundary_score(lambda pictures: came)
