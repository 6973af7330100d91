"""What a tired hand may give the models of clips: each ends in one error that says how to mend."""

import keras
import numpy as np
import pytest

from tests.models.clip_models import SHAPE, TRANSFORMER, VECTORS, some, stirred
from vidlearn import models
from vidlearn.layers import Positions, TemporalBlock
from vidlearn.models import frame_vectors, mstcn_loss, occlusion, predict_clips, receptive_field
from vidlearn.models.clips import real_frames

BUILDERS = {
    "c3d": (models.build_c3d, SHAPE, {"filters": (4, 5)}),
    "cnn_rnn": (models.build_cnn_rnn, SHAPE, {"filters": (4, 5)}),
    "cnn_tcn": (models.build_cnn_tcn, SHAPE, {"filters": (4, 5)}),
    "transformer": (models.build_video_transformer, SHAPE, TRANSFORMER),
    "rnn": (models.build_rnn, VECTORS, {}),
    "tcn": (models.build_tcn, VECTORS, {}),
    "mstcn": (models.build_mstcn, VECTORS, {}),
}
DROPS = ("c3d", "cnn_tcn", "transformer", "tcn", "mstcn")


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("classes", ["5", None, ["a", "b"], 2.5, True])
def test_builders_reject_classes_that_are_no_number(name, classes):
    build, shape, options = BUILDERS[name]
    with pytest.raises(ValueError, match=r"classes must be .*Received"):
        build(shape, classes, **options)


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("shape", [16, None, "abcd", (9.0, 5), (True, 16, 24, 3), (9, True)])
def test_builders_reject_shapes_that_are_none(name, shape):
    build, _, options = BUILDERS[name]
    with pytest.raises(ValueError, match=r"shape must be \(T, .*Received"):
        build(shape, 4, **options)


@pytest.mark.parametrize("name", DROPS)
@pytest.mark.parametrize("dropout", ["a", None, float("nan")])
def test_builders_reject_a_dropout_that_is_no_share(name, dropout):
    build, shape, options = BUILDERS[name]
    with pytest.raises(ValueError, match=r"dropout must be from 0 to below 1. Received"):
        build(shape, 4, **options, dropout=dropout)


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("c3d", {"filters": 8}, r"filters must be a sequence, such as \(4, 8\). Received: 8"),
        ("c3d", {"filters": "48"}, "filters must be a sequence"),
        ("c3d", {"filters": (True, 2)}, "filters must be"),
        ("c3d", {"units": (3, 4)}, "units must be a whole number"),
        ("cnn_rnn", {"filters": None}, "filters must be a sequence"),
        ("cnn_tcn", {"filters": 8}, "filters must be a sequence"),
        ("cnn_tcn", {"features": (3, 4)}, "features must be a whole number"),
        ("cnn_tcn", {"dilations": 2}, "dilations must be a sequence"),
        ("tcn", {"dilations": 2}, "dilations must be a sequence"),
        ("tcn", {"dilations": ((1, 2),)}, "dilations must be of whole numbers"),
        ("tcn", {"filters": (3, 4)}, "filters must be a whole number"),
        ("mstcn", {"stages": (1, 2)}, "stages must be a whole number"),
        ("mstcn", {"layers": (1, 2)}, "layers must be a whole number"),
        ("transformer", {"tubelet": 8}, "tubelet must be a sequence"),
        ("transformer", {"width": (12,)}, "width must be a whole number"),
        ("transformer", {"heads": (3,)}, "heads must be a whole number"),
    ],
)
def test_builders_reject_one_for_many_and_many_for_one(name, wrong, message):
    build, shape, options = BUILDERS[name]
    with pytest.raises(ValueError, match=message):
        build(shape, 4, **options | wrong)


def test_a_clip_that_looks_turned_is_told_what_to_do():
    with pytest.raises(ValueError, match="needs one frame more, or less"):
        models.build_c3d((32, 32, 24, 3), 4, filters=(4,))
    assert models.build_c3d((31, 32, 24, 3), 4, filters=(4,)).output_shape == (None, 4)


