import numpy as np
import pytest

from tests.layers.test_temporal import by_scratch as block_by_scratch
from tests.models.clip_models import stirred
from vidlearn.models import (
    build_cnn_tcn,
    build_tcn,
    frame_vectors,
    multiply_adds,
    predict_clips,
    receptive_field,
)

T, F, K = 19, 5, 4
SMALL = {"filters": 6, "kernel_size": 3, "dilations": (1, 2)}


def vectors(n=3, frames=T, seed=0):
    return np.random.default_rng(seed).normal(size=(n, frames, F)).astype("float32")


def build(shape=(T, F), **options):
    return stirred(build_tcn(shape, K, **{**SMALL, **options}))


@pytest.mark.parametrize("every", ["clip", "frame"])
@pytest.mark.parametrize("causal", [True, False])
def test_the_whole_network_matches_scratch(causal, every):
    model, x = build(causal=causal, every=every), vectors()
    made = x
    for k in (1, 2):
        made = block_by_scratch(model.get_layer(f"block{k}"), made)
    if every == "clip":
        made = made[:, -1] if causal else made.mean(axis=1)
    kernel, bias = model.get_layer("logits").get_weights()
    np.testing.assert_allclose(model(x), made @ kernel + bias, atol=1e-4)


def test_nothing_comes_from_later_frames():
    """Whatever stands from frame t + 1 on, the answers up to t stay the same, bit for bit."""
    model, x = build(every="frame"), vectors()
    before = np.array(model(x))
    for t in range(T - 1):
        moved = x.copy()
        moved[:, t + 1 :] = vectors(frames=T - t - 1, seed=t + 1)
        found = np.array(model(moved))
        np.testing.assert_array_equal(found[:, : t + 1], before[:, : t + 1])
        assert (found[:, t + 1] != before[:, t + 1]).any()


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("dilations", [(1,), (1, 2), (1, 2, 3), (2, 4)])
def test_the_reach_measured_is_the_reach_told(dilations, causal):
    """Each frame is moved by itself: which of them change the answer in the middle?"""
    whole = receptive_field(3, dilations)
    frames = 2 * whole + 3
    model = build((frames, F), dilations=dilations, causal=causal, every="frame", filters=24)
    x = np.repeat(vectors(1, frames), frames, axis=0)
    moved = x.copy()
    moved[np.arange(frames), np.arange(frames)] += 4.0
    t = frames // 2
    sees = np.flatnonzero(np.abs(model(moved) - model(x))[:, t].max(axis=-1) > 1e-5)
    assert sees[-1] - sees[0] + 1 == whole
    assert sees[-1] == (t if causal else t + whole // 2)


def test_receptive_field_by_hand():
    """2 convolutions of 3 frames: 1 + 2 * 2 * (1 + 2 + 4 + 8) = 61."""
    assert receptive_field(3, (1, 2, 4, 8)) == 61
    assert receptive_field(5, [3]) == 1 + 2 * 4 * 3
    assert receptive_field(1, [7]) == 1
    assert receptive_field(np.int64(3), np.array([1, 2]), convolutions=1) == 7


@pytest.mark.parametrize("every", ["clip", "frame"])
@pytest.mark.parametrize("causal", [True, False])
def test_padding_changes_no_answer(causal, every):
    """Films of 8 and 19 frames in one array are answered as each alone; of none, nothing breaks."""
    model = build((None, F), causal=causal, every=every)
    x = vectors()
    x[1, 8:] = 0
    x[2] = 0
    found = predict_clips(model, x)
    for k, length in ((0, T), (1, 8)):
        alone = predict_clips(model, x[k, :length])
        mine = found[k, :length] if every == "frame" else found[k]
        np.testing.assert_allclose(mine, alone, atol=1e-5)
    assert np.isfinite(found).all()


def test_weights_fit_another_length():
    model, longer = build(), build((T + 5, F))
    longer.set_weights(model.get_weights())
    x = vectors(frames=T + 5)
    found = predict_clips(longer, x)
    np.testing.assert_allclose(found, predict_clips(build((None, F)), x), atol=1e-6)


def test_weights_and_products_by_hand():
    model = build()
    first = (3 * 5 * 6 + 6) + (3 * 6 * 6 + 6) + 2 * 12 + (5 * 6 + 6)
    second = 2 * (3 * 6 * 6 + 6) + 2 * 12
    assert model.count_params() == first + second + (6 * 4 + 4)
    products = 19 * (3 * 5 * 6 + 3 * 3 * 6 * 6 + 5 * 6) + 6 * 4
    assert multiply_adds(model) == products


def test_behind_a_cnn_stands_the_same_network():
    """The CNN's vectors, given to one of vectors with the same weights, are answered alike."""
    shape = (7, 9, 14, 3)
    clips = np.random.default_rng(0).integers(0, 256, (3, *shape), dtype=np.uint8)
    options = {"kernel_size": 2, "dilations": (1, 3)}
    model = stirred(build_cnn_tcn(shape, K, filters=(4, 5), features=F, units=6, **options))
    behind = build_tcn((7, F), K, filters=6, **options)
    behind.set_weights(model.get_weights()[-len(behind.weights) :])
    found = frame_vectors(model, clips)
    assert found.shape == (3, 7, F)
    np.testing.assert_allclose(predict_clips(behind, found), predict_clips(model, clips), atol=1e-5)
    turned = frame_vectors(model, clips[:, ::-1])
    np.testing.assert_allclose(turned, found[:, ::-1], atol=1e-5)


STACK = [
    ({"kernel_size": 0}, "kernel_size must be a whole number of at least 1. Received: 0"),
    ({"kernel_size": 4, "causal": False}, "kernel_size must be odd.*Received: 4"),
    ({"dilations": ()}, r"dilations must be of whole numbers.*Received: \(\)"),
    ({"dilations": (1, 0)}, r"dilations must be of whole numbers.*Received: \(1, 0\)"),
    ({"dropout": -0.1}, "dropout must be from 0 to below 1. Received: -0.1"),
    ({"every": "second"}, "every must be one of clip, frame. Received: 'second'"),
    ({"classes": 1}, "classes must be at least 2"),
]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        *STACK,
        ({"shape": (T, 4, F)}, r"shape must be \(T, F\).*Received: \(19, 4, 5\)"),
        ({"shape": (T, None)}, r"shape must be \(T, F\)"),
        ({"shape": (0, F)}, r"shape must be \(T, F\)"),
        ({"filters": 0}, "filters must be a whole number"),
    ],
)
def test_builder_of_vectors_rejects_what_it_cannot_build(options, message):
    with pytest.raises(ValueError, match=message):
        build_tcn(**{"shape": (T, F), "classes": K, **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        *STACK,
        ({"shape": (48, 48, 16, 3)}, r"looks like \(H, W, T, C\)"),
        ({"shape": (6, 4, 16, 3)}, "H and W of at least 8, as 3 poolings"),
        ({"features": 0}, "features must be a whole number"),
        ({"units": 0}, "units must be a whole number"),
        ({"filters": (4, 0.5)}, "filters must be of whole numbers"),
    ],
)
def test_builder_of_clips_rejects_what_it_cannot_build(options, message):
    with pytest.raises(ValueError, match=message):
        build_cnn_tcn(**{"shape": (6, 16, 24, 3), "classes": K, **options})


@pytest.mark.parametrize("wrong", [{"kernel_size": 0}, {"dilations": []}, {"convolutions": 0}])
def test_receptive_field_rejects_what_is_no_stack(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be (of|a) whole number"):
        receptive_field(**{"kernel_size": 3, "dilations": (1, 2), **wrong})
