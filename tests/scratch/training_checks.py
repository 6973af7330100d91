"""What the training part is checked by: numerical gradients, and Keras step by step.

Each check takes the library, so that copies spoilt on purpose are judged by the same ones.
"""

from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np

from tests.scratch.networks import draw, make, sequences
from vidlearn.scratch import Callback, check_gradients, numerical_gradient, relative_error
from vidlearn.scratch.training import LOSSES

IMAGES, STEPS = draw(2, 5, 6, 3), sequences(3, 4, 2)


@contextmanager
def floatx64():
    """Let Keras compute in float64, losses and optimisers too."""
    import keras

    before, policy = keras.config.floatx(), keras.config.dtype_policy()  # made of it when asked for
    keras.config.set_floatx("float64")
    try:
        yield
    finally:
        keras.config.set_floatx(before)
        keras.config.set_dtype_policy(policy)


def _case(kind, *arguments, x, training=False, **options):
    return (lambda lib: getattr(lib, kind)(*arguments, **options)), x, training


LAYERS = {
    "dense": _case("Dense", 4, "tanh", x=draw(3, 5)),
    "dense of steps": _case("Dense", 4, x=STEPS),
    "dense, softmax": _case("Dense", 4, "softmax", x=draw(3, 5)),
    "conv1d": _case("Conv1D", 3, 2, activation="sigmoid", stride=2, x=draw(2, 7, 3)),
    "conv2d": _case("Conv2D", 3, (3, 2), activation="leaky_relu", padding="same", x=IMAGES),
    "conv2d, stride": _case("Conv2D", 2, 3, stride=(1, 2), activation="relu", x=IMAGES),
    "conv3d": _case("Conv3D", 2, (2, 1, 3), stride=(1, 2, 1), x=draw(2, 3, 4, 5, 2)),
    "max pool": _case("MaxPool2D", (2, 3), stride=(1, 2), padding="same", x=IMAGES),
    "average pool": _case("AvgPool2D", (2, 3), stride=(1, 2), padding="same", x=IMAGES),
    "global average": _case("GlobalAvgPool2D", x=IMAGES),
    "dense, no bias": _case("Dense", 4, "tanh", use_bias=False, x=draw(3, 5)),
    "conv1d, dilation": _case("Conv1D", 3, 2, dilation=3, x=draw(2, 7, 3)),
    "conv2d, no bias": _case("Conv2D", 3, 2, dilation=(1, 2), use_bias=False, x=IMAGES),
    "conv3d, dilation": _case("Conv3D", 2, 2, dilation=(1, 1, 2), x=draw(2, 3, 4, 5, 2)),
    "max pool 3d": _case("MaxPool3D", (2, 1, 2), padding="same", x=draw(2, 3, 4, 5, 2)),
    "average pool 3d": _case("AvgPool3D", (2, 1, 2), padding="same", x=draw(2, 3, 4, 5, 2)),
    "global average 3d": _case("GlobalAvgPool3D", x=draw(2, 3, 4, 5, 2)),
    "global maximum": _case("GlobalMaxPool2D", x=IMAGES),
    "global maximum 3d": _case("GlobalMaxPool3D", x=draw(2, 3, 4, 5, 2)),
    "flatten": _case("Flatten", x=IMAGES),
    "activation": _case("Activation", "tanh", x=IMAGES),
    "dropout": _case("Dropout", 0.4, x=draw(4, 6), training=True),
    "batch norm": _case("BatchNorm", x=IMAGES, training=True),
    "batch norm in use": _case("BatchNorm", x=IMAGES),
    "layer norm": _case("LayerNorm", x=IMAGES),
    "attention": _case("MultiHeadAttention", 2, 3, use_bias=False, x=draw(2, 4, 5)),
    "attention, masked": _case("MultiHeadAttention", 2, 3, value_dim=4, use_bias=False, x=STEPS),
    "attention, causal": _case(
        "MultiHeadAttention", 3, 2, causal=True, use_bias=False, x=draw(2, 4, 5)
    ),
    "positions": _case("Positions", x=draw(3, 4, 5)),
    "positions, waves": _case("Positions", "sinusoidal", x=draw(3, 4, 6)),
    "masking": _case("Masking", x=draw(3, 4, 2)),
    **{
        f"{kind}{', sequence' * many}": _case(kind, 3, return_sequences=many, x=STEPS)
        for kind in ("SimpleRNN", "LSTM", "GRU")
        for many in (False, True)
    },
}
for kind, many in (("LSTM", False), ("GRU", True), ("SimpleRNN", False)):
    LAYERS[f"both ways, {kind}"] = (
        lambda lib, kind=kind, many=many: lib.Bidirectional(
            getattr(lib, kind)(3, return_sequences=many)
        ),
        STEPS,
        False,
    )


