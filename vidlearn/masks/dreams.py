"""What a network learns one thing from: pictures that are dreamed up from its first mask."""

import numpy as np

from ._checks import check_frame, checked_mask
from .pairs import affine, middle_of, roughened, spot, stacked

SEARCH = 0.4  # share of the dreams that come without a rough mask
GONE = 0.1  # share in which the thing is not to be seen
ASTRAY = 0.15  # share whose rough mask is somewhere else
STAYS = 0.5  # share in which what is behind hardly moves
NEAR = 0.5  # share in which the thing stays near where it was
HIDDEN = 0.75  # share in which something lies before it, beside the other things
OTHERS = (0, 1, 1, 2, 2, 3)  # other things in the picture, any of these as often
KINDS = 60  # other things to choose from


def dreamed_pairs(frame, mask, count, *, seed=0):
    """Make many pictures of one: the thing is cut out, moved, turned, lit anew, half hidden.

    The hole that it leaves is filled from its rim. Other things are laid before it and behind it:
    patches of photographs, and the thing itself in other colours. So a network learns from the one
    mask that is given what this thing looks like, and what does not.

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
    The other things are this library's.

    Examples
    --------
    >>> from vidlearn.synthetic import moving_objects
    >>> scene = moving_objects(1, (48, 64), 1)
    >>> inputs, truths = dreamed_pairs(scene.frames[0], scene.mask_of(0)[0], 5)
    >>> inputs.shape, truths.shape
    ((5, 48, 64, 4), (5, 48, 64))

    Lesson 23 teaches it.
    """
    rng = np.random.default_rng(seed)
    return Dreams(frame, mask, rng).batch(count, rng)


def taken_out(frame, mask):
    """Take a thing out of a frame (H, W, 3) uint8: the hole is filled from its rim."""
    import cv2

    wide = cv2.dilate(mask.astype(np.uint8), np.ones((7, 7), np.uint8))
    return cv2.inpaint(frame, wide, 3, cv2.INPAINT_TELEA)


