"""Layers that pool: one number of every window, or of a whole channel, of pictures and clips."""

from ._checks import per_axis, per_axis_padding, plain
from .global_pool import (
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
    global_avg_pool3d_backward,
    global_avg_pool3d_forward,
    global_max_pool2d_backward,
    global_max_pool2d_forward,
    global_max_pool3d_backward,
    global_max_pool3d_forward,
)
from .layer import Layer
from .pool import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    avg_pool3d_backward,
    avg_pool3d_forward,
    check_room,
    max_pool2d_backward,
    max_pool2d_forward,
    max_pool3d_backward,
    max_pool3d_forward,
)

POOLS = {
    ("max", 2): (max_pool2d_forward, max_pool2d_backward),
    ("max", 3): (max_pool3d_forward, max_pool3d_backward),
    ("avg", 2): (avg_pool2d_forward, avg_pool2d_backward),
    ("avg", 3): (avg_pool3d_forward, avg_pool3d_backward),
}
GLOBAL_POOLS = {
    ("max", 2): (global_max_pool2d_forward, global_max_pool2d_backward),
    ("max", 3): (global_max_pool3d_forward, global_max_pool3d_backward),
    ("avg", 2): (global_avg_pool2d_forward, global_avg_pool2d_backward),
    ("avg", 3): (global_avg_pool3d_forward, global_avg_pool3d_backward),
}


class _Pool(Layer):
    """What the pools of windows share: all but the kind and the number of axes."""

    def __init__(self, size=2, *, stride=None, padding="valid"):
        super().__init__()
        self.size, self.stride, self.padding = plain(size), plain(stride), plain(padding)
        if stride is not None:
            per_axis("stride", stride, self.axes)
        pads = per_axis_padding(padding, self.axes)
        check_room(padding, pads, per_axis("size", size, self.axes))

    def forward(self, x, *, training=False, rng=None, mask=None):
        pool, _ = POOLS[self.kind, self.axes]
        return pool(x, size=self.size, stride=self.stride, padding=self.padding)

    def backward(self, dout, cache):
        _, pool_backward = POOLS[self.kind, self.axes]
        return pool_backward(dout, cache), {}


class MaxPool2D(_Pool):
    """Keep the largest entry of every window; see `vidlearn.scratch.max_pool2d_forward`.

    Parameters
    ----------
    size : int or (int, int)
    stride : int or (int, int), optional
        size by default.
    padding : "valid", "same", int, or one entry per axis
    """

    kind, axes = "max", 2


class MaxPool3D(_Pool):
    """Keep the largest entry of every window; see `vidlearn.scratch.max_pool3d_forward`.

    Parameters
    ----------
    size : int or (int, int, int)
    stride : int or (int, int, int), optional
        size by default.
    padding : "valid", "same", int, or one entry per axis
    """

    kind, axes = "max", 3


class AvgPool2D(_Pool):
    """Average every window; see `vidlearn.scratch.avg_pool2d_forward`.

    Parameters
    ----------
    size : int or (int, int)
    stride : int or (int, int), optional
        size by default.
    padding : "valid", "same", int, or one entry per axis
    """

    kind, axes = "avg", 2


class AvgPool3D(_Pool):
    """Average every window; see `vidlearn.scratch.avg_pool3d_forward`.

    Parameters
    ----------
    size : int or (int, int, int)
    stride : int or (int, int, int), optional
        size by default.
    padding : "valid", "same", int, or one entry per axis
    """

    kind, axes = "avg", 3


class _GlobalPool(Layer):
    """What the pools of whole channels share: all but the kind and the number of axes."""

    def forward(self, x, *, training=False, rng=None, mask=None):
        pool, _ = GLOBAL_POOLS[self.kind, self.axes]
        return pool(x)

    def backward(self, dout, cache):
        _, pool_backward = GLOBAL_POOLS[self.kind, self.axes]
        return pool_backward(dout, cache), {}


class GlobalAvgPool2D(_GlobalPool):
    """Average every channel over the whole image, (N, H, W, C) to (N, C)."""

    kind, axes = "avg", 2


class GlobalAvgPool3D(_GlobalPool):
    """Average every channel over the whole clip, (N, T, H, W, C) to (N, C)."""

    kind, axes = "avg", 3


class GlobalMaxPool2D(_GlobalPool):
    """Keep the largest entry of every channel of the image, (N, H, W, C) to (N, C)."""

    kind, axes = "max", 2


class GlobalMaxPool3D(_GlobalPool):
    """Keep the largest entry of every channel of the clip, (N, T, H, W, C) to (N, C)."""

    kind, axes = "max", 3
