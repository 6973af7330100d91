"""Backbones: shapes at each stride, weights from a file, clear words where they cannot be had."""

import numpy as np
import pytest

from vidlearn.models import build_ssd, load_detector

SHAPE = (64, 96, 3)
SIZES = ((10,), (20,), (40,))


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.mark.parametrize("name", ["small", "resnet50", "mobilenet"])
def test_maps_have_the_strides_they_are_asked_for(keras, name):
    from vidlearn.models.backbones import build_backbone

    backbone = build_backbone(name, SHAPE, width=4, depth=1, strides=(8, 32))
    shapes = [tuple(x.shape[1:3]) for x in backbone.outputs]
    assert shapes == [(8, 12), (2, 3)]
    maps = backbone(np.random.default_rng(0).uniform(0, 255, (1, *SHAPE)), training=False)
    assert all(np.isfinite(keras.ops.convert_to_numpy(x)).all() for x in maps)


def test_small_backbone_rounds_up_and_the_pyramid_crops(keras):
    from vidlearn.models.backbones import pyramid, small_backbone

    backbone = small_backbone((50, 70, 3), width=2, depth=1, strides=(8, 16))
    assert [tuple(x.shape[1:]) for x in backbone.outputs] == [(7, 9, 8), (4, 5, 16)]
    assert [tuple(x.shape[1:]) for x in pyramid(backbone.outputs, 6)] == [(7, 9, 6), (4, 5, 6)]


def test_the_pyramid_hands_down_what_the_coarse_map_sees(keras):
    """A change in the coarse map reaches the fine one at its place; not the other way round."""
    from vidlearn.models.backbones import pyramid

    keras.utils.set_random_seed(1)
    fine, coarse = keras.Input((4, 6, 3)), keras.Input((2, 3, 5))
    model = keras.Model([fine, coarse], pyramid([fine, coarse], 2))
    rng = np.random.default_rng(1)
    x = [rng.normal(size=(1, 4, 6, 3)), rng.normal(size=(1, 2, 3, 5))]
    before = [keras.ops.convert_to_numpy(y) for y in model(x)]
    x[1][0, 1, 2] += 3
    after = [keras.ops.convert_to_numpy(y) for y in model(x)]
    changed = np.abs(after[0] - before[0])[0].any(axis=-1)
    assert np.argwhere(changed).min(axis=0).tolist() == [2, 4]
    x[0][0, 0, 0] += 3
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(x)[1]), after[1])


@pytest.mark.parametrize("name", ["resnet50", "mobilenet"])
def test_applications_see_what_their_weights_learnt_from(keras, name, monkeypatch):
    """Scaled as keras.applications scales it: the same maps as through its own preprocess_input."""
    from vidlearn.models.backbones import _TAKEN_FROM, build_backbone

    keras.utils.set_random_seed(4)
    ours = build_backbone(name, SHAPE, strides=(8,))
    module, make = {
        "resnet50": (keras.applications.resnet50, keras.applications.ResNet50),
        "mobilenet": (keras.applications.mobilenet, keras.applications.MobileNet),
    }[name]
    theirs = make(include_top=False, weights=None, input_shape=SHAPE)
    front = keras.Model(theirs.input, theirs.get_layer(_TAKEN_FROM[name][8]).output)
    front.set_weights(ours.get_weights())
    frames = np.random.default_rng(0).integers(0, 256, (1, *SHAPE)).astype("float32")
    found = ours(frames, training=False)
    found = found[0] if isinstance(found, list) else found
    wanted = front(module.preprocess_input(frames.copy()), training=False)
    found, wanted = map(keras.ops.convert_to_numpy, (found, wanted))
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)


def test_weights_come_from_a_file(keras, tmp_path):
    path = tmp_path / "mobile.weights.h5"
    keras.utils.set_random_seed(5)
    source = keras.applications.MobileNet(include_top=False, weights=None, input_shape=SHAPE)
    source.save_weights(path)
    options = {"sizes": SIZES, "width": 4, "backbone": "mobilenet"}
    model = build_ssd(SHAPE, ["a"], **options, weights=path)
    kernel = model.network.get_layer("conv1").get_weights()[0]
    np.testing.assert_array_equal(kernel, source.get_layer("conv1").get_weights()[0])
    assert model.get_config()["backbone"] == "mobilenet"
    model.save(tmp_path / "a.keras")
    path.unlink()  # the saved model has its own weights
    again = load_detector(tmp_path / "a.keras")
    np.testing.assert_array_equal(again.network.get_layer("conv1").get_weights()[0], kernel)


