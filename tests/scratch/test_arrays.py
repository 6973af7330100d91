"""One rule for arrays, for every operation: float32 or float64, and everything else by name."""

import re

import numpy as np
import pytest

from tests.scratch.networks import draw
from vidlearn import scratch

CLIPS, IMAGES, STEPS, ROWS = draw(2, 3, 4, 5, 2), draw(2, 4, 5, 2), draw(2, 5, 3), draw(4, 3)
WEIGHTS = {kind: (draw(3, k * 4), draw(4, k * 4)) for kind, k in (("rnn", 1), ("lstm", 4))}
GRU = draw(3, 12), draw(4, 12), draw(2, 12)
FORWARD = {  # every operation, as a function of x
    "relu": (scratch.relu_forward, ROWS),
    "leaky_relu": (scratch.leaky_relu_forward, ROWS),
    "sigmoid": (scratch.sigmoid_forward, ROWS),
    "tanh": (scratch.tanh_forward, ROWS),
    "softmax": (scratch.softmax_forward, ROWS),
    "dense": (lambda x: scratch.dense_forward(x, draw(3, 2)), ROWS),
    "dense_naive": (lambda x: scratch.dense_forward_naive(x, draw(3, 2)), ROWS),
    "flatten": (scratch.flatten_forward, IMAGES),
    "layer_norm": (lambda x: scratch.layer_norm_forward(x, draw(3), draw(3)), ROWS),
    "dropout": (lambda x: scratch.dropout_forward(x, rng=0), ROWS),
    "conv1d": (lambda x: scratch.conv1d_forward(x, draw(2, 3, 4), draw(4)), STEPS),
    "conv2d": (lambda x: scratch.conv2d_forward(x, draw(2, 2, 2, 3), draw(3)), IMAGES),
    "conv2d_naive": (lambda x: scratch.conv2d_forward_naive(x, draw(2, 2, 2, 3)), IMAGES),
    "conv3d": (lambda x: scratch.conv3d_forward(x, draw(2, 2, 2, 2, 3)), CLIPS),
    "max_pool2d": (scratch.max_pool2d_forward, IMAGES),
    "max_pool2d_naive": (scratch.max_pool2d_forward_naive, IMAGES),
    "avg_pool2d": (scratch.avg_pool2d_forward, IMAGES),
    "max_pool3d": (scratch.max_pool3d_forward, CLIPS),
    "avg_pool3d": (scratch.avg_pool3d_forward, CLIPS),
    "global_avg_pool2d": (scratch.global_avg_pool2d_forward, IMAGES),
    "global_max_pool2d": (scratch.global_max_pool2d_forward, IMAGES),
    "global_avg_pool3d": (scratch.global_avg_pool3d_forward, CLIPS),
    "global_max_pool3d": (scratch.global_max_pool3d_forward, CLIPS),
    "rnn": (lambda x: scratch.rnn_forward(x, *WEIGHTS["rnn"], draw(4)), STEPS),
    "rnn_naive": (lambda x: scratch.rnn_forward_naive(x, *WEIGHTS["rnn"], draw(4)), STEPS),
    "lstm": (lambda x: scratch.lstm_forward(x, *WEIGHTS["lstm"], draw(16)), STEPS),
    "gru": (lambda x: scratch.gru_forward(x, *GRU), STEPS),
    "bidirectional": (
        lambda x: scratch.bidirectional_forward(x, GRU, GRU, cell="gru"),
        STEPS,
    ),
}
BATCH_NORM = {  # in training, an empty batch has no mean
    "batch_norm": (lambda x: scratch.batch_norm_forward(x, draw(3), draw(3)), ROWS),
}
LOSSES = {
    "mse": lambda x: scratch.mse_forward(x, ROWS),
    "softmax_cross_entropy": lambda x: scratch.softmax_cross_entropy_forward(x, [0, 1, 2, 0]),
    "sigmoid_cross_entropy": lambda x: scratch.sigmoid_cross_entropy_forward(x, ROWS > 0),
    "accuracy": lambda x: (scratch.accuracy(x, [0, 1, 2, 0]), None),
}
ALL = FORWARD | BATCH_NORM | {name: (loss, ROWS) for name, loss in LOSSES.items()}
REFUSED = {
    "uint8": (lambda x: x.astype(np.uint8), "received uint8.*astype"),
    "int64": (lambda x: x.astype(np.int64), "received int64.*astype"),
    "bool": (lambda x: x > 0, "received bool.*astype"),
    "float16": (lambda x: x.astype(np.float16), "received float16. float16 loses.*astype"),
    "complex": (lambda x: x * 1j, r"received complex128.*\.real"),
    "text": (lambda x: x.astype(str), "received text"),
    "objects": (lambda x: x.astype(object), "received an array of objects"),
}


