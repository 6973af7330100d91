"""The block that a TCN is stacked of, in Keras: what a frame may know, and the way around."""

import re

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises._over_time import takes_films
from vidlearn.course.exercises.lesson13.kept import kept, once

FRAMES = 16


def temporal_block(features, filters, kernel_size, dilation):
    """Convolve twice, back in time only; add what came in, by 1 x 1 where widths differ."""
    import keras
    from keras import layers

    x = y = keras.Input((None, features))
    for _ in range(2):
        y = layers.Conv1D(
            filters, kernel_size, padding="causal", dilation_rate=dilation, activation="relu"
        )(y)
    around = x if features == filters else layers.Conv1D(filters, 1)(x)
    return keras.Model(x, layers.ReLU()(layers.Add()([y, around])))


def block_cases():
    return [(4, 4, 3, 1), (3, 5, 2, 3), (6, 4, 3, 2)]


@once
def told(model, features, filters, kernel_size, dilation):
    """Say what a block does with films, whatever its layers are called.

    Parameters
    ----------
    model : keras.Model
        The answer.
    features, filters, kernel_size, dilation : int
        Numbers of a frame that go in and come out, frames that a kernel reads, and how far apart.

    Returns
    -------
    dict

    Raises
    ------
    Refusal
        If it is no model that takes one batch of films and puts out another.
    """
    takes_films(model, features)
    if not re.fullmatch(r"functional(_\d+)?", model.name):
        raise Refusal(
            f"Blocks are stacked, and Keras takes each name once: leave `name={model.name!r}` out."
        )
    run = _settled(model, 0.25)
    film = np.random.default_rng(6).normal(size=(2, FRAMES, features)).astype("float32")
    out = run(film)
    found = {
        "the shape, for a film of 16 frames": ("N", *out.shape[1:]),
        "weights": sum(int(np.prod(w.shape)) for w in model.trainable_weights),
    }
    if out.shape[:2] != film.shape[:2]:
        return found
    found["frame 8 depends on frames"] = _reads(run, film, out)
    return found | {"with other weights, frame 8 is": _settled(model, 0)(film)[:, 8].round(3)}


def _settled(model, shift):
    """Give equal weights to equal shapes, so that the order of the layers does not matter."""
    from keras import ops

    def drawn(shape):
        core = shape[1:] if shape[:1] == (1,) else shape  # a kernel of width 1 is a dense layer
        rng = np.random.default_rng([19, *core])
        spread = np.sqrt(max(1, np.prod(shape[:-1])))
        return shift + rng.normal(size=shape) / spread

    model.set_weights([drawn(w.shape) for w in model.weights])
    return lambda x: ops.convert_to_numpy(model(x))


def _reads(run, film, out):
    """List the frames on which frame 8 depends: change each of them, and look."""
    count = film.shape[1]
    moved = np.repeat(film[:1], count, axis=0)
    moved[np.arange(count), np.arange(count)] += 2.0
    gap = np.abs(run(moved)[:, 8] - out[0, 8]).max(axis=-1)
    return np.flatnonzero(gap > 1e-5).tolist()


def _block(
    *, padding=("causal", "causal"), times=(1, 1), second="conv", around="fit", relus=(True, True),
    last=True, norm=None, third=None, projected=False, bias=True,
):  # fmt: skip
    """Return the reference with some of its parts changed; `times` are those of the dilation."""

    def build(features, filters, kernel_size, dilation):
        import keras
        from keras import layers

        x = keras.Input((None, features))
        y = layers.Conv1D(filters, 1)(x) if projected and features != filters else x
        start = y
        for k, (pad, more) in enumerate(zip(padding, times, strict=True)):
            if k and second != "conv":
                y = getattr(layers, second)(filters, return_sequences=True)(y)
            else:
                step = more * dilation or 1
                options = {"padding": pad, "dilation_rate": step, "use_bias": bias}
                y = layers.Conv1D(filters, kernel_size, **options)(y)
                y = getattr(layers, norm)()(y) if norm else y
            y = layers.ReLU()(y) if relus[k] else y
        y = getattr(layers, third)(filters, return_sequences=True)(y) if third else y
        if around == "fit":
            way = start if start.shape[-1] == filters else layers.Conv1D(filters, 1)(x)
        elif around == "always":
            way = layers.Conv1D(filters, 1)(x)
        elif around == "wide":
            way = x if features == filters else layers.Conv1D(filters, 3, padding="causal")(x)
        elif around == "bare":
            way = x
        elif around == "concat":
            return keras.Model(x, layers.ReLU()(layers.Concatenate()([y, x])))
        y = layers.Add()([y, way]) if around else y
        return keras.Model(x, layers.ReLU()(y) if last and around else y)

    return build


SAME, GRU = {"padding": ("same", "same")}, {"second": "GRU", "relus": (True, False)}
as_given = _block(**SAME, **GRU, around=None)
"""The function to repair: it looks ahead, a GRU remembers, and there is no way around."""

BLOCK_MISTAKES = kept(
    {
        "as-given": as_given,
        # one of three mended, or two
        "gru": _block(**GRU),
        "gru-ahead": _block(**SAME, **GRU),
        "gru-no-way-around": _block(**GRU, around=None),
        "gru-kept": _block(third="GRU"),
        "gru-gone": _block(padding=("same",), times=(1,), around=None),
        "gru-gone-causal": _block(padding=("causal",), times=(1,), around=None),
        "lstm": _block(second="LSTM", relus=(True, False)),
        "simple-rnn": _block(second="SimpleRNN", relus=(True, False)),
        "ahead": _block(**SAME),
        "one-ahead": _block(padding=("same", "causal")),
        "ahead-no-way-around": _block(**SAME, around=None),
        "no-way-around": _block(around=None),
        # new ones
        "no-dilation": _block(times=(0, 0)),
        "one-dilated": _block(times=(1, 0)),
        "second-dilated": _block(times=(0, 1)),
        "doubled": _block(times=(1, 2)),
        "no-projection": _block(around="bare"),
        "concatenated": _block(around="concat"),
        "always-projected": _block(around="always"),
        "projected-first": _block(projected=True),
        "wide-projection": _block(around="wide"),
        "one-convolution": _block(padding=("causal",), times=(1,)),
        "three-convolutions": _block(
            padding=("causal",) * 3, times=(1, 1, 1), relus=(True, True, True)
        ),
        "no-relu": _block(relus=(False, False)),
        "relu-missing": _block(relus=(True, False)),
        "first-relu-missing": _block(relus=(False, True)),
        "no-relu-at-the-end": _block(last=False),
        "valid": _block(padding=("valid", "valid"), around=None),
        "no-bias": _block(bias=False),
        "norm": _block(norm="LayerNormalization"),
        "batch-norm": _block(norm="BatchNormalization"),
    },
    key=lambda *sizes: sizes,
)
