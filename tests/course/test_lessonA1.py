"""Answers to A1: right ones in other words, near misses, and what the film of two things holds."""

import numpy as np
import pytest

from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lessonA1 import described, masking, two_things


def pixel_by_pixel(frames, first):
    looks = [frames[0][first == k].mean(axis=0) for k in range(first.max() + 1)]
    out = np.zeros(frames.shape[:3], int)
    for place in np.ndindex(out.shape):
        out[place] = np.argmin([np.abs(frames[place] - look).sum() for look in looks])
    return out.tolist()


def by_distance(frames, first):
    looks = np.stack([np.median(frames[0][first == k], axis=0) for k in np.unique(first)])
    far = [np.linalg.norm(frames.astype(float) - look, axis=-1) for look in looks]
    return np.argmin(far, axis=0).astype("uint8")


@pytest.mark.parametrize("answer", [pixel_by_pixel, by_distance])
def test_masks_accepts_other_words(answer):
    assert grade(get("masks"), answer)


def cleared(frames, first):
    out = masking.masks(frames, first)
    frames[:] = 0
    return out


def things_seen_once(frames, first):
    """Right in frame 0; then each thing is where it was."""
    return np.repeat(masking.masks(frames[:1], first), len(frames), axis=0)


@pytest.mark.parametrize("answer", [cleared, things_seen_once])
def test_masks_refuses(answer):
    assert grade(get("masks"), answer).status == "wrong"


def test_masks_by_hand():
    """A thing two pixels wide goes two to the right; its differences are seen twice."""
    frames, first = masking.mask_cases()[0]
    assert masking.masks(frames, first)[:, 0].tolist() == [
        [1, 1, 0, 0, 0, 0],
        [0, 0, 1, 1, 0, 0],
        [0, 0, 0, 0, 1, 1],
    ]
    assert masking.as_given(frames, first)[:, 0].tolist() == [
        [1, 1, 1, 1, 0, 0],
        [0, 0, 1, 1, 1, 1],
    ]


def test_the_right_masks_are_the_truth_and_what_stands_still_has_no_difference():
    frames, truth = two_things()
    assert np.array_equal(masking.masks(frames, truth[0]), truth)
    changed = masking.as_given(frames, truth[0])
    assert not changed[truth[1:] == 2].any()
    assert changed[:4].any(axis=(1, 2)).all()
    assert not changed[4:].any()


@pytest.mark.parametrize("sizes", described.net_cases())
def test_the_network_hears_the_whole_film_and_the_given_one_does_not(sizes):
    right = described.told(described.segmenter_net(*sizes), *sizes)
    assert right["frame 8 depends on frames"] == list(range(16))
    assert right["the shape, for a film of 16 frames"] == ("N", 16, 1)
    one_way = described.told(described.NET_MISTAKES["one-way"](*sizes), *sizes)
    assert one_way["frame 8 depends on frames"] == list(range(11))


def stacked(features, filters, units):
    """Each direction by itself, and a dense layer with its sigmoid behind it."""
    import keras
    from keras import layers, ops

    x = keras.Input((None, features))
    y = layers.ReLU()(layers.Conv1D(filters, 5, padding="same")(x))
    there = layers.LSTM(units, return_sequences=True)(y)
    back = layers.LSTM(units, return_sequences=True, go_backwards=True)(y)
    both = layers.Concatenate()([there, ops.flip(back, axis=1)])
    return keras.Model(x, layers.Activation("sigmoid")(layers.Dense(1)(both)))


def test_the_network_accepts_other_words():
    assert grade(get("segmenter-net"), stacked)


@pytest.mark.parametrize("came", [3, "model"])
def test_what_is_no_network_is_refused_kindly(came):
    with pytest.raises(Refusal, match=r"keras\.Model"):
        described.told(came, 4, 5, 3)