@pytest.mark.parametrize(("spoil", "message"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("name", ALL)
def test_data_are_float32_or_float64(name, spoil, message):
    forward, x = ALL[name]
    with pytest.raises(
        TypeError, match=rf"(x|logits|prediction) must be floating point; {message}"
    ):
        forward(spoil(x))


@pytest.mark.parametrize("name", ALL)
def test_lists_of_different_lengths_are_told(name):
    with pytest.raises(ValueError, match=r"(x|logits|prediction) must be an array; received lists"):
        ALL[name][0]([[1.0, 2.0], [3.0]])


@pytest.mark.parametrize("name", ALL)
def test_none_is_told(name):
    with pytest.raises((TypeError, ValueError), match=r"(x|logits|prediction) must"):
        ALL[name][0](None)


@pytest.mark.parametrize("name", FORWARD | BATCH_NORM)
def test_numbers_in_the_byte_order_of_other_machines_give_the_same(name):
    forward, x = ALL[name]
    backward = getattr(scratch, f"{name}_backward".replace("_naive_backward", "_backward_naive"))
    (out, cache), (swapped, other) = forward(x), forward(x.astype(">f8"))
    assert swapped.dtype == np.float64
    np.testing.assert_array_equal(swapped, out)
    dout = draw(*out.shape, seed=3)
    for a, b in zip(_arrays(backward(dout, cache)), _arrays(backward(dout, other)), strict=True):
        np.testing.assert_array_equal(a, b)


def _arrays(gradients):
    """Gradients as a flat list of arrays."""
    if isinstance(gradients, tuple):
        return [a for part in gradients for a in _arrays(part)]
    return [] if gradients is None else [gradients]


@pytest.mark.parametrize("name", FORWARD)
def test_an_empty_batch_goes_through(name):
    forward, x = FORWARD[name]
    whole, _ = forward(x)
    out, cache = forward(x[:0])
    assert out.shape == (0, *whole.shape[1:])
    backward = getattr(scratch, f"{name}_backward".replace("_naive_backward", "_backward_naive"))
    dx, *gradients = _arrays(backward(out, cache))
    assert dx.shape == (0, *x.shape[1:])
    assert not any(np.any(g) for g in gradients if len(g))


def test_a_network_predicts_of_no_pictures():
    layers = [scratch.Conv2D(3, 2), scratch.GlobalAvgPool2D(), scratch.Dense(2)]
    network = scratch.Network(layers, input_shape=(4, 5, 2))
    assert network.predict(np.zeros((0, 4, 5, 2), np.float32)).shape == (0, 2)


EMPTY = {
    "conv2d": lambda: scratch.conv2d_forward(np.ones((1, 3, 3, 1)), np.ones((0, 3, 1, 2))),
    "conv2d, naive": lambda: scratch.conv2d_forward_naive(
        np.ones((1, 3, 3, 1)), np.ones((0, 3, 1, 2))
    ),
    "dense": lambda: scratch.dense_forward(np.ones((2, 0)), np.ones((0, 3))),
    "dense, naive": lambda: scratch.dense_forward_naive(np.ones((2, 0)), np.ones((0, 3))),
    "rnn": lambda: scratch.rnn_forward(np.ones((1, 2, 3)), np.ones((3, 0)), [], []),
}


@pytest.mark.parametrize("call", EMPTY.values(), ids=EMPTY)
def test_weights_without_taps_are_refused(call):
    with pytest.raises(ValueError, match=r"w must have \d axes .*none of them empty"):
        call()


X2, W2 = np.ones((1, 1)), np.ones((1, 1))
CELL = draw(2, 3), draw(2, 4)
NUMBERS = {  # an argument that meets the data, each as a function of it
    "w": lambda a: scratch.dense_forward(X2, a(W2)),
    "b": lambda a: scratch.dense_forward(X2, W2, a(np.ones(1))),
    "dout": lambda a: scratch.dense_backward(a(X2), scratch.dense_forward(X2, W2)[1]),
    "target": lambda a: scratch.mse_forward(X2, a(X2)),
    "targets": lambda a: scratch.sigmoid_cross_entropy_forward(X2, a(X2)),
    "labels": lambda a: scratch.softmax_cross_entropy_forward(X2, a(X2)),
    "gamma": lambda a: scratch.layer_norm_forward(X2, a(np.ones(1)), np.ones(1)),
    "beta": lambda a: scratch.batch_norm_forward(X2, np.ones(1), a(np.ones(1))),
    "kernel": lambda a: scratch.filter2d(X2, a(W2)),
    "u": lambda a: scratch.rnn_forward(X2[None], W2, a(W2), np.ones(1)),
    "h0": lambda a: scratch.rnn_forward(X2[None], W2, W2, np.ones(1), h0=a(W2)),
    "dh_next": lambda a: scratch.rnn_cell_backward(
        a(W2), scratch.rnn_cell_forward(X2, W2, W2, W2, np.ones(1))[1]
    ),
    "a": lambda a: scratch.relative_error(a(X2), X2),
}


@pytest.mark.parametrize("kind", [str, object, complex])
@pytest.mark.parametrize("name", NUMBERS)
def test_what_meets_the_data_is_real_numbers(name, kind):
    def spoil(a):
        return np.full(a.shape, None if kind is object else 3, kind)

    with pytest.raises(TypeError, match=rf"{re.escape(name)} must hold real numbers; received"):
        NUMBERS[name](spoil)


def test_the_gradient_of_a_loss_is_a_number():
    for name in ("mse", "softmax_cross_entropy", "sigmoid_cross_entropy"):
        _, cache = LOSSES[name](ROWS)
        with pytest.raises(TypeError, match="dout must hold real numbers; received None"):
            getattr(scratch, f"{name}_backward")(None, cache)


@pytest.mark.parametrize("name", FORWARD | BATCH_NORM)
def test_a_cache_of_something_else_is_told(name):
    forward, x = ALL[name]
    out, cache = forward(x)
    backward = getattr(scratch, f"{name}_backward".replace("_naive_backward", "_backward_naive"))
    for wrong in (None, (cache,), "cache", out if isinstance(cache, tuple) else (out,)):
        with pytest.raises(TypeError, match="cache must be "):
            backward(out, wrong)


SHARES_OUT = {"sigmoid", "tanh", "softmax", "max_pool2d", "max_pool2d_naive", "max_pool3d"}


@pytest.mark.parametrize("name", FORWARD)
def test_caches_share_out_where_the_package_says_so_and_nowhere_else(name):
    forward, x = FORWARD[name]
    out, cache = forward(x)
    held = cache if isinstance(cache, tuple) else (cache,)
    shares = any(np.shares_memory(out, a) for a in held if isinstance(a, np.ndarray))
    assert shares == (name in SHARES_OUT)
    assert "(sigmoid, tanh, softmax, maxima)" in scratch.__doc__


@pytest.mark.parametrize("options", [{"negative_slope": np.float64(0.1)}], ids=str)
def test_options_do_not_change_the_dtype(options):
    x = ROWS.astype(np.float32)
    out, cache = scratch.leaky_relu_forward(x, **options)
    assert out.dtype == scratch.leaky_relu_backward(out, cache).dtype == np.float32
    grads = [x]
    for clip in (scratch.clip_by_value, scratch.clip_by_norm):
        assert clip(grads, np.float64(0.5))[0].dtype == np.float32
    assert scratch.clip_by_global_norm(grads, np.float64(0.5))[0][0].dtype == np.float32
