"""Cuts: frames that differ from the one before."""

import numpy as np

from vidlearn.messages import text


def find_cuts(frames, threshold):
    """Compare each frame with the one before, in numbers that may be negative."""
    cuts = []
    for t in range(1, len(frames)):
        change = np.abs(frames[t].astype(float) - frames[t - 1].astype(float))
        if change.mean() > threshold:
            cuts.append(t)
    return cuts


def cut_cases():
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


def changes(frames, threshold):
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


def _append_gives_none(frames, threshold):
    """Put what append returns in place of the list."""
    cuts = []
    for t in find_cuts(frames, threshold):
        cuts = cuts.append(t)
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


def _booleans_of_frames(frames, threshold):
    return np.concatenate([[False], _booleans(frames, threshold)])


def _at_threshold(frames, threshold):
    return find_cuts(frames, np.nextafter(threshold, 0))


CUT_MISTAKES = {
    "early-return": _early_return,
    "empty-list": lambda frames, threshold: [],
    "append-gives-none": _append_gives_none,
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
    "booleans-of-frames": _booleans_of_frames,
    "where-of-pairs": lambda frames, threshold: np.where(_booleans(frames, threshold)),
    "tuple-of-where": lambda frames, limit: (np.array(find_cuts(frames, limit)),),
    "past-the-end": _past_the_end,
    "int8": _in_int8,
    "maximum": lambda frames, threshold: _by(np.max, frames, threshold),
    "median": lambda frames, threshold: _by(np.median, frames, threshold),
    "squares": lambda f, threshold: _by(lambda d: np.mean(d**2), f, threshold),
    "root-mean-square": lambda f, limit: _by(lambda d: np.sqrt(np.mean(d**2)), f, limit),
}
