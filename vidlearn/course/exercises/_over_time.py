"""What a network does with films of vectors, told whatever its layers are called."""

import numpy as np

from vidlearn.course.exercises import Refusal

FRAMES, NOW = 16, 8


def told_of_films(model, features, *, seed):
    """Give a network fixed weights, then films; change one frame at a time.

    Parameters
    ----------
    model : keras.Model
        The answer.
    features : int
        Numbers of a frame that go in, F.
    seed : int
        Of the weights and the films.

    Returns
    -------
    dict
        The shape of what comes out, the number of weights, the frames on which frame 8 depends,
        and what is said of frame 8.

    Raises
    ------
    Refusal
        If it is no model that takes one batch of films (N, T, F) and puts out one other thing.
    """
    takes_films(model, features)
    run = _settled(model, seed)
    film = np.random.default_rng(seed).normal(size=(2, FRAMES, features)).astype("float32")
    out = run(film)
    found = {
        "the shape, for a film of 16 frames": ("N", *out.shape[1:]),
        "weights": sum(int(np.prod(w.shape)) for w in model.trainable_weights),
    }
    if out.shape[:2] != film.shape[:2]:
        return found | {"with other weights, it says": out.reshape(2, -1)[:, :2].round(3)}
    found["frame 8 depends on frames"] = _reads(run, film, out)
    return found | {"with other weights, frame 8 is": out[:, NOW].round(3)}


def takes_one(model, name):
    """Refuse what is no model with one input and one output; return the input's shape.

    Parameters
    ----------
    model : object
        The answer.
    name : str
        What goes in: "films" or "pictures".

    Returns
    -------
    tuple
        With None for what may be any.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise Refusal("Return a `keras.Model`: `keras.Model(x, …)`.")
    if len(getattr(model, "inputs", None) or ()) != 1 or len(model.outputs) != 1:
        raise Refusal(f"One thing goes in, {name}, and one comes out: begin with `keras.Input`.")
    return tuple(model.inputs[0].shape)


def takes_films(model, features):
    """Refuse what does not take films of vectors (N, T, F), T any."""
    shape = takes_one(model, "films")
    if len(shape) != 3 or shape[1] is not None or shape[2] != features:
        raise Refusal(
            f"Films of any length go in, (N, T, {features}): `keras.Input((None, features))`. "
            f"Yours takes {shape}."
        )


def _settled(model, seed):
    """Give equal weights to equal shapes, so that the order of the layers does not matter."""
    from keras import ops

    def drawn(shape):
        core = shape[1:] if shape[:1] == (1,) else shape  # a kernel of width 1 is a dense layer
        rng = np.random.default_rng([seed, *core])
        return rng.normal(size=shape) / np.sqrt(max(1, np.prod(shape[:-1]))) * 1.5

    model.set_weights([drawn(w.shape) for w in model.weights])
    return lambda x: ops.convert_to_numpy(model(x, training=False))


def _reads(run, film, out):
    """List the frames on which frame 8 depends: change each of them, and look."""
    moved = np.repeat(film[:1], FRAMES, axis=0)
    moved[np.arange(FRAMES), np.arange(FRAMES)] += 3.0
    gap = np.abs(run(moved)[:, NOW] - out[0, NOW]).max(axis=-1)
    return np.flatnonzero(gap > 1e-6).tolist()
