"""Two dilated convolutions over time and a way around them: what a TCN is stacked of."""

from numbers import Integral, Real

from keras import layers, ops, saving

from ._tensors import as_tensor


@saving.register_keras_serializable("vidlearn")
class TemporalBlock(layers.Layer):
    """Two dilated convolutions over time with a shortcut around them.

    Called with (N, T, F) and, where films differ in length, a mask (N, T) of what is no padding,
    it gives (N, T, filters): ``relu(shortcut(x) + f(f(x)))`` with ``f`` a convolution, layer
    normalisation, ReLU and dropout of whole channels. Padding counts as 0 before each convolution,
    as what lies beyond the ends does, so that it changes no frame of a film.

    Parameters
    ----------
    filters : int
        Width of both convolutions.
    kernel_size : int
        Frames that a kernel reads, k; odd where the block is not causal.
    dilation : int
        Frames from one that it reads to the next, d.
    causal : bool
        Whether frame t is made of frames t, t - d, t - 2 d and so on alone; otherwise the kernel's
        middle lies on t.
    dropout : float
        Share of the channels that is left out in training, 0 to below 1.
    name : str, optional
        Name of the layer.
    dtype : str or keras.DTypePolicy, optional
        What it computes in; the policy of Keras where it is None.
    trainable : bool
        Whether its weights are trained.

    Raises
    ------
    ValueError
        If an argument is out of range; when called, if the mask is not (N, T).

    Notes
    -----
    The paper normalises weights; here the features of each frame are normalised. Both keep what
    flows through many layers in range; Keras has the second as a layer, and as it looks at one
    frame at a time, neither the future nor padding can leak through it, as they would through batch
    normalisation. The shortcut is a convolution of width 1 where the numbers of features differ.

    References
    ----------
    S. Bai, J. Z. Kolter, V. Koltun, "An Empirical Evaluation of Generic Convolutional and
    Recurrent Networks for Sequence Modeling", 2018, section 3 and figure 1.

    Examples
    --------
    >>> block = TemporalBlock(4, kernel_size=3, dilation=2)
    >>> tuple(block(ops.ones((2, 9, 5))).shape), block.count_params()
    ((2, 9, 4), 156)

    Its weights: 3 · 5 · 4 + 4, 3 · 4 · 4 + 4, two normalisations of 4 + 4, and 5 · 4 + 4 around.

    Lesson 19 teaches it.
    """

    def __init__(
        self,
        filters,
        *,
        kernel_size=3,
        dilation=1,
        causal=True,
        dropout=0.0,
        name=None,
        dtype=None,
        trainable=True,
    ):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        _check(filters, kernel_size, dilation, causal, dropout)
        self.filters, self.kernel_size, self.dilation = filters, kernel_size, dilation
        self.causal, self.dropout = causal, dropout
        self.supports_masking = True
        self.steps = [self._step(k) for k in (1, 2)]
        self.shortcut = None

    def _step(self, k):
        """Return convolution, normalisation and dropout; what happens between them is `call`'s."""
        conv = layers.Conv1D(
            self.filters,
            self.kernel_size,
            dilation_rate=self.dilation,
            padding="causal" if self.causal else "same",
            kernel_initializer="he_normal",
            dtype=self.dtype_policy,
            name=f"conv{k}",
        )
        norm = layers.LayerNormalization(dtype=self.dtype_policy, name=f"norm{k}")
        drop = layers.SpatialDropout1D(self.dropout, dtype=self.dtype_policy, name=f"dropout{k}")
        return [conv, norm, drop]

    def build(self, shape):
        *front, features = shape
        if features != self.filters:
            self.shortcut = layers.Conv1D(self.filters, 1, dtype=self.dtype_policy, name="shortcut")
            self.shortcut.supports_masking = True  # of width 1 it mixes no frames
            self.shortcut.build(shape)
        for conv, norm, _ in self.steps:
            conv.build((*front, features))
            features = self.filters
            norm.build((*front, features))
        self.built = True

    def call(self, x, mask=None, training=None):
        real = None if mask is None else ops.cast(_mask_of(x, mask), self.compute_dtype)
        made = x  # (N, T, F)
        for conv, norm, drop in self.steps:
            made = made if real is None else made * real
            made = drop(ops.relu(norm(conv(made))), training=training)  # (N, T, filters)
        return ops.relu(made + (x if self.shortcut is None else self.shortcut(x)))

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.filters)

    def get_config(self):
        own = {"filters": self.filters, "kernel_size": self.kernel_size}
        own |= {"dilation": self.dilation, "causal": self.causal, "dropout": self.dropout}
        return {**super().get_config(), **own}


def _check(filters, kernel_size, dilation, causal, dropout):
    sizes = {"filters": filters, "kernel_size": kernel_size, "dilation": dilation}
    for name, value in sizes.items():
        if not isinstance(value, Integral) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1. Received: {value!r}")
    if not causal and kernel_size % 2 == 0:
        raise ValueError(
            "kernel_size must be odd where causal is False, for a kernel to have a middle. "
            f"Received: {kernel_size}"
        )
    if not isinstance(dropout, Real) or not 0 <= dropout < 1:
        raise ValueError(f"dropout must be from 0 to below 1. Received: {dropout!r}")


def _mask_of(x, mask):
    """Return a mask as (N, T, 1), bool; it must be (N, T), for others would be spread over x."""
    mask = as_tensor(mask)
    sides = zip(mask.shape, x.shape, strict=False)
    if len(mask.shape) != 2 or any(None not in pair and pair[0] != pair[1] for pair in sides):
        raise ValueError(
            "mask must be (N, T), True where a frame is no padding, as x is (N, T, F). "
            f"Received: mask {tuple(mask.shape)} and x {tuple(x.shape)}"
        )
    return ops.expand_dims(ops.cast(mask, "bool"), -1)