def layer_errors(lib, name):
    """Return the errors of the gradients of x and of each weight of a layer.

    Steps (N, T, D) come with a mask, as Masking would give it.
    """
    make_layer, x, training = LAYERS[name]
    layer, rng = make_layer(lib), np.random.default_rng(4)
    layer.build(x.shape[1:], rng, x.dtype)
    mask = np.any(x != 0, axis=-1) if x is STEPS else None

    def forward(x, *weights):
        for key, w in zip(layer.params, weights, strict=True):
            layer.params[key] = w
        rng = np.random.default_rng(5)  # the same entries are dropped every time
        return layer.forward(x, training=training, rng=rng, mask=mask)

    def backward(dout, cache):
        dx, grads = layer.backward(dout, cache)
        return dx, *(grads[key] for key in layer.params)

    weights = [rng.normal(size=p.shape) for p in layer.params.values()]
    return check_gradients(forward, backward, x.copy(), *weights)


def network_errors(lib, name, *, tie=False):
    """Return the errors of the gradients of a network's parameters, in training."""
    network, x, _, _ = make(lib, name)
    if tie:  # one array in two layers
        network.layers[1].params["w"] = network.layers[0].params["w"]
    return parameter_errors(network, x)


def parameter_errors(network, x):
    """Return the errors of the gradients of the parameters, each nudged in place."""

    def output():
        network.rng = np.random.default_rng(6)
        out, cache = network.forward(x, training=True)
        return out, cache

    out, cache = output()
    dout = np.random.default_rng(7).normal(size=out.shape)
    grads = network.backward(dout, cache)

    def along(p):
        def f(value):
            p[...] = value
            return output()[0]

        return f

    errors = []
    for p, grad in zip(network.parameters, grads, strict=True):
        start = p.copy()
        errors.append(relative_error(grad, numerical_gradient(along(p), start, dout)))
        p[...] = start
    return errors


def differentiate(network, x, y, loss, *, training=True):
    """Return the loss, the output, and the gradients of the parameters."""
    forward, backward = LOSSES[loss]
    out, cache = network.forward(x, training=training)
    counts = ... if cache.mask is None else cache.mask
    value, loss_cache = forward(out[counts], y[counts])
    dout = np.zeros_like(out)
    dout[counts] = backward(1.0, loss_cache)
    return value, out, network.backward(dout, cache)


# Keras rounds its options to float32: these are the same in both. Three steps, three arrays.
LIMIT = 0.75
BETAS = {"beta_1": 0.75, "beta_2": 0.9375}
OPTIMIZERS = {
    "plain": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.875}),
    "nesterov": ("SGD", {"momentum": 0.875, "nesterov": True}),
    "decay": ("SGD", {"momentum": 0.5, "weight_decay": 0.25}),
    "clip value": ("SGD", {"momentum": 0.5, "clip_value": LIMIT}),
    "clip norm": ("SGD", {"momentum": 0.5, "clip_norm": LIMIT}),
    "clip global norm": ("SGD", {"momentum": 0.5, "global_clip_norm": LIMIT}),
    "adam": ("Adam", BETAS | {"eps": 2**-10}),
    "adam, decay": ("Adam", BETAS | {"weight_decay": 0.25}),
    "adam, clip value": ("Adam", BETAS | {"clip_value": LIMIT}),
    "adam, clip norm": ("Adam", BETAS | {"clip_norm": LIMIT}),
    "adam, clip global norm": ("Adam", BETAS | {"global_clip_norm": LIMIT}),
    "adamw": ("AdamW", BETAS | {"weight_decay": 0.125}),
    "adamw, clip norm": ("AdamW", BETAS | {"weight_decay": 0.5, "clip_norm": LIMIT}),
}
RATE = np.float64(0.5)  # Keras computes a schedule in the dtype of its first rate
SCHEDULES = {
    "exponential": ("exponential_decay", (RATE,), {"decay_steps": 4, "decay_rate": 0.75}),
    "staircase": (
        "exponential_decay",
        (RATE,),
        {"decay_steps": 4, "decay_rate": 0.75, "staircase": True},
    ),
    "cosine": ("cosine_decay", (RATE,), {"decay_steps": 6, "alpha": 0.125}),
    "warm-up": (
        "cosine_decay",
        (RATE,),
        {"decay_steps": 6, "alpha": 0.25, "warmup_target": 0.75, "warmup_steps": 3},
    ),
    "piecewise": ("piecewise_constant", ([3, 7], [0.5, 0.25, 0.125]), {}),
}
IN_KERAS = {
    "exponential_decay": "ExponentialDecay",
    "cosine_decay": "CosineDecay",
    "piecewise_constant": "PiecewiseConstantDecay",
    "eps": "epsilon",
    "clip_value": "clipvalue",
    "clip_norm": "clipnorm",
    "global_clip_norm": "global_clipnorm",
}


