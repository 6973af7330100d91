"""How alike the frames of a film are to those around them, and what colours each one holds."""

from numbers import Integral

from keras import layers, ops, saving

from ._tensors import as_tensor


@saving.register_keras_serializable("vidlearn")
class FrameSimilarity(layers.Layer):
    """Compare the vector of each frame with those of the frames around it.

    Called with (N, T, F) it gives (N, T, 2 reach + 1): at ``[n, t, reach + k]`` the cosine of the
    angle between the vectors of frames t and t + k, for k from -reach to reach; 0 where there is
    no such frame. At a cut in the middle of a row the row breaks off: alike before, unlike behind.

    Parameters
    ----------
    reach : int
        How many frames it looks back, and ahead.
    name : str, optional
        Name of the layer.
    dtype : str or keras.DTypePolicy, optional
        What it computes in; the policy of Keras where it is None.
    trainable : bool
        It has no weights: this changes nothing.

    Raises
    ------
    ValueError
        If `reach` is no whole number of at least 1.

    Notes
    -----
    All T T products are made at once, by one product of matrices, and 2 reach + 1 of each row are
    kept: with W = T + 2 reach columns, the wanted ones of row t begin at place t (W + 1) of the
    matrix laid out in one line, so that lines of W + 1 bring them under one another.

    References
    ----------
    T. Souček, J. Lokoč, "TransNet V2: An Effective Deep Network Architecture for Fast Shot
    Transition Detection", 2020, section 2.

    Examples
    --------
    Two frames to the right, then one up:

    >>> from keras import ops
    >>> layer = FrameSimilarity(1)
    >>> layer(ops.array([[[2.0, 0.0], [1.0, 0.0], [0.0, 3.0]]])).numpy().round(2).tolist()
    [[[0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]]

    Lesson 22 teaches it.
    """

    def __init__(self, reach, *, name=None, dtype=None, trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        if not isinstance(reach, Integral) or isinstance(reach, bool) or reach < 1:
            raise ValueError(f"reach must be a whole number of at least 1. Received: {reach!r}")
        self.reach = int(reach)

    def call(self, x):
        x = ops.cast(as_tensor(x), self.compute_dtype)
        x = x / ops.sqrt(ops.sum(ops.square(x), axis=-1, keepdims=True) + 1e-6)
        count, frames = ops.shape(x)[0], ops.shape(x)[1]
        alike = ops.matmul(x, ops.swapaxes(x, 1, 2))  # (N, T, T)
        alike = ops.pad(alike, [(0, 0), (0, 0), (self.reach, self.reach)])  # (N, T, W)
        wide = frames + 2 * self.reach
        line = ops.pad(ops.reshape(alike, (count, frames * wide)), [(0, 0), (0, frames)])
        return ops.reshape(line, (count, frames, wide + 1))[:, :, : 2 * self.reach + 1]

    def compute_output_shape(self, shape):
        return (*shape[:-1], 2 * self.reach + 1)

    def get_config(self):
        return {**super().get_config(), "reach": self.reach}


@saving.register_keras_serializable("vidlearn")
class ColourHistogram(layers.Layer):
    """Count the colours of each frame, red, green and blue together.

    Called with frames (N, T, H, W, 3) of 0 to 1 it gives (N, T, bins^3): the share of the pixels
    that lies in each bin; the shares of a frame sum to 1. A pixel between the middles of two bins
    counts in both, by how near it is, so that light that changes a little changes little.

    Parameters
    ----------
    bins : int
        Bins along each of the three axes; their middles lie at k / (bins - 1).
    name : str, optional
        Name of the layer.
    dtype : str or keras.DTypePolicy, optional
        What it computes in; the policy of Keras where it is None.
    trainable : bool
        It has no weights: this changes nothing.

    Raises
    ------
    ValueError
        If `bins` is no whole number of at least 2.

    Examples
    --------
    One pixel, black but for a quarter of blue: with two bins, 3/4 of it is black and 1/4 blue.

    >>> from keras import ops
    >>> ColourHistogram(2)(ops.array([[[[[0.0, 0.0, 0.25]]]]])).numpy().tolist()
    [[[0.75, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]]

    Lesson 22 teaches it.
    """

    def __init__(self, bins, *, name=None, dtype=None, trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        if not isinstance(bins, Integral) or isinstance(bins, bool) or bins < 2:
            raise ValueError(f"bins must be a whole number of at least 2. Received: {bins!r}")
        self.bins = int(bins)

    def call(self, x):
        x = ops.cast(as_tensor(x), self.compute_dtype)
        _, frames, height, width, _ = x.shape
        frames = ops.shape(x)[1] if frames is None else frames
        middles = ops.arange(self.bins, dtype=x.dtype) / (self.bins - 1)
        near = ops.abs(ops.expand_dims(x, -1) - middles) * (self.bins - 1)
        share = ops.reshape(ops.relu(1 - near), (-1, height * width, 3, self.bins))
        red, green, blue = (share[:, :, k] for k in range(3))  # (N T, H W, B)
        both = ops.expand_dims(red, -1) * ops.expand_dims(green, -2)  # (N T, H W, B, B)
        both = ops.reshape(both, (-1, height * width, self.bins**2))
        counted = ops.matmul(ops.swapaxes(both, 1, 2), blue) / (height * width)
        return ops.reshape(counted, (-1, frames, self.bins**3))

    def compute_output_shape(self, shape):
        return (*shape[:2], self.bins**3)

    def get_config(self):
        return {**super().get_config(), "bins": self.bins}
