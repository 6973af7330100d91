"""Where the detector of lesson 14 fails, and the score of its challenge."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises._scenes import TESTED, clip

CLOSE = 20  # pixels between the centres of things that crowd
SMALL = (0.09, 0.15)  # of the shorter side
SURE = 0.3


def found_by(detections, truths):
    """Say which things were found.

    Parameters
    ----------
    detections : sequence of Detections
        One for each picture.
    truths : sequence of Truth
        As many.

    Returns
    -------
    list of ndarray
        For each picture, for each thing, whether a detection of its class with a score above 0.3
        has an IoU of 0.5 or more with it.
    """
    from vidlearn.boxes import iou

    found = []
    for each, truth in zip(detections, truths, strict=True):
        each = each[each.scores > SURE]
        fits = iou(truth.boxes, each.boxes) >= 0.5
        fits &= truth.labels[:, None] == each.labels
        found.append(fits.any(axis=1))
    return found


def crowds(count):
    """Make pictures of seven things that pass over one another.

    Parameters
    ----------
    count : int
        How many.

    Returns
    -------
    frames : list of ndarray
        (120, 160, 3) uint8 each.
    truths : list of Truth
        What is seen by a quarter or more.
    """
    films = [clip(700 + k, 1, objects=7, occlusion="objects") for k in range(count)]
    return [frames[0] for frames, _ in films], [truths[0] for _, truths in films]


def failures(model, count):
    """Compare how much is found of things that lie apart, that crowd, that are small.

    Parameters
    ----------
    model : vidlearn.models.Detector
        Trained on the classes of `_scenes`.
    count : int
        Pictures of each kind.

    Returns
    -------
    parts : dict of str to float
        Part of the things that is found, 0 to 1.
    crowded : list of (ndarray, Detections)
        The crowds and what was found in them, first those in which most is missed.
    """
    from vidlearn.synthetic import stills

    apart = stills(count, seed=14, backgrounds=TESTED)
    small = stills(count, seed=15, backgrounds=TESTED, scale=SMALL)
    frames, truths = crowds(count)
    detections = model.predict(frames)
    found = found_by(detections, truths)
    near, crowd = np.concatenate([_near(truth) for truth in truths]), np.concatenate(found)
    worst = np.argsort([np.sum(each) - len(each) for each in found], kind="stable")
    parts = {
        "apart, as in training": _mean(model, apart),
        f"crowded, the next centre over {CLOSE} pixels away": crowd[~near].mean(),
        f"crowded, the next centre within {CLOSE} pixels": crowd[near].mean(),
        "apart, and half as large": _mean(model, small),
    }
    parts = {name: float(part) for name, part in parts.items()}
    return parts, [(frames[k], detections[k]) for k in worst]


def _mean(model, pictures):
    return np.concatenate(found_by(model.predict(pictures.frames), pictures.truths)).mean()


def _near(truth):
    """Say which things have another one's centre near their own."""
    centres = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / 2
    away = np.linalg.norm(centres[:, None] - centres, axis=2) + 1e9 * np.eye(len(centres))
    return away.min(axis=1, initial=1e9) < CLOSE


@cache
def _judged():
    from vidlearn.synthetic import stills

    return stills(60, seed=1414, backgrounds=TESTED, scale=SMALL)


def small_score(answer):
    """Judge a detector on things half as large as those it has learned.

    Parameters
    ----------
    answer : callable
        Takes frames (N, 120, 160, 3) uint8 and returns N Detections; labels are those of
        `_scenes.CLASSES`.

    Returns
    -------
    float
        mAP at an IoU of 0.5 in 60 pictures that the lesson does not show; None where the answer
        returns None.

    Raises
    ------
    Refusal
        If what comes back is not one Detections for each frame.
    """
    from vidlearn.boxes import Detections
    from vidlearn.metrics import evaluate_detections

    pictures = _judged()
    result = answer(pictures.frames.copy())
    if result is None or result is Ellipsis:
        return None
    if not isinstance(result, list | tuple):
        raise Refusal(
            f"Return a list with a Detections for each frame, not a {type(result).__name__}."
        )
    if len(result) != len(pictures) or not all(isinstance(each, Detections) for each in result):
        kinds = ", ".join(sorted({type(each).__name__ for each in result}))
        raise Refusal(
            f"One Detections for each of the {len(pictures)} frames, as `library.predict` gives "
            f"them. Yours: {len(result)}, of the type {kinds or 'none'}."
        )
    found = evaluate_detections(list(result), pictures.truths, classes=list(pictures.names))
    return float(found.AP50)
