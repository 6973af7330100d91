"""Films and clips of lesson 19: copies with true labels, vectors of whole films, heads on them."""

import numpy as np

BACK = 2  # frames that a moment's differences reach back


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


def film_vectors(model, frames):
    """Let a network's CNN look at every moment of a film of any length.

    Windows overlap by as many frames as a moment's differences reach back, so that none of them
    misses its past.

    Parameters
    ----------
    model : keras.Model
        Takes clips of L frames; what a moment is to its layers over time comes out of "vectors".
    frames : ndarray
        (T, H, W, 3) uint8.

    Returns
    -------
    ndarray
        (T, F) float32.
    """
    from vidlearn.models import frame_vectors

    length, total = model.input_shape[1], len(frames)
    starts = np.array([0, *range(length - BACK, total - BACK, length - BACK)])
    at = np.minimum(starts[:, None] + np.arange(length), total - 1)
    vectors = frame_vectors(model, frames[at])
    parts = [vectors[0], *(each[BACK:] for each in vectors[1:])]
    return np.concatenate(parts)[:total]


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
