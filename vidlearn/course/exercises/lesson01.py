"""Exercises of lesson 01, video as data."""

import numpy as np

from vidlearn.course.exercises import Exercise

# 1. luma -------------------------------------------------------------------------------


def luma(frame):
    """Weigh red, green and blue as the eye does, and round to whole grey levels."""
    red, green, blue = frame[..., 0], frame[..., 1], frame[..., 2]
    return np.round(0.299 * red + 0.587 * green + 0.114 * blue).astype(np.uint8)


def _luma_cases():
    rng = np.random.default_rng(1)
    primaries = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    return [(primaries,), (rng.integers(0, 256, (4, 6, 3), dtype=np.uint8),)]


def _truncates(frame):
    return (frame @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)


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


def _even_rate(times, second):
    return int(second * (len(times) - 1) / times[-1])


def _next_frame(times, second):
    return int(np.argmax(times >= second)) if times[-1] >= second else len(times) - 1


# 3. uniform-indices --------------------------------------------------------------------


def uniform_indices(total, frames):
    """Cut the video into equal parts and take the frame in the middle of each."""
    part = total / frames
    return [int((i + 0.5) * part) for i in range(frames)]


def _uniform_cases():
    return [(100, 4), (90, 4), (16, 16), (250, 8), (7, 3), (48, 5), (3, 6), (1, 2)]


def _fixed_step(total, frames):
    step = max(total // frames, 1)
    return [i * step for i in range(frames)]


# 4. centre-crop ------------------------------------------------------------------------


def centre_crop(frame, height, width):
    """Cut height rows and width columns out of the middle."""
    top = (frame.shape[0] - height) // 2
    left = (frame.shape[1] - width) // 2
    return frame[top : top + height, left : left + width]


def _crop_cases():
    frames = [
        np.arange(rows * columns * 3, dtype=np.uint8).reshape(rows, columns, 3)
        for rows, columns in ((6, 8), (9, 12), (8, 5), (7, 7))
    ]
    return [(frames[0], 2, 4), (frames[1], 4, 5), (frames[2], 3, 2), (frames[3], 7, 4)]


def _rounds_up(frame, height, width):
    top = (frame.shape[0] - height + 1) // 2
    left = (frame.shape[1] - width + 1) // 2
    return frame[top : top + height, left : left + width]


def _end_not_moved(frame, height, width):
    top, left = (frame.shape[0] - height) // 2, (frame.shape[1] - width) // 2
    return frame[top:height, left:width]


def _one_short(frame, height, width):
    return centre_crop(frame, height, width)[:-1, :-1]


def _x_first(frame, height, width):
    top = (frame.shape[0] - height) // 2
    left = (frame.shape[1] - width) // 2
    return frame[left : left + width, top : top + height]


# 5. normalise --------------------------------------------------------------------------


def normalise(frames, mean, std):
    """Scale to 0-1, then shift and scale each channel."""
    return (frames.astype(np.float32) / 255 - mean) / std


def _normalise_cases():
    rng = np.random.default_rng(5)
    frames = rng.integers(0, 256, (2, 3, 4, 3), dtype=np.uint8)
    return [
        (
            np.array([[[[0, 51, 255]]]], np.uint8),
            np.array([0.5, 0.4, 0.3]),
            np.array([0.5, 0.2, 0.1]),
        ),
        (frames, np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])),
    ]


def _wraps_round(frames, mean, std):
    shifted = frames - np.round(mean * 255).astype(np.uint8)
    return shifted / (std * 255)


def _one_for_all(frames, mean, std):
    return (frames / 255 - np.mean(mean)) / np.mean(std)


EXERCISES = [
    Exercise(
        "luma",
        luma,
        _luma_cases,
        {
            "bgr-order": lambda frame: luma(frame[..., ::-1]),
            "plain-mean": lambda frame: np.round(frame.mean(axis=-1)).astype(np.uint8),
            "plain-mean-float": lambda frame: frame.mean(axis=-1),
            "truncates": _truncates,
            "not-rounded": lambda frame: frame @ np.array([0.299, 0.587, 0.114]),
            "scaled-to-one": lambda frame: frame @ np.array([0.299, 0.587, 0.114]) / 255,
        },
    ),
    Exercise(
        "frame-on-screen",
        frame_on_screen,
        _screen_cases,
        {
            "even-rate": _even_rate,
            "next-frame": _next_frame,
            "nearest": lambda times, second: int(np.argmin(np.abs(times - second))),
            "strictly-before": lambda times, second: max(int(np.sum(times < second)) - 1, 0),
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
            "both-ends": lambda t, n: np.linspace(0, t - 1, n).round().astype(int),
            "both-ends-cut": lambda t, n: np.linspace(0, t - 1, n).astype(int),
            "past-the-end": lambda t, n: np.linspace(0, t, n).round().astype(int),
            "fixed-step": _fixed_step,
            "ends": lambda total, frames: [(i + 1) * total // frames for i in range(frames)],
            "rounds": lambda t, n: np.round((np.arange(n) + 0.5) * t / n).astype(int),
            "first-frames": lambda total, frames: list(range(frames)),
            "not-whole": lambda total, frames: (np.arange(frames) + 0.5) * total / frames,
        },
    ),
    Exercise(
        "centre-crop",
        centre_crop,
        _crop_cases,
        {
            "x-first": _x_first,
            "width-first": lambda frame, height, width: centre_crop(frame, width, height),
            "one-short": _one_short,
            "end-not-moved": _end_not_moved,
            "top-left": lambda frame, height, width: frame[:height, :width],
            "rounds-up": _rounds_up,
        },
    ),
    Exercise(
        "normalise",
        normalise,
        _normalise_cases,
        {
            "wraps-round": _wraps_round,
            "not-scaled": lambda frames, mean, std: (frames - mean) / std,
            "only-scaled": lambda frames, mean, std: frames / 255,
            "std-forgotten": lambda frames, mean, std: frames / 255 - mean,
            "whole-division": lambda frames, mean, std: (frames // 255 - mean) / std,
            "std-before-mean": lambda frames, mean, std: frames / 255 / std - mean,
            "one-for-all": _one_for_all,
            "bgr-order": lambda frames, m, s: normalise(frames, m[::-1], s[::-1]),
        },
    ),
]
