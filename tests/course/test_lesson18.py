"""Answers to lesson 18 as learners write them: right ones in other words, and near misses."""

from itertools import pairwise

import numpy as np
import pytest

from vidlearn import metrics, video
from vidlearn.course import challenge
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get
from vidlearn.course.exercises.lesson18 import captions, flickering_scores, live_score
from vidlearn.course.exercises.lesson18.labelling import frame_labeller
from vidlearn.course.exercises.lesson18.sampling import segment_frames
from vidlearn.course.exercises.lesson18.smoothing import as_given, live_majority

# Sampling -----------------------------------------------------------------------------------


def by_integers(total, parts, rng=None):
    """Draw between whole borders, where there are any."""
    borders = np.arange(parts + 1) * total / parts
    if rng is None:
        return [int((a + b) / 2) for a, b in pairwise(borders)]
    return [int(rng.integers(int(a), max(int(b), int(a) + 1))) for a, b in pairwise(borders)]


def by_uniform(total, parts, rng=None):
    size = total / parts
    starts = size * np.arange(parts)
    return (starts + (size / 2 if rng is None else rng.uniform(0, size, parts))).astype(np.int32)


@pytest.mark.parametrize("answer", [segment_frames, by_integers, by_uniform])
def test_segment_frames_accepts_other_words(answer):
    assert grade(get("segment-frames"), answer)


@pytest.mark.parametrize(("total", "parts"), [(60, 3), (100, 8), (37, 5), (5, 8), (1, 1)])
def test_segment_frames_is_the_librarys(total, parts):
    wanted = video.sample_indices(total, parts)
    assert segment_frames(total, parts).tolist() == wanted.tolist()


def test_segment_frames_by_hand():
    """Parts of 20 frames: middles 10, 30, 50; of five frames in eight parts some come twice."""
    assert segment_frames(60, 3).tolist() == [10, 30, 50]
    assert segment_frames(5, 8).tolist() == [0, 0, 1, 2, 2, 3, 4, 4]


# Labelling ----------------------------------------------------------------------------------


def in_a_row(features, units, classes):
    import keras

    return keras.Sequential(
        [
            keras.Input((None, features)),
            keras.layers.GRU(units, return_sequences=True),
            keras.layers.TimeDistributed(keras.layers.Dense(classes)),
        ]
    )


@pytest.mark.parametrize("answer", [frame_labeller, in_a_row])
def test_frame_labeller_accepts_other_words(answer):
    assert grade(get("frame-labeller"), answer)


def fixed(features, units, classes):
    import keras

    vectors = keras.Input((6, features))
    x = keras.layers.GRU(units, return_sequences=True)(vectors)
    return keras.Model(vectors, keras.layers.Dense(classes)(x))


def test_frame_labeller_of_one_length_is_refused_with_the_reason():
    result = grade(get("frame-labeller"), fixed)
    assert result.status == "wrong"
    assert "Leave the length open" in repr(result)


# The repair ---------------------------------------------------------------------------------


def by_counter(labels, window):
    from collections import Counter

    said = []
    for t, _ in enumerate(labels):
        newest_first = labels[max(0, t + 1 - window) : t + 1][::-1]
        said.append(Counter(newest_first.tolist()).most_common(1)[0][0])
    return said


@pytest.mark.parametrize("answer", [live_majority, by_counter])
def test_live_majority_accepts_other_words(answer):
    assert grade(get("live-majority"), answer)


def test_live_majority_by_hand():
    # 5; 5 5; 5 5 2; 5 2 2; 2 2 2
    assert live_majority(np.array([5, 5, 2, 2, 2]), 3).tolist() == [5, 5, 5, 2, 2]
    # a tie of two: the newer one
    assert live_majority(np.array([1, 0, 1]), 2).tolist() == [1, 0, 1]
    # as it stood, the change is seen before it comes
    assert as_given(np.array([5, 5, 5, 2, 2, 2, 2, 2]), 5).tolist() != [5, 5, 5, 5, 5, 2, 2, 2]


def test_live_majority_never_looks_ahead():
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 4, 60)
    whole = live_majority(labels, 7)
    for t in (0, 3, 20, 58):
        assert live_majority(labels[: t + 1], 7)[-1] == whole[t]


# The challenge ------------------------------------------------------------------------------


def mean_of(frames):
    return lambda scores: int(scores[-frames:].mean(axis=0).argmax())


def clearly_ahead(scores):
    said = None
    for t in range(len(scores)):
        recent = np.log(scores[max(0, t - 4) : t + 1]).mean(axis=0)
        best = int(recent.argmax())
        if said is None or recent[best] > recent[said] + 1:
            said = best
    return said


def stays(scores):
    classes = scores.shape[1]
    belief = np.ones(classes) / classes
    move = np.full((classes, classes), 0.03 / (classes - 1))
    np.fill_diagonal(move, 0.97)
    for now in scores:
        belief = (belief @ move) * now**0.7
        belief = belief / belief.sum()
    return belief.argmax()


def test_the_bar_lies_above_a_mean_and_below_two_ideas():
    bar = get("live-caption").bar
    shares = [live_score(mean_of(frames)) for frames in (1, 3, 5, 7, 9, 12, 16, 30)]
    assert shares[0] < 0.15
    assert max(shares) < bar - 0.03
    assert live_score(clearly_ahead) > bar
    assert live_score(stays) > bar


def test_the_network_of_the_challenge_is_often_right_and_never_for_long():
    scores, labels = flickering_scores(3)
    assert scores.shape == (400, 6)
    assert np.allclose(scores.sum(axis=1), 1)
    found = scores.argmax(axis=1)
    assert metrics.frame_accuracy(found, labels) > 0.6
    assert len(metrics.segments(found)) > 3 * len(metrics.segments(labels))
    lengths = np.diff(metrics.segments(labels)[:, :2], axis=1)[:-1]
    assert lengths.min() >= 18


def test_captions_get_no_frame_before_its_time():
    seen = []

    def answer(scores):
        seen.append(len(scores))
        scores[:] = 0  # a copy: what an answer does to it changes nothing
        return 0

    scores, _ = flickering_scores(3, frames=12)
    assert captions(answer, scores).tolist() == [0] * 12
    assert seen == list(range(1, 13))
    assert scores.any()


@pytest.mark.parametrize("label", [6, -1, 0.5, "walk", np.zeros(6), [1, 2], True])
def test_what_is_no_class_is_refused(label):
    result = challenge("live-caption", lambda scores: label)
    assert "whole number from 0 to 5" in repr(result)


def test_an_empty_challenge_is_no_answer():
    assert live_score(lambda scores: None) is None
    assert "0.7" in repr(challenge("live-caption", mean_of(5)))
