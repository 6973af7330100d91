"""Real photographs that ship inside scikit-learn and scikit-image; nothing is downloaded.

`datasets/generated.md` holds the source and the licence of each.
"""

from functools import cache

import numpy as np

# name here: (package, name there). Only pictures that lie inside the wheel and whose terms allow
# any use with at most a credit.
PICTURES = {
    "astronaut": ("skimage", "astronaut"),
    "brick": ("skimage", "brick"),
    "camera": ("skimage", "camera"),
    "cat": ("skimage", "cat"),
    "china": ("sklearn", "china.jpg"),
    "coffee": ("skimage", "coffee"),
    "coins": ("skimage", "coins"),
    "flower": ("sklearn", "flower.jpg"),
    "grass": ("skimage", "grass"),
    "gravel": ("skimage", "gravel"),
    "horse": ("skimage", "horse"),
    "hubble": ("skimage", "hubble_deep_field"),
    "retina": ("skimage", "retina"),
    "rocket": ("skimage", "rocket"),
    "tissue": ("skimage", "immunohistochemistry"),
}
BACKGROUNDS = (
    "china",
    "cat",
    "rocket",
    "tissue",
    "camera",
    "hubble",
    "retina",
    "brick",
    "grass",
    "gravel",
)
"""The photographs that are drawn from; none holds an object that moves in some scene."""


@cache
def picture(name):
    """Load a packaged picture.

    Parameters
    ----------
    name : str
        A key of `PICTURES`.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB, read-only; a grey photograph has three equal channels.

    Raises
    ------
    ValueError
        If there is no such picture.

    Examples
    --------
    >>> picture("cat").shape
    (300, 451, 3)
    """
    if name not in PICTURES:
        raise ValueError(f"picture must be one of {', '.join(PICTURES)}. Received: {name!r}")
    package, key = PICTURES[name]
    if package == "sklearn":
        from sklearn.datasets import load_sample_image

        pixels = load_sample_image(key)
    else:
        import skimage.data

        pixels = getattr(skimage.data, key)()
    if pixels.dtype == bool:  # the horse is a black silhouette on white
        pixels = pixels.astype(np.uint8) * 255
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=-1)  # (H, W, 3)
    pixels = np.array(pixels)
    pixels.flags.writeable = False
    return pixels


def background(which, size):
    """Cut a background out of a photograph: as large a part as fits, scaled to a size.

    Parameters
    ----------
    which : str, int or numpy.random.Generator
        A name of `PICTURES` for the middle of that photograph, or a seed that draws one of
        `BACKGROUNDS` and the part of it.
    size : (int, int)
        Height and width in pixels.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB.

    Raises
    ------
    ValueError
        If there is no such photograph.

    Examples
    --------
    >>> background("cat", (120, 160)).shape
    (120, 160, 3)
    """
    if isinstance(which, str):
        name, place = which, (0.5, 0.5)
    else:
        rng = np.random.default_rng(which)
        name, place = BACKGROUNDS[rng.integers(len(BACKGROUNDS))], rng.random(2)
    from PIL import Image

    photo = picture(name)
    height, width = size
    limits = photo.shape[1], photo.shape[0]
    cut = min(limits[0] / width, limits[1] / height)
    left, top = (limits[0] - cut * width) * place[0], (limits[1] - cut * height) * place[1]
    box = np.clip([left, top, left + cut * width, top + cut * height], 0, 2 * limits).tolist()
    return np.asarray(Image.fromarray(photo).resize((width, height), Image.LANCZOS, box=box))
