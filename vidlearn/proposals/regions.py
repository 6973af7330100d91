"""What is known of a region: its neighbours, box, size, and histograms of colour and texture."""

import numpy as np
from scipy import ndimage

from ._checks import check_number, check_segments
from .colours import to_space

ORIENTATIONS = 8


def neighbours(segments):
    """List the pairs of segments that share an edge of a pixel.

    Parameters
    ----------
    segments : array_like
        (H, W) whole numbers 0..K-1, all of them used.

    Returns
    -------
    ndarray
        (P, 2) int64, the lower number first, each pair once, ascending.

    Raises
    ------
    ValueError
        If the segments are not numbered like that.

    Examples
    --------
    >>> neighbours([[0, 0, 1], [2, 2, 1]]).tolist()
    [[0, 1], [0, 2], [1, 2]]

    Lesson 12 teaches it.
    """
    segments = check_segments(segments)
    across = np.stack([segments[:, :-1].ravel(), segments[:, 1:].ravel()], axis=1)
    down = np.stack([segments[:-1].ravel(), segments[1:].ravel()], axis=1)
    pairs = np.concatenate([across, down])
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    count = segments.max() + 1
    return np.stack(np.divmod(np.unique(pairs @ [count, 1]), count), axis=1)


def region_boxes(segments):
    """Return the smallest box around every segment.

    Parameters
    ----------
    segments : array_like
        (H, W) whole numbers 0..K-1, all of them used.

    Returns
    -------
    ndarray
        (K, 4) float32 xyxy in pixels, half-open as slices are.

    Raises
    ------
    ValueError
        If the segments are not numbered like that.

    Examples
    --------
    >>> region_boxes([[0, 0, 1], [2, 2, 1]]).tolist()
    [[0.0, 0.0, 2.0, 1.0], [2.0, 0.0, 3.0, 2.0], [0.0, 1.0, 2.0, 2.0]]

    Lesson 12 teaches it.
    """
    slices = ndimage.find_objects(check_segments(segments) + 1)
    return np.array([(x.start, y.start, x.stop, y.stop) for y, x in slices], np.float32)


def colour_histograms(frame, segments, *, space="rgb", bins=25):
    """Count the colours of every segment, each channel by itself.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) RGB or (H, W) grey, uint8.
    segments : array_like
        (H, W) whole numbers 0..K-1, all of them used.
    space : str
        "rgb", "grey", "hsv" or "lab", as in `vidlearn.proposals.to_space`.
    bins : int
        Of equal width, from 0 to 256.

    Returns
    -------
    ndarray
        (K, channels * bins) float64; the bins of one segment sum to 1.

    Raises
    ------
    ValueError
        If an argument is not of that kind, or frame and segments differ in size.

    References
    ----------
    Uijlings et al.: Selective search for object recognition. IJCV 104 (2), 2013, section 3.2.

    Examples
    --------
    >>> frame = np.array([[0, 10, 200], [255, 128, 210]], np.uint8)
    >>> colour_histograms(frame, [[0, 0, 1], [0, 0, 1]], space="grey", bins=2).tolist()
    [[0.5, 0.5], [0.0, 1.0]]

    Lesson 12 teaches it.
    """
    pixels = to_space(frame, space)
    check_number("bins", bins, 1, "of every channel", whole=True)
    return count_colours(pixels, check_segments(segments, pixels.shape[:2]), bins)


def texture_histograms(frame, segments, *, space="rgb", bins=10):
    """Count how steep the picture is in every segment, in eight directions.

    The slope of a channel is its derivative after a Gaussian of sigma 1. For each of 8 directions,
    45 degrees apart, it counts how much the channel rises that way; falling counts as 0, for the
    opposite direction has it.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) RGB or (H, W) grey, uint8.
    segments : array_like
        (H, W) whole numbers 0..K-1, all of them used.
    space : str
        "rgb", "grey", "hsv" or "lab", as in `vidlearn.proposals.to_space`.
    bins : int
        Of equal width, from 0 to the steepest rise of that channel in that direction, or to 1
        level a pixel if none is as steep.

    Returns
    -------
    ndarray
        (K, channels * 8 * bins) float64, ordered by channel, direction, bin; directions turn from
        right over down. The bins of one segment sum to 1.

    Raises
    ------
    ValueError
        If an argument is not of that kind, or frame and segments differ in size.

    Notes
    -----
    The paper says neither what the bins span nor how directions treat signs: this follows the
    common program of OpenCV, which has rising and falling apart and spans what occurs.

    References
    ----------
    Uijlings et al.: Selective search for object recognition. IJCV 104 (2), 2013, section 3.2.

    Examples
    --------
    >>> frame = np.array([[0, 0, 0, 90, 90, 90]], np.uint8)  # rises to the right
    >>> counts = texture_histograms(frame, [[0, 0, 1, 1, 2, 2]], space="grey", bins=2)
    >>> counts.reshape(3, 8, 2)[:, [0, 4]].round(4).tolist()  # right, left
    [[[0.125, 0.0], [0.125, 0.0]], [[0.0, 0.125], [0.125, 0.0]], [[0.125, 0.0], [0.125, 0.0]]]

    Lesson 12 teaches it.
    """
    pixels = to_space(frame, space)
    check_number("bins", bins, 1, "of every channel and direction", whole=True)
    segments = check_segments(segments, pixels.shape[:2])
    return count_slopes(slopes(pixels), segments, bins)


def count_colours(pixels, segments, bins=25):
    """Return the histograms (K, C * bins) of pixels (H, W, C), 0 to 256, in every segment."""
    levels = np.minimum((pixels * (bins / 256)).astype(np.int64), bins - 1)
    return _count(np.moveaxis(levels, -1, 0), segments, bins)


def slopes(pixels):
    """Return how much every channel rises in 8 directions, each over its largest: (8C, H, W)."""
    found = []
    for channel in np.moveaxis(pixels, -1, 0):
        down, right = (ndimage.gaussian_filter(channel, 1, order=o) for o in ((1, 0), (0, 1)))
        slant, other = (right + down) / np.sqrt(2), (down - right) / np.sqrt(2)
        for rise in (right, slant, down, other, -right, -slant, -down, -other):
            rise = np.maximum(rise, 0)
            found.append(rise / max(rise.max(), 1))  # or noise of a level would look steep
    return np.stack(found)


def count_slopes(rises, segments, bins=10):
    """Return the histograms (K, 8C * bins) of rises (8C, H, W), 0 to 1, in every segment."""
    return _count(np.minimum((rises * bins).astype(np.int64), bins - 1), segments, bins)


def _count(levels, segments, bins):
    """Return the histograms (K, M * bins), summing to 1, of M maps of levels (M, H, W)."""
    count = segments.max() + 1
    places = segments * bins
    histograms = [np.bincount((places + m).ravel(), minlength=count * bins) for m in levels]
    counts = np.stack(histograms).reshape(len(levels), count, bins).swapaxes(0, 1)
    return counts.reshape(count, -1) / counts[:, :, :].sum(axis=(1, 2))[:, None]
