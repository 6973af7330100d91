"""A head that labels every frame, in Keras: what goes in, what comes out, and what it may know."""

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson13.kept import kept, once

FRAMES = 6


def frame_labeller(features, units, classes):
    """Read a film's vectors with a GRU, and say at each frame what it shows: logits."""
    import keras
    from keras import layers

    vectors = keras.Input((None, features))
    x = layers.GRU(units, return_sequences=True)(vectors)
    return keras.Model(vectors, layers.Dense(classes)(x))


def labeller_cases():
    return [(3, 4, 2), (5, 3, 4), (2, 6, 3)]


@once
def told(model, features, units, classes):
    """Say what a labeller does with films, whatever its layers are called.

    Parameters
    ----------
    model : keras.Model
        The answer.
    features, units, classes : int
        Numbers that stand for a frame, units of the GRU, number of classes.

    Returns
    -------
    dict

    Raises
    ------
    Refusal
        If it is no model that takes one batch of films and puts out another.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise Refusal("Return a `keras.Model`: `keras.Model(vectors, …)`.")
    if len(getattr(model, "inputs", None) or ()) != 1:
        raise Refusal("One thing goes in: begin with `keras.Input((None, features))`.")
    shape = tuple(model.inputs[0].shape)
    if len(shape) != 3 or shape[2] != features:
        raise Refusal(f"Films of vectors go in, (N, T, {features}). Yours takes {shape}.")
    if shape[1] is not None:
        raise Refusal(
            f"Films have any length, yours must have {shape[1]} frames. Leave the length open: "
            "`keras.Input((None, features))`."
        )
    if len(model.outputs) != 1:
        raise Refusal(f"One thing comes out, (N, T, {classes}). Yours puts out several.")
    model = _in_kerass_form(model)
    shape = ", ".join("N" if side is None else str(side) for side in _shape(model, features))
    count = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    weights = f"weights, of one GRU of {units} units and one dense layer"
    return {"the shape, for films of 6 frames": f"({shape})", weights: count} | _behaviour(
        model, features
    )


def _in_kerass_form(model):
    """Put the GRU of Keras in place of the paper's, which is as right: it has another bias."""
    from keras import layers, models

    def made(layer):
        config = layer.get_config()
        return type(layer).from_config(config | {"reset_after": True} if papers(layer) else config)

    def papers(layer):
        return isinstance(layer, layers.GRU) and not layer.reset_after

    if not any(papers(layer) for layer in model.layers):
        return model
    return models.clone_model(model, clone_function=made)


def _shape(model, features):
    try:
        return (None, *np.shape(model(np.ones((2, FRAMES, features), "float32")))[1:])
    except Exception as error:
        raise Refusal(
            f"It cannot take films of {FRAMES} frames, (2, {FRAMES}, {features})."
        ) from error


def _behaviour(model, features):
    """What a frame may know of: itself, those before, those after; and some numbers."""
    from keras import ops

    rng = np.random.default_rng(5)
    film = rng.normal(size=(2, FRAMES, features)).astype("float32")

    def run(x):
        return ops.convert_to_numpy(model(x))

    model.set_weights([0.7 * rng.normal(size=w.shape) for w in model.weights])
    out = run(film)
    if out.shape[:2] != (2, FRAMES):
        return {"one frame's numbers": np.round(out.reshape(2, -1)[0, :3], 4)}

    def minds(changed, seen):
        other = film.copy()
        other[:, changed] += 1
        gap = np.abs(run(other) - out)[:, seen].max(axis=-1).max(axis=0)
        return "yes" if (gap > 1e-6).all() else "no"

    sums = np.abs(out.sum(axis=-1) - 1).max() < 1e-4
    other = film.copy()
    other[1] += 1
    return {
        "each frame minds itself": minds(2, [2]),
        "a frame minds those after it": minds(3, [0, 1, 2]),
        "a frame minds those long before it": minds(0, [4, 5]),
        "a film minds the other films": "yes" if np.abs(run(other) - out)[0].max() > 1e-6 else "no",
        "what comes out adds up to 1": "yes" if sums else "no",
        "of a film's first frames": np.round(out[0, :2], 3),
    }


def _labeller(
    *, layer="GRU", every=True, both=None, backwards=False, active=None, hidden=False, first=False,
    memory=True, bias=True, time_axis=False, mean=False, dense=True, again=False, after=None,
    swap=lambda features, units, classes: (units, classes),
):  # fmt: skip
    """Return the reference with some of its parts changed."""

    def build(features, units, classes):
        import keras
        from keras import layers

        vectors = keras.Input((None, features))
        units, classes = swap(features, units, classes)
        share = max(1, units // 2) if both == "half" else units

        def read(x):
            gate = getattr(layers, layer)(share, return_sequences=every, go_backwards=backwards)
            return layers.Bidirectional(gate)(x) if both else gate(x)

        x = layers.Dense(units, activation="relu")(vectors) if first else vectors
        x = read(x) if memory else layers.Dense(units, activation="tanh")(x)
        x = read(x) if again else x
        if mean:
            x = layers.GlobalAveragePooling1D()(x)
        if hidden:
            x = layers.Dense(units, activation="relu")(x)
        if dense:
            x = layers.Dense(classes, use_bias=bias, activation=after)(x)
        if active:
            x = layers.Softmax(axis=1 if time_axis else -1)(x)
        return keras.Model(vectors, x)

    return build


LABELLER_MISTAKES = kept(
    {
        "last-state": _labeller(every=False),
        "mean": _labeller(mean=True),
        "softmax": _labeller(active="softmax"),
        "softmax-over-time": _labeller(active="softmax", time_axis=True),
        "sigmoid": _labeller(after="sigmoid"),
        "relu": _labeller(after="relu"),
        "both-ways": _labeller(both="whole"),
        "both-ways-half": _labeller(both="half"),
        "backwards": _labeller(backwards=True),
        "no-memory": _labeller(memory=False),
        "no-dense": _labeller(dense=False, swap=lambda f, u, c: (c, c)),
        "swapped": _labeller(swap=lambda f, u, c: (c, u)),
        "as-many-as-features": _labeller(swap=lambda f, u, c: (f, c)),
        "lstm": _labeller(layer="LSTM"),
        "simple": _labeller(layer="SimpleRNN"),
        "hidden": _labeller(hidden=True),
        "dense-first": _labeller(first=True),
        "two-layers": _labeller(again=True),
        "no-bias": _labeller(bias=False),
        "last-state-softmax": _labeller(every=False, active="softmax"),
        "both-ways-softmax": _labeller(both="whole", active="softmax"),
        "both-ways-half-softmax": _labeller(both="half", active="softmax"),
        "both-ways-last": _labeller(both="whole", every=False),
    },
    key=lambda features, units, classes: (features, units, classes),
)
