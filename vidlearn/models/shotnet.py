"""A network that finds where shots meet: convolutions over time that reach further and further.

Frames come small, 27 x 48 pixels: what tells two shots apart is seen there, and a film of two hours
is read in minutes. Each block looks at the frames around each frame in steps of 1, 2, 4 and 8.

References
----------
T. Souček, J. Lokoč, "TransNet V2: An Effective Deep Network Architecture for Fast Shot Transition
Detection", 2020.
"""

from numbers import Integral, Real

from .clips import check_count, check_counts, check_share, full_precision

SIZE = (27, 48)


def build_shotnet(
    shape=(None, *SIZE, 3),
    *,
    filters=(4, 8),
    dilations=(1, 2, 4, 8),
    reach=24,
    bins=6,
    units=64,
    dropout=0.2,
):
    """Build the network: small frames, cells of dilated convolutions, similarities, two answers.

    Three things look at the film. Cells of convolutions see pictures change. A vector is learned
    for each frame and compared with those of the frames around it, by `FrameSimilarity`. So are
    the frames' colours, counted by `ColourHistogram`. What the three say is put together for each
    frame.

    Parameters
    ----------
    shape : (int or None, int, int, int)
        T, H, W and 3 of a stretch of film; no weight depends on T, which may be None.
    filters : sequence of int
        One cell for each: two blocks, each of which has as many filters for every dilation.
    dilations : sequence of int
        Frames from one that a kernel of three reads to the next.
    reach : int
        Frames before and after, with which each one is compared.
    bins : int
        Bins of the colours along red, green and blue.
    units : int
        Length of the vector of each part, U.
    dropout : float
        Share of what the parts say that is left out in training, 0 to below 1.

    Returns
    -------
    keras.Model
        Takes frames (N, T, H, W, 3) of 0 to 255, gives logits (N, T, 2). The first answers "does a
        new shot begin here?": it is meant to be high at one frame of each transition. The second
        answers "is this frame part of a transition?". Its layers have names: "frames" (N, T, U),
        "alike" and "colours" (N, T, 2 reach + 1), and "logits".

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    After the paper, but smaller, for two cores: the first convolution halves the frames; the four
    dilations of a block share one flat convolution before them; the learned vectors are made
    before time is mixed; colours are compared as square roots of their shares, whose product is
    the Bhattacharyya coefficient.

    References
    ----------
    Souček and Lokoč 2020, section 2 and figure 1.

    Examples
    --------
    >>> model = build_shotnet((40, 27, 48, 3), filters=(2, 4), reach=8, units=16)
    >>> [model.get_layer(name).output.shape[1:] for name in ("frames", "colours", "logits")]
    [(40, 16), (40, 17), (40, 2)]

    Lesson 22 teaches it.
    """
    check_counts(filters=filters, dilations=dilations)
    check_film(shape, 2 ** (len(filters) + 2))
    check_count(reach=reach, units=units)
    check_share("dropout", dropout)
    from keras import Input, Model, layers, ops

    from vidlearn.layers import ColourHistogram, FrameSimilarity

    film = Input(shape, name="film")  # (N, T, H, W, 3)
    scale = layers.Rescaling(1 / 128, offset=-1, name="scale")(film)
    x = scale
    for k, count in enumerate((12, 24), 1):
        x = layers.Conv3D(
            count, (1, 3, 3), (1, 2, 2), padding="same", activation="relu", name=f"stem{k}"
        )(x)
    stem = x  # (N, T, H / 4, W / 4, 24)
    for k, width in enumerate(filters, 1):
        x = _cell(x, width, dilations, f"cell{k}")
    places = x.shape[2] * x.shape[3] * x.shape[4]
    x = layers.Reshape((-1, places), name="flat")(x)
    x = layers.Dense(units, activation="relu", name="seen")(x)  # (N, T, U)

    small = layers.AveragePooling3D((1, 2, 2), name="small")(stem)
    small = layers.Reshape((-1, small.shape[2] * small.shape[3] * small.shape[4]))(small)
    vectors = layers.Dense(units, use_bias=False, name="compress")(small)
    # Centred, for what all frames have in common would make them all alike.
    vectors = layers.BatchNormalization(momentum=0.9, name="frames")(vectors)  # (N, T, U)
    alike = FrameSimilarity(reach, name="alike")(vectors)  # (N, T, 2 reach + 1)
    halved = layers.AveragePooling3D((1, 2, 2), name="halved")(scale)
    shares = ColourHistogram(bins, name="shares")((halved + 1) / 2)
    colours = FrameSimilarity(reach, name="colours")(ops.sqrt(shares + 1e-6))
    parts = [x]
    for name, found in (("alike", alike), ("colours", colours)):
        parts.append(layers.Dense(units, activation="relu", name=f"{name}_read")(found))
    x = layers.Concatenate(name="together")(parts)  # (N, T, 3 U)
    x = layers.Dense(2 * units, activation="relu", name="weighed")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(2, dtype=full_precision(), name="logits")(x)
    return Model(film, logits, name="shotnet")


