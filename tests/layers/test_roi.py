"""RoI align, in both of its forms: by hand, equal to NumPy's, its gradients, what it refuses."""

import numpy as np
import pytest

from tests.layers.tools import CASES, TOLERANCE, anchored, batch, by_tape, numbers, slope
from vidlearn import boxes as by_numpy
from vidlearn import layers
from vidlearn.layers import roi

each_case = pytest.mark.parametrize("options", CASES.values(), ids=CASES)
each_dtype = pytest.mark.parametrize("dtype", TOLERANCE)


@pytest.fixture(params=["multiplied", "gathered"])
def form(request, monkeypatch):
    """Each of the two forms, whatever the size of the map."""
    monkeypatch.setattr(roi, "LARGE", {"multiplied": 10**9, "gathered": 0}[request.param])


def test_roi_align_by_hand(form):
    """One bin of one sample between four features: a quarter down, half across."""
    features = np.array([[[[0.0], [8.0]], [[16.0], [32.0]]]])
    found = layers.roi_align(features, [[[0.5, 0.25, 1.5, 1.25]]], size=1, samples=1)
    assert numbers(found).tolist() == [[[[[0.75 * 4 + 0.25 * 24]]]]]


def test_boxes_outside_and_empty_boxes_by_hand(form):
    features = np.full((1, 3, 4, 1), 7.0)
    boxes = [[[90, 0, 94, 2], [2, 1, 2, 1], [-4, 0, 4, 3]]]
    found = numbers(layers.roi_align(features, boxes, size=(1, 2), samples=1))
    assert found[0, :, 0, :, 0].tolist() == [[0, 0], [7, 7], [0, 7]]


@each_dtype
@each_case
def test_roi_align_matches_numpy(dtype, options, compiled, floatx, form):
    floatx(dtype)
    features, boxes = batch(dtype, options.get("scale", 1.0))
    found = compiled(lambda *x: layers.roi_align(*x, **options))(features, boxes)
    wanted = [by_numpy.roi_align(*pair, **options) for pair in zip(features, boxes, strict=True)]
    assert np.abs(wanted).max() > 0.5
    assert numbers(found).dtype == dtype
    np.testing.assert_allclose(numbers(found), wanted, rtol=0, atol=TOLERANCE[dtype])


@each_case
def test_roi_align_gradients(options, compiled, form):
    features, boxes = batch("float64", options.get("scale", 1.0))
    rows, columns = np.broadcast_to(options["size"], 2)
    upstream = np.random.default_rng(2).normal(size=(2, 7, rows, columns, 4))

    def align(features):
        pairs = zip(features, boxes, strict=True)
        return np.stack([by_numpy.roi_align(*pair, **options) for pair in pairs])

    call = compiled(lambda *x: layers.roi_align(*x, **options))
    by_features, by_boxes = by_tape(call, features, boxes, upstream=upstream)
    wanted = slope(align, features, upstream, step=1e-3)  # linear in the features
    np.testing.assert_allclose(by_features, wanted, atol=1e-9)
    assert by_boxes is None or not numbers(by_boxes).any()


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_half_precision_keeps_boxes_whole(half, form):
    """Boxes of odd thousands, which neither half precision can hold."""
    from keras import ops

    features, boxes = batch("float32", 0.01)
    boxes += np.float32([2001, 0, 2001, 0])
    options = {"size": (3, 2), "scale": 0.01}
    wide = np.concatenate([np.zeros((2, 6, 20, 4), "float32"), features], axis=2)
    found = layers.roi_align(ops.cast(wide, half), boxes, **options)
    assert ops.dtype(found) == half
    wanted = layers.roi_align(wide, boxes, **options)
    np.testing.assert_allclose(numbers(ops.cast(found, "float32")), numbers(wanted), atol=0.04)
    deltas, anchors = anchored("float32")
    found = layers.decode_boxes(ops.cast(deltas, half), anchors)
    assert ops.dtype(found) == "float32"
    wanted = layers.decode_boxes(ops.cast(ops.cast(deltas, half), "float32"), anchors)
    np.testing.assert_array_equal(numbers(found), numbers(wanted))


