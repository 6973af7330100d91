"""Answers to lesson 15 as learners write them: right ones in other words, and near misses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from vidlearn import boxes
from vidlearn.boxes import Detections, Truth
from vidlearn.course import check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get
from vidlearn.course.exercises.lesson15 import (
    TESTED,
    approach,
    changing_hands,
    speed_chart,
    spread,
)
from vidlearn.course.exercises.lesson15.losses import loss_cases, ssd_loss
from vidlearn.course.exercises.lesson15.negatives import hard_negatives, negative_cases

# Hard negatives -----------------------------------------------------------------------------


def by_threshold(losses, kinds, ratio, least):
    """Find the loss of the last one that is taken; no two losses are alike."""
    from keras import ops

    count = ops.maximum(ratio * ops.sum(ops.cast(kinds > 0, "int32"), axis=1), least)
    there = ops.where(kinds == 0, losses, -1.0)
    falling = -ops.sort(-there, axis=1)
    last = ops.take_along_axis(falling, count[:, None] - 1, axis=1)
    return ops.cast(ops.logical_and(kinds == 0, there >= last), "float32")


def by_comparison(losses, kinds, ratio, least):
    """Count for each box how many background boxes of its picture are harder."""
    from keras import ops

    background = kinds == 0
    harder = losses[:, None, :] > losses[:, :, None]
    rank = ops.sum(ops.cast(harder & background[:, None, :], "float32"), axis=2)
    things = ops.sum(ops.cast(kinds > 0, "float32"), axis=1, keepdims=True)
    return ops.cast(background & (rank < ops.maximum(ratio * things, float(least))), "float32")


@pytest.mark.parametrize("answer", [hard_negatives, by_threshold, by_comparison])
def test_hard_negatives_accepts_other_words(answer):
    assert grade(get("hard-negatives"), answer)


def test_hard_negatives_by_hand():
    # one thing, ratio 2: the two hardest of 0.1, 0.5, 2.0, 0.2, 0.3; the 9.0 is ignored
    losses, kinds, ratio, least = negative_cases()[0]
    assert (ratio, least) == (2, 1)
    marked = np.asarray(hard_negatives(losses, kinds, ratio, least))
    assert marked.tolist() == [[0, 0, 1, 1, 0, 0, 0]]


@pytest.mark.parametrize("case", range(5))
def test_hard_negatives_are_the_librarys_and_plain_sorting(case):
    from keras import ops

    from vidlearn.models.ssd import hard_negatives as packaged

    losses, kinds, ratio, least = negative_cases()[case]
    ours = ops.convert_to_numpy(hard_negatives(losses, kinds, ratio, least))
    theirs = ops.convert_to_numpy(packaged(losses, kinds, ratio=ratio, least=least))
    np.testing.assert_array_equal(ours, theirs)
    for row, loss, kind in zip(ours, losses, kinds, strict=True):
        background = [k for k in range(len(kind)) if kind[k] == 0]
        background.sort(key=lambda k: -loss[k])
        assert set(np.flatnonzero(row)) == set(background[: max(ratio * (kind > 0).sum(), least)])


def test_cases_tell_a_picture_from_its_batch():
    """In one batch all things are in one picture; counted together, the other gets as many."""
    losses, kinds, ratio, least = negative_cases()[-1]
    marked = np.asarray(hard_negatives(losses, kinds, ratio, least)).sum(axis=1)
    assert marked.tolist() == [12, 4]
    assert (kinds > 0).sum(axis=1).tolist() == [4, 0]


def test_a_case_has_less_background_than_may_be_marked():
    _, kinds, ratio, least = negative_cases()[-2]
    assert max(ratio * (kinds > 0).sum(), least) > (kinds == 0).sum()


@pytest.mark.parametrize("kind", ["bool", "int32"])
def test_hard_negatives_rejects_marks_that_a_loss_cannot_add(kind):
    """Added to floats, they would stop the training that follows."""
    from keras import ops

    result = grade(get("hard-negatives"), lambda *a: ops.cast(hard_negatives(*a), kind))
    assert result.status == "wrong"
    assert "1.0 and 0.0" in repr(result)
    assert kind in repr(result)


def in_numpy(losses, kinds, ratio, least):
    marked = np.zeros(losses.shape, np.float32)
    for row, loss, kind in zip(marked, np.asarray(losses), np.asarray(kinds), strict=True):
        order = [k for k in np.argsort(-loss) if kind[k] == 0]
        row[order[: max(ratio * int((kind > 0).sum()), least)]] = 1
    return marked


def test_hard_negatives_rejects_what_cannot_be_compiled():
    """In NumPy it is right, but there are no numbers yet when the training step is built."""
    result = grade(get("hard-negatives"), in_numpy)
    assert result.status == "wrong"


# The loss -----------------------------------------------------------------------------------


def loss_box_by_box(logits, moves, kinds, goals, hard):
    """Take the entropy by a one-hot row, and smooth L1 in its other form."""
    from keras import ops

    classes = logits.shape[-1]
    right = ops.one_hot(kinds, classes)
    entropy = ops.logsumexp(logits, axis=-1) - ops.sum(right * logits, axis=-1)
    thing = ops.sum(right[..., 1:], axis=-1)
    mined = hard(ops.stop_gradient(entropy), kinds, 3, 10)
    away = ops.abs(moves - goals)
    small = ops.minimum(away, 1.0)
    smooth = ops.sum(small * (away - small / 2), axis=-1)
    total = ops.sum(ops.where(kinds > 0, entropy + smooth, mined * entropy))
    return total / ops.maximum(ops.sum(thing), 1)


@pytest.mark.parametrize("answer", [ssd_loss, loss_box_by_box])
def test_ssd_loss_accepts_other_words(answer):
    assert grade(get("ssd-loss"), answer)


def test_ssd_loss_by_hand():
    """One thing of class 2, one ignored, two of background; both of those are hard enough."""
    logits = np.array([[[2.0, 0, 0], [0, 0, 1], [9, 9, 9], [0, 3, 0]]], np.float32)
    kinds = np.array([[0, 2, -1, 0]], np.int32)
    moves, goals = np.zeros((1, 4, 4), np.float32), np.zeros((1, 4, 4), np.float32)
    goals[0, 1] = [0.5, -3, 0, 0]  # smooth L1: 0.125 and 2.5
    goals[0, 0] = 100.0  # counts for nothing
    entropy = [np.log(np.e**2 + 2) - 2, np.log(2 + np.e) - 1, np.log(2 + np.e**3)]
    expected = sum(entropy) + 0.125 + 2.5
    found = float(ssd_loss(logits, moves, kinds, goals, hard_negatives))
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("case", range(3))
def test_ssd_loss_is_that_of_the_packaged_detector(case):
    from keras import ops

    from vidlearn.models import ssd

    logits, moves, kinds, goals, hard = loss_cases()[case]
    model = ssd.build_ssd((32, 40, 3), ["a", "b"], width=4)
    model.targets = lambda boxes, labels: (ops.convert_to_tensor(kinds), goals)
    terms = model.loss_terms((logits, moves), None, None, training=True)
    assert float(sum(terms.values())) == pytest.approx(
        float(ssd_loss(logits, moves, kinds, goals, hard)), rel=1e-5
    )


def test_cases_of_the_loss_hold_a_picture_without_a_thing_and_ignored_boxes():
    kinds = [case[2] for case in loss_cases()]
    assert any((each > 0).any() and not (each > 0).any(axis=1).all() for each in kinds)
    assert all((each == -1).any() for each in kinds)


# The head -----------------------------------------------------------------------------------


def head_in_one(shape, boxes, classes):
    """Let one convolution give all numbers of a box."""
    import keras
    from keras import layers

    features = keras.Input(shape)
    x = layers.Conv2D(boxes * (classes + 5), 3, padding="same", name="all")(features)
    x = layers.Reshape((-1, classes + 5))(x)
    return keras.Model(features, [x[..., : classes + 1], x[..., classes + 1 :]])


def test_ssd_head_accepts_other_words():
    assert grade(get("ssd-head"), head_in_one)


def test_ssd_head_has_the_weights_of_the_paper():
    """Section 2.1: (c + 4) k filters of 3 x 3 x p on a map of p channels."""
    model = get("ssd-head").solution((5, 7, 6), 4, 3)
    assert model.count_params() == (3 * 3 * 6 + 1) * (3 + 1 + 4) * 4
    assert [tuple(x.shape) for x in model.outputs] == [(None, 140, 4), (None, 140, 4)]


def test_ssd_head_lays_its_rows_as_the_default_boxes():
    """What stands in a cell alone reaches the rows of its boxes and of its neighbours'."""
    model = get("ssd-head").solution((4, 6, 2), 3, 2)
    features = np.zeros((1, 4, 6, 2), np.float32)
    features[0, 2, 4] = 5
    logits, moves = (np.asarray(part)[0] for part in model(features))
    laid = boxes.anchors((4, 6), 8, sizes=(9,), ratios=(0.5, 1, 2))
    for part in (logits, moves):
        lit = np.abs(part).sum(axis=1) > 1e-6
        middles = (laid[:, :2] + laid[:, 2:]) / 2
        assert (lit == (np.abs(middles - [36, 20]).max(axis=1) < 12)).all()


