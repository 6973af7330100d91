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

    A stretch of frames whose second score is high is a transition, if its first scores add up to
    the threshold: where a dissolve has its middle no one can tell to the frame, so that many
    frames share what one frame of a cut has. Where several frames of a stretch reach the threshold
    by themselves, it is parted between them where the second score is lowest. Up to two frames,
    or a frame that reaches the threshold outside of such stretches, are a cut.

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
        (N,) the score of each, from the threshold to 1.

    Raises
    ------
    ValueError
        If a threshold or the scores are out of range.

    Examples
    --------
    A cut at frame 2, and a dissolve of the frames 5 to 8:

    >>> first = [0, 0.1, 0.9, 0, 0, 0, 0.25, 0.5, 0, 0]
    >>> second = [0, 0, 0.9, 0.1, 0, 0.6, 0.9, 0.9, 0.7, 0]
    >>> transitions, found = transitions_of(np.transpose([first, second]), threshold=0.6)
    >>> transitions.tolist(), found.tolist()
    ([[2, 2], [5, 9]], [0.9, 0.75])

    Lesson 22 teaches it.
    """
    for name, value in (("threshold", threshold), ("within", within)):
        if not isinstance(value, Real) or not 0 < value < 1:
            raise ValueError(f"{name} must be above 0 and below 1. Received: {value!r}")
    scores = np.asarray(scores)
    if scores.ndim != 2 or scores.shape[1] != 2:
        raise ValueError(f"scores must be (T, 2). Received: {scores.shape}")
    first, second = scores.T
    peaks = [a + int(np.argmax(first[a:b])) for a, b in runs(first >= threshold)]
    found = {}  # score by (start, end)
    for a, b in runs(second > within):
        inside = [p for p in peaks if a - 1 <= p <= b]
        peaks = [p for p in peaks if p not in inside]
        lows = [p + 1 + int(np.argmin(second[p + 1 : q + 1])) for p, q in pairwise(inside)]
        for start, end in pairwise([a, *lows, b]):
            around = slice(max(start - 1, 0) if start == a else start, end + (end == b))
            top = around.start + int(np.argmax(first[around]))
            score = first[around].sum() if end - start > CUT else first[top]
            if score >= threshold:
                found[(start, end) if end - start > CUT else (top, top)] = min(float(score), 1.0)
    found |= {(p, p): float(first[p]) for p in peaks}
    spans = sorted(span for span in found if span[0] > 0 and span[1] < len(first))
    return np.array(spans, np.int64).reshape(-1, 2), np.array([found[span] for span in spans])


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
