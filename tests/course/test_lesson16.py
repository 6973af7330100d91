"""Answers to lesson 16 as learners write them: right ones in other words, and near misses."""

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from vidlearn import boxes, metrics, tracking
from vidlearn.course import check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get
from vidlearn.course.exercises.lesson16 import crossing_of, flickering
from vidlearn.course.exercises.lesson16.forecasting import forecaster
from vidlearn.course.exercises.lesson16.kalman import kalman_step, step_cases
from vidlearn.course.exercises.lesson16.matching import as_given, match_cases, who_is_who

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
GATE = 9.21


# The filter ---------------------------------------------------------------------------------


def joseph(mean, covariance, z, f, q, h, r):
    """Narrow in the form that stays symmetric, with a solved system in place of an inverse."""
    mean, covariance = np.dot(f, mean), np.linalg.multi_dot([f, covariance, f.T]) + q
    if z is not None:
        s = h @ covariance @ h.T + r
        k = np.linalg.solve(s, h @ covariance).T
        rest = np.eye(len(mean)) - k @ h
        mean = mean + k.dot(z - h.dot(mean))
        covariance = rest @ covariance @ rest.T + k @ r @ k.T
    return mean, covariance


def by_information(mean, covariance, z, f, q, h, r):
    """Add what is known, inverted: precision of the prediction and of the measurement."""
    mean, covariance = f @ mean, f @ covariance @ f.T + q
    if z is None:
        return [mean, covariance]
    precise = np.linalg.inv(covariance) + h.T @ np.linalg.inv(r) @ h
    after = np.linalg.inv(precise)
    known = np.linalg.inv(covariance) @ mean + h.T @ np.linalg.inv(r) @ z
    return [after @ known, after]


@pytest.mark.parametrize("answer", [kalman_step, joseph, by_information])
def test_kalman_step_accepts_other_words(answer):
    assert grade(get("kalman-step"), answer)


def test_kalman_step_by_hand():
    """1.5 * 10 = 15, variance 1.5 * 4 * 1.5 + 2 = 11; seen at 17, S = 14, gain 11 / 14."""
    unseen, seen = step_cases()[:2]
    mean, covariance = kalman_step(*unseen)
    assert (mean.item(), covariance.item()) == (15, 11)
    mean, covariance = kalman_step(*seen)
    assert mean.item() == pytest.approx(15 + 11 / 14 * 2)
    assert covariance.item() == pytest.approx(11 * 3 / 14)


