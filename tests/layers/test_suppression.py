"""Suppression in fixed shapes: box for box what the greedy loop keeps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.layers.tools import numbers
from vidlearn import boxes as by_numpy
from vidlearn import layers

SOME = 9
TWINS = [[0, 0, 4, 4], [0, 0, 4, 3], [5, 5, 6, 6]]


@st.composite
def crowds(draw):
    """Boxes (2, 9, 4) on a grid, so that some overlap by a threshold exactly, and tied scores."""
    starts = draw(arrays(np.int64, (2, SOME, 2), elements=st.integers(0, 7)))
    sides = draw(arrays(np.int64, (2, SOME, 2), elements=st.integers(1, 6)))
    scores = draw(arrays(np.int64, (2, SOME), elements=st.integers(0, 5)))
    boxes = np.concatenate([starts, starts + sides], axis=2)
    return boxes.astype(np.float32), (scores / 4).astype(np.float32)


def kept(boxes, scores, **options):
    indices, valid = map(numbers, layers.nms(boxes, scores, **options))
    assert (np.diff(valid.astype(int)) <= 0).all()  # what fills up comes last
    return [one[real].tolist() for one, real in zip(indices, valid, strict=True)]


@given(crowds(), st.sampled_from([0, 0.25, 0.5, 0.7, 1]), st.integers(1, SOME + 2))
def test_nms_matches_numpy(crowd, threshold, most):
    found = kept(*crowd, threshold=threshold, most=most)
    for one, boxes, scores in zip(found, *crowd, strict=True):
        wanted = by_numpy.nms(boxes, scores, threshold=threshold, most=most)
        assert one == wanted.tolist()


@given(crowds(), arrays(np.int32, (2, SOME), elements=st.integers(0, 2)))
def test_nms_within_classes_matches_numpy(crowd, labels):
    found = kept(*crowd, threshold=0.25, most=SOME - 2, labels=labels)
    for one, boxes, scores, own in zip(found, *crowd, labels, strict=True):
        wanted = by_numpy.nms(boxes, scores, threshold=0.25, most=SOME - 2, labels=own)
        assert one == wanted.tolist()


def test_a_long_chain(compiled):
    """Each box overlaps its neighbours only: every second one stays, by as many rounds."""
    starts = np.arange(40, dtype=np.float32)
    boxes = np.stack([starts, 0 * starts, starts + 1.5, 0 * starts + 1], axis=1)[None]
    scores = np.linspace(1, 0.1, 40, dtype=np.float32)[None]
    run = compiled(lambda *x: layers.nms(*x, threshold=0.19, most=30))
    indices, valid = map(numbers, run(boxes, scores))
    assert indices[valid].tolist() == list(range(0, 40, 2))
    assert (indices.shape, valid.sum()) == ((1, 30), 20)


def test_a_box_that_is_none_suppresses_nothing_by_hand():
    scores = [[-np.inf, 0.1, 0.3], [0.2, 0.1, -np.inf]]
    found = kept([TWINS, TWINS], np.float32(scores), threshold=0.5, most=3)
    assert found == [[2, 1], [0]]


def test_no_gradient_flows():
    import tensorflow as tf

    boxes, scores = tf.constant([TWINS], tf.float32), tf.constant([[0.8, 0.9, 0.1]])
    with tf.GradientTape() as tape:
        tape.watch([boxes, scores])
        indices, _ = layers.nms(boxes, scores, threshold=0.5, most=2)
        loss = tf.reduce_sum(tf.cast(indices, tf.float32))
    assert tape.gradient(loss, [boxes, scores]) == [None, None]


@pytest.mark.parametrize(
    ("boxes", "scores", "options", "message"),
    [
        ((3, 4), (3,), {}, r"boxes must be \(N, K, 4\).*Received shapes \(3, 4\) and \(3,\)"),
        ((2, 3, 4), (2, 4), {}, r"scores \(N, K\), one of each box.*and \(2, 4\)"),
        ((2, 3, 4), (2, 3), {"labels": [[0, 1]]}, r"labels must .*shapes \(1, 2\) and \(2, 3\)"),
        ((2, 3, 4), (2, 3), {"threshold": 1.5}, "threshold must be an IoU.*Received: 1.5"),
        ((2, 3, 4), (2, 3), {"most": 0}, "most must be a whole number above 0. Received: 0"),
    ],
)
def test_nms_rejects(boxes, scores, options, message):
    options = {"threshold": 0.5, "most": 2, **options}
    with pytest.raises(ValueError, match=message):
        layers.nms(np.zeros(boxes), np.zeros(scores), **options)
