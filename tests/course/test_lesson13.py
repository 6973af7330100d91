"""Answers to lesson 13 as learners write them: right ones in other words, and near misses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from vidlearn import boxes
from vidlearn.boxes import Detections, Truth
from vidlearn.course import challenge, check, hint
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson13 import (
    TESTED,
    TRAINED,
    curves,
    faults,
    handed_on,
    shape_overlaps,
    shape_score,
    sides,
)
from vidlearn.course.exercises.lesson13.heads import rpn_head, tried
from vidlearn.course.exercises.lesson13.joining import faster_rcnn, join_cases
from vidlearn.course.exercises.lesson13.kept import kept, once
from vidlearn.course.exercises.lesson13.targets import anchor_targets, target_cases


def targets_in_loops(anchors, truths):
    kinds, goals = [], []
    for anchor in anchors:
        overlaps = [float(boxes.iou(anchor[None], truth[None])[0, 0]) for truth in truths]
        best = max(overlaps)
        kinds.append(1 if best >= 0.7 else 0 if best < 0.3 else -1)
        truth = truths[overlaps.index(best)]
        w, h = anchor[2] - anchor[0], anchor[3] - anchor[1]
        goals.append(
            [
                ((truth[0] + truth[2]) / 2 - (anchor[0] + anchor[2]) / 2) / w / 0.1,
                ((truth[1] + truth[3]) / 2 - (anchor[1] + anchor[3]) / 2) / h / 0.1,
                np.log((truth[2] - truth[0]) / w) / 0.2,
                np.log((truth[3] - truth[1]) / h) / 0.2,
            ]
        )
    for truth in truths:
        overlaps = [float(boxes.iou(anchor[None], truth[None])[0, 0]) for anchor in anchors]
        kinds[overlaps.index(max(overlaps))] = 1
    return kinds, goals


def targets_elsewhere_empty(anchors, truths):
    """What stands in the rows of anchors that learn no move is nobody's concern."""
    kinds, goals = anchor_targets(anchors, truths)
    return kinds, np.where(kinds[:, None] == 1, goals, np.nan)


@pytest.mark.parametrize("answer", [anchor_targets, targets_in_loops, targets_elsewhere_empty])
def test_anchor_targets_accepts_other_words(answer):
    assert grade(get("anchor-targets"), answer)


def test_anchor_targets_by_hand():
    # 10 x 10 at (4, 4) in the truth 10 x 11: 100/110. (5, 4, 15, 16): 9 * 11 = 99 of 131. The
    # third, (8, 6, 18, 16): 6 * 9 = 54 of 156, ignored. The last is far away.
    kinds, goals = anchor_targets(*target_cases()[0])
    assert kinds.tolist() == [1, 1, -1, 0]
    np.testing.assert_allclose(goals[0], [0, 0.5 / 10 / 0.1, 0, np.log(1.1) / 0.2], atol=1e-9)


def test_anchor_targets_are_the_librarys_where_no_two_truths_want_one_anchor():
    for anchors, truths in target_cases():
        assigned = boxes.match(boxes.iou(anchors, truths))
        kinds, _ = anchor_targets(anchors, truths)
        np.testing.assert_array_equal(kinds, np.where(assigned >= 0, 1, assigned + 1))


def test_cases_of_anchor_targets_hold_every_rule():
    """A truth that only its best anchor gets, below either bound; ignored ones; two truths."""
    found = []
    for anchors, truths in target_cases():
        overlaps = boxes.iou(anchors, truths)
        found += overlaps.max(axis=0).tolist()
        assert ((overlaps.max(axis=1) >= 0.3) & (overlaps.max(axis=1) < 0.7)).any()
    assert any(0.3 < best < 0.7 for best in found)
    assert any(0 < best < 0.3 for best in found)


def test_cases_of_anchor_targets_hang_on_no_rounding():
    """Whoever computes in float32, or lets all ties win, is right, too."""
    for anchors, truths in target_cases():
        overlaps = boxes.iou(anchors, truths)
        best, second = -np.sort(-overlaps, axis=0)[:2]
        assert (best - second > 0.01).all()
        for bound in (0.3, 0.7):
            assert (abs(overlaps.max(axis=1) - bound) > 1e-3).all()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda a, t: anchor_targets(a, t)[0], "two arrays"),
        (lambda a, t: anchor_targets(a, t)[::-1], "kinds are"),
        (lambda a, t: (["thing"] * len(a), np.zeros((len(a), 4))), "Return numbers"),
        (lambda a, t: (anchor_targets(a, t)[0][:-1], anchor_targets(a, t)[1]), "kinds are"),
    ],
)
def test_anchor_targets_rejects_other_forms(answer, words):
    result = grade(get("anchor-targets"), answer)
    assert result.status == "wrong"
    assert words in repr(result)


def test_anchor_targets_rejects_the_librarys_matching():
    result = check("anchor-targets", lambda a, t: boxes.match(boxes.iou(a, t)))
    assert result.status == "not_yet"
    assert "match" in repr(result)


