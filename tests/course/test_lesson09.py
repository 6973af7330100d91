"""Answers to lesson 09 as learners write them: right ones in other words, and near misses."""

from itertools import product

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course import challenge, check, use
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson09 import films, gates, in_good_time, judged, learn, run
from vidlearn.course.exercises.lesson09.films import COLOURS, lamp_film, read_lamp, with_memory
from vidlearn.course.exercises.lesson09.lstm import lstm_gate_gradients, lstm_step
from vidlearn.course.exercises.lesson09.two import both_right


def logistic(v):
    return (np.tanh(v / 2) + 1) / 2


def lstm_by_slices(x, h, c, w, u, b):
    units = h.shape[1]

    def block(k):
        columns = np.s_[..., k * units : (k + 1) * units]
        return x @ w[columns] + h @ u[columns] + b[columns]

    c_next = logistic(block(1)) * c + logistic(block(0)) * np.tanh(block(2))
    return [logistic(block(3)) * np.tanh(c_next), c_next]


def lstm_one_by_one(x, h, c, w, u, b):
    h_next, c_next = np.zeros_like(h), np.zeros_like(c)
    units = h.shape[1]
    for n in range(len(x)):
        for k in range(units):
            sums = [
                x[n] @ w[:, j * units + k] + h[n] @ u[:, j * units + k] + b[j * units + k]
                for j in range(4)
            ]
            i, f, o = (1 / (1 + np.exp(-sums[j])) for j in (0, 1, 3))
            c_next[n, k] = c[n, k] * f + np.tanh(sums[2]) * i
            h_next[n, k] = np.tanh(c_next[n, k]) * o
    return h_next, c_next


def gradients_by_nudging(dh, dc, i, f, g, o, c, c_next):
    """Nudge the four sums, found back from the gates."""
    logit = [np.log(v / (1 - v)) for v in (i, f, o)]
    z = np.concatenate([logit[0], logit[1], np.arctanh(g), logit[2]], axis=1)

    def loss(z, c):
        a, b, d, e = np.split(z, 4, axis=1)
        new = logistic(b) * c + logistic(a) * np.tanh(d)
        return np.sum(new * dc + logistic(e) * np.tanh(new) * dh)

    def slope(function, at):
        result, step = np.zeros_like(at), 1e-5
        for k in np.ndindex(at.shape):
            nudge = np.zeros_like(at)
            nudge[k] = step
            result[k] = (function(at + nudge) - function(at - nudge)) / (2 * step)
        return result

    return slope(lambda v: loss(v, c), z), slope(lambda v: loss(z, v), c)


def gru_in_other_words(x, h, w, u, b):
    units = h.shape[1]
    gates = logistic((x @ w + b[0] + h @ u + b[1])[:, : 2 * units])
    z, r = gates[:, :units], gates[:, units:]
    past = h @ u[:, -units:] + b[1, -units:]
    h_hat = np.tanh(x @ w[:, -units:] + b[0, -units:] + past * r)
    return h_hat + z * (h - h_hat)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("lstm-step", lstm_by_slices),
        ("lstm-step", lstm_one_by_one),
        ("lstm-gate-gradients", gradients_by_nudging),
        ("gru-step", gru_in_other_words),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def lstm_in_torch_s_gru_order(x, h, c, w, u, b):
    f, i, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
    c = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c), c


def gru_turned(x, h, w, u, b):
    units = h.shape[1]
    kept = gru_in_other_words(x, h, w, u, b)
    z = logistic((x @ w + b[0] + h @ u + b[1])[:, :units])
    return h + (kept - z * h) / (1 - z) * z - z * h


def lstm_by_columns(x, h, c, w, u, b):
    i, f, g, o = ((x @ w + h @ u + b)[:, k::4] for k in range(4))
    c = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c), c


def lstm_without_memory(x, h, c, w, u, b):
    i, _, g, o = np.hsplit(x @ w + h @ u + b, 4)
    c = logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c), c


