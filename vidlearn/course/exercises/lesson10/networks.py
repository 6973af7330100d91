"""A CNN for every frame and a GRU behind it, in Keras: what it sees, and in which order."""

import zlib

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson13.kept import kept, once

CLIPS = 3  # at once


def cnn_rnn(shape, classes, filters, features, units):
    """Look at each frame with the same CNN, read the vectors in order, judge the last state."""
    import keras
    from keras import layers, ops

    frames, *picture = shape
    clips = keras.Input(shape)
    x = layers.Rescaling(1 / 128, offset=-1)(clips)
    x = ops.reshape(x, (-1, *picture))  # N * T pictures
    for count in filters:
        x = layers.Conv2D(count, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(features, activation="tanh")(x)
    x = ops.reshape(x, (-1, frames, features))  # N clips of T vectors
    x = layers.GRU(units)(x)
    return keras.Model(clips, layers.Dense(classes)(x))


def network_cases():
    """Sizes to try: no two sides alike, and clips of two lengths."""
    return [((4, 8, 12, 3), 5, (3, 4), 6, 7), ((7, 10, 8, 3), 3, (2, 5), 4, 6)]


@once
def told(model, shape, classes, filters, features, units):
    """Say what a network does with clips, whatever its layers are called.

    Parameters
    ----------
    model : keras.Model
        The answer.
    shape : (int, int, int, int)
        Of a clip.
    classes, filters, features, units
        As the answer gets them.

    Returns
    -------
    dict

    Raises
    ------
    Refusal
        If it is no model from clips to one row of numbers each.
    """
    clips = np.random.default_rng(3).integers(0, 256, (CLIPS, *shape), dtype=np.uint8)
    out = _answers(model, shape, classes, clips)
    model.set_weights([_drawn(w) for w in model.weights])

    def run(some, **how):
        from keras import ops

        return ops.convert_to_numpy(model(some, **how))

    def moved(other):
        return np.abs(run(other) - out)

    out, first, others = run(clips), clips.copy(), clips.copy()
    first[:, 0] = 255 - first[:, 0]
    others[1:] = 255 - others[1:]
    sums = np.abs(out.sum(axis=1) - 1).max() < 1e-3
    return {
        "numbers that come out for a clip": out.shape[1],
        "weights": sum(int(np.prod(w.shape)) for w in model.trainable_weights),
        "frames in reverse order, and the answer": _same(moved(clips[:, ::-1]).max()),
        "another first frame, and the answer": _same(moved(first).max()),
        "other clips beside it, and the answer of a clip": _same(moved(others)[0].max()),
        "in training, the answer": _same(np.abs(run(clips, training=True) - out).max()),
        "what comes out are": "shares that sum to 1" if sums else "logits",
        "with other weights, it says": out[0].round(4),
    }


def _same(gap):
    return "is the same" if gap < 1e-5 else "is another"


def _answers(model, shape, classes, clips):
    """Run clips through an answer; say why that is no clip classifier, if it is none."""
    import keras

    if not isinstance(model, keras.Model):
        raise Refusal("Return a `keras.Model`: `keras.Model(clips, …)`.")
    inputs = getattr(model, "inputs", None) or ()  # a model of one's own class has none
    if len(inputs) > 1 or (inputs and len(model.outputs) != 1):
        raise Refusal("One thing goes in, clips, and one comes out: begin with `keras.Input`.")
    came = tuple(inputs[0].shape[1:]) if inputs else tuple(shape)
    if came not in (tuple(shape), (None, *shape[1:])):
        raise Refusal(f"The model takes clips of shape {tuple(shape)}. Yours takes {came}.")
    try:
        out = keras.ops.convert_to_numpy(model(clips))  # whoever has no weights has them now
    except Exception as error:
        line = str(error).strip().split("\n")[0][:160]
        raise Refusal(f"It is built, but stops when {CLIPS} clips run through it: {line}") from None
    if out.ndim == 3 and out.shape[:2] == (CLIPS, shape[0]):
        raise Refusal(
            f"One row of {classes} numbers is wanted for each clip; yours gives one for each of "
            f"its {shape[0]} frames. Without `return_sequences=True` a GRU hands on its last state."
        )
    if out.ndim != 2 or len(out) != CLIPS:
        raise Refusal(
            f"{CLIPS} clips go in, so {CLIPS} rows of {classes} numbers must come out. Yours: "
            f"{out.shape}. If frames were folded into the batch, `ops.reshape(x, (-1, frames, "
            "features))` gives each clip its own again."
        )
    return out


def _drawn(weight):
    """Draw numbers for a weight by what it is and its shape, whatever stands before it."""
    kind, shape = weight.path.split("/")[-1], tuple(weight.shape)
    if not str(weight.dtype).startswith("float"):
        return np.array(weight)
    rng = np.random.default_rng(zlib.crc32(f"{kind} {shape}".encode()))
    drawn = 1.5 * rng.normal(size=shape) / np.sqrt(max(1, np.prod(shape[:-1])))
    return drawn.astype(weight.dtype)


def _network(
    *, scale=1 / 128, offset=-1, fold="fold", kernel="Conv2D", padding="same", relu="relu",
    pool="MaxPooling2D", once_only=False, flat="Flatten", squash="tanh", vector=True, over="GRU",
    every=False, after=None, backwards=False, bias=True, hidden=0, last=None, dropout=0.0,
    reset_after=True, swap=False, wide=1,
):  # fmt: skip
    """Return the reference with some of its parts changed."""

    def build(shape, classes, filters, features, units):
        import keras
        from keras import layers, ops

        frames, *picture = shape
        if swap:
            features, units = units, features
        clips = x = keras.Input(shape)
        x = layers.Rescaling(scale, offset=offset)(x) if scale != 1 or offset else x

        def cnn(x):
            for k, count in enumerate(filters):
                x = getattr(layers, kernel)(count, 3, padding=padding, activation=relu)(x)
                if pool and not (once_only and k):
                    x = getattr(layers, pool)((1, 2, 2) if "3D" in pool else 2)(x)
            return x

        def in_order(x):
            x = layers.Dense(features, activation=squash)(x) if vector else x
            return layers.Dropout(dropout)(x) if dropout else x

        if fold == "fold":
            x = cnn(ops.reshape(x, (-1, *picture)))
            x = in_order(getattr(layers, flat)()(x))
            x = ops.reshape(x, (-1, frames, x.shape[-1]))
        elif fold == "torn":  # time first, without a transpose: frames of other clips get in
            x = in_order(getattr(layers, flat)()(cnn(ops.reshape(x, (-1, *picture)))))
            x = ops.transpose(ops.reshape(x, (frames, -1, x.shape[-1])), (1, 0, 2))
        elif fold == "each":  # a CNN of its own for each frame
            parts = [in_order(getattr(layers, flat)()(cnn(x[:, t]))) for t in range(frames)]
            x = ops.stack(parts, axis=1)
        elif fold == "space-time":  # kernels through time as well
            x = cnn(x)
            x = in_order(ops.reshape(x, (-1, frames, int(np.prod(x.shape[2:])))))
        elif fold == "channels":  # all frames as channels of one picture
            x = ops.reshape(
                ops.transpose(x, (0, 2, 3, 1, 4)), (-1, *picture[:2], frames * picture[2])
            )
            x = in_order(layers.Flatten()(cnn(x)))[:, None]
        elif fold == "one-step":  # all vectors in a row: a single step is left
            x = in_order(layers.Flatten()(cnn(ops.reshape(x, (-1, *picture)))))
            x = ops.reshape(x, (-1, 1, frames * x.shape[-1]))
        if over in ("GRU", "LSTM", "SimpleRNN"):
            more = {"reset_after": reset_after} if over == "GRU" else {}
            x = getattr(layers, over)(
                wide * units, return_sequences=every, go_backwards=backwards, **more
            )(x)
        elif over == "both":
            x = layers.Bidirectional(layers.GRU(units))(x)
        elif over:
            x = getattr(layers, over)()(x)
        x = getattr(layers, after)()(x) if after else x
        x = layers.Dense(hidden, activation="relu")(x) if hidden else x
        return keras.Model(clips, layers.Dense(classes, activation=last, use_bias=bias)(x))

    return build


CNN_RNN_MISTAKES = kept(
    {
        "flattened-over-time": _network(over="Flatten"),
        "one-step": _network(fold="one-step"),
        "mean-over-time": _network(over="GlobalAveragePooling1D"),
        "maximum-over-time": _network(over="GlobalMaxPooling1D"),
        "mean-of-states": _network(every=True, after="GlobalAveragePooling1D"),
        "states-flattened": _network(every=True, after="Flatten"),
        "kernels-through-time": _network(fold="space-time", kernel="Conv3D", pool="MaxPooling3D"),
        "frames-as-channels": _network(fold="channels"),
        "cnn-per-frame": _network(fold="each"),
        "torn": _network(fold="torn"),
        "backwards": _network(backwards=True),
        "both-ways": _network(over="both"),
        "lstm": _network(over="LSTM"),
        "simple": _network(over="SimpleRNN"),
        "one-bias": _network(reset_after=False),
        "softmax": _network(last="softmax"),
        "sigmoid": _network(last="sigmoid"),
        "relu-at-the-end": _network(last="relu"),
        "no-scaling": _network(scale=1, offset=0),
        "no-offset": _network(offset=0),
        "scaled-by-255": _network(scale=1 / 255, offset=0),
        "no-relu": _network(relu=None),
        "not-padded": _network(padding="valid"),
        "average-pooling": _network(pool="AveragePooling2D"),
        "no-pooling": _network(pool=None),
        "pooled-once": _network(once_only=True),
        "mean-over-places": _network(flat="GlobalAveragePooling2D"),
        "no-vector": _network(vector=False),
        "no-tanh": _network(squash=None),
        "relu-vector": _network(squash="relu"),
        "hidden": _network(hidden=8),
        "dropout": _network(dropout=0.5),
        "no-bias": _network(bias=False),
        "swapped": _network(swap=True),
    },
    key=lambda *sizes: tuple(map(tuple, (s if isinstance(s, tuple) else (s,) for s in sizes))),
)
