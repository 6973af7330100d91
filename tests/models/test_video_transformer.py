from math import erf

import numpy as np
import pytest

from tests.models.clip_models import CLASSES, SHAPE, TRANSFORMER, stirred
from vidlearn.models import (
    attention_maps,
    build_c3d,
    build_video_transformer,
    multiply_adds,
    predict_clips,
)

FORMS = ("space-time", "factorised", "divided")
MOMENTS, PLACES, WIDTH, HEADS = 3, 12, 12, 3  # 6 / 2; (16 / 4) * (24 / 8)


@pytest.fixture(scope="module")
def clips():
    return np.random.default_rng(0).integers(0, 256, (2, *SHAPE), dtype=np.uint8)


def build(form="divided", **options):
    return stirred(build_video_transformer(SHAPE, CLASSES, form=form, **TRANSFORMER | options))


class InNumPy:
    """The network in NumPy, float64, from the weights of a model; it keeps what attention saw."""

    def __init__(self, model):
        self.weights = {w.path: w.numpy().astype(float) for w in model.weights}
        self.maps = {}

    def __call__(self, clips, form):
        t, h, w = TRANSFORMER["tubelet"]
        n = len(clips)
        x = (clips / 128 - 1).reshape(n, SHAPE[0] // t, t, SHAPE[1] // h, h, SHAPE[2] // w, w, 3)
        x = x.transpose(0, 1, 3, 5, 2, 4, 6, 7).reshape(n, MOMENTS, PLACES, t * h * w * 3)
        x = x @ self.weights["tubelets/kernel"].reshape(-1, WIDTH) + self.weights["tubelets/bias"]
        x = x + self.weights["positions/axis2"]
        if form != "factorised":
            x = x + self.weights["positions/axis1"]
        over = {"space-time": ["both"], "factorised": ["space"], "divided": ["time", "space"]}
        for k in (1, 2):
            x = self.block(x, k, over[form])
        if form == "factorised":
            x = x.mean(axis=2, keepdims=True) + self.weights["moments/axis1"]
            x = self.block(x, 3, ["time"])
        return self.dense(self.norm(x, "norm").mean(axis=(1, 2)), "logits")

    def block(self, x, k, over):
        for axes in over:
            x = x + self.attention(self.norm(x, f"norm{k}_{axes}"), k, axes)
        wide = self.dense(self.norm(x, f"norm{k}"), f"wide{k}")
        wide = wide * (1 + np.vectorize(erf)(wide / np.sqrt(2))) / 2
        return x + self.dense(wide, f"narrow{k}")

    def attention(self, x, k, axes):
        n, t, s, d = x.shape
        if axes == "both":
            x = x.reshape(n, 1, t * s, d)
        elif axes == "time":
            x = x.swapaxes(1, 2)
        heads = []
        query, key, value = (self.projected(x, k, axes, part) for part in ("query", "key", "value"))
        out = np.zeros_like(x)
        for head in range(HEADS):
            scores = query[..., head, :] @ key[..., head, :].swapaxes(-1, -2)
            powers = np.exp(scores / np.sqrt(d // HEADS))
            heads.append(powers / powers.sum(axis=-1, keepdims=True))
            kernel = self.weights[f"attention{k}_{axes}/attention_output/kernel"][head]
            out += heads[-1] @ value[..., head, :] @ kernel
        out += self.weights[f"attention{k}_{axes}/attention_output/bias"]
        maps = np.stack(heads, axis=1)
        self.maps.setdefault(axes, []).append(maps[:, :, 0] if axes == "both" else maps)
        return out.swapaxes(1, 2) if axes == "time" else out.reshape(n, t, s, d)

    def projected(self, x, k, axes, part):
        kernel, bias = (self.weights[f"attention{k}_{axes}/{part}/{w}"] for w in ("kernel", "bias"))
        return np.einsum("abcd,dhe->abche", x, kernel) + bias

    def norm(self, x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-3)
        return x * self.weights[f"{name}/gamma"] + self.weights[f"{name}/beta"]

    def dense(self, x, name):
        return x @ self.weights[f"{name}/kernel"] + self.weights[f"{name}/bias"]


@pytest.mark.parametrize("form", FORMS)
def test_the_whole_network_and_its_maps_match_numpy(form, clips):
    model = build(form)
    again = InNumPy(model)
    np.testing.assert_allclose(model(clips), again(clips, form), atol=1e-4)
    maps = attention_maps(model, clips)
    assert set(maps) == set(again.maps)
    for axes, found in maps.items():
        np.testing.assert_allclose(found, np.stack(again.maps[axes], axis=1), atol=1e-5)
        np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)
        assert found.dtype == np.float32
        assert found.std() > 1e-3  # not all alike, for the test to tell anything


@pytest.mark.parametrize(
    ("form", "shapes"),
    [
        ("space-time", {"both": (2, 2, 3, 36, 36)}),
        ("factorised", {"space": (2, 2, 3, 3, 12, 12), "time": (2, 1, 3, 1, 3, 3)}),
        ("divided", {"space": (2, 2, 3, 3, 12, 12), "time": (2, 2, 3, 12, 3, 3)}),
    ],
)
def test_shapes_of_the_maps(form, shapes, clips):
    model = build(form)
    maps = attention_maps(model, clips, batch_size=1)
    assert {axes: found.shape for axes, found in maps.items()} == shapes
    for axes, found in attention_maps(model, clips[1]).items():
        np.testing.assert_allclose(found, maps[axes][1], atol=1e-5)


@pytest.mark.parametrize(
    ("form", "pairs"),
    [
        ("space-time", 2 * 36 * 36),
        ("factorised", 2 * 3 * 12 * 12 + 3 * 3),
        ("divided", 2 * (12 * 3 * 3 + 3 * 12 * 12)),
    ],
)
def test_products_by_hand(form, pairs):
    """Projections of 4 D^2 for each attention, 8 D^2 for each dense part, 2 D for each pair."""
    parts = {"space-time": 2 * 36 * 12, "factorised": (2 * 36 + 3) * 12, "divided": 2 * 36 * 16}
    tubelets = 36 * (2 * 4 * 8 * 3) * 12
    wanted = tubelets + parts[form] * 12 * 12 + pairs * 2 * 12 + 12 * CLASSES
    assert multiply_adds(build(form)) == wanted


def test_weights_by_hand():
    attention, dense, norm = 4 * (12 * 12 + 12), (12 * 48 + 48) + (48 * 12 + 12), 2 * 12
    blocks = 2 * (2 * attention + dense + 3 * norm)
    tubelets, positions = (2 * 4 * 8 * 3) * 12 + 12, (3 + 12) * 12
    whole = tubelets + positions + blocks + norm + (12 * CLASSES + CLASSES)
    assert build("divided").count_params() == whole


@pytest.mark.parametrize("form", FORMS)
def test_it_reads_the_order_of_frames(form, clips):
    """Without positions it would not: tubelets in another order would be answered alike."""
    model = build(form)
    backwards = clips[:, [4, 5, 2, 3, 0, 1]]
    assert np.abs(predict_clips(model, clips) - predict_clips(model, backwards)).max() > 1e-3
    for layer in ("positions", "moments") if form == "factorised" else ("positions",):
        layer = model.get_layer(layer)
        layer.set_weights([0 * w for w in layer.get_weights()])
    np.testing.assert_allclose(
        predict_clips(model, clips), predict_clips(model, backwards), atol=1e-5
    )


@pytest.mark.parametrize("form", ["divided", "factorised"])
def test_attention_stays_within_its_moment_and_its_place(form, clips):
    """The first map over space knows nothing of other moments, unless one over time went before."""
    model = build(form)
    moved = clips.copy()
    moved[:, 4:] = 255 - moved[:, 4:]
    before, after = (attention_maps(model, x)["space"] for x in (clips, moved))
    same = np.abs(before - after)[:, 0, :, :2].max() < 1e-6
    assert same == (form == "factorised")


@pytest.mark.parametrize("form", FORMS)
def test_centred_what_stands_still_vanishes(form, clips):
    """Pixels that never change may be any; what is left is each frame less the mean of all."""
    model, plain = build(form, centred=True), build(form)
    clips = clips.astype("float32")
    still = np.random.default_rng(7).uniform(-9, 9, (1, 1, *SHAPE[1:])).astype("float32")
    there = np.asarray(model(clips))
    np.testing.assert_allclose(model(clips + still), there, atol=1e-4)
    assert np.abs(np.asarray(plain(clips + still)) - plain(clips)).max() > 1e-3
    other = clips - clips.mean(axis=1, keepdims=True) + 128
    np.testing.assert_allclose(plain(other), there, atol=1e-4)
    assert np.abs(there - np.asarray(plain(clips))).max() > 1e-2
    maps, others = attention_maps(model, clips), attention_maps(plain, other)
    for axes, found in maps.items():
        np.testing.assert_allclose(found, others[axes], atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": (16, 24, 3)}, r"shape must be \(T, H, W, C\)"),
        ({"shape": (24, 24, 6, 3)}, r"looks like \(H, W, T, C\)"),
        ({"tubelet": (4, 4, 8)}, r"tubelet must divide T, H and W.*\(4, 4, 8\) for \(6, 16, 24,"),
        ({"tubelet": (2, 8)}, "tubelet must be .frames, rows, columns"),
        ({"tubelet": (2, 0, 8)}, "tubelet must be of whole numbers"),
        ({"width": 10}, "width must be divisible by heads. Received: 10 and 3"),
        ({"depth": 0}, "depth must be a whole number of at least 1"),
        ({"form": "joint"}, "form must be one of space-time, factorised, divided"),
        ({"dropout": 1.5}, "dropout must be from 0 to below 1"),
        ({"classes": 1}, "classes must be at least 2"),
    ],
)
def test_builder_rejects_what_it_cannot_build(options, message):
    with pytest.raises(ValueError, match=message):
        build_video_transformer(**{"shape": SHAPE, "classes": 4, **TRANSFORMER, **options})


def test_maps_reject_what_has_none(clips):
    with pytest.raises(ValueError, match=r"model must be of build_video_transformer.*'c3d'"):
        attention_maps(build_c3d(SHAPE, 4, filters=(4,)), clips)
    with pytest.raises(ValueError, match=r"clips must be \(N, \*\(6, 16, 24, 3\)\)"):
        attention_maps(build(), clips[:, :4])
