r"""RoI align: what lies on a map of features within a box, in a fixed number of bins.

Keras is loaded when something here is first used. ``from vidlearn.layers import RoIAlign`` also
makes the layer known to `keras.saving.load_model`.
"""

from functools import cache
from math import inf
from numbers import Integral, Real

from ._tensors import as_tensor, floating, precise

LARGE = 256  # cells of a map for every column of bins and sample of a bin, beyond which it is large


def roi_align(features, boxes, *, size, scale=1.0, samples=2, aligned=True):
    r"""Average interpolated features in every bin of boxes, without rounding.

    Parameters
    ----------
    features : tensor
        (N, H, W, C), the feature maps of a batch of pictures.
    boxes : tensor
        (N, R, 4) boxes xyxy, in pixels of the picture: as many for every picture, filled up with
        boxes that the caller ignores. No gradient flows into them.
    size : int or (int, int)
        Bins of a box: rows and columns.
    scale : float
        Cells per pixel: 1 / 16 where the map is 16 times smaller than the picture.
    samples : int
        Sample points of a bin along each axis, evenly spaced.
    aligned : bool
        Whether feature k lies in the middle of its cell, at k + 0.5, as pixels do. False takes it
        to lie at k, as the first code did: every box is then half a cell too far right and down.

    Returns
    -------
    tensor
        (N, R, rows, columns, C), of the dtype of the features (`floatx` where those are integers).

    Raises
    ------
    ValueError
        If a shape is wrong, or an option is out of range.

    Notes
    -----
    There are two forms of one result. Interpolation is separable, so that all samples of a box are
    ``Y @ features @ X.T`` with one small matrix of weights for the rows and one for the columns:
    on small maps that is the fastest. On large ones most of the weights are 0 and the product of
    the first two fills the memory, so that there the four features around each sample are fetched.
    At the border, as the reference
    code does it: a sample more than one cell outside of the first or the last feature counts as
    0, one nearer takes the feature at the border. Boxes of the form before `aligned` are at least
    one cell wide and high.

    The result depends on the boxes too, and its derivative by them exists; as in the papers it is
    left out (approximate joint training): boxes are taught by the loss of their own coordinates.

    Given the symbols that a functional model is built of, it puts in the layer `RoIAlign`.

    References
    ----------
    He et al.: Mask R-CNN. ICCV 2017, section 3. The half cell: Detectron2, 2019. No gradient for
    boxes: Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, section 3.2.

    Examples
    --------
    >>> from keras import ops
    >>> features = ops.reshape(ops.arange(12, dtype="float32"), (1, 3, 4, 1))
    >>> found = roi_align(features, [[[0, 0, 4, 2]]], size=(1, 2))
    >>> ops.convert_to_numpy(found)[..., 0].tolist()
    [[[[2.5, 4.5]]]]

    Lesson 12 teaches it.
    """
    from keras import KerasTensor, ops

    rows, columns = _check_options(size, scale, samples)
    features, boxes = as_tensor(features), as_tensor(boxes)
    _check_batch(features, boxes)
    if isinstance(features, KerasTensor) or isinstance(boxes, KerasTensor):
        options = {"scale": scale, "samples": samples, "aligned": aligned}
        return _roi_align_layer()(size, **options, dtype=floating(features))(features, boxes)
    features = ops.cast(features, floating(features))
    boxes = ops.cast(ops.stop_gradient(boxes), precise(boxes)) * scale
    x1, y1, x2, y2 = ops.split(boxes, 4, axis=-1)  # (N, R, 1) each
    height, width = ops.shape(features)[1:3]
    down = _points(y1, y2, height, count=rows, samples=samples, aligned=aligned)
    across = _points(x1, x2, width, count=columns, samples=samples, aligned=aligned)
    known = None not in features.shape[1:3]
    large = known and height * width > LARGE * columns * samples**2
    return (_gathered if large else _multiplied)(features, down, across)


def __getattr__(name):
    if name == "RoIAlign":
        return _roi_align_layer()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _roi_align_layer():
    """Define the layer on first use, for its base class loads Keras."""
    from keras import layers, ops, saving

    @saving.register_keras_serializable("vidlearn")
    class RoIAlign(layers.Layer):
        """Average interpolated features in every bin of boxes: `roi_align` as a layer.

        Called with features (N, H, W, C) and boxes (N, R, 4), it gives (N, R, rows, columns, C).
        It has no weights. Boxes keep their precision where a policy computes in half of it.

        Parameters
        ----------
        size, scale, samples, aligned
            Those of `roi_align`.
        name : str, optional
            Name of the layer.
        dtype : str or keras.DTypePolicy, optional
            What the features are computed in; the policy of Keras where it is None.
        trainable : bool
            As every layer of Keras has it; there is nothing to train.

        References
        ----------
        He et al.: Mask R-CNN. ICCV 2017, section 3.

        Examples
        --------
        >>> from vidlearn.layers import RoIAlign
        >>> RoIAlign((1, 2))(ops.ones((1, 3, 4, 5)), ops.ones((1, 6, 4))).shape
        (1, 6, 1, 2, 5)
        """

        def __init__(
            self,
            size,
            *,
            scale=1.0,
            samples=2,
            aligned=True,
            name=None,
            dtype=None,
            trainable=True,
        ):
            # Casting all inputs to a half precision would round the boxes to whole pixels or worse.
            super().__init__(name=name, dtype=dtype, trainable=trainable, autocast=False)
            self.size = _check_options(size, scale, samples)
            self.scale, self.samples, self.aligned = float(scale), int(samples), bool(aligned)

        def call(self, features, boxes):
            features = ops.cast(features, self.compute_dtype)
            options = {"scale": self.scale, "samples": self.samples, "aligned": self.aligned}
            return roi_align(features, boxes, size=self.size, **options)

        def compute_output_spec(self, features, boxes):
            from keras import KerasTensor

            _check_batch(features, boxes)
            shape = (*boxes.shape[:2], *self.size, features.shape[-1])
            return KerasTensor(shape, self.compute_dtype)

        def get_config(self):
            own = {"size": self.size, "scale": self.scale, "samples": self.samples}
            return {**super().get_config(), **own, "aligned": self.aligned}

    RoIAlign.__qualname__ = "RoIAlign"
    return RoIAlign