def test_whole_numbers_and_no_boxes(form):
    features = np.arange(24, dtype=np.uint8).reshape(1, 3, 4, 2)
    found = numbers(layers.roi_align(features, np.array([[[0, 0, 4, 2]]]), size=(1, 2)))
    assert found.dtype == "float32"
    assert found[0, 0, 0].tolist() == [[5, 6], [9, 10]]
    none = np.zeros((1, 0, 4), np.float32)
    assert layers.roi_align(features, none, size=(1, 2)).shape == (1, 0, 1, 2, 2)
    assert layers.decode_boxes(none, none).shape == (1, 0, 4)


def test_what_is_not_finite_spoils_its_own_box_only(compiled, form):
    features, boxes = batch("float32")
    call = compiled(lambda *x: layers.roi_align(*x, size=2))
    wanted = numbers(call(features, boxes)).copy()
    boxes[0, 2, 1], boxes[1, 0, 2] = np.nan, np.inf
    found = numbers(call(features, boxes))
    wanted[0, 2], wanted[1, 0] = np.nan, 0  # a sample without end lies outside
    assert np.isnan(found[0, 2]).all()
    np.testing.assert_allclose(found, wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("features", "boxes", "message"),
    [
        ((6, 9, 4), (2, 7, 4), r"features must be \(N, H, W, C\).*features\[None\].*\(6, 9, 4\)"),
        ((2, 0, 9, 4), (2, 7, 4), r"features must be .*Received shape \(2, 0, 9, 4\)"),
        ((2, 6, 9, 4), (7, 4), r"boxes must be \(N, R, 4\) .*Received shape \(7, 4\)"),
        ((2, 6, 9, 4), (2, 7, 5), r"boxes must be \(N, R, 4\) .*Received shape \(2, 7, 5\)"),
        ((2, 6, 9, 4), (3, 7, 4), r"of as many pictures.*\(2, 6, 9, 4\) and \(3, 7, 4\)"),
    ],
)
def test_roi_align_rejects_shapes(features, boxes, message):
    features, boxes = np.zeros(features, "float32"), np.zeros(boxes, "float32")
    with pytest.raises(ValueError, match=message):
        layers.roi_align(features, boxes, size=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size must be a whole number above 0 or a pair.*Received: size=0, samples=2"),
        ({"size": (2, 3, 4)}, r"size must be .*size=\(2, 3, 4\)"),
        ({"size": 2, "samples": 1.5}, "so must samples. Received: size=2, samples=1.5"),
        ({"size": 2, "scale": 0}, "scale must be a number above 0, .*Received: 0"),
        ({"size": 2, "scale": float("nan")}, "scale must be .*Received: nan"),
    ],
)
def test_roi_align_and_layer_reject_options(options, message):
    with pytest.raises(ValueError, match=message):
        layers.roi_align(*batch(), **options)
    with pytest.raises(ValueError, match=message):
        layers.RoIAlign(**options)


def test_large_maps_are_gathered_from(monkeypatch):
    """One column beyond 256 cells for each column of bins and sample."""
    called = []
    for name in ("_multiplied", "_gathered"):
        kept = getattr(roi, name)
        spy = lambda *x, name=name, kept=kept: called.append(name) or kept(*x)  # noqa: E731
        monkeypatch.setattr(roi, name, spy)
    for width in (32, 33):  # 16 * 32 = 256 * 2 columns
        layers.roi_align(np.zeros((1, 16, width, 1), "f"), np.ones((1, 1, 4)), size=2, samples=1)
    assert called == ["_multiplied", "_gathered"]


def test_a_map_one_cell_wide(form):
    features = np.float32([[2], [6]]).reshape(1, 2, 1, 1)
    found = numbers(layers.roi_align(features, [[[0, 0, 1, 2]]], size=(4, 1), samples=1))
    assert found.ravel().tolist() == [2, 3, 5, 6]
