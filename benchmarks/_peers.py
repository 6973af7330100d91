"""The same operations in other libraries; each function returns calls without arguments, or None.

Keras runs on TensorFlow, compiled and with oneDNN; PyTorch in its faster layout, channels last.
"""

import collections
from importlib.util import find_spec

import numpy as np
from scipy import ndimage, signal


def keras_conv(x, w, dout, stride):
    """Return Keras's "same" convolution: forward, and forward with backward."""
    import tensorflow as tf
    from keras import ops

    x, w, dout = map(tf.constant, (x, w, dout))

    @tf.function
    def forward(x, w):
        return ops.conv(x, w, strides=stride, padding="same")

    @tf.function
    def both(x, w, dout):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            out = ops.conv(x, w, strides=stride, padding="same")
        return tape.gradient(out, [x, w], output_gradients=dout)

    return lambda: forward(x, w), lambda: both(x, w, dout)


def keras_max_pool(x):
    """Return Keras's 2 x 2 max pooling, forward."""
    import tensorflow as tf
    from keras import ops

    x, pool = tf.constant(x), tf.function(lambda x: ops.max_pool(x, 2))
    return lambda: pool(x)


def torch_conv(x, w, dout, stride):
    """Return PyTorch's convolution, padded by half a kernel: forward, and forward with backward."""
    if not find_spec("torch"):
        return None, None
    import torch

    axes = x.ndim - 2
    layout = torch.channels_last if axes == 2 else torch.channels_last_3d
    conv = torch.nn.functional.conv2d if axes == 2 else torch.nn.functional.conv3d
    x, dout = (torch.from_numpy(np.moveaxis(a, -1, 1)) for a in (x, dout))
    w = torch.from_numpy(np.moveaxis(w, (-1, -2), (0, 1)).copy()).to(memory_format=layout)
    options = {"stride": stride, "padding": w.shape[-1] // 2}

    def forward():
        with torch.no_grad():
            return conv(x, w, **options)

    def both():
        leaves = x.detach().requires_grad_(), w.detach().requires_grad_()
        conv(*leaves, **options).backward(dout)

    return forward, both


def torch_max_pool(x):
    """Return PyTorch's 2 x 2 max pooling, forward."""
    if not find_spec("torch"):
        return None
    import torch

    x = torch.from_numpy(np.moveaxis(x, -1, 1))

    def pool():
        with torch.no_grad():
            return torch.nn.functional.max_pool2d(x, 2)

    return pool


def scipy_conv(x, w):
    """Return SciPy's "same" correlation of the first picture with the first filter."""
    ends = [(k // 2, k // 2) for k in w.shape[:2]]
    x, w = np.pad(x[0], (*ends, (0, 0))), np.ascontiguousarray(w[..., 0])
    return lambda: signal.correlate(x, w, mode="valid", method="direct")


def scipy_max_pool(x):
    """Return SciPy's maximum of every 2 x 2 window, of which pooling keeps a fourth."""
    return lambda: ndimage.maximum_filter(x, (1, 2, 2, 1), origin=(0, -1, -1, 0))[:, ::2, ::2]


def numpy_ml_conv(x, w, dout):
    """Return numpy-ml's 3 x 3 convolution of the first picture: forward, forward with backward."""
    if not find_spec("numpy_ml"):
        return None, None
    collections.Hashable = collections.abc.Hashable  # where numpy-ml 0.1.2 looks for it
    from numpy_ml.neural_nets.layers import Conv2D

    x, dout = x[:1], dout[:1]
    layer = Conv2D(w.shape[-1], w.shape[:2], pad=1)
    layer.forward(x)
    layer.parameters = {"W": w, "b": np.zeros((1, 1, 1, w.shape[-1]), np.float32)}

    def both():
        layer.forward(x)
        layer.backward(dout)
        layer.flush_gradients()

    return lambda: layer.forward(x, retain_derived=False), both


def keras_recurrent(kind, x, dout, weights):
    """Return Keras's LSTM or GRU, all states given out, forward with backward."""
    import keras
    import tensorflow as tf

    make = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU}[kind]
    layer = make(dout.shape[-1], return_sequences=True)
    layer.build(x.shape)
    layer.set_weights(weights)
    x, dout = map(tf.constant, (x, dout))

    @tf.function(jit_compile=False)
    def both(x, dout):
        with tf.GradientTape() as tape:
            tape.watch(x)
            out = layer(x)
        return tape.gradient(out, [x, *layer.trainable_weights], output_gradients=dout)

    return lambda: both(x, dout)


def torch_recurrent(kind, x, dout):
    """Return PyTorch's LSTM or GRU (with a reset gate after the product), forward with backward."""
    if not find_spec("torch"):
        return None
    import torch

    make = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}[kind]
    layer = make(x.shape[-1], dout.shape[-1], batch_first=True)
    x, dout = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dout)

    def both():
        x.grad = None
        layer.zero_grad(set_to_none=True)
        layer(x)[0].backward(dout)

    return both


def keras_attention(x, dout, weights):
    """Return Keras's attention of sequences to themselves, forward with backward."""
    import keras
    import tensorflow as tf

    _, heads, width = weights[0].shape
    layer = keras.layers.MultiHeadAttention(heads, width)
    layer.build(x.shape, x.shape)
    layer.set_weights(weights)
    x, dout = map(tf.constant, (x, dout))

    @tf.function(jit_compile=False)
    def both(x, dout):
        with tf.GradientTape() as tape:
            tape.watch(x)
            out = layer(x, x)
        return tape.gradient(out, [x, *layer.trainable_weights], output_gradients=dout)

    return lambda: both(x, dout)


def torch_attention(x, dout, heads):
    """Return PyTorch's attention of sequences to themselves, forward with backward."""
    if not find_spec("torch"):
        return None
    import torch

    layer = torch.nn.MultiheadAttention(x.shape[-1], heads, batch_first=True)
    x, dout = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dout)

    def both():
        x.grad = None
        layer.zero_grad(set_to_none=True)
        layer(x, x, x, need_weights=False)[0].backward(dout)

    return both


def numpy_ml_lstm(x, dout):
    """Return numpy-ml's LSTM cell, step by step, forward with backward.

    Its class LSTM, which would be this loop, cannot be made in version 0.1.2.
    """
    if not find_spec("numpy_ml"):
        return None
    collections.Hashable = collections.abc.Hashable  # where numpy-ml 0.1.2 looks for it
    from numpy_ml.neural_nets.layers import LSTMCell

    def both():
        cell = LSTMCell(dout.shape[-1])  # a new one: it keeps what earlier sequences left
        for x_t in x.swapaxes(0, 1):
            cell.forward(x_t)
        return [cell.backward(dout_t) for dout_t in dout.swapaxes(0, 1)[::-1]]

    return both


def set_threads(threads):
    """Let TensorFlow and PyTorch use so many threads; NumPy's are set by the environment."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    if find_spec("torch"):
        import torch

        torch.set_num_threads(threads)
