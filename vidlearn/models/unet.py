"""U-Net: a mask for a picture. What is said of the whole is brought back to every pixel.

On the way down the picture is halved and its features doubled, so that the network comes to see
what there is; on the way up it grows again, and at each size what was seen there on the way down is
laid beside it, so that the network keeps where it is.

References
----------
O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional Networks for Biomedical Image
Segmentation", MICCAI 2015.
F. Milletari, N. Navab, S.-A. Ahmadi, "V-Net: Fully Convolutional Neural Networks for Volumetric
Medical Image Segmentation", 3DV 2016 (the Dice loss).
"""

from numbers import Integral, Real

import keras
from keras import ops

from .clips import check_counts, full_precision


def build_unet(shape, *, filters=(12, 24, 48, 96), norm=True):
    """Build the network: pictures in, one logit for every pixel out.

    Parameters
    ----------
    shape : (int or None, int or None, int)
        H, W and C. None serves pictures of every size: no weight depends on it. H and W must be
        divisible by ``2 ** (len(filters) - 1)``. C is 3 for RGB, or 4 with a mask behind it that
        says where to look, 0 or 255.
    filters : sequence of int
        Filters at each size, from the largest: two 3 x 3 convolutions each, down and up again.
    norm : bool
        Whether batch normalisation stands between convolution and ReLU.

    Returns
    -------
    keras.Model
        Takes (N, H, W, C) of 0 to 255, gives logits (N, H, W, 1): above 0 where the thing is
        likely. `mask_loss` teaches it.

    Raises
    ------
    ValueError
        If the shape or the filters do not fit.

    Notes
    -----
    The paper has filters 64 to 1024, no normalisation, and convolutions without padding, so that
    its mask is smaller than the picture. Its weights for the seams between touching cells are left
    out; the Dice loss does what they do against rare pixels.

    References
    ----------
    Ronneberger et al. 2015, section 2 and figure 1.

    Examples
    --------
    >>> model = build_unet((48, 64, 4), filters=(4, 8, 16))
    >>> model.output_shape, model.get_layer("down3_relu2").output.shape[1:]
    ((None, 48, 64, 1), (12, 16, 16))

    Lesson 23 teaches it.
    """
    _check(shape, filters)
    pictures = keras.Input(shape, name="pictures")  # (N, H, W, C)
    x = keras.layers.Rescaling(1 / 128, offset=-1, name="scale")(pictures)
    kept = []
    for k, count in enumerate(filters, 1):
        if k > 1:
            x = keras.layers.MaxPooling2D(name=f"pool{k - 1}")(x)
        x = _twice(x, count, f"down{k}", norm)
        kept.append(x)  # (N, H / 2^(k-1), W / 2^(k-1), count)
    for k in range(len(filters) - 1, 0, -1):
        x = keras.layers.UpSampling2D(name=f"larger{k}")(x)
        x = keras.layers.Concatenate(name=f"beside{k}")([kept[k - 1], x])
        x = _twice(x, filters[k - 1], f"up{k}", norm)
    logits = keras.layers.Conv2D(1, 1, dtype=full_precision(), name="logits")(x)
    return keras.Model(pictures, logits, name="unet")


def _twice(x, count, name, norm):
    """Convolve two times, a ReLU after each."""
    for k in (1, 2):
        x = keras.layers.Conv2D(
            count,
            3,
            padding="same",
            use_bias=not norm,
            kernel_initializer="he_normal",
            name=f"{name}_conv{k}",
        )(x)
        if norm:
            x = keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_norm{k}")(x)
        x = keras.layers.ReLU(name=f"{name}_relu{k}")(x)
    return x


@keras.saving.register_keras_serializable("vidlearn")
def mask_loss(truth, logits, *, dice=1.0):
    r"""Measure how far a mask is from the truth: cross-entropy of pixels, and Dice of the whole.

    With p the probability of a pixel and y its truth, the cross-entropy is the mean over pixels of
    ``-y log p - (1 - y) log(1 - p)``; where a thing is small, a mask that is empty costs little by
    it. The second part, ``1 - (2 sum(p y) + 1) / (sum(p) + sum(y) + 1)``, asks for overlap,
    however small the thing. The ones make it 0 where both are empty.

    Parameters
    ----------
    truth : tensor
        (N, H, W, 1) or (N, H, W), 1 or True where the thing is, 0 elsewhere.
    logits : tensor
        (N, H, W, 1) or (N, H, W), as `build_unet` gives them.
    dice : float
        Weight of the second part, at least 0.

    Returns
    -------
    tensor
        (N,) float32, one number a picture. Given to `compile`, Keras takes its mean.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the weight is below 0.

    Notes
    -----
    Milletari et al. square what stands below the fraction line, and have no ones.

    References
    ----------
    Milletari et al. 2016, section 3.

    Examples
    --------
    Two pixels of one half each, and one of them right: log 2, and 1 - (1 + 1) / (1 + 1 + 1).

    >>> round(float(mask_loss([[[1, 0]]], [[[0.0, 0.0]]])[0]), 4)
    1.0265

    Lesson 23 teaches it.
    """
    logits = ops.cast(ops.convert_to_tensor(logits), "float32")
    truth = ops.cast(ops.convert_to_tensor(truth), "float32")
    if not isinstance(dice, Real) or not dice >= 0:
        raise ValueError(f"dice must be at least 0. Received: {dice!r}")
    _check_pair(truth.shape, logits.shape)
    count = ops.shape(logits)[0]
    logits, truth = ops.reshape(logits, (count, -1)), ops.reshape(truth, (count, -1))  # (N, P)
    # log(1 + e^z) - y z, the cross-entropy of a logit z without a logarithm of 0.
    loss = ops.mean(ops.softplus(logits) - truth * logits, axis=1)
    likely = ops.sigmoid(logits)
    both = 2 * ops.sum(likely * truth, axis=1) + 1
    return loss + dice * (1 - both / (ops.sum(likely, axis=1) + ops.sum(truth, axis=1) + 1))


def _check_pair(truth, logits):
    sides = [tuple(shape[:-1] if len(shape) == 4 else shape) for shape in (truth, logits)]
    one = all(len(shape) == 3 or shape[-1] == 1 for shape in (truth, logits))
    fits = len(sides[0]) == len(sides[1]) == 3
    fits = fits and all(None in pair or pair[0] == pair[1] for pair in zip(*sides, strict=True))
    if not (fits and one):
        raise ValueError(
            "truth and logits must be (N, H, W, 1) or (N, H, W), of the same N, H and W. "
            f"Received: {tuple(truth)} and {tuple(logits)}"
        )


def _check(shape, filters):
    check_counts(filters=filters)
    shape = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    times = 2 ** max(len(filters) - 1, 0)
    whole = all(isinstance(side, Integral) and side >= 1 for side in shape if side is not None)
    fine = len(shape) == 3 and whole and shape[-1] is not None
    if not fine or any(side is not None and side % times for side in shape[:2]):
        raise ValueError(
            f"shape must be (H, W, C), H and W divisible by {times} or None, as {len(filters)} "
            f"sizes of filters halve them {len(filters) - 1} times. Received: {shape}"
        )
