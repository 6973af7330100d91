"""Answers to lesson 08 as learners write them: right ones in other words, and near misses."""

import math

import numpy as np
import pytest

from vidlearn.course import challenge, check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson08 import (
    a_clip,
    bounced_unseen,
    clips_and_ways,
    coin_film,
    coin_in,
    coin_paths,
    in_view,
    next_score,
    ringed,
    straight_on,
    what_is_seen,
    with_bars,
)


def states_in_place(x, w, u, b, h0):
    hs = np.zeros((len(x), len(u)))
    for t in range(len(x)):
        hs[t] = np.tanh(x[t] @ w + (hs[t - 1] if t else h0) @ u + b)
    return hs


def all_steps_together(dout, x, h0, hs, w, u):
    before = np.vstack([h0, hs[:-1]])
    dz, dh = np.zeros_like(hs), 0
    for t in range(len(x) - 1, -1, -1):
        dz[t] = (dout[t] + dh) * (1 - hs[t]) * (1 + hs[t])
        dh = u @ dz[t]
    return [x.T @ dz, before.T @ dz, dz.sum(axis=0), dh]


def clip_one_vector(gradients, limit):
    long = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
    return tuple(g / max(1, long / limit) for g in gradients)


RIGHT = {
    "rnn-forward": states_in_place,
    "bptt": all_steps_together,
    "clip-gradients": clip_one_vector,
}


@pytest.mark.parametrize("exercise", RIGHT)
def test_right_in_other_words(exercise):
    assert grade(get(exercise), RIGHT[exercise]).status == "right"


def always_the_last_output(dout, x, h0, hs, w, u):
    only = np.zeros_like(dout)
    only[-1] = dout[-1]
    return all_steps_together(only, x, h0, hs, w, u)


def appends_one_array(x, w, u, b, h0):
    h, states = h0.copy(), []
    for row in x:
        h[:] = np.tanh(row @ w + h @ u + b)
        states.append(h)
    return np.array(states)


def loop_without_tanh(x, w, u, b, h0):
    states = [h0]
    for row in x:
        states.append(row @ w + states[-1] @ u + b)
    return np.array(states[1:])


def loop_with(step, kept=lambda h: h):
    def answer(x, w, u, b, h0):
        states, h = np.zeros((len(x), len(u))), h0
        for t, row in enumerate(x):
            h = step(row @ w, h, u, b)
            states[t] = kept(h)
        return states

    return answer


def sends_back_without_slope(dout, x, h0, hs, w, u):
    dh, dz = np.zeros(len(u)), np.zeros_like(hs)
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dout[t]
        dz[t] = dh * (1 - hs[t] ** 2)
        dh = u @ dh
    return x.T @ dz, np.vstack([h0, hs[:-1]]).T @ dz, dz.sum(axis=0), dh


def forgets_the_square(dout, x, h0, hs, w, u):
    dh, dz = 0, np.zeros_like(hs)
    for t in range(len(x) - 1, -1, -1):
        dz[t] = (dout[t] + dh) * (1 - hs[t])
        dh = u @ dz[t]
    return x.T @ dz, np.vstack([h0, hs[:-1]]).T @ dz, dz.sum(axis=0), dh


def transposed(parts, k):
    return [part.T if i == k else part for i, part in enumerate(parts)]


def clipped_by(length):
    def answer(gradients, limit):
        found = length(np.concatenate([g.ravel() for g in gradients]))
        return [g * limit / found if found > limit else g for g in gradients]

    return answer


def backward_with(before_first=None, add=True, through_u=True, order=reversed, heap=False):
    def backward(dout, x, h0, hs, w, u):
        dw, du, db, dh = np.zeros(w.shape), np.zeros(u.shape), np.zeros(len(u)), 0
        for t in order(range(len(x))):
            before = hs[t - 1] if t else before_first(h0, hs) if before_first else h0
            dz = (dout[t] + dh) * (1 - hs[t] ** 2)
            parts = np.outer(x[t], dz), np.outer(before, dz), dz
            dw, du, db = (add * old + new for old, new in zip((dw, du, db), parts, strict=True))
            dh = dz @ u.T + heap * dh
        return dw, du, db, dh if through_u else dz

    return backward


