import keras
import numpy as np
import pytest

from tests.models.clip_models import stirred
from vidlearn import scratch
from vidlearn.models import build_c3d, multiply_adds, predict_clips
from vidlearn.models.c3d import middle_width

SHAPE = (5, 13, 18, 3)


@pytest.fixture(scope="module")
def clips():
    return np.random.default_rng(0).integers(0, 256, (3, *SHAPE), dtype=np.uint8)


def by_scratch(model, clips, filters, form, norm):
    """The same network in NumPy, from its weights in their order."""
    weights = [w.astype(float) for w in model.get_weights()]
    x = clips / 128 - 1
    for k, _ in enumerate(filters):
        for _ in range(1 if form == "3d" else 2):
            kernel = weights.pop(0)
            bias = None if norm else weights.pop(0)
            x, _ = scratch.conv3d_forward(x, kernel, bias, padding="same")
            if norm:
                gamma, beta, mean, variance = (weights.pop(0) for _ in range(4))
                x = (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta
            x = np.maximum(x, 0)
        x, _ = scratch.max_pool3d_forward(x, size=(1 if k == 0 else 2, 2, 2))
    return x.mean(axis=(1, 2, 3)) @ weights[0] + weights[1]


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("form", ["3d", "2+1d"])
def test_the_whole_network_matches_scratch(form, norm, clips):
    filters = (4, 5)
    model = stirred(build_c3d(SHAPE, 7, filters=filters, form=form, norm=norm))
    wanted = by_scratch(model, clips, filters, form, norm)
    np.testing.assert_allclose(model(clips), wanted, atol=1e-4)
    np.testing.assert_allclose(predict_clips(model, clips).sum(axis=1), 1, atol=1e-6)


def test_shapes_by_hand():
    """The first pooling leaves time alone; odd sides are rounded down."""
    model = build_c3d((9, 25, 38, 3), 7, filters=(4, 6, 8))
    shapes = [model.get_layer(f"pool{k}").output.shape[1:] for k in (1, 2, 3)]
    assert shapes == [(9, 12, 19, 4), (4, 6, 9, 6), (2, 3, 4, 8)]
    assert model.get_layer("mean").output.shape == (None, 8)
    assert model.output_shape == (None, 7)


def test_weights_and_products_by_hand():
    model = build_c3d(SHAPE, 7, filters=(4, 6), norm=False)
    assert model.count_params() == (27 * 3 * 4 + 4) + (27 * 4 * 6 + 6) + (6 * 7 + 7)
    seen = (5 * 13 * 18) * 27 * 3 * 4 + (5 * 6 * 9) * 27 * 4 * 6 + 6 * 7
    assert multiply_adds(model) == seen


def test_the_paper_s_convolutions():
    """27.7 million weights in eight convolutions; with the paper's two dense layers of 4096, 78.

    What is left of 16 x 112 x 112, padded in the last pooling, is 1 x 4 x 4 x 512 = 8192.
    """
    filters = (64, 128, (256, 256), (512, 512), (512, 512))
    model = build_c3d((16, 112, 112, 3), 487, filters=filters, norm=False)
    names = [layer.name for layer in model.layers if layer.name.startswith("conv")]
    assert names == ["conv1", "conv2", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b"]
    convolutions = model.count_params() - (512 * 487 + 487)
    dense = (8192 * 4096 + 4096) + (4096 * 4096 + 4096)
    assert convolutions == 27_655_936
    assert round(dense / 1e6) == 50
    assert round((convolutions + dense) / 1e6) == 78


def test_the_middle_is_as_wide_as_keeps_the_weights():
    """M = floor(3 * 9 * 3 * 45 / (9 * 3 + 3 * 45)) = floor(3645 / 162) = 22."""
    assert middle_width(3, 45) == 22
    assert middle_width(64, 64) == 144
    assert middle_width(6, 8, size=5, frames=2) == (2 * 25 * 6 * 8) // (25 * 6 + 2 * 8)
    assert middle_width(1, 1) == 2
    assert middle_width(1, 1, size=1, frames=1) == 1  # of 1 weight, where 2 kernels have 2
    for inputs, outputs in ((3, 16), (16, 40), (64, 17)):
        whole = 27 * inputs * outputs
        fits = [9 * inputs * m + 3 * m * outputs <= whole for m in range(1, 600)]
        assert fits.index(False) == middle_width(inputs, outputs)  # the largest that fits


def test_two_parts_have_about_as_many_weights():
    options = {"filters": (16, 32), "norm": False}
    whole, parts = (build_c3d(SHAPE, 7, form=form, **options) for form in ("3d", "2+1d"))
    shapes = [w.shape for w in parts.get_layer("conv2_space").weights]
    assert shapes == [(1, 3, 3, 16, 57), (57,)]  # 27 * 16 * 32 // (9 * 16 + 3 * 32) = 57.6
    assert abs(parts.count_params() / whole.count_params() - 1) < 0.02


@pytest.mark.parametrize("form", ["3d", "2+1d"])
def test_weights_fit_another_length_and_size(form, clips):
    model = stirred(build_c3d(SHAPE, 7, filters=(4, 5), form=form))
    other = build_c3d((6, 16, 10, 3), 7, filters=(4, 5), form=form)
    other.set_weights(model.get_weights())
    assert other.count_params() == model.count_params()


@pytest.mark.parametrize("form", ["3d", "2+1d"])
def test_it_reads_the_order_of_frames(form, clips):
    model = stirred(build_c3d(SHAPE, 7, filters=(4, 5), form=form))
    assert np.abs(predict_clips(model, clips) - predict_clips(model, clips[:, ::-1])).max() > 1e-3


def test_it_learns_which_way_a_bar_goes():
    """Left to right against right to left, which no single frame tells."""
    keras.utils.set_random_seed(3)
    labels = np.arange(32) % 2
    clips = np.zeros((32, 6, 8, 12, 1), np.uint8)
    starts = np.random.default_rng(0).integers(0, 12, 32)
    for clip, label, start in zip(clips, labels, starts, strict=True):
        for t in range(6):
            clip[t, :, (start + (1 - 2 * label) * t) % 12] = 255
    model = build_c3d(clips.shape[1:], 2, filters=(4, 6))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss, jit_compile=False)
    model.fit(clips, labels, batch_size=8, epochs=15, verbose=0)
    assert (predict_clips(model, clips).argmax(axis=1) == labels).mean() > 0.9


def test_centred_what_stands_still_vanishes(clips):
    """Pixels that never change may be any; a clip and the same on another picture are one."""
    shape = clips.shape[1:]
    model = build_c3d(shape, 3, filters=(4, 5), centred=True)
    still = np.random.default_rng(7).uniform(-9, 9, (1, 1, *shape[1:]))
    there, moved = (np.asarray(model(x.astype("float32"))) for x in (clips, clips + still))
    np.testing.assert_allclose(moved, there, rtol=1e-3, atol=1e-4)
    plain = build_c3d(shape, 3, filters=(4, 5))
    plain.set_weights(model.get_weights())
    other = clips - clips.mean(axis=1, keepdims=True) + 128
    np.testing.assert_allclose(plain(other.astype("float32")), there, rtol=1e-3, atol=1e-4)


def test_units_stand_before_the_logits():
    model = build_c3d(SHAPE, 7, filters=(4,), units=9, dropout=0.5)
    assert model.get_layer("dense").output.shape == (None, 9)
    assert model.get_layer("dense").activation is keras.activations.relu
    assert model.get_layer("dropout").rate == 0.5
    assert model.get_layer("logits").kernel.shape == (9, 7)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": (13, 18, 3)}, r"shape must be \(T, H, W, C\) of one clip"),
        ({"shape": (48, 48, 16, 3)}, r"Received: \(48, 48, 16, 3\), which looks like \(H, W, T,"),
        ({"shape": (3, 16, 40, 48)}, r"which looks like \(C, T, H, W\)"),
        ({"shape": (16, 3, 40, 48)}, r"which looks like \(T, C, H, W\)"),
        ({"shape": (8, 15, 18, 3)}, "H and W of at least 16, as 4 poolings"),
        ({"shape": (7, 16, 18, 3)}, "T of at least 8, as 3 poolings halve it"),
        ({"shape": (8, 16.0, 18, 3)}, r"shape must be \(T, H, W, C\)"),
        ({"classes": 1}, "classes must be at least 2. Received: 1"),
        ({"form": "2d"}, r"form must be one of 3d, 2\+1d. Received: '2d'"),
        ({"filters": ()}, "filters must name at least one convolution"),
        ({"filters": (4, 0)}, "filters must be a whole number of at least 1. Received: 0"),
        ({"filters": (4, (5, 0.5))}, "filters must be of whole numbers of at least 1"),
        ({"units": 0}, "units must be a whole number of at least 1. Received: 0"),
        ({"dropout": 1}, "dropout must be from 0 to below 1. Received: 1"),
    ],
)
def test_builder_rejects_what_it_cannot_build(options, message):
    with pytest.raises(ValueError, match=message):
        build_c3d(**{"shape": (8, 17, 18, 3), "classes": 4, **options})


def test_the_smallest_clip_is_taken():
    model = build_c3d((8, 16, 17, 3), 4)
    assert model.get_layer("pool4").output.shape == (None, 1, 1, 1, 64)
