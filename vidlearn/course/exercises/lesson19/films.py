"""Clips and heads of lesson 19: copies with true labels, and training on kept vectors."""

import numpy as np


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
    falling = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-len(vectors) // 4))
    model.compile(keras.optimizers.Adam(falling), loss, jit_compile=False)
    model.fit(vectors, labels, batch_size=4, epochs=epochs, verbose=0)
    found = predict_clips(model, asked)
    return found[:, -1] if found.ndim == 4 else found
