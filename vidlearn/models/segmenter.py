"""A recurrent network that finds where shots meet: frames, a convolution over time, an LSTM.

A survey of video analysis calls such a network SegmenterNet: features of frames, a convolution, an
LSTM, a score of each frame. No paper of that name is known; what it describes is built here.
"""

from .clips import check_count, check_counts, check_odd, check_share, full_precision, normalised
from .shotnet import SIZE, check_film


def build_segmenter(
    shape=(None, *SIZE, 3),
    *,
    filters=(12, 24, 32),
    features=48,
    kernel_size=5,
    units=48,
    dropout=0.2,
):
    """Build the network: a CNN sees single frames, a convolution and an LSTM compare them.

    The convolution sees a few frames side by side, and so how they differ. The LSTM goes through
    the film forwards and backwards, and so knows what was before and what comes.

    Parameters
    ----------
    shape : (int or None, int, int, int)
        T, H, W and 3 of a stretch of film; no weight depends on T, which may be None.
    filters : sequence of int
        Filters of each 3 x 3 convolution of the CNN; after each one, max pooling halves H and W.
    features : int
        Length of the vector that stands for a frame, F.
    kernel_size : int
        Frames that the convolution over time reads, odd.
    units : int
        Length of the LSTM's state in each direction, U, and filters of the convolution.
    dropout : float
        Share of the LSTM's answer that is left out in training, 0 to below 1.

    Returns
    -------
    keras.Model
        Takes frames (N, T, H, W, 3) of 0 to 255, gives logits (N, T, 2) that mean what those of
        `build_shotnet` do. Its layers have names: "vectors" (N, T, F), "neighbours" (N, T, U),
        "both_ways" (N, T, 2 U) and "logits".

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> model = build_segmenter((40, 27, 48, 3), filters=(2, 4), features=8, units=16)
    >>> [model.get_layer(n).output.shape[1:] for n in ("vectors", "both_ways", "logits")]
    [(40, 8), (40, 32), (40, 2)]

    Lesson 22 teaches it.
    """
    check_counts(filters=filters)
    check_film(shape, 2 ** len(filters))
    check_count(features=features, kernel_size=kernel_size, units=units)
    check_odd("kernel_size", kernel_size)
    check_share("dropout", dropout)
    from keras import Input, Model, layers

    film = Input(shape, name="film")  # (N, T, H, W, 3)
    x = layers.Rescaling(1 / 128, offset=-1, name="scale")(film)
    for k, count in enumerate(filters, 1):  # kernels one frame long: no frame sees another yet
        x = layers.Conv3D(count, (1, 3, 3), padding="same", use_bias=False, name=f"conv{k}")(x)
        x = layers.MaxPooling3D((1, 2, 2), name=f"pool{k}")(normalised(x, f"conv{k}"))
    x = layers.Reshape((-1, x.shape[2] * x.shape[3] * x.shape[4]), name="flat")(x)
    x = layers.Dense(features, activation="tanh", name="vectors")(x)  # (N, T, F)
    x = layers.Conv1D(units, kernel_size, padding="same", use_bias=False, name="compare")(x)
    x = layers.BatchNormalization(momentum=0.9, name="compare_norm")(x)
    x = layers.ReLU(name="neighbours")(x)  # (N, T, U)
    memory = layers.LSTM(units, return_sequences=True)
    x = layers.Bidirectional(memory, name="both_ways")(x)  # (N, T, 2 U)
    x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(2, dtype=full_precision(), name="logits")(x)
    return Model(film, logits, name="segmenter")
