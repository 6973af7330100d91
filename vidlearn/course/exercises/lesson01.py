"""Exercises of lesson 01, video as data."""

import bisect
from itertools import pairwise

import numpy as np

from vidlearn.course.exercises import Exercise
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


# 2. frame-on-screen --------------------------------------------------------------------


def frame_on_screen(times, second):
    """Find the last stamp that is not after the second."""
    number = 0
    for i, time in enumerate(times):
        if time <= second:
            number = i
    return number


def _screen_cases():
    even = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    late = np.array([0.0, 0.25, 0.5, 0.75, 1.5, 2.0, 3.0, 3.25])
    return [
        (even, 0.6),
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


# 4. centre-crop ------------------------------------------------------------------------


def centre_crop(frame, height, width):
    """Cut height rows and width columns out of the middle."""
    top = (frame.shape[0] - height) // 2
    left = (frame.shape[1] - width) // 2
    return frame[top : top + height, left : left + width]


def _crop_cases():
    """Frames whose first two channels hold the pixel's own row and column."""
    frames = []
    for rows, columns in ((6, 8), (9, 12), (8, 5), (7, 7)):
        places = np.indices((rows, columns))
        third = np.random.default_rng(rows).integers(0, 256, (rows, columns))
        frames.append(np.stack([*places, third], axis=-1).astype(np.uint8))
    return [(frames[0], 2, 4), (frames[1], 4, 5), (frames[2], 3, 2), (frames[3], 7, 4)]


def _where_it_was_cut(result, frame, height, width):
    """Say which side is off rather than which pixel differs."""
    result = np.asarray(result)
    if result.ndim != 3:
        return {"axes": result.ndim}
    rows, columns, channels = result.shape
    top, left = (int(place) for place in result[0, 0, :2]) if result.size else (0, 0)
    own = np.array_equal(result, frame[top : top + rows, left : left + columns])
    sizes = {"axes": 3, "channels": channels, "height": rows, "width": columns}
    pixels = "a piece of the frame" if own else "no piece of the frame"
    return sizes | {"pixels": pixels, "first row": top, "first column": left}


def _from(place):
    """Return the answer with another place for top and left."""

    def answer(frame, height, width):
        top, left = (place(*pair) for pair in zip(frame.shape, (height, width), strict=False))
        return frame[top : top + height, left : left + width]

    return answer


def _end_not_moved(frame, height, width):
    top, left = (frame.shape[0] - height) // 2, (frame.shape[1] - width) // 2
    return frame[top:height, left:width]


def _one_short(frame, height, width):
    return centre_crop(frame, height, width)[:-1, :-1]


def _x_first(frame, height, width):
    top = (frame.shape[0] - height) // 2
    left = (frame.shape[1] - width) // 2
    return frame[left : left + width, top : top + height]


def _shape_swapped(frame, height, width):
    """Unpack the shape as width, height."""
    wide, high, _ = frame.shape
    top, left = (high - height) // 2, (wide - width) // 2
    return frame[top : top + height, left : left + width]


def _as_much_from_both_sides(frame, height, width):
    rows, columns, _ = frame.shape
    top, left = (rows - height) // 2, (columns - width) // 2
    return frame[top : rows - top, left : columns - left]


def _round_the_middle(frame, height, width):
    row, column = frame.shape[0] // 2, frame.shape[1] // 2
    high, wide = height // 2, width // 2
    return frame[row - high : row + high, column - wide : column + wide]


# 5. normalise --------------------------------------------------------------------------


def normalise(frames, mean, std):
    """Scale to 0-1, then shift and scale each channel."""
    return (frames.astype(np.float32) / 255 - mean) / std


def _normalise_cases():
    rng = np.random.default_rng(5)
    frames = rng.integers(0, 256, (2, 3, 4, 3), dtype=np.uint8)
    pixels = np.array([[[[0, 51, 255], [102, 204, 51]]]], np.uint8)
    return [
        (pixels, np.array([0.45, 0.4, 0.3]), np.array([0.3, 0.25, 0.15])),
        (frames, np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])),
    ]


