"""Answers to lesson 08 as learners write them: right ones in other words, and near misses."""

import math

import numpy as np
import pytest

from vidlearn.course import check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def stacked_step(x, h, w, u, b):
    return np.tanh(np.concatenate([x, h]) @ np.vstack([w, u]) + b)


def states_in_place(x, w, u, b, h0):
    hs = np.zeros((len(x), len(u)))
    for t in range(len(x)):
        hs[t] = np.tanh(x[t] @ w + (hs[t - 1] if t else h0) @ u + b)
    return hs


def masked_by_where(x, w, u, b, mask):
    h, out = np.zeros(len(u)), []
    for t in range(len(x)):
        h = np.where(mask[t], np.tanh(x[t] @ w + h @ u + b), h)
        out.append(h)
    return np.array(out)


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


def reach_by_loop(rate, share):
    left, steps = 1.0, 0
    while left >= share:
        left, steps = left * rate, steps + 1
    return steps


RIGHT = {
    "rnn-step": stacked_step,
    "rnn-forward": states_in_place,
    "masked-steps": masked_by_where,
    "bptt": all_steps_together,
    "clip-gradients": clip_one_vector,
    "gradient-reach": reach_by_loop,
}


@pytest.mark.parametrize("exercise", RIGHT)
def test_right_in_other_words(exercise):
    assert grade(get(exercise), RIGHT[exercise]).status == "right"


def test_whole_numbers_may_be_floats():
    answer = np.vectorize(lambda rate, share: math.floor(math.log(share) / math.log(rate)) + 1)
    assert grade(get("gradient-reach"), lambda *given: float(answer(*given))).status == "right"


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


def breaks(x, w, u, b, mask):
    states, h = np.zeros((len(x), len(u))), np.zeros(len(u))
    for t in range(len(x)):
        if not mask[t]:
            break
        states[t] = h = np.tanh(x[t] @ w + h @ u + b)
    return states


def asks_for_pythons_true(x, w, u, b, mask):
    h, states = np.zeros(len(u)), []
    for t in range(len(x)):
        if mask[t] is True:
            h = np.tanh(x[t] @ w + h @ u + b)
        states.append(h)
    return states


def repeats_in_the_result(x, w, u, b, mask):
    states = states_in_place(x, w, u, b, np.zeros(len(u)))
    last = np.maximum.accumulate(np.where(mask, np.arange(len(x)), -1))
    return np.where(last[:, None] < 0, 0, states[last])


def logistic(v):
    return 1 / (1 + np.exp(-v))


def loop_without_tanh(x, w, u, b, h0):
    states = [h0]
    for row in x:
        states.append(row @ w + states[-1] @ u + b)
    return np.array(states[1:])


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
        ("masked-steps", breaks, "ends"),
        ("masked-steps", asks_for_pythons_true, "never-steps"),
        ("masked-steps", repeats_in_the_result, "mended-afterwards"),
        ("bptt", backward_with(add=False), "overwrites"),
        ("bptt", backward_with(lambda h0, hs: hs[-1]), "wraps-round"),
        ("bptt", backward_with(lambda h0, hs: np.zeros_like(h0)), "starts-at-zero"),
        ("bptt", backward_with(through_u=False), "one-step-short"),
        ("clip-gradients", shortens_in_place, "input-changed"),
        ("rnn-step", lambda x, h, w, u, b: np.tanh(w.T @ x + u @ h + b), "u-transposed"),
        ("rnn-step", lambda x, h, w, u, b: np.maximum(x @ w + h @ u + b, 0), "relu"),
        ("rnn-step", lambda x, h, w, u, b: np.tanh(w @ x + u @ h + b), "weights-in-front"),
        ("rnn-step", lambda x, h, w, u, b: np.tanh(x @ u + h @ w + b), "weights-swapped"),
        ("rnn-step", lambda x, h, w, u, b: x @ w + np.tanh(h @ u + b), None),
        ("rnn-step", lambda x, h, w, u, b: logistic(x @ w + h @ u + b), "sigmoid"),
        ("rnn-forward", loop_without_tanh, "no-tanh"),
        ("rnn-forward", lambda *given: states_in_place(*given)[-1], "last-only"),
        (
            "masked-steps",
            lambda x, w, u, b, m: states_in_place(x[m], w, u, b, np.zeros(len(u))),
            "leaves-out",
        ),
        ("bptt", backward_with(order=lambda steps: steps), "forwards"),
        ("bptt", backward_with(heap=True), "heaps-up"),
        ("bptt", lambda *given: transposed(all_steps_together(*given), 1), "du-lies-on-its-side"),
        ("bptt", lambda *given: transposed(all_steps_together(*given), 0), "dw-lies-on-its-side"),
        (
            "clip-gradients",
            lambda gs, limit: np.concatenate([g.ravel() for g in clip_one_vector(gs, limit)]),
            "one-long-vector",
        ),
        ("clip-gradients", clipped_by(lambda long: np.sqrt(np.mean(long**2))), "root-of-the-mean"),
        ("clip-gradients", clipped_by(lambda long: np.sum(np.abs(long))), "adds-the-numbers"),
        ("clip-gradients", clipped_by(lambda long: np.sum(long**2)), "squared"),
        ("clip-gradients", clipped_by(lambda long: np.max(np.abs(long))), "largest-entry"),
        ("gradient-reach", lambda rate, share: reach_by_loop(1 - rate, share), "rate-is-lost"),
        ("gradient-reach", lambda rate, share: reach_by_loop(rate, 1 - share), "share-is-lost"),
        ("gradient-reach", lambda rate, share: math.log(share, rate), "not-whole"),
        (
            "rnn-forward",
            lambda x, w, u, b, h0: np.array([np.tanh(row @ w + h0 @ u + b) for row in x]),
            "forgets-the-state",
        ),
        (
            "masked-steps",
            lambda x, w, u, b, m: masked_by_where(x * m[:, None], w, u, b, np.ones_like(m)),
            "zeros-the-input",
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
        ("gradient-reach", lambda rate, share: int(math.log(share, rate)), "rounds-down"),
        ("gradient-reach", lambda rate, share: math.ceil(math.log(share, rate)), "equal-for-less"),
        ("gradient-reach", lambda rate, share: round(math.log(share, rate)), None),
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
    mask = np.array([True, False, True, True, False])
    hs, _ = scratch.rnn_forward(x[None], w, u, b, mask=mask[None])
    np.testing.assert_allclose(get("masked-steps").solution(x, w, u, b, mask), hs[0])
    grads = [dw, du, db]
    clipped, _ = scratch.clip_by_global_norm(grads, 0.5)
    for mine, other in zip(get("clip-gradients").solution(grads, 0.5), clipped, strict=True):
        np.testing.assert_allclose(mine, other)


def test_the_library_is_refused():
    from vidlearn import scratch

    assert check("clip-gradients", scratch.clip_by_global_norm).status == "not_yet"
    assert check("rnn-step", lambda *given: scratch.rnn_cell_forward(*given)).status == "not_yet"
