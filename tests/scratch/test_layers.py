"""Layers: gradients of x and of every weight, first weights, dtypes, and what is turned away."""

import numpy as np
import pytest

from tests.scratch.networks import LIBRARY, draw, sequences
from tests.scratch.training_checks import LAYERS, layer_errors
from vidlearn import scratch

F64 = np.dtype(np.float64)


@pytest.mark.parametrize("name", LAYERS)
def test_layer_gradients(name):
    assert max(layer_errors(LIBRARY, name)) < 1e-7


@pytest.mark.parametrize("name", LAYERS)
def test_results_keep_the_dtype_of_x(name):
    make, x, training = LAYERS[name]
    layer, x = make(LIBRARY), x.astype(np.float32)
    layer.build(x.shape[1:], np.random.default_rng(0), x.dtype)
    mask = layer.next_mask(x, None)
    out, cache = layer.forward(x, training=training, rng=np.random.default_rng(0), mask=mask)
    dx, grads = layer.backward(np.ones_like(out), cache)
    assert {a.dtype for a in (out, dx, *grads.values(), *layer.state.values())} == {x.dtype}
    assert [(k, g.shape) for k, g in grads.items()] == [
        (k, p.shape) for k, p in layer.params.items()
    ]
    assert dx.shape == x.shape


def test_masking_by_hand():
    x = np.array([[[0, 0], [0, 5.0], [7, 7]]])
    layer = scratch.Masking()
    out, cache = layer.forward(x)
    np.testing.assert_array_equal(layer.next_mask(x, None), [[False, True, True]])
    np.testing.assert_array_equal(out, x)
    layer = scratch.Masking(mask_value=7)
    out, cache = layer.forward(x)
    np.testing.assert_array_equal(layer.next_mask(x, None), [[True, True, False]])
    np.testing.assert_array_equal(out, [[[0, 0], [0, 5], [0, 0]]])
    np.testing.assert_array_equal(layer.backward(np.ones((1, 3, 2)), cache)[0][0, :, 0], [1, 1, 0])


@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
def test_the_last_state_is_that_of_the_sequence(kind):
    x, mask = sequences(4, 5, 3), np.any(sequences(4, 5, 3) != 0, axis=-1)
    layer = getattr(scratch, kind)(6)
    layer.build((5, 3), np.random.default_rng(0), F64)
    last, _ = layer.forward(x, mask=mask)
    layer.return_sequences = True
    hs, _ = layer.forward(x, mask=mask)
    np.testing.assert_array_equal(last, hs[:, -1])
    np.testing.assert_array_equal(hs[1, 2], hs[1, 1])  # step 2 does not count: the state stays


def test_dropout_acts_in_training_only():
    x = np.ones((50, 20))
    layer = scratch.Dropout(0.25)
    np.testing.assert_array_equal(layer.forward(x)[0], x)
    out, _ = layer.forward(x, training=True, rng=np.random.default_rng(0))
    assert set(np.unique(out)) == {0, 1 / 0.75}
    assert 0.2 < np.mean(out == 0) < 0.3


def test_batch_norm_learns_its_statistics_in_training_only():
    layer = scratch.BatchNorm(momentum=0.9)
    layer.build((2,), np.random.default_rng(0), F64)
    x = np.array([[1.0, 10], [3, 20]])
    layer.forward(x)
    np.testing.assert_array_equal(layer.state["mean"], [0, 0])
    layer.forward(x, training=True)
    np.testing.assert_allclose(layer.state["mean"], [0.1 * 2, 0.1 * 15])
    np.testing.assert_allclose(layer.state["var"], [0.9 + 0.1 * 1, 0.9 + 0.1 * 25])


def test_first_weights_of_dense_and_convolution():
    layer = scratch.Conv2D(64, (3, 2))
    layer.build((9, 9, 32), np.random.default_rng(0), np.dtype(np.float32))
    w, limit = layer.params["w"], np.sqrt(6 / (6 * 32 + 6 * 64))
    assert w.shape == (3, 2, 32, 64)
    assert 0.99 * limit < np.abs(w).max() <= limit
    np.testing.assert_allclose(w.var(), limit**2 / 3, rtol=0.03)
    np.testing.assert_array_equal(layer.params["b"], np.zeros(64))


