r"""What a detector computes on boxes inside of a training step: pooling them, decoding them.

Twins of `vidlearn.boxes.roi_align`, `encode` and `decode` in `keras.ops`: they take batches, run
compiled and on every backend of Keras, and gradients flow through them. A compiled function cannot
look at the numbers, so that only shapes and options are checked: NaN in a box makes its result NaN,
NaN in a map those of all boxes of its picture. Boxes are computed in float32 at least, whatever
the precision of the model: float16 leaves out every odd coordinate above 2048.

Keras is loaded when something here is first used. ``from vidlearn.layers import RoIAlign`` also
makes the layer known to `keras.saving.load_model`.
"""

from functools import cache
from math import inf, log
from numbers import Integral, Real

LIMIT = log(1000 / 16)  # a side grows 62.5 times at most


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
    Interpolation is separable, so that all samples of a box are ``Y @ features @ X.T`` with one
    small matrix of weights for the rows and one for the columns. At the border, as the reference
    code does it: a sample more than one cell outside of the first or the last feature counts as
    0, one nearer takes the feature at the border. Boxes of the form before `aligned` are at least
    one cell wide and high.

    The result depends on the boxes too, and its derivative by them exists; as in the papers it is
    left out (approximate joint training): boxes are taught by the loss of their own coordinates.

    Given the symbols that a functional model is built of, it puts in the layer `RoIAlign`.

    References
    ----------
    He et al.: Mask R-CNN. ICCV 2017, section 3. The half cell: Detectron2, 2019. No gradient for
    boxes: Ren et al.: Faster R-CNN. NeurIPS 2015, section 3.2.

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
    features, boxes = _tensor(features), _tensor(boxes)
    _check_batch(features, boxes)
    if isinstance(features, KerasTensor) or isinstance(boxes, KerasTensor):
        options = {"scale": scale, "samples": samples, "aligned": aligned}
        return _roi_align_layer()(size, **options, dtype=_floating(features))(features, boxes)
    features = ops.cast(features, _floating(features))
    boxes = ops.cast(ops.stop_gradient(boxes), _precise(boxes)) * scale
    x1, y1, x2, y2 = ops.split(boxes, 4, axis=-1)  # (N, R, 1) each
    count, (pictures, height, width, channels) = ops.shape(boxes)[1], ops.shape(features)
    down = _weights(y1, y2, height, count=rows, samples=samples, aligned=aligned)
    across = _weights(x1, x2, width, count=columns, samples=samples, aligned=aligned)
    down, across = (ops.cast(weights, features.dtype) for weights in (down, across))
    # Both products as matrices lie: an einsum would copy large arrays to move their axes.
    down = ops.reshape(down, (pictures, count * rows, height))
    found = ops.matmul(down, ops.reshape(features, (pictures, height, width * channels)))
    found = ops.reshape(found, (pictures, count, rows, width, channels))
    return ops.matmul(ops.expand_dims(across, 2), found)  # (N, R, rows, columns, C)


def encode_boxes(boxes, anchors, *, variances=(0.1, 0.1, 0.2, 0.2)):
    """Write boxes as corrections of anchors.

    Parameters
    ----------
    boxes : tensor
        (..., 4) xyxy, wider and higher than 0: others give infinity or NaN.
    anchors : tensor
        (..., 4) xyxy, wider and higher than 0: the anchor of each box. Leading axes broadcast, so
        that (A, 4) anchors serve (N, A, 4) boxes.
    variances : sequence of float
        What the four corrections are divided by, all above 0. In spite of the name, which is that
        of SSD's code, they take the place of standard deviations.

    Returns
    -------
    tensor
        (..., 4) dx, dy, dw, dh, in float32, or in float64 if one of both is.

    Raises
    ------
    ValueError
        If a shape is wrong, or a variance is not above 0.

    References
    ----------
    Ren et al.: Faster R-CNN. NeurIPS 2015, equation 2.

    Examples
    --------
    >>> from keras import ops
    >>> found = encode_boxes([[2, 0, 6, 8]], [[0, 0, 4, 8]], variances=(1, 1, 1, 1))
    >>> ops.convert_to_numpy(found).tolist()
    [[0.5, 0.0, 0.0, 0.0]]

    Lesson 11 teaches it.
    """
    from keras import ops

    boxes, anchors, variances = _pair("boxes", boxes, anchors, variances)
    centres, sides = _centred(boxes)
    anchor_centres, anchor_sides = _centred(anchors)
    moves = (centres - anchor_centres) / anchor_sides
    growth = ops.log(sides / anchor_sides)
    return ops.concatenate([moves, growth], axis=-1) / variances


