"""A CNN that looks at single frames, then a recurrent layer over time.

The plain form of the long-term recurrent convolutional network: one small CNN makes a vector of
every frame, a GRU or an LSTM reads the vectors in their order, its last state is classified.

Notes
-----
The paper takes a CNN that was trained on photographs, puts an LSTM on it and averages its answers
over all time steps. Here all is trained together, from nothing, and the last state answers.

References
----------
J. Donahue et al., "Long-term Recurrent Convolutional Networks for Visual Recognition and
Description", CVPR 2015.
"""

from .clips import (
    check_choice,
    check_clip,
    check_count,
    check_counts,
    check_vectors,
    full_precision,
    mean_of,
    real_frames,
    vectors_of,
)

OVER_TIME = ("gru", "lstm", "mean")
EVERY = ("clip", "frame")


def build_cnn_rnn(
    shape,
    classes,
    *,
    filters=(16, 16, 16),
    features=32,
    units=32,
    over_time="gru",
    every="clip",
    norm=False,
):
    """Build the network: frames, the same CNN for each, a vector each, over time, logits.

    Time is folded into the batch while the CNN works: it sees N * T pictures. No weight depends on
    T, so the weights of a network for 10 frames fit one for 20.

    Parameters
    ----------
    shape : (int, int, int, int)
        T, H, W and C of a clip.
    classes : int
        Number of classes, K.
    filters : sequence of int
        Filters of each 3 x 3 convolution; after each one, max pooling halves H and W.
    features : int
        Length of the vector that stands for a frame, F.
    units : int
        Length of the recurrent layer's state, U.
    over_time : str
        "gru", "lstm", or "mean": the mean of the vectors over time, which is blind to their order.
    every : str
        "clip": one answer for a clip. "frame": one for every frame, from what came up to it.
    norm : bool
        Whether batch normalisation stands between each convolution and its ReLU, and before the
        tanh of the vectors.

    Returns
    -------
    keras.Model
        Takes clips (N, T, H, W, C) of 0 to 255, gives logits (N, K), or (N, T, K) for every frame.
        Three of its layers have names to find them by: "vectors" (N, T, F), "over_time" (N, U),
        with "mean" (N, F), for every frame (N, T, U), and "logits".

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> model = build_cnn_rnn((10, 32, 32, 3), 4)
    >>> model.get_layer("vectors").output.shape, model.output_shape
    ((None, 10, 32), (None, 4))
    """
    check_counts(filters=filters)
    check_clip(shape, classes, len(filters))
    check_count(features=features)
    _check(units, over_time, every)
    from keras import Input, Model, layers

    clips = Input(shape, name="clips")  # (N, T, H, W, C)
    x = vectors_of(clips, filters, features, norm=norm)  # (N, T, F)
    x = _over_time(x, over_time, units, every)  # (N, U)
    logits = layers.Dense(classes, dtype=full_precision(), name="logits")(x)
    return Model(clips, logits, name="cnn_rnn")


def build_rnn(shape, classes, *, units=32, over_time="gru", every="clip"):
    """Build what stands behind the CNN alone: it reads vectors that were computed once and kept.

    A frame whose vector is 0 throughout is padding, which makes films of different length fit
    into one array: it changes no answer. Let it stand at the end: elsewhere, and in films of
    nothing else, cuDNN, with which TensorFlow computes on a GPU, refuses it.

    Parameters
    ----------
    shape : (int or None, int)
        T and F; T may be None, as no weight depends on it.
    classes : int
        Number of classes, K.
    units : int
        Length of the recurrent layer's state, U.
    over_time : str
        "gru", "lstm" or "mean", as in `build_cnn_rnn`.
    every : str
        "clip": one answer for a clip. "frame": one for every frame, from what came up to it.

    Returns
    -------
    keras.Model
        Takes vectors (N, T, F), as `frame_vectors` gives them, and gives logits (N, K), or
        (N, T, K) for every frame. Its weights are the last ones of `build_cnn_rnn`.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> model = build_rnn((None, 32), 4, every="frame")
    >>> model.output_shape
    (None, None, 4)

    Lesson 18 teaches it.
    """
    check_vectors(shape, classes)
    _check(units, over_time, every)
    from keras import Input, Model, layers

    vectors = Input(shape, name="vectors")  # (N, T, F)
    x = _over_time(vectors, over_time, units, every, real_frames(vectors))
    logits = layers.Dense(classes, dtype=full_precision(), name="logits")(x)
    return Model(vectors, logits, name="rnn")


def _over_time(x, kind, units, every, mask=None):
    """Read vectors (N, T, F) in their order: (N, U), or for every frame (N, T, U)."""
    from keras import layers

    if kind == "mean" and mask is None:
        return layers.GlobalAveragePooling1D(name="over_time")(x)
    if kind == "mean":
        return mean_of(x, mask)
    layer = {"gru": layers.GRU, "lstm": layers.LSTM}[kind]
    return layer(units, return_sequences=every == "frame", name="over_time")(x, mask=mask)


def _check(units, over_time, every):
    check_count(units=units)
    check_choice("over_time", over_time, OVER_TIME)
    check_choice("every", every, EVERY)
    if (over_time, every) == ("mean", "frame"):
        raise ValueError(
            "every must be 'clip' with over_time='mean', which leaves one vector of a clip. "
            "Received: 'frame'"
        )