def _cell(x, width, dilations, name):
    """Convolve twice, add what the first gave to what the second did, and halve the frames."""
    from keras import layers

    first = layers.ReLU(name=f"{name}a_relu")(_block(x, width, dilations, f"{name}a"))
    second = _block(first, width, dilations, f"{name}b")
    x = layers.ReLU(name=f"{name}b_relu")(layers.Add(name=f"{name}_sum")([first, second]))
    return layers.AveragePooling3D((1, 2, 2), name=f"{name}_pool")(x)


def _block(x, width, dilations, name):
    """Convolve in space, then over time with each dilation; normalise what stands side by side."""
    from keras import layers

    x = layers.Conv3D(
        len(dilations) * width // 2 + width,
        (1, 3, 3),
        padding="same",
        activation="relu",
        name=f"{name}_space",
    )(x)
    over_time = [
        layers.Conv3D(
            width,
            (3, 1, 1),
            dilation_rate=(d, 1, 1),
            padding="same",
            use_bias=False,
            name=f"{name}_time{d}",
        )(x)
        for d in dilations
    ]
    x = layers.Concatenate(name=f"{name}_wide")(over_time)
    return layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)


def boundary_loss(targets, logits, *, weight=4.0, share=0.25):
    """Measure how far what a network says of each frame is from what is.

    The mean over frames of two cross-entropies: that of the first column, in which a frame that
    is meant counts `weight` times, as there are few, and `share` times that of the second.

    Parameters
    ----------
    targets : tensor
        (N, T, 2) of 0 to 1: one frame of each transition, and all of them.
    logits : tensor
        (N, T, 2).
    weight : float
        Of the frames that the first column is meant to be high at, above 0.
    share : float
        Of the second column, at least 0.

    Returns
    -------
    tensor
        (N,) float32.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is out of range.

    References
    ----------
    Souček and Lokoč 2020, section 3: one frame in the middle, and as a second task all frames.

    Examples
    --------
    A logit of 0 is a probability of 1/2. At the one frame meant it costs 4 log 2, at the three
    others log 2, and in the second column a quarter of log 2: on average 2 log 2.

    >>> found = boundary_loss([[[1, 1], [0, 0], [0, 0], [0, 0]]], [[[0.0, 0.0]] * 4])
    >>> round(float(found[0]), 4)
    1.3863

    Lesson 22 teaches it.
    """
    from keras import ops

    for name, value, least in (("weight", weight, 1e-9), ("share", share, 0)):
        if not isinstance(value, Real) or not value >= least:
            raise ValueError(f"{name} must be a number of at least {least}. Received: {value!r}")
    targets = ops.cast(ops.convert_to_tensor(targets), "float32")
    logits = ops.cast(ops.convert_to_tensor(logits), "float32")
    if len(targets.shape) != 3 or targets.shape[-1] != 2 or logits.shape[1:] != targets.shape[1:]:
        raise ValueError(
            "targets and logits must be (N, T, 2). "
            f"Received: {tuple(targets.shape)} and {tuple(logits.shape)}"
        )
    # log(1 + e^x) - y x, in the form that large x does not overflow
    cost = ops.softplus(logits) - targets * logits
    one, every = cost[..., 0], cost[..., 1]
    one = one * (1 + (weight - 1) * targets[..., 0])
    return ops.mean(one + share * every, axis=-1)


def check_film(shape, least):
    """Refuse a shape (T or None, H, W, 3) that is none, or frames smaller than `least`."""
    shape = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    sides = shape[1:] if shape[:1] == (None,) else shape
    whole = all(isinstance(side, Integral) and side >= 1 for side in sides)
    if len(shape) != 4 or not whole or shape[-1] != 3 or min(shape[1:3]) < least:
        raise ValueError(
            f"shape must be (T, H, W, 3), T may be None, H and W of at least {least}. "
            f"Received: {shape}"
        )
