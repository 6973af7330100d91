import keras
import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.layers import Positions, TemporalBlock
from vidlearn.models import receptive_field

T, F = 13, 5


def filled(layer, x, seed=0):
    """Build a layer, with weights that no symmetry holds for."""
    layer(x)
    rng = np.random.default_rng(seed)
    layer.set_weights([w + 0.3 * rng.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def vectors(n=2, seed=1):
    return np.random.default_rng(seed).normal(size=(n, T, F)).astype("float32")


def by_scratch(block, x, real=None):
    """The same block in NumPy, float64."""
    weights = {w.path.split("/", 1)[1]: w.numpy().astype(float) for w in block.weights}
    reach = (block.kernel_size - 1) * block.dilation
    sides = (reach, 0) if block.causal else (reach // 2, reach // 2)
    made = x = x.astype(float)
    for k in (1, 2):
        made = made if real is None else made * real[..., None]
        padded = np.pad(made, ((0, 0), sides, (0, 0)))
        w, b = weights[f"conv{k}/kernel"], weights[f"conv{k}/bias"]
        made, _ = scratch.conv1d_forward(padded, w, b, dilation=block.dilation)
        mean, variance = made.mean(-1, keepdims=True), made.var(-1, keepdims=True)
        made = (made - mean) / np.sqrt(variance + 1e-3)
        made = np.maximum(made * weights[f"norm{k}/gamma"] + weights[f"norm{k}/beta"], 0)
    if "shortcut/kernel" in weights:
        x = x @ weights["shortcut/kernel"][0] + weights["shortcut/bias"]
    return np.maximum(made + x, 0)


@pytest.mark.parametrize("filters", [4, F], ids=["another width", "the same width"])
@pytest.mark.parametrize(
    ("kernel_size", "dilation", "causal"),
    [(3, 2, True), (2, 3, True), (3, 2, False), (5, 1, False), (1, 4, True)],
)
def test_the_block_matches_scratch(filters, kernel_size, dilation, causal):
    options = {"kernel_size": kernel_size, "dilation": dilation, "causal": causal}
    x = vectors()
    block = filled(TemporalBlock(filters, **options), x)
    assert (block.shortcut is None) == (filters == F)
    np.testing.assert_allclose(block(x), by_scratch(block, x), atol=2e-5)


@pytest.mark.parametrize("causal", [True, False])
def test_padding_counts_as_what_lies_beyond_the_end(causal):
    """A film that is filled up gives what it gives alone, and so the mask reaches both steps."""
    x = vectors()
    block = filled(TemporalBlock(4, dilation=2, causal=causal), x)
    real = np.arange(T) < np.array([[T], [8]])
    found = np.array(block(x, mask=real))
    np.testing.assert_allclose(found[0], block(x[:1])[0], atol=1e-5)
    np.testing.assert_allclose(found[1, :8], block(x[1:, :8])[0], atol=1e-5)
    np.testing.assert_allclose(found, by_scratch(block, x, real), atol=2e-5)


def test_a_mask_of_keras_reaches_the_block():
    x = vectors()
    x[1, 8:] = 0
    block = filled(TemporalBlock(4, dilation=2, causal=False), x)
    masked = keras.layers.Masking()
    found = block(masked(x))
    np.testing.assert_allclose(found, block(x, mask=x.any(axis=-1)), atol=1e-6)
    assert np.abs(found - block(x)).max() > 1e-3


@pytest.mark.filterwarnings("error:Layer .* does not support masking")
def test_a_mask_of_keras_goes_on_behind_the_block():
    """What averages over time behind it leaves padding out."""
    x = vectors()
    x[1, 8:] = 0
    block = filled(TemporalBlock(4, dilation=2), x)
    mean = keras.layers.GlobalAveragePooling1D()
    found = mean(block(keras.layers.Masking()(x)))
    alone = mean(block(keras.layers.Masking()(x[1:, :8])))
    np.testing.assert_allclose(found[1], alone[0], atol=1e-5)


def test_a_mask_of_keras_goes_on_behind_positions():
    x = vectors()
    x[1, 8:] = 0
    layer = Positions((1,))
    found = keras.layers.GlobalAveragePooling1D()(layer(keras.layers.Masking()(x)))
    np.testing.assert_allclose(found[1], np.array(layer(x))[1, :8].mean(axis=0), atol=1e-6)


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize(("kernel_size", "dilation"), [(3, 1), (3, 2), (5, 2)])
def test_the_reach_is_what_the_formula_says(kernel_size, dilation, causal):
    frames = 29
    x = np.random.default_rng(2).normal(size=(1, frames, F)).astype("float32")
    options = {"kernel_size": kernel_size, "dilation": dilation, "causal": causal}
    block = filled(TemporalBlock(16, **options), x)
    t = frames - 1 if causal else frames // 2
    moved = np.repeat(x, frames, axis=0)
    moved[np.arange(frames), np.arange(frames)] += 3.0
    seen = np.abs(block(moved) - block(x))[:, t].max(axis=-1) > 1e-4
    sees = np.flatnonzero(seen)
    whole = receptive_field(kernel_size, [dilation])
    assert sees[-1] - sees[0] + 1 == whole
    assert sees[-1] == (t if causal else t + whole // 2)
    assert (np.diff(sees) == dilation).all()


def test_dropout_leaves_out_whole_channels_in_training_only():
    keras.utils.set_random_seed(0)
    x = vectors()
    block = filled(TemporalBlock(64, dropout=0.5), x)
    x = np.zeros_like(x)
    block.shortcut.set_weights([0 * w for w in block.shortcut.get_weights()])
    gone = (np.array(block(x, training=True)) == 0).all(axis=1)  # (N, filters)
    kept = (np.array(block(x)) == 0).all(axis=1)
    assert gone.mean() > kept.mean() + 0.15
    partly = (np.array(block(x, training=True)) == 0).mean(axis=1)
    assert ((partly == 0) | (partly > 0.5)).mean() > 0.9
    np.testing.assert_array_equal(block(x), block(x))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filters": 0}, "filters must be a whole number of at least 1. Received: 0"),
        ({"kernel_size": 2.0}, "kernel_size must be a whole number.*Received: 2.0"),
        ({"dilation": 0}, "dilation must be a whole number"),
        ({"kernel_size": 4, "causal": False}, "kernel_size must be odd where causal is False"),
        ({"dropout": 1.0}, "dropout must be from 0 to below 1"),
    ],
)
def test_the_block_rejects_what_it_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        TemporalBlock(**{"filters": 4, **options})


def test_positions_by_hand():
    """Time and place are added apart: (1 + 10, 1 + 20, 1 + 30; 2 + 10 ...) for one feature."""
    layer = Positions((1, 2))
    layer.build((None, 2, 3, 1))
    layer.set_weights([np.reshape([1, 2], (1, 2, 1, 1)), np.reshape([10, 20, 30], (1, 1, 3, 1))])
    found = layer(np.zeros((4, 2, 3, 1)))
    np.testing.assert_array_equal(found[3, ..., 0], [[11, 21, 31], [12, 22, 32]])


def test_positions_start_small_and_different():
    layer = Positions((1,))
    layer.build((None, 50, 7))
    (start,) = layer.get_weights()
    assert start.shape == (1, 50, 7)
    assert 0.015 < start.std() < 0.025


def test_positions_start_as_spread_as_they_are_told():
    layer = Positions((1,), spread=0.5)
    layer.build((None, 50, 7))
    assert 0.4 < layer.get_weights()[0].std() < 0.6
    assert Positions.from_config(layer.get_config()).spread == 0.5


@pytest.mark.parametrize("spread", [0, -0.1, float("inf"), float("nan"), "wide"])
def test_positions_reject_a_spread_of_nothing(spread):
    with pytest.raises(ValueError, match=r"spread must be a number above 0.*Received"):
        Positions((1,), spread=spread)


@pytest.mark.parametrize("axes", [(0,), (3,), (-1,), (), (1, 2)])
def test_positions_reject_axes_that_have_none(axes):
    with pytest.raises(ValueError, match=r"axes must lie between batch and features.*Received"):
        Positions(axes).build((None, 4, None, 5))


@pytest.mark.parametrize(
    "layer",
    [TemporalBlock(4, kernel_size=5, dilation=3, causal=False, dropout=0.25), Positions((1,))],
    ids=["block", "positions"],
)
def test_a_layer_is_made_again_from_its_config(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again.compute_output_shape((2, T, F)) == layer(vectors()).shape