def lstm_split_by_rows(x, h, c, w, u, b):
    i, f, g, o = np.split(x @ w + h @ u + b, 4)
    c_next = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c_next), c_next


def lstm_without_squashing(x, h, c, w, u, b):
    i, f, g, o = np.hsplit(x @ w + h @ u + b, 4)
    c = c * f + np.tanh(g) * i
    return np.tanh(c) * o, c


def lstm_without_input_gate(x, h, c, w, u, b):
    _, f, g, o = np.hsplit(x @ w + h @ u + b, 4)
    c = logistic(f) * c + np.tanh(g)
    return logistic(o) * np.tanh(c), c


def lstm_of_tanhs(x, h, c, w, u, b):
    i, f, g, o = np.hsplit(np.tanh(x @ w + h @ u + b), 4)
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next


def swap_first_two(a, units):
    return np.concatenate([a[..., units : 2 * units], a[..., :units], a[..., 2 * units :]], axis=-1)


def gradients_with(slope_of_h):
    """The gradients with another way from h into the store."""

    def answer(dh, dc, i, f, g, o, c, c_next):
        dc = dc + dh * slope_of_h(o, c_next)
        parts = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g)
        return np.hstack([*parts, dh * np.tanh(c_next) * o * (1 - o)]), dc * f

    return answer


def gru_that_writes_all(x, h, w, u, b):
    """z * h and the whole candidate."""
    units = h.shape[1]
    z = logistic((x @ w + b[0] + h @ u + b[1])[:, :units])
    return z * h + (gru_in_other_words(x, h, w, u, b) - z * h) / (1 - z)


def gradients_of_gates_as_sums(dh, dc, i, f, g, o, c, c_next):
    def slope(v):
        return logistic(v) * (1 - logistic(v))

    dc = dc + dh * o / np.cosh(c_next) ** 2
    dz = [dc * g * slope(i), dc * c * slope(f), dc * i / np.cosh(g) ** 2]
    return np.hstack([*dz, dh * np.tanh(c_next) * slope(o)]), dc * f


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("lstm-step", lstm_in_torch_s_gru_order, "swapped"),
        ("lstm-step", lambda *a: lstm_by_slices(*a)[::-1], "results-swapped"),
        ("lstm-step", lambda x, h, c, w, u, b: (h, c), None),
        (
            "lstm-step",
            lambda x, h, c, w, u, b: lstm_by_slices(x, c, h, w, u, b),
            "h-and-c-mixed-up",
        ),
        ("lstm-step", lambda *a: lstm_by_slices(*a)[0], "only-h"),
        ("lstm-step", lstm_split_by_rows, "split-by-rows"),
        ("lstm-step", lstm_of_tanhs, "only-tanh"),
        (
            "lstm-gate-gradients",
            lambda *a: (
                np.vstack(np.hsplit(gradients_by_nudging(*a)[0], 4)),
                gradients_by_nudging(*a)[1],
            ),
            "one-below-the-other",
        ),
        (
            "gru-step",
            lambda x, h, w, u, b: gru_in_other_words(
                x, h, *(swap_first_two(a, h.shape[1]) for a in (w, u, b))
            ),
            "gates-swapped",
        ),
        ("gru-step", lambda x, h, w, u, b: gru_in_other_words(x, h, w, u, 0 * b), "no-biases"),
        (
            "gru-step",
            lambda x, h, w, u, b: gru_in_other_words(x, h, w, u, b[::-1]),
            "biases-swapped",
        ),
        ("gru-step", lambda x, h, w, u, b: np.split(x @ w + b[0], 3), "split-by-rows"),
        ("lstm-step", lstm_by_columns, "unit-by-unit"),
        ("lstm-step", lstm_without_memory, "no-old-cell"),
        ("lstm-step", lstm_without_squashing, "raw-gates"),
        ("lstm-step", lstm_without_input_gate, "no-input-gate"),
        (
            "lstm-gate-gradients",
            gradients_with(lambda o, c: o * (1 - c**2)),
            "slope-of-c-itself",
        ),
        ("lstm-gate-gradients", gradients_with(lambda o, c: 1 - np.tanh(c) ** 2), "no-o-in-h"),
        ("lstm-gate-gradients", gradients_of_gates_as_sums, "squashed-twice"),
        ("gru-step", lambda *a: np.tanh(gru_in_other_words(*a)), "tanh-out"),
        ("gru-step", gru_that_writes_all, "writes-all"),
        ("gru-step", gru_turned, "update-turned"),
    ],
)
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_the_wrong_one_of_two_is_named():
    result = grade(get("lstm-step"), lambda *a: (lstm_by_slices(*a)[0], lstm_by_slices(*a)[1] + 1))
    assert result.lines[0].startswith("c_next:")
    assert "PyTorch" in get("gru-step").words["mistakes"]["gates-swapped"]


