"""Temporal convolutional network: convolutions over time that reach further in each block.

References
----------
S. Bai, J. Z. Kolter, V. Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent
Networks for Sequence Modeling", 2018.
"""

from .clips import (
    check_choice,
    check_clip,
    check_count,
    check_counts,
    check_odd,
    check_share,
    check_vectors,
    full_precision,
    last_of,
    mean_of,
    real_frames,
    vectors_of,
)

EVERY = ("clip", "frame")


def receptive_field(kernel_size, dilations, convolutions=2):
    """Return how many frames the last layer of a dilated stack sees.

    Parameters
    ----------
    kernel_size : int
        Frames that a kernel reads, k.
    dilations : sequence of int
        Dilation of each block.
    convolutions : int
        Convolutions of a block, c: 2 in a TCN, 1 in a stage of the multi-stage form.

    Returns
    -------
    int
        ``1 + c (k - 1) sum(dilations)``: each convolution reaches (k - 1) d frames further than
        what it reads.

    Raises
    ------
    ValueError
        If a number is not whole or below 1.

    References
    ----------
    Bai et al. 2018, section 3.2. Abu Farha and Gall 2019, section 3.1.

    Examples
    --------
    >>> receptive_field(3, (1, 2, 4)), receptive_field(3, [2**k for k in range(10)], 1)
    (29, 2047)

    Lesson 19 teaches it.
    """
    check_count(kernel_size=kernel_size, convolutions=convolutions)
    check_counts(dilations=dilations)
    return 1 + convolutions * (kernel_size - 1) * int(sum(dilations))


def build_tcn(
    shape,
    classes,
    *,
    filters=64,
    kernel_size=3,
    dilations=(1, 2, 4),
    causal=True,
    dropout=0.1,
    every="clip",
):
    """Build a temporal convolutional network that reads the vectors of frames.

    A frame whose vector is 0 throughout is padding, which makes films of different length fit
    into one array: at either end it changes no answer, and is not answered for; in the middle it
    is time that passes.

    Parameters
    ----------
    shape : (int or None, int)
        T and F; T may be None, as no weight depends on it.
    classes : int
        Number of classes, K.
    filters : int
        Width of the blocks, U.
    kernel_size : int
        Frames that a kernel reads; odd where the network is not causal.
    dilations : sequence of int
        One block for each. What it sees is `receptive_field` of these.
    causal : bool
        Whether no frame is told anything of those after it.
    dropout : float
        Share of the channels that is left out in training, 0 to below 1.
    every : str
        "clip": one answer for a clip, from the state of its last frame, or where the network is
        not causal, from the mean of all. "frame": one for every frame.

    Returns
    -------
    keras.Model
        Takes vectors (N, T, F), gives logits (N, K), or (N, T, K) for every frame. Its layers
        have names: "block1" and so on (N, T, U), and "logits".

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    For what stands in the place of the paper's weight normalisation see
    `vidlearn.layers.TemporalBlock`.

    References
    ----------
    Bai et al. 2018, section 3.

    Examples
    --------
    >>> model = build_tcn((None, 32), 5, filters=16, every="frame")
    >>> model.output_shape, receptive_field(3, (1, 2, 4))
    ((None, None, 5), 29)

    Lesson 19 teaches it.
    """
    check_vectors(shape, classes)
    _check_stack(filters, kernel_size, dilations, causal, dropout, every)
    from keras import Input, Model

    vectors = Input(shape, name="vectors")  # (N, T, F)
    mask = real_frames(vectors)  # (N, T)
    options = {"kernel_size": kernel_size, "causal": causal, "dropout": dropout}
    x = _stack(vectors, filters, dilations, options, mask)  # (N, T, U)
    return Model(vectors, _answers(x, classes, causal, every, mask), name="tcn")


def build_cnn_tcn(
    shape,
    classes,
    *,
    filters=(16, 32, 32),
    features=64,
    units=64,
    kernel_size=3,
    dilations=(1, 2, 4),
    causal=True,
    dropout=0.1,
    every="clip",
):
    """Build a CNN that sees single frames, and a temporal convolutional network behind it.

    What `build_cnn_rnn` is, with convolutions in the place of the recurrent layer.

    Parameters
    ----------
    shape : (int, int, int, int)
        T, H, W and C of a clip. No weight depends on T.
    classes : int
        Number of classes, K.
    filters : sequence of int
        Filters of each 3 x 3 convolution of the CNN; after each one, max pooling halves H and W.
    features : int
        Length of the vector that stands for a frame, F.
    units : int
        Width of the blocks over time, U.
    kernel_size, dilations, causal, dropout, every
        As in `build_tcn`.

    Returns
    -------
    keras.Model
        Takes clips (N, T, H, W, C) of 0 to 255, gives logits (N, K), or (N, T, K) for every frame.
        Its layers have names: "vectors" (N, T, F), "block1" and so on (N, T, U), and "logits".

    Raises
    ------
    ValueError
        If an argument is out of range, or time does not stand first.

    References
    ----------
    Bai et al. 2018, section 3.

    Examples
    --------
    >>> model = build_cnn_tcn((16, 24, 40, 3), 10, units=32)
    >>> [model.get_layer(name).output.shape[1:] for name in ("vectors", "block3", "logits")]
    [(16, 64), (16, 32), (10,)]

    Lesson 19 teaches it.
    """
    check_counts(filters=filters)
    check_clip(shape, classes, len(filters))
    check_count(features=features, units=units)
    _check_stack(units, kernel_size, dilations, causal, dropout, every)
    from keras import Input, Model

    clips = Input(shape, name="clips")  # (N, T, H, W, C)
    x = vectors_of(clips, filters, features, norm=True)  # (N, T, F)
    options = {"kernel_size": kernel_size, "causal": causal, "dropout": dropout}
    x = _stack(x, units, dilations, options)  # (N, T, U)
    return Model(clips, _answers(x, classes, causal, every), name="cnn_tcn")


def _stack(x, filters, dilations, options, mask=None):
    """Put the blocks one on another."""
    from vidlearn.layers import TemporalBlock

    for k, dilation in enumerate(dilations, 1):
        x = TemporalBlock(filters, dilation=dilation, name=f"block{k}", **options)(x, mask=mask)
    return x


def _answers(x, classes, causal, every, mask=None):
    """Return logits of every frame, of the last one, or of the mean over frames."""
    from keras import layers

    if every == "clip":
        x = last_of(x, mask) if causal else mean_of(x, mask)  # (N, U)
    return layers.Dense(classes, dtype=full_precision(), name="logits")(x)


def _check_stack(filters, kernel_size, dilations, causal, dropout, every):
    check_count(filters=filters, kernel_size=kernel_size)
    check_counts(dilations=dilations)
    if not causal:
        check_odd("kernel_size", kernel_size)
    check_share("dropout", dropout)
    check_choice("every", every, EVERY)
