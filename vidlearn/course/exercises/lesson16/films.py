"""The films of lesson 16: a crossing, detections that flicker, and what a tracker makes of them."""

import numpy as np

from vidlearn.course.exercises._scenes import KINDS, TESTED


def crossing_of(seed, frames=120, **options):
    """Make a film of a crossing before a photograph that no detector was trained before.

    Parameters
    ----------
    seed : int
        Draws all; the background is one of `TESTED` in turn.
    frames : int
        Number of frames, 12 a second.
    **options
        As `vidlearn.synthetic.junction` takes them.

    Returns
    -------
    vidlearn.synthetic.Scene
        Frames of 120 x 160.
    """
    from vidlearn.synthetic import junction

    place = TESTED[seed % len(TESTED)]
    return junction(frames, seed=seed, **{"background": place, "kinds": KINDS} | options)


def flickering(scene, *, miss=0.12, jitter=0.04, alarms=0.1, seed=0):
    """Detect the things of a scene as a detector would that misses some and invents some.

    Parameters
    ----------
    scene : vidlearn.synthetic.Scene
        The film.
    miss : float
        Chance that a thing is missed in a frame, 0 to 1, if it is wholly seen; the less is seen
        of it, the likelier, and below a third it always is.
    jitter : float
        Standard deviation of each edge, in sides of the box.
    alarms : float
        Boxes in a frame that hold nothing, on average.
    seed : int
        Of the faults.

    Returns
    -------
    list of vidlearn.boxes.Detections
        One for each frame, in an order of its own.
    """
    from vidlearn.boxes import Detections

    rng = np.random.default_rng(seed)
    height, width = scene.frames.shape[1:3]
    found = []
    for t in range(len(scene.frames)):
        seen = scene.visible[t]
        told = rng.random(len(seen)) > miss + (1 - miss) * np.clip(1.5 * (1 - seen), 0, 1)
        told &= seen > 1 / 3
        boxes = scene.boxes[t, told].astype(float)
        sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
        boxes = boxes + jitter * sides * rng.normal(size=boxes.shape)
        many = rng.poisson(alarms)
        corner = rng.uniform(0, [width - 24, height - 24], (many, 2))
        wrong = np.concatenate([corner, corner + rng.uniform(14, 24, (many, 2))], axis=1)
        boxes = np.concatenate([boxes, wrong])
        labels = np.append(scene.labels[told], rng.integers(len(scene.names), size=many))
        scores = np.clip(rng.normal(0.8, 0.1, len(boxes)), 0.3, 1)
        order = rng.permutation(len(boxes))
        found.append(Detections(boxes[order], scores[order], labels[order]))
    return found
