"""What lesson 14 draws: a grid whose cells light up."""

import numpy as np

SHINE = np.array([240, 228, 66])  # yellow


def responsible(truths, shape, stride):
    """Say in which cells the centres of things lie.

    Parameters
    ----------
    truths : sequence of Truth
        One for each frame.
    shape : (int, int)
        Height and width of the frames.
    stride : int
        Pixels of a cell's side.

    Returns
    -------
    ndarray
        (T, rows, columns), 1 where a centre lies, else 0.
    """
    light = np.zeros((len(truths), *(-(-side // stride) for side in shape)))
    for t, truth in enumerate(truths):
        centres = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / 2
        columns, rows = (centres // stride).astype(int).T
        light[t, rows, columns] = 1
    return light


def lit(frames, light, stride, times=2):
    """Lay a grid over a film; cells shine as brightly as they are sure.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    light : ndarray
        (T, rows, columns), 0 to 1.
    stride : int
        Pixels of a cell's side.
    times : int
        How much larger the film becomes.

    Returns
    -------
    ndarray
        (T, times H, times W, 3) uint8.
    """
    height, width = frames.shape[1:3]
    large = frames.repeat(times, 1).repeat(times, 2).astype(float)
    cell = stride * times
    share = 0.7 * light.repeat(cell, 1).repeat(cell, 2)[:, : times * height, : times * width]
    share[:, ::cell] = np.maximum(share[:, ::cell], 0.25)
    share[:, :, ::cell] = np.maximum(share[:, :, ::cell], 0.25)
    return ((1 - share[..., None]) * large + share[..., None] * SHINE).astype(np.uint8)
