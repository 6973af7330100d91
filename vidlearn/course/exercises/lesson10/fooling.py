"""The challenge: a path that goes clockwise, which a network takes for anticlockwise."""

from functools import cache
from pathlib import Path

import numpy as np

from vidlearn.course.exercises import Refusal

FRAMES, LEAST, MOST = 10, 20, 110
"""Places of a path; degrees by which the thing must go on round its middle at every step."""
PAIRS = [("cup", "grass"), ("horse", "cat"), ("flower", "gravel"), ("coin", "grass")]
SEEDS = (101, 102, 103)
WEIGHTS = Path(__file__).parent / "network.npz"


@cache
def shipped_network():
    """Return a network of this lesson that was trained before, so that all are judged alike.

    Returns
    -------
    keras.Model
        For clips of 10 frames of 32 x 32, trained on `laps` as in the lesson, seed 1.
    """
    from vidlearn.models import build_cnn_rnn

    model = build_cnn_rnn((FRAMES, 32, 32, 3), 4)
    with np.load(WEIGHTS) as stored:
        model.set_weights([stored[f"w{k}"].astype("float32") for k in range(len(stored.files))])
    return model


@cache
def scenes():
    """Return what goes along a path, and before what: hidden from the learner."""
    from vidlearn.synthetic import pieces

    found = []
    for seed in SEEDS:
        for thing, photograph in PAIRS:
            things, photographs = pieces([thing], [photograph], seed=seed)
            found.append((things[thing], photographs[photograph]))
    return found


def fooling_score(answer):
    """Say how sure the network is that a clockwise path goes anticlockwise.

    Parameters
    ----------
    answer : callable
        Takes nothing and returns ten places x, y.

    Returns
    -------
    float
        The mean over hidden things and photographs of the probability of the two anticlockwise
        classes. None where the answer returns None.

    Raises
    ------
    Refusal
        If it is no such path, or one that does not go clockwise.
    """
    from vidlearn.models import predict_clips
    from vidlearn.synthetic import along

    path = answer()
    if path is None or path is Ellipsis:
        return None
    path = checked(path)
    clips = np.array([along(path, *scene) for scene in scenes()])
    return float(predict_clips(shipped_network(), clips)[:, [1, 3]].sum(axis=1).mean())


def checked(path):
    """Return a path as an array, or refuse it.

    Parameters
    ----------
    path : array_like
        (10, 2) x and y in shares of the frame.

    Returns
    -------
    ndarray
        (10, 2).

    Raises
    ------
    Refusal
        If it is none, leaves the picture, or does not go clockwise round its own middle.
    """
    try:
        path = np.asarray(path, float)
    except Exception:  # no numbers, too large ones, or an object that refuses
        raise Refusal(f"Return {FRAMES} places (x, y). What came is no list of numbers.") from None
    if path.shape != (FRAMES, 2):
        raise Refusal(f"Return {FRAMES} places (x, y). What came has shape {path.shape}.")
    if not np.isfinite(path).all():
        row = np.flatnonzero(~np.isfinite(path).all(axis=1))[0]
        raise Refusal(f"Return {FRAMES} places (x, y). That of frame {row} is not finite.")
    if path.min() < 0.1 or path.max() > 0.9:
        raise Refusal(
            "Stay in the picture: x and y from 0.1 to 0.9. "
            f"Yours go from {path.min():.2f} to {path.max():.2f}."
        )
    steps = turned(path)
    bad = np.flatnonzero((steps < LEAST) | (steps > MOST))
    if len(bad):
        raise Refusal(
            f"Seen from the path's middle (the mean of its places), each step goes on clockwise by "
            f"{LEAST} to {MOST} degrees. From frame {bad[0]} to frame {bad[0] + 1} it is "
            f"{steps[bad[0]]:.0f}."
        )
    return path


def turned(path):
    """Say by how many degrees each step goes on clockwise, seen from the path's middle.

    Parameters
    ----------
    path : ndarray
        (T, 2).

    Returns
    -------
    ndarray
        (T - 1,) from -180 to 180.

    Examples
    --------
    >>> turned(np.array([(0.7, 0.5), (0.5, 0.7), (0.3, 0.5), (0.5, 0.3)])).round().tolist()
    [90.0, 90.0, 90.0]
    """
    x, y = (path - path.mean(axis=0)).T
    steps = np.diff(np.degrees(np.arctan2(y, x)))
    return (steps + 180) % 360 - 180


def circle(x, y, radius, *, degrees=36, start=0):
    """Return the places of a circle, clockwise.

    Parameters
    ----------
    x, y, radius : float
        In shares of the frame.
    degrees : float
        From frame to frame.
    start : float
        Where it begins, in degrees clockwise from the right.

    Returns
    -------
    ndarray
        (10, 2).
    """
    angles = np.radians(start + degrees * np.arange(FRAMES))
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)
