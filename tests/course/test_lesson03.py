"""Answers to lesson 03 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest
from scipy.signal import correlate2d as by_scipy

from vidlearn.course import challenge
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson03 import (
    answers,
    conv_backward,
    correlate2d,
    direction_score,
    right_not_left,
    secret_blur,
)
from vidlearn.synthetic import crossing


def four_loops(x, k, stride, padding):
    h, w = x.shape
    big = np.zeros((h + 2 * padding, w + 2 * padding))
    big[padding : padding + h, padding : padding + w] = x
    rows = range(0, big.shape[0] - k.shape[0] + 1, stride)
    columns = range(0, big.shape[1] - k.shape[1] + 1, stride)
    out = []
    for r in rows:
        row = []
        for c in columns:
            total = 0.0
            for u in range(k.shape[0]):
                for v in range(k.shape[1]):
                    total += big[r + u][c + v] * k[u][v]
            row.append(total)
        out.append(row)
    return out


def by_windows(x, k, stride, padding):
    views = np.lib.stride_tricks.sliding_window_view(np.pad(x, padding), k.shape)
    return np.einsum("ijuv,uv->ij", views[::stride, ::stride], k)


def with_negative_slices(x, k, stride, padding):
    # x[p:-p] fails where p is 0: a picture put into the middle of zeros
    big = np.zeros(np.array(x.shape) + 2 * padding)
    big[padding:-padding, padding:-padding] = x
    return correlate2d(big, k, stride, 0)


def early_return(x, k, stride, padding):
    x = np.pad(x, padding)
    out = np.zeros(((len(x) - len(k)) // stride + 1, (x.shape[1] - k.shape[1]) // stride + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            at = slice(i * stride, i * stride + k.shape[0])
            out[i, j] = (x[at, j * stride : j * stride + k.shape[1]] * k).sum()
        return out


def full_mode(dout, x, k):
    return by_scipy(dout, k[::-1, ::-1], "full"), by_scipy(x, dout, "valid")


def as_list(dout, x, k):
    return list(conv_backward(dout, x, k))


@pytest.mark.parametrize("answer", [four_loops, by_windows, correlate2d])
def test_correlate2d_accepts_other_words(answer):
    assert grade(get("correlate2d"), answer)


@pytest.mark.parametrize(
    ("answer", "misconception"),
    [
        (lambda x, k, s, p: by_windows(x, k[::-1, ::-1], s, p), "flipped-kernel"),
        (lambda x, k, s, p: by_windows(x, k, s, p)[:-1, :-1], "one-short"),
        (lambda x, k, s, p: by_windows(x, k, 1, 0), "plain"),
        (early_return, "returns-early"),
        (lambda x, k, s, p: by_windows(x, k, s, p).T, "transposed-output"),
        (lambda x, k, s, p: by_windows(x, k, 1, p), "stride-ignored"),
        (lambda x, k, s, p: by_windows(x, k, s, 0), "padding-ignored"),
        (lambda x, k, s, p: by_windows(np.pad(x, p, mode="edge"), k, s, 0), "repeats-the-rim"),
        (lambda x, k, s, p: by_windows(x, k, s, p) / k.size, "mean"),
        (lambda x, k, s, p: by_windows(x, k, s, p) * 2, None),
    ],
)
def test_correlate2d_names_the_misconception(answer, misconception):
    result = grade(get("correlate2d"), answer)
    assert result.status == "wrong"
    if misconception:
        assert result.misconception == misconception


def test_an_early_return_is_told_on_the_simple_input():
    result = grade(get("correlate2d"), early_return)
    assert result.status == "wrong"
    assert "stride = 1\npadding = 0" in result.details["Given"]


def test_a_negative_slice_is_told_on_the_input_without_padding():
    result = grade(get("correlate2d"), with_negative_slices)
    assert result.status == "wrong"
    assert "ValueError" in repr(result)


@pytest.mark.parametrize("answer", [full_mode, as_list, conv_backward])
def test_conv_backward_accepts_other_words(answer):
    assert grade(get("conv-backward"), answer)


@pytest.mark.parametrize(
    ("answer", "misconception"),
    [
        (lambda dout, x, k: full_mode(dout, x, k)[::-1], "swapped"),
        (lambda dout, x, k: full_mode(dout, x, k[::-1, ::-1]), "kernel-turned"),
        (lambda dout, x, k: full_mode(dout, x, k)[0], None),
    ],
)
def test_conv_backward_names_the_misconception(answer, misconception):
    result = grade(get("conv-backward"), answer)
    assert result.status == "wrong"
    if misconception:
        assert result.misconception == misconception


def test_the_planted_function_is_told_from_one_that_is_half_mended():
    def planted(size, kernel, stride, padding, dilation):
        return (size + padding - dilation * kernel) // stride

    def counted(size, kernel, stride, padding, dilation):
        starts = range(0, size + 2 * padding - dilation * (kernel - 1), stride)
        return len(starts)

    exercise = get("conv-output-size")
    assert grade(exercise, planted).status == "not_yet"
    assert "as it stood" in repr(grade(exercise, planted))
    assert grade(exercise, lambda *a: planted(*a) + 1).misconception == "reach-and-padding"
    assert grade(exercise, counted)


def test_answers_by_hand():
    film = np.zeros((3, 1, 4, 3), np.uint8)
    film[2, 0, 1] = 255
    got = answers(film, [[-1], [0], [1]])
    assert got.shape == (3, 1, 4)
    assert got[1, 0].tolist() == [0, 0.5, 0, 0]
    assert not got[0].any()
    assert not got[2].any()


def test_the_reference_is_blind_to_what_stands_and_to_what_goes_left():
    kernel = right_not_left()
    assert not kernel.sum(axis=0).any()
    assert not [np.trace(kernel[::-1], d) for d in range(-2, 3) if np.trace(kernel[::-1], d)]
    film = crossing(12, (60, 90), (-1,), seed=1, speed=1.0).frames
    to_the_left, backwards = answers(film, kernel).mean(), answers(film[::-1], kernel).mean()
    assert backwards > 8 * to_the_left


@pytest.mark.parametrize(
    ("kernel", "least", "most"),
    [
        (right_not_left(), 9, 20),
        (right_not_left()[:, None], 9, 20),
        ([[-1], [0], [1]], 0.99, 1.01),
        ([[2, -1, -1], [-1, 2, -1], [-1, -1, 2]], 1.5, 4),
        (right_not_left()[:, ::-1], 0, 0.2),
        ([[1.0]], 0.99, 1.01),
    ],
)
def test_the_score_tells_right_from_left(kernel, least, most):
    assert least < direction_score(kernel) < most


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (np.ones((8, 3)), "each from 1 to 7"),
        (np.ones((3, 2, 3)), "each from 1 to 7"),
        (np.ones(3), "shape"),
        (np.zeros((3, 3)), "are 0"),
        ([[np.nan, 1.0]], "finite"),
        (5, "shape"),
        ("a kernel", "array of numbers"),
        ([[1], [2, 3]], "of one length"),
        (np.ones((2, 2), complex), "array of numbers"),
    ],
)
def test_the_score_rejects_what_is_no_kernel(kernel, message):
    with pytest.raises(Refusal, match=message):
        direction_score(kernel)


def test_the_challenge_takes_the_reference_over_its_bar_and_nothing_simpler():
    assert challenge("right-not-left", lambda: right_not_left().tolist()).status == "not_yet"
    nine = [[0, -1, -1], [1, 2, 1], [-1, -1, 0]]
    assert challenge("right-not-left", lambda: nine).status == "right"
    assert challenge("right-not-left", lambda: [[-1], [0], [1]]).status == "wrong"
    assert challenge("right-not-left", lambda: np.zeros((9, 9))).status != "right"


def test_the_secret_can_be_found_from_the_two_pictures():
    before, after = secret_blur()
    windows = np.lib.stride_tricks.sliding_window_view(before / 255, (9, 9)).reshape(-1, 81)
    found = np.linalg.lstsq(windows, after.ravel() / 255, rcond=None)[0].reshape(9, 9)
    assert after.shape == (before.shape[0] - 8, before.shape[1] - 8)
    assert (found > found.max() / 2).sum() == 27
    assert np.abs(found.sum() - 1) < 0.01
