"""Answers to lesson 00 as learners write them: right ones in other words, and near misses."""

import math
from itertools import pairwise

import numpy as np
import pytest

from vidlearn.course import check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def adds_up(second, fps):
    """Add one frame time after the other."""
    frame, end = 0, 1 / fps
    while end <= second:
        frame, end = frame + 1, end + 1 / fps
    return frame


def vectorised(frames, threshold):
    steps = np.abs(np.diff(frames.astype(np.int16), axis=0)).mean((1, 2))
    return np.flatnonzero(steps > threshold) + 1


def by_squares_of_nothing(frames, threshold):
    frames = frames.astype(np.float32)
    return [t for t in range(1, len(frames)) if np.mean(abs(frames[t] - frames[t - 1])) > threshold]


def without_signs(frames, threshold):
    """Take the larger less the smaller, which stays in uint8."""
    larger, smaller = np.maximum(frames[1:], frames[:-1]), np.minimum(frames[1:], frames[:-1])
    return [1 + t for t, change in enumerate(larger - smaller) if change.mean() > threshold]


def one_after_another(frames, threshold):
    before = None
    for t, frame in enumerate(frames):
        if before is not None and np.abs(frame - 1.0 * before).mean() > threshold:
            yield t
        before = frame


def by_slices(mask):
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return [xs[0], ys[0], xs[-1] + 1, ys[-1] + 1]


def by_argmax(mask):
    rows, columns = mask.any(axis=1), mask.any(axis=0)
    ends = [len(a) - np.argmax(a[::-1]) for a in (columns, rows)]
    return np.argmax(columns), np.argmax(rows), *ends


def by_loops(mask):
    places = [(x, y) for y in range(len(mask)) for x in range(len(mask[0])) if mask[y][x]]
    xs, ys = zip(*places, strict=True)
    return min(xs), min(ys), max(xs) + 1, max(ys) + 1