@pytest.mark.parametrize("case", range(7))
def test_kalman_step_is_the_librarys(case):
    mean, covariance, z, f, q, h, r = step_cases()[case]
    expected = tracking.kalman_predict(mean, covariance, f, q)
    if z is not None:
        expected = tracking.kalman_update(*expected, z, h, r)
    for ours, theirs in zip(kalman_step(*step_cases()[case]), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_cases_of_the_filter_break_every_symmetry():
    _, covariance, _, f, q, h, r = step_cases()[5]
    assert f.shape == (4, 4) != h.shape == (2, 4)
    assert not np.allclose(f, f.T)
    for matrix in (covariance, q, r):
        np.testing.assert_allclose(matrix, matrix.T)
        assert not np.allclose(matrix, np.diag(np.diag(matrix)))


def test_a_step_that_works_in_place_is_told_so():
    def in_place(mean, covariance, z, f, q, h, r):
        mean[:] = f @ mean
        return kalman_step(np.linalg.solve(f, mean), covariance, z, f, q, h, r)

    result = grade(get("kalman-step"), in_place)
    assert (result.status, result.misconception) == ("wrong", "input-changed")


# Who is who ---------------------------------------------------------------------------------


def by_the_library_of_costs(means, covariances, ids, found, h, r, fresh):
    """Take all distances at once; unmatched tracks cost just more than the gate."""
    from scipy.optimize import linear_sum_assignment

    who = [-1] * len(found)
    if len(ids) and len(found):
        away = found[None] - (means @ h.T)[:, None]
        s = h @ covariances @ h.T + r
        costs = np.einsum("knd,kde,kne->kn", away, np.linalg.inv(s), away)
        rows, columns = linear_sum_assignment(np.where(costs <= GATE, costs, 1e9))
        for k, n in zip(rows, columns, strict=True):
            who[n] = int(ids[k]) if costs[k, n] <= GATE else -1
    for n, identity in enumerate(who):
        if identity < 0:
            who[n], fresh = fresh, fresh + 1
    return who


@pytest.mark.parametrize("answer", [who_is_who, by_the_library_of_costs])
def test_who_is_who_accepts_other_words(answer):
    assert grade(get("who-is-who"), answer)


@pytest.mark.parametrize("case", range(10))
def test_who_is_who_pairs_as_the_library(case):
    means, covariances, ids, found, h, r, fresh = match_cases()[case]
    who = who_is_who(*match_cases()[case])
    costs = np.zeros((len(ids), len(found)))
    for k in range(len(ids)):
        s = h @ covariances[k] @ h.T + r
        for n, z in enumerate(found):
            costs[k, n] = (z - h @ means[k]) @ np.linalg.solve(s, z - h @ means[k])
    rows, columns = tracking.assign(costs, most=GATE)
    old = {int(n): int(ids[k]) for k, n in zip(rows, columns, strict=True)}
    assert {n: k for n, k in enumerate(who.tolist()) if n in old} == old
    new = [k for n, k in enumerate(who.tolist()) if n not in old]
    assert new == list(range(fresh, fresh + len(new)))


def test_no_distance_of_the_cases_lies_on_the_gate():
    for means, covariances, _, found, h, r, _ in match_cases():
        for mean, covariance in zip(means, covariances, strict=True):
            for spread in (r, h @ covariance @ h.T + r, h @ covariance @ h.T):
                away = found - h @ mean
                costs = np.einsum("nd,de,ne->n", away, np.linalg.inv(spread), away)
                assert (np.abs(costs - GATE) > 0.05).all()


def lesson_code():
    """The code cells of the lesson."""
    (path,) = NOTEBOOKS.glob("16_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_the_function_to_repair_is_the_one_in_the_lesson():
    (source,) = (cell for cell in lesson_code() if "def my_who_is_who" in cell)
    space = {"np": np, "check": lambda *_: None}
    exec(source, space)
    for case in match_cases():
        np.testing.assert_array_equal(space["my_who_is_who"](*case), as_given(*case))
    assert inspect.signature(space["my_who_is_who"]) == inspect.signature(who_is_who)


def own_tracker(step, match):
    """The tracker of the lesson, on two functions of the learner's."""
    space = {"np": np, "Tracks": boxes.Tracks, "convert": boxes.convert}
    for cell in lesson_code():
        if "def own_tracker" in cell or 'use("kalman-step"' in cell:
            space |= {"use": lambda name, _: step if name == "kalman-step" else match}
            space |= {"my_kalman_step": None, "my_who_is_who": None}
            exec(cell, space)
    return space["own_tracker"]


def test_right_answers_in_other_words_track_alike():
    scene = crossing_of(9, 60)
    found = flickering(scene, seed=1)
    ours = own_tracker(kalman_step, who_is_who)(found)
    result = metrics.evaluate_tracks(ours, scene.tracks())
    assert result.MOTA > 0.75
    assert result.IDF1 > 0.8
    for step in (joseph, by_information):
        other = own_tracker(step, by_the_library_of_costs)(found)
        np.testing.assert_array_equal(other.ids, ours.ids)
        np.testing.assert_allclose(other.boxes, ours.boxes, atol=1e-6)


def test_the_tracker_of_the_lesson_bears_empty_films():
    track = own_tracker(kalman_step, who_is_who)
    nothing = boxes.Detections(np.zeros((0, 4)), np.zeros(0))
    assert len(track([nothing] * 4)) == len(track([])) == 0
    some = boxes.Detections([[2, 2, 12, 9]], [1.0])
    told = track([some] * 4 + [nothing] * 14 + [some] * 3)
    assert np.unique(told.ids).tolist() == [1, 2]
    assert told.frames.tolist() == [2, 3, 4, 5, 20]


@pytest.mark.parametrize(
    "form", [list, tuple, lambda who: who.astype(float), lambda who: [np.int32(k) for k in who]]
)
def test_identities_may_come_in_any_holder(form):
    assert grade(get("who-is-who"), lambda *a: form(who_is_who(*a)))


@pytest.mark.parametrize("form", [set, lambda who: who[:-1], lambda who: who[:, None]])
def test_identities_rejects_what_is_not_one_for_each(form):
    result = grade(get("who-is-who"), lambda *a: form(who_is_who(*a)))
    assert result.status == "wrong"


# The forecaster -----------------------------------------------------------------------------


def in_another_order(past, future, units):
    """Take the steps with ops, add to the last place with a layer."""
    import keras
    from keras import layers, ops

    places = keras.Input((past, 2), name="where")
    x = layers.LSTM(units, name="memory")(ops.diff(places, axis=1))
    x = layers.Dense(future * 2, name="ahead")(x)
    last = layers.RepeatVector(future)(places[:, -1])
    return keras.Model(places, layers.Add()([last, ops.reshape(x, (-1, future, 2))]))


@pytest.mark.parametrize("answer", [forecaster, in_another_order])
def test_forecaster_accepts_other_words(answer):
    assert grade(get("forecaster"), answer)


def test_forecaster_is_the_packaged_one():
    from vidlearn.models import build_forecaster

    rng = np.random.default_rng(4)
    ours, theirs = forecaster(7, 5, 6), build_forecaster(7, 5, units=6, scale=1.0)
    weights = [rng.normal(size=w.shape) for w in ours.get_weights()]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    paths = rng.normal(0, 3, (4, 7, 2)).cumsum(axis=1).astype("float32")
    a, b = (np.asarray(model(paths)) for model in (ours, theirs))
    assert a.shape == (4, 5, 2)
    np.testing.assert_allclose(a, b, atol=1e-5)


def two_inputs(past, future, units):
    import keras

    a, b = keras.Input((past, 2)), keras.Input((past, 2))
    return keras.Model([a, b], a + b)


def wrong_length(past, future, units):
    import keras
    from keras import layers

    places = keras.Input((past + 1, 2))
    x = layers.Dense(2 * future)(layers.LSTM(units)(places))
    return keras.Model(places, layers.Reshape((future, 2))(x))


@pytest.mark.parametrize(
    ("answer", "said"), [(two_inputs, "one thing"), (wrong_length, "paths of")]
)
def test_forecaster_rejects_another_form(answer, said):
    result = check("forecaster", answer)
    assert result.status == "wrong"
    assert said in repr(result)


@pytest.mark.parametrize("build", [forecaster, in_another_order])
def test_the_interactive_foretells_what_the_learners_network_does(build):
    from vidlearn.widgets import TrajectoryFutures

    rng = np.random.default_rng(12)
    net = build(6, 4, 5)
    net.set_weights([0.4 * rng.normal(size=w.shape) for w in net.get_weights()])
    weights = net.get_weights()
    places = np.cumsum(rng.normal(2, 1, (14, 2)), axis=0)
    tracks = boxes.Tracks(range(14), [1] * 14, np.hstack([places - 3, places + 3]))
    shown = TrajectoryFutures(
        np.zeros((14, 48, 64, 3), np.uint8), tracks, lstm=weights[:3], dense=weights[3:],
        past=6, scale=1.0, fps=4,
    )  # fmt: skip
    past = np.stack([places[:6], places[5:11]]).astype("float32")
    theirs = np.asarray(net(past))
    np.testing.assert_allclose(shown._futures(past)[1], theirs, rtol=1e-4, atol=1e-4)
