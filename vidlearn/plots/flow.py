"""Motion made visible: colours for directions, and arrows on frames."""

import numpy as np

from .arguments import finite, numeric, positive, whole
from .boxes import pictured

DARK, LIGHT = (0, 0, 0), (255, 255, 255)


def paint_flow(flow, fastest=None):
    """Turn arrows into colours: hue for the direction, white for what stands still.

    Parameters
    ----------
    flow : array_like
        (..., 2), right and down, in pixels. NaN, where nothing is known, becomes grey.
    fastest : float, optional
        The speed that gets the full colour; beyond it the colour stays. By default that of which
        99 of 100 arrows fall short.

    Returns
    -------
    ndarray
        (..., 3) uint8 RGB: red to the right, green down, cyan to the left, violet up.

    Raises
    ------
    ValueError
        If the last axis does not hold two numbers, or `fastest` is no number above 0.

    Examples
    --------
    >>> paint_flow([[2.0, 0.0], [0.0, 0.0], [-2.0, 0.0]], fastest=2).tolist()
    [[255, 0, 0], [255, 255, 255], [0, 255, 255]]
    """
    from matplotlib.colors import hsv_to_rgb

    flow = numeric("flow", flow, "(..., 2)")
    if flow.ndim < 1 or flow.shape[-1] != 2:
        raise ValueError(f"flow must be (..., 2). Received: shape {flow.shape}")
    speed = np.hypot(flow[..., 0], flow[..., 1])
    known = np.isfinite(speed)
    if fastest is None:
        fastest = float(np.percentile(speed[known], 99)) if known.any() else 0.0
        fastest = fastest or 1.0
    fastest = positive("fastest", fastest)
    turn = np.arctan2(flow[..., 1], flow[..., 0]) / (2 * np.pi) % 1.0
    share = (speed / fastest).clip(0, 1)
    hsv = np.stack([turn, share, np.ones_like(turn)], axis=-1)
    rgb = np.round(255 * hsv_to_rgb(np.where(known[..., None], hsv, 0))).astype(np.uint8)
    rgb[~known] = 128
    return rgb


def flow_wheel(side=48):
    """Draw the key to `paint_flow`: the colour of each direction, on a round disc.

    Parameters
    ----------
    side : int
        Height and width in pixels.

    Returns
    -------
    ndarray
        (side, side, 3) uint8: the rim has the full colours, the middle is white, and so is what
        lies outside the disc.

    Raises
    ------
    ValueError
        If `side` is no whole number, at least 3.

    Examples
    --------
    >>> flow_wheel(9)[4, 8].tolist(), flow_wheel(9)[4, 4].tolist()
    ([255, 0, 0], [255, 255, 255])
    """
    along = np.linspace(-1, 1, whole("side", side, 3))
    arrows = np.stack(np.meshgrid(along, along), axis=-1)
    disc = paint_flow(arrows, 1.0)
    disc[np.hypot(arrows[..., 0], arrows[..., 1]) > 1 + 1 / side] = 255
    return disc


def draw_arrows(frame, starts, arrows, *, scale=1.0):
    """Draw arrows on a copy of a frame; where nothing moves, a dot.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8.
    starts : array_like
        (N, 2) x and y, in pixels, from where each arrow goes.
    arrows : array_like
        (N, 2) right and down, in pixels. Those with NaN, also in their start, are left out.
    scale : float
        How many times longer than they are they are drawn.

    Returns
    -------
    ndarray
        (H, W, 3) uint8.

    Raises
    ------
    ValueError
        If frame, starts or arrows are of another shape, or `scale` is no number.

    Examples
    --------
    >>> picture = draw_arrows(np.zeros((20, 30, 3), np.uint8), [[5, 10]], [[12, 0]])
    >>> bool(picture[10, 12].any()), bool(picture[10, 25].any())
    (True, False)
    """
    from PIL import ImageDraw

    image = pictured(frame)
    starts, arrows = numeric("starts", starts, "(N, 2)"), numeric("arrows", arrows, "(N, 2)")
    if not starts.size and not arrows.size:
        return np.array(image)
    if starts.shape != arrows.shape or starts.ndim != 2 or starts.shape[1] != 2:
        raise ValueError(
            "starts and arrows must both be (N, 2). "
            f"Received: shapes {starts.shape} and {arrows.shape}"
        )
    arrows = finite("scale", scale) * arrows
    far = 4.0 * sum(image.size)  # ends beyond it are not seen, and take long to draw
    drawn = np.isfinite(np.hstack([starts, arrows])).all(axis=1) & (np.abs(starts) < far).all(
        axis=1
    )
    pen = ImageDraw.Draw(image)
    for colour, width in ((DARK, 3), (LIGHT, 1)):  # seen on any ground
        for start, arrow in zip(starts[drawn], arrows[drawn], strict=True):
            length = np.hypot(*arrow)
            _draw(pen, start, arrow * min(1.0, 4 * far / max(length, 1.0)), colour, width)
    return np.array(image)


def _draw(pen, start, arrow, colour, width):
    length, (x, y) = np.hypot(*arrow), start
    if length < 1:
        reach = width / 2
        pen.ellipse([x - reach, y - reach, x + reach, y + reach], fill=colour)
        return
    tip = start + arrow
    along = arrow / length * min(4.0, 0.6 * length)
    across = 0.6 * np.array([-along[1], along[0]])
    pen.line([tuple(start), tuple(tip)], fill=colour, width=width)
    for side in (across, -across):
        pen.line([tuple(tip), tuple(tip - along + side)], fill=colour, width=width)
