"""Multiply-adds: by hand for every kind of layer, against the papers, refused where unknown."""

from types import SimpleNamespace

import numpy as np
import pytest

from vidlearn import layers, models
from vidlearn.models import multiply_adds

H, W = 7, 10  # divided by no stride below
CASES = {  # layer, shape of the input, products as one would write them down
    "conv": (("Conv2D", 5, 3), (H, W, 4), (5 * 8) * (3 * 3) * 4 * 5),
    "conv, same, strided": (
        ("Conv2D", 5, (3, 2), {"strides": 2, "padding": "same"}),
        (H, W, 4),
        (4 * 5) * (3 * 2) * 4 * 5,
    ),
    "conv in groups": (("Conv2D", 6, 1, {"groups": 2}), (H, W, 4), (7 * 10) * (4 // 2) * 6),
    "conv 1D": (("Conv1D", 5, 3), (H, 4), 5 * 3 * 4 * 5),
    "conv 3D": (("Conv3D", 5, (2, 3, 1)), (6, H, W, 4), (5 * 5 * 10) * (2 * 3) * 4 * 5),
    "depthwise": (
        ("DepthwiseConv2D", (3, 2), {"depth_multiplier": 3}),
        (H, W, 4),
        (5 * 9) * (3 * 2) * 4 * 3,
    ),
    "depthwise 1D": (("DepthwiseConv1D", 3), (H, 4), 5 * 3 * 4),
    "separable": (
        ("SeparableConv2D", 5, (3, 2), {"depth_multiplier": 3}),
        (H, W, 4),
        (5 * 9) * (3 * 2 * (4 * 3) + (4 * 3) * 5),
    ),
    "separable 1D": (("SeparableConv1D", 5, 3), (H, 4), 5 * (3 * 4 + 4 * 5)),
    "transposed": (
        ("Conv2DTranspose", 5, (3, 2), {"strides": 2, "padding": "same"}),
        (H, W, 4),
        (7 * 10) * (3 * 2) * 5 * 4,
    ),
    "transposed 3D": (("Conv3DTranspose", 5, 2), (3, H, W, 4), (3 * 7 * 10) * 8 * 5 * 4),
    "dense": (("Dense", 5), (4,), 4 * 5),
    "dense on a map": (("Dense", 5), (H, W, 4), (7 * 10) * 4 * 5),
    "einsum, two axes kept": (
        ("EinsumDense", "abc,cde->abde", {"output_shape": (None, 2, 5)}),
        (H, 4),
        7 * 4 * (2 * 5),
    ),
    "einsum, two axes summed": (
        ("EinsumDense", "...cd,cde->...e", {"output_shape": (6,)}),
        (3, H, 4),
        3 * (7 * 4) * 6,
    ),
    "LSTM": (("LSTM", 5), (H, 4), 7 * (4 * 20 + 5 * 20)),
    "GRU": (("GRU", 5, {"return_sequences": True}), (H, 4), 7 * (4 * 15 + 5 * 15)),
    "plain recurrent": (("SimpleRNN", 5), (H, 4), 7 * (4 * 5 + 5 * 5)),
    "temporal block": (
        ("TemporalBlock", 5, {"kernel_size": 3, "dilation": 2}),
        (H, 4),
        7 * (3 * 4 * 5 + 3 * 5 * 5 + 4 * 5),
    ),
    "temporal block, no other width": (
        ("TemporalBlock", 4, {"kernel_size": 2}),
        (H, 4),
        7 * (2 * 4 * 4 + 2 * 4 * 4),
    ),
    "positions": (("Positions", (1, 2)), (H, W, 4), 0),
    "without products": (("BatchNormalization",), (H, W, 4), 0),
    "pooling": (("MaxPooling2D", 2), (H, W, 4), 0),
}


@pytest.mark.parametrize(("made", "shape", "products"), CASES.values(), ids=CASES)
def test_one_layer_by_hand(made, shape, products):
    import keras

    name, *arguments = made
    options = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
    layer = getattr(layers if hasattr(layers, name) else keras.layers, name)
    layer = layer(*arguments, **options)
    found = multiply_adds(keras.Sequential([keras.Input(shape), layer]))
    assert found == products
    assert isinstance(found, int)


@pytest.mark.parametrize(
    ("name", "published", "places"),
    [("MobileNet", 569e6, -6), ("ResNet50", 3.86e9, -7)],  # Howard 2017, table 8; He 2016: 3.8e9
)
def test_matches_the_papers(name, published, places):
    import keras

    found = multiply_adds(getattr(keras.applications, name)(weights=None))
    assert round(found, places) == published


def test_attention_by_hand():
    """Projections of both, then 3 heads in which 7 queries meet 5 keys and their values."""
    import keras

    query, value = keras.Input((7, 4)), keras.Input((5, 6))
    made = keras.layers.MultiHeadAttention(3, key_dim=2, value_dim=8)(query, value=value)
    projections = 7 * 4 * (3 * 2) + 5 * 6 * (3 * 2) + 5 * 6 * (3 * 8) + 7 * (3 * 8) * 4
    found = multiply_adds(keras.Model([query, value], made))
    assert found == projections + 3 * (7 * 5) * (2 + 8)


@pytest.mark.parametrize(
    ("axes", "pairs"),
    [((1,), 7 * 7 * 10), ((2,), 7 * 10 * 10), ((1, 2), 70 * 70)],
    ids=["time", "space", "both"],
)
def test_attention_along_axes_by_hand(axes, pairs):
    import keras

    x = keras.Input((7, 10, 4))
    made = keras.layers.MultiHeadAttention(3, key_dim=2, attention_axes=axes)(x, x)
    found = multiply_adds(keras.Model(x, made))
    assert found == 70 * 4 * (4 * 3 * 2) + pairs * 3 * (2 + 2)


def test_nested_and_shared_layers_count_as_often_as_they_are_called():
    import keras

    twice = keras.layers.Dense(3, use_bias=False)
    x = keras.Input((3,))
    inner = keras.Model(x, twice(twice(x)))
    y = keras.Input((5, 3))
    outer = keras.Model([x, y], [inner(x), inner.layers[1](y)])
    assert multiply_adds(inner) == 2 * 9
    assert multiply_adds(outer) == (2 + 5) * 9


def test_a_model_is_left_as_it_was():
    import keras

    layer = keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((3,)), layer])
    before, call = model.get_weights(), keras.layers.Layer.__call__
    assert multiply_adds(model) == multiply_adds(model) == 6
    assert keras.layers.Layer.__call__ is call
    assert layer.output.shape == (None, 2)  # with two nodes, Keras would not say
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


