"""Sliding windows: by hand, all inside, counted, and what is turned away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn.proposals import sliding_windows


def test_order_by_hand():
    # 5 rows, 6 columns; height / width = 4: 4 x 1 pixels for side 2.
    found = sliding_windows((5, 6), sides=[2], ratios=[4, 1], stride=3)
    tall = [[0, 0, 1, 4], [3, 0, 4, 4]]
    square = [[0, 0, 2, 2], [3, 0, 5, 2], [0, 3, 2, 5], [3, 3, 5, 5]]
    assert found.tolist() == tall + square
    assert found.dtype == np.float32


def test_the_last_window_may_touch_the_border():
    assert sliding_windows((4, 10), sides=[4], stride=3)[-1].tolist() == [6, 0, 10, 4]
    assert sliding_windows((4, 9), sides=[4], stride=3)[-1].tolist() == [3, 0, 7, 4]


def test_none_where_no_window_fits():
    assert sliding_windows((5, 6), sides=[7], stride=1).shape == (0, 4)
    assert sliding_windows((5, 6), sides=[], stride=1).shape == (0, 4)


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    side=st.floats(1, 30),
    ratio=st.floats(0.2, 5),
    stride=st.integers(1, 9),
)
def test_windows_are_alike_inside_and_as_many_as_counted(height, width, side, ratio, stride):
    found = sliding_windows((height, width), sides=[side], ratios=[ratio], stride=stride)
    h, w = max(round(side * ratio**0.5), 1), max(round(side / ratio**0.5), 1)
    rows, columns = (max((n - k) // stride + 1, 0) for n, k in ((height, h), (width, w)))
    assert len(found) == rows * columns == len(np.unique(found, axis=0))
    assert (found[:, :2] % stride == 0).all()
    assert (found[:, 2:] - found[:, :2] == [w, h]).all()
    assert (found >= 0).all()
    assert (found <= [width, height, width, height]).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stride": 0}, "stride must be a whole number of at least 1"),
        ({"stride": 1.5}, "stride must be a whole number"),
        ({"sides": [0]}, "sides must be above 0"),
        ({"sides": [np.nan]}, "sides must be"),
        ({"ratios": [-1]}, "ratios must be"),
        ({"size": (0, 5)}, "size must be"),
        ({"size": (4, 6, 3)}, r"size must be \(height, width\).*\(4, 6, 3\)"),
        ({"size": 4}, r"size must be \(height, width\)"),
    ],
)
def test_rejects_what_makes_no_sense(given, message):
    arguments = {"size": (5, 6), "sides": [2], "stride": 1} | given
    with pytest.raises(ValueError, match=message):
        sliding_windows(arguments.pop("size"), **arguments)


def test_sides_and_ratios_may_be_any_sequence_or_one_number():
    wanted = sliding_windows((5, 6), sides=[2, 3], ratios=[1, 2], stride=1)
    found = sliding_windows(
        (n for n in (5, 6)), sides=(n for n in (2, 3)), ratios=iter([1, 2]), stride=1
    )
    assert found.tolist() == wanted.tolist()
    one = sliding_windows((5, 6), sides=2, ratios=1, stride=1)
    assert one.tolist() == sliding_windows((5, 6), sides=[2], stride=1).tolist()