def test_the_library_is_refused():
    def my_gru_step(x, h, w, u, b):
        return scratch.gru_cell_forward(x, h, w, u, b)[0]

    assert check("lstm-step", scratch.lstm_cell_forward).status == "not_yet"
    assert check("gru-step", my_gru_step).status == "not_yet"


def printed(way_out, candidate, keep, reset):
    """The GRU of the exercise, each of its faults mended or not."""

    def step(x, h, w, u, b):
        xz, xr, xh = np.split(x @ w + b[0], 3, axis=1)
        hz, hr, hh = np.split(h @ u + b[1], 3, axis=1)
        z, r = logistic(xz + hz), logistic(xr + hr)
        h_hat = (np.tanh if candidate else logistic)(xh + (r * hh if reset else hh))
        h_next = (z * h if keep else h) + (1 - z) * h_hat
        half = {"no tanh": r * h_next, "no r": np.tanh(h_next)}
        return half.get(way_out, h_next if way_out else r * np.tanh(h_next))

    return step


def test_the_gru_as_printed_can_be_mended_in_any_order():
    """Every way that is not the right one is wrong, and has a name of its own."""
    named = []
    for mended in product((False, True), repeat=4):
        result = grade(get("gru-step"), printed(*mended))
        if all(mended):
            assert result.status == "right"
        elif not any(mended):
            assert result.status == "not_yet"
        else:
            assert result.status == "wrong"
            named.append(result.misconception)
    assert None not in named
    assert len(set(named)) == 14
    assert {"output-reset-and-sigmoid", "output-reset-and-keeps", "sigmoid-and-keeps"} <= {*named}


@pytest.mark.parametrize(
    ("way_out", "reset", "misconception"),
    [
        ("no tanh", True, "output-without-tanh"),
        ("no r", True, "tanh-out"),
        ("no r", False, "tanh-out-no-reset"),
    ],
)
def test_a_way_out_of_the_gru_half_cleared_is_named(way_out, reset, misconception):
    result = grade(get("gru-step"), printed(way_out, True, True, reset))
    assert (result.status, result.misconception) == ("wrong", misconception)


# Films ---------------------------------------------------------------------------------


def test_a_film_is_read_as_it_was_painted():
    colours = np.array([0, 3, 1, 2, 2])
    x = read_lamp(lamp_film(colours, marks=[1, 3], seed=4))
    assert x.shape == (5, 5)
    np.testing.assert_allclose(x[:, :3], COLOURS[colours], atol=0.03)
    np.testing.assert_allclose(x[:, 3], [0, 1, 0, 1, 0], atol=0.03)
    np.testing.assert_allclose(x[:, 4], [0, 0, 0, 0, 1], atol=0.03)


def test_a_film_takes_colours_of_ones_own_and_asks_when_told():
    values = np.array([[0.5, -0.25, 0], [-1, 0.75, 0.25], [0, 0, 0]])
    x = read_lamp(lamp_film(values, marks=0, ask=1))
    np.testing.assert_allclose(x[:, :3], values, atol=0.03)
    np.testing.assert_allclose(x[:, 4], [0, 1, 0], atol=0.03)


