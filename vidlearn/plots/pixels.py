"""Pictures made of pixels: how they are stored, and how large they are shown."""

import base64
import io

import numpy as np

SMALL = 64  # pixels: a picture with no longer side is about its pixels, and is shown unsmoothed


def is_small(picture):
    """Tell whether a picture (PIL) is so small that its pixels are what one looks at."""
    return max(picture.size) <= SMALL


def encoded(picture, pixels=None):
    """Return a picture as an address: WebP for photographs, PNG for anything else.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture.
    pixels : bool, optional
        True: PNG in any case, as each pixel counts. By default small pictures are PNG, and large
        ones are where PNG is not far larger.

    Returns
    -------
    str
        ``data:image/…``.
    """
    kinds = {"png": {"optimize": True}}
    if picture.mode in ("RGBA", "P"):
        picture = picture.convert("RGBA")
        if picture.getextrema()[3][0] == 255:
            picture = picture.convert("RGB")
    if picture.mode in ("RGB", "RGBA", "L") and not (
        is_small(picture) if pixels is None else pixels
    ):
        kinds["webp"] = {"quality": 82, "method": 6, "use_sharp_yuv": True}
    stored = {}
    for kind, options in kinds.items():
        stream = io.BytesIO()
        (_few_colours(picture) if kind == "png" else picture).save(stream, kind, **options)
        stored[kind] = stream.getvalue()
    kind = min(stored, key=lambda k: len(stored[k]) * (1.5 if k == "webp" else 1))
    return f"data:image/{kind};base64,{base64.b64encode(stored[kind]).decode()}"


def _few_colours(picture):
    """Number the colours of a picture that has at most 256, which is the same in fewer bytes."""
    from PIL import Image

    colours = picture.getcolors(256)
    if picture.mode != "RGB" or colours is None:
        return picture
    if all(red == green == blue for _, (red, green, blue) in colours):
        return picture.convert("L")
    values, numbers = np.unique(np.array(picture).reshape(-1, 3), axis=0, return_inverse=True)
    numbered = Image.fromarray(numbers.reshape(picture.height, -1).astype(np.uint8), "P")
    numbered.putpalette(values.tobytes())
    return numbered
