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

import numpy as np

OVER_TIME = ("gru", "lstm", "mean")


def build_cnn_rnn(shape, classes, *, filters=(16, 16, 16), features=32, units=32, over_time="gru"):
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

    Returns
    -------
    keras.Model
        Takes clips (N, T, H, W, C) of 0 to 255, gives logits (N, K). Three of its layers have
        names to find them by: "vectors" (N, T, F), "over_time" (N, U), with "mean" (N, F), and
        "logits" (N, K).

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
    _check(shape, classes, filters, over_time)
    from keras import Input, Model, config, layers, ops

    frames, *picture = shape
    half = config.dtype_policy().compute_dtype in ("float16", "bfloat16")
    clips = Input(shape, name="clips")  # (N, T, H, W, C)
    x = layers.Rescaling(1 / 128, offset=-1, name="scale")(clips)  # exact in any precision
    x = ops.reshape(x, (-1, *picture))  # (N * T, H, W, C)
    for k, count in enumerate(filters, 1):
        x = layers.Conv2D(count, 3, padding="same", activation="relu", name=f"conv{k}")(x)
        x = layers.MaxPooling2D(name=f"pool{k}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(features, name="frame")(x)  # (N * T, F)
    x = ops.reshape(x, (-1, frames, features))  # (N, T, F)
    x = layers.Activation("tanh", name="vectors")(x)
    x = _layer_over_time(over_time, units)(x)  # (N, U)
    logits = layers.Dense(classes, dtype="float32" if half else None, name="logits")(x)
    return Model(clips, logits, name="cnn_rnn")


def _layer_over_time(kind, units):
    from keras import layers

    if kind == "mean":
        return layers.GlobalAveragePooling1D(name="over_time")
    return {"gru": layers.GRU, "lstm": layers.LSTM}[kind](units, name="over_time")


def _check(shape, classes, filters, over_time):
    if len(shape) != 4 or min(shape) < 1:
        raise ValueError(
            f"shape must be (T, H, W, C) of one clip, without the batch. Received: {shape}"
        )
    if min(shape[1:3]) < 2 ** len(filters):
        raise ValueError(
            f"shape must have H and W of at least {2 ** len(filters)}, as {len(filters)} poolings "
            f"halve them. Received: {shape}; give fewer filters or larger frames"
        )
    if classes < 2:
        raise ValueError(f"classes must be at least 2. Received: {classes}")
    if over_time not in OVER_TIME:
        raise ValueError(
            f"over_time must be one of {', '.join(OVER_TIME)}. Received: {over_time!r}"
        )


def predict_clips(model, clips, *, batch_size=32):
    """Say how probable each class is for each clip.

    Parameters
    ----------
    model : keras.Model
        What `build_cnn_rnn` gave, trained.
    clips : array_like
        (N, T, H, W, C) of 0 to 255, or one clip (T, H, W, C).
    batch_size : int
        Clips at a time.

    Returns
    -------
    ndarray
        (N, K) float32, each row sums to 1; (K,) for one clip.

    Raises
    ------
    ValueError
        If the clips are not as the model was built for.
    """
    clips, single = _as_batch(model, clips)
    logits = _in_batches(model, clips, batch_size)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found = powers / powers.sum(axis=1, keepdims=True)
    return found[0] if single else found


def frame_vectors(model, clips, *, batch_size=32):
    """Return what the CNN makes of each frame, before anything mixes the frames.

    Parameters
    ----------
    model : keras.Model
        What `build_cnn_rnn` gave.
    clips : array_like
        (N, T, H, W, C) of 0 to 255, or one clip (T, H, W, C).
    batch_size : int
        Clips at a time.

    Returns
    -------
    ndarray
        (N, T, F), or (T, F) for one clip.

    Raises
    ------
    ValueError
        If the clips are not as the model was built for.
    """
    from keras import Model

    clips, single = _as_batch(model, clips)
    front = Model(model.input, model.get_layer("vectors").output)
    vectors = _in_batches(front, clips, batch_size)
    return vectors[0] if single else vectors


def _in_batches(model, clips, size):
    """Call the model batch by batch; unlike `predict`, without compiling it for each new shape."""
    from keras import ops

    parts = [model(clips[k : k + size], training=False) for k in range(0, len(clips), size)]
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])


def _as_batch(model, clips):
    """Return clips with a batch axis, and whether there was none."""
    clips, wanted = np.asarray(clips), model.input_shape[1:]
    if clips.shape[-4:] != wanted or clips.ndim not in (4, 5):
        raise ValueError(
            f"clips must be (N, *{wanted}) or {wanted}, as the model was built. Received: "
            f"{clips.shape}. For another T, H or W, build a model of that shape; where only T "
            "differs, set_weights takes the weights over."
        )
    return (clips[None], True) if clips.ndim == 4 else (clips, False)
