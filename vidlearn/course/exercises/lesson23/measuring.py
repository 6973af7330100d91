"""J, the region similarity of two masks: in NumPy, and how it goes wrong."""

import numpy as np


def region(found, truth):
    """Divide what both masks have by what either has; where neither has anything, all is right."""
    both = (found & truth).sum(axis=(1, 2))
    either = (found | truth).sum(axis=(1, 2))
    return np.where(either > 0, both / np.maximum(either, 1), 1.0)


def region_cases():
    rng = np.random.default_rng(23)
    one = np.array([[[1, 1, 1, 0], [0, 0, 0, 0]]], bool), np.array([[[0, 1, 1, 0], [0, 1, 0, 0]]])
    three = np.zeros((4, 5, 6), bool), np.zeros((4, 5, 6), bool)
    three[0][0, 1:4, 1:4] = three[1][0, 2:5, 2:6] = True
    three[0][1, :2] = True  # found, where nothing is
    three[1][2, 3:, 1:3] = True  # missed; and in frame 3 there is nothing at all
    blobs = rng.random((2, 6, 8, 9)) < np.array([0.3, 0.5])[:, None, None, None]
    inside = blobs.copy()
    inside[0] &= inside[1]
    return [(one[0], one[1].astype(bool)), three, tuple(blobs), tuple(inside)]


def _counts(found, truth, axis=(1, 2)):
    one, other = found.sum(axis=axis), truth.sum(axis=axis)
    both = (found & truth).sum(axis=axis)
    return one, other, both, one + other - both


def _shared(below, *, empty=1.0, times=1.0):
    """Return the reference with something else below the fraction line."""

    def answer(found, truth):
        one, other, both, either = _counts(found, truth)
        part = below(one, other, either).astype(float)
        return np.where(part > 0, times * both / np.maximum(part, 1e-9), empty)

    return answer


def _either(one, other, either):
    return either


def _accuracy(found, truth):
    return (found == truth).mean(axis=(1, 2))


def _whole_film(found, truth):
    return (found & truth).sum() / (found | truth).sum()


def _mean_of_frames(found, truth):
    return region(found, truth).mean()


def _rows(found, truth):
    *_, both, either = _counts(found, truth, axis=1)
    return np.where(either > 0, both / np.maximum(either, 1), 1.0).mean(axis=-1)


def _nothing_there(found, truth):
    """Call all right where the truth is empty."""
    return np.where(truth.any(axis=(1, 2)), region(found, truth), 1.0)


def _not_found(found, truth):
    """Call all right where nothing was found."""
    return np.where(found.any(axis=(1, 2)), region(found, truth), 1.0)


def _of_picture(found, truth):
    return (found & truth).mean(axis=(1, 2))


def _error(found, truth):
    return 1 - region(found, truth)


def _smoothed(found, truth):
    *_, both, either = _counts(found, truth)
    return (both + 1) / (either + 1)


REGION_MISTAKES = {
    "empty-zero": _shared(_either, empty=0.0),
    "empty-nan": _shared(_either, empty=np.nan),
    "dice": _shared(lambda one, other, either: (one + other) / 2),
    "dice-empty-zero": _shared(lambda one, other, either: (one + other) / 2, empty=0.0),
    "half-dice": _shared(lambda one, other, either: one + other),
    "recall": _shared(lambda one, other, either: other),
    "recall-empty-zero": _shared(lambda one, other, either: other, empty=0.0),
    "precision": _shared(lambda one, other, either: one),
    "precision-empty-zero": _shared(lambda one, other, either: one, empty=0.0),
    "accuracy": _accuracy,
    "whole-film": _whole_film,
    "mean-of-frames": _mean_of_frames,
    "rows": _rows,
    "nothing-there": _nothing_there,
    "not-found": _not_found,
    "of-picture": _of_picture,
    "error": _error,
    "smoothed": _smoothed,
    "percent": _shared(_either, empty=100.0, times=100.0),
}