def in_a_row(shape, boxes, classes):
    """A Sequential has no `output` before it is called."""
    from keras import Sequential, layers

    wide = layers.Conv2D(boxes * (classes + 5), 3, padding="same")
    return Sequential([layers.Input(shape), wide, layers.Reshape((-1, classes + 5))])


@pytest.mark.parametrize("answer", [lambda *a: 3, lambda *a: [1, 2], in_a_row])
def test_ssd_head_rejects_what_is_no_model_with_two_outputs(answer):
    result = check("ssd-head", answer)
    assert result.status == "wrong"
    assert "[logits, moves]" in repr(result)


# What the lesson shows ----------------------------------------------------------------------


def test_things_grow_and_shrink_again():
    frames, truths = approach(3, 12, size=(48, 64), backgrounds=TESTED)
    assert frames.shape == (12, 48, 64, 3)
    assert frames.dtype == np.uint8
    areas = [boxes.area(truth.boxes).max() for truth in truths]
    assert areas[6] == max(areas) > 8 * areas[0]
    assert len(truths[0]) > len(truths[6]) >= 1
    for truth in truths:
        assert (truth.boxes >= 0).all()
        assert (truth.boxes <= [64, 48, 64, 48]).all()


def test_a_truth_of_the_approach_lies_on_its_thing():
    """The box moves as the pixels do: what is in it, enlarged, stays alike."""
    frames, truths = approach(3, 12, size=(60, 80), backgrounds=TESTED)
    patches = []
    for frame, truth in zip(frames[2:5], truths[2:5], strict=True):
        x1, y1, x2, y2 = truth.boxes[boxes.area(truth.boxes).argmax()].round().astype(int)
        patches.append(frame[y1:y2, x1:x2].mean(axis=(0, 1)))
    assert np.abs(np.diff(patches, axis=0)).max() < 12