@floatx64()
def optimizer_error(lib, name, *, rate=0.125, steps=3):
    """Return how far three steps are from Keras's. One gradient is short, one long, one changes."""
    import keras

    kind, options = OPTIMIZERS[name]
    ours = getattr(lib, kind)(rate, **options)
    theirs = {IN_KERAS.get(key, key): value for key, value in options.items()}
    theirs = getattr(keras.optimizers, kind)(rate, **theirs)
    return max(compare_steps(ours, theirs, steps=steps))


@floatx64()
def compare_steps(ours, theirs, *, steps=3):
    """Return the errors of each of three arrays after each step."""
    import keras

    params = [draw(3, 2), draw(4, seed=12), draw(2, 1, 2, seed=13)]
    variables = [keras.Variable(p, dtype="float64") for p in params]
    rng, errors = np.random.default_rng(14), []
    for size in range(1, steps + 1):
        grads = [
            0.1 * rng.normal(size=(3, 2)),
            9 * rng.normal(size=4),
            size * rng.normal(size=(2, 1, 2)),
        ]
        ours.step(params, grads)
        theirs.apply([keras.ops.convert_to_tensor(g) for g in grads], variables)
        errors += [relative_error(p, v.numpy()) for p, v in zip(params, variables, strict=True)]
    return errors


class Break(Callback):
    """Interrupt the training at a step of an epoch, both counting as fit counts them.

    Step 0 is the end of an epoch, before its checkpoint is written.
    """

    def __init__(self, epoch, step):
        self.place = epoch, step

    def on_step(self, run):
        if (run.epoch, run.step) == self.place:
            raise KeyboardInterrupt

    def on_epoch(self, run):
        if (run.epoch, 0) == self.place:
            raise KeyboardInterrupt


@floatx64()
def keras_errors(lib, name, *, rate=1 / 64, momentum=0.875):
    """Return the errors of a network against Keras: in use, and over three steps of training."""
    from tests.scratch.twins import keras, loss_of, tf, twin

    network, x, y, loss = make(lib, name, dropout=False)
    model = twin(network)
    errors = [relative_error(network.forward(x)[0], model(x).numpy())]
    ours, theirs = lib.SGD(rate, momentum=momentum), keras.optimizers.SGD(rate, momentum)
    for _ in range(3):
        with tf.GradientTape() as tape:
            expected = loss_of(loss)(y, model(x, training=True))
        theirs.apply(tape.gradient(expected, model.trainable_weights), model.trainable_weights)
        metrics = lib.train_step(network, x, y, loss=loss, optimizer=ours)
        errors.append(relative_error(metrics["loss"], expected.numpy()))
    weights = zip(network.get_weights(), model.get_weights(), strict=True)
    return errors + [relative_error(a, b) for a, b in weights]


@floatx64()
def schedule_errors(lib, name):
    """Return the errors of twelve values of a schedule, and of steps that follow it."""
    import keras

    kind, arguments, options = SCHEDULES[name]
    ours = getattr(lib, kind)(*arguments, **options)
    theirs = getattr(keras.optimizers.schedules, IN_KERAS[kind])(*arguments, **options)
    errors = [relative_error(ours(step), float(theirs(step))) for step in range(12)]
    return errors + compare_steps(lib.SGD(ours), keras.optimizers.SGD(theirs), steps=6)


