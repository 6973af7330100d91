"""Answers to lesson 14 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn.boxes import Detections, Truth
from vidlearn.course.checks import check, grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson14 import boast, lit, responsible, small_score, timed_parts
from vidlearn.course.exercises.lesson14.cells import decode_cases, decode_cells, objectness_cases
from vidlearn.course.exercises.lesson14.fails import crowds, found_by
from vidlearn.course.exercises.lesson14.speed import Bench, speed_cases


def cell_by_cell(raw, stride):
    out = np.zeros(raw.shape)
    for i in range(raw.shape[0]):
        for j in range(raw.shape[1]):
            x, y = j * stride + stride / 2, i * stride + stride / 2
            left, top, right, bottom = [2 * stride * np.log(1 + np.exp(z)) for z in raw[i, j]]
            out[i, j] = x - left, y - top, x + right, y + bottom
    return out


def with_indices(raw, stride):
    away = 2 * stride * np.logaddexp(0, raw)
    places = np.indices(raw.shape[:2])[::-1].transpose(1, 2, 0)  # x, y
    centres = (places + 0.5) * stride
    return np.concatenate([centres - away[..., :2], centres + away[..., 2:]], axis=-1)


def as_lists(raw, stride):
    return cell_by_cell(raw, stride).tolist()


@pytest.mark.parametrize("answer", [cell_by_cell, with_indices, as_lists, decode_cells])
def test_decode_cells_accepts_other_words(answer):
    assert grade(get("decode-cells"), answer)


def test_decode_cells_by_hand():
    # The lesson's cell: row 2, column 4, cells of 16 pixels, its middle at x = 72, y = 40.
    raw = np.zeros((3, 5, 4))
    raw[2, 4] = 0, -0.5, 0.5, 1
    np.testing.assert_allclose(decode_cells(raw, 16)[2, 4], [49.8, 24.8, 103.2, 82.0], atol=0.05)


@pytest.mark.parametrize("case", range(1, 5))
def test_decode_cells_is_the_networks_own(case):
    pytest.importorskip("keras")
    from vidlearn.models import build_yolo

    raw, stride = decode_cases()[case]
    model = build_yolo((8, 8, 3), ["thing"], width=1, depth=1)
    rows, columns = raw.shape[:2]
    model.points = np.float32(
        [[(j + 0.5) * stride, (i + 0.5) * stride] for i in range(rows) for j in range(columns)]
    )
    model.point_strides = np.full(rows * columns, stride, np.float32)
    own = model._boxes(np.float32(raw.reshape(1, -1, 4)))
    np.testing.assert_allclose(
        decode_cells(raw, stride).reshape(1, -1, 4), np.asarray(own), rtol=1e-4, atol=1e-3
    )


def test_the_parametrisation_of_2017_by_hand():
    # The lesson's: column 3, cells of 16 pixels, anchor 30 wide, t_x = 0, t_w = 0.4.
    assert (3 + 1 / (1 + np.exp(0))) * 16 == 56
    assert 30 * np.exp(0.4) == pytest.approx(44.8, abs=0.05)


def turned_rows(raw, stride):
    """Swap rows and columns, and find out that a grid is not square."""
    out = np.zeros(raw.shape)
    for i in range(raw.shape[0]):
        for j in range(raw.shape[1]):
            centre = np.array([i + 0.5, j + 0.5]) * stride
            away = 2 * stride * np.logaddexp(0, raw[i, j])
            out[i, j] = *(centre - away[:2]), *(centre + away[2:])
    return out


def test_swapped_offsets_are_named_in_a_loop_too():
    result = grade(get("decode-cells"), turned_rows)
    assert result.misconception == "offsets-swapped"
    assert "Columns count along x" in repr(result)


class TestObjectness:
    @pytest.fixture(autouse=True)
    def keras(self):
        return pytest.importorskip("keras")

    @staticmethod
    def from_sigmoid(logits, overlap, positive):
        from keras import ops

        goal = ops.stop_gradient(ops.where(positive > 0, overlap, 0.0))
        sure = ops.sigmoid(logits)
        each = -goal * ops.log(sure + 1e-8) - (1 - goal) * ops.log(1 - sure + 1e-8)
        return ops.sum(each) / ops.maximum(1.0, ops.sum(positive))

    @staticmethod
    def from_softplus(logits, overlap, positive):
        import keras

        goal = positive * keras.ops.stop_gradient(overlap)
        each = keras.ops.softplus(logits) - goal * logits
        return keras.ops.sum(each) / keras.ops.maximum(keras.ops.sum(positive), 1)

    @pytest.mark.parametrize("name", ["from_sigmoid", "from_softplus"])
    def test_accepts_other_words(self, name):
        assert grade(get("objectness-loss"), getattr(self, name))

    def test_by_hand(self):
        # One cell that answers, p = sigmoid(2) = 0.8808, goal 0.75; one empty, sigmoid(-1).
        logits, overlap = np.float32([[2.0, -1.0]]), np.float32([[0.75, 0.25]])
        came = get("objectness-loss").solution(logits, overlap, np.float32([[1, 0]]))
        expected = -0.75 * np.log(0.880797) - 0.25 * np.log(0.119203) - np.log(1 - 0.268941)
        assert float(came) == pytest.approx(expected, abs=1e-5)

    def test_it_is_the_librarys_term(self):
        from vidlearn.models import build_yolo

        model = build_yolo((32, 48, 3), ["a", "b"], width=2, depth=1)
        rng = np.random.default_rng(3)
        count = len(model.points)
        shapes = [(2, count), (2, count, 2), (2, count, 4)]
        outputs = [rng.normal(size=shape).astype("float32") for shape in shapes]
        truth = np.float32([[[3, 2, 21, 25]], [[10, 5, 44, 30]]]), np.int32([[0], [1]])
        from vidlearn.models.yolo import iou_and_giou

        kinds, goals = model.targets(*truth)
        overlap, _ = iou_and_giou(model.decode(outputs)[0], goals)
        positive = np.float32(np.asarray(kinds) >= 0)
        assert positive.sum() > 3
        ours = get("objectness-loss").solution(outputs[0], np.asarray(overlap), positive)
        terms = model.loss_terms(outputs, *truth, training=True)
        assert float(ours) == pytest.approx(float(terms["objectness"]), rel=1e-5)

    def test_what_cannot_be_compiled_is_told_with_its_line(self):
        def with_numpy(logits, overlap, positive):
            from keras import ops

            goal = np.where(np.asarray(positive) > 0, overlap, 0)
            return ops.sum(ops.binary_crossentropy(goal, logits, from_logits=True))

        result = grade(get("objectness-loss"), with_numpy)
        assert result.status == "wrong"
        assert "not inside of a training step" in repr(result)
        assert "np.where" in repr(result)

    def test_a_question_to_a_tensor_cannot_be_compiled(self):
        def asks(logits, overlap, positive):
            from keras import ops

            count = ops.sum(positive)
            count = count if count > 1 else 1.0
            goal = ops.stop_gradient(positive * overlap)
            return ops.sum(ops.binary_crossentropy(goal, logits, from_logits=True)) / count

        assert "no `if`" in repr(grade(get("objectness-loss"), asks))

    def test_a_loss_class_of_keras_takes_the_mean_over_cells(self):
        def with_a_class(logits, overlap, positive):
            import keras

            goal = keras.ops.stop_gradient(positive * overlap)
            loss = keras.losses.BinaryCrossentropy(from_logits=True, reduction="sum")
            return loss(goal, logits) / keras.ops.maximum(keras.ops.sum(positive), 1)

        assert grade(get("objectness-loss"), with_a_class).misconception == "mean-over-cells"

    @pytest.mark.parametrize("nothing", [None, ...])
    def test_an_empty_stub_is_not_answered_yet(self, nothing):
        result = check("objectness-loss", lambda logits, overlap, positive: nothing)
        assert result.status == "not_yet"

    def test_a_gradient_that_is_stopped_everywhere_is_told(self):
        def stopped(logits, overlap, positive):
            from keras import ops

            found = get("objectness-loss").solution(logits, overlap, positive)
            return ops.stop_gradient(found)

        assert "gradient by the logits" in repr(grade(get("objectness-loss"), stopped))

    def test_odd_answers(self):
        exercise = get("objectness-loss")
        assert grade(exercise, lambda logits, overlap, positive: 0.5).status == "wrong"
        assert grade(exercise, lambda logits, overlap, positive: "sure").status == "wrong"
        assert grade(exercise, lambda logits, overlap: logits).status == "wrong"

    def test_no_case_has_two_axes_alike(self):
        for logits, overlap, positive in objectness_cases():
            assert logits.shape == overlap.shape == positive.shape
            assert logits.shape[0] != logits.shape[1]


def test_frames_a_second_by_hand():
    # Eight pictures, four at a time: 40 ms each, and nothing else counts: 25 a second.
    assert get("frames-a-second").solution(*speed_cases()[0]) == pytest.approx(25)


def in_one_go(forward, decode, suppress, pictures, size, clock):
    for found, scores in decode(forward(pictures[:1])):
        suppress(found, scores)
    parts = [pictures[k : k + size] for k in range(0, len(pictures), size)]
    started = clock()
    for part in parts:
        for pair in decode(forward(part)):
            suppress(*pair)
    return sum(map(len, parts)) / (clock() - started)


def summed_up(forward, decode, suppress, pictures, size, clock):
    forward(pictures[:size])
    seconds = 0
    for k in range(0, len(pictures), size):
        began = clock()
        for found, scores in decode(forward(pictures[k : k + size])):
            suppress(found, scores)
        seconds += clock() - began
    return len(pictures) / seconds


@pytest.mark.parametrize("answer", [in_one_go, summed_up])
def test_frames_a_second_accepts_other_words(answer):
    assert grade(get("frames-a-second"), answer)


def test_the_function_to_repair_is_not_answered_yet():
    result = grade(get("frames-a-second"), boast)
    assert result.status == "not_yet"
    assert "all three faults" in repr(result)


def test_a_case_is_told_in_milliseconds():
    result = grade(get("frames-a-second"), lambda *case: 12.0)
    assert "forward:  0 ms a call and 10 ms a picture; the first call 2000 ms more" in repr(result)


def test_the_boast_of_the_bench_is_larger_once_it_is_compiled():
    bench = Bench(compiling=2.0, call=0.0, forward=0.001, decoding=0.002, suppressing=0.007)
    case = bench.forward, bench.decode, bench.suppress, list(range(10)), 4, bench.clock
    bench.forward([0])
    assert boast(*case) == pytest.approx(12 / 0.010)
    assert get("frames-a-second").solution(*case) == pytest.approx(10 / 0.1)


def test_timed_parts_add_up():
    bench = Bench(compiling=0.0, call=0.004, forward=0.001, decoding=0.002, suppressing=0.007)
    parts = timed_parts(
        bench.forward, bench.decode, bench.suppress, list(range(10)), 4, bench.clock
    )
    assert parts == pytest.approx({"the network": 1 + 1.2, "decoding": 2, "NMS": 7})


def test_responsible_cells_by_hand():
    truths = [Truth([[0, 0, 30, 20]], [0]), Truth([[32, 40, 48, 60], [90, 60, 100, 70]], [0, 1])]
    light = responsible(truths, (72, 100), 16)
    assert light.shape == (2, 5, 7)
    assert np.argwhere(light).tolist() == [[0, 0, 0], [1, 3, 2], [1, 4, 5]]


def test_lit_cells_shine_and_others_stay_as_they_were():
    frames = np.full((1, 20, 30, 3), 100, np.uint8)
    light = np.zeros((1, 3, 4))
    light[0, 1, 2] = 1
    film = lit(frames, light, 8, times=2)
    assert film.shape == (1, 40, 60, 3)
    assert film[0, 20, 40].tolist() == [198, 189, 76]  # 0.3 of the grey, 0.7 of yellow
    assert (film[0, 1:15, 1:15] == 100).all()
    assert (film[0, 16, 1] != 100).any()  # a line of the grid


def test_found_by_wants_class_place_and_score():
    truth = Truth([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10], [60, 0, 70, 10]], [0, 1, 0, 0])
    found = Detections(
        [[0, 0, 10, 8], [20, 0, 30, 10], [40, 0, 50, 10], [60, 0, 64, 10]],
        [0.9, 0.9, 0.3, 0.9],
        [0, 0, 0, 0],
    )
    assert found_by([found], [truth])[0].tolist() == [True, False, False, False]


def test_crowds_lie_over_one_another():
    frames, truths = crowds(3)
    assert frames[0].shape == (120, 160, 3)
    assert sum(map(len, truths)) > 12


def test_the_challenge_knows_the_truth_from_nothing():
    from vidlearn.course.exercises.lesson14 import fails

    truths = iter(fails._judged().truths)
    perfect = [Detections(truth.boxes, np.ones(len(truth)), truth.labels) for truth in truths]
    assert small_score(lambda frames: perfect) == pytest.approx(1)
    assert small_score(lambda frames: [Detections([], [], [])] * len(frames)) == 0
    assert small_score(lambda frames: None) is None
    sizes = np.concatenate([truth.boxes[:, 2:] - truth.boxes[:, :2] for truth in perfect_truths()])
    assert sizes.max() < 25


def perfect_truths():
    from vidlearn.course.exercises.lesson14 import fails

    return fails._judged().truths


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda frames: 3, "not a int"),
        (lambda frames: [], "One Detections for each of the 60 frames"),
        (lambda frames: [frames[0]] * 60, "of the type ndarray"),
    ],
)
def test_the_challenge_refuses(answer, words):
    with pytest.raises(Refusal, match=words):
        small_score(answer)
