"""The models of clips, small and unlike in every size, for tests that hold for all of them."""

import numpy as np

from vidlearn import models

SHAPE = (6, 16, 24, 3)  # T, H, W and C
VECTORS = (9, 5)  # T and F
CLASSES = 4
TRANSFORMER = {"tubelet": (2, 4, 8), "width": 12, "heads": 3, "depth": 2}


def _transformer(form, **options):
    options |= {"form": form, **TRANSFORMER}
    return lambda: models.build_video_transformer(SHAPE, CLASSES, **options)


def _rnn(**options):
    return lambda: models.build_cnn_rnn(SHAPE, CLASSES, filters=(4, 5), features=7, **options)


CLIPS = {  # name: a function that builds a model of clips
    "c3d": lambda: models.build_c3d(SHAPE, CLASSES, filters=(4, 5)),
    "2+1d": lambda: models.build_c3d(SHAPE, CLASSES, filters=(4, 5), form="2+1d"),
    "cnn_gru": _rnn(norm=True),
    "cnn_lstm, every frame": _rnn(over_time="lstm", every="frame"),
    "cnn_tcn": lambda: models.build_cnn_tcn(SHAPE, CLASSES, filters=(4, 5), features=7, units=8),
    "cnn_tcn, every frame": lambda: models.build_cnn_tcn(
        SHAPE, CLASSES, filters=(4, 5), features=7, units=8, causal=False, every="frame"
    ),
    "space-time": _transformer("space-time"),
    "factorised": _transformer("factorised"),
    "divided": _transformer("divided"),
    "divided, centred": _transformer("divided", centred=True),
}
OVER_VECTORS = {  # the same for models of vectors
    "rnn": lambda: models.build_rnn(VECTORS, CLASSES, units=6, over_time="lstm"),
    "tcn": lambda: models.build_tcn(VECTORS, CLASSES, filters=8, causal=False),
    "tcn, every frame": lambda: models.build_tcn(VECTORS, CLASSES, filters=8, every="frame"),
    "mstcn": lambda: models.build_mstcn(VECTORS, CLASSES, stages=2, layers=3, filters=8),
}
ALL = CLIPS | OVER_VECTORS


def some(model, n=3, seed=0):
    """What the model takes: clips in uint8, or vectors."""
    rng, shape = np.random.default_rng(seed), model.input_shape[1:]
    if len(shape) == 4:
        return rng.integers(0, 256, (n, *shape), dtype=np.uint8)
    return rng.normal(size=(n, *shape)).astype("float32")


def labels_for(model, n=3, seed=1):
    """As many labels as it answers."""
    shape = model.output_shape[1:-1]
    shape = shape[1:] if len(shape) == 2 else shape  # stages have the same
    return np.random.default_rng(seed).integers(0, CLASSES, (n, *shape))


def loss_for(model):
    """What teaches it."""
    import keras

    if model.name == "mstcn":
        return models.mstcn_loss
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def stirred(model, seed=5):
    """Draw all weights anew: Keras starts biases at 0, where a mistake may hide."""
    rng, drawn = np.random.default_rng(seed), []
    for w in model.weights:
        shape = tuple(w.shape)
        scale = np.prod(shape[:-1]) ** -0.5 if "kernel" in w.path else 0.1
        start = 1 if w.name in ("gamma", "moving_variance") else 0
        drawn.append(start + scale * rng.uniform(-1.7, 1.7, shape))
    model.set_weights(drawn)
    return model