def head_by_layers(shape, per_cell):
    from keras import Model, Sequential, layers, ops

    start = layers.Input(shape, name="map")
    look = Sequential([layers.Conv2D(shape[2], (3, 3), padding="same"), layers.ReLU()])
    x = look(start)
    moves = layers.Conv2D(per_cell * 4, 1, name="moves")(x)
    scores = layers.Conv2D(per_cell, kernel_size=1, activation="linear")(x)
    count = shape[0] * shape[1] * per_cell
    return Model(start, (layers.Flatten()(scores), ops.reshape(moves, (-1, count, 4))))


@pytest.mark.parametrize("answer", [rpn_head, head_by_layers])
def test_rpn_head_accepts_other_words(answer):
    assert grade(get("rpn-head"), answer)


def test_rpn_head_by_hand():
    # 3 x 3 x 8 x 8 + 8, then 8 x 3 + 3 and 8 x 12 + 12
    found = tried(rpn_head((4, 5, 8), 3), (4, 5, 8), 3)
    assert found["weights"] == 584 + 27 + 108
    assert found["scores"] == "shape ('N', 60)"
    # cell (1, 2) and its eight neighbours, three anchors each
    cells = [5 * i + j for i in (0, 1, 2) for j in (1, 2, 3)]
    rows = [3 * cell + k for cell in cells for k in range(3)]
    assert found["rows of scores that a change in cell (1, 2) reaches"].tolist() == rows


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda shape, per_cell: "a model", "Return a `keras.Model`"),
        (lambda shape, per_cell: rpn_head(shape, per_cell).outputs, "Return a `keras.Model`"),
        (lambda shape, per_cell: one_output(shape), "list of two"),
        (lambda shape, per_cell: own_class(), "A class of your own"),
    ],
)
def test_rpn_head_rejects(answer, words):
    assert words in repr(grade(get("rpn-head"), answer))


def own_class():
    import keras

    class Head(keras.Model):
        pass

    return Head()


def one_output(shape):
    import keras

    features = keras.Input(shape)
    return keras.Model(features, keras.layers.Conv2D(4, 1)(features))


def on_another_scale(size, trunk, rpn, head, anchors, count):
    """Read the pieces as if the map were as large as the picture."""
    import keras

    from vidlearn.layers import RoIAlign

    model = faster_rcnn(size, trunk, rpn, head, anchors, count)
    features = next(layer for layer in model.layers if layer.name == "trunk").output
    pieces = RoIAlign(3, scale=1)(features, model.outputs[0])
    return keras.Model(model.inputs[0], [model.outputs[0], *head(pieces)])


def test_faster_rcnn_takes_another_scale_for_no_stopped_gradient():
    result = grade(get("faster-rcnn"), on_another_scale)
    assert (result.status, result.misconception) == ("wrong", None)


def joined_by_hand(size, trunk, rpn, head, anchors, count):
    """Decode first, all boxes, and gather with numbers of one axis."""
    import keras
    from keras import ops

    from vidlearn.layers import RoIAlign, decode_boxes

    pictures = keras.Input((64, 96, 3))
    features = trunk(pictures)
    scores, moves = rpn(features)
    order = ops.argsort(-scores, axis=1)[:, :count]
    found = ops.stop_gradient(decode_boxes(moves, anchors))
    found = ops.take_along_axis(found, ops.expand_dims(order, -1), axis=1)
    names, moved = head(RoIAlign((3, 3), scale=0.0625)(features, found))
    return keras.Model(inputs=pictures, outputs=[found, names, moved])


@pytest.mark.parametrize("answer", [faster_rcnn, joined_by_hand])
def test_faster_rcnn_accepts_other_words(answer):
    assert grade(get("faster-rcnn"), answer)


def test_faster_rcnn_says_what_learns():
    result = grade(get("faster-rcnn"), get("faster-rcnn").mistakes["gradient-flows"])
    assert "trunk, rpn, head" in repr(result)
    assert "gradient runs through the proposals" in repr(result)


def test_faster_rcnn_proposes_by_hand():
    """Without moves, proposals are the anchors with the best scores, in that order."""
    import keras

    size, trunk, rpn, head, anchors, count = join_cases()[0]
    model = faster_rcnn(size, trunk, rpn, head, anchors, count)
    for name in ("rpn_moves", "rpn_scores"):
        layer = model.get_layer(name)
        layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])
    model.get_layer("rpn_scores").set_weights([np.zeros((1, 1, 8, 2)), np.array([0.0, 3.0])])
    pictures = np.zeros((1, 64, 96, 3), np.float32)
    found = keras.ops.convert_to_numpy(model(pictures)[0])[0]
    assert any(np.allclose(found[0], anchor, atol=1e-4) for anchor in anchors[1::2])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda *parts: faster_rcnn(*parts).outputs, "Return a `keras.Model`"),
        (
            lambda size, trunk, rpn, head, anchors, count: trunk_alone(trunk),
            "Three things come out",
        ),
    ],
)
def test_faster_rcnn_rejects(answer, words):
    result = grade(get("faster-rcnn"), answer)
    assert result.status == "wrong"
    assert words in repr(result)


