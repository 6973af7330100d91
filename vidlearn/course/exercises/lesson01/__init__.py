"""Exercises of lesson 01, video as data."""

import bisect
from itertools import pairwise

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson01.films import (
    BAR,
    HURRIED,
    SMALL,
    own_film,
    quality,
    read_small,
    rgb_of,
    settings_of,
    small_score,
    telephone,
    two_shots,
    write_small,
)
from vidlearn.course.exercises.lessonA0 import frame_and_dtype

# 1. luma -------------------------------------------------------------------------------


def luma(frame):
    """Weigh red, green and blue as the eye does, and round to whole grey levels."""
    red, green, blue = frame[..., 0], frame[..., 1], frame[..., 2]
    return np.round(0.299 * red + 0.587 * green + 0.114 * blue).astype(np.uint8)


def _luma_cases():
    rng = np.random.default_rng(1)
    primaries = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    return [(primaries,), (rng.integers(0, 256, (4, 6, 3), dtype=np.uint8),)]


def _weighed(frame, weights=(0.299, 0.587, 0.114)):
    return frame @ np.array(weights)


def _rows_for_channels(frame):
    return 0.299 * frame[0] + 0.587 * frame[1] + 0.114 * frame[2]


def _planted(*, order=True, weights=True, rounded=True):
    """Return the planted function with some of its three faults mended."""
    numbers = (0.299, 0.587, 0.114) if weights else (0.299, 0.578, 0.114)

    def answer(frame):
        light = _weighed(frame if order else frame[..., ::-1], numbers)
        return (np.round(light) if rounded else light).astype(np.uint8)

    return answer


# 2. frame-on-screen --------------------------------------------------------------------


def frame_on_screen(times, second):
    """Find the last stamp that is not after the second."""
    number = 0
    for i, time in enumerate(times):
        if time <= second:
            number = i
    return number


def _screen_cases():
    even = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5])
    late = np.array([0.0, 0.25, 0.5, 0.75, 1.5, 2.0, 3.0, 3.25])
    return [
        (even, 1.1),
        (even, 0.5),
        (late, 1.4),
        (late, 2.0),
        (late, 2.9),
        (late, 0.0),
        (late, 3.3),
        (even, 0.99),
    ]


def _at_a_rate(rate, whole=int):
    """Return the answer that multiplies the second by a frame rate."""
    return lambda times, second: whole(second * rate(times))


def _mean_rate(times):
    return (len(times) - 1) / times[-1]


def _next_frame(times, second):
    return int(np.argmax(times >= second)) if times[-1] >= second else len(times) - 1


def _misses_the_last(times, second):
    """Leave the loop at the first later stamp, and return nothing where there is none."""
    for i, time in enumerate(times):
        if time > second:
            return i - 1


# 3. uniform-indices --------------------------------------------------------------------


def uniform_indices(total, frames):
    """Cut the video into equal parts and take the frame in the middle of each."""
    part = total / frames
    return [int((i + 0.5) * part) for i in range(frames)]


def _uniform_cases():
    """No middle falls just on the border of two frames, where floats go either way."""
    return [(100, 4), (90, 4), (16, 16), (250, 8), (7, 3), (47, 5), (3, 6), (1, 2)]


def _as_list(result, *args):
    """Accept a range, a map or a generator too."""
    return list(result) if hasattr(result, "__iter__") and not hasattr(result, "keys") else result


