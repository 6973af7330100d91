"""What a network learns masks from: frames with a rough mask, and the mask that is true."""

import numpy as np

from ._checks import check_frame, checked_mask

SEARCH = 0.3  # share of the pairs that come without a rough mask
GONE = 0.1  # share of the dreams in which the thing is not to be seen
ASTRAY = 0.2  # share of the dreams whose rough mask is somewhere else
HIDDEN = 0.5  # share of the dreams in which something may lie before it


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
    matrix = _affine(_middle(mask), rng, turn=0.15, size=1.1, shift=0.08 * side)
    mask = cv2.warpAffine(mask.astype(np.uint8), matrix, mask.shape[::-1])
    reach = int(rng.integers(-0.05 * side - 1, 0.08 * side + 2))
    if reach:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(reach) + 1,) * 2)
        mask = (cv2.dilate if reach > 0 else cv2.erode)(mask, disc)
    for value in (0, 1):  # a bite out of it, and a lump too much
        if rng.random() < 0.25:
            cv2.circle(mask, *_spot(mask, side, rng), value, -1)
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
        (N, H, W, 4) uint8: red, green, blue, and where the thing was thought to be a frame ago, 0
        or 255. Of some that channel is empty.
    truths : ndarray
        (N, H, W) bool: the mask of the thing; of all things where nothing says which.

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
    rng = np.random.default_rng(seed)
    seen = [(scene, t, k) for scene in scenes for t, k in np.argwhere(scene.visible > 0.1).tolist()]
    if not seen:
        raise ValueError("scenes must show at least one thing. Received: none")
    inputs, truths = [], []
    for place in rng.integers(len(seen), size=count):
        scene, t, k = seen[place]
        if rng.random() < SEARCH:
            guide, truth = np.zeros(scene.masks.shape[1:], bool), scene.masks[t] > 0
        else:
            before = max(t - int(rng.integers(2)), 0)
            guide, truth = roughened(scene.masks[before] == k + 1, rng), scene.masks[t] == k + 1
        window = _window(scene.masks[t] == k + 1, size or guide.shape, rng)
        flip = slice(None, None, int(rng.choice([-1, 1])))
        inputs.append(stacked(scene.frames[t], guide)[window][:, flip])
        truths.append(truth[window][:, flip])
    return np.stack(inputs), np.stack(truths)


def dreamed_pairs(frame, mask, count, *, seed=0):
    """Make many pictures of one: the thing is cut out, moved, turned, lit anew, half hidden.

    The hole that it leaves is filled from its rim. So a network learns what this thing looks like
    from the one mask that is given.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB, frame 0.
    mask : ndarray
        (H, W) bool, the thing's mask in it.
    count : int
        Pairs, N.
    seed : int or numpy.random.Generator
        Draws all that is changed.

    Returns
    -------
    inputs, truths : ndarray
        As `training_pairs` gives them, of whole frames. Where the fourth channel is empty, the
        truth is this thing alone; in some that channel is wrong, and in some the thing is away.

    Raises
    ------
    ValueError
        If the frame or the mask does not fit.

    References
    ----------
    A. Khoreva et al., "Lucid Data Dreaming for Video Object Segmentation", IJCV 2019, section 4.

    Examples
    --------
    >>> from vidlearn.synthetic import moving_objects
    >>> scene = moving_objects(1, (48, 64), 1)
    >>> inputs, truths = dreamed_pairs(scene.frames[0], scene.mask_of(0)[0], 5)
    >>> inputs.shape, truths.shape
    ((5, 48, 64, 4), (5, 48, 64))

    Lesson 23 teaches it.
    """
    import cv2

    check_frame("frame", frame)
    mask = checked_mask("mask", mask, frame.shape[:2])
    rng = np.random.default_rng(seed)
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8))
    ground = cv2.inpaint(frame, wide, 3, cv2.INPAINT_TELEA)
    pairs = [_dream(frame, mask, ground, rng) for _ in range(count)]
    return np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])


def _window(mask, size, rng):
    """Draw a part of the frame of this size, near the middle of a mask: two slices."""
    middle, spread = _middle(mask)[::-1], np.array(size) / 4
    starts = np.rint(middle + rng.uniform(-spread, spread) - np.array(size) / 2).astype(int)
    starts = np.clip(starts, 0, np.maximum(np.array(mask.shape) - size, 0))
    return tuple(slice(start, start + side) for start, side in zip(starts, size, strict=True))


def _dream(frame, mask, ground, rng):
    """Return one picture with its rough mask, (H, W, 4) uint8, and its truth, (H, W) bool."""
    size = mask.shape
    middle = np.array(size[::-1]) / 2
    picture = _turned(ground, _affine(middle, rng, turn=0.05, size=1.1, shift=0.08 * min(size)))
    search, gone = rng.random() < SEARCH, rng.random() < GONE
    matrix = _affine(_middle(mask), rng, turn=0.5, size=1.4, shift=0)
    matrix[:, 2] += rng.uniform(0.1, 0.9, 2) * size[::-1] - _middle(mask)  # to anywhere
    alpha = _softened(mask, matrix)
    truth = alpha[..., 0] > 0.5
    guide = roughened(truth, rng)
    if rng.random() < ASTRAY:
        guide = np.roll(guide, rng.integers(size), axis=(0, 1))
    if not gone:
        thing = _turned(frame, matrix) * rng.uniform(0.8, 1.2) + rng.uniform(-15, 15)
        picture = picture + alpha * (thing - picture)
        if rng.random() < HIDDEN:
            bar = _something(size, truth, rng)
            other = _turned(ground, _affine(middle, rng, turn=3.2, size=1.5, shift=0.5 * min(size)))
            picture = np.where(bar[..., None], other, picture)
            truth = truth & ~bar
    picture = np.clip(picture * rng.uniform(0.9, 1.1), 0, 255).astype(np.uint8)
    truth = truth & (not gone)
    return stacked(picture, guide & (not search)), truth


def _something(size, truth, rng):
    """Return where something lies before the thing: a bar or an ellipse near it."""
    import cv2

    canvas = np.zeros(size, np.uint8)
    side = max(np.sqrt(truth.sum()), 4)
    (x, y), _ = _spot(truth.astype(np.uint8), side, rng)
    axes = side * rng.uniform(0.4, 1.2), side * rng.choice([rng.uniform(0.4, 1.2), 8])
    cv2.ellipse(canvas, ((float(x), float(y)), axes, rng.uniform(0, 180)), 1, -1)
    return canvas > 0


def _spot(mask, side, rng):
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


def _softened(mask, matrix):
    """Return a mask moved by a matrix, its edge softened: (H, W, 1) float32, 0 to 1."""
    import cv2

    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)
    return cv2.warpAffine(soft, matrix, mask.shape[::-1])[..., None]


def _turned(picture, matrix):
    import cv2

    size = picture.shape[1::-1]
    return cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REFLECT_101).astype(
        np.float32
    )


def _affine(middle, rng, *, turn, size, shift):
    """Draw a turn about a point, a size and a shift: (2, 3), as cv2.warpAffine takes it."""
    angle, scale = rng.uniform(-turn, turn), size ** rng.uniform(-1, 1)
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[c, -s], [s, c]])
    move = middle + rng.uniform(-shift, shift, 2) - matrix @ middle
    return np.column_stack([matrix, move])


def _middle(mask):
    """Return the mean x and y of a mask; of an empty one the middle of the picture."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return np.array(mask.shape[::-1]) / 2
    return np.array([columns.mean(), rows.mean()])
