"""What networks that find where shots meet say of a whole film, and the transitions it means."""

from itertools import pairwise
from numbers import Real

import numpy as np

WINDOW, MARGIN = 256, 32  # frames at once; of which so many at both ends are only looked at
CUT = 2  # frames that a cut is told of at most


def load_boundaries(path):
    """Load a network that finds where shots meet.

    Parameters
    ----------
    path : str or Path
        A file of Keras, as a training leaves it.

    Returns
    -------
    keras.Model
        Not compiled.
    """
    import keras

    import vidlearn.layers.similarity  # noqa: F401 - so that Keras knows its layers

    return keras.saving.load_model(path, compile=False)


def stream_scores(model, frames):
    """Go through a film window by window.

    Windows overlap: what a network says of the first and last frames of one, of which it cannot
    see both sides, is thrown away. Before the film its first frame stands still, behind it its
    last one.

    Parameters
    ----------
    model : keras.Model
        As `build_shotnet` or `build_segmenter` gives it, trained.
    frames : iterable of ndarray
        (H, W, 3) uint8, one after another, of the model's size.

    Yields
    ------
    ndarray
        (n, 2) float32: of the next n frames, how likely each is where a new shot begins, and how
        likely part of a transition, 0 to 1.

    Raises
    ------
    ValueError
        If the frames are not of the model's size.

    Lesson 22 teaches it.
    """
    wanted, held = tuple(model.input_shape[2:]), []
    for frame in frames:
        if np.shape(frame) != wanted or frame.dtype != np.uint8:
            raise ValueError(
                f"frames must be {wanted} uint8, as the model takes them. Received: "
                f"{np.shape(frame)} {getattr(frame, 'dtype', '')}"
            )
        held += [frame] * (1 if held else MARGIN + 1)
        if len(held) == WINDOW:
            yield _said(model, held)
            held = held[WINDOW - 2 * MARGIN :]
    if len(held) > MARGIN:
        yield _said(model, held + [held[-1]] * MARGIN)


def frame_scores(model, frames):
    """Say of each frame of a film how likely a new shot begins there.

    Parameters
    ----------
    model, frames
        As `stream_scores` takes them.

    Returns
    -------
    ndarray
        (T, 2) float32.

    Raises
    ------
    ValueError
        If the frames are not of the model's size.

    Lesson 22 teaches it.
    """
    return np.concatenate([np.zeros((0, 2), np.float32), *stream_scores(model, frames)])


def _said(model, held):
    """Return what a model says of a window but for its margins."""
    from keras import ops

    logits = ops.convert_to_numpy(model(np.stack(held)[None], training=False))[0]
    return 1 / (1 + np.exp(-np.clip(logits[MARGIN:-MARGIN], -50, 50)))


def transitions_of(scores, *, threshold=0.5, within=0.5):
    """Read transitions off the scores of the frames.

    Where the first score is above the threshold there is a transition, at its highest frame. How
    far it reaches is told by the second: the frames around that are likely part of one. Up to two
    frames are a cut. Where several peaks share a stretch, it is parted between them where the
    second score is lowest.

    Parameters
    ----------
    scores : ndarray
        (T, 2), as `frame_scores` gives them.
    threshold : float
        Of the first score, above 0 and below 1.
    within : float
        Of the second, above 0 and below 1.

    Returns
    -------
    transitions : ndarray
        (N, 2) int, half-open, sorted; (t, t) is a cut whose new shot begins with frame t.
    found : ndarray
        (N,) the score of each, the highest of the first.

    Raises
    ------
    ValueError
        If a threshold or the scores are out of range.

    Examples
    --------
    A cut at frame 2, and a dissolve of the frames 5 to 8:

    >>> first = [0, 0.1, 0.9, 0, 0, 0, 0.2, 0.8, 0, 0]
    >>> second = [0, 0, 0.9, 0.1, 0, 0.6, 0.9, 0.9, 0.7, 0]
    >>> transitions, found = transitions_of(np.transpose([first, second]))
    >>> transitions.tolist(), found.tolist()
    ([[2, 2], [5, 9]], [0.9, 0.8])

    Lesson 22 teaches it.
    """
    for name, value in (("threshold", threshold), ("within", within)):
        if not isinstance(value, Real) or not 0 < value < 1:
            raise ValueError(f"{name} must be above 0 and below 1. Received: {value!r}")
    scores = np.asarray(scores)
    if scores.ndim != 2 or scores.shape[1] != 2:
        raise ValueError(f"scores must be (T, 2). Received: {scores.shape}")
    first, second = scores.T
    peaks = [a + int(np.argmax(first[a:b])) for a, b in runs(first > threshold)]
    found = {}
    for a, b in runs(second > within):
        inside = [p for p in peaks if a - 1 <= p <= b and p not in found]
        lows = [p + 1 + int(np.argmin(second[p + 1 : q + 1])) for p, q in pairwise(inside)]
        for p, (start, end) in zip(inside, pairwise([a, *lows, b]), strict=False):
            found[p] = (start, end) if end - start > CUT else (p, p)
    spans = [found.get(p, (p, p)) for p in peaks]
    keep = [k for k, (start, end) in enumerate(spans) if start > 0 and end < len(first)]
    transitions = np.array([spans[k] for k in keep], np.int64).reshape(-1, 2)
    return transitions, np.array([first[peaks[k]] for k in keep], float)


def runs(mask):
    """Return where a mask is True in a row: a list of half-open (start, end).

    Parameters
    ----------
    mask : array_like
        (T,) bool.

    Returns
    -------
    list of (int, int)

    Examples
    --------
    >>> runs([True, False, True, True])
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(mask, np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
