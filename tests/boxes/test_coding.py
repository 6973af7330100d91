"""Encoding against anchors: by hand, there and back, limits, and what is turned away."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn.boxes import decode, encode

ANCHORS = [[10, 20, 30, 60], [0, 0, 8, 4]]  # 20 x 40 around (20, 40); 8 x 4 around (4, 2)
BOXES = [[20, 20, 40, 40], [3, -3, 5, 13]]  # 20 x 20 around (30, 30); 2 x 16 around (4, 5)
DELTAS = [[10 / 20, -10 / 40, 0, log(1 / 2)], [0, 3 / 4, log(1 / 4), log(4)]]


def test_encode_by_hand():
    result = encode(BOXES, ANCHORS, variances=(1, 1, 1, 1))
    np.testing.assert_allclose(result, DELTAS, rtol=1e-14, atol=1e-15)
    result = encode(BOXES, ANCHORS)
    np.testing.assert_allclose(result, np.divide(DELTAS, [0.1, 0.1, 0.2, 0.2]), rtol=1e-14)
    result = encode(BOXES, ANCHORS, variances=(1, 2, 4, 8))
    np.testing.assert_allclose(result, np.divide(DELTAS, [1, 2, 4, 8]), rtol=1e-14)


def test_decode_by_hand():
    result = decode(DELTAS, ANCHORS, variances=(1, 1, 1, 1))
    np.testing.assert_allclose(result, BOXES, rtol=1e-14, atol=1e-14)
    result = decode(np.divide(DELTAS, [0.1, 0.1, 0.2, 0.2]), ANCHORS)
    np.testing.assert_allclose(result, BOXES, rtol=1e-14, atol=1e-14)


def test_no_correction_is_the_anchor():
    assert decode(np.zeros((2, 4)), ANCHORS).tolist() == ANCHORS
    assert not encode(ANCHORS, ANCHORS).any()


box = st.tuples(*[st.floats(-500, 500)] * 2, *[st.floats(1, 60)] * 2).map(
    lambda v: [v[0], v[1], v[0] + v[2], v[1] + v[3]]
)


@given(st.lists(st.tuples(box, box), max_size=5), st.tuples(*[st.floats(0.05, 4)] * 4))
def test_decode_undoes_encode(pairs, variances):
    boxes, anchors = np.array(pairs).reshape(-1, 2, 4).swapaxes(0, 1)
    deltas = encode(boxes, anchors, variances=variances)
    back = decode(deltas, anchors, variances=variances)
    np.testing.assert_allclose(back, boxes, rtol=0, atol=1e-9)


def test_growth_has_a_limit():
    """Wild numbers of an untrained network give boxes, not infinity; shrinking has none."""
    deltas = [[0, 0, 1e6, 0], [0, 0, 0, 1e6], [0, 0, -1e6, 0]]
    anchors = [[-8, -4, 8, 4]] * 3
    result = decode(deltas, anchors)
    wanted = [[-500, -4, 500, 4], [-8, -250, 8, 250], [0, -4, 0, 4]]
    np.testing.assert_allclose(result, wanted, rtol=1e-14)
    assert decode(deltas, anchors, limit=log(2))[0].tolist() == pytest.approx([-16, -4, 16, 4])
    below = np.full((3, 4), log(1000 / 16) - 1e-3) / 0.2 * [0, 0, 1, 1]
    assert decode(below, anchors)[0, 2] < 500


def test_coding_keeps_float32():
    boxes, anchors = np.array(BOXES, np.float32), np.array(ANCHORS, np.float32)
    deltas = encode(boxes, anchors)
    assert deltas.dtype == decode(deltas, anchors).dtype == np.float32
    np.testing.assert_allclose(decode(deltas, anchors), boxes, atol=1e-5)
    assert encode(boxes, ANCHORS).dtype == decode(deltas, ANCHORS).dtype == np.float64


def test_coding_of_nothing():
    assert encode([], []).shape == decode([], []).shape == (0, 4)


@pytest.mark.parametrize(
    ("function", "first", "anchors", "options", "message"),
    [
        (encode, BOXES, ANCHORS[:1], {}, "boxes and anchors must be as many.*Received 2 and 1"),
        (decode, DELTAS[:1], ANCHORS, {}, "deltas and anchors must be as many.*Received 1 and 2"),
        (encode, [[1, 2, 1, 9]], ANCHORS[:1], {}, "boxes must be wider and higher.*box 0: .1.0, 2"),
        (encode, BOXES, [ANCHORS[0], [1, 2, 3, 2]], {}, "anchors must be wider.*box 1"),
        (decode, DELTAS, [ANCHORS[0], [1, 2, 3, 2]], {}, "anchors must be wider.*box 1"),
        (decode, DELTAS, [ANCHORS[0], [3, 2, 1, 4]], {}, "anchors must have x1 <= x2.*box 1"),
        (encode, [[1, 2, np.nan, 9]], ANCHORS[:1], {}, "boxes must be finite"),
        (decode, [[1, 2, np.nan, 9]], ANCHORS[:1], {}, "deltas must be finite"),
        (decode, [1, 2, 3, 4], ANCHORS[:1], {}, r"deltas must be \(N, 4\) dx, dy, dw, dh"),
        (encode, BOXES, ANCHORS, {"variances": (1, 1, 0, 1)}, r"variances must be 4.*0\.0"),
        (decode, DELTAS, ANCHORS, {"variances": 0.1}, "variances must be 4 numbers.*0.1"),
        (decode, DELTAS, ANCHORS, {"limit": 0}, "limit must lie above 0.*Received: 0"),
        (decode, DELTAS, ANCHORS, {"limit": None}, "limit must lie above 0.*Received: None"),
        (decode, DELTAS, ANCHORS, {"limit": np.inf}, "limit must lie above 0.*Received: inf"),
    ],
)
def test_coding_rejects_what_gives_no_numbers(function, first, anchors, options, message):
    with pytest.raises(ValueError, match=message):
        function(first, anchors, **options)
