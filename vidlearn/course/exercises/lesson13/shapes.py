"""Anchors that fit what there is to find: the challenge of lesson 13."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal, _scenes

MOST = 5  # shapes


@cache
def sides(seed=0, *, tested=False, count=200):
    """Return widths and heights of things in pictures.

    Parameters
    ----------
    seed : int
        Draws the pictures.
    tested : bool
        Whether they lie before the photographs that judge.
    count : int
        Number of pictures, each with one or two things.

    Returns
    -------
    ndarray
        (N, 2) float64.
    """
    from vidlearn.synthetic import stills

    backgrounds = _scenes.TESTED if tested else _scenes.TRAINED
    made = stills(
        count,
        seed=seed,
        backgrounds=backgrounds,
        kinds=("horse", "1", "7"),
        scale=(0.15, 0.6),
        objects=(1, 2),
    )
    found = np.concatenate([truth.boxes for truth in made.truths]).astype(np.float64)
    return found[:, 2:] - found[:, :2]


def shape_score(answer):
    """Say how well the shapes fit things of other pictures: the mean of the best IoU.

    Parameters
    ----------
    answer : callable
        Takes widths and heights (N, 2) of the things to fit; returns at most 5 shapes (K, 2).

    Returns
    -------
    float
        0 to 1: of each thing, the IoU with the shape that fits best, centre on centre. None where
        the answer returns None.

    Raises
    ------
    Refusal
        If what comes back is not (K, 2) finite numbers above 0, or more than 5.
    """
    result = answer(sides().copy())
    if result is None:
        return None
    shapes = _checked(result)
    return float(shape_overlaps(sides(seed=99, tested=True), shapes).max(axis=1).mean())


def shape_overlaps(things, shapes):
    """Return the IoU of boxes that share their centre.

    Parameters
    ----------
    things, shapes : array_like
        (N, 2) and (K, 2), widths and heights.

    Returns
    -------
    ndarray
        (N, K).
    """
    things, shapes = np.asarray(things, float)[:, None], np.asarray(shapes, float)
    common = np.minimum(things, shapes).prod(axis=-1)
    return common / (things.prod(axis=-1) + shapes.prod(axis=-1) - common)


def _checked(result):
    try:
        shapes = np.asarray(result, float)
    except (TypeError, ValueError):
        shapes = np.zeros(())
    if shapes.ndim != 2 or shapes.shape[1] != 2 or not len(shapes):
        raise Refusal(
            "Return an array of widths and heights, of shape (K, 2). "
            f"Yours is of the type {type(result).__name__}, of shape {shapes.shape}."
        )
    if len(shapes) > MOST:
        raise Refusal(f"At most {MOST} shapes; yours are {len(shapes)}.")
    if not (np.isfinite(shapes) & (shapes > 0)).all():
        raise Refusal("Widths and heights are finite numbers above 0.")
    return shapes
