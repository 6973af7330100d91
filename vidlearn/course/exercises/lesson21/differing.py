"""How much each frame differs from the one before: in NumPy, and how it goes wrong."""

from itertools import pairwise

import numpy as np


def differences(frames):
    """Widen before subtracting: in uint8 there is nothing below zero."""
    wide = frames.astype(float)
    changes = np.abs(wide[1:] - wide[:-1]).mean(axis=(1, 2, 3))
    return np.concatenate([[0.0], changes])


def difference_cases():
    rng = np.random.default_rng(21)
    levels = np.array([10, 12, 12, 200, 190], np.uint8)
    by_hand = np.broadcast_to(levels[:, None, None, None], (5, 2, 3, 3)).copy()
    half = by_hand[:4].copy()
    half[2, :, 0] += 90
    drawn = [rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((6, 4, 5, 3), (2, 7, 3, 3))]
    alone = rng.integers(0, 256, (1, 3, 3, 3), dtype=np.uint8)
    return [(by_hand,), (half,), *((film,) for film in drawn), (alone,)]


def _pairs(how, *, first=0.0):
    """Return an answer that calls `how` with each frame, as numbers, and the one before."""

    def answer(frames):
        wide = frames.astype(float)
        return np.array([first, *(how(b, a) for a, b in pairwise(wide))])

    return answer


def _wrapped(frames):
    """Subtract in uint8: 10 less 12 is 254."""
    return np.array([0.0, *((b - a).mean() for a, b in pairwise(frames))])


def _shorter(frames):
    return differences(frames)[1:]


def _early(frames):
    """Tell each frame how much the next one differs from it."""
    return np.append(differences(frames)[1:], 0.0)


def _own_level(frames):
    """Compare frame 0 with a black one."""
    wide = np.concatenate([np.zeros_like(frames[:1], float), frames.astype(float)])
    return np.abs(np.diff(wide, axis=0)).mean(axis=(1, 2, 3))


def _to_the_first(frames):
    return np.abs(frames.astype(float) - frames[0]).mean(axis=(1, 2, 3))


def _two_apart(frames):
    wide = frames.astype(float)
    changes = [np.abs(wide[t] - wide[max(t - 2, 0)]).mean() for t in range(len(frames))]
    return np.array(changes)


def _of_channels(frames):
    wide = np.abs(np.diff(frames.astype(float), axis=0)).mean(axis=(1, 2))
    return np.concatenate([np.zeros((1, 3)), wide])


DIFFERENCE_MISTAKES = {
    "wraps-round": _wrapped,
    "early": _early,
    "shorter": _shorter,
    "signed": _pairs(lambda b, a: (b - a).mean()),
    "mean-first": _pairs(lambda b, a: abs((b - a).mean())),
    "sum": _pairs(lambda b, a: np.abs(b - a).sum()),
    "squared": _pairs(lambda b, a: ((b - a) ** 2).mean()),
    "root": _pairs(lambda b, a: np.sqrt(((b - a) ** 2).mean())),
    "largest": _pairs(lambda b, a: np.abs(b - a).max()),
    "own-level": _own_level,
    "to-the-first": _to_the_first,
    "two-apart": _two_apart,
    "of-channels": _of_channels,
    "summed-channels": _pairs(lambda b, a: np.abs(b - a).sum(axis=-1).mean()),
    "share": _pairs(lambda b, a: np.abs(b - a).mean() / 255),
    "whole-numbers": lambda frames: differences(frames).astype(int),
}