def test_sequences_are_like_films():
    x, y = films.sequences(np.random.default_rng(3), 40, 9)
    assert x.shape == (40, 9, 5)
    assert x.dtype == np.float32
    marked = x[..., 3].argmax(axis=1)
    assert set(marked) == {0, 1, 2, 3, 4}
    assert ((x[np.arange(40), marked, :3] @ COLOURS.T).argmax(axis=1) == y).all()
    assert (x[:, -1, 4] > 0.5).all()


def test_a_memory_grows_below_its_film():
    """What is to come is dark; what was stored has its colour; nothing stored is grey."""
    film = lamp_film([0, 1, 2, 3], marks=1)
    store = np.array([[0, 0, 0], [-1, 1, -1], [-1, 1, -1], [-1, 1, -1]], float)
    shown = with_memory(film, store, shown=store * [[0], [0], [0], [1]], hold=2)
    assert shown.shape == (6, 192 + 6 + 28, 512, 3)
    strip = shown[:, 210]
    assert strip[1, 64].tolist() == [58, 58, 58]
    assert strip[1, 200].tolist() == [0, 255, 0]
    assert strip[1, 300].tolist() == [24, 24, 24]
    assert strip[3, 500].tolist() == [0, 255, 0]
    lamp = shown[:, 104, 384].astype(int)
    assert lamp[2].max() < 60
    assert lamp[3, 1] - lamp[3, 0] > 150
    assert (shown[4] == shown[3]).all()


def test_a_memory_of_many_numbers_is_drawn_in_rows():
    film = lamp_film([0, 1], marks=0)
    shown = with_memory(film, np.array([[1.0, -1, 0, 1, 0], [0, 0, 1, 1, -1]]), times=1, hold=0)
    assert shown.shape == (2, 96 + 6 + 20, 256, 3)
    blue, orange = shown[0, 103, 10].astype(int), shown[0, 107, 10].astype(int)
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]


def test_the_opening_ends_with_the_marked_colour():
    shown = films.opening(20, mark=3)
    green = shown[-1, 104, 384].astype(int)
    colour = np.random.default_rng(31).integers(0, 4, 20)[3]
    assert (COLOURS @ (green - 128)).argmax() == colour


# Training ------------------------------------------------------------------------------


def test_a_run_matches_the_library():
    rng = np.random.default_rng(5)
    x, w, u, b = (rng.normal(size=s) for s in ((7, 2), (2, 12), (3, 12), 12))
    h, c = run(lstm_by_slices, x, w, u, b)
    hs, cache = scratch.lstm_forward(x[None], w, u, b)
    np.testing.assert_allclose(h, hs[0], rtol=1e-9)
    np.testing.assert_allclose(c, cache.cs[0], rtol=1e-9)
    parted = gates(x[:1], np.zeros((1, 3)), w, u, b)
    np.testing.assert_allclose(np.hstack(parted), cache.gates[:, 0], rtol=1e-9)


def slopes_by_the_library(x, y, w, u, b, v, a):
    hs, cache = scratch.lstm_forward(x, w, u, b)
    _, of_loss = scratch.softmax_cross_entropy_forward(hs[:, -1] @ v + a, y)
    dout = scratch.softmax_cross_entropy_backward(1.0, of_loss)
    dhs = np.zeros_like(hs)
    dhs[:, -1] = dout @ v.T
    dw, du, db = scratch.lstm_backward(dhs, cache)[1:4]
    return dw, du, db, hs[:, -1].T @ dout, dout.sum(axis=0)


def test_the_judge_points_to_the_gradient_that_is_wrong(capsys):
    judged(slopes_by_the_library)
    assert capsys.readouterr().out.count("as by nudging") == 5

    def no_bias(*args):
        found = list(slopes_by_the_library(*args))
        found[2] = 2 * found[2]
        return found

    judged(no_bias)
    said = capsys.readouterr().out
    assert "db: WRONG" in said
    assert said.count("as by nudging") == 4