def _wraps_round(frames, mean, std):
    shifted = frames - np.round(mean * 255).astype(np.uint8)
    return shifted / (std * 255)


def _one_for_all(frames, mean, std):
    return (frames / 255 - np.mean(mean)) / np.mean(std)


def _own_statistics(frames, mean, std):
    """Take the film's own mean and spread, the likeliest thing to know better."""
    x = frames / 255
    return (x - x.mean(axis=(0, 1, 2))) / x.std(axis=(0, 1, 2))


def _channels_first(frames, mean, std):
    return (frames / 255 - mean[:, None, None]) / std[:, None, None]


EXERCISES = [
    Exercise(
        "luma",
        luma,
        _luma_cases,
        {
            "bgr-order": lambda frame: luma(frame[..., ::-1]),
            "plain-mean": lambda frame: np.round(frame.mean(axis=-1)).astype(np.uint8),
            "plain-mean-float": lambda frame: frame.mean(axis=-1),
            "truncates": lambda frame: _weighed(frame).astype(np.uint8),
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
            "ends": lambda total, frames: [(i + 1) * total // frames for i in range(frames)],
            "rounds": lambda t, n: np.round((np.arange(n) + 0.5) * t / n).astype(int),
            "rounds-half-up": lambda t, n: [int((i + 0.5) * t / n + 0.5) for i in range(n)],
            "first-frames": lambda total, frames: list(range(frames)),
            "not-whole": lambda total, frames: (np.arange(frames) + 0.5) * total / frames,
        },
        measure=_as_list,
    ),
    Exercise(
        "centre-crop",
        centre_crop,
        _crop_cases,
        {
            "x-first": _x_first,
            "width-first": lambda frame, height, width: centre_crop(frame, width, height),
            "shape-swapped": _shape_swapped,
            "one-short": _one_short,
            "end-not-moved": _end_not_moved,
            "top-left": lambda frame, height, width: frame[:height, :width],
            "begins-in-the-middle": _from(lambda whole, wanted: whole // 2),
            "halves-first": _from(lambda whole, wanted: whole // 2 - wanted // 2),
            "rounds-up": _from(lambda whole, wanted: (whole - wanted + 1) // 2),
            "rounds-to-even": _from(lambda whole, wanted: round((whole - wanted) / 2)),
            "as-much-from-both-sides": _as_much_from_both_sides,
            "round-the-middle": _round_the_middle,
        },
        measure=_where_it_was_cut,
    ),
    Exercise(
        "normalise",
        normalise,
        _normalise_cases,
        {
            "own-statistics": _own_statistics,
            "wraps-round": _wraps_round,
            "not-scaled": lambda frames, mean, std: (frames - mean) / std,
            "only-scaled": lambda frames, mean, std: frames / 255,
            "std-forgotten": lambda frames, mean, std: frames / 255 - mean,
            "no-brackets": lambda frames, mean, std: frames / 255 - mean / std,
            "whole-division": lambda frames, mean, std: (frames // 255 - mean) / std,
            "std-before-mean": lambda frames, mean, std: frames / 255 / std - mean,
            "back-to-uint8": lambda f, mean, std: normalise(f, mean, std).astype(np.uint8),
            "scaled-last": lambda frames, mean, std: (frames - mean) / std / 255,
            "only-mean-scaled": lambda frames, mean, std: (frames - 255 * mean) / std,
            "divides-by-256": lambda frames, mean, std: (frames / 256 - mean) / std,
            "one-for-all": _one_for_all,
            "channels-first": _channels_first,
            "bgr-order": lambda frames, m, s: normalise(frames, m[::-1], s[::-1]),
        },
        rtol=2e-3,  # float16 is as good a float
    ),
]