def decode_boxes(deltas, anchors, *, variances=(0.1, 0.1, 0.2, 0.2), limit=LIMIT):
    """Apply corrections to anchors: the inverse of `encode_boxes`.

    Parameters
    ----------
    deltas : tensor
        (..., 4) dx, dy, dw, dh.
    anchors : tensor
        (..., 4) xyxy, wider and higher than 0. Leading axes broadcast, so that (A, 4) anchors
        serve (N, A, 4) deltas.
    variances : sequence of float
        Those of `encode_boxes`.
    limit : float
        dw and dh, times their variances, count as at most this, so that an untrained network does
        not put out boxes without end. Beyond it no gradient flows into them.

    Returns
    -------
    tensor
        (..., 4) xyxy, neither clipped to the picture nor inverted, in float32, or in float64 if
        one of both is.

    Raises
    ------
    ValueError
        If a shape is wrong, or a variance or the limit is out of range.

    References
    ----------
    Ren et al.: Faster R-CNN. NeurIPS 2015, equation 2. The limit: Detectron, 2018.

    Examples
    --------
    >>> from keras import ops
    >>> found = decode_boxes([[0.5, 0, 0, 0]], [[0, 0, 4, 8]], variances=(1, 1, 1, 1))
    >>> ops.convert_to_numpy(found).tolist()
    [[2.0, 0.0, 6.0, 8.0]]

    Lesson 11 teaches it.
    """
    from keras import ops

    if not (isinstance(limit, Real) and 0 < limit < 80):
        raise ValueError(
            f"limit must lie above 0 and below 80, of which exp is finite. Received: {limit!r}"
        )
    deltas, anchors, variances = _pair("deltas", deltas, anchors, variances)
    anchor_centres, anchor_sides = _centred(anchors)
    moves, growth = ops.split(deltas * variances, 2, axis=-1)
    centres = anchor_centres + moves * anchor_sides
    sides = anchor_sides * ops.exp(ops.minimum(growth, limit))
    return ops.concatenate([centres - sides / 2, centres + sides / 2], axis=-1)


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


def _weights(starts, ends, cells, *, count, samples, aligned):
    """Return the mean weight of every cell in the samples of every bin: (N, R, count, cells)."""
    from keras import ops

    lengths = ends - starts if aligned else ops.maximum(ends - starts, 1)
    steps = [[(k + (m + 0.5) / samples) / count for m in range(samples)] for k in range(count)]
    steps = ops.convert_to_tensor(steps, starts.dtype)
    starts, lengths = (ops.expand_dims(x, -1) for x in (starts - 0.5 * aligned, lengths))
    points = starts + lengths * steps  # (N, R, count, samples), in cells from the first feature
    positions = ops.arange(cells, dtype=points.dtype)
    cells = ops.cast(cells, points.dtype)
    inside = ops.cast(ops.logical_and(points >= -1, points <= cells), points.dtype)
    points = ops.expand_dims(ops.minimum(ops.maximum(points, 0), cells - 1), -1)
    weights = ops.maximum(1 - ops.abs(points - positions), 0) * ops.expand_dims(inside, -1)
    return ops.sum(weights, axis=3) / samples  # ops.mean computes in float32 on JAX


def _centred(boxes):
    """Return centres and sides, (..., 2) each."""
    from keras import ops

    starts, ends = ops.split(boxes, 2, axis=-1)
    return (starts + ends) / 2, ends - starts


def _pair(name, first, anchors, variances):
    """Check the arguments of a coder; return them as tensors of one dtype, float32 at least."""
    from keras import ops

    first, anchors, variances = _tensor(first), _tensor(anchors), list(variances)
    for key, x in ((name, first), ("anchors", anchors)):
        if len(x.shape) == 0 or x.shape[-1] != 4:
            raise ValueError(f"{key} must be (..., 4). Received shape {tuple(x.shape)}")
    for a, b in zip(first.shape[-2::-1], anchors.shape[-2::-1], strict=False):
        if None not in (a, b) and a != b and 1 not in (a, b):
            raise ValueError(
                f"{name} and anchors must be as many, for each belongs to one, or their leading "
                f"axes broadcast. Received shapes {tuple(first.shape)} and {tuple(anchors.shape)}"
            )
    if len(variances) != 4 or not all(0 < x < inf for x in variances):
        raise ValueError(f"variances must be 4 numbers above 0. Received: {variances}")
    dtype = _precise(first, anchors)
    variances = ops.convert_to_tensor([float(x) for x in variances], dtype)
    return ops.cast(first, dtype), ops.cast(anchors, dtype), variances


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


def _tensor(x):
    from keras import KerasTensor, ops

    return x if isinstance(x, KerasTensor) else ops.convert_to_tensor(x)


def _floating(x):
    """Return the dtype of x, or that of Keras where x is of integers."""
    from keras import backend, config

    dtype = backend.standardize_dtype(x.dtype)
    return dtype if "float" in dtype else config.floatx()


def _precise(*tensors):
    """Return the dtype of boxes; on JAX, Keras's own rule would make float32 of float64."""
    from keras import backend

    dtypes = {backend.standardize_dtype(x.dtype) for x in tensors}
    return "float64" if "float64" in dtypes else "float32"
