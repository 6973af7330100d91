"""Which pixel wins, and what a shift of the input changes."""

from traitlets import Int, Unicode, validate

from .base import Grid, Interactive, shape

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
    kind = Unicode("max").tag(sync=True)

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

    @validate("kind")
    def _known(self, proposal):
        if proposal["value"] not in ("max", "average"):
            raise ValueError(f'kind must be "max" or "average". Received: {proposal["value"]!r}')
        return proposal["value"]

    def describe(self):
        window = f"{self.kind} {self.size}×{self.size}"
        return f"input {shape(self.x)}, {window}, stride {self.stride}"