def by_points(mask):
    points = np.argwhere(mask)
    (y1, x1), (y2, x2) = points.min(0), points.max(0) + 1
    return int(x1), int(y1), int(x2), int(y2)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("frame-at-second", lambda second, fps: int(second * fps)),
        ("frame-at-second", lambda second, fps: int(second * fps + 1e-6)),
        ("frame-at-second", lambda second, fps: np.floor(round(second * fps, 6))),
        ("frame-at-second", lambda second, fps: second * fps // 1),
        ("frame-at-second", lambda second, fps: math.floor(fps * second)),
        ("frame-at-second", lambda second, fps: int(second / (1 / fps))),
        ("frame-at-second", lambda second, fps: int(second // (1 / fps))),
        ("frame-at-second", adds_up),
        ("find-cuts", vectorised),
        ("find-cuts", by_squares_of_nothing),
        ("find-cuts", without_signs),
        ("find-cuts", lambda frames, limit: list(one_after_another(frames, limit))),
        ("find-cuts", lambda frames, limit: tuple(vectorised(frames, limit))),
        ("box-of-mask", by_slices),
        ("box-of-mask", by_argmax),
        ("box-of-mask", by_loops),
        ("box-of-mask", by_points),
        ("box-of-mask", lambda mask: np.array(by_slices(mask), np.float32)),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def by_change(kind, reduce, frames, threshold):
    changed = [
        reduce(np.abs(now.astype(kind) - before.astype(kind))) > threshold
        for before, now in pairwise(frames)
    ]
    return [t for t, cut in enumerate(changed, 1) if cut]


def returns_in_the_loop(frames, threshold):
    cuts = []
    for t in range(1, len(frames)):
        change = np.abs(frames[t].astype(float) - frames[t - 1].astype(float)).mean()
        if change > threshold:
            cuts.append(t)
        return cuts


def returns_in_the_condition(frames, threshold):
    cuts = []
    for t in range(1, len(frames)):
        change = np.abs(frames[t].astype(float) - frames[t - 1].astype(float)).mean()
        if change > threshold:
            cuts += [t]
            return cuts
    return cuts


def forgets_the_mean(frames, threshold):
    cuts = []
    for t in range(1, len(frames)):
        if abs(frames[t] - 1.0 * frames[t - 1]) > threshold:
            cuts.append(t)
    return cuts


def ends_of_where(mask):
    ys, xs = mask.nonzero()
    return xs[0], ys[0], xs[-1] + 1, ys[-1] + 1


def looks_ahead(frames, threshold):
    f = frames.astype(float)
    return [t + 1 for t in range(len(f)) if np.abs(f[t + 1] - f[t]).mean() > threshold]


def rms(frames, threshold):
    return by_change(float, lambda d: (d * d).mean() ** 0.5, frames, threshold)


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("frame-at-second", lambda second, fps: round(second * fps), "rounds"),
        ("frame-at-second", lambda second, fps: math.ceil(second * fps), "rounds-up"),
        ("frame-at-second", lambda second, fps: math.ceil(second * fps) - 1, "ends-too-late"),
        ("frame-at-second", lambda second, fps: np.floor(second * 25), "fixed-rate"),
        ("frame-at-second", lambda second, fps: int(second * fps) + 1, "from-one"),
        ("frame-at-second", lambda second, fps: int(int(second) * fps), "whole-seconds"),
        ("frame-at-second", lambda second, fps: int(second * int(fps)), "whole-rate"),
        ("frame-at-second", lambda second, fps: second // fps, "divides"),
        ("frame-at-second", lambda second, fps: fps * second, "not-whole"),
        ("find-cuts", lambda f, limit: vectorised(f, limit) - 1, "frame-before"),
        ("find-cuts", lambda f, limit: np.flatnonzero(np.diff(f, axis=0).mean((1, 2)) > limit) + 1,
         "wraps-round"),
        ("find-cuts", lambda f, limit: by_change(np.uint8, np.mean, f, limit), "wraps-round"),
        ("find-cuts", lambda f, limit: [
            t for t in range(len(f)) if abs(f[t] - 1.0 * f[t - 1]).mean() > limit
        ], "from-zero"),
        ("find-cuts", returns_in_the_loop, "early-return"),
        ("find-cuts", returns_in_the_condition, "returns-the-first"),
        ("find-cuts", forgets_the_mean, "no-mean"),
        ("find-cuts", lambda f, limit: [t for t in vectorised(f, limit) if t > 1], "from-two"),
        ("find-cuts", lambda f, limit: [t for t in vectorised(f, limit) if t < len(f) - 1],
         "misses-the-last"),
        ("find-cuts", lambda f, limit: vectorised(f, limit) + 1, "one-too-late"),
        ("find-cuts", lambda f, limit: [
            t for t in range(1, len(f)) if (f[t] != f[t - 1]).any()
        ], "any-change"),
        ("find-cuts", lambda f, limit: [
            t for t in range(1, len(f)) if (abs(f[t] - 1.0 * f[t - 1]) > limit).mean() > 0.5
        ], "median"),
        ("find-cuts", looks_ahead, "past-the-end"),
        ("find-cuts", rms, "root-mean-square"),
        ("find-cuts", lambda f, limit: by_change(float, lambda d: (d**2).mean(), f, limit),
         "squares"),
        ("find-cuts", lambda f, limit: by_change(float, np.sum, f, limit), "sum"),
        ("find-cuts", lambda f, limit: abs(np.diff(f * 1.0, axis=0)).mean((1, 2)) > limit,
         "booleans"),
        ("find-cuts", lambda f, limit: [
            abs(a - 1.0 * b).mean() > limit for a, b in pairwise(f)
        ], "booleans"),
        ("find-cuts", lambda f, limit: np.argwhere(
            abs(np.diff(f * 1.0, axis=0)).mean((1, 2)) > limit
        ) + 1, "inside-lists"),
        ("find-cuts", lambda f, limit: (np.argwhere(
            abs(np.diff(f * 1.0, axis=0)).mean((1, 2)) > limit
        ) + 1).tolist(), "inside-lists"),
        ("find-cuts", lambda f, limit: (vectorised(f, limit),), "tuple-of-where"),
        ("find-cuts", lambda f, limit: [0, *vectorised(f, limit)], "with-zero"),
        ("find-cuts", lambda f, limit: vectorised(f, limit - 1e-9), "at-threshold"),
        ("find-cuts", lambda f, limit: by_change(np.int8, np.mean, f, limit), "int8"),
        ("find-cuts", lambda f, limit: by_change(float, np.max, f, limit), "maximum"),
        ("find-cuts", lambda f, limit: by_change(float, np.median, f, limit), "median"),
        ("box-of-mask", lambda m: np.array(by_slices(m))[[1, 3, 0, 2]], "rows-then-columns"),
        ("box-of-mask", ends_of_where, "first-and-last-found"),
        ("box-of-mask", lambda m: [m.argmax(), 0, 1, 2], None),
        ("box-of-mask", lambda m: np.array(by_slices(m))[[1, 0, 3, 2]], "rows-first"),
        ("box-of-mask", lambda m: np.array(by_slices(m))[[1, 0, 3, 2]] - [0, 0, 1, 1],
         "rows-first-last-pixel"),
        ("box-of-mask", lambda m: np.array(by_slices(m)) - [0, 0, 1, 1], "last-pixel"),
        ("box-of-mask", lambda m: [
            *by_slices(m)[:2], np.ptp(np.where(m)[1]), np.ptp(np.where(m)[0])
        ], "short-width"),
        ("box-of-mask", lambda m: (tuple(by_slices(m)[:2]), tuple(by_slices(m)[2:])), "in-pairs"),
    ],
)  # fmt: skip
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


@pytest.mark.parametrize("fps", [12.5, 24, 25, 30, 30000 / 1001, 50, 60])
def test_no_case_lies_where_rounding_decides(fps):
    """Frames change at a second that floats hold exactly, or nowhere near it."""
    for second, rate in get("frame-at-second").cases():
        exact = rate == 2 ** round(math.log2(rate))
        assert exact or abs(second * rate - round(second * rate)) > 0.05
    assert get("frame-at-second").solution(7.3 / fps, fps) == 7


def test_a_clip_is_described_by_its_changes():
    said = repr(grade(get("find-cuts"), lambda frames, threshold: [1]))
    assert "to the next: 0, 110, 0, 0, 120" in said


def test_the_first_hint_gives_no_call_away():
    assert "np." not in get("box-of-mask").hints[0]


def test_the_library_is_refused():
    from vidlearn import boxes, motion

    def my_box(mask):
        return boxes.box_of_mask(mask)

    assert check("find-cuts", motion.find_cuts).status == "not_yet"
    assert check("box-of-mask", my_box).status == "not_yet"