def trunk_alone(trunk):
    import keras

    pictures = keras.Input((64, 96, 3))
    return keras.Model(pictures, trunk(pictures))


def test_the_challenge_wants_more_than_squares():
    squares = [shape_score(lambda things, s=s: [(a, a) for a in s]) for s in (SQUARES, STUB)]
    assert max(squares) == pytest.approx(0.70, abs=0.01)  # the lesson tells it
    assert max(squares) < 0.74 < shape_score(by_means)
    assert shape_score(lambda things: None) is None


SQUARES, STUB = (15, 23, 35, 52, 78), (16, 24, 32, 40, 48)


def by_means(things):
    """k-means with the IoU, begun at fifths of the sizes."""
    order = np.argsort(things.prod(axis=1))
    shapes = things[order[[len(things) // 10 * k for k in (1, 3, 5, 7, 9)]]]
    for _ in range(40):
        nearest = shape_overlaps(things, shapes).argmax(axis=1)
        shapes = np.array([np.median(things[nearest == k], axis=0) for k in range(5)])
    return shapes


def test_shape_overlaps_by_hand():
    assert shape_overlaps([[4, 2], [3, 3]], [[2, 4]]).tolist() == [[4 / 12], [6 / 11]]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.ones((6, 2)), "At most 5"),
        (np.ones((2, 4)), "shape"),
        ("wide", "shape"),
        ([[10, 0]], "above 0"),
        ([[10, np.nan]], "above 0"),
        ([], "shape"),
    ],
)
def test_the_challenge_refuses(answer, words):
    with pytest.raises(Refusal, match=words):
        shape_score(lambda things: answer)


def test_the_hints_of_a_challenge_promise_no_solution(capsys):
    below = challenge("anchor-shapes", lambda things: [(32, 32)])
    assert "Hint 3 of 3" in below._repr_html_()
    hint("anchor-shapes", 3)
    assert "solution(" not in below._repr_html_() + capsys.readouterr().out


def test_the_challenge_is_judged_before_other_photographs():
    assert not set(TRAINED) & set(TESTED)
    assert not np.array_equal(sides(), sides(seed=99, tested=True))


def test_anchors_light_up_where_things_fit():
    anchors = boxes.anchors((3, 4), 10, sizes=(10,), ratios=(1,))
    frame = np.full((30, 40, 3), 100, np.uint8)
    truths = [Truth([[10, 10, 20, 20]], [2]), Truth([[20, 10, 30, 20]], [2])]
    first, second = handed_on([frame, frame], truths, anchors).astype(int)
    assert first.shape == (60, 80, 3)
    assert first[10, 10].tolist() == [255] * 3  # a dot in the middle of the first cell
    assert np.ptp(first[20, 25]) > 0  # the edge of the box has a colour
    np.testing.assert_array_equal(first[:, 18:42], second[:, 38:62])  # handed on, 20 columns right


def test_faults_by_hand():
    truth = Truth([[0, 0, 10, 10], [20, 0, 30, 10]], [1, 2])
    found = Detections([[0, 0, 10, 9], [20, 0, 30, 10], [50, 0, 60, 9]], [0.9, 0.8, 0.4], [1, 1, 1])
    assert faults(found, truth) == 2  # the second is of another class: missed, and false
    assert faults(found, truth, least=0.3) == 3
    assert faults(found[:0], truth) == 2
    assert faults(found[:1], Truth([])) == 1


def test_curves_show_both_parts():
    history = {"a": [3, 2.0], "val_a": [3, 2.5], "b": [1.0, 0.5], "val_b": [1, 0.75]}
    figure = curves(history, {"one": "a", "two": "b"})
    assert [ax.get_title() for ax in figure.axes] == ["one", "two"]
    assert [line.get_ydata().tolist() for line in figure.axes[1].lines] == [[1, 0.5], [1, 0.75]]
    plt.close(figure)


def test_a_model_is_judged_once_and_a_wrong_answer_built_once():
    class Model:
        pass

    seen, built = [], []
    measure = once(lambda model, size: seen.append(model) or size)
    assert measure(np.zeros(3), 5) == 5  # has no hash, is no model, and is measured all the same
    seen.clear()
    one, other = Model(), Model()
    assert [measure(one, 1), measure(one, 1), measure(other, 2), measure("text", 3)] == [1, 1, 2, 3]
    assert seen == [one, other, "text"]
    mistakes = kept({"a": lambda n, name: built.append(n) or n}, key=lambda n, name: n)
    assert [mistakes["a"](n, "x") for n in (2, 2, 3)] == [2, 2, 3]
    assert built == [2, 3]


def test_an_error_of_keras_is_told_without_its_colours_and_lists():
    def my_rpn_head(shape, per_cell):
        from keras import Input, Model, layers

        x = Input(shape)
        return Model(x, [layers.Reshape((7,))(x), layers.Dense(3)(x)])

    said = str(check("rpn-head", my_rpn_head))
    assert "total size of the tensor must be unchanged" in said
    assert "\x1b" not in said
    assert "Arguments received" not in said
