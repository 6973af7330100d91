"""A network that looks ahead, in Keras: what goes in, what comes out, and from where it counts."""

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson13.kept import kept, once

PATHS = 7  # at once: another number than any side of the cases


def forecaster(past, future, units):
    """Read the steps of a path with an LSTM; say where it goes, from its last place."""
    import keras
    from keras import layers

    places = keras.Input((past, 2))
    steps = places[:, 1:] - places[:, :-1]
    x = layers.LSTM(units)(steps)
    x = layers.Dense(2 * future)(x)
    ahead = layers.Reshape((future, 2))(x)
    return keras.Model(places, places[:, -1:] + ahead)


def forecast_cases():
    return [(3, 2, 4), (5, 3, 6), (6, 4, 3)]


@once
def told(model, past, future, units):
    """Say what a network does with paths, whatever its layers are called.

    Parameters
    ----------
    model : keras.Model
        The answer.
    past, future : int
        Frames in, frames out.
    units : int
        Of the LSTM.

    Returns
    -------
    dict

    Raises
    ------
    Refusal
        If it is no model that takes one batch of paths and puts out another.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise Refusal("Return a `keras.Model`: `keras.Model(places, …)`.")
    if len(getattr(model, "inputs", None) or ()) != 1:
        raise Refusal("The model takes one thing: begin with `keras.Input((past, 2))`.")
    if tuple(model.inputs[0].shape) != (None, past, 2):
        shape = tuple(model.inputs[0].shape)
        raise Refusal(f"The model takes paths of shape (N, {past}, 2). Yours takes {shape}.")
    out = getattr(model, "output", None)  # a Sequential has none
    if isinstance(out, list | tuple | dict) or len(model.outputs) != 1:
        raise Refusal("One thing comes out: (N, future, 2) places.")
    shape = ", ".join("N" if side is None else str(side) for side in model.outputs[0].shape)
    count = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    _refuse_mixed(model, past, future)
    weights = f"weights, of one LSTM of {units} units and one dense layer"
    return {"the shape": f"({shape})", weights: count} | _behaviour(model, past)


def _refuse_mixed(model, past, future):
    """Refuse a network that works with some numbers of paths and not with others."""

    def stops(count):
        try:
            return len(model(np.ones((count, past, 2), "float32"))) != count
        except Exception:  # of whatever layer; what is said tells it apart
            return True

    if not stops(PATHS):
        return
    if stops(1):
        raise Refusal(f"It cannot take paths: neither one, (1, {past}, 2), nor {PATHS} at once.")
    also = f" or {future}" if not stops(future) else ""
    raise Refusal(f"It works with 1{also} of these paths at once, and not with {PATHS}.")


def _behaviour(model, past):
    """Where it counts from, whether it minds the place, what bounds it, and some numbers."""
    from keras import ops

    rng = np.random.default_rng(9)
    path = np.cumsum(rng.normal(1, 2, (PATHS, past, 2)), axis=1).astype("float32")

    def run(x):
        return ops.convert_to_numpy(model(np.asarray(x, "float32")))[2]  # one in their midst

    kinds = [w.shape for w in model.weights]
    model.set_weights([np.zeros(shape) for shape in kinds])
    rest = run(path)
    model.set_weights([0.5 * rng.normal(size=shape) for shape in kinds])
    shifted = path + np.array([40, -25], "float32")
    moved = run(shifted) - run(path)
    ahead = run(path)
    model.set_weights(
        [0.5 * rng.normal(size=shape) for shape in kinds[:-2]]
        + [90 * rng.normal(size=shape) for shape in kinds[-2:]]
    )
    wide = run(path) - run(path * 0)
    return {
        "with all weights 0, the future": rest,
        "a path moved by (40, -25) moves its future by": np.round(moved, 3),
        "with other weights, the future": ahead,
        "with large weights, it goes": "far" if np.abs(wide).max() > 30 else "not far",
    }


def _network(
    *, read="steps", origin="last", layer="LSTM", states=False, more=False, active=None,
    flat=False, turned=False, one=False, bias=True, summed=False,
):  # fmt: skip
    """Return the reference with some of its parts changed."""

    def build(past, future, units):
        import keras
        from keras import layers, ops

        places = keras.Input((past, 2))
        taken = {
            "steps": lambda: places[:, 1:] - places[:, :-1],
            "places": lambda: places,
            "from last": lambda: places - places[:, -1:],
            "backwards": lambda: places[:, :-1] - places[:, 1:],
            "across": lambda: places[:, :, 1:] - places[:, :, :-1],
        }
        x = getattr(layers, layer)(units, return_sequences=states or more)(taken[read]())
        if more:
            x = layers.LSTM(units)(x)
        if states:
            x = layers.Flatten()(x)
        count = 1 if one else future
        x = layers.Dense(2 * count, activation=active, use_bias=bias)(x)
        if not flat:
            x = layers.Reshape((2, count) if turned else (count, 2))(x)
            x = layers.Permute((2, 1))(x) if turned else x
            x = ops.cumsum(x, axis=1) if summed else x
        start = {"last": places[:, -1:], "first": places[:, :1], "no frames": places[:, -1]}.get(
            origin
        )
        if flat:
            start = layers.Flatten()(ops.repeat(start, future, axis=1))
        return keras.Model(places, x if start is None else start + x)

    return build


FORECAST_MISTAKES = kept(
    {
        "absolute-in": _network(read="places"),
        "absolute-out": _network(origin=None),
        "absolute": _network(read="places", origin=None),
        "first-place": _network(origin="first"),
        "no-frames": _network(origin="no frames"),
        "backwards": _network(read="backwards"),
        "across": _network(read="across"),
        "from-last": _network(read="from last"),
        "all-states": _network(states=True),
        "two-layers": _network(more=True),
        "gru": _network(layer="GRU"),
        "simple": _network(layer="SimpleRNN"),
        "bounded": _network(active="tanh"),
        "rectified": _network(active="relu"),
        "flat": _network(flat=True),
        "transposed": _network(turned=True),
        "one-ahead": _network(one=True),
        "no-bias": _network(bias=False),
        "summed": _network(summed=True),
    },
    key=lambda past, future, units: (past, future, units),
)
