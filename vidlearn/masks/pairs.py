"""What a network learns masks from: frames with a rough mask, and the mask that is true."""

from numbers import Integral

import numpy as np

SEARCH = 0.3  # share of the pairs that come without a rough mask
MORE = 0.2  # share of the pairs whose rough mask holds half of another thing
ASTRAY = 0.2  # share of the pairs whose rough mask is somewhere else


def roughened(mask, rng):
    """Make of a mask what might have been believed a frame ago: moved, turned, swollen, bitten.

    Parameters
    ----------
    mask : ndarray
        (H, W) bool.
    rng : numpy.random.Generator
        Draws the faults.

    Returns
    -------
    ndarray
        (H, W) bool; at times empty, where the mask is small.

    References
    ----------
    Perazzi et al. 2017, section 3.1: masks deformed by chance stand for those of a film.
    """
    import cv2

    side = max(np.sqrt(mask.sum()), 1)
    matrix = affine(middle_of(mask), rng, turn=0.15, size=1.1, shift=0.08 * side)
    mask = cv2.warpAffine(mask.astype(np.uint8), matrix, mask.shape[::-1])
    reach = int(rng.integers(-0.05 * side - 1, 0.08 * side + 2))
    if reach:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(reach) + 1,) * 2)
        mask = (cv2.dilate if reach > 0 else cv2.erode)(mask, disc)
    for value in (0, 1):  # a bite out of it, and a lump too much
        if rng.random() < 0.25:
            cv2.circle(mask, *spot(mask, side, rng), value, -1)
    return mask > 0


def training_pairs(scenes, count, *, size=None, seed=0):
    """Draw pairs from films whose masks are known.

    Parameters
    ----------
    scenes : sequence of Scene
        All of one size.
    count : int
        Pairs, N.
    size : (int, int), optional
        Height and width of the part of the frame, somewhere round the thing, that is taken: small
        parts are learnt faster. By default the whole frame.
    seed : int or numpy.random.Generator
        Draws films, frames, things, and the faults of the rough masks.

    Returns
    -------
    inputs : ndarray
        (N, H, W, 4) uint8: red, green, blue, and where the thing was thought to be some frames
        ago, 0 or 255. In some that channel holds half of another thing as well, in some it is
        somewhere else, and in some it is empty.
    truths : ndarray
        (N, H, W) bool: the mask of the thing; of none where nothing is at that place; of all
        things where nothing says which.

    Raises
    ------
    ValueError
        If the films show no thing.

    Examples
    --------
    >>> from vidlearn.synthetic import moving_objects
    >>> inputs, truths = training_pairs([moving_objects(8, (48, 64), 2)], 5)
    >>> inputs.shape, truths.shape
    ((5, 48, 64, 4), (5, 48, 64))

    Lesson 23 teaches it.
    """
    _check_pairs(scenes, count, size)
    rng = np.random.default_rng(seed)
    seen = [(scene, t, k) for scene in scenes for t, k in np.argwhere(scene.visible > 0).tolist()]
    if not seen:
        raise ValueError("scenes must show at least one thing. Received: none")
    inputs, truths = [], []
    for place in rng.integers(len(seen), size=count):
        scene, before, k = seen[place]
        t = min(before + int(rng.integers(3)), len(scene.masks) - 1)
        truth = scene.masks[t] == k + 1
        window = _window(truth, size or truth.shape, rng)
        guide, truth = _guided(scene.masks[before], scene.masks[t], k + 1, rng)
        guide, truth = guide[window], truth[window]
        if not guide.any():
            truth = scene.masks[t][window] > 0
        flip = slice(None, None, int(rng.choice([-1, 1])))
        inputs.append(stacked(scene.frames[t][window], guide)[:, flip])
        truths.append(truth[:, flip])
    return np.stack(inputs), np.stack(truths)


def _guided(before, now, number, rng):
    """Return what might be believed of a thing from the ids of some frames ago, and its truth."""
    truth = now == number
    if rng.random() < SEARCH:
        return np.zeros_like(truth), truth
    believed = before == number
    others = np.setdiff1d(before, (0, number))
    if len(others) and rng.random() < MORE:  # half of another thing, too
        other = np.argwhere(before == rng.choice(others))
        along = other @ rng.normal(size=2)
        believed[tuple(other[along > np.median(along)].T)] = True
    guide = roughened(believed, rng)
    if rng.random() < ASTRAY:
        astray = np.roll(guide, rng.integers(truth.shape), axis=(0, 1))
        if not (astray & (now > 0)).any():
            return astray, np.zeros_like(truth)
    return guide, truth


def _check_pairs(scenes, count, size):
    if not isinstance(scenes, list | tuple):
        raise ValueError(f"scenes must be a list of films. Received: {type(scenes).__name__}")
    sides = {scene.frames.shape[1:3] for scene in scenes}
    if len(sides) > 1:
        raise ValueError(f"scenes must be of one size. Received: {sorted(sides)}")
    if not (isinstance(count, Integral) and count >= 1):
        raise ValueError(f"count must be a whole number from 1 on. Received: {count!r}")
    fits = size is None or (
        isinstance(size, tuple | list)
        and len(size) == 2
        and all(isinstance(side, Integral) and side >= 1 for side in size)
        and all(a <= b for whole in sides for a, b in zip(size, whole, strict=True))
    )
    if not fits:
        raise ValueError(
            "size must be None or height and width, whole numbers from 1 to those of the frame. "
            f"Received: {size!r}"
        )


def _window(mask, size, rng):
    """Draw a part of the frame of this size, near the middle of a mask: two slices."""
    middle, spread = middle_of(mask)[::-1], np.array(size) / 4
    starts = np.rint(middle + rng.uniform(-spread, spread) - np.array(size) / 2).astype(int)
    starts = np.clip(starts, 0, np.maximum(np.array(mask.shape) - size, 0))
    return tuple(slice(start, start + side) for start, side in zip(starts, size, strict=True))


def spot(mask, side, rng):
    """Draw a circle near the edge of a mask: centre (x, y) and radius, in whole pixels."""
    rows, columns = np.nonzero(mask)
    k = rng.integers(len(rows)) if len(rows) else None
    x, y = (columns[k], rows[k]) if k is not None else rng.uniform(0, 1, 2) * mask.shape[::-1]
    x, y = np.array([x, y]) + rng.normal(0, 0.3 * side, 2)
    return (int(x), int(y)), int(rng.uniform(0.1, 0.35) * side) + 1


def stacked(frame, guide):
    """Lay a mask behind a frame, as its fourth channel: (H, W, 4) uint8."""
    guide = np.rint(255 * np.asarray(guide, np.float32)).astype(np.uint8)
    return np.concatenate([frame, guide[..., None]], axis=-1)


def affine(middle, rng, *, turn, size, shift):
    """Draw a turn about a point, a size and a shift: (2, 3), as cv2.warpAffine takes it."""
    angle, scale = rng.uniform(-turn, turn), size ** rng.uniform(-1, 1)
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[c, -s], [s, c]])
    move = middle + rng.uniform(-shift, shift, 2) - matrix @ middle
    return np.column_stack([matrix, move])


def middle_of(mask):
    """Return the mean x and y of a mask; of an empty one the middle of the picture."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return np.array(mask.shape[::-1]) / 2
    return np.array([columns.mean(), rows.mean()])
