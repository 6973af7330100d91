"""Exercises of lesson 00, start here."""

import math

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.messages import text

# 1. frame-at-second --------------------------------------------------------------------


def frame_at_second(second, fps):
    """Count the frame times that fit into the second."""
    return int(second * fps)


def _second_cases():
    """Where frames change, 1 / fps is a float too; elsewhere no frame is near."""
    changes, between = [(0.0, 32.0), (1.25, 8.0)], [(2.26, 30.0), (10.76, 12.5), (7.5, 29.97)]
    return [(2.0, 16.0), (2.01, 25.0), *between, *changes]


# 2. find-cuts --------------------------------------------------------------------------


def find_cuts(frames, threshold):
    """Compare each frame with the one before, in numbers that may be negative."""
    cuts = []
    for t in range(1, len(frames)):
        change = np.abs(frames[t].astype(float) - frames[t - 1].astype(float))
        if change.mean() > threshold:
            cuts.append(t)
    return cuts


def _cut_cases():
    rng = np.random.default_rng(0)
    flat = np.array([200, 200, 90, 90, 90, 210], np.uint8)[:, None, None]
    brighter = np.array([10, 20, 30, 120, 130], np.uint8)[:, None, None]
    halves = np.zeros((4, 6, 8), np.uint8)
    halves[:2, :, :4], halves[2:, :, 4:] = 200, 200  # light moves over: the mean stays the same
    noise = rng.integers(0, 8, (7, 5, 9), dtype=np.uint8)
    noise[4:] += 100
    steps = np.array([5, 55, 15, 250], np.uint8)[:, None, None]  # the first is just 50
    part = np.zeros((3, 6, 8), np.uint8)
    part[1:, :, :3] = 200  # fewer than half of the pixels: a mean of 75, a median of 0
    fleck = np.full((4, 6, 8), 20, np.uint8)
    fleck[1, 2, 3] = 120  # one pixel, one frame: a root of the mean square of 14
    fleck[3, 2, 3] = 40  # a sum of 20
    spot = np.full((5, 6, 8), 20, np.uint8)
    spot[range(5), 2, range(5)] = 255  # it moves, and no shot ends
    return [
        (flat * np.ones((6, 8), np.uint8), 50.0),
        (brighter * np.ones((6, 8), np.uint8), 50.0),
        (halves, 50.0),
        (noise, 30.0),
        (noise[:1], 30.0),
        (brighter[2:4] * np.ones((6, 8), np.uint8), 50.0),
        (steps * np.ones((6, 8), np.uint8), 50.0),
        (part, 50.0),
        (fleck, 30.0),
        (spot, 30.0),  # a mean of 10, a root of the mean square of 48
    ]


def _changes(frames, threshold):
    """Describe a clip by what counts: the changes from frame to frame."""
    steps = np.abs(np.diff(frames.astype(float), axis=0)).mean(axis=(1, 2)).round(1)
    line = text("lesson00")["exercises"]["find-cuts"]["given"]
    changes = ", ".join(f"{step:g}" for step in steps) or "-"
    return line.format(shape=frames.shape, changes=changes, threshold=threshold)


def _wraps_round(frames, threshold):
    return [t for t in range(1, len(frames)) if (frames[t] - frames[t - 1]).mean() > threshold]


def _no_absolute(frames, threshold):
    steps = np.diff(frames.astype(float), axis=0).mean(axis=(1, 2))
    return (np.flatnonzero(steps > threshold) + 1).tolist()


def _mean_first(frames, threshold):
    steps = np.abs(np.diff(frames.astype(float).mean(axis=(1, 2))))
    return (np.flatnonzero(steps > threshold) + 1).tolist()


def _against_first(frames, threshold):
    changes = np.abs(frames.astype(float) - frames[0]).mean(axis=(1, 2))
    return np.flatnonzero(changes > threshold).tolist()


def _from_zero(frames, threshold):
    changes = np.abs(frames.astype(float) - np.roll(frames, 1, axis=0)).mean(axis=(1, 2))
    return np.flatnonzero(changes > threshold).tolist()


def _in_int8(frames, threshold):
    changes = np.abs(np.diff(frames.astype(np.int8), axis=0)).mean(axis=(1, 2))
    return (np.flatnonzero(changes > threshold) + 1).tolist()


def _by(reduce, frames, threshold):
    changes = [reduce(np.abs(step)) for step in np.diff(frames.astype(float), axis=0)]
    return (np.flatnonzero(np.array(changes) > threshold) + 1).tolist()


def _early_return(frames, threshold):
    """Indent the return into the loop."""
    cuts = []
    for t in range(1, len(frames)):
        if np.abs(frames[t].astype(float) - frames[t - 1]).mean() > threshold:
            cuts.append(t)
        return cuts


def _returns_the_first(frames, threshold):
    """Indent the return into the condition."""
    cuts = []
    for t in range(1, len(frames)):
        if np.abs(frames[t].astype(float) - frames[t - 1]).mean() > threshold:
            cuts.append(t)
            return cuts
    return cuts


