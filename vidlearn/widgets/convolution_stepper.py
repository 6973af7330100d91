"""A kernel slides over pixels: every product, every sum."""

import numpy as np
from traitlets import Any, Bool, Dict, validate

from vidlearn.scratch import conv2d_forward
from vidlearn.scratch._windows import lay_grid

from .base import Interactive
from .poster import Sheet
from .traits import Grid, shape


class ConvolutionStepper(Interactive):
    """Slide a kernel over an input, one output at a time, with all numbers in sight.

    Buttons, a slider and the arrow keys move the kernel; choosing an output shows its window. The
    kernel can be turned by 180°, which makes the convolution of mathematics out of the
    cross-correlation that deep learning calls by that name.

    Parameters
    ----------
    x : array_like, (H, W)
        Input, at most 16 rows and columns.
    w : array_like, (KH, KW)
        Kernel, at most 7 rows and columns.
    stride, dilation : int or pair of int
        As in `vidlearn.scratch.conv2d_forward`.
    padding : int, "valid", "same" or pair of pairs
        As in `vidlearn.scratch.conv2d_forward`; at most 8 on a side.
    flip : bool, default False
        Start with the kernel turned by 180°.

    Attributes
    ----------
    flip : bool
        Whether the kernel is turned now.

    Raises
    ------
    ValueError
        If an array is no matrix of finite numbers or is too large, or if the kernel does not fit.

    Examples
    --------
    >>> ConvolutionStepper([[1, 2, 3], [4, 5, 6]], [[1, -1]], padding=1)
    ConvolutionStepper(input 2×3, kernel 1×2)

    Lesson 03 uses it.
    """

    x = Grid(16).tag(sync=True)
    w = Grid(7).tag(sync=True)
    stride = Any(1)  # these three are judged where the library judges them, in lay_grid
    padding = Any(0)
    dilation = Any(1)
    flip = Bool().tag(sync=True)
    geometry = Dict(help="Stride and dilation per axis, padding per side").tag(sync=True)

    def __init__(self, x, w, *, stride=1, padding=0, dilation=1, flip=False):
        super().__init__(x=x, w=w, stride=stride, padding=padding, dilation=dilation, flip=flip)

    @validate("x", "w", "stride", "padding", "dilation")
    def _lay(self, proposal):
        now = {name: getattr(self, name) for name in ("x", "w", "stride", "padding", "dilation")}
        now[proposal["trait"].name] = proposal["value"]
        sizes, kernel = ((len(grid), len(grid[0])) for grid in (now.pop("x"), now.pop("w")))
        grid = lay_grid(sizes, kernel, **now)
        if max(map(max, grid.pads)) > 8:
            raise ValueError(f"padding must be at most 8 on a side. Received {self.padding!r}.")
        self.geometry = {"stride": grid.stride, "dilation": grid.dilation, "pads": grid.pads}
        return proposal["value"]

    def describe(self):
        return f"input {shape(self.x)}, kernel {shape(self.w)}"

    def poster(self):
        """Return input, kernel and output as tables, the first window framed, as SVG."""
        (top, bottom), (left, right) = self.geometry["pads"]
        x = np.pad(np.array(self.x), ((top, bottom), (left, right)))
        w = np.array(self.w)[:: -1 if self.flip else 1, :: -1 if self.flip else 1]
        steps, gaps = self.geometry["stride"], self.geometry["dilation"]
        options = {"stride": steps, "dilation": gaps}
        out, _ = conv2d_forward(x[None, ..., None], w[..., None, None], **options)
        span = [gap * (size - 1) + 1 for gap, size in zip(gaps, w.shape, strict=True)]
        sheet, words = Sheet(), self.text
        end = sheet.table(8, 8, x, caption=words["input"], frame=(0, 0, *span))
        end = sheet.table(max(end, 60) + 26, 8, w, caption=words["kernel"])
        end = sheet.table(end + 40, 8, out[0, ..., 0], caption=words["output"], frame=(0, 0, 1, 1))
        return "image/svg+xml", sheet.svg(max(end, 60) + 30, 26 * max(len(x), len(w)) + 42)
