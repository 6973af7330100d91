"""The challenge of lesson 11: what to make of a detector's raw output."""

from functools import cache

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson11.detector import held_out, trained, truth_of


@cache
def _judged():
    """Return raw detections and truths of hidden, crowded pictures, and mAP after plain NMS."""
    from vidlearn.boxes import nms
    from vidlearn.metrics import evaluate_detections

    films = [held_out(seed, objects=6) for seed in range(90_000, 90_040)]
    find = trained()
    raw, truths = [find(film.frames[0]) for film in films], [truth_of(film) for film in films]
    plain = [one[nms(one.boxes, one.scores, labels=one.labels)] for one in raw]
    return raw, truths, evaluate_detections(plain, truths).AP


def tamed_score(answer):
    """Say by how much an answer tidies a detector's output better than plain NMS does.

    Parameters
    ----------
    answer : callable
        Takes the `vidlearn.boxes.Detections` of a picture, and returns others.

    Returns
    -------
    float
        Points (hundredths) of mAP, the mean over IoU 0.50 to 0.95 and the classes, above what NMS
        at 0.5 has in the same 40 crowded pictures; None where the answer returns None.

    Raises
    ------
    Refusal
        If what comes back is no `Detections`, or a box in it ends before it begins.
    """
    from vidlearn.boxes import Detections
    from vidlearn.metrics import evaluate_detections

    raw, truths, plain = _judged()
    tamed = []
    for found in raw:
        result = answer(Detections(found.boxes.copy(), found.scores.copy(), found.labels.copy()))
        if result is None or result is Ellipsis:
            return None
        if not isinstance(result, Detections):
            raise Refusal(
                "Return `boxes.Detections(...)`; an index picks some of those that came: "
                f"`found[kept]`. Yours is of the type {type(result).__name__}."
            )
        if (result.boxes[:, 2:] < result.boxes[:, :2]).any():
            raise Refusal("One of your boxes ends before it begins: x2 < x1 or y2 < y1.")
        if not ((result.labels >= 0) & (result.labels < 4)).all():
            raise Refusal("Labels are 0 to 3: coin, cup, flower, horse.")
        tamed.append(result)
    return 100 * float(evaluate_detections(tamed, truths).AP - plain)