@pytest.mark.filterwarnings("ignore")  # Keras warns of each weight that does not fit
def test_weights_that_cannot_be_had_are_explained(keras, tmp_path, monkeypatch):
    options = {"sizes": SIZES, "width": 4, "backbone": "mobilenet"}
    with pytest.raises(FileNotFoundError, match=r"nowhere\.h5 is no file of weights"):
        build_ssd(SHAPE, ["a"], **options, weights=tmp_path / "nowhere.h5")
    other = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(other)
    with pytest.raises(ValueError, match=r"other\.weights\.h5 does not hold the weights"):
        build_ssd(SHAPE, ["a"], **options, weights=other)
    rubbish = tmp_path / "rubbish.h5"
    rubbish.write_bytes(b"no weights")
    with pytest.raises(ValueError, match=r"rubbish\.h5 does not hold the weights"):
        build_ssd(SHAPE, ["a"], **options, weights=rubbish)

    def no_network(*_, **__):
        raise Exception("URL fetch failure: no route to host")

    from keras.src.applications import mobilenet

    monkeypatch.setattr(mobilenet.file_utils, "get_file", no_network)
    with pytest.raises(OSError, match=r"(?s)no route to host.*\.keras/models.*weights=None"):
        build_ssd(SHAPE, ["a"], **options, weights="imagenet")


def test_strides_that_a_backbone_lacks_are_refused(keras):
    with pytest.raises(ValueError, match="strides must be 8, 16, 32"):
        build_ssd((128, 128, 3), ["a"], sizes=((8,),) * 4, backbone="mobilenet")


@pytest.mark.parametrize("size", [(60, 80), (90, 120), (176, 240)])
def test_weights_of_a_pyramid_serve_pictures_of_every_size(keras, size):
    """Where nothing has to be cropped too: layers, and so weights, keep their order."""
    from vidlearn.models.backbones import pyramid, small_backbone

    def built(shape):
        backbone = small_backbone(shape, width=4, depth=1)
        return keras.Model(backbone.inputs, pyramid(backbone.outputs, 8))

    weights = built((120, 160, 3)).get_weights()
    other = built((*size, 3))
    other.set_weights(weights)
    assert all(np.array_equal(a, b) for a, b in zip(other.get_weights(), weights, strict=True))


def test_the_way_round_the_convolutions_averages_over_the_stride_by_hand(keras):
    from vidlearn.models.backbones import residual

    pictures = keras.Input((3, 4, 5))
    model = keras.Model(pictures, residual(pictures, 5, 2))
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])  # nothing goes through them
    x = np.random.default_rng(0).normal(size=(1, 3, 4, 5)).astype("float32")
    found = keras.ops.convert_to_numpy(model(x))[0]
    rows = [x[0, :2], x[0, 2:]]  # the last row stands alone
    wanted = [[row[:, k : k + 2].mean(axis=(0, 1)) for k in (0, 2)] for row in rows]
    np.testing.assert_allclose(found, np.maximum(wanted, 0), atol=1e-5)


def test_the_pyramid_crops_at_the_end_so_that_places_stay(keras):
    """Cell (1, 2) of a coarse map is cells (2, 4) to (3, 5) of the fine one, also of odd sizes."""
    from vidlearn.models.backbones import pyramid

    fine, coarse = keras.Input((5, 7, 3)), keras.Input((3, 4, 6))
    model = keras.Model([fine, coarse], pyramid([fine, coarse], 2)[0])
    rng = np.random.default_rng(2)
    x = [rng.normal(size=(1, 5, 7, 3)), rng.normal(size=(1, 3, 4, 6))]
    before = keras.ops.convert_to_numpy(model(x))
    x[1][0, 1, 2] = 3 - x[1][0, 1, 2]
    places = np.argwhere((keras.ops.convert_to_numpy(model(x)) != before)[0].any(axis=-1))
    assert places.min(axis=0).tolist() == [2, 4]
    assert places.max(axis=0).tolist() == [3, 5]
