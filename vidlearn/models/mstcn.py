"""Frame-wise labels in stages: each one reads what the one before it said, and mends it.

A stage is a stack of dilated convolutions whose reach doubles from layer to layer. The first reads
the vectors of frames, each later one nothing but the probabilities that came out of the last: it
learns what orders and lengths of actions are likely, and takes out the flicker. So does the loss,
which makes it cost to change one's mind from a frame to the next.

References
----------
Y. Abu Farha, J. Gall, "MS-TCN: Multi-Stage Temporal Convolutional Network for Action
Segmentation", CVPR 2019.
"""

from numbers import Real

import keras
from keras import ops

from .clips import check_count, check_share, check_vectors, full_precision, real_frames


def build_mstcn(shape, classes, *, stages=3, layers=6, filters=32, dropout=0.2):
    """Build the network: vectors of frames, stages of dilated convolutions, logits of each stage.

    A frame whose vector is 0 throughout is padding, which makes films of different length fit
    into one array: at either end it changes no answer; in the middle it is time that passes.

    Parameters
    ----------
    shape : (int or None, int)
        T and F; T may be None, as no weight depends on it.
    classes : int
        Number of classes, K.
    stages : int
        Stages, S.
    layers : int
        Dilated layers of a stage, L; that of index k has dilation 2^k. A stage sees
        ``receptive_field(3, [2**k for k in range(L)], 1)`` = 2^(L + 1) - 1 frames.
    filters : int
        Width of a stage.
    dropout : float
        Share of the features of a layer that is left out in training, 0 to below 1.

    Returns
    -------
    keras.Model
        Takes vectors (N, T, F), gives logits (N, S, T, K): those of the last stage,
        ``found[:, -1]``, are the answer, and `mstcn_loss` teaches all of them.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    The kernels lie with their middle on a frame, so that it is told of later ones too. The paper
    has four stages of ten layers of 64 filters, for films of minutes at 15 frames a second.

    References
    ----------
    Abu Farha and Gall 2019, sections 3.1 and 3.2.

    Examples
    --------
    >>> model = build_mstcn((None, 24), 5, stages=2, layers=3, filters=8)
    >>> model.output_shape
    (None, 2, None, 5)

    Lesson 19 teaches it.
    """
    check_vectors(shape, classes)
    check_count(stages=stages, layers=layers, filters=filters)
    check_share("dropout", dropout)
    vectors = keras.Input(shape, name="vectors")  # (N, T, F)
    real = ops.expand_dims(real_frames(vectors), -1)  # (N, T, 1)
    x, found = vectors, []
    for k in range(1, stages + 1):
        x = _stage(x, real, classes, f"stage{k}", layers=layers, filters=filters, dropout=dropout)
        found.append(x)  # (N, T, K)
        x = ops.softmax(x, axis=-1) * ops.cast(real, x.dtype)
    return keras.Model(vectors, ops.stack(found, axis=1), name="mstcn")


def _stage(x, real, classes, name, *, layers, filters, dropout):
    """Give logits of every frame; each layer adds to what came in (equations 1 and 2)."""
    k = keras.layers
    x = k.Conv1D(filters, 1, name=f"{name}_in")(x)
    real = ops.cast(real, x.dtype)
    for index in range(layers):
        x = x * real
        made = k.Conv1D(
            filters,
            3,
            dilation_rate=2**index,
            padding="same",
            activation="relu",
            name=f"{name}_dilated{index + 1}",
        )(x)
        made = k.Conv1D(filters, 1, name=f"{name}_mixed{index + 1}")(made)
        x = x + k.Dropout(dropout, name=f"{name}_dropout{index + 1}")(made)
    return k.Conv1D(classes, 1, dtype=full_precision(), name=f"{name}_logits")(x)


@keras.saving.register_keras_serializable("vidlearn")
def mstcn_loss(labels, logits, *, weight=0.15, tau=4.0):
    r"""Measure what every stage says of each frame, and how it changes from one to the next.

    For each stage, the cross-entropy and, with a weight, the mean over frames and classes of the
    squared change of log-probability since the frame before, a change counting tau at most. What
    the frame before said is taken as given: no gradient flows into it.

    Parameters
    ----------
    labels : tensor
        (N, T) class of each frame, up to K - 1; frames below 0 are padding, or have no label:
        they, and changes into and out of them, do not count.
    logits : tensor
        (N, S, T, K) of `build_mstcn`, or (N, T, K) of one stage.
    weight : float
        Of the second part, lambda, at least 0.
    tau : float
        Largest change that counts, above 0.

    Returns
    -------
    tensor
        (N,) float32: of every film, the sum over stages. Given to `compile`, Keras takes its mean.
        NaN of a film with a label of K or more: compiled code can say it in no other way.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is out of range.

    Notes
    -----
    The paper divides the second part by T, of which the first frame has none before it; here it is
    the mean over those changes that there are, T - 1, as in its authors' code.

    Keras knows this function once it is imported: a model that was saved after `compile` is opened
    by ``keras.saving.load_model(path)``.

    References
    ----------
    Abu Farha and Gall 2019, equations 7 to 12 (tau = 4, lambda = 0.15).

    Examples
    --------
    Twice as likely as not, and right, in both frames, so that nothing changes: the loss is
    -log(2/3).

    >>> from math import log
    >>> found = mstcn_loss([[0, 0]], [[[log(2), 0.0], [log(2), 0.0]]])
    >>> round(float(found[0]), 4)
    0.4055

    Lesson 19 teaches it.
    """
    logits = ops.cast(ops.convert_to_tensor(logits), "float32")
    labels = ops.cast(ops.convert_to_tensor(labels), "int32")
    _check_loss(labels.shape, logits.shape, weight, tau)
    if len(logits.shape) == 3:
        logits = ops.expand_dims(logits, 1)
    labels = ops.expand_dims(labels, 1)  # (N, 1, T)
    real = ops.cast(labels >= 0, "float32")
    likely = ops.log_softmax(logits, axis=-1)  # (N, S, T, K)
    chosen = ops.one_hot(ops.maximum(labels, 0), logits.shape[-1], dtype="float32")
    said = -ops.sum(likely * chosen, axis=-1)  # (N, S, T)
    said = ops.where(labels < logits.shape[-1], said, float("nan"))
    change = likely[:, :, 1:] - ops.stop_gradient(likely[:, :, :-1])
    change = ops.mean(ops.minimum(ops.square(change), tau**2), axis=-1)  # (N, S, T - 1)
    loss = _mean(said, real) + weight * _mean(change, real[..., 1:] * real[..., :-1])  # (N, S)
    return ops.sum(loss, axis=1)


def _mean(values, real):
    """Average over the last axis what is real; 0 where nothing is."""
    return ops.sum(values * real, axis=-1) / ops.maximum(ops.sum(real, axis=-1), 1)


def _check_loss(labels, logits, weight, tau):
    frames = logits[-2] if len(logits) in (3, 4) else -1
    pairs = ((labels[0], logits[0]), (labels[-1], frames)) if len(labels) == 2 else ()
    if not pairs or frames == -1 or any(None not in (a, b) and a != b for a, b in pairs):
        raise ValueError(
            "labels must be (N, T) and logits (N, S, T, K) or (N, T, K). "
            f"Received: {tuple(labels)} and {tuple(logits)}"
        )
    if not isinstance(weight, Real) or not weight >= 0:
        raise ValueError(f"weight must be at least 0. Received: {weight!r}")
    if not isinstance(tau, Real) or not tau > 0:
        raise ValueError(f"tau must be above 0. Received: {tau!r}")
