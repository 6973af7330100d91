"""How networks of lesson 22 learn: windows of generated films, seen again and again, mirrored."""

from functools import cache

import numpy as np

FRAMES, BATCH = 64, 8


@cache
def windows(part):
    """Make windows of edited films with what is to be said of each frame.

    Parameters
    ----------
    part : {"learn", "look"}
        To learn from, and others to look at.

    Returns
    -------
    frames : ndarray
        (N, 64, 27, 48, 3) uint8.
    targets : ndarray
        (N, 64, 2) float32, as `vidlearn.synthetic.targets` gives them.
    """
    from vidlearn.course.presets import choose
    from vidlearn.synthetic import training_windows

    count = {"learn": choose(tiny=8, cpu=800, gpu=8000), "look": 8}[part]
    odds = {"cut": 0.5, "dissolve": 0.24, "fade": 0.1, "wipe": 0.16}
    seed = {"learn": 221, "look": 222}[part]
    made = list(training_windows(count, FRAMES, seed=seed, transitions=odds, lengths=(4, 80)))
    return (
        np.stack([window for window, _, _ in made]),
        np.stack([np.stack(marks, axis=-1) for _, *marks in made]),
    )


def each_frame(cnn, *, name="vectors"):
    """Let a CNN look at every frame of a film, all of them as one batch.

    Parameters
    ----------
    cnn : keras.Model
        Takes pictures (N, H, W, 3), returns vectors (N, F).
    name : str
        Of the layer.

    Returns
    -------
    keras.layers.Layer
        Takes films (N, T, H, W, 3), returns (N, T, F); T may be any.
    """
    import keras
    from keras import ops

    class EachFrame(keras.layers.Layer):
        def __init__(self):
            super().__init__(name=name)
            self.cnn = cnn

        def call(self, film, training=None):
            pictures = ops.reshape(film, (-1, *film.shape[2:]))
            vectors = self.cnn(pictures, training=training)
            return ops.reshape(vectors, (*ops.shape(film)[:2], vectors.shape[-1]))

    return EachFrame()


def learn_scores(build, data, *, epochs, rate=3e-3, seed=0, name):
    """Train a network to give two scores of each frame; a bar, and a file to go on from.

    Half of the windows are mirrored and half have their colours exchanged, by the toss of a coin.

    Parameters
    ----------
    build : callable
        Takes nothing, returns a keras.Model that gives logits (N, T, 2).
    data : (ndarray, ndarray)
        Frames (N, T, H, W, 3) and targets (N, T, 2).
    epochs : int
        How often each window is seen.
    rate : float
        Highest rate; it rises in the first tenth and falls along a cosine.
    seed : int
        Of weights, order and draws.
    name : str
        Of the training, for the file that it goes on from.

    Returns
    -------
    keras.Model
    """
    import keras

    from vidlearn.course.presets import preset
    from vidlearn.course.training import keras_checkpoint, keras_progress
    from vidlearn.models import boundary_loss

    frames, targets = data

    class Batches(keras.utils.PyDataset):
        epoch = 0

        def __len__(self):
            return -(-len(frames) // BATCH)

        def on_epoch_end(self):
            self.epoch += 1

        def __getitem__(self, k):
            order = np.random.default_rng([seed, self.epoch]).permutation(len(frames))
            some = order[k * BATCH : (k + 1) * BATCH]
            rng = np.random.default_rng([seed, self.epoch, k])
            x = frames[some]
            for n in range(len(x)):
                x[n] = x[n, :, :, ::-1] if rng.random() < 0.5 else x[n]
                x[n] = x[n][..., rng.permutation(3)] if rng.random() < 0.5 else x[n]
            return x, targets[some]

    keras.utils.set_random_seed(seed)
    model, batches = build(), Batches()
    steps = epochs * len(batches)
    rising = max(steps // 10, 1)
    rates = keras.optimizers.schedules.CosineDecay(
        rate / 20, max(steps - rising, 1), alpha=0.05, warmup_target=rate, warmup_steps=rising
    )
    gpu = bool(keras.distribution.list_devices("gpu"))
    model.compile(
        keras.optimizers.Adam(rates, clipnorm=10.0),
        boundary_loss,
        jit_compile="auto" if gpu else False,
    )
    keep = keras_checkpoint(f"{name}-{preset()}-{seed}")
    model.fit(batches, epochs=epochs, verbose=0, callbacks=[keras_progress(), keep])
    return model


def order_lost(frames, *, span=16, seed=0):
    """Shuffle the frames of a film within stretches, and say how to put scores back.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3).
    span : int
        Frames of a stretch.
    seed : int

    Returns
    -------
    shuffled : ndarray
        (T, H, W, 3).
    back : ndarray
        (T,): ``scores[back]`` are those of the frames in their own order.
    """
    rng = np.random.default_rng(seed)
    order = np.concatenate(
        [a + rng.permutation(min(span, len(frames) - a)) for a in range(0, len(frames), span)]
    )
    return frames[order], np.argsort(order)
