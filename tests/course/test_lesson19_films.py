"""Lesson 19: what its films, its clips and its heads are made by."""

import numpy as np
import pytest

from vidlearn.course.exercises._films import home_films
from vidlearn.course.exercises.lesson19 import (
    both_hands,
    labels_learned,
    long_films,
    own_film,
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


@pytest.mark.parametrize(("fps", "step"), [(30, 2), (24, 2), (12, 1), (50, 4), (8, 1)])
def test_an_own_film_is_square_and_about_as_fast(tmp_path, fps, step):
    from vidlearn.video import write_video

    frames = np.zeros((40, 60, 100, 3), np.uint8)
    frames[:, :, :20] = 255  # what lies outside the middle
    frames[:, :, 20:80] = 6 * np.arange(40)[:, None, None, None]
    film = own_film(write_video(tmp_path / "me.mp4", frames, fps=fps), 32)
    assert film.shape == (-(-40 // step), 32, 32, 3)
    assert np.abs(film[..., 16, 1].mean(axis=1) - 6 * np.arange(0, 40, step)).max() < 12
    assert film[0, :, 2:].max() < 40
    assert len(own_film(tmp_path / "me.mp4", 32, seconds=1)) <= 12


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
                           loss=mstcn_loss if stages else loss, epochs=20, rate=3e-2)  # fmt: skip
    assert found.shape == (4, 30, 3)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-4)
    assert (found.argmax(axis=-1) == labels[8:]).mean() > 0.9
