"""Answers to lesson 00 as learners write them: right ones in other words, and near misses."""

from itertools import pairwise

import numpy as np
import pytest

from vidlearn.course import check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def vectorised(frames, threshold):
    steps = np.abs(np.diff(frames.astype(np.int16), axis=0)).mean((1, 2))
    return np.flatnonzero(steps > threshold) + 1


def by_slices(mask):
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return [xs[0], ys[0], xs[-1] + 1, ys[-1] + 1]


def by_change(kind, reduce, frames, threshold):
    changed = [
        reduce(np.abs(now.astype(kind) - before.astype(kind))) > threshold
        for before, now in pairwise(frames)
    ]
    return [t for t, cut in enumerate(changed, 1) if cut]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("frame-at-second", lambda second, fps: int(second * fps)),
        ("frame-at-second", lambda second, fps: np.floor(round(second * fps, 6))),
        ("frame-at-second", lambda second, fps: second * fps // 1),
        ("find-cuts", vectorised),
        ("box-of-mask", by_slices),
        ("box-of-mask", lambda mask: np.array(by_slices(mask), np.float32)),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("frame-at-second", lambda second, fps: round(second * fps), "rounds"),
        ("frame-at-second", lambda second, fps: np.floor(second * 25), "fixed-rate"),
        ("find-cuts", lambda f, limit: vectorised(f, limit) - 1, "frame-before"),
        (
            "find-cuts",
            lambda f, limit: np.flatnonzero(np.diff(f, axis=0).mean((1, 2)) > limit) + 1,
            "wraps-round",
        ),
        ("frame-at-second", lambda second, fps: int(int(second) * fps), "whole-seconds"),
        (
            "find-cuts",
            lambda f, limit: [
                t for t in range(len(f)) if abs(f[t] - 1.0 * f[t - 1]).mean() > limit
            ],
            "from-zero",
        ),
        ("find-cuts", lambda f, limit: [0, *vectorised(f, limit)], "with-zero"),
        ("find-cuts", lambda f, limit: vectorised(f, limit - 1e-9), "at-threshold"),
        ("find-cuts", lambda f, limit: by_change(np.int8, np.mean, f, limit), "int8"),
        ("find-cuts", lambda f, limit: by_change(float, np.max, f, limit), "maximum"),
        ("find-cuts", lambda f, limit: by_change(float, np.median, f, limit), "median"),
        ("box-of-mask", lambda m: [m.argmax(), 0, 1, 2], None),
        ("box-of-mask", lambda m: np.array(by_slices(m))[[1, 0, 3, 2]], "rows-first"),
    ],
)
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


@pytest.mark.parametrize("fps", [12.5, 24, 25, 30, 30000 / 1001, 50, 60])
def test_the_solution_finds_each_frame_at_its_own_second(fps):
    found = [get("frame-at-second").solution(frame / fps, fps) for frame in range(2000)]
    assert found == list(range(2000))
    assert get("frame-at-second").solution(1.16, 25) == 29


def test_the_library_is_refused():
    from vidlearn import boxes, motion

    def my_box(mask):
        return boxes.box_of_mask(mask)

    assert check("find-cuts", motion.find_cuts).status == "not_yet"
    assert check("box-of-mask", my_box).status == "not_yet"
