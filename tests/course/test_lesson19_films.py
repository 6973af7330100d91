"""Lesson 19: what its films, its clips and its heads are made by."""

import numpy as np
import pytest

from vidlearn.course.exercises._films import home_films
from vidlearn.course.exercises.lesson19 import (
    both_hands,
    labels_learned,
    long_films,
    seen_by,
)
from vidlearn.synthetic import actions


def test_mirror_images_change_left_and_right():
    made = actions(20, frames=4, size=(32, 40), seed=3)
    frames, labels = both_hands(made)
    assert frames.shape == (40, 4, 32, 40, 3)
    np.testing.assert_array_equal(frames[20:], made.frames[:, :, :, ::-1])
    swapped = np.where(made.labels >= 8, made.labels ^ 1, made.labels)
    np.testing.assert_array_equal(labels, np.concatenate([made.labels, swapped]))
    assert (labels[20:] != made.labels).sum() == (made.labels >= 8).sum() > 0


def test_long_films_begin_with_those_of_the_lesson_before():
    for part in ("val", "test"):
        films = long_films(part)
        assert {len(film.frames) for film in films} == {len(film.frames) for film in films[:1]}
        for film, other in zip(films, home_films(part), strict=False):
            np.testing.assert_array_equal(film.frames, other.frames)
    train = [film.frames[0] for film in home_films("train")]
    assert not any((film.frames[0] == each).all() for film in long_films("learn") for each in train)


def test_vectors_stand_beside_their_labels(monkeypatch):
    from vidlearn.course.exercises import _films

    monkeypatch.setattr(_films, "film_vectors", lambda model, frames: frames[:, 0, 0, :2] * model)
    films = long_films("val")[:2]
    vectors, labels = seen_by(3, films)
    assert vectors.shape[:2] == labels.shape == (2, len(films[0].frames))
    np.testing.assert_array_equal(vectors[1], films[1].frames[:, 0, 0, :2] * 3)
    np.testing.assert_array_equal(labels[1], films[1].labels)


@pytest.mark.parametrize("stages", [0, 2])
def test_a_head_learns_what_is_in_the_vectors(stages):
    import keras

    from vidlearn.models import build_mstcn, mstcn_loss

    rng = np.random.default_rng(5)
    labels = np.repeat(rng.integers(0, 3, (12, 5)), 6, axis=1)
    vectors = np.eye(3)[labels].astype("float32") + 0.1 * rng.normal(size=(12, 30, 3))
    keras.utils.set_random_seed(1)
    plain = keras.Sequential([keras.Input((None, 3)), keras.layers.Dense(3)])
    head = build_mstcn((None, 3), 3, stages=stages, layers=2, filters=8) if stages else plain
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    found = labels_learned(head, vectors[:8], labels[:8], vectors[8:],
                           loss=mstcn_loss if stages else loss, epochs=40, rate=3e-2)  # fmt: skip
    assert found.shape == (4, 30, 3)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-4)
    assert (found.argmax(axis=-1) == labels[8:]).mean() > 0.9
