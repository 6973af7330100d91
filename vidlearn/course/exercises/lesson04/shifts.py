"""What lesson 04 measures: how well shifted digits are told apart, by any features."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal

SIDE, ROOM = 40, 8  # of a picture, and empty around the digit
MOST = 200  # numbers a picture may have in the challenge


def digit_pictures(seed, count=900):
    """Draw handwritten digits, each in the middle of a picture.

    Parameters
    ----------
    seed : int
        Of the draw.
    count : int
        How many, N, at most 1,797.

    Returns
    -------
    pictures : ndarray
        (N, 40, 40, 1) float32, 0 to 1.
    labels : ndarray
        (N,) int.
    """
    large, labels = _digits()
    chosen = np.random.default_rng(seed).permutation(len(large))[:count]
    pictures = np.pad(large[chosen], [(0, 0), (ROOM, ROOM), (ROOM, ROOM)])
    return pictures[..., None], labels[chosen]


def moved(pictures, shift, seed=0):
    """Move each picture left, right, up or down, as chance has it.

    Parameters
    ----------
    pictures : ndarray
        (N, H, W, C).
    shift : int or sequence of int
        Pixels; one for all, or one for each.
    seed : int
        Of the directions.

    Returns
    -------
    ndarray
        Shaped like `pictures`; what leaves on one side comes in again on the other.
    """
    rng, out = np.random.default_rng(seed), np.empty_like(pictures)
    ways = rng.integers(4, size=len(pictures))
    for n, (way, far) in enumerate(zip(ways, np.broadcast_to(shift, len(pictures)), strict=True)):
        out[n] = np.roll(pictures[n], (-far, far)[way % 2], axis=way // 2)
    return out


def most_similar(known, labels, asked):
    """Give each asked picture the label of the known one whose features are nearest.

    Parameters
    ----------
    known, asked : ndarray
        Features (N, ...) and (M, ...).
    labels : ndarray
        (N,) of the known ones.

    Returns
    -------
    ndarray
        (M,).
    """
    known, asked = known.reshape(len(known), -1), asked.reshape(len(asked), -1)
    squared = (known**2).sum(axis=1) - 2 * asked @ known.T  # and |asked|², alike in a row
    return labels[squared.argmin(axis=1)]


def shift_score(features, *, most=MOST):
    """Say how many of 600 digits, moved by 2 to 6 pixels, are still told by their features.

    The digits and the moves are none of the lesson's. The most similar of 600 others that were
    not moved gives each its label.

    Parameters
    ----------
    features : callable
        ``features(pictures)`` makes of (N, 40, 40) so many numbers a picture.
    most : int
        Numbers that a picture may have.

    Returns
    -------
    float
        The share that is right.

    Raises
    ------
    Refusal
        If what comes back is not an array of so many finite numbers for each picture.
    """
    known, labels, asked, right = _hidden()
    found = [_checked(features(some.copy()), len(some), most) for some in (known, asked)]
    if found[0].shape[1] != found[1].shape[1]:
        raise Refusal("Each picture must get the same number of features, whichever come with it.")
    return float((most_similar(found[0], labels, found[1]) == right).mean())


def _checked(features, count, most):
    if features is None or features is Ellipsis:
        raise NotImplementedError
    try:
        features = np.asarray(features)
    except ValueError:
        features = np.asarray(None)  # lists of several lengths
    if features.dtype.kind not in "biuf" or features.ndim < 2 or len(features) != count:
        raise Refusal(
            f"Return an array with one row of numbers for each of the {count} pictures; yours has "
            f"the shape {features.shape}."
        )
    features = features.reshape(count, -1).astype(float)
    if not 0 < features.shape[1] <= most:
        raise Refusal(f"At most {most:,} numbers a picture; yours has {features.shape[1]:,}.")
    if not np.isfinite(features).all():
        raise Refusal("Some of the numbers are not finite (nan or inf).")
    return features


@cache
def _digits():
    from sklearn.datasets import load_digits

    digits, side = load_digits(), SIDE - 2 * ROOM
    places = (np.arange(side) + 0.5) * 8 / side - 0.5  # of the new pixels among the old
    linear = np.array([np.interp(places, np.arange(8), pixel) for pixel in np.eye(8)])
    large = linear.T @ (digits.images / 16) @ linear  # (N, 24, 24)
    return large.astype(np.float32), digits.target


@cache
def _hidden():
    """Return 600 digits with labels, and 600 others that were moved, with theirs."""
    pictures, labels = digit_pictures(404, 1200)
    far = np.random.default_rng(405).integers(2, 7, size=600)
    asked = moved(pictures[600:], far, seed=406)
    return pictures[:600, ..., 0], labels[:600], asked[..., 0], labels[600:]
