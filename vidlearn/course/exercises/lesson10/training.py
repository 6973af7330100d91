"""What lesson 10 trains for its controls, and what it asks its networks."""

import numpy as np


def learn(build, clips, labels, *, epochs, batch=16, rate=3e-3, seed=0, watched=None, name="10"):
    """Train as the lesson does: Adam, a rate that falls along a cosine.

    Parameters
    ----------
    build : callable
        Takes the shape of a clip, (T, H, W, 3), and returns a keras.Model that gives logits.
    clips, labels : ndarray
        (N, T, H, W, 3) uint8 and (N,).
    epochs, batch : int
        How often each clip is seen, and how many at once.
    rate : float
        The highest rate.
    seed : int
        Of weights and order.
    watched : (ndarray, ndarray), optional
        Clips and labels to validate on after each epoch.
    name : str
        Of the training, for the file that it goes on from.

    Returns
    -------
    keras.Model
        Trained; its ``history.history`` has loss and accuracy for each epoch.
    """
    import keras

    from vidlearn.course.presets import preset
    from vidlearn.course.training import keras_checkpoint, keras_progress

    keras.utils.set_random_seed(seed)
    model = build(clips.shape[1:])
    falling = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-len(clips) // batch))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    gpu = bool(keras.distribution.list_devices("gpu"))
    model.compile(keras.optimizers.Adam(falling), loss, metrics=["accuracy"],
                  jit_compile="auto" if gpu else False)  # fmt: skip
    keep = keras_checkpoint(f"{name}-{preset()}-{seed}")
    model.fit(clips, labels, batch_size=batch, epochs=epochs, verbose=0, validation_data=watched,
              callbacks=[keras_progress(), keep])  # fmt: skip
    return model


def accuracy(model, clips, labels):
    """Return the share of clips whose likeliest class is the right one.

    Parameters
    ----------
    model : keras.Model
        Gives logits.
    clips, labels : ndarray
        (N, T, H, W, 3) and (N,).

    Returns
    -------
    float
    """
    from vidlearn.models import predict_clips

    return float((predict_clips(model, clips).argmax(axis=1) == labels).mean())


def where_it_errs(models, things, photographs, *, count, shape, seed=99):
    """Count mistakes of some networks, thing by thing and photograph by photograph.

    Parameters
    ----------
    models : sequence of keras.Model
        Each is asked about the same clips.
    things, photographs : sequence of str
        What goes round, and before what: every pair gets clips of its own.
    count : int
        Clips of each pair.
    shape : dict
        "frames" and "size", as `laps` takes them.
    seed : int
        Of the clips.

    Returns
    -------
    wrong : ndarray
        (models, things, photographs) share of clips named wrongly.
    table : ndarray
        (4, 4) counts over all models: rows the truth, columns what was said.
    """
    from vidlearn import synthetic
    from vidlearn.metrics import label_confusion
    from vidlearn.models import predict_clips

    wrong = np.zeros((len(models), len(things), len(photographs)))
    table = np.zeros((4, 4), int)
    for i, thing in enumerate(things):
        for j, photograph in enumerate(photographs):
            some = synthetic.laps(count, **shape, things=[thing], photographs=[photograph],
                                  seed=[seed, i, j])  # fmt: skip
            for n, model in enumerate(models):
                said = predict_clips(model, some.frames).argmax(axis=1)
                wrong[n, i, j] = (said != some.labels).mean()
                table += label_confusion(said, some.labels, 4)
    return wrong, table


def answers_along(model, clip, *, window=None):
    """Ask a network after each frame of a film about the last ones.

    Parameters
    ----------
    model : keras.Model
        For clips of `window` frames, T of any length or just that.
    clip : ndarray
        (T, H, W, 3) uint8; before its beginning its first frame stands.
    window : int, optional
        By default what the model was built for, 10 where it takes clips of any length.

    Returns
    -------
    ndarray
        (T, K) probabilities.
    """
    from vidlearn.models import predict_clips

    window = window or model.input_shape[1] or 10
    at = np.arange(len(clip))[:, None] + np.arange(1 - window, 1)
    return predict_clips(model, clip[np.maximum(at, 0)])