def fit_error(lib):
    """Return how far two epochs of `fit`, the last batch being smaller, are from their loop."""
    x, y = draw(10, 3), np.arange(10) % 2
    networks = [
        lib.Network([lib.Dense(5), lib.Dropout(0.4), lib.Dense(2)], input_shape=(3,), dtype=float)
        for _ in range(2)
    ]
    options = {"epochs": 2, "batch_size": 4, "seed": 7, "validation": (x[:3], y[:3])}
    history = lib.fit(networks[0], x, y, optimizer=lib.SGD(0.5), **options)
    network, optimizer, expected = networks[1], lib.SGD(0.5), {"loss": [], "val_loss": []}
    for epoch in range(2):
        network.rng = np.random.default_rng([7, epoch])
        order, losses = network.rng.permutation(10), []
        for batch in (order[:4], order[4:8], order[8:]):
            value, _, grads = differentiate(network, x[batch], y[batch], "softmax_cross_entropy")
            optimizer.step(network.parameters, grads)
            losses += [value] * len(batch)
        expected["loss"].append(np.mean(losses))
        value, *_ = differentiate(network, x[:3], y[:3], "softmax_cross_entropy", training=False)
        expected["val_loss"].append(value)
    return max(relative_error(history[name], values) for name, values in expected.items())


class Plays(Callback):
    """Say what the validation shall have measured, and keep the weights of every epoch."""

    def __init__(self, values, name="val_loss"):
        self.values, self.name, self.weights, self.adds = values, name, [], (name,)

    def on_epoch(self, run):
        run.metrics[self.name] = self.values[run.epoch - 1]
        self.weights.append(run.network.get_weights())


EARLY = {  # values, patience, epochs in the end, best epoch
    "falls": ([5, 4, 3, 2], 1, 4, 4),
    "rises": ([5, 6, 7, 8], 2, 3, 1),
    "patience": ([5, 6, 4, 6, 6, 6], 3, 6, 3),
    "equal is no improvement": ([5, 5, 5, 5], 2, 3, 1),
    "nan is no improvement": ([np.nan, 5, np.nan, np.nan], 2, 4, 2),
}


def stops_and_restores(lib, name, case):
    """Tell whether early stopping ends in the epoch it has to, with the weights of the best."""
    values, patience, epochs, best = EARLY[case]
    values = [-v for v in values] if name.endswith("accuracy") else values
    plays, early = Plays(values, name), lib.EarlyStopping(name, patience=patience)
    network = lib.Network([lib.Dense(2)], input_shape=(3,))
    x, y = draw(6, 3).astype(np.float32), np.arange(6) % 2
    options = {"optimizer": lib.SGD(0.5), "epochs": len(values), "callbacks": [plays, early]}
    history = lib.fit(network, x, y, **options)
    restored = zip(network.get_weights(), plays.weights[best - 1], strict=True)
    return (
        len(history["loss"]) == epochs
        and (early.best_epoch, early.best) == (best, values[best - 1])
        and all(np.array_equal(a, b) for a, b in restored)
    )


def goes_on(lib, make_optimizer, where, path):
    """Tell whether a training broken off and gone on with is the one without a break, exactly."""
    straight, again = resumed(lib, make_optimizer, where, path)
    return (
        again.history == straight.history
        and all(map(np.array_equal, again.weights, straight.weights))
        and (again.best_epoch, again.best) == (straight.best_epoch, straight.best)
    )


def resumed(lib, make_optimizer, where, path):
    """Train a small CNN straight through, and broken off and gone on with.

    It has batch norm, dropout, validation, and early stopping after 5 to 8 epochs.
    """
    straight = train_cnn(lib, make_optimizer(), None)
    broken = train_cnn(lib, make_optimizer(), path, Break(*where))
    assert broken.history is None
    assert straight.best_epoch < len(straight.history["loss"])
    assert path.exists()
    return straight, train_cnn(lib, make_optimizer(), path)


def train_cnn(lib, optimizer, path, *callbacks):
    """Train, and return the history, None where it was broken off, and what came out."""
    layers = [
        lib.Conv2D(3, 3, activation="relu"),
        lib.BatchNorm(momentum=0.7),
        lib.Flatten(),
        lib.Dropout(0.3),
        lib.Dense(3),
    ]
    x, y = draw(20, 5, 4, 2).astype(np.float32), np.arange(20) % 3
    wrong = np.concatenate([y[1:4], y[3:7]])  # so that validation gets worse after a while
    network = lib.Network(layers, input_shape=x.shape[1:])
    early = lib.EarlyStopping("val_loss", patience=3)
    options = {"epochs": 8, "batch_size": 8, "validation": (x[:7], wrong), "checkpoint": path}
    try:
        history = lib.fit(
            network, x, y, optimizer=optimizer, callbacks=[early, *callbacks], **options
        )
    except KeyboardInterrupt:
        history = None
    return SimpleNamespace(
        history=history,
        weights=network.get_weights(),
        best=early.best,
        best_epoch=early.best_epoch,
    )
