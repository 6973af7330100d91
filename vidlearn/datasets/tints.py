"""Strong changes of colour, so that few photographs are enough."""

from __future__ import annotations

import numpy as np

from vidlearn.boxes import Truth

from .augment import _frame


def tint(frame, truth: Truth, *, rng, chance=0.75, shuffle=0.5, gain=(0.4, 1.3), offset=80):
    """Exchange the channels, and stretch and shift each on its own; the boxes stay as they are.

    ``out = gain * in + offset``, with a gain and an offset for each of red, green and blue. What
    is learned of such pictures cannot be a colour, so few photographs teach about many.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8.
    truth : Truth
    rng : numpy.random.Generator
    chance : float
        Share of the pictures that are changed, 0 to 1.
    shuffle : float
        Share of those whose channels come in another order, drawn from the six, 0 to 1.
    gain : tuple of float
        Least and most that each channel is multiplied by, above 0.
    offset : float
        Most grey levels that each channel is shifted by, either way, 0 to 255.

    Returns
    -------
    frame : ndarray
        (H, W, 3) uint8, rounded, and cut off at 0 and 255.
    truth : Truth
        The same.

    Raises
    ------
    ValueError
        If the frame is not (H, W, 3) uint8, or an option is out of range.

    References
    ----------
    Howard, "Some improvements on deep convolutional neural network based image classification",
    2013: brightness, contrast and colour at random, of the picture as a whole.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> grey = np.full((2, 2, 3), 100, np.uint8)
    >>> frame, _ = tint(grey, Truth([]), rng=rng, chance=1, gain=(0.5, 0.5), offset=0)
    >>> frame[0, 0].tolist()
    [50, 50, 50]

    Lesson 13 uses it.
    """
    frame = _frame(frame)
    for name, share in (("chance", chance), ("shuffle", shuffle)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} must be 0 to 1. Received: {share}")
    low, high = gain
    if not 0 < low <= high < np.inf:
        raise ValueError(f"gain must be (least, most) above 0. Received: {gain}")
    if not 0 <= offset <= 255:
        raise ValueError(f"offset must be 0 to 255 grey levels. Received: {offset}")
    if rng.random() >= chance:
        return frame.copy(), truth
    order = rng.permutation(3) if rng.random() < shuffle else np.arange(3)
    levels = np.arange(256) * rng.uniform(low, high, (3, 1)) + rng.uniform(-offset, offset, (3, 1))
    tables = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)  # (3, 256), one row a channel
    made = np.empty_like(frame, order="C")
    for channel, source in enumerate(order):
        made[..., channel] = tables[channel].take(frame[..., source])
    return made, truth