def shortens_in_place(gradients, limit):
    length = math.sqrt(sum(float((g * g).sum()) for g in gradients))
    if length > limit:
        for g in gradients:
            g *= limit / length
    return gradients


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("rnn-forward", appends_one_array, "one-array-many-times"),
        ("rnn-forward", loop_with(lambda xw, h, u, b: xw + h @ u + b, np.tanh), "sum-carried-on"),
        ("rnn-forward", loop_with(lambda xw, h, u, b: np.tanh(xw + u @ h + b)), "u-before-h"),
        ("rnn-forward", loop_with(lambda xw, h, u, b: np.tanh(xw + h @ u) + b), "bias-outside"),
        ("rnn-forward", loop_with(lambda xw, h, u, b: np.tanh(xw + h @ u)), "no-bias"),
        (
            "rnn-forward",
            loop_with(lambda xw, h, u, b: 0.5 + 0.5 * np.tanh((xw + h @ u + b) / 2)),
            "sigmoid",
        ),
        ("bptt", sends_back_without_slope, "slope-not-sent"),
        ("bptt", forgets_the_square, "not-squared"),
        (
            "clip-gradients",
            lambda gs, limit: [
                g * limit / np.abs(g).sum() if np.abs(g).sum() > limit else g for g in gs
            ],
            "each-by-sizes",
        ),
        ("bptt", backward_with(add=False), "overwrites"),
        ("bptt", backward_with(lambda h0, hs: hs[-1]), "wraps-round"),
        ("bptt", backward_with(lambda h0, hs: np.zeros_like(h0)), "starts-at-zero"),
        ("bptt", backward_with(through_u=False), "one-step-short"),
        ("clip-gradients", shortens_in_place, "input-changed"),
        ("rnn-forward", loop_without_tanh, "no-tanh"),
        ("rnn-forward", lambda *given: states_in_place(*given)[-1], "last-only"),
        ("bptt", backward_with(order=lambda steps: steps), "forwards"),
        ("bptt", backward_with(heap=True), "heaps-up"),
        ("bptt", lambda *given: transposed(all_steps_together(*given), 1), "du-lies-on-its-side"),
        ("bptt", lambda *given: transposed(all_steps_together(*given), 0), "dw-lies-on-its-side"),
        (
            "clip-gradients",
            lambda gs, limit: np.concatenate([g.ravel() for g in clip_one_vector(gs, limit)]),
            "one-long-vector",
        ),
        (
            "clip-gradients",
            lambda gs, limit: [g * limit / np.sqrt((g**2).sum()) for g in gs],
            "each-and-up",
        ),
        (
            "clip-gradients",
            lambda gs, limit: [g * limit / sum(np.abs(a).sum() for a in gs) for g in gs],
            "sizes-and-up",
        ),
        ("clip-gradients", clipped_by(lambda long: np.sqrt(np.mean(long**2))), "root-of-the-mean"),
        ("clip-gradients", clipped_by(lambda long: np.sum(np.abs(long))), "adds-the-numbers"),
        ("clip-gradients", clipped_by(lambda long: np.sum(long**2)), "squared"),
        ("clip-gradients", clipped_by(lambda long: np.max(np.abs(long))), "largest-entry"),
        (
            "rnn-forward",
            lambda x, w, u, b, h0: np.array([np.tanh(row @ w + h0 @ u + b) for row in x]),
            "forgets-the-state",
        ),
        ("bptt", always_the_last_output, "last-output-only"),
        ("bptt", lambda *given: all_steps_together(*given)[:3], None),
        (
            "clip-gradients",
            lambda gs, limit: [g / max(1, np.linalg.norm(g) / limit) for g in gs],
            "each-by-itself",
        ),
        (
            "clip-gradients",
            lambda gs, limit: [np.maximum(np.minimum(g, limit), -limit) for g in gs],
            "clips-entries",
        ),
    ],
)
def test_near_misses_are_told(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_the_wrong_one_of_four_is_named():
    def answer(*given):
        dw, du, db, dh0 = all_steps_together(*given)
        return dw, du, db[None], dh0

    assert grade(get("bptt"), answer).lines[0].startswith("db: the shape is (1, 1)")
    fewer = grade(get("bptt"), lambda *given: all_steps_together(*given)[:3])
    assert "dw, du, db, dh0" in fewer.lines[0]


def test_a_list_of_arrays_is_called_one():
    said = grade(get("clip-gradients"), lambda gs, limit: 5.0).lines[0]
    assert "a list of arrays is expected; a number came" in said.lower()


def test_a_list_may_be_any_of_its_kind():
    def as_objects(gradients, limit):
        out = np.empty(len(gradients), object)
        out[:] = clip_one_vector(gradients, limit)
        return out

    assert grade(get("clip-gradients"), as_objects).status == "right"
    result = grade(get("clip-gradients"), lambda gs, limit: (g for g in clip_one_vector(gs, limit)))
    assert result.status == "right"


def test_an_array_of_nothing_is_no_list():
    said = repr(grade(get("clip-gradients"), lambda gs, limit: np.array(None)))
    assert "A list of arrays is expected; an array of objects came." in said


def test_one_array_of_unlike_gradients_is_judged():
    result = grade(get("bptt"), lambda dout, x, h0, hs, w, u: np.zeros((4, 3)))
    assert result.status == "wrong"
    assert grade(get("bptt"), lambda *given: np.zeros(3)).status == "wrong"


def test_the_solutions_equal_the_library():
    from vidlearn import scratch

    rng = np.random.default_rng(6)
    x, h0, dout = rng.normal(size=(5, 2)), rng.normal(size=3), rng.normal(size=(5, 3))
    w, u, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)
    hs, cache = scratch.rnn_forward(x[None], w, u, b, h0=h0[None])
    np.testing.assert_allclose(get("rnn-forward").solution(x, w, u, b, h0), hs[0])
    _, dw, du, db, dh0 = scratch.rnn_backward(dout[None], cache)
    ours = get("bptt").solution(dout, x, h0, hs[0], w, u)
    for mine, other in zip(ours, (dw, du, db, dh0[0]), strict=True):
        np.testing.assert_allclose(mine, other)
    grads = [dw, du, db]
    clipped, _ = scratch.clip_by_global_norm(grads, 0.5)
    for mine, other in zip(get("clip-gradients").solution(grads, 0.5), clipped, strict=True):
        np.testing.assert_allclose(mine, other)


