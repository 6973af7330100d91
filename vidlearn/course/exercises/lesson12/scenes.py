"""Films and pictures of lesson 12, and the score of its challenge."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises._scenes import HELD_OUT, things

SEEN = ("china", "brick", "grass", "rocket")


def scene(seed, frames=1, backgrounds=SEEN, **options):
    """Make a film of three things of 22 to 50 pixels, apart; see `_scenes.things`."""
    options = {"objects": 3, "occlusion": "none"} | options
    return things(seed, frames, backgrounds, least=0.18, times=2.3, **options)


def held_out(seed, frames=1, **options):
    """Make a film before a photograph that `scene` never shows; arguments as there."""
    return scene(seed, frames, HELD_OUT, **options)


def boxes_by_lot(count, rng):
    """Draw boxes in a frame of 120 x 160.

    Parameters
    ----------
    count : int
        N.
    rng : numpy.random.Generator
        Draws two corners for each.

    Returns
    -------
    ndarray
        (N, 4) float64 xyxy.
    """
    corners = np.sort(rng.uniform(0, 1, (count, 2, 2)), axis=1)
    return corners.reshape(count, 4) * [160, 120, 160, 120]


@cache
def _judged():
    from vidlearn.boxes import Truth

    scenes = [held_out(seed) for seed in range(900, 924)]
    return [(each.frames[0], Truth(each.boxes[0], each.labels)) for each in scenes]


def proposal_score(answer):
    """Say which part of the things lies in one of an answer's first ten boxes.

    Parameters
    ----------
    answer : callable
        Takes a frame (120, 160, 3) uint8 and returns boxes (N, 4) xyxy, best first, N at most 10.

    Returns
    -------
    float
        Recall at an IoU of 0.5 in 24 pictures that the lesson does not show; None where the
        answer returns None.

    Raises
    ------
    Refusal
        If what comes back is not (N, 4) finite numbers, or more than 10 boxes.
    """
    from vidlearn.metrics import proposal_recall

    found = []
    for frame, _ in _judged():
        result = answer(frame.copy())
        if result is None:
            return None
        found.append(_boxes(result))
    return float(proposal_recall(found, [truth for _, truth in _judged()]))


def _boxes(result):
    try:
        boxes = np.asarray(result, float)
    except (TypeError, ValueError):
        boxes = np.zeros(())
    if boxes.size == 0:
        boxes = boxes.reshape(0, 4)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise Refusal(
            "Return an array of boxes x1, y1, x2, y2, of shape (N, 4). "
            f"Yours is of the type {type(result).__name__}, of shape {boxes.shape}."
        )
    if len(boxes) > 10:
        raise Refusal(f"At most 10 boxes for a frame; yours are {len(boxes)}. Keep `[:10]`.")
    if not np.isfinite(boxes).all():
        raise Refusal("Some of the boxes' numbers are not finite (nan or inf).")
    if (boxes[:, 2:] < boxes[:, :2]).any():
        raise Refusal(
            "One of your boxes ends before it begins: boxes are x1, y1, x2, y2, two corners, "
            "not a corner with width and height."
        )
    return boxes