def test_first_weights_of_recurrent_layers():
    lstm, gru = scratch.LSTM(4), scratch.GRU(3)
    for layer in (lstm, gru):
        layer.build((7, 5), np.random.default_rng(0), F64)
    np.testing.assert_array_equal(lstm.params["b"], [0] * 4 + [1] * 4 + [0] * 8)
    np.testing.assert_array_equal(gru.params["b"], np.zeros((2, 9)))
    for layer in (lstm, gru):
        u = layer.params["u"]
        np.testing.assert_allclose(u @ u.T, np.eye(len(u)), atol=1e-12)


def test_both_ways_have_weights_of_their_own():
    layer = scratch.Bidirectional(scratch.GRU(3))
    layer.build((7, 5), np.random.default_rng(0), F64)
    assert list(layer.params) == [f"{way}_{k}" for way in ("forward", "backward") for k in "wub"]
    assert not np.array_equal(layer.params["forward_w"], layer.params["backward_w"])


def test_layers_show_their_options():
    shown = {
        "Dense(10)": scratch.Dense(10),
        "Dense(3, activation='relu')": scratch.Dense(3, "relu"),
        "Conv2D(8, (3, 2), stride=2, padding='same')": scratch.Conv2D(
            8, (3, 2), stride=2, padding="same"
        ),
        "MaxPool2D()": scratch.MaxPool2D(2),
        "Flatten()": scratch.Flatten(),
        "Bidirectional(LSTM(4, return_sequences=True))": scratch.Bidirectional(
            scratch.LSTM(4, return_sequences=True)
        ),
    }
    assert [repr(layer) for layer in shown.values()] == list(shown)


BAD = {
    "no units": (lambda: scratch.Dense(0), ValueError, "units must be an int.*units=0"),
    "half a unit": (lambda: scratch.LSTM(2.5), ValueError, r"units must be .*units=2\.5"),
    "filters": (lambda: scratch.Conv2D(True, 3), ValueError, "filters must be .*filters=True"),
    "activation": (lambda: scratch.Dense(2, "rely"), ValueError, "'relu', .* received 'rely'"),
    "activation layer": (lambda: scratch.Activation("?"), ValueError, r"received '\?'"),
    "kernel": (lambda: scratch.Conv2D(2, (3, 3, 3)), ValueError, "kernel_size must .*2 axes"),
    "stride": (lambda: scratch.Conv1D(2, 3, stride=0), ValueError, "stride must .*stride=0"),
    "rate": (lambda: scratch.Dropout(1.5), ValueError, r"rate .*1\.5"),
    "both ways": (lambda: scratch.Bidirectional(scratch.Dense(3)), TypeError, r"Dense\(3\)"),
}


@pytest.mark.parametrize(("make", "error", "message"), BAD.values(), ids=BAD)
def test_layers_reject_what_does_not_fit(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_layer_of_your_own():
    class Scale(scratch.Layer):
        """Multiply every feature by a weight."""

        def build(self, input_shape, rng, dtype):
            self.params = {"scale": np.ones(input_shape[-1], dtype)}

        def forward(self, x, *, training=False, rng=None, mask=None):
            return x * self.params["scale"], x

        def backward(self, dout, cache):
            return dout * self.params["scale"], {"scale": (dout * cache).sum(axis=0)}

    network = scratch.Network([Scale(), scratch.Dense(2)], input_shape=(3,))
    x = draw(40, 3).astype(np.float32)
    y = (x[:, 0] > 0).astype(int)
    history = scratch.fit(network, x, y, optimizer=scratch.Adam(0.05), epochs=20)
    assert repr(network.layers[0]) == "Scale()"
    assert history["loss"][-1] < history["loss"][0] / 2
    assert not np.array_equal(network.layers[0].params["scale"], np.ones(3))