def test_the_library_is_refused():
    from vidlearn import scratch

    assert check("clip-gradients", scratch.clip_by_global_norm).status == "not_yet"


def test_what_stands_in_the_lesson_is_not_answered_yet():
    def given(gradients, limit):
        return [g * limit / np.sum(np.abs(g)) for g in gradients]

    assert grade(get("clip-gradients"), given).status == "not_yet"


def by_law(seen):
    known = np.flatnonzero(~np.isnan(seen[:, 0]))
    pairs = [t for t in known if t - 1 in known]
    if not pairs:
        return seen[known[-1]] if len(known) else (0, 0)
    last = pairs[-1]
    place = seen[last] + (len(seen) - last) * (seen[last] - seen[last - 1])
    return 0.9 - np.abs((place + 0.9) % 3.6 - 1.8)


def test_a_rule_that_knows_the_walls_is_over_the_bar():
    assert next_score(by_law) < 0.04
    assert challenge("where-next", by_law)


def test_nothing_for_some_of_the_paths_is_told_as_that():
    assert challenge("where-next", lambda seen: None).status == "not_yet"
    result = challenge("where-next", by_law_while_in_view)
    assert result.status == "wrong"
    assert "After 33 places, 22 of them in view" in repr(result)


def test_a_rule_may_use_what_the_lesson_used():
    def rule(seen):
        return straight_on(seen)[-1] if in_view(seen[-1]) else what_is_seen(seen)[-1, :2]

    assert challenge("where-next", rule).status == "wrong"


