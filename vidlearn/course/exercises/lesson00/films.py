"""What lesson 00 does with films: one to open with, six troubles, and a crowd to be found in."""

from dataclasses import replace
from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.limits import ran_out

BOXES = 6
"""So many boxes of a frame of the crowd count, the largest: offering every box gains nothing."""

KIND = {"frames": 40, "size": (120, 160), "objects": 2, "speed": 3.0, "occlusion": "none"}
TROUBLES = {
    "a crowd": {"objects": 5, "occlusion": "objects"},
    "one hides": {"occlusion": "pillars"},
    "slow motion": {"speed": 0.2},
    "flicker": {"light": "flicker"},
    "shaking": {"camera": "shake"},
    "panning": {"camera": "pan"},
}
"""What makes a kind film an unkind one, by name."""

HIDDEN = range(21, 29)  # seeds of the films that the challenge is scored on


@cache
def opening():
    """Return the film that opens the lesson: a crossing, a cat, a pagoda; things move in each."""
    from vidlearn.synthetic import join, junction, moving_objects

    size = 150, 200
    calm = {"size": size, "objects": 2, "speed": 4.0, "occlusion": "none"}
    street = junction(28, size, 4, seed=2, background="china", speed=4.5)
    cat = moving_objects(30, seed=41, background="cat", **calm)
    pagoda = moving_objects(30, seed=62, background="china", **calm)
    return join([replace(street, fps=25.0), cat, pagoda])


@cache
def trouble(name, seed):
    """Make a film with one trouble, or a kind one.

    Parameters
    ----------
    name : str
        One of `TROUBLES`, or any other for a kind film.
    seed : int

    Returns
    -------
    vidlearn.synthetic.Scene
    """
    from vidlearn.synthetic import moving_objects

    return moving_objects(seed=seed, **KIND | TROUBLES.get(name, {}))


def annotated(frames, boxes, cuts=()):
    """Draw boxes into the frames of a film, and a bar of its shots below them.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    boxes : sequence of array_like
        For each frame (N, 4) xyxy.
    cuts : sequence of int

    Returns
    -------
    ndarray
        (T, H + a few, W, 3) uint8.
    """
    from vidlearn import plots

    drawn = [plots.draw_boxes(*pair) for pair in zip(frames, boxes, strict=True)]
    return plots.shot_bar(np.array(drawn), cuts)


def drawn(frames, finder):
    """Draw into a film what a finder finds, or nothing where that is no list of boxes."""
    from vidlearn import plots

    if ran_out(finder):
        return frames
    try:
        boxes = _checked(finder(frames.copy()), len(frames))
    except Exception:  # `challenge` has said it
        return frames
    return np.array([plots.draw_boxes(*pair) for pair in zip(frames, boxes, strict=True)])


def own_clip(path):
    """Read the first 150 frames of a film, small, in its own proportions.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    frames : ndarray
        (T, H, W, 3) uint8, the shorter side at most 150.
    fps : float
    """
    from vidlearn import video

    about = video.probe(path, decode=False)
    shrink = min(1.0, 150 / min(about.height, about.width))
    size = (round(about.height * shrink), round(about.width * shrink))
    return video.read_video(path, stop=150, size=size), about.fps


def alone(frames, masks):
    """Show the things of a film alone, on black, where masks (T, H, W) are True."""
    return np.where(masks[..., None], frames, np.uint8(0))


def hit_rates(found, scene):
    """Say how good boxes are: recall, and precision.

    A found box hits a true one when their IoU is 0.5 or more; the best pairs first, and each box
    once.

    Parameters
    ----------
    found : sequence of array_like
        For each frame (N, 4) xyxy.
    scene : vidlearn.synthetic.Scene

    Returns
    -------
    recall, precision : float
        Hits as a share of the true boxes, and of those found.
    """
    hits = offered = wanted = 0
    for t, boxes in enumerate(found):
        boxes, truth = np.asarray(boxes, float).reshape(-1, 4), scene.truth(t)[0]
        hits += _hits(boxes, truth)
        offered, wanted = offered + len(boxes), wanted + len(truth)
    return hits / wanted, hits / max(1, offered)


def _hits(found, truth):
    from vidlearn.boxes import iou

    overlaps, hits = iou(found, truth), 0
    while overlaps.size and overlaps.max() >= 0.5:
        i, j = np.unravel_index(overlaps.argmax(), overlaps.shape)
        overlaps[i], overlaps[:, j] = 0, 0  # both boxes are used up
        hits += 1
    return hits


def crowd_recall(finder):
    """Score a finder on films of crowds that it has not seen: the mean recall.

    Parameters
    ----------
    finder : callable
        Takes frames (T, H, W, 3) uint8, returns for each frame its boxes (N, 4) xyxy.

    Returns
    -------
    float or None
        None where nothing came.

    Raises
    ------
    Refusal
        If what came are no boxes.
    """
    rates = []
    for seed in HIDDEN:
        scene = trouble("a crowd", seed)
        found = finder(scene.frames.copy())
        if found is None or found is Ellipsis:
            return None
        rates.append(hit_rates(_checked(found, len(scene.frames)), scene)[0])
    return float(np.mean(rates))


def _checked(found, frames):
    """Return the largest `BOXES` of each frame as arrays, or refuse what are none."""
    if not isinstance(found, list | tuple) and not (isinstance(found, np.ndarray) and found.ndim):
        raise Refusal("Return a list with the boxes of each frame.")
    if len(found) != frames:
        raise Refusal(
            f"The film has {frames} frames, and your list {len(found)} entries: one is wanted for "
            "each frame, an empty list where nothing is found."
        )
    checked = []
    for t, boxes in enumerate(found):
        try:
            boxes = np.asarray(boxes, float)
        except (TypeError, ValueError):
            boxes = np.asarray(np.nan)
        boxes = boxes.reshape(0, 4) if not boxes.size else boxes
        if boxes.ndim != 2 or boxes.shape[1] != 4 or not (np.abs(boxes) < 1e9).all():
            raise Refusal(f"The boxes of frame {t} are not all of four numbers x1, y1, x2, y2.")
        if (boxes[:, 2:] < boxes[:, :2]).any():
            raise Refusal(
                f"A box of frame {t} ends before it begins: x1, y1 is its upper left corner, and "
                "x2, y2 its lower right one."
            )
        sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        boxes = boxes[np.argsort(-sizes)[:BOXES]]
        checked.append(boxes)
    return checked
