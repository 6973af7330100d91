"""Transitions that take time: fades by their level, dissolves by what mixing does to a picture."""

from __future__ import annotations

import numpy as np

from .plain import checked_numbers
from .signals import histogram_distance

LOW, HIGH = 0.04, 0.4  # of the histogram distance
DARK, BRIGHT = 24.0, 230.0  # mean levels of a blank picture
BLANK = 16.0  # variance below which a picture shows nothing
GROWTH = 0.03  # share by which a fade grows in `STEPS` frames at least
STEPS, FADE = 3, 100  # frames: between the two that are compared, and of one side at most


def twin_comparison(histograms, *, low=LOW, high=HIGH):
    """Find dissolves with two thresholds: one opens a suspicion, the other confirms it.

    Parameters
    ----------
    histograms : iterable of ndarray
        (bins,) of each frame, as `histogram` returns them; only two are kept.
    low : float
        A distance to the frame before from which on a transition may have begun.
    high : float
        A distance to the frame before that is a cut; and the distance from the frame before the
        first suspicious one that makes a transition of a suspicion.

    Yields
    ------
    int, int
        [start, end) of each transition, more than one frame; cuts are not told.

    References
    ----------
    Zhang, Kankanhalli, Smoliar, "Automatic partitioning of full-motion video", Multimedia
    Systems 1, 1993, section 3.2.

    Examples
    --------
    >>> share = np.array([0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1, 0, 0])
    >>> list(twin_comparison(np.stack([share, 1 - share], axis=1), low=0.1, high=0.5))
    [(2, 6)]

    Lesson 21 teaches it.
    """
    before = begun = start = None
    t = -1
    for t, now in enumerate(histograms):
        step = 0.0 if before is None else histogram_distance(before, now)
        opened = low <= step < high
        if opened and start is None:
            start, begun = t, before
        if not opened and start is not None:
            if t - 1 - start > 0 and histogram_distance(begun, before) >= high:
                yield start, t - 1 if step < high else t
            start = None
        before = now
    if start is not None and t > start and histogram_distance(begun, before) >= high:
        yield start, t


def spread_parabola(spreads):
    """Fit a parabola to the spread of the pictures; in a dissolve it sags in the middle.

    Parameters
    ----------
    spreads : array_like
        (T,) variance of the levels of each frame, at least 3.

    Returns
    -------
    sag : float
        How far the middle lies below the line through both ends, as a share of the ends' mean.
        Of two unrelated pictures of equal spread it is 0.5. Where the ends show nothing, it is 0.
    fit : float
        The share of the variation that the parabola explains, 0 to 1.

    Raises
    ------
    ValueError
        If the spreads are not finite numbers (T,), three at least.

    Notes
    -----
    A mix (1 - w) a + w b of two unrelated pictures has the variance (1 - w)² var(a) + w² var(b):
    a parabola in w, and so in time where w rises evenly.

    References
    ----------
    Alattar, "Detecting and compressing dissolve regions in video sequences with a DVI
    multimedia image compression algorithm", ISCAS 1993.

    Examples
    --------
    >>> w = np.linspace(0, 1, 11)
    >>> [round(float(v), 3) for v in spread_parabola(100 * ((1 - w) ** 2 + w**2))]
    [0.5, 1.0]

    Lesson 21 teaches it.
    """
    values = checked_numbers("spreads", spreads)
    if len(values) < 3:
        raise ValueError(f"spreads must be (T,), 3 at least. Received: shape {values.shape}")
    x = np.linspace(-1, 1, len(values))
    curve = np.polyval(np.polyfit(x, values, 2), x)
    total = ((values - values.mean()) ** 2).sum()
    fit = 1 - ((values - curve) ** 2).sum() / total if total > 0 else 0.0
    ends = (curve[0] + curve[-1]) / 2
    sag = 1 - np.interp(0, x, curve) / ends if ends > 1e-9 else 0.0
    return float(sag), float(fit)


def unmixed(first, middle, last):
    """Measure what of a picture is no mix of two others.

    Parameters
    ----------
    first, middle, last : ndarray
        Of one shape: a frame from before, one from the midst, one from behind.

    Returns
    -------
    float
        Mean distance of `middle` to the mean of the others, over the distance of these: 0 in the
        midst of a dissolve, 0.5 for a picture that is one of the two, as at a cut or where things
        move.

    Examples
    --------
    >>> a, b = np.array([0.0, 50.0]), np.array([100.0, 0.0])
    >>> unmixed(a, (a + b) / 2, b), unmixed(a, b, b)
    (0.0, 0.5)

    Lesson 21 teaches it.
    """
    first, middle, last = (np.asarray(one, np.float32) for one in (first, middle, last))
    apart = np.abs(first - last).mean()
    return float(np.abs(middle - (first + last) / 2).mean() / max(apart, 1e-9))


def find_fades(levels, spreads):
    """Find fades: the picture sinks into black or white, or rises from it, step by step.

    Parameters
    ----------
    levels : array_like
        (T,) mean level of each frame, 0 to 255.
    spreads : array_like
        (T,) variance of the levels of each frame.

    Returns
    -------
    list of (int, int)
        [start, end) of each; those that touch the film's first or last frame part no shots.

    Raises
    ------
    ValueError
        If these are not finite numbers (T,), of one length.

    Examples
    --------
    >>> light = np.array([1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0.5, 1, 1, 1])
    >>> find_fades(100 * light, 900 * light**2)
    [(4, 11)]

    Lesson 21 teaches it.
    """
    levels, spreads = checked_numbers("levels", levels), checked_numbers("spreads", spreads)
    if len(levels) != len(spreads):
        raise ValueError(
            f"levels and spreads must be of one length. Received: {len(levels)} and {len(spreads)}"
        )
    blank = (spreads < BLANK) & ((levels <= DARK) | (levels >= BRIGHT))
    deviations = np.sqrt(spreads)
    edges = np.flatnonzero(np.diff(np.r_[False, blank, False]))
    found = []
    for first, end in edges.reshape(-1, 2).tolist():
        left = _rise(deviations[:first][::-1])
        right = _rise(deviations[end:])
        if levels[first] >= BRIGHT and min(left, right) < STEPS:
            continue  # a flash is as white, and comes at once
        start, stop = first - left, end + right
        if left + right >= STEPS and start > 0 and stop < len(levels):
            if found and found[-1][1] >= start:
                start = found.pop()[0]
            found.append((start, stop))
    return found


def _rise(deviations):
    """Count the frames over which a deviation grows until it is that of the whole picture."""
    values = deviations[:FADE]
    if not len(values):
        return 0
    k = 0
    while k + 1 < len(values):
        ahead = values[min(k + STEPS, len(values) - 1)]
        if ahead <= values[k] * (1 + GROWTH) or values[k + 1] < values[k]:
            break
        k += 1
    return k