def test_flying_straight_on_is_below_the_bar():
    assert next_score(lambda seen: straight_on(np.nan_to_num(seen))[-1]) > 0.1


def by_law_while_in_view(seen):
    return None if np.isnan(seen[-1, 0]) else by_law(seen)


@pytest.mark.parametrize(
    "answer",
    [
        lambda s: 3.0,
        lambda s: (np.nan, 1),
        lambda s: "here",
        lambda s: (10**400, 1),
        by_law_while_in_view,
    ],
)
def test_what_is_no_place_is_refused(answer):
    with pytest.raises(Refusal, match="two finite numbers"):
        next_score(answer)


def test_coins_fly_straight_and_bounce():
    paths = coin_paths(30, 80, 1)
    assert paths.shape == (30, 80, 2)
    assert np.abs(paths).max() <= 0.9
    bends = np.abs(np.diff(paths, n=2, axis=1)).max(axis=-1) > 1e-9
    near = np.abs(paths).max(axis=-1)[:, 1:-1] > 0.9 - 0.17
    assert not (bends & ~near).any()
    assert bends.any(axis=1).all()


def test_behind_the_wall_nothing_is_seen():
    path = np.array([[0.5, 0.1], [0.2, 0.3], [-0.6, 0.2]])
    assert in_view(path).tolist() == [True, False, True]
    assert np.allclose(what_is_seen(path), [[0.5, 0.1, 1], [0, 0, 0], [-0.6, 0.2, 1]])


def test_a_bounce_counts_only_where_it_is_not_seen():
    y = np.array([0.0, 0.4, 0.8, 0.6, 0.2, -0.2])
    seen = np.array([1, 1, 0, 0, 0, 1], bool)
    there = np.stack([np.where(seen, 0.6, 0.1), y], axis=-1)
    always = np.stack([np.full(6, 0.6), y], axis=-1)
    found = bounced_unseen(np.stack([there, always]))
    assert found.astype(int).tolist() == [[0, 0, 0, 1, 1, 0], [0] * 6]
    assert bounced_unseen(there).tolist() == found[0].tolist()  # one path, and a grid of paths
    grid = np.stack([[there, always, there], [always, there, always]])
    assert bounced_unseen(grid)[:, 1].tolist() == [found[1].tolist(), found[0].tolist()]


def test_straight_on_by_hand():
    path = np.array([[0.6, 0.0], [0.5, 0.1], [np.nan, np.nan], [np.nan, np.nan]])
    assert np.allclose(straight_on(path), [[0.6, 0], [0.4, 0.2], [0.3, 0.3], [0.2, 0.4]])


def test_the_coin_is_found_in_its_film_where_it_can_be_seen():
    path = coin_paths(1, 40, 4)[0]
    film = coin_film(path, marks=[(path, (255, 255, 255))][:0])
    assert film.shape == (40, 240, 320, 3)
    found = coin_in(film)
    both = (np.abs(path[:, 0]) > 0.6) & (found[:, 2] > 0)
    assert both.sum() > 5
    assert np.abs(found[both, :2] - path[both]).max() < 0.06
    assert (film != ringed(film, path)).any(axis=(1, 2, 3)).all()


def test_each_clip_is_there_in_both_directions():
    clips, ways = clips_and_ways([3])
    assert clips.shape[1:] == (13, 48)
    assert np.array_equal(clips[0::2], clips[1::2, ::-1])
    assert np.array_equal(ways[0::2] ^ 1, ways[1::2])
    frames, blocks = a_clip()
    film = with_bars(frames, np.tile([0.1, 0.2, 0.3, 0.4], (13, 1)))
    assert film.shape == (13, 376, 384, 3)
    assert blocks.shape == (13, 48)
