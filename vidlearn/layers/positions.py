"""Where something stands, as vectors that are learned and added."""

from numbers import Integral, Real

from keras import layers, saving
from keras.initializers import RandomNormal


@saving.register_keras_serializable("vidlearn")
class Positions(layers.Layer):
    """Add one learned vector for every place along each of some axes.

    Called with (N, ..., D) it gives as much. A token at time t and patch s gets
    ``time[t] + space[s]``: with the axes told apart, T + S vectors stand for T S places.

    Parameters
    ----------
    axes : sequence of int
        Axes to tell the places of, counted with the batch as 0; their lengths are fixed.
    spread : float
        Standard deviation of the numbers that it begins with, above 0. As large as what it is
        added to, places are told apart from the first step on; the default is small, as in the
        vision transformer's code.
    name : str, optional
        Name of the layer.
    dtype : str or keras.DTypePolicy, optional
        What it computes in; the policy of Keras where it is None.
    trainable : bool
        Whether its vectors are trained.

    Raises
    ------
    ValueError
        If an axis is the batch's or the features', or none, or given twice, or its length is not
        fixed; when called, if what comes is of another length than it was built for.

    References
    ----------
    A. Arnab et al., "ViViT: A Video Vision Transformer", ICCV 2021, section 3.2 (one vector for
    each token); G. Bertasius et al., "Is Space-Time Attention All You Need for Video
    Understanding?", ICML 2021.

    Examples
    --------
    >>> from keras import ops
    >>> layer = Positions((1, 2))
    >>> tuple(layer(ops.zeros((2, 4, 9, 5))).shape), layer.count_params()
    ((2, 4, 9, 5), 65)

    Its vectors: (4 + 9) of length 5.

    Lesson 20 teaches it.
    """

    def __init__(self, axes, *, spread=0.02, name=None, dtype=None, trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        if not isinstance(axes, tuple | list) or not all(isinstance(k, Integral) for k in axes):
            raise ValueError(f"axes must be a sequence of whole numbers. Received: {axes!r}")
        if not isinstance(spread, Real) or not 0 < spread < float("inf"):
            raise ValueError(f"spread must be a number above 0. Received: {spread!r}")
        self.axes, self.spread = tuple(map(int, axes)), float(spread)
        self.supports_masking = True  # what was padding before is padding behind
        self.vectors = []

    def build(self, shape):
        inner = range(1, len(shape) - 1)
        twice = len(set(self.axes)) < len(self.axes)
        if not self.axes or twice or any(k not in inner or shape[k] is None for k in self.axes):
            raise ValueError(
                "axes must lie between batch and features, each once, and have a fixed length. "
                f"Received: axes {self.axes} of shape {tuple(shape)}"
            )
        fixed = {axis: shape[axis] for axis in (*self.axes, len(shape) - 1)}
        self.input_spec = layers.InputSpec(ndim=len(shape), axes=fixed)  # others would be spread
        for axis in self.axes:
            sides = [1] * len(shape)
            sides[axis], sides[-1] = shape[axis], shape[-1]
            start = RandomNormal(stddev=self.spread)
            self.vectors.append(self.add_weight(sides, start, name=f"axis{axis}"))

    def call(self, x):
        for vectors in self.vectors:
            x = x + vectors
        return x

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {**super().get_config(), "axes": self.axes, "spread": self.spread}
