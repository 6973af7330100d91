"""The score of the challenge: rows as in a MOT file, read strictly, held against the truth."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson16.films import crossing_of, flickering

HARD = {"objects": 8, "kinds": ("cup", "coin"), "speed": 4.0}
FAULTS = {"miss": 0.3, "jitter": 0.07, "alarms": 0.8}
SEEDS, FRAMES = (311, 322, 333, 344), 90
NEW = 0.9  # share of rows whose identity comes once


def hard_film(seed, frames=FRAMES):
    """Make a film for the challenge, and what a weak detector finds in it.

    Parameters
    ----------
    seed : int
        Draws all.
    frames : int
        Of the film.

    Returns
    -------
    scene : vidlearn.synthetic.Scene
        Eight things at a time, cups and coins, in a hurry.
    found : list of vidlearn.boxes.Detections
        One for each frame.
    """
    scene = crossing_of(seed, frames, **HARD)
    return scene, flickering(scene, seed=seed, **FAULTS)


@cache
def _judged():
    return [hard_film(seed) for seed in SEEDS]


def hard_score(answer):
    """Judge rules of tracking by IDF1 on films that the lesson does not show.

    Parameters
    ----------
    answer : callable
        Takes frames (T, H, W, 3) uint8 and T Detections; returns rows as `read_rows` takes them.

    Returns
    -------
    float
        IDF1 over all films, 0 to 1; None where the answer returns None.

    Raises
    ------
    Refusal
        If what comes back cannot be read as rows, or only in a way that MOT does not have.
    """
    from vidlearn.metrics import evaluate_tracks

    handed, truths = [], []
    for scene, found in _judged():
        result = answer(scene.frames.copy(), list(found))
        if result is None or result is Ellipsis:
            return None
        handed.append(read_rows(result, found))
        truths.append(scene.tracks())
    return float(evaluate_tracks(handed, truths).IDF1)


def handed(answer, frames, found):
    """Run rules on a film, to be looked at; whatever cannot be read gives no tracks.

    Parameters
    ----------
    answer : callable
        As `hard_score` takes it.
    frames : ndarray
        (T, H, W, 3) uint8.
    found : list of vidlearn.boxes.Detections
        T.

    Returns
    -------
    vidlearn.boxes.Tracks
    """
    from vidlearn.boxes import Tracks

    try:
        return read_rows(answer(frames.copy(), list(found)), found)
    except Exception:  # what is wrong with it, `challenge` has said
        return Tracks([], [], np.zeros((0, 4)), length=len(found))


def read_rows(result, found):
    """Read what was handed in for a film, as strictly as a benchmark does.

    Parameters
    ----------
    result : array_like or vidlearn.boxes.Tracks
        (R, 6): frame from 1, identity, left, top, width, height. Tracks count frames from 0.
    found : sequence of vidlearn.boxes.Detections
        What the tracker was given, one for each frame.

    Returns
    -------
    vidlearn.boxes.Tracks

    Raises
    ------
    Refusal
        With what is wrong, in words for the learner.
    """
    from vidlearn.boxes import Tracks

    if isinstance(result, Tracks):
        frames, ids, boxes = result.frames, result.ids, result.boxes
        inside = "Tracks count frames from 0; only the file counts from 1."
    else:
        rows = _numbers(result)
        frames, ids = rows[:, 0] - 1, rows[:, 1]
        boxes = np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1)
        inside = "In a MOT file the first frame is number 1."
        _check_sides(rows, frames, found)
    if (frames != np.floor(frames)).any() or (ids != np.floor(ids)).any():
        raise Refusal("Frames and identities are whole numbers.")
    if len(frames) and not (frames.min() >= 0 and frames.max() < len(found)):
        low, high = (int(end) + 1 for end in (frames.min(), frames.max()))
        raise Refusal(
            f"{inside} The film has {len(found)}, and counted from 1 yours go from {low} to {high}."
        )
    _check_origin(frames, boxes, found, inside)
    _check_identities(frames, ids)
    try:
        return Tracks(frames, ids, boxes, length=len(found))
    except ValueError as error:
        raise Refusal(str(error)) from None


def _numbers(result):
    """Return rows (R, 6) of floats."""
    wanted = (
        "Return an array (R, 6), a row for each box: frame from 1, identity, left, top, width, "
        "height; or Tracks."
    )
    if isinstance(result, str | bytes | dict | set) or not hasattr(result, "__len__"):
        raise Refusal(f"{wanted} What came is of the type {type(result).__name__}.")
    try:
        rows = np.asarray(result, float)
    except (TypeError, ValueError):
        raise Refusal(f"{wanted} What came is no table of numbers.") from None
    rows = np.zeros((0, 6)) if len(result) == 0 or rows.shape == (0, 6) else rows
    if rows.ndim != 2 or rows.shape[1] < 6:
        raise Refusal(f"{wanted} What came has the shape {rows.shape}.")
    if not np.isfinite(rows).all():
        raise Refusal("There is a number in it that is none (NaN or infinite).")
    return rows


def _fit(frames, boxes, found):
    """Say how well boxes lie on what was found in their frames: mean of the best IoU."""
    from vidlearn.boxes import iou

    best = []
    for t in np.unique(frames):
        if 0 <= t < len(found) and len(found[int(t)]):
            mine = boxes[frames == t]
            mine = mine[(mine[:, 2:] >= mine[:, :2]).all(axis=1)]
            best.extend(iou(mine, found[int(t)].boxes).max(axis=1))
    return float(np.mean(best)) if best else 0.0


def _check_sides(rows, frames, found):
    """Refuse rows that have the lower right corner where sides should be."""
    corners, sides = rows[:, 2:6], np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], 1)
    fits = [max(_fit(frames + by, boxes, found) for by in (0, 1)) for boxes in (sides, corners)]
    if fits[1] > fits[0] + 0.1:
        raise Refusal(
            "The last two columns of a MOT file are width and height. Yours are x2 and y2: write "
            "`x2 - x1` and `y2 - y1`."
        )


def _check_origin(frames, boxes, found, inside):
    """Refuse frames that are off by one: the boxes lie on what was found one frame away."""
    here = _fit(frames, boxes, found)
    for by in (1, -1):
        if _fit(frames + by, boxes, found) > here + 0.05:
            way = "early" if by == 1 else "late"
            raise Refusal(f"{inside} Your boxes come a frame too {way}.")


def _check_identities(frames, ids):
    """Refuse identities that are counted anew in every frame, or never come again."""
    _, times = np.unique(ids, return_counts=True)
    if len(ids) > 20 and (times == 1).sum() > NEW * len(ids):
        raise Refusal(
            "Nearly every box has an identity of its own, that never comes again. A thing keeps "
            "its identity from frame to frame."
        )
    groups = [np.sort(ids[frames == t]) for t in np.unique(frames)]
    if len(groups) > 5 and all(np.array_equal(each, each[0] + np.arange(len(each)))
                               and each[0] == groups[0][0] for each in groups):  # fmt: skip
        raise Refusal(
            f"In every frame your identities are {int(groups[0][0])}, "
            f"{int(groups[0][0]) + 1}, … up to the number of its boxes: they are counted by the "
            "frame. An identity belongs to a thing, and is never given to another."
        )
