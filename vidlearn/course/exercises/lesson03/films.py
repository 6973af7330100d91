"""What lesson 03 does with films: kernels that tell right from left, and a secret."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal


def right_not_left():
    """Silent on what stands (columns sum to 0) and on what goes left (anti-diagonals do)."""
    return np.array([[0.0, -1, -1], [1, 2, 1], [-1, -1, 0]])


SPEEDS = 0.7, 1.0, 1.4


@cache
def _films():
    """Grey films in which all things go right, (T, H, W) from 0 to 1, for each speed."""
    from vidlearn.synthetic import crossing

    scenes = [
        [crossing(20, (90, 120), (1, 1), seed=seed, speed=speed) for seed in (31, 32, 33)]
        for speed in SPEEDS
    ]
    return [[scene.frames.mean(axis=-1) / 255 for scene in films] for films in scenes]


def strength(film, kernel):
    """Measure how strongly a kernel answers to a grey film.

    Parameters
    ----------
    film : ndarray
        (T, H, W).
    kernel : array_like
        (frames, columns).

    Returns
    -------
    float
        The mean square of its answers.
    """
    windows = np.lib.stride_tricks.sliding_window_view(film, np.shape(kernel), axis=(0, 2))
    return float(np.square(np.tensordot(windows, kernel, 2)).mean())


def _checked(kernel):
    """Return a kernel as an array (frames, columns), or refuse it."""
    try:
        kernel = np.asarray(kernel)
    except ValueError:
        kernel = np.asarray(None)  # lists of several lengths
    if kernel.dtype.kind not in "biuf":
        raise Refusal(
            "A kernel is an array of numbers, or a list of lists that are all of one length."
        )
    kernel = kernel.astype(float)
    if kernel.ndim == 3 and kernel.shape[1] == 1:
        kernel = kernel[:, 0]
    if kernel.ndim != 2 or not all(1 <= side <= 7 for side in kernel.shape):
        raise Refusal(
            "A kernel here has the shape (frames, columns), each from 1 to 7; yours has the "
            f"shape {kernel.shape}."
        )
    if not np.isfinite(kernel).all():
        raise Refusal("Some of the kernel's numbers are not finite (nan or inf).")
    if not kernel.any():
        raise Refusal("All of the kernel's numbers are 0: it answers to nothing.")
    return kernel


def direction_score(kernel):
    """Say how much more strongly a kernel answers to what goes right than to what goes left.

    The films are none of the lesson's. Things go 0.7, 1 or 1.4 pixels a frame; played backwards,
    they go left. The worst of the three speeds counts.

    Parameters
    ----------
    kernel : array_like
        (frames, columns) or (frames, 1, columns), at most 7 by 7.

    Returns
    -------
    float
        Mean square of the answers to the right over that to the left, the median of three films.

    Raises
    ------
    Refusal
        If the kernel has another shape, holds numbers that are not finite, or zeros alone.
    """
    kernel = _checked(kernel)
    kernel = kernel / np.abs(kernel).max()
    ratios = [
        [strength(film, kernel) / max(strength(film[::-1], kernel), 1e-12) for film in films]
        for films in _films()
    ]
    return float(np.median(ratios, axis=1).min())


def answers(film, kernel):
    """Slide a kernel over time and columns of a film, and say how strongly it answers.

    Parameters
    ----------
    film : ndarray
        (T, H, W, 3) uint8.
    kernel : array_like
        (frames, columns) or (frames, 1, columns).

    Returns
    -------
    ndarray
        (T, H, W), 0 or more: the size of each answer, as a part of the kernel's numbers together.
        0 where the kernel would look beyond the film, and for what is no kernel at all.
    """
    try:
        kernel = _checked(kernel)
    except Refusal:  # `challenge` has said it
        return np.zeros(film.shape[:3])
    grey = film.mean(axis=-1) / 255
    windows = np.lib.stride_tricks.sliding_window_view(grey, kernel.shape, axis=(0, 2))
    sizes = np.abs(np.tensordot(windows, kernel, 2)) / np.abs(kernel).sum()
    frames, columns = (side - 1 for side in kernel.shape)
    rim = [(frames // 2, frames - frames // 2), (0, 0), (columns // 2, columns - columns // 2)]
    return np.pad(sizes, rim)


def secret_blur():
    """Return a picture before and after somebody's filter; the filter is not told.

    Returns
    -------
    before : ndarray
        (50, 66) uint8, grey.
    after : ndarray
        (42, 58) uint8: `before`, filtered without padding by a kernel of 9 x 9 numbers.
    """
    from vidlearn.scratch import filter2d
    from vidlearn.synthetic import picture

    cat = picture("cat")[0:300:6, 20:416:6].mean(axis=-1).round().astype(np.uint8)
    rows = [0, 54, 127, 127, 62, 28, 8, 0, 0]  # bits
    kernel = np.array([[row >> (7 - j) & 1 if j < 8 else 0 for j in range(9)] for row in rows])
    kernel = kernel * 1.0
    after = filter2d(cat / 255, kernel / kernel.sum(), padding="valid")
    return cat, (255 * after).round().astype(np.uint8)
