"""How a thing looks, in numbers, so that it is known again among others."""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import numpy as np

from vidlearn.boxes import convert


def colour_histogram(frame, boxes, *, bins=4):
    """Count the colours in boxes.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB.
    boxes : array_like
        (N, 4) xyxy in pixels; what lies outside the picture is not counted.
    bins : int
        Steps that each of red, green and blue is told in, 2 to 16.

    Returns
    -------
    ndarray
        (N, bins**3) float64: the square root of each colour's share of the pixels, so each row
        has length 1 and the product of two is their Bhattacharyya coefficient. A box without a
        pixel has zeros.

    Raises
    ------
    ValueError
        If an argument is of another form.

    Examples
    --------
    >>> frame = np.zeros((2, 4, 3), np.uint8)
    >>> frame[:, 3] = 255
    >>> colour_histogram(frame, [[0, 0, 4, 2]], bins=2)[0, [0, 7]].round(3).tolist()
    [0.866, 0.5]

    Lesson 16 teaches it.
    """
    frame = np.asarray(frame)
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise ValueError(
            f"frame must be (H, W, 3) uint8 RGB. Received: {frame.dtype} {frame.shape}"
        )
    if not (isinstance(bins, int | np.integer) and 2 <= bins <= 16):
        raise ValueError(f"bins must be a whole number, 2 to 16. Received: {bins!r}")
    boxes = convert(boxes, "xyxy", "xyxy")
    limits = np.tile(frame.shape[1::-1], 2)
    corners = np.clip(np.rint(boxes), 0, limits).astype(int)
    counts = np.zeros((len(boxes), bins**3))
    for row, (x1, y1, x2, y2) in zip(counts, corners, strict=True):
        red, green, blue = (frame[y1:y2, x1:x2].astype(int) * bins // 256).reshape(-1, 3).T
        row += np.bincount((red * bins + green) * bins + blue, minlength=bins**3)
    return np.sqrt(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


@dataclass(frozen=True)
class Appearance:
    """How a tracker looks at things, beside where they are.

    Parameters
    ----------
    features : callable
        ``features(frame, boxes)`` returns (N, D) numbers, the more alike the smaller the angle
        between two: `colour_histogram`, or what a network makes of each box.
    weight : float
        Share of the look in the cost of a pair, 0 to 1; the rest is 1 - IoU.
    most : float
        The gate: how unlike (1 - cosine, 0 to 2) a detection may be and still be taken.
    memory : float
        Share, 0 to below 1, that a track keeps of how it looked, at each detection.

    Raises
    ------
    ValueError
        If an option is out of its range.

    Examples
    --------
    >>> Appearance(colour_histogram, weight=0.3).memory
    0.9

    Lesson 16 teaches it.
    """

    features: Callable
    weight: float = 0.5
    most: float = 0.5
    memory: float = 0.9

    def __post_init__(self):
        if not callable(self.features):
            raise ValueError(
                "appearance must be a function of a frame and boxes, or an Appearance of one. "
                f"Received: {self.features!r}"
            )
        for name, most, wanted in (
            ("weight", 1, "0 to 1"),
            ("most", 2, "0 to 2"),
            ("memory", np.nextafter(1, 0), "0 to below 1"),
        ):
            value = getattr(self, name)
            if not (isinstance(value, Real) and 0 <= value <= most):
                raise ValueError(f"{name} must lie in {wanted}. Received: {value!r}")

    def look(self, frame, boxes):
        """Return the features of boxes, each of length 1, or of zeros: (N, D) float64."""
        found = np.asarray(self.features(frame, boxes), float)
        good = np.isfinite(found)
        if found.ndim != 2 or len(found) != len(boxes) or not good.all():
            came = f"shape {found.shape}" if good.all() else found[~good][0]
            raise ValueError(
                f"appearance must return ({len(boxes)}, D) finite numbers, a row for each box. "
                f"Received: {came}"
            )
        return _unit(found)

    def unlike(self, known, found):
        """Return how unlike each of (N, D) and each of (M, D) are: (N, M), 0 to 2."""
        return 1 - known @ found.T

    def remember(self, known, found):
        """Return what is kept of how things looked, when they now look like `found`."""
        return _unit(self.memory * known + (1 - self.memory) * found)


def _unit(rows):
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
