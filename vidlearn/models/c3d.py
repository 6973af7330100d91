"""Convolutions through space and time: 3 x 3 x 3 kernels, or each cut into a flat one and a long.

A kernel that reaches over three frames sees how things move, from the first layer on. The first
pooling leaves time alone, so that the order of frames is not lost before anything has read it.

References
----------
D. Tran et al., "Learning Spatiotemporal Features with 3D Convolutional Networks", ICCV 2015 (C3D).
D. Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", CVPR 2018
(R(2+1)D).
"""

from string import ascii_lowercase

import numpy as np

from .clips import (
    check_choice,
    check_clip,
    check_count,
    check_counts,
    check_sequence,
    check_share,
    full_precision,
    normalised,
    scaled,
)

FORMS = ("3d", "2+1d")


def build_c3d(
    shape,
    classes,
    *,
    form="3d",
    filters=(8, 16, 32, 64),
    units=None,
    dropout=0.0,
    norm=True,
    centred=False,
):
    """Build the network: clips, convolutions and poolings in three dimensions, their mean, logits.

    Poolings halve H and W each time, and T each time but the first. What is left is averaged over
    time and space, so that no weight depends on T, H or W.

    Parameters
    ----------
    shape : (int, int, int, int)
        T, H, W and C of a clip.
    classes : int
        Number of classes, K.
    form : str
        "3d": kernels of 3 x 3 x 3. "2+1d": of 1 x 3 x 3, then of 3 x 1 x 1, with a ReLU between.
    filters : sequence of int, or of sequences of int
        Filters of each convolution; a pooling follows each. Where an entry is itself a sequence,
        the pooling follows the last of it.
    units : int, optional
        Length of a dense layer before the logits; none by default.
    dropout : float
        Share of the features before the logits that is left out in training, 0 to below 1.
    norm : bool
        Whether batch normalisation stands between each convolution and its ReLU.
    centred : bool
        Whether each pixel's mean over the clip is taken away first: what stands still vanishes,
        and what moves is learned sooner.

    Returns
    -------
    keras.Model
        Takes clips (N, T, H, W, C) of 0 to 255, gives logits (N, K). Its layers have names:
        "conv1", "pool1" and so on, "conv3a", "conv3b" where two stand before one pooling,
        "conv1_space" and "conv1_time" in the form of two; "mean" (N, F) and "logits" (N, K).

    Raises
    ------
    ValueError
        If an argument is out of range, the clip is smaller than its poolings, or time does not
        stand first.

    Notes
    -----
    The paper's convolutions are ``filters=(64, 128, (256, 256), (512, 512), (512, 512))`` on 16
    frames of 112 x 112, without normalisation; it flattens what is left and has two dense layers
    of 4096, which hold 50 of its 78 million weights. Trained from nothing on few clips, the mean
    over places does better, and normalisation makes it learn within minutes.

    References
    ----------
    Tran et al. 2015, section 3 and figure 3. Tran et al. 2018, section 3.5.

    Examples
    --------
    >>> model = build_c3d((16, 24, 40, 3), 10, filters=(4, 6, 8))
    >>> [model.get_layer(f"pool{k}").output.shape[1:] for k in (1, 2, 3)]
    [(16, 12, 20, 4), (8, 6, 10, 6), (4, 3, 5, 8)]

    In two parts, as many kernels of 1 x 3 x 3 as keep the number of weights:
    (27 * 3 * 4) // (9 * 3 + 3 * 4) = 8.

    >>> flat = build_c3d((16, 24, 40, 3), 10, filters=(4, 6, 8), form="2+1d", norm=False)
    >>> flat.get_layer("conv1_space").output.shape[1:]
    (16, 24, 40, 8)

    Lesson 17 teaches it.
    """
    _check(shape, classes, form, filters, units, dropout)
    from keras import Input, Model, layers

    clips = Input(shape, name="clips")  # (N, T, H, W, C)
    x = scaled(clips, centred=centred)
    for k, counts in enumerate(filters, 1):
        counts = np.atleast_1d(counts).tolist()
        letters = ascii_lowercase[: len(counts)] if len(counts) > 1 else [""]
        for count, letter in zip(counts, letters, strict=True):
            x = _convolution(x, count, f"conv{k}{letter}", form=form, norm=norm)
        x = layers.MaxPooling3D((1 if k == 1 else 2, 2, 2), name=f"pool{k}")(x)
    x = layers.GlobalAveragePooling3D(name="mean")(x)  # (N, F)
    if units:
        x = layers.Dense(units, activation="relu", name="dense")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(classes, dtype=full_precision(), name="logits")(x)
    return Model(clips, logits, name="c3d" if form == "3d" else "r2plus1d")


def _convolution(x, count, name, *, form, norm):
    """Convolve in space and time, in one step or in two; a ReLU after each."""
    from keras import layers

    steps = [(name, count, 3)]
    if form == "2+1d":
        middle = middle_width(x.shape[-1], count)
        steps = [(f"{name}_space", middle, (1, 3, 3)), (f"{name}_time", count, (3, 1, 1))]
    for name, width, size in steps:
        activation = None if norm else "relu"
        x = layers.Conv3D(
            width, size, padding="same", activation=activation, use_bias=not norm, name=name
        )(x)
        x = normalised(x, name) if norm else x
    return x


def middle_width(inputs, outputs, *, size=3, frames=3):
    """Return how many flat kernels stand for one that is deep, for as many weights as before.

    Parameters
    ----------
    inputs, outputs : int
        Channels before and behind the convolution.
    size, frames : int
        Side d of the kernel, and its length in time, t.

    Returns
    -------
    int
        M = floor(t d^2 inputs outputs / (d^2 inputs + t outputs)), at least 1: the largest for
        which d^2 inputs M + t M outputs weights are not more than t d^2 inputs outputs.

    References
    ----------
    Tran et al. 2018, section 3.5.

    Examples
    --------
    >>> middle_width(64, 64)
    144
    """
    whole = frames * size**2 * inputs * outputs
    return max(whole // (size**2 * inputs + frames * outputs), 1)


def _check(shape, classes, form, filters, units, dropout):
    check_sequence("filters", filters)
    check_clip(shape, classes, len(filters), poolings_over_time=max(len(filters) - 1, 0))
    check_choice("form", form, FORMS)
    if not len(filters):
        raise ValueError("filters must name at least one convolution. Received none")
    for counts in filters:
        check = check_count if np.ndim(counts) == 0 else check_counts
        check(filters=counts)
    check_count(units=1 if units is None else units)
    check_share("dropout", dropout)
