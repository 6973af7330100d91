"""Answers to lesson 05 as learners write them: right ones in other words, and near misses."""

import time

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course import challenge, check, use
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get, lesson05
from vidlearn.course.exercises.lesson05 import films


def by_loops(dout, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n, u in np.ndindex(dout.shape):
        for d in range(x.shape[1]):
            dx[n, d] += dout[n, u] * w[d, u]
            dw[d, u] += dout[n, u] * x[n, d]
        db[u] += dout[n, u]
    return dx, dw, db


def whole_basis(f, x, eps):
    slopes = []
    for i in range(x.size):
        nudge = np.zeros(x.size)
        nudge[i] = eps
        nudge = nudge.reshape(x.shape)
        slopes.append((f(x + nudge) - f(x - nudge)) / (eps + eps))
    return np.array(slopes).reshape(x.shape)


def five_points(f, x, eps):
    slopes = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = eps
        near, far = f(x + e) - f(x - e), f(x + 2 * e) - f(x - 2 * e)
        slopes[i] = (8 * near - far) / (12 * eps)
    return slopes


def puts_back_by_adding(f, x, eps):
    dx = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        below = f(x)
        x[i] += eps
        dx[i] = (above - below) / (2 * eps)
    return dx


def by_layers(x, y, w, b, v, c):
    """The network's way back, put together of the library's layers."""
    s, first = scratch.dense_forward(x, w, b)
    h, relu = scratch.relu_forward(s)
    z, last = scratch.dense_forward(h, v, c)
    _, cache = scratch.sigmoid_cross_entropy_forward(z, y)
    dz = scratch.sigmoid_cross_entropy_backward(1.0, cache)
    dh, dv, dc = scratch.dense_backward(dz, last)
    _, dw, db = scratch.dense_backward(scratch.relu_backward(dh, relu), first)
    return dw, db, dv, dc


def mended(x, y, w, b, v, c, *, dz=lambda a, y: (a - y) / y.size, gate=lambda s, dh: s > 0):
    """As a learner mends it: masks set to 0, biases as vectors of ones."""
    s = x @ w + b
    h = np.where(s > 0, s, 0)
    d = dz(1 / (1 + np.exp(-(h @ v + c))), y)
    dh = np.outer(d, v)
    dh = np.where(gate(s, dh), dh, 0)
    return x.T @ dh, np.ones(len(x)) @ dh, h.T @ d, d.sum(axis=0)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("dense-backward", by_loops),
        (
            "dense-backward",
            lambda dout, x, w: [np.dot(dout, w.T), (dout.T @ x).T, np.ones(len(x)) @ dout],
        ),
        (
            "dense-backward",
            lambda dout, x, w: (
                np.einsum("nu,du->nd", dout, w),
                np.einsum("nd,nu->du", x, dout),
                np.einsum("nu->u", dout),
            ),
        ),
        ("numerical-gradient", whole_basis),
        ("numerical-gradient", five_points),
        ("numerical-gradient", puts_back_by_adding),
        ("network-backward", mended),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def changes_x(f, x, eps):
    dx = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        dx[i] = (above - f(x)) / (2 * eps)
    return dx


def two_names_for_one_array(f, x, eps):
    x, dx = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up = down = x
        old = x[i]
        up[i] += eps
        down[i] -= eps
        dx[i] = (f(up) - f(down)) / (2 * eps)
        x[i] = old
    return dx


def without_brackets(f, x, eps):
    eye = np.eye(x.size).reshape(-1, *x.shape) * eps
    return np.array([(f(x + e) - f(x - e)) / 2 * eps for e in eye]).reshape(x.shape)


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("dense-backward", lambda d, x, w: (d @ w.T / len(x), x.T @ d / len(x), d.mean(axis=0)),
         "all-averaged"),
        ("dense-backward", lambda d, x, w: (d @ w.T, d.T @ x, d.sum(0)), "dw-lies-on-its-side"),
        ("dense-backward", lambda d, x, w: (d @ w.T, x.T @ d, d.sum(1)), "bias-over-units"),
        ("dense-backward", lambda d, x, w: (d @ w, x.T @ d, d.sum(0)), "not-transposed"),
        ("dense-backward", lambda d, x, w: (d @ w.T, x.T @ d), None),
        ("dense-backward", lambda d, x, w: d @ w.T, None),
        ("dense-backward", lambda d, x, w: (d @ w.T, x.T @ d, d.sum(0, keepdims=True)),
         "bias-with-two-axes"),
        ("dense-backward", lambda d, x, w: ((d @ w.T).T, x.T @ d, d.sum(0)),
         "dx-lies-on-its-side"),
        ("dense-backward", lambda d, x, w: (d @ w.T, x.T @ d, d), "bias-not-summed"),
        ("dense-backward", lambda d, x, w: (x.T @ d, d @ w.T, d.sum(0)), "order"),
        ("dense-backward", lambda d, x, w: (x.T @ d, d.sum(0), d @ w.T), "dx-last"),
        ("dense-backward", lambda d, x, w: (d * w.T, x.T * d, d.sum(0)), "place-by-place"),
        ("dense-backward", lambda d, x, w: (d * w, x * d, d.sum(0)), "as-they-stand"),
        ("dense-backward", lambda d, x, w: (d * w.T, x.T @ d, d.sum(0)), "dx-place-by-place"),
        ("dense-backward", lambda d, x, w: (d @ w.T, d * x.T, d.sum(0)), "dw-place-by-place"),
        ("numerical-gradient", without_brackets, "times-eps"),
        ("numerical-gradient", two_names_for_one_array, "one-array-twice"),
        ("numerical-gradient", lambda f, x, eps: whole_basis(f, x, 1e-5), "own-eps"),
        ("numerical-gradient", lambda f, x, eps: whole_basis(f, x, eps / 2), "half-eps"),
        ("numerical-gradient", lambda f, x, eps: whole_basis(f, x, eps).flatten(),
         "a-list-of-slopes"),
        ("numerical-gradient", lambda f, x, eps: (f(x + eps) - f(x - eps)) / (2 * eps),
         "one-number"),
        ("numerical-gradient", lambda f, x, eps: whole_basis(f, x, eps) * 2, "not-halved"),
        ("numerical-gradient", changes_x, "input-changed"),
        ("network-backward", lambda *given: mended(*given, dz=lambda a, y: a - y),
         "not-averaged"),
        ("network-backward", lambda *given: mended(*given, dz=lambda a, y: (y - a) / len(y)),
         "sign"),
        ("network-backward", lambda *given: mended(*given, gate=lambda s, dh: dh > 0),
         "switch-by-gradient"),
        ("network-backward", lambda *given: mended(*given, gate=lambda s, dh: True),
         "no-switch"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_what_stands_in_the_lesson_has_three_faults_that_can_be_mended_in_any_order():
    mistakes = get("network-backward").mistakes
    assert grade(get("network-backward"), mistakes["as-given"]).status == "not_yet"
    for one in ("switch-and-bias", "mean-and-bias", "mean-and-switch", "bias-averaged"):
        assert grade(get("network-backward"), mistakes[one]).misconception == one


def test_another_error_is_told_and_not_named():
    result = grade(get("dense-backward"), lambda d, x, w: (d @ w.T, x.T @ d, d.reshape(2, 3)))
    assert result.misconception is None
    assert "cannot reshape array of size 2" in repr(result)


@pytest.mark.parametrize("form", [np.ravel, lambda a: a[None], np.zeros_like])
def test_right_numbers_in_another_form_are_no_two_mistakes(form):
    exercise = get("numerical-gradient")
    result = grade(exercise, lambda *args: form(exercise.solution(*args)))
    assert result.status == "wrong"
    assert "+" not in (result.misconception or "")


def test_the_wrong_one_of_three_is_named():
    result = grade(get("dense-backward"), lambda d, x, w: (d @ w.T, x.T @ d + 1, d.sum(0)))
    assert "dw" in result.lines[0]
    result = grade(get("dense-backward"), lambda d, x, w: d @ w.T)
    assert "dx, dw, db" in result.lines[0]


def test_solutions_agree_with_the_library():
    for dout, x, w in get("dense-backward").cases():
        _, cache = scratch.dense_forward(x, w, np.zeros(w.shape[1]))
        theirs = scratch.dense_backward(dout, cache)
        for our, other in zip(get("dense-backward").solution(dout, x, w), theirs, strict=True):
            np.testing.assert_allclose(our, other, rtol=1e-12)
    for given in get("network-backward").cases():
        theirs = by_layers(*given)
        for our, other in zip(get("network-backward").solution(*given), theirs, strict=True):
            np.testing.assert_allclose(our, other, rtol=1e-10, atol=1e-15)


def test_the_library_is_refused():
    def my_dense_backward(dout, x, w):
        return scratch.dense_backward(dout, (x, w, np.zeros(w.shape[1])))

    assert check("dense-backward", my_dense_backward).status == "not_yet"
    assert check("numerical-gradient", scratch.numerical_gradient).status == "not_yet"


def verdicts(answer, capsys):
    lesson05.judged(answer, get("numerical-gradient").solution)
    lines = capsys.readouterr().out.splitlines()
    return {line[:2] for line in lines if "WRONG" in line}, lines


def test_the_judge_points_to_the_line_that_is_wrong(capsys):
    exercise = get("network-backward")
    assert verdicts(exercise.solution, capsys) == (set(), verdicts(exercise.solution, capsys)[1])
    wrong = {name: verdicts(answer, capsys)[0] for name, answer in exercise.mistakes.items()}
    assert wrong["as-given"] == {"dw", "db", "dv", "dc"}
    assert wrong["switch-and-bias"] == {"dw", "db"}
    assert wrong["bias-averaged"] == {"db"}


def test_the_judge_says_so_when_there_is_nothing_to_judge(capsys):
    for answer in (lambda *given: None, lambda *given: 1 / 0, lambda *given: given[:4]):
        assert verdicts(answer, capsys)[1][-1].startswith("Nothing to judge")


def test_a_layer_of_loops_is_not_waited_for(capsys):
    def my_dense_backward(dout, x, w):
        time.sleep(0.01)
        return dout @ w.T, x.T @ dout, dout.sum(axis=0)

    slow = use("dense-backward", my_dense_backward)
    assert slow.yours
    given = get("dense-backward").cases()[-1]
    swift = lesson05.in_good_time(slow)
    assert not swift.yours
    assert "save time" in swift.credit
    assert "matrix products" in capsys.readouterr().out
    for a, b in zip(swift(*given), slow(*given), strict=True):
        np.testing.assert_array_equal(a, b)


def test_surroundings_by_hand():
    film = np.zeros((3, 6, 7, 3), np.uint8)
    film[1, 2, 4] = 255, 51, 0
    around = lesson05.surroundings(film).reshape(3, 6, 7, 3, 5, 5)
    assert around.dtype == np.float32
    assert not around[[0, 2]].any()
    np.testing.assert_allclose(around[1, 2, 4, :, 2, 2], [4, 0.8, 0], rtol=1e-6)
    assert around[1, 0, 2, 0, 4, 4] == 4  # two rows below, two columns to the right
    assert np.count_nonzero(around[..., 0, :, :]) == 25


def test_pixels_are_drawn_with_their_truth():
    x, y = lesson05.pixels(1)
    assert x.shape == (20_000, 75)
    assert y.shape == (20_000, 1)
    assert x.dtype == y.dtype == np.float32
    assert 0.02 < y.mean() < 0.3
    assert x[y[:, 0] > 0].mean() > 3 * x[y[:, 0] == 0].mean()


def test_a_network_begins_by_he_s_rule():
    w, b, v, c = lesson05.he_start(3, inputs=200, hidden=50)
    assert not b.any()
    assert not c.any()
    assert w.std() == pytest.approx(0.1, rel=0.05)
    assert v.std() == pytest.approx(0.2, rel=0.3)
    assert sum(value.size for value in lesson05.he_start(0)) == 1233


def test_logits_and_overlap_by_hand():
    weights = np.array([[1.0, -1], [2, 0]]), np.array([0.0, 1]), np.array([[3.0], [4]]), 5.0
    np.testing.assert_allclose(lesson05.logits(np.array([[1.0, 1]]), weights), [[14]])
    one, other = np.array([1, 1, 0, 0]) > 0, np.array([0, 1, 1, 1]) > 0
    assert lesson05.overlap(one, other) == 0.25
    assert lesson05.overlap(one & other & ~one, one & ~one) == 0


def test_middle_best_limit_and_apart_by_hand():
    x = np.zeros((2, 3, 25))
    x[0, 1, :13] = 2  # thirteen of 25 differ in green
    x[1, 0, :6] = x[1, 2, 6:12] = 2  # six in red and six others in blue
    assert lesson05.middle(x.reshape(2, 75)).tolist() == [2, 0]
    truth = np.array([False, False, True, True])
    assert 0.4 <= lesson05.best_limit(np.array([0.2, 0.4, 0.5, 3]), truth) < 0.5
    assert lesson05.apart(np.array([[1.0], [0]]), np.array([[-3.0], [3]])) == pytest.approx(135)
    assert lesson05.apart(np.ones(3), np.ones(3)) == pytest.approx(0, abs=1e-5)


def test_mosaic_puts_six_masks_into_two_rows():
    masks = [np.zeros((2, 3, 4), bool) for _ in range(6)]
    masks[5][1, 2, 3] = True
    shown = lesson05.mosaic(masks)
    assert shown.shape == (2, 10, 20, 3)
    assert shown[1, 9, 19].tolist() == [255, 255, 255]
    assert not shown[0, 9, 19].any()
    assert (shown[:, 3:7] == 255).all()


def test_the_first_clip_goes_from_wrong_to_right():
    film, said, truth = lesson05.learning_clip(1)
    assert film.shape == (40, 72, 96, 3)
    assert said.shape == truth.shape == (40, 72, 96)
    assert said[0][truth[0] > 0].mean() < said[0][truth[0] == 0].mean()
    assert lesson05.overlap(said[-1] > 127, truth[-1] > 0) > 0.6


def test_loss_curves_start_at_the_start(monkeypatch):
    x, y = np.ones((40, 75), np.float32), np.zeros((40, 1), np.float32)
    y[::40] = 1
    flat = [np.zeros((75, 16)), np.zeros(16), np.zeros((16, 1)), np.zeros(1)]
    curves = lesson05.loss_curves([flat] * 30, x, y, [(x, y[:, 0] > 0)])
    assert curves["step"][0] == 1
    assert curves["step"][-1] == 30
    np.testing.assert_allclose(curves["learned"], np.log(2))
    np.testing.assert_allclose(curves["unseen"], np.log(2))
    assert curves["constant"] == pytest.approx(np.log(2))  # half of every twentieth is 1


def test_wrong_gradients_are_scored_by_their_angle():
    right = challenge("wrong-but-learns", lambda gradients, rng: gradients)
    assert right.status == "wrong"
    assert "Score 0," in repr(right)
    halves = films.astray(lambda given, rng: [g * (rng.random(g.shape) < 0.5) for g in given])
    assert 40 < halves < 50  # the cosine is the root of one half
    noisy = films.astray(lambda given, rng: [g + 0.03 * rng.normal(size=g.shape) for g in given])
    assert noisy > 80 > get("wrong-but-learns").bar


def test_the_words_tell_what_the_right_gradient_reaches(monkeypatch):
    monkeypatch.setattr(films, "LEAST", 2)
    with pytest.raises(Refusal, match=f"by {films.RIGHT:.2f}"):
        films.astray(lambda given, rng: given)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda given, rng: [-g for g in given], "has not learned"),
        (lambda given, rng: given[0], "list of four arrays"),
        (lambda given, rng: given[::-1], "list of four arrays"),
        (lambda given, rng: [g * np.nan for g in given], "has not learned"),
    ],
)
def test_what_cannot_be_scored_is_told(answer, words):
    assert words in repr(challenge("wrong-but-learns", answer))


def test_within_leaves_the_rim_out():
    masks = np.zeros((2, 9, 10), bool)
    masks[0, 1:7, 2:9] = True  # 6 rows and 7 columns: 2 and 3 are left
    inner = lesson05.within(masks)
    assert inner.sum() == 6
    assert inner[0, 3:5, 4:7].all()


def test_unseen_pixels_are_of_every_fourth_frame():
    ((x, mask),) = lesson05.unseen_pixels(1)
    scene = lesson05.film_of(100)
    assert x.shape == (10 * 72 * 96, 75)
    np.testing.assert_array_equal(mask.reshape(10, 72, 96)[1], scene.masks[4] > 0)
    around = lesson05.surroundings(scene.frames).reshape(40, 72, 96, 75)
    np.testing.assert_array_equal(x.reshape(10, 72, 96, 75)[1, 5, 7], around[4, 5, 7])