def test_learning_goes_by_the_slopes_that_it_is_given(capsys):
    start = learn(lambda *a: [0 * w for w in a[2:]], units=4, frames=6, steps=1, keep=2.5, seed=3)
    assert [w.shape for w in start] == [(5, 16), (4, 16), (16,), (4, 4), (4,)]
    assert (start[2][4:8] == 2.5).all()
    moved = learn(slopes_by_the_library, units=4, frames=6, steps=3, seed=3)
    assert all(np.abs(m - s).max() > 0 for m, s in zip(moved, start, strict=True))


def test_a_step_of_loops_is_not_waited_for(capsys, monkeypatch):
    def my_lstm_step(*args):
        for _ in range(20_000):
            abs(1.0)
        return lstm_by_slices(*args)

    mine = use("lstm-step", my_lstm_step)
    back = use("lstm-gate-gradients", None)
    monkeypatch.setattr("vidlearn.course.exercises.lesson09.training.SLOW", 1e-9)
    step, after = in_good_time(mine, back)
    assert mine.yours
    assert not step.yours
    assert after is back
    assert "Your step is right" in capsys.readouterr().out
    monkeypatch.setattr("vidlearn.course.exercises.lesson09.training.SLOW", 9.0)
    assert in_good_time(mine, back)[0] is mine


def test_reference_step_and_gradients_match_the_library():
    rng = np.random.default_rng(6)
    x, h, c, w, u = (rng.normal(size=s) for s in ((4, 2), (4, 3), (4, 3), (2, 12), (3, 12)))
    b, dh, dc = (rng.normal(size=s) for s in (12, (4, 3), (4, 3)))
    (h_next, c_next), cache = scratch.lstm_cell_forward(x, h, c, w, u, b)
    np.testing.assert_allclose(lstm_step(x, h, c, w, u, b), (h_next, c_next), rtol=1e-9)
    dz, dc_before = lstm_gate_gradients(dh, dc, *gates(x, h, w, u, b), c, c_next)
    theirs = scratch.lstm_cell_backward(dh, dc, cache)
    np.testing.assert_allclose(dz @ w.T, theirs[0], rtol=1e-9)
    np.testing.assert_allclose(dc_before, theirs[2], rtol=1e-9)


# The challenge -------------------------------------------------------------------------


def stub():
    w, u, b = np.zeros((5, 4, 6)), np.zeros((6, 4, 6)), np.zeros((4, 6))
    for k in range(6):
        w[k % 3, 2, k] = 2
    w[3, 0], w[3, 1], w[4, 3] = 20, -20, 20
    b[:] = [[-10], [10], [0], [-10]]
    return w.reshape(5, 24), u.reshape(6, 24), b.reshape(24)


def shift_register(keep=10):
    w, u, b = (part.copy() for part in stub())
    w.reshape(5, 4, 6)[:3, 2, :3] = 0
    for k in range(3):
        u.reshape(6, 4, 6)[3 + k, 2, k] = 3
    b.reshape(4, 6)[3, 3:] = 10
    b.reshape(4, 6)[1] = keep
    return w, u, b


class Resists:
    """As a tensor of Keras without numbers does."""

    def __iter__(self):
        raise NotImplementedError


def test_two_colours_are_scored():
    assert 15 < both_right(stub) < 40
    assert both_right(shift_register) > 99
    assert both_right(lambda: shift_register(keep=5)) < 10
    assert both_right(lambda: None) is None
    assert challenge("two-colours", shift_register).status == "right"
    assert challenge("two-colours", stub).status == "wrong"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: 5, "three arrays"),
        (lambda: Resists(), "three arrays"),
        (lambda: (np.zeros((4, 24)), np.zeros((6, 24)), np.zeros(24)), "(4, 24)"),
        (lambda: (np.zeros((5, 48)), np.zeros((12, 48)), np.zeros(48)), "U = 6"),
        (lambda: (np.zeros((5, 24)), np.zeros((6, 24)), np.full(24, np.nan)), "finite"),
    ],
)
def test_what_cannot_be_scored_is_told(answer, words):
    with pytest.raises(Refusal, match=words.replace("(", "[(]").replace(")", "[)]")):
        both_right(answer)