def test_a_clip_as_long_as_it_is_high_and_wide_is_not_taken_for_a_turned_one():
    assert models.build_c3d((16, 16, 16, 3), 2, filters=(4,)).output_shape == (None, 2)


def test_seven_convolutions_before_one_pooling_are_seven():
    model = models.build_c3d((4, 8, 9, 3), 4, filters=((3,) * 7,), norm=False)
    names = [layer.name for layer in model.layers if layer.name.startswith("conv")]
    assert names == [f"conv1{letter}" for letter in "abcdefg"]


@pytest.mark.parametrize("dilations", [4, "12", None])
def test_receptive_field_rejects_dilations_that_are_no_sequence(dilations):
    with pytest.raises(ValueError, match="dilations must be a sequence"):
        receptive_field(3, dilations)


@pytest.fixture(scope="module")
def tcn():
    return stirred(models.build_tcn((None, 5), 4, filters=6))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((0, 9, 5)), r"clips must not be empty. Received: shape \(0, 9, 5\)"),
        (np.zeros((2, 0, 5)), "clips must not be empty"),
        (np.where(np.arange(90).reshape(2, 9, 5) == 7, np.nan, 1), "finite numbers.*NaN"),
        (np.full((2, 9, 5), np.inf), "finite numbers.*infinity"),
        (np.full((2, 9, 5), "a"), "clips must be finite numbers. Received: <U1"),
        (np.ones((2, 9, 5), complex), "Received: complex128"),
        (np.ones((2, 9, 5), object), "Received: object"),
        ([[1], [2, 3]], "lists of different lengths"),
        (3, r"clips must be \(N, \*\(None, 5\)\)"),
    ],
)
def test_prediction_rejects_what_are_no_clips(tcn, x, message):
    with pytest.raises(ValueError, match=message):
        predict_clips(tcn, x)


@pytest.mark.parametrize("size", [0, -1, 1.5, "a", None])
def test_prediction_rejects_batches_of_no_size(tcn, size):
    with pytest.raises(ValueError, match="batch_size must be a whole number of at least 1"):
        predict_clips(tcn, np.ones((2, 9, 5)), batch_size=size)
    transformer = models.build_video_transformer(SHAPE, 4, **TRANSFORMER)
    with pytest.raises(ValueError, match="batch_size must be a whole number of at least 1"):
        models.attention_maps(transformer, some(transformer), batch_size=size)


def test_vectors_of_frames_need_a_cnn(tcn):
    """One of vectors has an input of that name, which would come back as it went in."""
    for model in (tcn, models.build_c3d(SHAPE, 4, filters=(4,))):
        with pytest.raises(ValueError, match="model must be of build_cnn_rnn or build_cnn_tcn"):
            frame_vectors(model, some(models.build_c3d(SHAPE, 4, filters=(4,))))


def test_probabilities_of_large_logits_are_finite():
    x = keras.Input((1, 3))
    model = keras.Model(x, keras.layers.Flatten()(x))
    found = predict_clips(model, np.array([[[1000.0, 999.0, -1000.0]]]))
    np.testing.assert_allclose(found[0], [1 / (1 + np.e**-1), 1 / (1 + np.e), 0], rtol=1e-5)


def test_each_row_of_logits_has_its_own_scale():
    x = keras.Input((4, 2))
    model = keras.Model(x, keras.layers.GlobalMaxPooling1D()(x))
    found = predict_clips(model, np.repeat([[[0.0, 0.0]], [[900.0, 0.0]]], 4, axis=1))
    np.testing.assert_allclose(found, [[0.5, 0.5], [1, 0]])


def test_only_a_vector_of_nothing_but_zeros_is_padding():
    vectors = np.array([[[0.0, 1.0], [-1.0, 0.0], [0.0, 0.0], [np.nan, 0.0]]])
    assert np.asarray(real_frames(vectors)).tolist() == [[True, True, False, True]]


