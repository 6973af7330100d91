"""Which pixel wins, and what a shift of the input changes."""

import numpy as np
from traitlets import Int, validate

from vidlearn.scratch import avg_pool2d_forward, max_pool2d_forward

from .base import Interactive
from .poster import Sheet
from .traits import Choice, Grid, shape

MOST = 4


class PoolingExplorer(Interactive):
    """Walk a pooling window over an input; shift the input and see what stays the same.

    In max pooling the winner of each window is marked; of equal ones the first wins, as in
    `vidlearn.scratch.max_pool2d_forward`. A shifted input takes its new pixels from the border.

    Parameters
    ----------
    x : array_like, (H, W)
        Input, at most 16 rows and columns.
    size : int, default 2
        Height and width of the window, 1 to 4 and no larger than the input.
    stride : int, optional
        Step between windows, 1 to 4; by default `size`.
    kind : {"max", "average"}
        What is made of the numbers in a window.

    Attributes
    ----------
    size, stride : int
    kind : str
        What the reader chose last.

    Raises
    ------
    ValueError
        If x is no matrix of finite numbers or too large, or an option is out of range.

    Examples
    --------
    >>> PoolingExplorer([[1, 3, 2], [5, 7, 0]])
    PoolingExplorer(input 2×3, max 2×2, stride 2)

    Lesson 04 uses it.
    """

    x = Grid(16).tag(sync=True)
    size = Int().tag(sync=True)
    stride = Int().tag(sync=True)
    kind = Choice("max", "average").tag(sync=True)

    def __init__(self, x, *, size=2, stride=None, kind="max"):
        super().__init__(x=x, size=size, stride=size if stride is None else stride, kind=kind)

    @validate("x", "size", "stride")
    def _fits(self, proposal):
        now = {"x": self.x, "size": self.size, "stride": self.stride}
        now[proposal["trait"].name] = proposal["value"]
        least_side = min(len(now["x"]), len(now["x"][0]))
        for name, most in (("size", min(MOST, least_side)), ("stride", MOST)):
            if not 1 <= now[name] <= most:
                raise ValueError(
                    f"{name} must be a whole number from 1 to {most} for an input of "
                    f"{shape(now['x'])}. Received: {now[name]}"
                )
        return proposal["value"]

    def describe(self):
        window = f"{self.kind} {self.size}×{self.size}"
        return f"input {shape(self.x)}, {window}, stride {self.stride}"

    def poster(self):
        """Return input and output as tables, the first window framed, as SVG."""
        x = np.array(self.x)
        pool = max_pool2d_forward if self.kind == "max" else avg_pool2d_forward
        out, _ = pool(x[None, ..., None], size=self.size, stride=self.stride)
        sheet, words = Sheet(), self.text
        frame = (0, 0, self.size, self.size)
        end = sheet.table(8, 8, x, caption=words["input"], frame=frame)
        caption = f"{words['output']} ({self.kind} {self.size}×{self.size})"
        start = max(end, 60) + 26
        end = sheet.table(start, 8, out[0, ..., 0], caption=caption, frame=(0, 0, 1, 1))
        return "image/svg+xml", sheet.svg(max(end, start + 150) + 10, 26 * len(x) + 42)
