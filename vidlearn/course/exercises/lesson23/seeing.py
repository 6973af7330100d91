"""A U-Net in Keras: what it must keep on its way down, and how it goes wrong."""

import zlib

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises._over_time import takes_one
from vidlearn.course.exercises.lesson13.kept import kept, once


def unet(filters):
    """Go down and keep what was seen at each size; come up and lay it beside."""
    import keras
    from keras import layers

    def twice(x, count):
        for _ in range(2):
            x = layers.Conv2D(count, 3, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization(momentum=0.9)(x)
            x = layers.ReLU()(x)
        return x

    pictures = keras.Input((None, None, 4))
    x, seen = layers.Rescaling(1 / 128, offset=-1)(pictures), []
    for count in filters[:-1]:
        x = twice(x, count)
        seen.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = twice(x, filters[-1])
    for count in filters[-2::-1]:
        x = layers.UpSampling2D(2)(x)
        x = layers.Concatenate()([seen.pop(), x])
        x = twice(x, count)
    return keras.Model(pictures, layers.Conv2D(1, 1)(x))


def unet_cases():
    return [((3, 5),), ((2, 4, 6),)]


@once
def told(model, filters):
    """Say what a network does with pictures and hints, whatever its layers are called.

    Parameters
    ----------
    model : keras.Model
        The answer.
    filters : tuple of int
        At each size.

    Returns
    -------
    dict

    Raises
    ------
    Refusal
        If it is no model from pictures with four channels, of any size, to one map.
    """
    import keras

    shape = takes_one(model, "pictures")
    if shape != (None, None, None, 4):
        raise Refusal(
            "Pictures of any size go in, four channels deep: `keras.Input((None, None, 4))`. "
            f"Yours takes {shape}."
        )
    side = 2 ** len(filters)
    pictures = np.random.default_rng(5).integers(0, 256, (2, side, 2 * side, 4)).astype(np.float32)
    model.set_weights([_drawn(w) for w in model.weights])
    try:
        out = keras.ops.convert_to_numpy(model(pictures, training=False))
    except Exception as error:
        if "Concatenate" in str(error):
            raise Refusal(
                "What is laid beside must be of one size: it grows first, and the last one kept is "
                "the first to come back, `seen.pop()`."
            ) from None
        first = str(error).strip().split("\n")[0][:160]
        raise Refusal(f"It is built, but stops when pictures run through it: {first}") from None
    found = {
        f"the shape, for pictures of {side} x {2 * side}": ("N", *out.shape[1:]),
        "weights that learn": sum(int(np.prod(w.shape)) for w in model.trainable_weights),
    }
    if out.shape != (*pictures.shape[:3], 1):
        return found
    reads = []
    for channel in range(4):
        other = pictures.copy()
        other[..., channel] = 255 - other[..., channel]
        changed = keras.ops.convert_to_numpy(model(other, training=False))
        reads += [channel] if np.abs(changed - out).max() > 1e-6 else []
    found["channels on which it depends"] = reads
    below = bool((out < 0).any() or (out > 1).any())
    found["what comes out may lie"] = "anywhere" if below else "between 0 and 1 only"
    return found | {"with other weights, it says": out[0, ::3, 0, 0].round(4)}


def _drawn(weight):
    """Draw numbers for a weight by what it is and its shape, whatever stands before it."""
    kind, shape = weight.path.split("/")[-1], tuple(weight.shape)
    rng = np.random.default_rng(zlib.crc32(f"{kind} {shape}".encode()))
    if len(shape) == 4:
        return (2 * rng.normal(size=shape) / np.sqrt(np.prod(shape[:3]))).astype(np.float32)
    drawn = 0.2 * rng.normal(size=shape).astype(np.float32)
    return drawn + {"gamma": 1, "beta": 0.5, "moving_variance": 0.6}.get(kind, 0)


def _net(
    *, channels=4, beside="before", last=None, scaled=(1 / 128, -1), pool="MaxPooling2D",
    up="UpSampling2D", norm=True, rounds=2, size=3, bias=False, relu=True, hidden=False,
    answers=1, dense=False,
):  # fmt: skip
    """Return the reference with some of its parts changed."""

    def build(filters):
        import keras
        from keras import layers

        def several(x, count):
            for _ in range(rounds):
                x = layers.Conv2D(count, size, padding="same", use_bias=bias)(x)
                x = layers.BatchNormalization(momentum=0.9)(x) if norm else x
                x = layers.ReLU()(x) if relu else x
            return x

        def halved(x, count):
            if pool == "strides":
                return layers.Conv2D(count, 3, 2, padding="same")(x)
            return getattr(layers, pool)(2)(x)

        def doubled(x, count):
            if up == "Conv2DTranspose":
                return layers.Conv2DTranspose(count, 2, 2)(x)
            return layers.UpSampling2D(2, interpolation=up if up[0] == "b" else "nearest")(x)

        x = pictures = keras.Input((None, None, 4))
        x = layers.Rescaling(*scaled)(x) if scaled else x
        x, seen = x[..., :channels] if channels < 4 else x, []
        for count in filters[:-1]:
            x = several(x, count)
            seen.append(x)
            x = halved(x, count)
        x = several(x, filters[-1])
        for count, old in zip(filters[-2::-1], seen[::-1], strict=True):
            x = doubled(x, count)
            x = layers.Concatenate()([old, x]) if beside == "before" else x
            x = layers.Concatenate()([x, old]) if beside == "after" else x
            x = several(x, count)
            x = layers.Add()([old, x]) if beside == "added" else x
            x = layers.Concatenate()([old, x]) if beside == "behind" else x
        x = layers.Dense(filters[0], activation="relu")(x) if hidden else x
        if dense:
            return keras.Model(pictures, layers.Dense(answers)(x))
        return keras.Model(pictures, layers.Conv2D(answers, 1, activation=last)(x))

    return build


BLIND, FORGETS, SQUEEZED = {"channels": 3}, {"beside": None}, {"last": "sigmoid"}
as_given = _net(**BLIND, **FORGETS, **SQUEEZED)
"""The network to repair: no hint, nothing kept, and squeezed before a loss that squeezes."""

UNET_MISTAKES = kept(
    {
        "as-given": as_given,
        # one of three mended, or two
        "forgets-squeezed": _net(**FORGETS, **SQUEEZED),
        "blind-squeezed": _net(**BLIND, **SQUEEZED),
        "blind-forgets": _net(**BLIND, **FORGETS),
        "squeezed": _net(**SQUEEZED),
        "forgets": _net(**FORGETS),
        "blind": _net(**BLIND),
        # new ones
        "added": _net(beside="added"),
        "behind": _net(beside="behind"),
        "added-squeezed": _net(beside="added", last="sigmoid"),
        "tanh": _net(last="tanh"),
        "softmax": _net(last="softmax"),
        "relu-at-the-end": _net(last="relu"),
        "other-order": _net(beside="after"),
        "unscaled": _net(scaled=None),
        "other-scale": _net(scaled=(1 / 255,)),
        "dense": _net(dense=True),
        "mean-pool": _net(pool="AveragePooling2D"),
        "strides": _net(pool="strides"),
        "transposed": _net(up="Conv2DTranspose"),
        "smooth": _net(up="bilinear"),
        "no-norm": _net(norm=False),
        "once": _net(rounds=1),
        "kernel-1": _net(size=1),
        "bias": _net(bias=True),
        "no-relu": _net(relu=False),
        "hidden": _net(hidden=True),
        "two-maps": _net(answers=2),
    },
    key=lambda filters: filters,
)
