"""Batches: every picture in turn, boxes moved with the picture, the same again when it goes on."""

import numpy as np
import pytest

from vidlearn.boxes import Truth
from vidlearn.datasets import Augment, flip
from vidlearn.runs import Batches, optimizer


@pytest.fixture
def frames():
    """Seven pictures of one grey each, of two sizes."""
    return [np.full((20 + 10 * (k % 2), 40, 3), 10 * k, np.uint8) for k in range(7)]


@pytest.fixture
def truths():
    return [Truth([[k, 2, k + 8, 12]] * (k % 3), [1] * (k % 3)) for k in range(7)]


def seen(batches):
    return [int(picture[0, 0, 0]) // 10 for k in range(len(batches)) for picture in batches[k][0]]


def test_every_picture_comes_once_an_epoch_in_another_order(frames, truths):
    batches = Batches(frames, truths, size=(15, 20), batch_size=3, seed=4)
    assert len(batches) == 3
    first = seen(batches)
    batches.on_epoch_end()
    second = seen(batches)
    assert sorted(first) == sorted(second) == list(range(7))
    assert first != second
    assert batches[2][0].shape == (1, 15, 20, 3)


def test_steps_go_round_and_keep_all_batches_whole(frames, truths):
    batches = Batches(frames, truths, size=(15, 20), batch_size=4, steps=5, seed=1)
    found = seen(batches)
    assert len(found) == 20
    assert sorted(found[:7]) == sorted(found[7:14]) == list(range(7))
    assert seen(Batches(frames, truths, size=(15, 20), batch_size=4, steps=1)) != [0, 1, 2, 3]
    plain = Batches(frames, truths, size=(15, 20), batch_size=4, steps=3, shuffle=False)
    assert seen(plain) == [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4]


def test_a_training_that_goes_on_sees_the_same(frames, truths):
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 256, frame.shape, dtype=np.uint8) for frame in frames]
    options = {"size": (15, 20), "batch_size": 3, "seed": 9}
    batches = Batches(frames, truths, **options, augment=Augment([flip], seed=2))
    for _ in range(2):
        for k in range(3):
            batches[k]
        batches.on_epoch_end()
    later = Batches(frames, truths, **options, augment=Augment([flip], seed=2), epoch=2)
    for k in (2, 0, 1):  # in whatever order they are asked for
        (x, y), (again, other) = batches[k], later[k]
        np.testing.assert_array_equal(x, again)
        np.testing.assert_array_equal(y["boxes"], other["boxes"])


def test_boxes_shrink_and_turn_with_their_picture_by_hand(truths):
    frame = np.zeros((30, 40, 3), np.uint8)
    frame[:, 30:] = 200
    turned = Augment([lambda *x, rng: flip(*x, rng=rng, chance=1)])
    truth = Truth([[0, 2, 8, 12]], [3])
    x, y = Batches([frame], [truth], size=(15, 40), augment=turned)[0]
    assert y["boxes"].tolist() == [[[16, 1, 20, 6]]]
    assert y["labels"].tolist() == [[3]]
    assert (x[0, :, :4] > 190).all()  # what was on the right
    assert (x[0, :, 20:] == 128).all()  # the letterbox


def test_what_is_difficult_or_a_crowd_is_not_learnt_in_fitted_pictures_either():
    boxes = [[1, 2, 9, 8], [3, 4, 7, 9], [10, 2, 20, 12]]
    truth = Truth(boxes, [1, 2, 3], [True, False, False], [False, True, False])
    frame = np.zeros((30, 40, 3), np.uint8)
    for size, box in (((30, 40), [10, 2, 20, 12]), ((15, 20), [5, 1, 10, 6])):
        _, y = Batches([frame], [truth], size=size)[0]
        assert y["labels"].tolist() == [[3, -1, -1]]
        assert y["boxes"][0, 0].tolist() == box


def test_all_batches_have_one_number_of_boxes(frames, truths):
    batches = Batches(frames, truths, size=(15, 20), batch_size=2)
    assert {batches[k][1]["boxes"].shape[1] for k in range(len(batches))} == {2}


def test_batches_rejects_unequal_numbers(frames, truths):
    with pytest.raises(ValueError, match="7 frames, 6 truths"):
        Batches(frames, truths[1:], size=(15, 20))
    with pytest.raises(ValueError, match="at least one"):
        Batches([], [], size=(15, 20))


def test_the_rate_rises_then_falls_by_hand():
    made = optimizer(100, rate=0.4, decay=0.1, warm_up=0.2)
    rates = [float(made._learning_rate(k)) for k in (0, 10, 20, 60, 100)]
    np.testing.assert_allclose(rates, [0.02, 0.21, 0.4, 0.21, 0.02], rtol=1e-5)
    assert made.weight_decay == 0.1


def test_weight_decay_spares_biases_and_normalisation():
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="one")])
    model.add(keras.layers.BatchNormalization())
    made = optimizer(10, decay=0.5)
    made.build(model.trainable_variables)
    decayed = [v.name for v in model.trainable_variables if made._use_weight_decay(v)]
    assert decayed == ["kernel"]


def test_an_epoch_can_begin_in_its_middle(frames, truths):
    options = {"size": (15, 20), "batch_size": 2, "seed": 3, "epoch": 5}
    whole, rest = Batches(frames, truths, **options), Batches(frames, truths, **options, first=1)
    assert len(rest) == 3
    assert seen(rest) == seen(whole)[2:]
