"""Tracks in a film, as lessons show them."""

import numpy as np


def followed(frames, tracks, names=None, *, tail=24, gone=True):
    """Draw tracks into a film: a colour and a number for each identity, and where it has been.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    tracks : vidlearn.boxes.Tracks
        Of these frames, counted from 0.
    names : sequence of str, optional
        The name of every class, written behind the identity.
    tail : int
        Frames that a trail goes back.
    gone : bool
        Whether the trail of what is gone stays until it is as old.

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8.
    """
    from vidlearn.plots import draw_tracks

    film = []
    for t, frame in enumerate(frames):
        now = tracks[tracks.frames == t]
        past = tracks[(tracks.frames > t - tail) & (tracks.frames <= t)]
        middles = (past.boxes[:, :2] + past.boxes[:, 2:]) / 2
        trails = {k: middles[past.ids == k] for k in (past if gone else now).ids.tolist()}
        film.append(draw_tracks(frame, now, trails=trails, names=names))
    return np.array(film)
