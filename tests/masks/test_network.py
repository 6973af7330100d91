"""A network mends what flow carries; its copy learns one thing, and the network itself stays."""

import keras
import numpy as np
import pytest

from tests.masks.test_flow import square, texture
from vidlearn.masks import adapt, follow, predict_masks, propagate
from vidlearn.models import build_unet


def listens(height=None, width=None):
    """A network that says what its fourth channel says."""
    inputs = keras.Input((height, width, 4))
    return keras.Model(inputs, inputs[..., 3:] / 8 - 16)


def sees_red():
    """A network that says where it is red, whatever it is told."""
    inputs = keras.Input((None, None, 4))
    return keras.Model(inputs, inputs[..., :1] - inputs[..., 1:2] - 60)


def film():
    """A red square that is away in frames 3 and 4."""
    frames, masks = map(np.stack, zip(*(square(t) for t in range(8)), strict=True))
    frames[3:5], masks[3:5] = texture(), False
    frames[:] = frames[..., :1]  # grey
    frames[masks] = 200, 20, 20
    return frames, masks


def test_predict_masks_by_hand():
    frames, masks = film()
    told = predict_masks(listens(), frames, masks, batch_size=3)
    np.testing.assert_allclose(told, 1 / (1 + np.exp(np.where(masks, -15.875, 16))), atol=1e-6)
    assert (predict_masks(listens(), frames) < 0.01).all()
    half = predict_masks(listens(), frames, np.full(masks.shape, 0.25))
    np.testing.assert_allclose(half, 1 / (1 + np.exp(8)), atol=1e-5)  # 64 of 255


@pytest.mark.parametrize("channels", [3, 4])
def test_any_size_is_filled_up_and_cut_again(channels):
    model = build_unet((None, None, channels), filters=(2, 3, 4))
    frames = film()[0]
    whole = predict_masks(model, frames[:2])
    part = predict_masks(model, frames[:2, :61, :90])
    assert part.shape == (2, 61, 90)
    np.testing.assert_allclose(part[:, :32, :60], whole[:, :32, :60], atol=1e-4)


def test_what_listens_is_carried_by_flow_and_what_sees_needs_none():
    frames, masks = film()
    deaf, blind = (
        follow(sees_red(), frames, masks[0]),
        follow(listens(), frames, masks[0], search=0),
    )
    np.testing.assert_array_equal(deaf, masks)
    np.testing.assert_array_equal(blind[0], masks[0])
    hard = propagate(frames[:3], masks[0], soft=False)
    assert (blind[:3] != hard).mean() < 0.002  # 128 of 255 is 0.502
    still = follow(listens(), frames[:3], masks[0], search=0, flow=False)
    np.testing.assert_array_equal(still, np.stack([masks[0]] * 3))
    untold = follow(listens(), frames[:3], masks[0], search=0.6)  # says no where it is told nothing
    assert not untold[1:].any()


def test_a_copy_learns_one_thing():
    keras.utils.set_random_seed(0)
    frames, masks = film()
    frames[:, 4:16, 60:80] = 20, 20, 200  # and not the other
    model = build_unet((None, None, 4), filters=(4, 8))
    before = model.get_weights()
    copy = adapt(model, frames[0], masks[0], pairs=64, epochs=3, rate=0.02)
    for old, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)
    found = predict_masks(copy, frames) > 0.5
    assert (found & masks).sum() > 0.6 * (found | masks).sum()
    learnt = copy.get_weights()
    other = frames[0, ..., 2] > 190
    again = adapt(model, frames[0], other, pairs=8, epochs=1, into=copy)
    assert again is copy
    assert int(again.optimizer.iterations) == 1
    assert float(again.optimizer.learning_rate) == pytest.approx(0.015)
    one = adapt(model, frames[0], masks[0], pairs=64, epochs=3, rate=0.02, into=copy)
    moved = [np.abs(a - b).max() for a, b in zip(one.get_weights(), learnt, strict=True)]
    assert max(moved) < 1.0  # from the same start; what it was between leaves nothing behind


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f, m: predict_masks(listens(), f, m[:2]), r"guides must be \(8, 64, 96\)"),
        (lambda f, m: predict_masks(listens(), f / 255), "frames must be"),
        (lambda f, m: follow(listens(), f, m[0, :9]), r"first must be \(64, 96\)"),
        (lambda f, m: follow(listens(), f, m[0], search=2), "search must be 0 to 1. Received: 2"),
        (lambda f, m: adapt(listens(), f[0], m[3]), "at least one pixel"),
        (lambda f, m: adapt(listens(), f[0], m[0], into=listens()), "into must be what"),
        (lambda f, m: predict_masks(listens(), f, 255 * m.astype(np.uint8)), "from 0 to 1"),
        (lambda f, m: predict_masks(listens(), f, np.full(m.shape, np.nan)), "from 0 to 1"),
        (lambda f, m: predict_masks(listens(), f, batch_size=0), "batch_size must be"),
        (lambda f, m: adapt(listens(), f[0], m[0], pairs=0), "pairs must be"),
        (lambda f, m: adapt(listens(), f[0], m[0], rate=np.nan), "rate must be"),
        (lambda f, m: adapt(small(3), f[0], m[0]), "four channels"),
        (lambda f, m: follow(small(3), f, m[0]), "four channels"),
        (lambda f, m: adapt(small(4), f[0, :1], m[0, :1] | True), "at least 2 x 2"),
    ],
)
def test_rejects_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call(*film())


def small(channels):
    return build_unet((None, None, channels), filters=(2, 3))


def test_sizes_that_the_network_cannot_halve_are_adapted_to_all_the_same():
    frames, _ = film()
    frame, mask = frames[0, :23, :31], np.zeros((23, 31), bool)
    mask[5:15, 5:15] = True
    copy = adapt(small(4), frame, mask, pairs=8)
    assert predict_masks(copy, frame[None]).shape == (1, 23, 31)


def test_layers_may_have_any_names():
    import keras

    pictures = keras.Input((None, None, 4))
    x = keras.layers.MaxPooling2D(2, name="smaller")(pictures)
    x = keras.layers.UpSampling2D(2)(keras.layers.Conv2D(2, 3, padding="same")(x))
    model = keras.Model(
        pictures, keras.layers.Conv2D(1, 1)(keras.layers.Concatenate()([pictures, x]))
    )
    assert predict_masks(model, np.zeros((1, 33, 35, 3), np.uint8)).shape == (1, 33, 35)
