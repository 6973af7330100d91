"""Answers to lesson 04 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn.course import challenge
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson04 import (
    digit_pictures,
    edges_of,
    fireflies,
    lanterns,
    most_similar,
    moved,
    pool_windows,
    shift_score,
)


def pool_by_reshape(x, high, wide):
    h, w = x.shape[0] // high, x.shape[1] // wide
    return x[: h * high, : w * wide].reshape(h, high, w, wide).max(axis=(1, 3))


def pool_by_views(x, high, wide):
    windows = np.lib.stride_tricks.sliding_window_view(x, (high, wide))
    return windows[::high, ::wide].max(axis=(-1, -2))


def pool_number_by_number(x, high, wide):
    out = [[-np.inf] * (x.shape[1] // wide) for _ in range(x.shape[0] // high)]
    for i, j in np.ndindex(x.shape):
        if i // high < len(out) and j // wide < len(out[0]):
            out[i // high][j // wide] = max(out[i // high][j // wide], x[i, j])
    return out


def mended(x, size, stride):
    rows, columns = (x.shape[0] - size) // stride + 1, (x.shape[1] - size) // stride + 1
    out = np.zeros((rows, columns)) - np.inf
    for i in range(rows):
        for j in range(columns):
            for u in range(size):
                for v in range(size):
                    out[i, j] = max(out[i, j], x[i * stride + u, j * stride + v])
    return out


def back_by_search(dout, x, high, wide):
    dx = np.zeros(x.shape)
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            best = None
            for y in range(i * high, i * high + high):
                for col in range(j * wide, j * wide + wide):
                    if best is None or x[y, col] > x[best]:
                        best = y, col
            dx[best] += dout[i, j]
    return dx


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("max-pool", pool_by_reshape),
        ("max-pool", pool_by_views),
        ("max-pool", pool_number_by_number),
        ("pool-windows", mended),
        ("pool-windows", lambda x, n, s: -pool_windows_by_views(-x, n, s)),
        ("max-pool-backward", back_by_search),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def pool_windows_by_views(x, size, stride):
    views = np.lib.stride_tricks.sliding_window_view(x, (size, size))
    return views[::stride, ::stride].min(axis=(2, 3))


def shape_at_once(x, high, wide):
    h, w = x.shape[0] // high, x.shape[1] // wide
    return x[: h * high, : w * wide].reshape(h, w, high, wide).max((2, 3))


def starts_at_zero(x, high, wide):
    out = np.zeros((x.shape[0] // high, x.shape[1] // wide))
    for i, j in np.ndindex(out.shape):
        for u, v in np.ndindex(high, wide):
            out[i, j] = max(out[i, j], x[i * high + u, j * wide + v])
    return out


def max_of_python(x, high, wide):
    out = np.zeros((x.shape[0] // high, x.shape[1] // wide))
    for i in range(len(out)):
        for j in range(len(out[0])):
            out[i, j] = max(x[i * high : i * high + high, j * wide : j * wide + wide])
    return out


def returns_in_a_loop(x, high, wide):
    out = np.zeros((x.shape[0] // high, x.shape[1] // wide))
    for i in range(len(out)):
        for j in range(len(out[0])):
            out[i, j] = x[i * high : i * high + high, j * wide : j * wide + wide].max()
        return out


def returns_in_both(x, high, wide):
    out = np.zeros((x.shape[0] // high, x.shape[1] // wide))
    for i in range(len(out)):
        for j in range(len(out[0])):
            out[i, j] = x[i * high : i * high + high, j * wide : j * wide + wide].max()
            return out


def not_cropped(x, high, wide):
    rows, columns = x.shape[0] // high, x.shape[1] // wide
    return x.reshape(rows, high, columns, wide).swapaxes(1, 2).max((2, 3))


def back_with(place, value=lambda g, block: g):
    def my_max_pool_backward(dout, x, high, wide):
        dx = np.zeros_like(x)
        for i in range(len(dout)):
            for j in range(len(dout[0])):
                block = x[i * high : i * high + high, j * wide : j * wide + wide]
                u, v = divmod(int(block.argmax()), wide)
                dx[place(i * high, j * wide, u, v)] = value(dout[i, j], block)
        return dx

    return my_max_pool_backward


def added(top, left, u, v):
    return top + u, left + v


def back_into_the_blocks(dout, x, high, wide):
    h, w = dout.shape
    return back_by_search(dout, x[: h * high, : w * wide], high, wide)


def back_where_equal(dout, x, high, wide):
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dout.shape):
        rows, columns = slice(i * high, i * high + high), slice(j * wide, j * wide + wide)
        dx[rows, columns] = (x[rows, columns] == x[rows, columns].max()) * dout[i, j]
    return dx


def windows_with(*, at, sides=lambda n, size, stride: (n - size) // stride + 1, start=-np.inf):
    def my_pool_windows(x, size, stride):
        out = np.full([sides(n, size, stride) for n in x.shape], start)
        for i, j in np.ndindex(out.shape):
            for u, v in np.ndindex(size, size):
                out[i, j] = max(out[i, j], x[at(i, u, size, stride), at(j, v, size, stride)])
        return out

    return my_pool_windows


def as_given(n, size, stride):
    return n // stride


def steps(n, size, stride):
    return (n - size) // stride


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("max-pool", shape_at_once, "shape-mixed-up"),
        ("max-pool", lambda x, high, wide: np.max(x), "one-for-all"),
        ("max-pool", starts_at_zero, "not-below-zero"),
        ("max-pool", lambda x, h, w: x[: len(x) // h * h : h, : x.shape[1] // w * w : w],
         "corner"),
        ("max-pool", lambda x, h, w: -pool_by_reshape(-x, h, w), "smallest"),
        ("max-pool", lambda x, h, w: pool_by_reshape(x, w, h), "sides-swapped"),
        ("max-pool", lambda x, h, w: pool_by_reshape(x, h, h), "square"),
        ("max-pool", not_cropped, "not-cropped"),
        ("max-pool", max_of_python, "python-max"),
        ("max-pool", returns_in_a_loop, "returns-after-a-row"),
        ("max-pool", returns_in_both, "returns-after-a-block"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i * s + u, sides=steps),
         "one-place-too-few"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i * s + u, sides=steps, start=0.0),
         "too-few-and-start"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i * u, sides=steps),
         "too-few-and-corner"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i * u, sides=steps, start=0.0),
         "too-few-and-both"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i * u, sides=as_given),
         "corner-and-count"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i * u, start=0.0),
         "corner-and-start"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i * u), "multiplied-offset"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i * s + u, start=0.0),
         "starts-at-zero"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i + u), "steps-by-one"),
        ("pool-windows", windows_with(at=lambda i, u, n, s: i * s + u, sides=as_given),
         "one-place-too-many"),
        ("max-pool-backward", back_with(lambda t, l, u, v: (t + v, l + u)), "row-for-column"),
        ("max-pool-backward", back_with(added, lambda g, b: 1), "forgets-dout"),
        ("max-pool-backward", back_with(added, lambda g, b: g * b.max()), "times-the-value"),
        ("max-pool-backward", back_with(added, lambda g, b: b.max()), "the-value-itself"),
        ("max-pool-backward", back_with(lambda t, l, u, v: (u, v)), "forgets-the-corner"),
        ("max-pool-backward", back_into_the_blocks, "without-the-rest"),
        ("max-pool-backward", back_where_equal, "all-ties"),
    ],
)  # fmt: skip
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_what_stands_in_the_lesson_is_not_answered_yet():
    given = windows_with(at=lambda i, u, n, s: i * u, sides=as_given, start=0.0)
    result = grade(get("pool-windows"), given)
    assert result.status == "not_yet"


def test_pool_windows_by_hand():
    x = np.array([[1.0, 5, 2], [3, 4, 9]])
    assert pool_windows(x, 2, 1).tolist() == [[5, 9]]


def centred(pictures):
    rows, out = np.arange(40), []
    for picture in pictures:
        ink = picture.sum()
        down, right = (round(float(picture.sum(a) @ rows / ink)) for a in (1, 0))
        out.append(np.roll(picture, (20 - down, 20 - right), (0, 1))[8:32:2, 8:32:2].ravel())
    return out


def waves(pictures):
    sizes = np.abs(np.fft.fft2(pictures))
    return np.concatenate([sizes[:, :7, :7], sizes[:, :7, -7:]], axis=2)


@pytest.mark.parametrize("answer", [centred, waves])
def test_the_bar_is_reached_in_more_than_one_way(answer):
    assert shift_score(answer) > 0.9
    assert challenge("shift-proof", answer)


def test_what_is_moved_is_missed_by_pixels():
    assert shift_score(lambda p: p[:, ::4, ::4]) < 0.5


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda p: p, "At most 200 numbers a picture; yours has 1,600"),
        (lambda p: np.zeros((3, 4)), "one row of numbers for each of the 600"),
        (lambda p: p.sum(axis=(1, 2)), "one row of numbers"),
        (lambda p: np.full((len(p), 2), np.nan), "not finite"),
        (lambda p: [["a"]] * len(p), "one row of numbers"),
    ],
)
def test_features_that_cannot_be_judged_are_refused(answer, said):
    with pytest.raises(Refusal, match=said):
        shift_score(answer)


def test_moved_goes_each_of_four_ways_and_loses_nothing():
    pictures, labels = digit_pictures(3, 40)
    assert pictures.shape == (40, 40, 40, 1)
    assert set(labels) <= set(range(10))
    there = moved(pictures, 6, seed=1)
    assert np.allclose(there.sum(axis=(1, 2, 3)), pictures.sum(axis=(1, 2, 3)))
    steps = {
        (way, axis)
        for before, after in zip(pictures, there, strict=True)
        for axis in (0, 1)
        for way in (-6, 6)
        if np.array_equal(np.roll(before, way, axis), after)
    }
    assert steps == {(-6, 0), (6, 0), (-6, 1), (6, 1)}
    each = moved(pictures, np.arange(40) % 2 * 3, seed=1)
    assert np.array_equal(each[::2], pictures[::2])
    assert not np.array_equal(each[1], pictures[1])


def test_most_similar_by_hand():
    known, labels = np.array([[0.0, 0], [4, 0], [0, 3]]), np.array([7, 8, 9])
    assert most_similar(known, labels, np.array([[3.0, 0.5], [0, 2], [1, 1]])).tolist() == [8, 9, 7]


def test_fireflies_light_up_once_each_and_nothing_else_changes():
    night = fireflies()
    still = np.median(night, axis=0)
    lit = (night > still + 40).any(axis=-1)
    assert (lit.sum(axis=(1, 2)) > 3).all()
    assert (lit.sum(axis=(1, 2)) < 60).all()
    dark = ~lit.any(axis=0)
    assert dark.mean() > 0.7
    assert np.abs(night[:, dark] - still[dark]).max() < 42


def test_edges_of_an_even_film_are_nowhere_and_of_a_step_along_it():
    film = np.zeros((2, 12, 16, 3), np.uint8)
    film[1, :, 8:] = 255
    edges = edges_of(film)
    assert edges.shape == (2, 12, 16)
    assert not edges[0].any()
    assert np.allclose(edges[1][:, 7:9], 4)
    assert not edges[1][:, :7].any()
    assert lanterns(4).shape == (4, 120, 160, 3)
