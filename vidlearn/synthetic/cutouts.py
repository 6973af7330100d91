"""Things that move: handwritten digits and what is cut out of packaged photographs."""

from functools import cache

import numpy as np
from scipy import ndimage

from vidlearn.synthetic.pictures import picture

DIGITS = tuple("0123456789")
KINDS = (*DIGITS, "coin", "cup", "flower", "horse")
"""Every kind of object; "digits" stands for the ten digits."""

# Bright, and told apart by colour-blind readers (Okabe and Ito, 2008).
_PAINTS = np.array(
    [(0, 114, 178), (230, 159, 0), (0, 158, 115), (213, 94, 0), (86, 180, 233), (204, 121, 167)],
    np.float32,
)
_METALS = np.array([(1.0, 0.98, 0.94), (1.12, 0.92, 0.58), (1.1, 0.8, 0.62)], np.float32)


def cutout(kind, rng):
    """Draw one object of a kind.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    rng : numpy.random.Generator
        Draws which digit of which writer, which coin, which colour.

    Returns
    -------
    ndarray
        (h, w, 4) uint8 RGBA, trimmed to where it is not fully transparent.

    Raises
    ------
    ValueError
        If there is no such kind.

    Examples
    --------
    >>> cutout("flower", np.random.default_rng(0)).shape[-1]
    4
    """
    if kind in DIGITS:
        shapes = _digit_shapes(int(kind))
        return _sticker(shapes[rng.integers(len(shapes))], _PAINTS[rng.integers(len(_PAINTS))])
    if kind == "horse":
        return _horse(int(rng.integers(len(_PAINTS))))
    if kind == "coin":
        coins = _coins()
        coin = coins[rng.integers(len(coins))].copy()
        metal = coin[..., :3] * _METALS[rng.integers(len(_METALS))] * 1.15
        coin[..., :3] = np.clip(metal, 0, 255)
        return coin
    if kind == "cup":
        return _cup()
    if kind == "flower":
        return _flower()
    raise ValueError(f"kind must be one of {', '.join(KINDS)}. Received: {kind!r}")


def _trimmed(rgb, alpha):
    """Join colour and opacity (0 to 1) and cut away the transparent border."""
    rows, columns = np.where(alpha > 0.02)
    part = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    rgba = np.concatenate([rgb[part], 255 * alpha[part][..., None]], axis=-1)
    return np.rint(rgba).astype(np.uint8)


def _soft(mask, width=1.0):
    """Turn a bool mask into an opacity whose edge is `width` pixels soft."""
    return np.clip(ndimage.gaussian_filter(mask.astype(np.float32), width), 0, 1)


def _sticker(shape, paint, border=7.0):
    """Paint a shape (h, w) of 0 to 1 and lay a white border round it."""
    shape = np.pad(shape, 12)
    away = ndimage.distance_transform_edt(shape < 0.5)
    alpha = np.clip(border + 0.5 - away, 0, 1)
    rows = np.linspace(1.12, 0.85, shape.shape[0], dtype=np.float32)[:, None, None]
    filled = np.clip(paint * rows, 0, 255)  # a little lighter at the top, as if lit from above
    return _trimmed(255 + shape[..., None] * (filled - 255), alpha)


@cache
def _digit_shapes(digit):
    """Return all handwritten samples of a digit: (n, 128, 128) float32, 0 to 1, smooth outlines."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    small = np.pad(digits.images[digits.target == digit], [(0, 0), (1, 1), (1, 1)]) / 16
    # A spline is linear, and one axis after the other: what it makes of single pixels tells all.
    spline = ndimage.zoom(np.eye(10), (12.8, 1), order=3, mode="nearest", grid_mode=True)
    large = spline @ small @ spline.T  # (n, 128, 128)
    return (1 / (1 + np.exp(-14 * (large - 0.42)))).astype(np.float32)


@cache
def _horse(paint):
    shape = 1 - picture("horse")[::2, ::2, 0] / np.float32(255)
    return _sticker(ndimage.gaussian_filter(shape, 0.7), _PAINTS[paint])


@cache
def _coins():
    """Cut the 24 coins out of the photograph by watershed from sure coin and sure ground."""
    from skimage.filters import sobel
    from skimage.segmentation import watershed

    photo = picture("coins")
    grey = photo[..., 0]
    sure = np.where(grey > 150, 2, np.where(grey < 30, 1, 0))
    coins = ndimage.binary_fill_holes(watershed(sobel(grey), sure) == 2)
    numbered, _ = ndimage.label(ndimage.binary_opening(coins, iterations=3))
    parts = ndimage.find_objects(numbered)
    return [
        _trimmed(photo[part], _soft(numbered[part] == k + 1, 0.8))
        for k, part in enumerate(parts)
        if (numbered[part] == k + 1).sum() > 600
    ]


@cache
def _cup():
    """Cut out cup and saucer: two ellipses, fitted by eye."""
    photo = picture("coffee")
    y, x = np.mgrid[: photo.shape[0], : photo.shape[1]]

    def ellipse(cx, cy, width, height, degrees):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        u, v = c * (x - cx) + s * (y - cy), c * (y - cy) - s * (x - cx)
        return (2 * u / width) ** 2 + (2 * v / height) ** 2 <= 1

    return _trimmed(photo, _soft(ellipse(291, 110, 236, 188, 4) | ellipse(278, 223, 402, 328, 5)))


@cache
def _flower():
    """Cut out the dahlia: it is more red than blue, its leaves are not."""
    photo = picture("flower")
    red, _, blue = np.moveaxis(photo.astype(np.int16), -1, 0)
    warm = ndimage.binary_opening((red > blue + 40) & (red > 90), iterations=3)
    numbered, _ = ndimage.label(warm)
    return _trimmed(photo, _soft(ndimage.binary_fill_holes(numbered == numbered[230, 320])))
