"""A grid over a picture, and how a cell's ten or so raw numbers become a box."""

from numbers import Integral

import numpy as np
from traitlets import Bytes, Float, Int, List, validate

from vidlearn import boxes

from .base import Interactive
from .media import as_bytes, opened, shrink
from .traits import Choice, Number

MOST_CELLS, MOST_CLASSES, MAX_WIDTH = 3000, 20, 480
LEAST = 0.05  # below it every cell would draw boxes
SHADE = np.array([240, 228, 66])


class YoloGrid(Interactive):
    """Walk over the grid of a YOLO: each cell's raw numbers become a box, a class and a score.

    Over the picture lies the grid of one level, shaded by objectness. For the chosen cell all steps
    stand beside it: ``distance = softplus(raw) * factor * stride`` from the cell's centre to each
    side of the box, ``score = sigmoid(objectness) * softmax(classes)``. Then all boxes above a
    threshold, and those that non-maximum suppression leaves, as `vidlearn.boxes.nms` does.

    Parameters
    ----------
    frame : ndarray, (H, W, 3), uint8
        The picture as the network sees it.
    outputs : (array_like, array_like, array_like)
        The raw numbers of its P cells, level after level, row by row: objectness (P,), classes
        (P, K), distances (P, 4) to the left, top, right and bottom.
    names : sequence of str
        The K classes.
    strides : sequence of int, default (8, 16)
        Pixels per cell of each level; a level has H / stride rows and W / stride columns, both
        rounded up.
    factor : float, default 2.0
        By what the distances are multiplied, besides the stride.
    cell : (int, int, int), optional
        Level, row and column to begin with; default: that of the highest score.
    threshold : float, default 0.3
        The least score of a box that is drawn, 0.05 to 1.
    overlap : float, default 0.45
        Of two boxes of one class that overlap more than this, the better one is left, 0 to 1.

    Attributes
    ----------
    cell : list of int
        Level, row and column that the reader chose last.
    threshold, shown
        What the reader chose last; shown is "cell", "all" or "kept".

    Raises
    ------
    ValueError
        If the numbers do not fit the frame, the strides or the names, or an option is out of range.

    Examples
    --------
    >>> raw = np.zeros(2), np.zeros((2, 3)), np.zeros((2, 4))
    >>> frame = np.zeros((16, 32, 3), np.uint8)
    >>> YoloGrid(frame, raw, names=["cat", "dog", "cow"], strides=[16])
    YoloGrid(frame 32×16, 3 classes, grid 1×2 of 16 pixels)

    Lesson 14 uses it.
    """

    cell = List().tag(sync=True)
    threshold = Number(LEAST, 1).tag(sync=True)
    overlap = Number(0, 1).tag(sync=True)
    factor = Number(above=0, most=16).tag(sync=True)
    shown = Choice("cell", "all", "kept").tag(sync=True)
    names = List().tag(sync=True)
    strides = List(Int()).tag(sync=True)
    _least = Float(LEAST).tag(sync=True)
    _size = List(help="Height and width").tag(sync=True)
    _raw = Bytes(help="Objectness, classes, distances of each cell; float32").tag(sync=True)
    _picture = Bytes(help="WebP").tag(sync=True)

    def __init__(
        self,
        frame,
        outputs,
        *,
        names,
        strides=(8, 16),
        factor=2.0,
        cell=None,
        threshold=0.3,
        overlap=0.45,
    ):
        picture = shrink(frame, MAX_WIDTH).convert("RGB")
        strides = _checked_strides(strides)
        size = list(np.shape(frame)[:2])
        self._grids = [tuple(-(-side // stride) for side in size) for stride in strides]
        self._numbers = _joined(
            outputs, sum(rows * columns for rows, columns in self._grids), names
        )
        if cell is None:
            cell = self._place(int(self._decoded(factor, strides)[1].max(axis=1).argmax()))
        super().__init__(
            names=[str(name) for name in names],
            strides=strides,
            factor=factor,
            threshold=threshold,
            overlap=overlap,
            cell=list(cell),
            _size=size,
            _raw=self._numbers.tobytes(),
            _picture=as_bytes(picture, "WEBP", quality=80, method=4),
        )

    @validate("cell")
    def _there(self, proposal):
        cell = proposal["value"]
        good = len(cell) == 3 and all(isinstance(n, Integral) for n in cell)
        good = good and 0 <= cell[0] < len(self._grids)
        if not good or not all(
            0 <= n < most for n, most in zip(cell[1:], self._grids[cell[0]], strict=True)
        ):
            grids = ", ".join(f"{rows}×{columns}" for rows, columns in self._grids)
            raise ValueError(
                f"cell must be (level, row, column) of the grids {grids}. Received: {cell!r}"
            )
        return [int(n) for n in cell]

    def describe(self):
        height, width = self._size
        grids = ", ".join(
            f"grid {rows}×{columns} of {stride} pixels"
            for (rows, columns), stride in zip(self._grids, self.strides, strict=True)
        )
        classes = f"{len(self.names)} class{'es' if len(self.names) > 1 else ''}"
        return f"frame {width}×{height}, {classes}, {grids}"

    def _place(self, index):
        """Return level, row and column of a cell by its number."""
        for level, (rows, columns) in enumerate(self._grids):
            if index < rows * columns:
                return level, index // columns, index % columns
            index -= rows * columns

    def _decoded(self, factor, strides):
        """Return boxes (P, 4) and scores (P, K)."""
        objectness, classes, sides = np.split(self._numbers.astype(np.float64), [1, -4], axis=1)
        scale = np.repeat(strides, [rows * columns for rows, columns in self._grids])[:, None]
        cells = [np.indices(grid).reshape(2, -1).T for grid in self._grids]
        centres = (np.concatenate(cells)[:, ::-1] + 0.5) * scale
        away = np.logaddexp(0, sides) * factor * scale
        powers = np.exp(classes - classes.max(axis=1, keepdims=True))
        scores = powers / powers.sum(axis=1, keepdims=True) / (1 + np.exp(-objectness))
        return np.hstack([centres - away[:, :2], centres + away[:, 2:]]), scores

    def poster(self):
        """Return the picture under its shaded grid, with the boxes that are left, as JPEG."""
        from PIL import Image, ImageDraw

        height, width = self._size
        times = max(1, round(360 / width))
        level, row, column = self.cell
        (rows, columns), stride = self._grids[level], self.strides[level]
        first = sum(r * c for r, c in self._grids[:level])
        raw = self._numbers[first : first + rows * columns, 0].reshape(rows, columns)
        share = 0.75 / (1 + np.exp(-raw))
        share = share.repeat(stride, 0).repeat(stride, 1)[:height, :width, None]
        picture = np.asarray(opened(self._picture).convert("RGB").resize((width, height)))
        blend = Image.fromarray(((1 - share) * picture + share * SHADE).astype(np.uint8))
        blend = blend.resize((width * times, height * times))
        brush = ImageDraw.Draw(blend)
        for box in self._kept():
            brush.rectangle((times * box).tolist(), outline="#000000", width=4)
            brush.rectangle((times * box).tolist(), outline="#56b4e9", width=2)
        edge = np.array([column, row, column + 1, row + 1]) * stride * times
        brush.rectangle(edge.tolist(), outline="#d55e00", width=3)
        return "image/jpeg", as_bytes(blend, "JPEG", quality=75, optimize=True)

    def _kept(self):
        """Return the boxes that non-maximum suppression leaves, by the library."""
        found, scores = self._decoded(self.factor, self.strides)
        height, width = self._size
        cells, labels = np.nonzero(scores > self.threshold)
        found = np.clip(found[cells], 0, [width, height, width, height])
        values = scores[cells, labels]
        return found[boxes.nms(found, values, threshold=self.overlap, labels=labels)]


def _checked_strides(strides):
    good = 1 <= len(strides) <= 4
    if not good or not all(isinstance(n, Integral) and n >= 2 for n in strides):
        raise ValueError(
            f"strides must be one to four whole numbers from 2, one for each level. "
            f"Received: {strides!r}"
        )
    return [int(n) for n in strides]


def _joined(outputs, cells, names):
    """Return the raw numbers as (P, 1 + K + 4) float32, or say what does not fit."""
    if not 1 <= len(names) <= MOST_CLASSES:
        raise ValueError(f"names must be 1 to {MOST_CLASSES} classes. Received: {len(names)}")
    if cells > MOST_CELLS:
        raise ValueError(
            f"frame must have at most {MOST_CELLS} cells, to be stored in a notebook. Received "
            f"{cells}. Show a smaller one, or larger strides."
        )
    if not isinstance(outputs, (tuple, list)) or len(outputs) != 3:
        raise ValueError(
            "outputs must be three arrays: objectness, classes, distances. "
            f"Received: {type(outputs).__name__}"
        )
    wanted = {"objectness": (cells,), "classes": (cells, len(names)), "distances": (cells, 4)}
    parts = []
    for (name, shape), part in zip(wanted.items(), outputs, strict=True):
        part = np.asarray(part, np.float32)
        if part.shape != shape or not np.isfinite(part).all():
            raise ValueError(
                f"outputs must hold finite {name} of shape {shape}: {cells} cells of this frame "
                f"and these strides, {len(names)} names. Received shape {part.shape}"
            )
        parts.append(part.reshape(cells, -1))
    return np.hstack(parts)
