"""Overlaps and matching: equal to NumPy's forms, but where the docstring says they differ."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.layers.tools import numbers
from vidlearn import boxes as by_numpy
from vidlearn import layers


def eighths(*shape):
    """Overlaps of which many are equal, and some lie on a threshold of 0.75 or 0.25."""
    return arrays(np.int64, shape, elements=st.integers(0, 8)).map(lambda x: x / 8)


def by_loops(overlaps, real, high, low):
    """One picture as the docstring has it: (A, M) and (M,) to (A,)."""
    found, claims = [], {}
    for truth in np.flatnonzero(real):
        anchor = overlaps[:, truth].argmax()
        if overlaps[anchor, truth] > 0:
            claims.setdefault(anchor, []).append(truth)
    for anchor, own in enumerate(overlaps):
        own = np.where(real, own, -1)
        if anchor in claims:
            found.append(max(claims[anchor], key=lambda k: (own[k], -k)))
        elif own.max() >= high:
            found.append(own.argmax())
        else:
            found.append(-2 if own.max() >= low else -1)
    return found


def test_iou_by_hand():
    """Of two pictures: a half and a third, nothing, a touch, and a box without area."""
    boxes = [[0, 0, 4, 2], [4, 0, 4, 2]]
    others = [[[0, 0, 2, 2], [2, 0, 6, 2]], [[4, 0, 8, 2], [4, 0, 4, 2]]]
    found = numbers(layers.iou(boxes, others))
    np.testing.assert_allclose(found, [[[0.5, 1 / 3], [0, 0]], [[0, 0], [0, 0]]], atol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_iou_matches_numpy(compiled, dtype):
    rng = np.random.default_rng(0)
    ends = rng.uniform(0, 40, (2, 11, 2, 2)).astype(dtype)
    boxes = np.sort(ends, axis=2).reshape(2, 11, 4)
    boxes, others = boxes[:, :7], boxes[:, 7:]
    found = numbers(compiled(layers.iou)(boxes, others))
    wanted = [by_numpy.iou(*pair) for pair in zip(boxes, others, strict=True)]
    assert found.dtype == dtype
    tolerance = {"float32": 1e-6, "float64": 1e-12}[dtype]
    np.testing.assert_allclose(found, wanted, atol=tolerance)
    shared = numbers(compiled(layers.iou)(boxes[0], others))
    np.testing.assert_allclose(shared[1], by_numpy.iou(boxes[0], others[1]), atol=tolerance)


def test_iou_keeps_half_precision_out():
    boxes = np.float16([[[1000, 0, 1002, 2]]])
    assert numbers(layers.iou(boxes, boxes + np.float16([1, 0, 1, 0])))[0, 0, 0] == np.float32(
        1 / 3
    )


def test_match_by_hand():
    """Above, between and below; a truth below the threshold gets its best; a third is none."""
    overlaps = [[[0.75, 0.1, 1], [0.5, 0.2, 1], [0.1, 0.4, 1], [0.2, 0.1, 1], [0.3, 0, 1]]]
    real = [[True, True, False]]
    assert numbers(layers.match(overlaps, real)).tolist() == [[0, -2, 1, -1, -2]]
    assert numbers(layers.match(overlaps, real, best=False)).tolist() == [[0, -2, -2, -1, -2]]
    assert numbers(layers.match(overlaps, [[False] * 3])).tolist() == [[-1] * 5]


def test_where_match_differs_from_numpy_by_hand():
    """Two truths want anchor 0: the second goes without. Of two that tie, the first learns."""
    taken = np.array([[0.6, 0.5], [0.1, 0.4], [0.0, 0.0]])
    assert by_numpy.match(taken).tolist() == [0, 1, -1]
    assert numbers(layers.match(taken[None], [[True, True]])).tolist() == [[0, -2, -1]]
    tied = np.array([[0.1], [0.5], [0.5]])
    assert by_numpy.match(tied).tolist() == [-1, 0, 0]
    assert numbers(layers.match(tied[None], [[True]])).tolist() == [[-1, 0, -2]]


@given(eighths(2, 5, 3), arrays(bool, (2, 3)), st.booleans())
def test_match_does_as_it_says(overlaps, real, best):
    found = numbers(layers.match(overlaps, real, high=0.75, low=0.25, best=best))
    for own, there, one in zip(overlaps, real, found, strict=True):
        if best:
            assert one.tolist() == by_loops(own, there, 0.75, 0.25)
        single = (own[:, there] == own[:, there].max(axis=0)).sum(axis=0) == 1
        apart = len(set(own[:, there].argmax(axis=0))) == there.sum()
        if not best or (single.all() and apart):
            wanted = by_numpy.match(own[:, there], high=0.75, low=0.25, best=best)
            names = np.append(np.flatnonzero(there), [-2, -1])  # read from the end below 0
            assert one.tolist() == names[wanted].tolist()


@pytest.mark.parametrize(
    ("boxes", "others", "message"),
    [
        ((2, 7, 5), (2, 3, 4), r"boxes must be \(N, A, 4\).*Received shape \(2, 7, 5\)"),
        ((4,), (2, 3, 4), r"boxes must be .*Received shape \(4,\)"),
        ((7, 4), (3, 4), r"others must be \(N, M, 4\).*Received shape \(3, 4\)"),
        ((2, 7, 4), (3, 7, 4), r"as many pictures.*\(2, 7, 4\) and \(3, 7, 4\)"),
    ],
)
def test_iou_rejects_shapes(boxes, others, message):
    with pytest.raises(ValueError, match=message):
        layers.iou(np.zeros(boxes), np.zeros(others))


@pytest.mark.parametrize(
    ("overlaps", "real", "options", "message"),
    [
        ((5, 3), (3,), {}, r"overlaps must be \(N, A, M\).*Received shape \(5, 3\)"),
        ((2, 5, 0), (2, 0), {}, r"one place for a truth, as pad_truths.*\(2, 5, 0\)"),
        ((2, 5, 3), (2, 5), {}, r"real must be \(N, M\).*\(2, 5\) and \(2, 5, 3\)"),
        ((2, 5, 3), (2, 3), {"low": 0.8}, "low and high must be .*low=0.8, high=0.7"),
        ((2, 5, 3), (2, 3), {"high": float("nan")}, "low and high must be .*high=nan"),
    ],
)
def test_match_rejects(overlaps, real, options, message):
    with pytest.raises(ValueError, match=message):
        layers.match(np.zeros(overlaps), np.zeros(real, bool), **options)
