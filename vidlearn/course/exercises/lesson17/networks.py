"""C3D in Keras: where its kernels slide, and when it lets go of frames."""

import zlib

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson13.kept import kept, once

CLIPS = 3  # at once


def c3d(shape, classes, filters):
    """Slide kernels through time; pool space first, then time as well; the mean is judged."""
    import keras
    from keras import layers, ops

    clips = keras.Input(shape)
    x = layers.Rescaling(1 / 128)(clips)
    x = x - ops.mean(x, axis=1, keepdims=True)
    for k, count in enumerate(filters):
        x = layers.Conv3D(count, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling3D((2, 2, 2) if k else (1, 2, 2))(x)
    x = layers.GlobalAveragePooling3D()(x)
    return keras.Model(clips, layers.Dense(classes)(x))


def network_cases():
    return [((4, 8, 12, 3), 5, (3, 4)), ((8, 16, 8, 3), 4, (2, 3, 5))]


@once
def told(model, shape, classes, filters):
    """Say what a network does with clips, whatever its layers are called.

    Parameters
    ----------
    model : keras.Model
        The answer.
    shape : (int, int, int, int)
        Of a clip.
    classes : int
        Logits.
    filters : tuple of int
        Of each convolution.

    Returns
    -------
    dict

    Raises
    ------
    Refusal
        If it is no model from clips to one row of numbers each.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise Refusal("Return a `keras.Model`: `keras.Model(clips, …)`.")
    clips = np.random.default_rng(3).integers(0, 256, (CLIPS, *shape), dtype=np.uint8)
    inputs = getattr(model, "inputs", None) or ()  # a model of one's own class has none
    if len(inputs) > 1 or (inputs and len(model.outputs) != 1):
        raise Refusal("One thing goes in, clips, and one comes out: begin with `keras.Input`.")
    if inputs and tuple(inputs[0].shape[1:]) != tuple(shape):
        came = tuple(inputs[0].shape[1:])
        raise Refusal(f"The model takes clips of shape {tuple(shape)}. Yours takes {came}.")
    try:
        made = model(clips)  # whoever has no weights before has them now
    except Exception as error:
        raise Refusal(
            f"It is built, but stops when {CLIPS} clips run through it: {_first_line(error)} "
            "A mean over time keeps its axis by `keepdims=True`."
        ) from None
    sides = getattr(model.outputs[0] if inputs else made, "shape", None)
    if sides is None or len(sides) != 2:
        came = sides and tuple("N" if side is None else side for side in sides)
        raise Refusal(f"A row of {classes} numbers comes out for each clip. Yours: {came}.")
    model.set_weights([_drawn(w) for w in model.weights])
    last = clips.copy()
    last[:, [0, 1]] = clips[:, [1, 0]]
    out, other = (keras.ops.convert_to_numpy(model(x)) for x in (clips, last))
    sums = np.abs(out.sum(axis=1) - 1).max() < 1e-3
    return {
        "numbers that come out for a clip": out.shape[1],
        "weights that learn": sum(int(np.prod(w.shape)) for w in model.trainable_weights),
        "what comes out are": "shares that sum to 1" if sums else "logits",
        "two frames changed places, and the answer": "is the same"
        if np.allclose(out, other, atol=1e-5) else "is another",
        "with other weights, it says": out[0],
    } | _learning(model, clips)  # fmt: skip


def _first_line(error):
    return str(error).strip().split("\n")[0][:160]


def _drawn(weight):
    """Draw numbers for a weight by what it is and its shape, whatever stands before it."""
    kind, shape = weight.path.split("/")[-1], tuple(weight.shape)
    rng = np.random.default_rng(zlib.crc32(f"{kind} {shape}".encode()))
    drawn = (0.4 * rng.normal(size=shape)).astype(weight.dtype)
    return abs(drawn) + 0.5 if "variance" in kind else drawn


def _learning(model, clips):
    """Say what happens in training alone: what is left out, and what of old averages is kept."""
    from keras import ops

    def averages():
        return [ops.convert_to_numpy(w) for w in model.non_trainable_weights
                if "float" in w.dtype]  # fmt: skip

    answers, kept = [], [averages()]
    for _ in range(2):
        answers.append(ops.convert_to_numpy(model(clips, training=True)))
        kept.append(averages())
    shares = [np.median((c - b) / (b - a)) for a, b, c in zip(*kept, strict=True)
              if (a != b).all()]  # fmt: skip
    same = np.allclose(*answers, rtol=1e-3, atol=1e-4)
    return {
        "momentum of the batch normalisation": round(float(np.median(shares)), 2)
        if shares else "none",
        "in training, the same clips twice": "give one answer" if same else "give two answers",
    }  # fmt: skip


def _network(
    *, kernel=3, padding="same", pools=None, kind="MaxPooling3D", scale=1 / 128, centre=1,
    order="conv norm relu", head="GlobalAveragePooling3D", hidden=0, last=None, bias=False,
    turned=False, times=1, momentum=0.9, dropout=0,
):  # fmt: skip
    """Return the reference with some of its parts changed."""

    def build(shape, classes, filters):
        import keras
        from keras import layers, ops

        clips = x = keras.Input(shape)
        x = layers.Rescaling(scale)(x) if scale != 1 else x
        if centre == "steps":
            x = x[:, 1:] - x[:, :-1]
        elif centre is not None:
            x = x - ops.mean(x, axis=centre, keepdims=True)
        if turned:
            x = layers.Permute((2, 3, 1, 4))(x)
        for k, count in enumerate(filters):
            for part in order.split() * times:
                x = {
                    "conv": lambda n: layers.Conv3D(n, kernel, padding=padding, use_bias=bias),
                    "norm": lambda n: layers.BatchNormalization(momentum=momentum),
                    "relu": lambda n: layers.ReLU(),
                }[part](count)(x)
            x = getattr(layers, kind)((pools or ((1, 2, 2), (2, 2, 2)))[min(k, 1)])(x)
        x = getattr(layers, head)()(x)
        if hidden:
            x = layers.Dense(hidden, activation="relu")(x)
        x = layers.Dropout(dropout)(x) if dropout else x
        return keras.Model(clips, layers.Dense(classes, activation=last)(x))

    return build


def _frames_as_channels(shape, classes, filters):
    """Stack the frames of a clip as channels of one picture: time is gone after one layer."""
    import keras
    from keras import layers, ops

    frames, height, width, channels = shape
    clips = keras.Input(shape)
    x = layers.Rescaling(1 / 128)(clips)
    x = x - ops.mean(x, axis=1, keepdims=True)
    x = layers.Reshape((height, width, frames * channels))(layers.Permute((2, 3, 1, 4))(x))
    for count in filters:
        x = layers.Conv2D(count, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.MaxPooling2D()(layers.ReLU()(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(clips, layers.Dense(classes)(x))


C3D_MISTAKES = kept(
    {
        "as-images": _network(kernel=(1, 3, 3)),
        "pools-time-first": _network(pools=((2, 2, 2), (2, 2, 2))),
        "never-pools-time": _network(pools=((1, 2, 2), (1, 2, 2))),
        "time-first-space-later": _network(pools=((2, 1, 1), (2, 2, 2))),
        "time-last": _network(pools=((2, 2, 1), (2, 2, 2))),
        "kernel-not-through-columns": _network(kernel=(3, 3, 1)),
        "time-only": _network(kernel=(3, 1, 1)),
        "turned-axes": _network(turned=True, pools=((2, 2, 1), (2, 2, 2))),
        "frames-as-channels": _frames_as_channels,
        "softmax": _network(last="softmax"),
        "relu-at-the-end": _network(last="relu"),
        "no-relu": _network(order="conv norm"),
        "no-norm": _network(order="conv relu"),
        "no-norm-but-biases": _network(order="conv relu", bias=True),
        "norm-after-relu": _network(order="conv relu norm"),
        "relu-twice": _network(order="conv relu norm relu"),
        "norm-before-convolution": _network(order="norm conv relu"),
        "biases": _network(bias=True),
        "usual-momentum": _network(momentum=0.99),
        "usual-momentum-and-biases": _network(momentum=0.99, bias=True),
        "dropout": _network(dropout=0.5),
        "not-centred": _network(centre=None),
        "clips-mean": _network(centre=0),
        "frames-mean": _network(centre=(2, 3)),
        "mean-of-all": _network(centre=(1, 2, 3)),
        "one-mean": _network(centre=(1, 2, 3, 4)),
        "rows-mean": _network(centre=2),
        "columns-mean": _network(centre=3),
        "colours-mean": _network(centre=4),
        "differences": _network(centre="steps"),
        "no-scaling": _network(scale=1),
        "scaled-by-255": _network(scale=1 / 255),
        "scaled-by-127": _network(scale=1 / 127.5),
        "average-pooling": _network(kind="AveragePooling3D"),
        "flattened": _network(head="Flatten"),
        "global-maximum": _network(head="GlobalMaxPooling3D"),
        "hidden": _network(hidden=32),
        "two-convolutions": _network(times=2),
        "not-padded": _network(padding="valid", pools=((1, 1, 1), (1, 1, 1))),
    },
    key=lambda shape, classes, filters: (shape, classes, filters),
)
