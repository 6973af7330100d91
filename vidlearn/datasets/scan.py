"""Pictures decoded to see whether they are whole, and what they look like."""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

SMALL = 16  # side of the thumbnail
FLAT = 4.0  # grey levels of spread below which a picture has nothing to compare


@dataclass(frozen=True)
class Look:
    """What was seen of a picture."""

    digest: bytes = b""  # of the file
    bits: tuple[int, int] | None = None  # difference hash, rows and columns; None: flat
    thumb: np.ndarray | None = None  # (16, 16) float32, mean 0, spread 1
    trouble: str | None = None  # why it cannot be decoded to its end


def scan(paths, *, progress=True):
    """Return a `Look` for every path, decoding in as many threads as there are processors."""
    from tqdm import tqdm

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        looks = pool.map(look, paths)
        bar = tqdm(looks, total=len(paths), unit=" pictures", disable=not progress, leave=False)
        return dict(zip(paths, bar, strict=True))


def look(path):
    """Decode a picture; a JPEG at an eighth of its size, which still reads it to its end."""
    from PIL import Image, ImageOps

    try:
        raw = path.read_bytes()
        digest = hashlib.blake2b(raw, digest_size=16).digest()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(raw)) as image:
                image.draft("L", (4 * SMALL, 4 * SMALL))
                image.load()
                cut = image.format == "JPEG" and b"\xff\xd9" not in raw[-4096:]
                image = ImageOps.exif_transpose(image).convert("L")
                thumb = image.resize((SMALL + 1, SMALL + 1), Image.Resampling.BOX)
    except Exception as error:  # Pillow's plug-ins raise all kinds for damaged files
        return Look(trouble=str(error).split(" (<_io")[0] or type(error).__name__)
    if cut:
        return Look(trouble="its end mark is missing")
    return Look(digest, *_hashed(np.asarray(thumb, np.float32)))


def _hashed(grey):
    """Return the bits of the difference hash, and the thumbnail, of (17, 17) grey levels."""
    thumb = grey[:SMALL, :SMALL]
    if thumb.std() < FLAT:
        return None, None
    coarse = grey[:SMALL, :SMALL].reshape(8, 2, 8, 2).mean((1, 3))  # (8, 8)
    coarse = np.pad(coarse, ((0, 1), (0, 1)), mode="wrap")
    across = coarse[:8, 1:] > coarse[:8, :8]
    down = coarse[1:, :8] > coarse[:8, :8]
    bits = tuple(int.from_bytes(np.packbits(part).tobytes(), "big") for part in (across, down))
    return bits, (thumb - thumb.mean()) / thumb.std()
