"""The plainest search for cuts: the mean difference of pixels, and one threshold."""

import numpy as np


def checked_frames(frames, colour="either"):
    """Raise a ValueError unless frames are uint8 (T, H, W, 3), or (T, H, W) where that may be."""
    dims = (4,) if colour == "rgb" else (3, 4)
    kind = getattr(frames, "dtype", type(frames).__name__)
    shape = np.shape(frames) if isinstance(frames, np.ndarray) else None
    fine = shape is not None and len(shape) in dims and (len(shape) == 4) == (shape[-1] == 3)
    if not fine or kind != np.uint8 or 0 in shape[1:]:
        forms = "(T, H, W, 3)" if colour == "rgb" else "(T, H, W, 3) or (T, H, W)"
        raise ValueError(
            f"frames must be an array {forms} of uint8, 0 to 255. Received: {kind}"
            + (f" of shape {shape}" if shape is not None else "")
            + ". From floats 0 to 1: (frames * 255).round().astype(np.uint8)"
        )


def checked_numbers(name, values):
    """Return finite numbers (T,) as float64, or raise a ValueError."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "biuf"):
        raise ValueError(
            f"{name} must be numbers of shape (T,), one for each frame. "
            f"Received: {array.dtype} of shape {array.shape}"
        )
    array = array.astype(float)
    if not np.isfinite(array).all():
        k = int(np.isfinite(array).argmin())
        raise ValueError(f"{name} must be finite. Received: {array[k]} at frame {k}")
    return array


def checked_threshold(threshold):
    """Raise a ValueError unless a threshold is a number of grey levels."""
    number = isinstance(threshold, int | float | np.integer | np.floating)
    if not number or isinstance(threshold, bool) or not 0 <= threshold <= 255:
        raise ValueError(f"threshold must be 0 to 255 grey levels. Received: {threshold!r}")


def frame_differences(frames):
    """Measure how much each frame differs from the one before.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) or (T, H, W) uint8.

    Returns
    -------
    ndarray
        (T,) float64 in grey levels, 0 to 255: the mean over all pixels and channels of the
        absolute difference between frame t and frame t - 1; 0 for frame 0.

    Raises
    ------
    ValueError
        If the frames are not of that type and shape.

    Examples
    --------
    >>> clip = np.array([10, 10, 200, 190], np.uint8)[:, None, None] * np.ones((4, 6), np.uint8)
    >>> frame_differences(clip).tolist()
    [0.0, 0.0, 190.0, 10.0]

    Lesson 00 teaches it; lesson 21 shows where it fails.
    """
    checked_frames(frames)
    differences = np.zeros(len(frames))
    for t in range(1, len(frames)):
        differences[t] = np.abs(frames[t].astype(np.int16) - frames[t - 1]).mean()
    return differences


def find_cuts(frames, threshold=25.0):
    """Find hard cuts: frames that differ much from the frame before.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) or (T, H, W) uint8.
    threshold : float
        Mean difference above which a new shot starts, in grey levels, 0 to 255.

    Returns
    -------
    list of int
        The first frame of each shot but the first; a cut at t separates t - 1 from t.

    Raises
    ------
    ValueError
        If the frames are not of that type and shape, or the threshold is not 0 to 255.

    Examples
    --------
    >>> clip = np.array([10, 10, 200, 190], np.uint8)[:, None, None] * np.ones((4, 6), np.uint8)
    >>> find_cuts(clip)
    [2]

    Lesson 00 teaches it.
    """
    checked_threshold(threshold)
    return np.flatnonzero(frame_differences(frames) > threshold).tolist()
