"""Networks: gradients of the whole, shared weights, caches, tables, and what is turned away."""

import re

import numpy as np
import pytest

from tests.scratch.networks import CASES, LIBRARY, draw, make
from tests.scratch.training_checks import network_errors
from vidlearn import scratch


def two_layers(**options):
    layers = [scratch.Dense(4, "tanh"), scratch.Dense(2)]
    return scratch.Network(layers, input_shape=(3,), dtype=np.float64, **options)


@pytest.mark.parametrize("name", CASES)
def test_network_gradients(name):
    assert max(network_errors(LIBRARY, name)) < 1e-7


def test_gradients_of_an_array_in_two_layers():
    assert max(network_errors(LIBRARY, "tied", tie=True)) < 1e-7


def test_backward_by_hand():
    network = scratch.Network([scratch.Dense(1), scratch.Dense(1)], input_shape=(1,))
    network.set_weights([[[2]], [1], [[3]], [4]])
    out, cache = network.forward(np.array([[5.0], [7]]))
    np.testing.assert_array_equal(out, [[3 * (2 * 5 + 1) + 4], [3 * (2 * 7 + 1) + 4]])
    dw, db, dw2, db2 = network.backward(np.array([[1.0], [10]]), cache)
    assert (dw.item(), db.item()) == (3 * (5 + 70), 3 * 11)
    assert (dw2.item(), db2.item()) == (11 + 150, 11)


def test_a_layer_that_stands_twice_by_hand():
    dense = scratch.Dense(1)
    network = scratch.Network([dense, dense], input_shape=(1,))
    network.set_weights([[[2]], [1]])
    out, cache = network.forward(np.array([[5.0]]))
    assert out.item() == 2 * (2 * 5 + 1) + 1
    dw, db = network.backward(np.array([[1.0]]), cache)
    assert dw.item() == 11 + 2 * 5  # as the second layer, and through it as the first
    assert db.item() == 1 + 2


def test_shared_parameters_are_listed_once():
    network, *_ = make(LIBRARY, "shared layer")
    assert [p.shape for p in network.parameters] == [
        *[(4, 4), (4,), (4, 4), (4,)],
        *[(4,), (4,)],
        *[(4, 3), (3,)],
    ]
    network, *_ = make(LIBRARY, "tied")
    network.layers[1].params["w"] = network.layers[0].params["w"]
    assert network.count_parameters() == 4 * 4 + 4 + 4 + 4 * 3 + 3
    assert len(network.get_weights()) == 5


def test_the_cache_belongs_to_its_pass():
    network, x, *_ = make(LIBRARY, "narrow")
    out, cache = network.forward(x)
    dout = draw(*out.shape)
    expected = network.backward(dout, cache)
    network.forward(2 * x[:3])
    for grad, before in zip(network.backward(dout, cache), expected, strict=True):
        np.testing.assert_array_equal(grad, before)


@pytest.mark.parametrize("name", CASES)
def test_inputs_stay_as_they_are(name):
    network, x, *_ = make(LIBRARY, name)
    before, weights = x.copy(), [p.copy() for p in network.parameters]
    out, cache = network.forward(x, training=True)
    dout = np.ones_like(out)
    network.backward(dout, cache)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(dout, 1)
    for p, weight in zip(network.parameters, weights, strict=True):
        np.testing.assert_array_equal(p, weight)


def test_the_seed_decides_the_weights():
    weights = [two_layers(seed=seed).get_weights()[0] for seed in (0, 0, 1)]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


def test_predict_goes_in_batches():
    network, x, *_ = make(LIBRARY, "cnn")
    out, _ = network.forward(x)
    np.testing.assert_allclose(network.predict(x, batch_size=4), out, rtol=1e-12)
    assert two_layers().predict(np.ones((0, 3))).shape == (0, 2)


def test_predict_wants_a_batch_size_of_at_least_one():
    with pytest.raises(ValueError, match="batch_size must be an int of at least 1"):
        two_layers().predict(np.ones((2, 3)), batch_size=0)


def test_everything_is_in_the_networks_dtype():
    network = scratch.Network([scratch.Dense(2), scratch.BatchNorm()], input_shape=(3,))
    out, cache = network.forward(draw(4, 3))
    grads = network.backward(np.ones((4, 2), np.float32), cache)
    assert {a.dtype for a in (out, *grads, *network.get_weights())} == {np.dtype(np.float32)}


def test_summary(capsys):
    dense = scratch.Dense(3)
    layers = [dense, scratch.BatchNorm(), dense, scratch.Flatten()]
    scratch.Network(layers, input_shape=(2, 3)).summary()
    assert [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()] == [
        "layer output parameters",
        "input (2, 3)",
        "Dense(3) (2, 3) 12",
        "BatchNorm() (2, 3) 6",
        "Dense(3) (2, 3) shared",
        "Flatten() (6,) 0",
        "together 18",
    ]


