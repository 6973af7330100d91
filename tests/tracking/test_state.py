"""The state of a box: to and fro, its motion, and noise that is what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn.tracking import box_motion, box_noise, box_states, state_boxes

BOX = st.tuples(
    *(2 * [st.floats(-1e4, 1e4)]),
    *(2 * [st.floats(0.1, 1e4)]),
).map(lambda b: [b[0], b[1], b[0] + b[2], b[1] + b[3]])


def test_states_by_hand():
    states = box_states([[10, 20, 14, 30], [-3, 0, 3, 3]])
    assert states.tolist() == [[12, 25, 40, 2.5], [0, 1.5, 18, 0.5]]
    assert state_boxes(states).tolist() == [[10, 20, 14, 30], [-3, 0, 3, 3]]
    moving = np.pad(states, ((0, 0), (0, 3)), constant_values=9)
    assert state_boxes(moving).tolist() == [[10, 20, 14, 30], [-3, 0, 3, 3]]
    assert box_states([]).shape == state_boxes(np.zeros((0, 7))).shape == (0, 4)
    assert box_states(np.float32([[1, 2, 4, 8]])).dtype == np.float64


@given(st.lists(BOX, min_size=1, max_size=4))
def test_there_and_back(boxes):
    np.testing.assert_allclose(state_boxes(box_states(boxes)), boxes, rtol=1e-9, atol=1e-6)


def test_motion_by_hand():
    f, h = box_motion()
    assert (f @ np.arange(1.0, 8)).tolist() == [1 + 5, 2 + 6, 3 + 7, 4, 5, 6, 7]
    assert (h @ np.arange(1.0, 8)).tolist() == [1, 2, 3, 4]


def test_noise_of_an_observation_is_that_of_edges_which_are_off():
    rng = np.random.default_rng(0)
    width, height = 30, 120
    seen = np.array([50, 60, 50 + width, 60 + height]) + rng.normal(0, 0.01, (40_000, 4)) * [
        *(width, height),
        *(width, height),
    ]
    spread = np.sqrt(box_noise([[0, 0, width * height, height / width]])[1][0].diagonal())
    np.testing.assert_allclose(box_states(seen).std(axis=0) / 0.01, spread / 0.1, rtol=0.02)


def test_noise_of_the_motion_is_that_of_a_push_all_through_the_frame():
    rng = np.random.default_rng(1)
    push = rng.normal(0, 0.05, 40_000) * 30
    moved = np.stack([push / 2, push])  # half a t squared, and a t, after a frame
    q, _, p = box_noise([[0, 0, 30 * 120, 4]])
    np.testing.assert_allclose(np.cov(moved), q[0][np.ix_([0, 4], [0, 4])], rtol=0.03)
    assert np.sqrt(p[0].diagonal()[4:]).tolist() == [7.5, 30, 2 * 0.25 * 3600]
    apart = np.abs(q[0]) > 0
    assert np.argwhere(np.triu(apart, 1)).tolist() == [[0, 4], [1, 5], [2, 6]]


def test_noise_grows_with_the_box_and_is_that_of_a_pixel_at_least():
    small, large, tiny, pixel = (
        box_noise([[7, 9, w * h, h / w]]) for w, h in ((4, 8), (12, 24), (0.01, 0.5), (1, 1))
    )
    for a, b, c, d in zip(small, large, tiny, pixel, strict=True):
        times = np.outer(*(2 * [np.array([3, 3, 9, 1, 3, 3, 9])]))
        size = a.shape[1]
        np.testing.assert_allclose(a * times[:size, :size], b, rtol=1e-12)
        np.testing.assert_allclose(c, d, rtol=1e-12)
        assert np.linalg.eigvalsh(a[0]).min() >= -1e-12 * a.max()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: box_states([[0, 0, 4, 0]]), "sides of 1e-6"),
        (lambda: box_states([[0, 0, 1e-7, 1e15]]), "sides of 1e-6"),
        (lambda: box_states([[0, 0, 4, 4], [5, 0, 4, 4]]), r"x1 < x2.*Received: \[5, 0, 4, 4"),
        (lambda: box_states([[5, 6, 1, 2]]), r"x1 < x2"),
        (lambda: box_states([[0, 0, 4, np.nan]]), "finite"),
        (lambda: state_boxes([[0, 0, 4]]), r"states must be \(N, 4\) or \(N, 7\)"),
        (lambda: state_boxes([[0, 0, 4, 1], [0, 0, 0, 1]]), r"above 0. Received: \[0.0, 0.0, 0.0"),
        (lambda: state_boxes([[0, 0, 4, -1]]), "above 0"),
        (lambda: state_boxes([[0, 0, np.nan, 1]]), "above 0"),
        (lambda: box_noise([0, 0, 4, 1]), r"states must be \(N, 4\) or \(N, 7\)"),
    ],
)
def test_states_rejects(call, message):
    with pytest.raises(ValueError, match=message):
        call()