@pytest.mark.parametrize("build", [models.build_ssd, models.build_yolo], ids=["ssd", "yolo"])
def test_a_detector_of_one_look_counts_its_network(build):
    model = build((40, 56, 3), ["coin", "cup"], width=4, depth=1)
    assert multiply_adds(model) == multiply_adds(model.network) > 0


def test_the_head_of_faster_rcnn_counts_for_every_proposal():
    model = models.build_faster_rcnn((40, 56, 3), ["coin", "cup"], width=4, depth=1)
    proposals = model.propose(model(np.zeros((1, 40, 56, 3), np.uint8)))[0].shape[1]
    assert proposals > 1
    head = multiply_adds(model.head)
    assert multiply_adds(model) == multiply_adds(model.network) + proposals * head


def _recurrent(keras):
    return keras.Sequential([keras.Input((5, 8, 9, 3)), keras.layers.ConvLSTM2D(4, 3)])


def _grouped(keras):
    x = keras.Input((5, 4))
    return keras.Model(x, keras.layers.GroupQueryAttention(4, 4, 2)(x, x))


def _without_heads(keras):
    x = keras.Input((5, 4))
    return keras.Model(x, keras.layers.Attention()([x, x]))


def _hidden(keras):
    """Its convolution is never called as a layer, so that its products would be left out."""
    inner = keras.layers.TimeDistributed(keras.layers.Conv2D(2, 3))
    return keras.Sequential([keras.Input((5, 6, 7, 3)), inner])


def _open(keras):
    return keras.Sequential([keras.Input((None, 7, 3)), keras.layers.Conv2D(2, 3)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_recurrent, "convolutions and dense layers.*Received.*kernel"),
        (_grouped, "cannot be counted. Received others: grouped"),
        (_without_heads, "cannot be counted. Received others: attention"),
        (_hidden, "convolutions and dense layers.*Received.*kernel"),
        (_open, r"fixed shapes.*Received shapes: \[\(None, 7, 3\)\]"),
        (lambda keras: keras.Sequential([keras.layers.Dense(2)]), r"fixed shapes.*\[\]"),
        (lambda keras: SimpleNamespace(inputs=None), "fixed shapes"),
    ],
    ids=["recurrent", "grouped", "without heads", "hidden", "open", "unbuilt", "no model"],
)
def test_rejects_what_it_would_count_wrongly(make, message):
    import keras

    with pytest.raises(ValueError, match=message):
        multiply_adds(make(keras))