class Dreams:
    """What all pictures of one thing have in common.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB.
    mask : ndarray
        (H, W) bool.
    rng : numpy.random.Generator
        Draws the other things.
    window : (int, int), optional
        Height and width of the part of the frame that is drawn, most often round the thing; by
        default the whole frame.
    """

    def __init__(self, frame, mask, rng, *, window=None):
        import cv2

        check_frame("frame", frame)
        self.frame, self.mask = frame, checked_mask("mask", mask, frame.shape[:2])
        self.ground = taken_out(frame, self.mask)
        self.side = max(np.sqrt(self.mask.sum()), 4)
        self.wide = np.array(frame.shape[1::-1])  # and high
        self.window = np.array((window or frame.shape[:2])[::-1])
        self.place = middle_of(self.mask)
        self.soft = cv2.GaussianBlur(self.mask.astype(np.float32), (0, 0), 0.7)
        self.others = _others(KINDS, rng)

    def batch(self, count, rng):
        """Return what `dreamed_pairs` does."""
        pairs = [self.draw(rng) for _ in range(count)]
        return np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])

    def draw(self, rng):
        """Return one picture with its rough mask, (H, W, 4) uint8, and its truth, (H, W) bool."""
        near = rng.random() < NEAR
        to = self.place + rng.normal(0, 0.15, 2) * self.wide if near else self._anywhere(rng)
        corner = self._corner(to, rng)
        still = rng.random() < STAYS
        picture = self._ground(corner, rng, *((0.03, 1.05, 0.03) if still else (0.2, 1.5, 0.3)))
        others = rng.choice(OTHERS)
        front = rng.binomial(others, 0.5)
        for _ in range(others - front):
            picture, _ = self._with_another(picture, rng)
        alpha, thing = self._moved(to - corner, rng, turn=1, size=1.4)
        full, gone = alpha[..., 0] > 0.5, rng.random() < GONE
        truth, lump = full, np.zeros_like(full)
        if not gone:
            thing = thing * rng.uniform(0.88, 1.12) + rng.uniform(-8, 8)
            behind, picture = picture, picture + alpha * (thing - picture)
            for _ in range(front):
                picture, lump = self._with_another(picture, rng)
                truth = truth & ~lump
            if rng.random() < HIDDEN:
                bar = _strip(full, rng) if rng.random() < 0.65 else _ellipse(full, rng)
                front = behind if rng.random() < 0.5 else self._ground(corner, rng, 3.2, 1.5, 0.5)
                picture, truth = np.where(bar[..., None], front, picture), truth & ~bar
        guide = roughened(truth if rng.random() < 0.6 else full, rng)
        if rng.random() < 0.4 and lump.any():
            guide = guide | roughened(lump, rng)
        if rng.random() < ASTRAY:
            guide = np.roll(guide, rng.integers(guide.shape), axis=(0, 1))
        if rng.random() < SEARCH:
            guide = np.zeros_like(guide)
        noise = rng.standard_normal(picture.shape, np.float32)
        picture = picture * np.float32(rng.uniform(0.95, 1.05)) + 2 * noise
        picture = np.clip(picture, 0, 255).astype(np.uint8)
        return stacked(picture, guide), truth & (not gone)

    def _anywhere(self, rng):
        return rng.uniform(0, 1, 2) * self.wide

    def _corner(self, to, rng):
        """Draw the upper left corner of the window, most often so that the thing is in it."""
        if rng.random() < 0.8:
            corner = to - self.window * rng.uniform(0.1, 0.9, 2)
        else:
            corner = rng.uniform(0, 1, 2) * (self.wide - self.window)
        return np.clip(np.rint(corner), 0, self.wide - self.window)

    def _ground(self, corner, rng, turn, size, shift):
        middle, shift = self.wide / 2, shift * min(self.wide)
        matrix = affine(middle, rng, turn=turn, size=size, shift=shift)
        matrix[:, 2] -= corner
        return self._turned(self.ground, matrix)

    def _moved(self, to, rng, *, turn, size):
        """Return where the thing covers the picture, (H, W, 1), and the frame that moved along."""
        import cv2

        matrix = affine(self.place, rng, turn=turn, size=size, shift=0)
        matrix[:, 2] += to - self.place
        alpha = cv2.warpAffine(self.soft, matrix, self.window)[..., None]
        return alpha, self._turned(self.frame, matrix)

    def _turned(self, picture, matrix):
        import cv2

        moved = cv2.warpAffine(picture, matrix, self.window, borderMode=cv2.BORDER_REFLECT_101)
        return moved.astype(np.float32)

    def _with_another(self, picture, rng):
        """Lay another thing somewhere; return the picture, and where it is."""
        import cv2

        to = rng.uniform(0, 1, 2) * self.window
        if rng.random() < 0.15:  # of the same outline
            alpha, other = self._moved(to, rng, turn=3.2, size=1.4)
            other = other[..., rng.permutation(3)] * rng.uniform(0.5, 1.3, 3)
            other = np.clip(other + rng.uniform(-60, 90, 3), 0, 255)
        else:
            cut = self.others[rng.integers(len(self.others))]
            place = np.array(cut.shape[1::-1]) / 2
            matrix = affine(place, rng, turn=3.2, size=1.6, shift=0)
            matrix[:, :2] *= self.side / max(cut.shape)
            matrix[:, 2] = to - matrix[:, :2] @ place
            cut = cv2.warpAffine(cut, matrix, self.window)
            other, alpha = cut[..., :3], cut[..., 3:].astype(np.float32) / 255
        return picture + alpha * (other - picture), alpha[..., 0] > 0.5


def _others(count, rng):
    """Make things of the world in which the network was trained, (h, w, 4) float32 each."""
    from vidlearn.synthetic.hiding import HIDING, thing_of

    kinds, photos = HIDING["seen"]
    return [thing_of(kinds[k], photos, rng) for k in rng.integers(len(kinds), size=count)]


def _strip(full, rng):
    """Return a strip across the picture that hides a part of the thing, or all of it."""
    y, x = np.mgrid[: full.shape[0], : full.shape[1]]
    angle = rng.normal(0, 0.3) if rng.random() < 0.7 else rng.uniform(0, 3.2)
    along = x * np.cos(angle) + y * np.sin(angle)
    inside = along[full] if full.any() else along
    extent = np.ptp(inside) + 2
    start = inside.min() - 1 + extent * rng.uniform(-0.9, 0.9)
    return (along > start) & (along < start + extent * rng.uniform(0.5, 1.3))


def _ellipse(full, rng):
    """Return where an ellipse lies near the edge of the thing, at times a very long one."""
    import cv2

    canvas = np.zeros(full.shape, np.uint8)
    side = max(np.sqrt(full.sum()), 4)
    (x, y), _ = spot(full.astype(np.uint8), side, rng)
    axes = side * rng.uniform(0.4, 1.2), side * rng.choice([rng.uniform(0.4, 1.2), 8])
    cv2.ellipse(canvas, ((float(x), float(y)), axes, rng.uniform(0, 180)), 1, -1)
    return canvas > 0
