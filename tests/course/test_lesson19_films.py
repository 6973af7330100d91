"""Lesson 19: what its films, its clips and its heads are made by."""

import numpy as np
import pytest

from vidlearn.course.exercises.lesson19 import both_hands, labels_learned
from vidlearn.synthetic import actions


def test_mirror_images_change_left_and_right():
    made = actions(20, frames=4, size=(32, 40), seed=3)
    frames, labels = both_hands(made)
    assert frames.shape == (40, 4, 32, 40, 3)
    np.testing.assert_array_equal(frames[20:], made.frames[:, :, :, ::-1])
    swapped = np.where(made.labels >= 8, made.labels ^ 1, made.labels)
    np.testing.assert_array_equal(labels, np.concatenate([made.labels, swapped]))
    assert (labels[20:] != made.labels).sum() == (made.labels >= 8).sum() > 0


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
