"""Small networks that the tests train, each with data, and the same networks in Keras."""

from types import SimpleNamespace

import numpy as np

from vidlearn import scratch

LIBRARY = SimpleNamespace(**{name: getattr(scratch, name) for name in scratch.__all__})


def draw(*shape, seed=11):
    return np.random.default_rng(seed).normal(size=shape)


def sequences(*shape, seed=12):
    """Sequences (N, T, D) with steps of zeros at the start, in the middle and at the end."""
    x = draw(*shape, seed=seed)
    x[0, :2] = x[1, 2] = x[2, -2:] = 0
    x[1, 0, 1] = 0  # one feature alone is no reason to leave out the step
    return x


def labels(*shape, classes=3, seed=13):
    return np.random.default_rng(seed).integers(0, classes, shape)


def cnn(lib):
    return [
        lib.Conv2D(4, (3, 2), padding="same", activation="relu"),
        lib.MaxPool2D(2),
        lib.BatchNorm(momentum=0.8),
        lib.Conv2D(3, (1, 2), stride=(1, 2), activation="tanh"),
        lib.AvgPool2D((2, 1), stride=1),
        lib.Flatten(),
        lib.Dense(5, "leaky_relu"),
        lib.Dropout(0.4),
        lib.Dense(3),
    ]


def narrow(lib):
    return [
        lib.Conv2D(4, 3),
        lib.Activation("sigmoid"),
        lib.GlobalAvgPool2D(),
        lib.LayerNorm(),
        lib.Dense(3),
    ]


def shared_layer(lib):
    dense = lib.Dense(4, "tanh")
    return [lib.Dense(4, "relu"), dense, lib.LayerNorm(), dense, lib.Dense(3)]


def tied(lib):
    return [lib.Dense(4, "relu"), lib.Dense(4, "tanh"), lib.Dense(3)]


def shared_conv(lib):
    conv = lib.Conv2D(2, 3, padding="same", activation="tanh")
    return [conv, lib.BatchNorm(), conv, lib.Flatten(), lib.Dense(3)]


def clips(lib):
    return [
        lib.Conv3D(3, (2, 3, 2), stride=(1, 2, 1), activation="relu"),
        lib.Flatten(),
        lib.Dense(3),
    ]


def c3d(lib):
    return [
        lib.Conv3D(4, (2, 3, 3), padding="same", use_bias=False),
        lib.BatchNorm(momentum=0.8),
        lib.Activation("relu"),
        lib.MaxPool3D((1, 2, 2)),
        lib.Conv3D(5, 2, activation="tanh"),
        lib.AvgPool3D((2, 1, 2), stride=1, padding="same"),
        lib.GlobalAvgPool3D(),
        lib.Dense(3),
    ]


def largest_of_clips(lib):
    return [lib.Conv3D(4, 2, stride=(1, 2, 1)), lib.GlobalMaxPool3D(), lib.Dense(3)]


def dilated(lib):
    return [
        lib.Conv2D(4, 3, dilation=(1, 2), activation="tanh"),
        lib.Conv2D(3, 2, dilation=2, padding="same", use_bias=False),
        lib.GlobalMaxPool2D(),
        lib.Dense(3, use_bias=False),
    ]


def steps(lib):
    return [
        lib.Conv1D(4, 3, padding="same"),
        lib.LSTM(5, return_sequences=True),
        lib.GRU(4),
        lib.Dense(3),
    ]


def rnn(lib):
    return [lib.SimpleRNN(4, return_sequences=True), lib.SimpleRNN(5), lib.Dense(3)]


def masked(lib):
    return [
        lib.Masking(),
        lib.Dense(4, "tanh"),
        lib.LSTM(5, return_sequences=True),
        lib.GRU(4),
        lib.Dense(3),
    ]


def masked_frames(lib):
    return [
        lib.Masking(),
        lib.SimpleRNN(4, return_sequences=True),
        lib.LayerNorm(),
        lib.Activation("relu"),
        lib.Bidirectional(lib.LSTM(3, return_sequences=True)),
        lib.Dropout(0.3),
        lib.Dense(3),
    ]


def both_ways(lib):
    return [lib.Masking(2), lib.Bidirectional(lib.GRU(3)), lib.Dense(3)]


def masked_twos(lib):
    return [lib.Masking(2), lib.Dense(3)]


def attention(lib):
    return [
        lib.Dense(6),
        lib.Positions(),
        lib.MultiHeadAttention(2, 4, value_dim=3, use_bias=False),
        lib.LayerNorm(),
        lib.MultiHeadAttention(3, 1, causal=True, use_bias=False),
        lib.Flatten(),
        lib.Dense(3),
    ]


def masked_attention(lib):
    return [
        lib.Masking(),
        lib.Dense(4, "tanh"),
        lib.Positions("sinusoidal"),
        lib.MultiHeadAttention(2, 4, use_bias=False),
        lib.Activation("tanh"),
        lib.MultiHeadAttention(1, 4, causal=True, use_bias=False),
        lib.Dense(3),
    ]


IMAGES, ROWS, STEPS = draw(6, 6, 7, 2), draw(6, 4), draw(5, 6, 3)
CASES = {  # layers, x, y, loss
    "cnn": (cnn, IMAGES, labels(6), "softmax_cross_entropy"),
    "narrow": (narrow, IMAGES, labels(6), "softmax_cross_entropy"),
    "shared layer": (shared_layer, ROWS, labels(6), "softmax_cross_entropy"),
    "tied": (tied, ROWS, draw(6, 3), "mse"),
    "shared conv": (shared_conv, IMAGES, draw(6, 3), "mse"),
    "clips": (clips, draw(4, 3, 5, 4, 2), labels(4, 3, classes=2), "sigmoid_cross_entropy"),
    "c3d": (c3d, draw(4, 4, 6, 7, 2), labels(4), "softmax_cross_entropy"),
    "largest of clips": (largest_of_clips, draw(4, 3, 5, 4, 2), draw(4, 3), "mse"),
    "dilated": (dilated, IMAGES, labels(6), "softmax_cross_entropy"),
    "steps": (steps, STEPS, labels(5), "softmax_cross_entropy"),
    "rnn": (rnn, STEPS, draw(5, 3), "mse"),
    "masked": (masked, sequences(5, 6, 3), labels(5), "softmax_cross_entropy"),
    "masked frames": (masked_frames, sequences(5, 6, 3), labels(5, 6), "softmax_cross_entropy"),
    "masked twos": (masked_twos, 2 + sequences(5, 6, 3), labels(5, 6), "softmax_cross_entropy"),
    "attention": (attention, STEPS, labels(5), "softmax_cross_entropy"),
    "masked attention": (
        masked_attention,
        sequences(5, 6, 3),
        labels(5, 6),
        "softmax_cross_entropy",
    ),
    "both ways": (both_ways, 2 + sequences(5, 6, 3), labels(5), "softmax_cross_entropy"),
}


def make(lib, name, *, dropout=True, seed=3):
    """Return the network of a case in float64, all weights random, with x, y and the loss."""
    make_layers, x, y, loss = CASES[name]
    layers = [one for one in make_layers(lib) if dropout or not isinstance(one, lib.Dropout)]
    network = lib.Network(layers, input_shape=x.shape[1:], dtype=np.float64)
    rng = np.random.default_rng(seed)
    for layer in network.layers:
        for p in layer.params.values():
            p[...] = 0.6 * rng.normal(size=p.shape)
        for p in layer.state.values():
            p[...] = 0.5 + rng.random(p.shape)
    return network, x, y, loss
