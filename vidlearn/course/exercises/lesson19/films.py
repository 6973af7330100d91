"""Clips, films and heads of lesson 19: more of them, kept vectors, and training on these."""

from functools import cache

import numpy as np

SEEDS = {"learn": 190000, "val": 18800, "test": 18900}
BATCH = 8  # films that a head sees in a step


@cache
def long_films(part):
    """Make the films that heads learn from and are judged by; made once in a process.

    Parameters
    ----------
    part : str
        "learn", for heads, with people that the training has; "val" and "test" with people never
        seen: the first of each are those of lesson 18.

    Returns
    -------
    list of vidlearn.synthetic.Activity
    """
    from vidlearn.course.presets import choose
    from vidlearn.synthetic import activity

    side = choose(tiny=32, cpu=48, gpu=112)
    learn, rest = choose(
        tiny=((8, 80), (2, 160)), cpu=((96, 200), (16, 400)), gpu=((240, 300), (24, 600))
    )
    world, (many, frames) = ("seen", learn) if part == "learn" else ("unseen people", rest)
    return [
        activity(frames, size=(side, side), seed=SEEDS[part] + k, world=world) for k in range(many)
    ]


def seen_by(model, films):
    """Let a network's CNN look at every frame of some films of one length.

    Parameters
    ----------
    model : keras.Model
        As `film_vectors` takes it.
    films : list of vidlearn.synthetic.Activity
        N films.

    Returns
    -------
    vectors : ndarray
        (N, T, F) float32.
    labels : ndarray
        (N, T).
    """
    from vidlearn.course.exercises._films import film_vectors

    vectors = [film_vectors(model, film.frames) for film in films]
    return np.stack(vectors), np.stack([film.labels for film in films])


def both_hands(actions):
    """Return clips and their mirror images, where left and right change names.

    Parameters
    ----------
    actions : vidlearn.synthetic.Actions
        N clips of `vidlearn.synthetic.TIMED`.

    Returns
    -------
    frames : ndarray
        (2 N, T, H, W, 3) uint8.
    labels : ndarray
        (2 N,)
    """
    mirror = actions.mirrored()
    return (
        np.concatenate([actions.frames, mirror.frames]),
        np.concatenate([actions.labels, mirror.labels]),
    )


def labels_learned(model, vectors, labels, asked, *, loss, epochs, rate, seed=0):
    """Train a head on kept vectors of whole films, and ask it about others.

    Parameters
    ----------
    model : keras.Model
        Takes (N, T, F), gives logits (N, T, K), or in S stages (N, S, T, K). It is trained.
    vectors, labels : ndarray
        (N, T, F), and (N, T).
    asked : ndarray
        (M, T, F) of the films to be labelled.
    loss : callable
        Of labels and logits.
    epochs : int
        How often each film is seen.
    rate : float
        Highest rate, which falls along a cosine.
    seed : int
        Of the order.

    Returns
    -------
    ndarray
        (M, T, K) probabilities, of the last stage.
    """
    import keras

    from vidlearn.models import predict_clips

    keras.utils.set_random_seed(seed)
    falling = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-len(vectors) // BATCH))
    model.compile(keras.optimizers.Adam(falling), loss, jit_compile=False)
    model.fit(vectors, labels, batch_size=BATCH, epochs=epochs, verbose=0)
    found = predict_clips(model, asked)
    return found[:, -1] if found.ndim == 4 else found
