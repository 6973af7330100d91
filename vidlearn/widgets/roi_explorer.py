"""RoI pool snaps a box to the grid, RoI align keeps its half pixel."""

from numbers import Integral

import numpy as np
from traitlets import validate

from vidlearn.boxes import roi_align, roi_pool

from .base import Interactive
from .poster import MARK, Sheet
from .traits import Checked, Grid, Number, Numbers, Whole, shape

MOST = 12
MOST_BINS = 7
SLACK = 1e-6  # of a cell: what the browser's steps may be off by, added up


class Bins(Checked):
    """A trait for the rows and columns of bins that a region is cut into."""

    def validate(self, obj, value):
        sides = tuple(value) if np.ndim(value) == 1 else ()
        whole = all(isinstance(n, Integral) and 1 <= n <= MOST_BINS for n in sides)
        if len(sides) != 2 or not whole:
            wanted = f"two whole numbers (rows, columns), each from 1 to {MOST_BINS}"
            self.refuse(wanted, repr(value))
        return tuple(map(int, sides))


class RoIExplorer(Interactive):
    """Shift a region over a feature map by tenths of a cell: RoI pool jumps, RoI align follows.

    The same box is read in two ways, side by side. `vidlearn.boxes.roi_pool` snaps it to whole
    cells and takes the largest number of each bin; `vidlearn.boxes.roi_align` reads the map between
    its cells, at sample points of each bin, and takes their mean.

    Parameters
    ----------
    features : array_like, (H, W)
        One channel of a feature map, 2 to 12 rows and columns.
    box : array_like, (4,)
        The region xyxy, in pixels of the picture. It lies on the map and leaves one cell free to
        its right and below it, as it is shifted by up to one.
    size : (int, int), default (2, 2)
        Rows and columns of bins, each 1 to 7.
    scale : float, default 1.0
        Cells for each pixel of the picture, above 0 and at most 1: 1 / stride.
    samples : int, default 2
        Sample points of RoI align in each bin and axis, 1 to 4.

    Attributes
    ----------
    box : list of float
        Where the reader put it last, without the shift.
    samples : int
        What the reader chose last.

    Raises
    ------
    ValueError
        If features is no such map, the box leaves it, or an option is out of range.

    Examples
    --------
    >>> RoIExplorer([[1, 2, 3, 4], [5, 6, 7, 8], [9, 9, 9, 9]], box=[8, 0, 40, 24], scale=1 / 16)
    RoIExplorer(map 3×4, stride 16, box 8, 0, 40, 24, bins 2×2)

    Lesson 12 uses it.
    """

    features = Grid(MOST).tag(sync=True)
    size = Bins(default_value=(2, 2)).tag(sync=True)
    scale = Number(above=0, most=1, hint="It is 1 / stride.").tag(sync=True)
    samples = Whole(1, 4).tag(sync=True)
    box = Numbers((4,)).tag(sync=True)

    def __init__(self, features, *, box, size=(2, 2), scale=1.0, samples=2):
        super().__init__(features=features, size=size, scale=scale, samples=samples, box=box)

    @validate("box", "features", "scale")
    def _fits(self, proposal):
        now = {"box": self.box, "features": self.features, "scale": self.scale}
        now[proposal["trait"].name] = proposal["value"]
        rows, columns = len(now["features"]), len(now["features"][0])
        if min(rows, columns) < 2:
            raise ValueError(
                f"features must have at least 2 rows and columns, so that a box can be shifted "
                f"over it. Received shape {(rows, columns)}."
            )
        right, bottom = ((side - 1) / now["scale"] for side in (columns, rows))
        x1, y1, x2, y2 = box = _snapped(now["box"], right, bottom, SLACK / now["scale"])
        if not (0 <= x1 < x2 <= right and 0 <= y1 < y2 <= bottom):
            raise ValueError(
                f"box must hold x1 < x2 from 0 to {right:g} and y1 < y2 from 0 to {bottom:g}: "
                f"pixels of the picture, with one of the map's {rows}×{columns} cells free to its "
                f"right and below it. Received: {now['box']} at a scale of {now['scale']:g}."
            )
        return box if proposal["trait"].name == "box" else proposal["value"]

    def describe(self):
        box = ", ".join(f"{edge:g}" for edge in self.box)
        bins = "×".join(map(str, self.size))
        return f"map {shape(self.features)}, stride {1 / self.scale:g}, box {box}, bins {bins}"

    def poster(self):
        """Return the map with the box, and both outputs, as SVG."""
        x = np.array(self.features)[..., None]
        options = {"size": self.size, "scale": self.scale}
        rois = np.array([self.box])
        sheet, words, (wide, tall) = Sheet(), self.text, (34, 26)
        end = sheet.table(8, 8, self.features, caption=words["features"])
        x1, y1, x2, y2 = (edge * self.scale for edge in self.box)
        place = 8 + x1 * wide, 30 + y1 * tall, (x2 - x1) * wide, (y2 - y1) * tall
        sheet.rect(*place, line=MARK, thick=3)
        start, below, far = max(end, 110) + 26, 8, 0
        for caption, out in {
            words["pool"]: roi_pool(x, rois, **options),
            words["align"]: roi_align(x, rois, samples=self.samples, **options),
        }.items():
            far = max(far, sheet.table(start, below, out[0, ..., 0], caption=caption))
            below += 22 + tall * self.size[0] + 14
        height = max(below, 30 + tall * len(self.features) + 10)
        return "image/svg+xml", sheet.svg(max(far, start + 80) + 10, height)


def _snapped(box, right, bottom, slack):
    """Return a box, its edges put on the border where they leave it by no more than the slack."""
    ends = np.array([right, bottom, right, bottom])
    inside = np.clip(box, 0, ends)
    return np.where(np.abs(inside - box) <= slack, inside, box).tolist()