def test_each_map_shows_the_boxes_that_learn():
    frame = np.full((1, 48, 64, 3), 90, np.uint8)
    laid = [
        boxes.anchors((6, 8), 8, sizes=(10,), ratios=(1,)),
        boxes.anchors((3, 4), 16, sizes=(28,), ratios=(1,)),
    ]
    small, large = changing_hands(frame, [Truth([[7, 7, 17, 17]], [2])], laid)
    assert small.shape == large.shape == (1, 96, 128, 3)
    assert len(np.unique(large)) == 1 < len(np.unique(small))
    small, large = changing_hands(frame, [Truth([[9, 9, 39, 39]], [0])], laid)
    assert len(np.unique(small)) == 1 < len(np.unique(large))


def test_a_film_without_things_is_only_darker():
    laid = [boxes.anchors((6, 8), 8, sizes=(10,), ratios=(1,))]
    (film,) = changing_hands(np.full((1, 48, 64, 3), 100, np.uint8), [Truth([])], laid)
    assert np.unique(film).tolist() == [60]


def test_spread_is_none_where_all_pictures_agree_and_wide_where_they_do_not():
    truths = [Truth([[2, 2, 12, 12]], [0])] * 6
    right = Detections([[2, 2, 12, 12]], [0.9], [0])
    wrong = Detections([[30, 30, 40, 40]], [0.9], [0])
    found = {"sure": [right] * 6, "half": [right, wrong] * 3, "again": [right, wrong] * 3}
    swings = spread(found, truths, ["a"], draws=12, seed=2)
    assert swings["sure"].tolist() == [1.0] * 12
    assert np.ptp(swings["half"]) > 0.1
    np.testing.assert_array_equal(swings["half"], swings["again"])  # the same draws for all


def test_the_chart_shows_each_detector_by_name():
    rows = {
        "SSD": {"fps": 50, "AP50": 0.9, "multiply_adds": 1e8},
        "YOLO": {"fps": 60, "AP50": 0.8, "multiply_adds": 2e8},
    }
    figure = speed_chart(rows)
    (panel,) = figure.axes
    assert [text.get_text() for text in panel.texts] == ["SSD", "YOLO"]
    assert panel.get_ylim()[0] < 0.8
    areas = [each.get_sizes()[0] for each in panel.collections]
    assert areas[1] > areas[0]
    plt.close(figure)
