"""How things look: the histogram by hand, and what a tracker makes of features."""

import numpy as np
import pytest

from vidlearn.boxes import Detections
from vidlearn.tracking import Appearance, Sort, colour_histogram

RED, GREEN, BLUE = (250, 10, 10), (10, 250, 10), (10, 10, 250)


@pytest.fixture
def frame():
    """4 rows of 6 pixels: red, the right third green, and one pixel of blue."""
    frame = np.full((4, 6, 3), RED, np.uint8)
    frame[:, 4:] = GREEN
    frame[3, 0] = BLUE
    return frame


def test_histogram_by_hand(frame):
    looks = colour_histogram(frame, [[0, 0, 6, 4], [3, 1, 5, 3], [0, 3, 1, 4]], bins=2)
    assert looks.shape == (3, 8)
    places = [4, 2, 1]  # red 1 0 0, green 0 1 0, blue 0 0 1
    np.testing.assert_allclose(looks[0, places] ** 2, [15 / 24, 8 / 24, 1 / 24])
    np.testing.assert_allclose(looks[1, places] ** 2, [2 / 4, 2 / 4, 0])
    np.testing.assert_allclose(looks[2, places] ** 2, [0, 0, 1])
    np.testing.assert_allclose(np.linalg.norm(looks, axis=1), 1)


def test_histogram_counts_what_lies_in_the_picture(frame):
    looks = colour_histogram(
        frame, [[-9, -9, 2.4, 1.6], [5, 2, 99, 99], [6, 0, 9, 4], [2, 1, 2, 3]]
    )
    assert looks.shape == (4, 64)
    assert looks.max(axis=1).tolist() == [1, 1, 0, 0]
    assert looks.argmax(axis=1)[:2].tolist() == [3 * 16, 3 * 4]  # 250 * 4 // 256 = 3
    assert colour_histogram(frame, []).shape == (0, 64)
    edges = np.uint8([[[0, 63, 64], [127, 128, 255]]])
    assert np.flatnonzero(colour_histogram(edges, [[0, 0, 1, 1]])[0]).tolist() == [1]
    assert np.flatnonzero(colour_histogram(edges, [[1, 0, 2, 1]])[0]).tolist() == [16 + 8 + 3]


def test_features_are_made_as_long_as_one_and_remembered_by_hand():
    look = Appearance(lambda frame, boxes: boxes[:, :2], memory=0.75)
    found = look.look(None, np.array([[3.0, 4, 9, 9], [0, 0, 1, 1]]))
    np.testing.assert_allclose(found, [[0.6, 0.8], [0, 0]])
    np.testing.assert_allclose(look.unlike(np.eye(2), found), [[0.4, 1], [0.2, 1]])
    kept = look.remember(np.array([[1.0, 0]]), np.array([[0, 1.0]]))
    np.testing.assert_allclose(kept, np.array([[0.75, 0.25]]) / np.hypot(0.75, 0.25))
    blank = look.remember(np.zeros((1, 2)), np.array([[0, 1.0]]))
    assert blank.tolist() == [[0, 1]]  # nothing was known, so all is new


def test_a_box_begins_and_ends_at_the_nearest_edge(frame):
    """Of columns 3 to 5, from 2.6 to 5.6, one is red and two are green."""
    red, green = np.sqrt([1 / 3, 2 / 3])
    found = colour_histogram(frame, [[2.6, 0, 5.6, 2.4]], bins=2)[0]
    np.testing.assert_allclose(found[[4, 2]], [red, green])


@pytest.mark.parametrize(
    ("weight", "scores"), [(0.6, [0.3, 0.7]), (0.7, [0.7, 0.3]), (1, [0.7, 0.3])]
)
def test_cost_is_a_mean_of_look_and_place(weight, scores):
    """Two things change their looks: 0.4 by look if each stays, 0.8 by place if they swap."""
    look = Appearance(lambda frame, boxes: frame, weight=weight)
    boxes, tracker = [[0, 0, 20, 20], [5, 0, 25, 20]], Sort(birth=1, appearance=look)
    tracker.update(Detections(boxes, [1, 1]), [[1, 0], [0.8, 0.6]])
    rows = tracker.update(Detections(boxes, [0.3, 0.7]), [[0.8, 0.6], [1, 0]])
    assert rows.scores.tolist() == scores


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: colour_histogram(f.astype(float), []), "uint8 RGB. Received: float64"),
        (lambda f: colour_histogram(f[0], []), r"\(6, 3\)"),
        (lambda f: colour_histogram(f, [[0, 0, 1, np.nan]]), "boxes must be"),
        (lambda f: colour_histogram(f, [0, 0, 1, 1, 2]), "boxes must be"),
        (lambda f: colour_histogram(f, [], bins=1), "bins must be a whole number"),
        (lambda f: colour_histogram(f, [], bins=2.5), "bins must be a whole number"),
        (lambda f: Appearance("red"), "must be a function"),
        (lambda f: Appearance(len, weight=1.1), "weight must lie in 0 to 1"),
        (lambda f: Appearance(len, weight=None), "weight must lie in 0 to 1. Received: None"),
        (lambda f: Appearance(len, most=-1), "most must lie in 0 to 2"),
        (lambda f: Appearance(len, memory=1), "memory must lie in 0 to below 1"),
        (lambda f: Appearance(len, memory=np.nan), "memory"),
        (lambda f: Appearance(lambda f, b: b[:1]).look(f, np.eye(4)), r"\(4, D\).*shape \(1, 4\)"),
        (lambda f: Appearance(lambda f, b: b[0]).look(f, np.eye(4)), r"shape \(4,\)"),
        (lambda f: Appearance(lambda f, b: b * np.nan).look(f, np.eye(4)), "Received: nan"),
    ],
)
def test_appearance_rejects(frame, call, message):
    with pytest.raises(ValueError, match=message):
        call(frame)
