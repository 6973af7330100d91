"""Which frames of a film a network gets to see: one of each part."""

from itertools import pairwise

import numpy as np

from vidlearn.messages import text

DRAWS = 400  # how often a sampling that draws is asked, to see where its frames fall


def segment_frames(total, parts, rng=None):
    """Choose one frame of each part: its middle one, or with a generator any of it."""
    where = 0.5 if rng is None else rng.random(parts)
    return np.floor((np.arange(parts) + where) * total / parts).astype(int)


def sampling_cases():
    middles = [(60, 3, None), (100, 8, None), (16, 16, None), (37, 5, None), (5, 8, None)]
    drawn = [(60, 3, 1), (101, 7, 2), (12, 12, 3)]
    return [*middles, *((total, parts, np.random.default_rng(k)) for total, parts, k in drawn)]


def given(total, parts, rng):
    """Describe an input."""
    return f"total = {total}\nparts = {parts}\nrng = {'None' if rng is None else 'a generator'}"


def runs(answer, total, parts, rng):
    """Call an answer once, or where it draws many times, to see all that it does."""
    if rng is None:
        return answer(total, parts)
    first = answer(total, parts, rng)
    if first is None or first is Ellipsis:
        return first
    more = [answer(total, parts, np.random.default_rng(k // 2)) for k in range(DRAWS)]  # in twos
    return [first, *more]


def told(result, total, parts, rng):
    """Say what was chosen: the frames themselves, or what all the draws have in common."""
    if rng is None:
        return result
    words = text("lesson18")["exercises"]["segment-frames"]["found"]
    try:
        frames = np.array(result)
    except ValueError:
        return words["ragged"]
    if frames.shape != (DRAWS + 1, parts) or frames.dtype.kind not in "iuf":
        return words["shape"].format(shape=frames.shape[1:])
    if frames.dtype.kind == "f":
        return words["floats"]
    return words[_kind(frames, total, parts)]


def _kind(frames, total, parts):
    """Name what the draws have in common."""
    if frames.max() >= total:
        return "beyond"
    if frames.min() < 0:
        return "before"
    if (frames == frames[0]).all():
        return "never_drawn"
    if (frames[1::2] != frames[2::2]).any():
        return "own_generator"
    if (np.diff(frames, axis=1) < 0).any():
        return "not_in_order"
    part = np.arange(parts)
    low = np.floor(part * total / parts)
    high = np.ceil((part + 1) * total / parts) - 1
    if ((frames < low) | (frames > high)).any():
        return "elsewhere"
    inner = zip(np.ceil(part * total / parts), np.floor((part + 1) * total / parts), strict=True)
    missed = [
        set(range(int(a), int(b))) - set(column.tolist())
        for (a, b), column in zip(inner, frames.T, strict=True)
    ]
    if any(missed):
        return "not_all"
    steps = np.diff(frames, axis=1)
    return "together" if total > 2 * parts and np.ptp(steps, axis=0).max() <= 1 else "fair"


def _with(middle, drawn):
    """Answer in one way without a generator, and in another with one."""

    def chosen(total, parts, rng=None):
        return middle(total, parts) if rng is None else drawn(total, parts, rng)

    return chosen


def _even(low, high, *, turn=np.floor):
    """Return evenly spaced frames from `low` to `high(total)`."""

    def chosen(total, parts):
        return turn(np.linspace(low, high(total), parts)).astype(int)

    return chosen


def _starts(total, parts, rng=None):
    where = 0 if rng is None else rng.random(parts)
    return np.floor((np.arange(parts) + where) * total / parts).astype(int)


def _window(total, parts, rng=None):
    room = max(total - parts, 0)
    start = room // 2 if rng is None else int(rng.integers(room + 1))
    return np.minimum(start + np.arange(parts), total - 1)


def _whole_steps(total, parts, rng=None):
    """Cut into parts of a whole number of frames; what is left over at the end is never seen."""
    size = max(total // parts, 1)
    where = size // 2 if rng is None else rng.integers(0, size, parts)
    return np.minimum(np.arange(parts) * size + where, total - 1)


def _anywhere(total, parts, rng):
    return np.sort(rng.integers(0, total, parts))


def _shuffled(total, parts, rng):
    return rng.permutation(segment_frames(total, parts, rng))


def _one_offset(total, parts, rng):
    return np.floor((np.arange(parts) + rng.random()) * total / parts).astype(int)


def _middle(total, parts):
    return segment_frames(total, parts)


def _own(total, parts, rng):
    return segment_frames(total, parts, np.random.default_rng())


def _half_a_part_late(total, parts, rng):
    return np.floor((np.arange(parts) + 0.5 + rng.random(parts)) * total / parts).astype(int)


def _ends_drawn(total, parts, rng):
    """Draw from each part with its last frame left out."""
    borders = np.floor(np.arange(parts + 1) * total / parts).astype(int)
    return np.array([rng.integers(a, max(b - 1, a + 1)) for a, b in pairwise(borders)])


SAMPLING_MISTAKES = {
    "beyond-the-end": _with(_even(0, lambda total: total), _half_a_part_late),
    "linspace": _with(_even(0, lambda total: total - 1), segment_frames),
    "linspace-rounded": _with(_even(0, lambda total: total - 1, turn=np.round), segment_frames),
    "starts": _starts,
    "window": _window,
    "whole-steps": _whole_steps,
    "counted-from-one": lambda t, p, rng=None: segment_frames(t, p, rng) + 1,
    "anywhere": _with(_middle, _anywhere),
    "shuffled": _with(_middle, _shuffled),
    "one-offset": _with(_middle, _one_offset),
    "always-the-middle": lambda total, parts, rng=None: segment_frames(total, parts),
    "own-generator": _with(_middle, _own),
    "last-left-out": _with(_middle, _ends_drawn),
    "floats": lambda t, p, rng=None: (
        (np.arange(p) + (0.5 if rng is None else rng.random(p))) * t / p
    ),
}
