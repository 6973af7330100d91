"""Single pictures of things before photographs, with exact boxes: for training detectors."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from vidlearn.boxes import Truth
from vidlearn.synthetic.cutouts import DIGITS, KINDS, cutout
from vidlearn.synthetic.pictures import BACKGROUNDS, PICTURES, picture
from vidlearn.synthetic.render import Sprite, paste, placed

LEAST = 4  # pixels of a thing's longer side
CLOSEST = 0.45  # of the largest part of a photograph that fits: the smallest that is cut
GAP = 1  # pixel between the boxes of two things
ROUNDS = 100  # in which things may look for room


@dataclass(frozen=True, eq=False, repr=False)
class Stills:
    """N pictures, and what is to be found in each.

    Attributes
    ----------
    frames : ndarray
        (N, H, W, 3) uint8 RGB.
    truths : list of vidlearn.boxes.Truth
        N; boxes float32 xyxy in pixels, tight round the pixels at least half opaque.
    names : tuple of str
        The classes: the labels' names.

    Examples
    --------
    >>> stills(2, (64, 96), objects=(1, 1), kinds=["digit"])
    Stills(2 pictures of 64 x 96, 2 things: digit)
    """

    frames: np.ndarray
    truths: list
    names: tuple

    def __len__(self):
        return len(self.frames)

    def __repr__(self):
        count, height, width = self.frames.shape[:3]
        pictures = "1 picture" if count == 1 else f"{count} pictures"
        things = sum(map(len, self.truths))
        things = "1 thing" if things == 1 else f"{things} things"
        return f"Stills({pictures} of {height} x {width}, {things}: {', '.join(self.names)})"


def stills(
    count,
    size=(120, 160),
    *,
    seed=0,
    kinds=("coin", "cup", "flower", "horse", "digit"),
    backgrounds=None,
    objects=(3, 4),
    scale=(0.18, 0.41),
):
    """Make single pictures of things that lie apart before a photograph.

    The things are those of `moving_objects`: coins and flowers turned by any angle, the others
    by a little. The photograph's part and its enlargement are drawn for each picture. The same
    arguments give the same bytes, and picture k is the same whatever `count` is.

    Parameters
    ----------
    count : int
        Number of pictures, N, at least 1.
    size : (int, int)
        Height and width in pixels, at least 16.
    seed : int
        0 or above; draws everything.
    kinds : sequence of str
        The classes, each drawn equally often: "coin", "cup", "flower", "horse", "digit" (one of
        the ten, which are one class), or one digit such as "7".
    backgrounds : sequence of str, optional
        Names of `PICTURES`, each drawn equally often; `BACKGROUNDS` when not given.
    objects : (int, int)
        Least and most things in a picture, 0 to 255.
    scale : (float, float)
        Least and most of a thing's longer side before it is turned, as a fraction of the
        picture's shorter side, above 0 to 1; even in its logarithm.

    Returns
    -------
    Stills
        Frames, truths, names.

    Raises
    ------
    ValueError
        If an argument is out of range, or so many things find no room.

    Examples
    --------
    >>> made = stills(3, (60, 84), kinds=["coin", "digit"], objects=(2, 2), seed=1)
    >>> made.frames.shape, [len(truth) for truth in made.truths], made.names
    ((3, 60, 84, 3), [2, 2, 2], ('coin', 'digit'))

    Lesson 13 uses it.
    """
    backgrounds = BACKGROUNDS if backgrounds is None else backgrounds
    names = _names("kinds", kinds, ("digit", *KINDS))
    _names("backgrounds", backgrounds, tuple(PICTURES))
    _check(count, size, seed, objects, scale)
    frames, truths = np.empty((count, *size, 3), np.uint8), []
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        canvas = _ground(str(rng.choice(backgrounds)), size, rng)
        many = rng.integers(*objects, endpoint=True)
        chosen = [kinds[i] for i in rng.integers(len(kinds), size=many)]
        patches = [_patch(kind, min(size), scale, rng) for kind in chosen]
        boxes = _painted(canvas, patches, rng)
        frames[k] = np.rint(np.clip(canvas, 0, 255))
        truths.append(Truth(boxes, [names.index(kind) for kind in chosen]))
    return Stills(frames, truths, names)


def _names(argument, chosen, known):
    """Return the names chosen, each once, in order; turn away those that are not known."""
    wrong = [name for name in chosen if isinstance(chosen, str) or name not in known]
    if wrong or not len(chosen):
        received = repr(chosen if isinstance(chosen, str) else wrong[0]) if wrong else "none"
        raise ValueError(
            f"{argument} must be a list of one or more of {', '.join(known)}. Received: {received}"
        )
    return tuple(dict.fromkeys(chosen))


def _check(count, size, seed, objects, scale):
    def whole(*values):
        return all(isinstance(v, Integral) and not isinstance(v, bool) for v in values)

    def pair(values):
        return isinstance(values, tuple | list) and len(values) == 2

    least = f"above 0 to 1, of {LEAST} pixels at least in a picture of this size"
    for name, value, good, wanted in [
        ("count", count, whole(count) and count >= 1, "at least 1"),
        (
            *("size", size, pair(size) and whole(*size) and min(size) >= 16),
            "(height, width), whole pixels, at least 16 each",
        ),
        ("seed", seed, whole(seed) and seed >= 0, "a whole number of 0 or above"),
        (
            *("objects", objects, pair(objects) and whole(*objects)),
            "(least, most), whole numbers, such as (3, 4)",
        ),
        ("scale", scale, pair(scale), "(least, most), such as (0.18, 0.41)"),
    ]:
        if not good:
            raise ValueError(f"{name} must be {wanted}. Received: {value!r}")
    if not 0 <= objects[0] <= objects[1] <= 255:
        raise ValueError(f"objects must be (least, most) within 0 to 255. Received: {objects}")
    if not LEAST / min(size) <= scale[0] <= scale[1] <= 1:
        raise ValueError(f"scale must be (least, most), {least}. Received: {scale} for {size}")


def _ground(name, size, rng):
    """Cut a part out of a photograph, at random, and scale it to a size: float32."""
    from PIL import Image

    photo = Image.fromarray(picture(name))
    cut = min(photo.width / size[1], photo.height / size[0]) * rng.uniform(CLOSEST, 1)
    width, height = min(cut * size[1], photo.width), min(cut * size[0], photo.height)
    left, top = rng.random(2) * (photo.width - width, photo.height - height)
    box = (left, top, left + width, top + height)
    part = photo.resize(size[::-1], Image.BILINEAR, box=box, reducing_gap=2.0)
    return np.array(part, np.float32)


def _patch(kind, side, scale, rng):
    """Draw a thing, scaled and turned: the layers of its sprite, (n, n, 5) float32."""
    from PIL import Image

    rgba = cutout(str(rng.choice(DIGITS)) if kind == "digit" else kind, rng)
    longest = side * np.exp(rng.uniform(*np.log(scale)))
    factor = int(max(rgba.shape[:2]) / longest / 2)
    if factor > 1:  # half the work is to make a large cut-out small
        rgba = np.asarray(Image.fromarray(rgba).reduce(factor))
    angle = rng.uniform(0, 2 * np.pi)
    angle = angle if kind in ("coin", "flower") else 0.14 * np.sin(angle)
    return placed(Sprite.made_of(rgba, longest), rng.random(2), angle, 1.0)[0]


def _painted(canvas, patches, rng):
    """Paint things where there is room; return their boxes (N, 4) float32."""
    extents = np.array([_extent(patch) for patch in patches]).reshape(-1, 4)
    corners = _corners(extents, canvas.shape[:2], rng)
    ids = np.zeros(canvas.shape[:2], np.uint8)
    boxes = np.zeros((len(patches), 4), np.float32)
    for k, (patch, corner) in enumerate(zip(patches, corners, strict=True)):
        boxes[k], _ = paste(canvas, ids, patch, corner, k + 1)
    return boxes


def _extent(patch):
    """Top, left, height and width of what is at least half opaque."""
    solid = patch[..., 3] >= 0.5
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    return rows[0], columns[0], np.ptp(rows) + 1, np.ptp(columns) + 1


def _corners(extents, size, rng):
    """Draw (row, column) for each patch, so that the things lie inside, and apart."""
    order = np.argsort(-extents[:, 2:].prod(axis=1), kind="stable")  # the largest first
    for _ in range(ROUNDS):
        corners, taken = {}, []
        for k in order:
            top, left, height, width = (int(side) for side in extents[k])
            free = np.ones([max(size[0] - height + 1, 0), max(size[1] - width + 1, 0)], bool)
            for row, column, h, w in taken:
                first = max(row - height - GAP + 1, 0), max(column - width - GAP + 1, 0)
                free[first[0] : row + h + GAP, first[1] : column + w + GAP] = False
            places = np.flatnonzero(free)
            if not len(places):
                break
            row, column = map(int, divmod(places[rng.integers(len(places))], free.shape[1]))
            taken.append((row, column, height, width))
            corners[k] = row - top, column - left
        else:
            return [corners[k] for k in range(len(extents))]
    raise ValueError(
        f"objects must find room apart. Received: {len(extents)} things up to "
        f"{extents[:, 2:].max()} pixels in {size[0]} x {size[1]} pixels; give fewer objects, or a "
        "smaller scale"
    )
