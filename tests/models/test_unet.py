from math import log

import keras
import numpy as np
import pytest

from tests.models.clip_models import stirred
from vidlearn import scratch
from vidlearn.models import build_unet, mask_loss

H, W, C = 12, 20, 4
FILTERS = (3, 5, 7)


def pictures(n=2, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, H, W, C)).astype("float32")


def by_scratch(model, x):
    """The same network in NumPy, from its weights in the order of its layers."""
    x, kept = x / 128 - 1, []

    def twice(x, name):
        for k in (1, 2):
            w, b = map(np.float64, model.get_layer(f"{name}_conv{k}").get_weights())
            x = np.maximum(scratch.conv2d_forward(x, w, b, padding="same")[0], 0)
        return x

    for k in range(len(FILTERS)):
        x = scratch.max_pool2d_forward(x)[0] if k else x
        x = twice(x, f"down{k + 1}")
        kept.append(x)
    for k in reversed(range(len(FILTERS) - 1)):
        x = x.repeat(2, axis=1).repeat(2, axis=2)
        x = twice(np.concatenate([kept[k], x], axis=-1), f"up{k + 1}")
    w, b = model.get_layer("logits").get_weights()
    return x @ w[0, 0] + b


def test_the_whole_network_matches_scratch():
    model, x = stirred(build_unet((H, W, C), filters=FILTERS, norm=False)), pictures()
    assert model.output_shape == (None, H, W, 1)
    np.testing.assert_allclose(model(x), by_scratch(model, x.astype(float)), atol=1e-3)


def test_weights_serve_every_size():
    small = stirred(build_unet((H, W, C), filters=FILTERS))
    free = build_unet((None, None, C), filters=FILTERS)
    free.set_weights(small.get_weights())
    np.testing.assert_allclose(small(pictures()), free(pictures()), atol=1e-5)
    assert free(np.zeros((1, 8, 4, C))).shape == (1, 8, 4, 1)


def test_logits_stay_float32_in_half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build_unet((H, W, C), filters=FILTERS)
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("up1_conv2").compute_dtype == "float16"
    assert model.output.dtype == "float32"


# The loss


def in_numpy(truth, logits, dice):
    found = []
    for y, z in zip(truth.astype(float), logits.astype(float), strict=True):
        p = 1 / (1 + np.exp(-z))
        crossed = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
        found.append(crossed + dice * (1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)))
    return found


@pytest.mark.parametrize("dice", [0.0, 1.0, 2.5])
def test_the_loss_matches_its_formula(dice):
    rng = np.random.default_rng(0)
    truth, logits = rng.random((3, 5, 7, 1)) < 0.3, rng.normal(scale=3, size=(3, 5, 7, 1))
    wanted = in_numpy(truth, logits, dice)
    np.testing.assert_allclose(mask_loss(truth, logits, dice=dice), wanted, rtol=1e-5)
    flat = mask_loss(truth[..., 0], logits[..., 0].astype("float16"), dice=dice)
    np.testing.assert_allclose(flat, wanted, rtol=1e-2)


def test_the_loss_by_hand():
    """Probabilities 3/4 and 1/4, the first true: log(4/3), and 1 - (3/2 + 1) / (1 + 1 + 1)."""
    found = mask_loss([[[1, 0]]], [[[log(3), -log(3)]]])
    np.testing.assert_allclose(found, [log(4 / 3) + 1 / 6], rtol=1e-6)


def test_the_loss_of_what_is_certain():
    sure = np.array([[[900.0, -900.0]], [[-900.0, -900.0]], [[-900.0, 900.0]]])
    truth = np.array([[[1, 0]], [[0, 0]], [[1, 0]]])
    np.testing.assert_allclose(mask_loss(truth, sure), [0, 0, 900 + 2 / 3], rtol=1e-6)


def test_it_learns_where_a_bright_thing_is_and_is_opened_again(tmp_path):
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(0)
    x = rng.integers(0, 160, (32, 16, 16, 3)).astype("float32")
    truth = np.zeros((32, 16, 16), bool)
    for k, (top, left) in enumerate(rng.integers(0, 10, (32, 2))):
        truth[k, top : top + 6, left : left + 6] = True
    x[truth] += 60
    model = build_unet((16, 16, 3), filters=(4, 8))
    model.compile(keras.optimizers.Adam(0.02), mask_loss, jit_compile=False)
    model.fit(x, truth, batch_size=4, epochs=6, verbose=0)
    found = np.array(model(x))[..., 0] > 0
    assert (found & truth).sum() > 0.6 * (found | truth).sum()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.loss is mask_loss
    np.testing.assert_allclose(again(x), model(x), atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": (H, W)}, r"shape must be \(H, W, C\).*Received: \(12, 20\)"),
        ({"shape": (H, 22, C)}, r"divisible by 4.*Received: \(12, 22, 4\)"),
        ({"shape": (H, W, None)}, r"shape must be \(H, W, C\)"),
        ({"shape": (H, W, 0)}, r"shape must be \(H, W, C\)"),
        ({"shape": (0, W, C)}, r"shape must be \(H, W, C\)"),
        ({"shape": ("high", W, C)}, r"shape must be \(H, W, C\)"),
        ({"filters": ()}, "filters"),
        ({"filters": (3, 0)}, "filters must be of whole numbers"),
    ],
)
def test_builder_rejects_what_it_cannot_build(options, message):
    with pytest.raises(ValueError, match=message):
        build_unet(**{"shape": (H, W, C), "filters": FILTERS, **options})


@pytest.mark.parametrize(
    ("truth", "logits", "dice", "message"),
    [
        ((2, 4, 6), (2, 4, 5, 1), 1, r"Received: \(2, 4, 6\) and \(2, 4, 5, 1\)"),
        ((2, 4, 6, 2), (2, 4, 6, 2), 1, r"\(N, H, W, 1\)"),
        ((4, 6), (4, 6), 1, r"\(N, H, W, 1\)"),
        ((2, 4, 6), (2, 4, 6), -1, "dice must be at least 0. Received: -1"),
    ],
)
def test_the_loss_rejects_what_does_not_fit(truth, logits, dice, message):
    with pytest.raises(ValueError, match=message):
        mask_loss(np.zeros(truth), np.zeros(logits), dice=dice)
