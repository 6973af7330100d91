"""What the models of clips share: their checks, the CNN of frames, and calls batch by batch."""

from numbers import Integral, Real

import numpy as np


def check_clip(shape, classes, poolings, *, poolings_over_time=0):
    """Refuse a shape (T, H, W, C) that a network cannot take, and fewer than 2 classes.

    `poolings` is how often H and W are halved, `poolings_over_time` how often T is.
    """
    shape = _sides(shape)
    if len(shape) != 4 or not all(map(_is_count, shape)):
        raise ValueError(
            f"shape must be (T, H, W, C) of one clip, without the batch. Received: {shape}"
        )
    if seems := _other_order(shape):
        raise ValueError(
            "shape must be (T, H, W, C): time first, channels last. "
            f"Received: {shape}, which looks like {seems}; np.moveaxis puts an axis elsewhere, and "
            "a clip of such a shape that is in order needs one frame more, or less"
        )
    if min(shape[1:3]) < 2**poolings:
        raise ValueError(
            f"shape must have H and W of at least {2**poolings}, as {poolings} poolings "
            f"halve them. Received: {shape}; give fewer filters or larger frames"
        )
    if shape[0] < 2**poolings_over_time:
        raise ValueError(
            f"shape must have T of at least {2**poolings_over_time}, as {poolings_over_time} "
            f"poolings halve it. Received: {shape}; give fewer filters or longer clips"
        )
    check_classes(classes)


def _other_order(shape):
    """Say which order of the axes a shape looks like, if it is not time, height, width, channels.

    A clip that is as long as its frame is high, and longer than that is wide, is taken for one of
    which time went behind a square frame: those are many, and it is rare.
    """
    first, second, third, last = shape
    if last > 4 and first in (1, 3):
        return "(C, T, H, W)"
    if last > 4 and second in (1, 3):
        return "(T, C, H, W)"
    if first == second > third > 4:
        return "(H, W, T, C)"
    return None


def check_vectors(shape, classes):
    """Refuse a shape (T or None, F) of vectors that is none."""
    shape = _sides(shape)
    if len(shape) != 2 or not all(map(_is_count, shape[shape[0] is None :])):
        raise ValueError(
            "shape must be (T, F) of the vectors of one clip, without the batch; T may be None. "
            f"Received: {shape}"
        )
    check_classes(classes)


def _sides(shape):
    """Return a shape as a tuple; of one entry where it is none."""
    return tuple(shape) if isinstance(shape, tuple | list | np.ndarray) else (shape,)


def _is_count(value):
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= 1


def check_classes(classes):
    """Refuse fewer classes than can be told apart, and what is no number of them."""
    if not isinstance(classes, Integral):
        raise ValueError(f"classes must be a whole number, how many. Received: {classes!r}")
    if classes < 2:
        raise ValueError(f"classes must be at least 2. Received: {classes}")


