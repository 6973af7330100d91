"""How much a network computes, in numbers that do not depend on the machine."""

from math import prod
from unittest.mock import patch

import numpy as np


def multiply_adds(model):
    """Count the multiplications of one picture, each of which an addition goes with.

    The model sees one empty picture, and every layer that is called is counted by the shapes it
    meets: a layer that is used twice counts twice, the head of Faster R-CNN as often as there are
    proposals. Of a detector the decoding belongs to it; suppression, being no product, does not.

    Parameters
    ----------
    model : keras.Model
        A detector, or any model of fixed input shapes whose weights are convolutions (1D to 3D,
        also depthwise, separable or transposed), dense layers, also of the einsum kind, recurrent
        ones (LSTM, GRU or plain), multi-head attention, and vectors.

    Returns
    -------
    int
        Products of weights with features, and in attention those of queries with keys and of its
        weights with values. What surrounds a map counts as if it was there, as in the papers'
        numbers, and so does what a mask hides. Biases, positions, gates, normalisation,
        activation, pooling, resizing and RoI align count 0.

    Raises
    ------
    ValueError
        If a side of an input is not fixed, or the model holds a layer of another kind, such as a
        convolutional LSTM or attention without heads, of which it would count too little.

    References
    ----------
    He et al.: Deep residual learning for image recognition. CVPR 2016, table 1 (its "FLOPs" are
    multiply-adds). Howard et al.: MobileNets. 2017, equations 2 and 5 and table 8.

    Examples
    --------
    >>> import keras
    >>> layers = [keras.Input((6, 8, 3)), keras.layers.Conv2D(5, 3, strides=2, padding="same")]
    >>> multiply_adds(keras.Sequential(layers)) == (3 * 4) * (3 * 3) * 3 * 5
    True

    Lesson 15 teaches it.
    """
    from keras import layers

    from vidlearn.layers import Positions
    from vidlearn.models.detector import Detector

    total, counted, unknown, plain = 0, set(), [], layers.Layer.__call__
    attention = layers.Attention | layers.AdditiveAttention | layers.GroupQueryAttention

    def call(layer, *args, **options):
        nonlocal total
        found = plain(layer, *args, **options)
        if _kernels(layer):
            total += _products(layer, args[0], found)
        if _kernels(layer) or isinstance(layer, Positions):  # these are added, not multiplied
            counted.update(map(id, layer.weights))
        if isinstance(layer, layers.MultiHeadAttention):
            total += _attended(layer, *args, **options)
        elif isinstance(layer, attention):
            unknown.append(layer.path)
        return found

    inputs = _empty(model)
    with patch.object(layers.Layer, "__call__", call):
        found = model(inputs, training=False)
        if isinstance(model, Detector):
            model.decode(found)
    left = [w.path for w in model.weights if len(w.shape) > 1 and id(w) not in counted]
    if left := unknown + left:
        raise ValueError(
            "model must be made of convolutions and dense layers, recurrent layers and multi-head "
            "attention, called as layers; others cannot be counted. Received others: "
            f"{', '.join(left[:3])}"
        )
    return total


def _products(layer, x, out):
    """Count the products of one call of a layer by the shapes of what comes in and goes out."""
    from keras import layers as k

    kernels = [tuple(w.shape) for w in _kernels(layer)]
    if isinstance(layer, k.LSTM | k.GRU | k.SimpleRNN):
        return prod(x.shape[:-1]) * sum(map(prod, kernels))  # both kernels at every step
    x, out = prod(x.shape), prod(out.shape)
    if isinstance(layer, k.EinsumDense):
        return out * _summed(layer.equation, kernels[0])
    if isinstance(layer, k.SeparableConv1D | k.SeparableConv2D):
        (*size, channels, times), _ = kernels
        return out // layer.filters * channels * times * (prod(size) + layer.filters)
    if isinstance(layer, k.DepthwiseConv1D | k.DepthwiseConv2D):
        return out * prod(kernels[0][:-2])
    if isinstance(layer, k.Conv1DTranspose | k.Conv2DTranspose | k.Conv3DTranspose):
        return x * prod(kernels[0][:-1])  # (..., F, C): each feature that comes in meets them all
    return out * prod(kernels[0][:-1])  # (..., C, F), and (C, F) of a dense layer


def _summed(equation, kernel):
    """Return how many products make one number of an einsum: the kernel's sides that it sums."""
    letters = equation.partition("->")[0].partition(",")[2]
    kept = equation.partition("->")[2]
    return prod(n for letter, n in zip(letters, kernel, strict=True) if letter not in kept)


def _attended(layer, query, value, *rest, **options):
    """Count the products of queries with keys, and of attention's weights with values."""
    seen = prod(value.shape[axis] for axis in layer.attention_axes)
    return prod(query.shape[:-1]) * seen * layer.num_heads * (layer.key_dim + layer.value_dim)


def _kernels(layer):
    """Return the arrays of a layer that features are multiplied with, none of other layers."""
    from keras import layers as k

    if isinstance(layer, k.SeparableConv1D | k.SeparableConv2D):
        return [layer.depthwise_kernel, layer.pointwise_kernel]
    if isinstance(layer, k.LSTM | k.GRU | k.SimpleRNN):
        return [layer.cell.kernel, layer.cell.recurrent_kernel]
    transposed = k.Conv1DTranspose | k.Conv2DTranspose | k.Conv3DTranspose
    known = k.Dense | k.Conv1D | k.Conv2D | k.Conv3D | k.DepthwiseConv1D | k.DepthwiseConv2D
    known |= k.EinsumDense
    return [layer.kernel] if isinstance(layer, known | transposed) else []


def _empty(model):
    """Return one picture of zeros, or a list where the model takes several things."""
    from vidlearn.models.detector import Detector

    if isinstance(model, Detector):
        return np.zeros((1, *model.frame_shape), np.uint8)
    inputs = getattr(model, "inputs", None) or []
    shapes = [tuple(x.shape[1:]) for x in inputs]
    if not shapes or any(side is None for shape in shapes for side in shape):
        raise ValueError(
            "model must have inputs of fixed shapes; build it with keras.Input((H, W, 3)). "
            f"Received shapes: {shapes}"
        )
    made = [np.zeros((1, *x.shape[1:]), x.dtype) for x in inputs]
    return made if len(made) > 1 else made[0]
