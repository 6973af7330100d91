"""A kernel slides over pixels: every product, every sum."""

from traitlets import Any, Bool, Dict, validate

from vidlearn.scratch._windows import lay_grid

from .base import Grid, Interactive, shape


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
    stride = Any(1)
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