def check_choice(name, value, choices):
    """Refuse a word that is none of the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}. Received: {value!r}")


def check_odd(name, value):
    """Refuse a kernel without a middle."""
    if value % 2 == 0:
        raise ValueError(
            f"{name} must be odd where a kernel's middle lies on its frame. Received: {value}"
        )


def check_share(name, value):
    """Refuse a share that is not from 0 to below 1."""
    if not isinstance(value, Real) or not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1. Received: {value!r}")


def check_count(**values):
    """Refuse what is not one whole number of at least 1."""
    for name, value in values.items():
        if not _is_count(value):
            raise ValueError(f"{name} must be a whole number of at least 1. Received: {value!r}")


def check_counts(**values):
    """Refuse what is not a sequence of whole numbers of at least 1, one at least."""
    for name, value in values.items():
        check_sequence(name, value)
        if not len(value) or not all(map(_is_count, value)):
            raise ValueError(f"{name} must be of whole numbers of at least 1. Received: {value!r}")


def check_sequence(name, value):
    """Refuse what is not a sequence, such as a number that stands alone."""
    if not isinstance(value, tuple | list | range | np.ndarray):
        raise ValueError(f"{name} must be a sequence, such as (4, 8). Received: {value!r}")


def full_precision():
    """Return the dtype for logits where the policy of Keras works in half precision, else None."""
    from keras import config

    return "float32" if config.dtype_policy().compute_dtype in ("float16", "bfloat16") else None


def real_frames(vectors):
    """Return (N, T): which vectors (N, T, F) stand for frames; those that are 0 are padding.

    NaN counts as a frame, for it to be seen in what comes out.
    """
    from keras import ops

    return ops.any(ops.not_equal(vectors, 0), axis=-1)


def last_of(x, mask=None):
    """Return of (N, T, U) what stands at the last frame that is no padding, (N, U)."""
    from keras import ops

    if mask is None:
        return x[:, -1]
    mask = ops.cast(mask, "int32")
    left = ops.flip(ops.cumsum(ops.flip(mask, axis=1), axis=1), axis=1)  # this and those after
    last = ops.cast(mask * ops.cast(ops.equal(left, 1), "int32"), x.dtype)  # (N, T)
    return ops.sum(x * ops.expand_dims(last, -1), axis=1)


def mean_of(x, mask=None):
    """Return the mean over those frames of (N, T, U) that are no padding, (N, U)."""
    from keras import ops

    if mask is None:
        return ops.mean(x, axis=1)
    x = ops.cast(x, full_precision() or x.dtype)  # float16 ends at 65504
    real = ops.cast(ops.expand_dims(mask, -1), x.dtype)  # (N, T, 1)
    return ops.sum(x * real, axis=1) / ops.maximum(ops.sum(real, axis=1), 1)


def scaled(clips, *, centred=False):
    """Bring clips of 0 to 255 to -1 to 1, and take each pixel's mean over time away, or leave it.

    Parameters
    ----------
    clips : KerasTensor
        (N, T, H, W, C).
    centred : bool
        Whether the mean over the clip is taken away: what stands still vanishes.

    Returns
    -------
    KerasTensor
        (N, T, H, W, C).
    """
    from keras import layers

    x = layers.Rescaling(1 / 128, offset=-1, name="scale")(clips)  # exact in any precision
    if centred:
        x = x - layers.AveragePooling3D((clips.shape[1], 1, 1), name="still")(x)
    return x


def vectors_of(clips, filters, features, *, norm=False):
    """Make one vector of every frame, by convolutions that poolings follow.

    Time is folded into the batch while they work: they see N * T pictures.

    Parameters
    ----------
    clips : KerasTensor
        (N, T, H, W, C), 0 to 255.
    filters : sequence of int
        Filters of each 3 x 3 convolution; after each one, max pooling halves H and W.
    features : int
        Length of the vector, F.
    norm : bool
        Whether batch normalisation stands between convolution and ReLU, and behind the vector:
        without it, the tanh saturates within a few steps at high rates, and learns no more.

    Returns
    -------
    KerasTensor
        (N, T, F), -1 to 1, of a layer named "vectors".
    """
    from keras import layers, ops

    _, frames, *picture = clips.shape
    x = ops.reshape(scaled(clips), (-1, *picture))  # (N * T, H, W, C)
    for k, count in enumerate(filters, 1):
        activation = None if norm else "relu"
        x = layers.Conv2D(
            count, 3, padding="same", activation=activation, use_bias=not norm, name=f"conv{k}"
        )(x)
        x = normalised(x, f"conv{k}") if norm else x
        x = layers.MaxPooling2D(name=f"pool{k}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(features, use_bias=not norm, name="frame")(x)
    x = layers.BatchNormalization(momentum=0.9, name="frame_norm")(x) if norm else x  # (N * T, F)
    x = ops.reshape(x, (-1, frames, features))
    return layers.Activation("tanh", name="vectors")(x)


def normalised(x, name):
    """Put batch normalisation and ReLU behind a convolution; its means follow within 50 steps."""
    from keras import layers

    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def predict_clips(model, clips, *, batch_size=32):
    """Say how probable each class is for each clip.

    Parameters
    ----------
    model : keras.Model
        What a builder of this package gave, trained: it gives logits.
    clips : array_like
        (N, T, H, W, C) of 0 to 255, or one clip (T, H, W, C); vectors (N, T, F) or (T, F) for a
        model of vectors.
    batch_size : int
        Clips at a time.

    Returns
    -------
    ndarray
        (N, K) float32, each row sums to 1; (K,) for one clip. Of a model that answers for every
        frame (N, T, K), of one in S stages (N, S, T, K).

    Raises
    ------
    ValueError
        If the clips are not as the model was built for, or not finite.
    """
    clips, single = as_batch(model, clips)
    logits = in_batches(model, clips, batch_size)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    found = powers / powers.sum(axis=-1, keepdims=True)
    return found[0] if single else found


def frame_vectors(model, clips, *, batch_size=32):
    """Return what the CNN makes of each frame, before anything mixes the frames.

    Parameters
    ----------
    model : keras.Model
        What `build_cnn_rnn` or `build_cnn_tcn` gave.
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
        If the model has no CNN of frames, or the clips are not as it was built for.
    """
    from keras import Model

    names = [layer.name for layer in model.layers]
    if "vectors" not in names or len(model.input_shape) != 5:
        raise ValueError(
            "model must be of build_cnn_rnn or build_cnn_tcn, which make vectors of frames. "
            f"Received: {model.name!r}"
        )
    clips, single = as_batch(model, clips)
    front = Model(model.input, model.get_layer("vectors").output)
    vectors = in_batches(front, clips, batch_size)
    return vectors[0] if single else vectors


def in_batches(model, clips, size):
    """Call the model batch by batch; unlike `predict`, without compiling it for each new shape."""
    from keras import ops

    check_count(batch_size=size)
    parts = [model(clips[k : k + size], training=False) for k in range(0, len(clips), size)]
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])


def as_batch(model, clips):
    """Return clips with a batch axis, and whether there was none."""
    clips, wanted = _numbers(clips), model.input_shape[1:]
    sides = zip(clips.shape[-len(wanted) :], wanted, strict=False)
    fits = all(side == n or n is None for side, n in sides)
    if not fits or clips.ndim not in (len(wanted), len(wanted) + 1):
        raise ValueError(
            f"clips must be (N, *{wanted}) or {wanted}, as the model was built. Received: "
            f"{clips.shape}. For another T, H or W, build a model of that shape; where only T "
            "differs, set_weights takes the weights over."
        )
    if not clips.size:
        raise ValueError(f"clips must not be empty. Received: shape {clips.shape}")
    return (clips[None], True) if clips.ndim == len(wanted) else (clips, False)


def _numbers(clips):
    """Return clips as an array of finite numbers."""
    try:
        clips = np.asarray(clips)
    except ValueError as error:
        raise ValueError(
            "clips must be an array. Received: lists of different lengths; cut or fill them to one"
        ) from error
    kind = clips.dtype.kind
    if kind not in "buif":
        raise ValueError(f"clips must be finite numbers. Received: {clips.dtype}")
    if kind == "f" and not np.isfinite(clips).all():  # whole numbers always are
        raise ValueError("clips must be finite numbers. Received: NaN or infinity among them")
    return clips
