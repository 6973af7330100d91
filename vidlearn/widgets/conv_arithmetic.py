"""Which pixels a kernel reads, and how many windows fit."""

from traitlets import Bool

from .base import Interactive
from .poster import BLUE, MARK, Sheet, tint
from .traits import Whole

ASK = "The drawing stays readable so. For other sizes ask vidlearn.scratch.conv_output_size."
NAMES = ("size", "kernel", "stride", "padding", "dilation")


class ConvArithmetic(Interactive):
    """Explore kernel size, stride, padding and dilation, with the output-size formula.

    Sliders change the numbers; the drawing shows the input, its padding, the taps of each window
    and the pixels that no window reads; the formula stands below with the numbers put in. All axes
    are treated alike, so one number stands for height and width.

    Parameters
    ----------
    size : int, default 6
        Pixels of the input, 1 to 12.
    kernel : int, default 3
        Taps of the kernel, 1 to 5.
    stride : int, default 2
        Pixels from window to window, 1 to 4.
    padding : int, default 1
        Zeros on each side, 0 to 3.
    dilation : int, default 1
        Pixels from tap to tap, 1 to 3.
    formula : bool, default True
        Write the formula out. Without it a lesson can ask for it first.

    Attributes
    ----------
    size, kernel, stride, padding, dilation : int
        What the sliders stand at.

    Raises
    ------
    ValueError
        If a number is out of its range. A kernel that does not fit is no error: the drawing
        explains it.

    Examples
    --------
    >>> ConvArithmetic(size=7, kernel=3, stride=1, padding=0)
    ConvArithmetic(size 7, kernel 3, stride 1, padding 0, dilation 1)

    Lesson 03 uses it.
    """

    size = Whole(1, 12, hint=ASK).tag(sync=True)
    kernel = Whole(1, 5, hint=ASK).tag(sync=True)
    stride = Whole(1, 4, hint=ASK).tag(sync=True)
    padding = Whole(0, 3, hint=ASK).tag(sync=True)
    dilation = Whole(1, 3, hint=ASK).tag(sync=True)
    formula = Bool(True).tag(sync=True)

    def __init__(self, *, size=6, kernel=3, stride=2, padding=1, dilation=1, formula=True):
        super().__init__(
            size=size,
            kernel=kernel,
            stride=stride,
            padding=padding,
            dilation=dilation,
            formula=formula,
        )

    def describe(self):
        return ", ".join(f"{name} {getattr(self, name)}" for name in NAMES)

    def poster(self):
        """Return the input with its padding and the taps of the first window, as SVG."""
        sheet, cell = Sheet(), 22
        taps = {k * self.dilation for k in range(self.kernel)}
        span = max(taps) + 1
        inside = range(self.padding, self.padding + self.size)
        side = self.size + 2 * self.padding
        sheet.text(8, 20, self.describe(), bold=True)
        for i in range(max(side, span)):
            for j in range(max(side, span)):
                tap = i in taps and j in taps
                fill = MARK if tap else tint(1, 2) if i in inside and j in inside else "none"
                sheet.rect(8 + j * cell, 32 + i * cell, cell - 2, cell - 2, fill=fill, radius=2)
        sheet.rect(7, 31, span * cell, span * cell, line=BLUE, thick=3)
        return "image/svg+xml", sheet.svg(max(side * cell + 16, 470), max(side, span) * cell + 42)