def test_weights_are_copied_out_and_in():
    network = two_layers()
    weights = network.get_weights()
    weights[0][:] = 7
    assert not np.any(network.parameters[0] == 7)
    p = network.parameters[0]
    network.set_weights(weights)
    assert network.parameters[0] is p
    assert np.all(p == 7)
    weights[0][:] = 8
    assert np.all(p == 7)


@pytest.mark.parametrize(
    ("change", "message"),
    {
        "too few": (lambda w: w[:3], r"4 arrays, 1\.Dense\.w, .*; received 3"),
        "shape": (lambda w: [*w[:3], w[3][None]], r"2\.Dense\.b .* \(2,\); received \(1, 2\)"),
    }.values(),
    ids=["too few", "shape"],
)
def test_set_weights_rejects_what_does_not_fit(change, message):
    network = two_layers()
    before = network.get_weights()
    with pytest.raises(ValueError, match=message):
        network.set_weights(change([w + 1 for w in before]))
    for w, old in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(w, old)


def build(*layers, shape=(4,), **options):
    return scratch.Network(layers, input_shape=shape, **options)


def test_layers_name_themselves_when_shapes_do_not_fit():
    message = r"layer 2, Conv2D\(3, 2\), received x \(1, 5\): .* \(N, H, W, C\)"
    with pytest.raises(ValueError, match=message):
        build(scratch.Dense(5), scratch.Conv2D(3, 2))
    message = r"layer 3, Dense\(10\), received x \(1, 4\): .* x \(1, 4\) and w \(5, 10\)"
    dense = scratch.Dense(10)
    with pytest.raises(ValueError, match=message):
        build(scratch.Dense(5), scratch.Dense(4), _built(dense, 5))


def _built(layer, features):
    build(layer, shape=(features,))
    return layer


def test_a_recurrent_layer_asks_for_sequences():
    with pytest.raises(ValueError, match=r"layer 2, GRU\(2\), .* needs return_sequences=True"):
        build(scratch.LSTM(3), scratch.GRU(2), shape=(5, 2))


@pytest.mark.parametrize("layer", [scratch.Flatten(), scratch.BatchNorm(), scratch.Conv1D(2, 2)])
def test_masked_sequences_are_not_silently_taken_for_whole_ones(layer):
    with pytest.raises(ValueError, match=r"layer 2, .*a masked sequence came in"):
        build(scratch.Masking(), layer, shape=(5, 2))


def test_what_is_no_layer_is_turned_away():
    with pytest.raises(TypeError, match=r"layer 1, 'Dense', .*received str"):
        build("Dense")
    with pytest.raises(TypeError, match=r"layer 1, .*received type. Is it to be Dense"):
        build(scratch.Dense)
    with pytest.raises(ValueError, match="layers must hold at least one Layer"):
        build()


def test_layers_stand_in_a_list():
    with pytest.raises(TypeError, match=r"layers must be a list of Layer.*received Dense\(2\)"):
        scratch.Network(scratch.Dense(2), input_shape=(4,))


@pytest.mark.parametrize("shape", [5, "ab", (0,), (4.0,), (True,)], ids=str)
def test_input_shape_is_a_tuple_of_whole_numbers(shape):
    message = re.escape(f"received {shape!r}.")
    with pytest.raises(ValueError, match=rf"input_shape must be a tuple of ints .*{message}"):
        build(scratch.Dense(2), shape=shape)


def test_bidirectional_leaves_its_pattern_whole():
    lstm = scratch.LSTM(3)
    one = build(lstm, shape=(5, 2))
    x = np.ones((4, 5, 2), np.float32)
    before = one.predict(x)
    assert build(scratch.Bidirectional(lstm), shape=(5, 2)).predict(x).shape == (4, 6)
    np.testing.assert_array_equal(one.predict(x), before)


def test_a_shared_layer_has_one_dtype():
    layer = _built(scratch.Dense(3), 4)
    with pytest.raises(TypeError, match=r"w is float32, and the network is to be float64"):
        build(layer, dtype=np.float64)


def test_networks_of_whole_numbers_are_turned_away():
    with pytest.raises(TypeError, match=r"dtype must be a floating-point type, .*; received int32"):
        build(scratch.Dense(3), dtype=np.int32)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones(3), ValueError, r"x must have shape \(N, 3\); received \(3,\)"),
        (np.ones((2, 4)), ValueError, r"x must have shape \(N, 3\); received \(2, 4\)"),
        (np.ones((2, 3), np.uint8), TypeError, r"received uint8. Write x\.astype\(np\.float32\)"),
    ],
    ids=["no batch", "features", "whole numbers"],
)
def test_forward_rejects(x, error, message):
    with pytest.raises(error, match=message):
        two_layers().forward(x)


def test_backward_rejects_another_shape():
    network = two_layers()
    _, cache = network.forward(np.ones((5, 3)))
    with pytest.raises(ValueError, match=r"layer 2, Dense\(2\).*\(5, 2\); received \(5, 3\)"):
        network.backward(np.ones((5, 3)), cache)
