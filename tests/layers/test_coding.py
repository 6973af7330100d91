"""Boxes as corrections: equal to NumPy's, compiled, in both directions of a gradient."""

from math import log

import numpy as np
import pytest

from tests.layers.tools import TOLERANCE, anchored, by_tape, numbers, slope
from vidlearn import boxes as by_numpy
from vidlearn import layers


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_coding_matches_numpy(dtype, compiled, floatx):
    floatx(dtype)
    deltas, anchors = anchored(dtype)
    options = {"variances": (0.1, 0.2, 0.3, 0.25)}
    found = numbers(compiled(lambda *x: layers.decode_boxes(*x, **options))(deltas, anchors))
    wanted = np.stack([by_numpy.decode(part, anchors, **options) for part in deltas])
    assert found.dtype == dtype
    np.testing.assert_allclose(found, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
    again = numbers(compiled(lambda *x: layers.encode_boxes(*x, **options))(wanted, anchors))
    wanted = np.stack([by_numpy.encode(part, anchors, **options) for part in wanted])
    assert again.dtype == dtype
    np.testing.assert_allclose(again, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def test_the_limit_by_hand():
    deltas = [[[0, 0, 99, log(2)]]]
    found = layers.decode_boxes(deltas, [[0, 0, 2, 4]], variances=(1, 1, 1, 1), limit=log(3))
    np.testing.assert_allclose(numbers(found), [[[-2, -2, 4, 6]]], atol=1e-5)


def test_coding_gradients(compiled):
    deltas, anchors = anchored()
    deltas[..., 2:] = np.where(deltas[..., 2:] > 20, 60, deltas[..., 2:] / 2)
    upstream = np.random.default_rng(3).normal(size=deltas.shape)
    found, by_anchors = by_tape(compiled(layers.decode_boxes), deltas, anchors, upstream=upstream)

    def decode(deltas):
        return np.stack([by_numpy.decode(part, anchors) for part in deltas])

    np.testing.assert_allclose(found, slope(decode, deltas, upstream), rtol=1e-6, atol=1e-6)
    assert not numbers(found)[deltas == 60].any()
    assert np.abs(by_anchors).min() > 0
    boxes = decode(deltas)
    found, _ = by_tape(compiled(layers.encode_boxes), boxes, anchors, upstream=upstream)

    def encode(boxes):
        return np.stack([by_numpy.encode(part, anchors) for part in boxes])

    np.testing.assert_allclose(found, slope(encode, boxes, upstream), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("coder", [layers.decode_boxes, layers.encode_boxes])
def test_coding_rejects_shapes_and_variances(coder):
    name = {"decode_boxes": "deltas", "encode_boxes": "boxes"}[coder.__name__]
    good = np.float32([[[0, 0, 2, 3]] * 5] * 2)  # (2, 5, 4)
    with pytest.raises(ValueError, match=rf"{name} must be \(\.\.\., 4\).*\(2, 5, 3\)"):
        coder(good[..., :3], good)
    with pytest.raises(ValueError, match=r"anchors must be \(\.\.\., 4\).*\(\)"):
        coder(good, np.float32(3))
    with pytest.raises(ValueError, match=rf"{name} and anchors must be as many.*and \(3, 4\)"):
        coder(good, good[0, :3])
    for variances in ((1, 1, 1), (1, 1, 0, 1), (1, 1, 1, float("nan"))):
        with pytest.raises(ValueError, match=r"variances must be 4 numbers above 0. Received"):
            coder(good, good, variances=variances)


@pytest.mark.parametrize("limit", [0, 80, float("nan"), "much"])
def test_decode_boxes_rejects_limits(limit):
    with pytest.raises(ValueError, match=r"limit must lie above 0 and below 80.*Received"):
        layers.decode_boxes(np.zeros((1, 4)), np.ones((1, 4)), limit=limit)