def _no_mean(frames, threshold):
    """Ask whether an array is above the threshold, and stop with an error."""
    steps = enumerate(np.diff(frames.astype(float), axis=0), 1)
    return [t for t, step in steps if np.abs(step) > threshold]


def _past_the_end(frames, threshold):
    """Compare with the frame after, also at the last."""
    change = [np.abs(frames[t + 1] - frames[t].astype(float)).mean() for t in range(len(frames))]
    return np.flatnonzero(np.array(change) > threshold)


def _booleans(frames, threshold):
    return np.abs(np.diff(frames.astype(float), axis=0)).mean(axis=(1, 2)) > threshold


def _at_threshold(frames, threshold):
    return find_cuts(frames, np.nextafter(threshold, 0))


# 3. box-of-mask ---------------------------------------------------------------------------


def box_of_mask(mask):
    """Take the first and the last row and column with a pixel in them; end after the last."""
    rows, columns = np.where(mask)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def _mask_cases():
    middle, pixel, corner = (np.zeros((4, 7), bool) for _ in range(3))  # small enough to print
    middle[1:3, 2:6] = True
    pixel[1, 4] = True
    corner[2:, 5:] = True
    loose = np.zeros((10, 12), bool)
    loose[2, 3] = loose[7, 5] = loose[4, 10] = True
    return [(middle,), (pixel,), (corner,), (loose,)]


def _last_pixel(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return x1, y1, x2 - 1, y2 - 1


def _rows_first(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return y1, x1, y2, x2


def _width_and_height(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return x1, y1, x2 - x1, y2 - y1


def _rows_first_last_pixel(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return y1, x1, y2 - 1, x2 - 1


def _short_width(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return x1, y1, x2 - x1 - 1, y2 - y1 - 1


def _in_pairs(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return (x1, y1), (x2, y2)


def _first_and_last_found(mask):
    """Take the ends of what np.where gives: its columns are in no order."""
    rows, columns = np.where(mask)
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def _corner_order(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return x1, x2, y1, y2


EXERCISES = [
    Exercise(
        "frame-at-second",
        frame_at_second,
        _second_cases,
        {
            "from-one": lambda second, fps: int(second * fps) + 1,
            "divides": lambda second, fps: int(second / fps),
            "rounds": lambda second, fps: int(second * fps + 0.5),
            "rounds-up": lambda second, fps: math.ceil(second * fps),
            "ends-too-late": lambda second, fps: math.ceil(second * fps) - 1,
            "whole-rate": lambda second, fps: int(second * int(fps)),
            "fixed-rate": lambda second, fps: int(second * 25),
            "not-whole": lambda second, fps: second * fps,
            "whole-seconds": lambda second, fps: int(second) * fps,
        },
    ),
    Exercise(
        "find-cuts",
        find_cuts,
        _cut_cases,
        {
            "early-return": _early_return,
            "returns-the-first": _returns_the_first,
            "frame-before": lambda frames, threshold: [t - 1 for t in find_cuts(frames, threshold)],
            "wraps-round": _wraps_round,
            "no-absolute": _no_absolute,
            "mean-first": _mean_first,
            "against-first": _against_first,
            "from-zero": _from_zero,
            "with-zero": lambda frames, threshold: [0, *find_cuts(frames, threshold)],
            "at-threshold": _at_threshold,
            "from-two": lambda f, limit: [t for t in find_cuts(f, limit) if t > 1],
            "misses-the-last": lambda f, limit: find_cuts(f[:-1], limit),
            "one-too-late": lambda f, limit: [t + 1 for t in find_cuts(f, limit)],
            "any-change": lambda f, limit: find_cuts(f, 0),
            "no-mean": _no_mean,
            "sum": lambda frames, threshold: _by(np.sum, frames, threshold),
            "booleans": _booleans,
            "inside-lists": lambda frames, threshold: [[t] for t in find_cuts(frames, threshold)],
            "tuple-of-where": lambda frames, limit: (np.array(find_cuts(frames, limit)),),
            "past-the-end": _past_the_end,
            "int8": _in_int8,
            "maximum": lambda frames, threshold: _by(np.max, frames, threshold),
            "median": lambda frames, threshold: _by(np.median, frames, threshold),
            "squares": lambda f, threshold: _by(lambda d: np.mean(d**2), f, threshold),
            "root-mean-square": lambda f, limit: _by(lambda d: np.sqrt(np.mean(d**2)), f, limit),
        },
        given=_changes,
    ),
    Exercise(
        "box-of-mask",
        box_of_mask,
        _mask_cases,
        {
            "last-pixel": _last_pixel,
            "rows-first": _rows_first,
            "rows-first-last-pixel": _rows_first_last_pixel,
            "width-and-height": _width_and_height,
            "short-width": _short_width,
            "corner-order": _corner_order,
            "in-pairs": _in_pairs,
            "rows-then-columns": lambda mask: tuple(np.array(box_of_mask(mask))[[1, 3, 0, 2]]),
            "first-and-last-found": _first_and_last_found,
        },
    ),
]
