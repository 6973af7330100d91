"""The films of lesson 16: a crossing, detections that flicker, and what a tracker makes of them."""

import numpy as np

from vidlearn.course.exercises._scenes import KINDS, TESTED
from vidlearn.course.exercises._tracked import followed as drawn

DIM = 0.6  # light that is left of a film behind its tracks


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
        scores = np.clip(rng.normal(np.repeat([0.8, 0.6], [told.sum(), many]), 0.1), 0.3, 1)
        order = rng.permutation(len(boxes))
        found.append(Detections(boxes[order], scores[order], labels[order]))
    return found


def flickered(frames, found, *, times=2, seed=0):
    """Film what a detector finds, each box in a colour of that frame: nothing is remembered.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    found : sequence of vidlearn.boxes.Detections
        T.
    times : float
        By how much frames are enlarged.
    seed : int
        Of the colours.

    Returns
    -------
    ndarray
        (T, H * times, W * times, 3) uint8.
    """
    from vidlearn.boxes import Tracks
    from vidlearn.plots import draw_tracks

    rng = np.random.default_rng(seed)
    film = []
    for large, each in zip(enlarged(frames, times), found, strict=True):
        ids = rng.permutation(7)[: len(each)] if len(each) <= 7 else rng.permutation(len(each))
        film.append(draw_tracks(large, Tracks(0 * ids, 1 + ids, times * each.boxes)))
    return np.array(film)


def followed(frames, tracks, *, times=2, tail=24, names=None):
    """Film tracks: one colour for each identity, its number, and a trail of where it has been.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    tracks : vidlearn.boxes.Tracks
        Of these frames.
    times : float
        By how much frames are enlarged.
    tail : int
        Frames that a trail goes back.
    names : sequence of str, optional
        The name of every class, written behind the identity.

    Returns
    -------
    ndarray
        (T, H * times, W * times, 3) uint8.
    """
    from vidlearn.boxes import Tracks

    larger = Tracks(tracks.frames, tracks.ids, times * tracks.boxes, labels=tracks.labels)
    return drawn(enlarged(frames, times), larger, names, tail=tail, gone=False)


def enlarged(frames, times=2):
    """Return frames (T, H, W, 3) smoothly enlarged, and darkened, so that what is drawn is seen.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    times : float
        By how much.

    Returns
    -------
    ndarray
        (T, H * times, W * times, 3) uint8.
    """
    from PIL import Image

    height, width = (round(side * times) for side in frames.shape[1:3])
    pictures = (Image.fromarray(frame) for frame in dimmed(frames))
    return np.array([one.resize((width, height), Image.Resampling.BICUBIC) for one in pictures])


def dimmed(frames):
    """Return frames darkened, so that what is drawn on them is seen.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.

    Returns
    -------
    ndarray
        Likewise.
    """
    return (DIM * frames).astype(np.uint8)


def braking_row():
    """Draw a row of four cups that brakes: each track has run ahead, to the next one's place.

    Returns
    -------
    frame : ndarray
        (120, 160, 3) uint8.
    expected : ndarray
        (4, 4) xyxy, where each track was expected, from left to right.
    found : ndarray
        (4, 4) xyxy, the cups, in the same order.
    """
    from vidlearn.synthetic import junction
    from vidlearn.synthetic.cutouts import cutout
    from vidlearn.synthetic.render import Sprite, paste, placed

    canvas = junction(1, objects=0, background="cat", seed=3).frames[0].astype(np.float32)
    rng, mask = np.random.default_rng(3), np.zeros(canvas.shape[:2], np.uint8)
    sprite, found = Sprite.made_of(cutout("cup", rng), 24), []
    for k, middle in enumerate([(28, 72), (51, 73), (72, 72), (95, 73)]):
        patch, corner = placed(sprite, middle, 0.0, 1.0)
        found.append(paste(canvas, mask, patch, corner, k + 1)[0])
    ahead = np.array([[13, 0], [12, 1], [14, -1], [13, 1]])
    return canvas.astype(np.uint8), np.array(found) + np.tile(ahead, 2), np.array(found)
