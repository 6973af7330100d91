"""Nearer, farther off, upside down: boxes go with the pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn.boxes import Truth
from vidlearn.datasets import upend, zoom


def marked(height, width, box):
    """A dark picture with one bright box."""
    frame = np.full((height, width, 3), 10, np.uint8)
    x1, y1, x2, y2 = box
    frame[y1:y2, x1:x2] = 250
    return frame


def seen(frame):
    rows, columns = np.nonzero(frame[..., 0] > 190)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@given(st.integers(0, 1000), st.sampled_from([(0.5, 0.9), (1.0, 1.0), (1.1, 2.0)]))
def test_zoomed_boxes_lie_where_the_pixels_are(seed, factor):
    box = [20, 31, 52, 57]
    frame, truth = marked(90, 120, box), Truth([box], [4], areas=[832])
    rng = np.random.default_rng(seed)
    changed, moved = zoom(frame, truth, rng=rng, factor=factor, visible=0)
    assert changed.shape == frame.shape
    assert frame[40, 40, 0] == 250  # what is given stays as it is
    if len(moved):
        assert moved.labels.tolist() == [4]
        sides = moved.boxes[0, 2:] - moved.boxes[0, :2]
        if min(sides) > 4:
            np.testing.assert_allclose(moved.boxes[0], seen(changed), atol=1.6)


def test_zoom_by_hand():
    frame, truth = marked(40, 60, [0, 0, 60, 40]), Truth([[0, 0, 60, 40], [30, 20, 60, 40]])
    small, moved = zoom(frame, truth, rng=np.random.default_rng(2), factor=(0.5, 0.5))
    x, y = moved.boxes[0, :2]
    assert moved.boxes[0].tolist() == [x, y, x + 30, y + 20]
    assert moved.boxes[1].tolist() == [x + 15, y + 10, x + 30, y + 20]
    inside = np.zeros((40, 60), bool)
    inside[int(y) : int(y) + 20, int(x) : int(x) + 30] = True
    assert (small[inside] == 250).all()
    assert (small[~inside] == 128).all()
    places = {
        tuple(zoom(frame, truth, rng=np.random.default_rng(s), factor=(0.5, 0.5))[1].boxes[0, :2])
        for s in range(20)
    }
    assert len(places) > 10


def test_zoom_drops_what_is_hardly_seen():
    frame, truth = marked(40, 40, [0, 0, 4, 4]), Truth([[0, 0, 4, 4], [10, 10, 30, 30]])
    rng = np.random.default_rng(0)
    left = [len(zoom(frame, truth, rng=rng, factor=(1.25, 1.25))[1]) for _ in range(40)]
    assert set(left) == {1, 2}


def test_upend_by_hand():
    frame, truth = marked(10, 8, [1, 2, 4, 5]), Truth([[1, 2, 4, 5]], [3])
    turned, moved = upend(frame, truth, rng=np.random.default_rng(0), chance=1)
    assert moved.boxes.tolist() == [[1, 5, 4, 8]] == [seen(turned)]
    again, back = upend(turned, moved, rng=np.random.default_rng(0), chance=1)
    np.testing.assert_array_equal(again, frame)
    assert back.boxes.tolist() == truth.boxes.tolist()
    same, kept = upend(frame, truth, rng=np.random.default_rng(0), chance=0)
    np.testing.assert_array_equal(same, frame)
    assert kept is truth


@pytest.mark.parametrize("factor", [(0, 1), (1.5, 1.2), (1, np.inf), (-1, 2)])
def test_zoom_rejects(factor):
    with pytest.raises(ValueError, match="factor must be"):
        zoom(np.zeros((4, 4, 3), np.uint8), Truth([]), rng=np.random.default_rng(0), factor=factor)


@pytest.mark.parametrize("chance", [-0.1, 1.1])
def test_upend_rejects(chance):
    with pytest.raises(ValueError, match="chance must be 0 to 1"):
        upend(np.zeros((4, 4, 3), np.uint8), Truth([]), rng=np.random.default_rng(0), chance=chance)


def test_the_factor_is_drawn_from_the_whole_range():
    frame, truth = np.zeros((60, 80, 3), np.uint8), Truth([[30, 20, 50, 40]])
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        _, one = zoom(frame, truth, rng=rng, factor=(0.5, 1.5), visible=0)
        if len(one) and (one.boxes[0] > 0).all() and (one.boxes[0] < [80, 60, 80, 60]).all():
            found.append((one.boxes[0, 2] - one.boxes[0, 0]) / 20)
    assert min(found) < 0.6
    assert max(found) > 1.4
    assert 0.25 < np.std(found) < 0.33  # 0.289 where all are equally likely
