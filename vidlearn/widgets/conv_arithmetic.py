"""Which pixels a kernel reads, and how many windows fit."""

from traitlets import Int, validate

from .base import Interactive


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

    size = Int().tag(sync=True, least=1, most=12)
    kernel = Int().tag(sync=True, least=1, most=5)
    stride = Int().tag(sync=True, least=1, most=4)
    padding = Int().tag(sync=True, least=0, most=3)
    dilation = Int().tag(sync=True, least=1, most=3)

    def __init__(self, *, size=6, kernel=3, stride=2, padding=1, dilation=1):
        super().__init__(
            size=size, kernel=kernel, stride=stride, padding=padding, dilation=dilation
        )

    @validate("size", "kernel", "stride", "padding", "dilation")
    def _within(self, proposal):
        trait, value = proposal["trait"], proposal["value"]
        least, most = trait.metadata["least"], trait.metadata["most"]
        if not least <= value <= most:
            raise ValueError(
                f"{trait.name} must be a whole number from {least} to {most}, so that the drawing "
                f"stays readable. Received: {value}. For other sizes ask "
                "vidlearn.scratch.conv_output_size."
            )
        return value

    def describe(self):
        names = ("size", "kernel", "stride", "padding", "dilation")
        return ", ".join(f"{name} {getattr(self, name)}" for name in names)
