"""Colour spaces in which pictures are cut up: what looks alike in one may differ in another."""

import numpy as np

from ._checks import check_frame, check_names

SPACES = ("rgb", "grey", "hsv", "lab")
# Linear sRGB to CIE XYZ, each row over its white (D65), IEC 61966-2-1.
_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
) / np.array([[0.950456], [1.0], [1.088754]])


def to_space(frame, space):
    """Write a frame in another colour space, every channel from 0 to 255.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) RGB or (H, W) grey, uint8.
    space : str
        "rgb", "grey" (the luma of Rec. 601), "hsv" (hue, saturation, value) or "lab" (CIE L*a*b*,
        white D65).

    Returns
    -------
    ndarray
        (H, W, C) float32, C 1 for "grey" and 3 otherwise. A full turn of hue is 256, red 0; L* is
        scaled by 2.55, a* and b* lie around 128.

    Raises
    ------
    ValueError
        If the frame is not of that kind, or the space has another name.

    Examples
    --------
    >>> to_space(np.array([[[0, 255, 0]]], np.uint8), "hsv").round(1).tolist()
    [[[85.30000305175781, 255.0, 255.0]]]
    >>> to_space(np.array([[[255, 255, 255]]], np.uint8), "lab").round().tolist()
    [[[255.0, 128.0, 128.0]]]

    Lesson 12 teaches it.
    """
    frame = check_frame(frame)
    (space,) = check_names("space", (space,), SPACES)
    rgb = np.broadcast_to(frame, (*frame.shape[:2], 3))
    return {"rgb": _rgb, "grey": _grey, "hsv": _hsv, "lab": _lab}[space](rgb)


def _rgb(rgb):
    return rgb.astype(np.float32)


def _grey(rgb):
    return (rgb @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]


def _hsv(rgb):
    red, green, blue = np.moveaxis(rgb.astype(np.float32), -1, 0)
    value = rgb.max(axis=-1).astype(np.float32)
    spread = value - rgb.min(axis=-1)
    grey = spread == 0
    apart = np.where(grey, 1, spread)
    sixths = np.where(  # of a turn, from red over yellow
        value == red,
        (green - blue) / apart,
        np.where(value == green, 2 + (blue - red) / apart, 4 + (red - green) / apart),
    )
    hue = np.where(grey, 0, sixths % 6) * (256 / 6)
    return np.stack([hue, 255 * spread / np.maximum(value, 1), value], axis=-1)


def _lab(rgb):
    levels = np.arange(256) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    xyz = linear.astype(np.float32)[rgb] @ _XYZ.T.astype(np.float32)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116).astype(np.float32)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack(
        [2.55 * (116 * y - 16), 128 + 500 * (x - y), 128 + 200 * (y - z)], axis=-1
    ).clip(0, 255)