def _points(starts, ends, cells, *, count, samples, aligned):
    """Return where the samples of every bin lie, 0 to cells - 1, and whether inside of the map.

    Both are (N, R, count, samples), in cells from the first feature, and inside is 0 or 1.
    """
    from keras import ops

    lengths = ends - starts if aligned else ops.maximum(ends - starts, 1)
    steps = [[(k + (m + 0.5) / samples) / count for m in range(samples)] for k in range(count)]
    steps = ops.convert_to_tensor(steps, starts.dtype)
    starts, lengths = (ops.expand_dims(x, -1) for x in (starts - 0.5 * aligned, lengths))
    points = starts + lengths * steps
    limit = ops.cast(cells, points.dtype)
    outside = ops.logical_or(points < -1, points > limit)  # NaN is not: it must stay NaN
    inside = ops.where(outside, ops.zeros_like(points), ops.ones_like(points))
    return ops.minimum(ops.maximum(points, 0), limit - 1), inside, cells


def _multiplied(features, down, across):
    """Pool by two products of matrices; every box meets the whole map."""
    from keras import ops

    (pictures, height, width, channels), shape = ops.shape(features), ops.shape(down[0])
    down, across = (ops.cast(_weights(*points), features.dtype) for points in (down, across))
    # Both products as matrices lie: an einsum would copy large arrays to move their axes.
    down = ops.reshape(down, (pictures, shape[1] * shape[2], height))
    found = ops.matmul(down, ops.reshape(features, (pictures, height, width * channels)))
    found = ops.reshape(found, (pictures, *shape[1:3], width, channels))
    return ops.matmul(ops.expand_dims(across, 2), found)  # (N, R, rows, columns, C)


def _weights(points, inside, cells):
    """Return the mean weight of every cell in the samples of every bin: (N, R, count, cells)."""
    from keras import ops

    positions = ops.arange(cells, dtype=points.dtype)
    weights = ops.maximum(1 - ops.abs(ops.expand_dims(points, -1) - positions), 0)
    # ops.mean computes in float32 on JAX
    return ops.sum(weights * ops.expand_dims(inside, -1), axis=3) / points.shape[3]


def _gathered(features, down, across):
    """Pool by fetching the four features around each sample, one sample of all bins at a time."""
    from keras import ops

    pictures, height, width, channels = ops.shape(features)
    cells = ops.reshape(features, (pictures * height * width, channels))
    first = ops.reshape(ops.arange(pictures, dtype="int32") * height * width, (-1, 1, 1, 1))
    rows, columns = _neighbours(*down), _neighbours(*across)
    total = 0.0
    for row, vertical in rows:  # (N, R, rows) each
        for column, horizontal in columns:
            places = first + ops.expand_dims(row * width, 3) + ops.expand_dims(column, 2)
            weights = ops.expand_dims(vertical, 3) * ops.expand_dims(horizontal, 2)
            weights = ops.cast(ops.expand_dims(weights, -1), features.dtype)
            total = total + weights * ops.take(cells, places, axis=0)
    return total


def _neighbours(points, inside, cells):
    """Return the features beside each sample, and their weights, which add up to 1 in a bin."""
    from keras import ops

    samples = points.shape[3]
    low = ops.floor(points)
    later = points - low
    low = ops.minimum(ops.maximum(ops.cast(low, "int32"), 0), cells - 1)  # NaN may be any number
    pairs = ((low, 1 - later), (ops.minimum(low + 1, cells - 1), later))
    return [
        (cell[..., m], (weight * inside)[..., m] / samples)
        for cell, weight in pairs
        for m in range(samples)
    ]


def _check_batch(features, boxes):
    shapes = tuple(features.shape), tuple(boxes.shape)
    if len(shapes[0]) != 4 or 0 in shapes[0][1:3]:
        raise ValueError(
            "features must be (N, H, W, C), the maps of a batch of pictures; give one map as "
            f"features[None]. Received shape {shapes[0]}"
        )
    if len(shapes[1]) != 3 or shapes[1][2] != 4:
        raise ValueError(
            "boxes must be (N, R, 4) x1, y1, x2, y2, as many for every picture. "
            f"Received shape {shapes[1]}"
        )
    if shapes[0][0] != shapes[1][0] and None not in (shapes[0][0], shapes[1][0]):
        raise ValueError(
            "features and boxes must be of as many pictures. "
            f"Received shapes {shapes[0]} and {shapes[1]}"
        )


def _check_options(size, scale, samples):
    """Return rows and columns."""
    sizes = (size, size) if isinstance(size, Integral) else tuple(size)
    if len(sizes) != 2 or not all(isinstance(n, Integral) and n > 0 for n in (*sizes, samples)):
        raise ValueError(
            "size must be a whole number above 0 or a pair (rows, columns), and so must samples. "
            f"Received: size={size!r}, samples={samples!r}"
        )
    if not (isinstance(scale, Real) and 0 < scale < inf):
        raise ValueError(
            f"scale must be a number above 0, the cells per pixel. Received: {scale!r}"
        )
    return tuple(int(n) for n in sizes)