def _fixed_step(total, frames):
    step = max(total // frames, 1)
    return [i * step for i in range(frames)]


def _middles_of_whole_parts(total, frames):
    """Take the middle between borders that were rounded first."""
    borders = [i * total // frames for i in range(frames + 1)]
    return [(a + b) // 2 for a, b in pairwise(borders)]


def _rounded_twice(total, frames):
    part = total / frames
    return [int(i * part) + int(part / 2) for i in range(frames)]


__all__ = [
    "EXERCISES",
    "HURRIED",
    "SMALL",
    "own_film",
    "quality",
    "read_small",
    "rgb_of",
    "settings_of",
    "small_score",
    "telephone",
    "two_shots",
    "write_small",
]

EXERCISES = [
    Exercise("third-trick", kind="predict", close=0.25),
    Exercise(
        "luma",
        luma,
        _luma_cases,
        {
            "as-given": _planted(order=False, weights=False, rounded=False),
            "order-and-weights": _planted(order=False, weights=False),
            "order-and-cut": _planted(order=False, rounded=False),
            "weights-and-cut": _planted(weights=False, rounded=False),
            "bgr-order": _planted(order=False),
            "swapped-digits": _planted(weights=False),
            "plain-mean": lambda frame: np.round(frame.mean(axis=-1)).astype(np.uint8),
            "plain-mean-float": lambda frame: frame.mean(axis=-1),
            "truncates": _planted(rounded=False),
            "not-rounded": _weighed,
            "rounded-floats": lambda frame: np.round(_weighed(frame)),
            "not-uint8": lambda frame: np.round(_weighed(frame)).astype(int),
            "scaled-to-one": lambda frame: _weighed(frame) / 255,
            "rows-for-channels": _rows_for_channels,
            "short-weights": lambda frame: np.round(_weighed(frame, (0.3, 0.59, 0.11))).astype(
                np.uint8
            ),
            "weights-of-hd": lambda frame: np.round(
                _weighed(frame, (0.2126, 0.7152, 0.0722))
            ).astype(np.uint8),
        },
        measure=frame_and_dtype,
        kind="repair",
    ),
    Exercise(
        "frame-on-screen",
        frame_on_screen,
        _screen_cases,
        {
            "even-rate": _at_a_rate(_mean_rate),
            "fixed-rate": _at_a_rate(lambda times: 25),
            "rate-of-the-first": _at_a_rate(lambda times: 1 / times[1]),
            "frames-over-seconds": _at_a_rate(lambda times: len(times) / times[-1]),
            "even-rate-rounded": _at_a_rate(_mean_rate, round),
            "next-frame": _next_frame,
            "place-to-insert": lambda times, second: bisect.bisect_left(times, second),
            "nearest": lambda times, second: int(np.argmin(np.abs(times - second))),
            "strictly-before": lambda times, second: bisect.bisect_left(times, second) - 1,
            "misses-the-last": _misses_the_last,
            "argmax-at-the-end": lambda times, second: int(np.argmax(times > second)) - 1,
            "from-one": lambda times, second: frame_on_screen(times, second) + 1,
            "first-not-after": lambda times, second: 0,
            "second-as-frame": lambda times, second: int(second),
            "stamp": lambda times, second: times[frame_on_screen(times, second)],
        },
    ),
    Exercise(
        "uniform-indices",
        uniform_indices,
        _uniform_cases,
        {
            "starts": lambda total, frames: [i * total // frames for i in range(frames)],
            "step-of-a-range": lambda total, frames: list(range(0, total, total // frames)),
            "both-ends": lambda t, n: np.linspace(0, t - 1, n).round().astype(int),
            "both-ends-cut": lambda t, n: np.linspace(0, t - 1, n).astype(int),
            "both-ends-floats": lambda t, n: np.linspace(0, t - 1, n),
            "past-the-end": lambda t, n: np.linspace(0, t, n).round().astype(int),
            "past-the-end-cut": lambda t, n: np.linspace(0, t, n).astype(int),
            "past-the-end-floats": lambda t, n: np.linspace(0, t, n),
            "inner-points": lambda t, n: np.linspace(0, t - 1, n + 2)[1:-1].astype(int),
            "fixed-step": _fixed_step,
            "middles-of-fixed-steps": lambda t, n: [int((i + 0.5) * (t // n)) for i in range(n)],
            "middles-of-whole-parts": _middles_of_whole_parts,
            "rounded-twice": _rounded_twice,
            "one-too-few": lambda t, n: [int((i + 0.5) * (t - 1) / n) for i in range(n)],
            "from-one": lambda t, n: [i + 1 for i in uniform_indices(t, n)],
            "ends": lambda total, frames: [(i + 1) * total // frames for i in range(frames)],
            "rounds": lambda t, n: np.round((np.arange(n) + 0.5) * t / n).astype(int),
            "rounds-half-up": lambda t, n: [int((i + 0.5) * t / n + 0.5) for i in range(n)],
            "first-frames": lambda total, frames: list(range(frames)),
            "not-whole": lambda total, frames: (np.arange(frames) + 0.5) * total / frames,
        },
        measure=_as_list,
    ),
    Exercise(
        "smallest-film",
        kind="challenge",
        score=small_score,
        bar=BAR,
        higher=False,
        seconds=120.0,
    ),
]