def test_padding_in_the_middle_is_time_that_passes(tcn):
    """At the start, too, padding changes nothing."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1, 6, 5))
    gap = np.zeros((1, 2, 5))
    late, torn = np.concatenate([gap, x], 1), np.concatenate([x[:, :3], gap, x[:, 3:]], 1)
    plain = predict_clips(tcn, x)
    np.testing.assert_allclose(predict_clips(tcn, late), plain, atol=1e-5)
    assert np.abs(predict_clips(tcn, torn) - plain).max() > 1e-3
    rnn = stirred(models.build_rnn((None, 5), 4, units=6))
    for other in (late, torn):
        np.testing.assert_allclose(predict_clips(rnn, other), predict_clips(rnn, x), atol=1e-5)


def test_a_film_of_an_hour_has_a_mean_in_half_precision():
    keras.config.set_dtype_policy("mixed_float16")
    model = stirred(models.build_tcn((None, 5), 4, filters=6, dilations=(1,), causal=False))
    scale = model.get_layer("block1").steps[1][1].gamma
    scale.assign(scale * 40)  # 60 000 frames of about 20 are more than float16 can hold
    x = np.random.default_rng(0).normal(size=(1, 60_000, 5)).astype("float32")
    found = predict_clips(model, x)
    keras.config.set_dtype_policy("float32")
    full = models.build_tcn((None, 5), 4, filters=6, dilations=(1,), causal=False)
    full.set_weights(model.get_weights())
    np.testing.assert_allclose(found, predict_clips(full, x), atol=0.1)


def test_a_label_without_a_class_makes_its_film_nan():
    logits = np.zeros((3, 2, 4, 5), "float32")
    labels = [[0, 1, 2, 4], [0, 5, 2, 4], [-1, -1, -7, -1]]
    found = np.array(mstcn_loss(labels, logits))
    assert np.isnan(found).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (np.zeros((1, 6)), {}, r"Received: \(1, 6\) and \(3, 6, 4\)"),
        (np.zeros((3, 6)), {"weight": float("nan")}, "weight must be at least 0"),
        (np.zeros((3, 6)), {"weight": "a"}, "weight must be at least 0. Received: 'a'"),
        (np.zeros((3, 6)), {"tau": None}, "tau must be above 0. Received: None"),
        (np.zeros((3, 6)), {"tau": float("nan")}, "tau must be above 0"),
    ],
)
def test_the_loss_rejects_what_would_be_spread_or_is_no_number(labels, options, message):
    with pytest.raises(ValueError, match=message):
        mstcn_loss(labels, np.zeros((3, 6, 4)), **options)


@pytest.mark.parametrize("shape", [(2, 1), (9,), (1, 9), (2, 8), (2, 9, 1), (2, 9, 5)])
def test_the_block_rejects_masks_that_would_be_spread(shape):
    with pytest.raises(ValueError, match=r"mask must be \(N, T\).*x \(2, 9, 5\)"):
        TemporalBlock(4)(np.ones((2, 9, 5), "float32"), mask=np.ones(shape, bool))


def test_a_mask_of_numbers_says_yes_and_no_only():
    x, block = np.random.default_rng(0).normal(size=(1, 6, 5)).astype("float32"), TemporalBlock(4)
    mask = np.array([[1, 1, 1, 0.5, 2, 0]])
    np.testing.assert_allclose(block(x, mask=mask), block(x, mask=mask != 0))


@pytest.mark.parametrize("dropout", ["a", None])
def test_the_block_rejects_a_dropout_that_is_no_number(dropout):
    with pytest.raises(ValueError, match="dropout must be from 0 to below 1"):
        TemporalBlock(4, dropout=dropout)


@pytest.mark.parametrize("shape", [(2, 1, 4, 5), (2, 3, 1, 5), (2, 3, 4, 1), (2, 6, 4, 5), (3, 5)])
def test_positions_reject_what_they_were_not_built_for(shape):
    """A length of 1 would be spread over all places, in silence."""
    layer = Positions((1, 2))
    layer(np.zeros((2, 3, 4, 5)))
    assert tuple(layer(np.zeros((7, 3, 4, 5))).shape) == (7, 3, 4, 5)
    with pytest.raises(ValueError, match="incompatible with the layer"):
        layer(np.zeros(shape))


@pytest.mark.parametrize("axes", [1, "12", None, (1.0,)])
def test_positions_reject_axes_that_are_no_whole_numbers(axes):
    with pytest.raises(ValueError, match=r"axes must be a sequence of whole numbers. Received"):
        Positions(axes)


def test_positions_reject_an_axis_given_twice():
    with pytest.raises(ValueError, match=r"each once.*Received: axes \(1, 1\)"):
        Positions((1, 1)).build((None, 3, 4))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 1.5}, "window must be from 1 to 5.*Received: 1.5"),
        ({"window": "a"}, "window must be from 1 to 5.*Received: 'a'"),
        ({"grid": (2,)}, r"grid must be rows and columns.*Received: \(2,\)"),
        ({"grid": 3}, "grid must be rows and columns.*Received: 3"),
        ({"grid": (2.5, 2)}, "grid must be rows and columns"),
        ({"grid": (2, 2, 2)}, "grid must be rows and columns"),
        ({"batch_size": 0}, "batch_size must be a whole number from 1 on. Received: 0"),
        ({"batch_size": 2.5}, "batch_size must be a whole number from 1 on"),
        ({"clip": np.full((6, 8, 9, 3), np.nan)}, "clip must be of finite numbers"),
        ({"clip": np.zeros((6, 0, 9, 3))}, r"clip must be one clip.*\(6, 0, 9, 3\)"),
    ],
)
def test_occlusion_rejects_what_it_would_cut_wrongly(options, message):
    given = {"clip": np.zeros((6, 8, 9, 3), np.uint8)} | options
    with pytest.raises(ValueError, match=message):
        occlusion(lambda clips: np.full((len(clips), 2), 0.5), given.pop("clip"), **given)


def test_dropout_stands_where_it_is_told():
    """Behind each part of a block, at the rate that was asked for."""
    rates = {}
    for name in DROPS:
        build, shape, options = BUILDERS[name]
        model = build(shape, 4, **options, dropout=0.3)
        drops = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
        blocks = [layer for layer in model.layers if isinstance(layer, TemporalBlock)]
        rates[name] = [layer.rate for layer in drops] + [block.dropout for block in blocks]
    assert rates == {
        "c3d": [0.3],
        "cnn_tcn": [0.3] * 3,
        "transformer": [0.3] * 2 * 3,  # of two blocks: time, space, dense
        "tcn": [0.3] * 3,
        "mstcn": [0.3] * 3 * 6,
    }


def test_the_cnn_before_a_tcn_is_normalised_before_its_tanh():
    model = models.build_cnn_tcn(SHAPE, 4, filters=(4, 5))
    norms = [x.name for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    assert norms == ["conv1_norm", "conv2_norm", "frame_norm"]
    assert {model.get_layer(name).momentum for name in norms} == {0.9}


def test_the_factorised_form_has_half_as_many_blocks_over_moments():
    for depth, moments in ((1, [2]), (2, [3]), (5, [6, 7])):
        options = TRANSFORMER | {"depth": depth, "form": "factorised"}
        model = models.build_video_transformer(SHAPE, 4, **options)
        names = [layer.name for layer in model.layers if layer.name.endswith("_time")]
        found = [name for name in names if name.startswith("attention")]
        assert found == [f"attention{k}_time" for k in moments]


def test_maps_are_float32_in_half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = models.build_video_transformer(SHAPE, 4, **TRANSFORMER)
    maps = models.attention_maps(model, some(model))
    assert {found.dtype.name for found in maps.values()} == {"float32"}
