"""YOLO: which cell learns what, decoding, the loss by hand, a training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn import boxes as bx
from vidlearn.boxes import Truth
from vidlearn.metrics import evaluate_detections
from vidlearn.models import build_yolo, pad_truths
from vidlearn.models.yolo import BOX, iou_and_giou

SHAPE, CLASSES = (40, 72, 3), ("coin", "cup", "horse")
FINE = 5 * 9  # cells at stride 8; those at stride 16 follow


def build(limits=(24,), shared=1.0, **options):
    return build_yolo(SHAPE, CLASSES, limits=limits, shared=shared, width=4, depth=1, **options)


@pytest.fixture(scope="module")
def model():
    return build()


def numbers(*tensors):
    from keras import ops

    found = [ops.convert_to_numpy(x) for x in tensors]
    return found[0] if len(found) == 1 else found


def padded(*truths, most=None):
    y = pad_truths([Truth(*truth) for truth in truths], most)
    return y["boxes"], y["labels"]


def cells(model, boxes, labels=None):
    """{(stride, row, column): index of the truth} of one picture, by centres and goals."""
    labels = range(len(boxes)) if labels is None else labels
    kinds, goals = numbers(*model.targets([boxes], [labels]))
    found = {}
    for k in np.flatnonzero(kinds[0] >= 0):
        stride = model.point_strides[k]
        column, row = model.points[k] / stride - 0.5
        np.testing.assert_array_equal(goals[0, k], np.float32(boxes[kinds[0, k]]))
        found[int(stride), int(row), int(column)] = int(kinds[0, k])
    return found


def test_the_grid_by_hand(model):
    assert model.strides == (8, 16)
    assert model.map_shapes == ((5, 9), (3, 5))  # the last column reaches beyond the picture
    assert model.points.dtype == np.float32
    assert model.points[[0, 1, 9]].tolist() == [[4, 4], [12, 4], [4, 12]]
    assert model.points[[FINE, FINE + 1, FINE + 5, -1]].tolist() == [
        [8, 8],
        [24, 8],
        [8, 24],
        [72, 40],
    ]
    assert model.point_strides.tolist() == [8] * FINE + [16] * 15


def test_outputs_stand_in_the_order_of_the_cells(model):
    """What the heads put out at a row and a column belongs to the point that lies there."""
    import keras

    frame = np.random.default_rng(2).uniform(0, 255, (1, *SHAPE))
    objectness, logits, raw = numbers(*model(frame))
    assert [x.shape for x in (objectness, logits, raw)] == [(1, 60), (1, 60, 3), (1, 60, 4)]
    heads = [x for x in model.network.layers if isinstance(x, keras.layers.Conv2D)][-2:]
    probe = keras.Model(model.network.input, [head.output for head in heads])
    fine, coarse = sorted(numbers(*probe(frame)), key=lambda x: -x.shape[1])
    for cell, place in ((fine[0, 3, 2], 3 * 9 + 2), (coarse[0, 1, 4], FINE + 1 * 5 + 4)):
        np.testing.assert_allclose(objectness[0, place], cell[0], rtol=1e-5)
        np.testing.assert_allclose(logits[0, place], cell[1:4], rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(raw[0, place], cell[4:], rtol=1e-5, atol=1e-7)


def test_a_truth_by_hand(model):
    found = cells(model, [[9, 3, 31, 14]])  # its centre at 20, 8.5: columns 1 to 3, rows 0 and 1
    assert found == {(8, row, column): 0 for row in (0, 1) for column in (1, 2, 3)}


def test_a_truth_on_points_holds_those_on_its_left_and_upper_edge(model):
    found = cells(model, [[12, 4, 28, 20]])  # points at 12, 20, 28 and 4, 12, 20
    assert found == {(8, row, column): 0 for row in (0, 1) for column in (1, 2)}


def test_only_cells_near_the_middle_learn_a_truth():
    box = [[0, 2, 72, 38]]  # centre 36, 20; points at 36 +- 8k across, 20 +- 8k down
    found = cells(build(limits=(60,), radius=1.5), box)
    assert found == {(8, row, column): 0 for row in (1, 2, 3) for column in (3, 4, 5)}
    found = cells(build(limits=(60,), radius=1.0), box)  # those just one stride away are out
    assert found == {(8, 2, 4): 0}
    found = cells(build(limits=(60,), radius=2.1), box)
    assert found == {(8, row, column): 0 for row in range(5) for column in (2, 3, 4, 5, 6)}


def test_of_two_truths_over_a_cell_the_smaller_one_is_learned(model):
    large, small = [9, 3, 31, 14], [16, 9, 26, 17]
    both = {(8, row, column): 0 for row in (0, 1) for column in (1, 2, 3)} | {(8, 1, 2): 1}
    assert cells(model, [large, small]) == both
    assert cells(model, [small, large]) == {place: 1 - k for place, k in both.items()}
    assert cells(model, [large, large])[8, 1, 2] == 0  # of equals, the first


@pytest.mark.parametrize(
    ("side", "shared", "strides"),
    [
        (23.9, 1.0, {8}),
        (24, 1.0, {16}),
        (17, 1.5, {8, 16}),
        (15.9, 1.5, {8}),
        (16, 1.5, {8, 16}),
        (35.9, 1.5, {8, 16}),
        (36, 1.5, {16}),
    ],
)
def test_a_size_belongs_to_one_map_or_near_a_limit_to_both(side, shared, strides):
    found = cells(build(shared=shared), [[5, 1, 5 + 2 * side, 1 + side / 2]])
    assert {stride for stride, _, _ in found} == strides


def test_three_maps_share_out_the_sizes():
    model = build_yolo((96, 128, 3), CLASSES, limits=(20, 50), shared=1, width=4, depth=1)
    sides = (12, 30, 70)
    found = [cells(model, [[20, 10, 20 + side, 10 + side]]) for side in sides]
    assert [{stride for stride, _, _ in places} for places in found] == [{8}, {16}, {32}]


def test_a_truth_without_a_cell_on_its_own_map_is_learned_on_the_other(model):
    thin = [2, 9, 70, 19]  # 26 in size, for stride 16, whose rows have their points at 8, 24, 40
    assert cells(model, [thin]) == {(8, 1, column): 0 for column in (3, 4, 5)}


def test_nothing_to_learn(model):
    boxes, labels = padded(([], []), ([[9, 3, 31, 14]], [2]), most=3)
    kinds, _ = numbers(*model.targets(boxes, labels))
    assert kinds.dtype == np.int32
    assert (kinds[0] == -1).all()
    assert np.unique(kinds[1], return_counts=True)[1].tolist() == [54, 6]
    labels[1] = -1  # no truth, though there is a box
    assert (numbers(model.targets(boxes, labels)[0]) == -1).all()
    assert not cells(model, [[13, 5, 19, 11]])  # smaller than a stride, between four points


def test_what_fills_up_takes_no_cell_from_a_truth(model):
    alone = cells(model, [[9, 3, 31, 14]])
    assert cells(model, [[9, 3, 31, 14], [16, 9, 26, 17]], [0, -1]) == alone


def naive(model, boxes, radius):
    """{place: index of the truth}, in loops."""
    found = {}
    for k, ((x, y), stride) in enumerate(zip(model.points, model.point_strides, strict=True)):
        best = np.inf
        for m, (x1, y1, x2, y2) in enumerate(boxes):
            size = ((x2 - x1) * (y2 - y1)) ** 0.5
            inside = x1 <= x < x2 and y1 <= y < y2
            away = max(abs(x - (x1 + x2) / 2), abs(y - (y1 + y2) / 2))
            own = (size < 24) == (stride == 8)
            if inside and away < radius * stride and own and size < best:
                found[k], best = m, size
    return found


@given(
    own=st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 7), st.integers(16, 60), st.integers(16, 30)),
        min_size=1,
        max_size=4,
    )
)
def test_targets_match_loops(model, own):
    """Truths at least as wide and high as the coarse stride have a cell, or another took it."""
    boxes = [[x, y, x + width, y + height] for x, y, width, height in own]
    most = 4 - len(boxes)
    labels = [*range(len(boxes)), *[-1] * most]
    filled = [*boxes, *[[-9, -9, -8, -8]] * most]
    kinds = numbers(model.targets([filled], [labels])[0])[0]
    wanted = naive(model, boxes, 1.5)
    assert {k: int(kinds[k]) for k in np.flatnonzero(kinds >= 0)} == wanted
    for box in boxes:
        assert naive(model, [box], 1.5)


def perfect(model, boxes, labels):
    """Outputs that mean just the truths: the inverse of decoding."""
    kinds, goals = numbers(*model.targets(boxes, labels))
    positive = kinds >= 0
    points = np.tile(model.points, 2)
    away = np.abs(goals - points) / (2 * model.point_strides[:, None])  # in units of softplus
    raw = np.log(np.expm1(np.where(positive[..., None], np.maximum(away, 1e-6), 1)))
    logits = 20.0 * (kinds[..., None] == np.arange(3))
    outputs = (np.where(positive, 20.0, -20.0), logits, raw)
    return tuple(x.astype(np.float32) for x in outputs), kinds, goals


TRUTHS = (
    ([[9, 3, 31, 14], [40, 6, 66, 39]], [2, 0]),
    ([], []),
    ([[20.3, 15.2, 33.1, 36.6]], [1]),
)


def test_decoding_is_the_inverse_of_the_targets(model):
    outputs, kinds, goals = perfect(model, *padded(*TRUTHS))
    found, scores = numbers(*model.decode(outputs))
    assert scores.shape == (3, 60, 3)
    positive = kinds >= 0
    np.testing.assert_allclose(found[positive], goals[positive], atol=1e-3)
    wanted = 1.0 * (kinds[..., None] == np.arange(3))
    np.testing.assert_allclose(scores, wanted, atol=1e-6)
    terms = model.loss_terms(outputs, *padded(*TRUTHS), training=True)
    assert all(float(value) < 1e-3 for value in terms.values())


def test_decoding_by_hand(model):
    """Raw numbers of one cell: softplus, twice the stride, and both probabilities multiplied."""
    raw = np.zeros((1, 60, 4), np.float32)
    raw[0, FINE + 1] = [0, 1, 2, 3]  # at 24, 8, stride 16
    objectness, logits = np.full((1, 60), -1.0, "f"), np.zeros((1, 60, 3), np.float32)
    logits[0, FINE + 1] = np.log([1, 2, 5])
    found, scores = numbers(*model.decode((objectness, logits, raw)))
    left, top, right, bottom = 32 * np.log1p(np.exp([0, 1, 2, 3]))
    wanted = [24 - left, 8 - top, 24 + right, 8 + bottom]
    np.testing.assert_allclose(found[0, FINE + 1], wanted, rtol=1e-5)
    wanted = np.array([1, 2, 5]) / 8 / (1 + np.e)
    np.testing.assert_allclose(scores[0, FINE + 1], wanted, rtol=1e-5)


def test_iou_and_giou_match_numpy():
    rng = np.random.default_rng(3)
    corners = rng.uniform(0, 30, (2, 5, 8, 2, 2))
    a, b = np.sort(corners, axis=3).reshape(2, 40, 4).astype(np.float32)
    b[:3] = a[:3]
    b[3] = a[3] + 40
    iou, giou = numbers(*iou_and_giou(a.reshape(5, 8, 4), b.reshape(5, 8, 4)))
    assert iou.shape == giou.shape == (5, 8)
    np.testing.assert_allclose(iou.ravel(), np.diag(bx.iou(a, b)), atol=1e-5)
    np.testing.assert_allclose(giou.ravel(), np.diag(bx.giou(a, b)), atol=1e-5)
    assert giou.min() < 0 < giou.max() <= 1 + 1e-6


def test_boxes_without_area_give_no_nan():
    iou, giou = numbers(*iou_and_giou([[2.0, 3, 2, 3]], [[2.0, 3, 2, 3]]))
    assert np.isfinite([iou, giou]).all()


def outputs_at_random(model, seed=5):
    rng = np.random.default_rng(seed)
    shapes = (3, 60), (3, 60, 3), (3, 60, 4)
    return [rng.normal(size=shape).astype(np.float32) for shape in shapes]


def test_loss_terms_by_hand(model):
    objectness, logits, raw = outputs_at_random(model)
    y = padded(*TRUTHS)
    kinds, goals = numbers(*model.targets(*y))
    found = numbers(model.decode((objectness, logits, raw))[0])
    positive = kinds >= 0
    count = positive.sum()
    assert count > 10
    sure = np.zeros(kinds.shape)
    sure[positive] = np.diag(bx.iou(found[positive], goals[positive]))
    p = 1 / (1 + np.exp(-objectness.astype(float)))
    entropy = -(sure * np.log(p) + (1 - sure) * np.log(1 - p)).sum()  # over all cells
    chances = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    surprise = -np.log(chances[positive, kinds[positive]]).sum()
    giou = np.diag(bx.giou(found[positive], goals[positive]))
    terms = model.loss_terms((objectness, logits, raw), *y, training=True)
    assert set(terms) == {"objectness", "class", "box"}
    np.testing.assert_allclose(float(terms["objectness"]), entropy / count, rtol=1e-4)
    np.testing.assert_allclose(float(terms["class"]), surprise / count, rtol=1e-4)
    np.testing.assert_allclose(float(terms["box"]), BOX * (1 - giou).sum() / count, rtol=1e-4)


def test_no_gradient_flows_through_what_the_confidence_is_to_be(model):
    tf = pytest.importorskip("tensorflow")
    objectness, logits, raw = map(tf.Variable, outputs_at_random(model))
    y = padded(*TRUTHS)
    with tf.GradientTape(persistent=True) as tape:
        terms = model.loss_terms((objectness, logits, raw), *y, training=True)
    assert tape.gradient(terms["objectness"], [logits, raw]) == [None, None]
    kinds, goals = numbers(*model.targets(*y))
    found = numbers(model.decode((objectness, logits, raw))[0])
    positive = kinds >= 0
    wanted = 1 / (1 + np.exp(-objectness.numpy()))  # p - target
    wanted[positive] -= np.diag(bx.iou(found[positive], goals[positive]))
    gradient = tape.gradient(terms["objectness"], objectness).numpy()
    np.testing.assert_allclose(gradient, wanted / positive.sum(), atol=1e-5)
    for term, x in (("class", logits), ("box", raw)):  # only where there is a truth
        moved = np.abs(tape.gradient(terms[term], x).numpy()).sum(axis=2) > 0
        np.testing.assert_array_equal(moved, positive)


def test_the_loss_of_pictures_without_truths_is_finite_and_teaches_confidence_only(model):
    outputs = outputs_at_random(model)
    terms = model.loss_terms(outputs, *padded(*[([], [])] * 3), training=True)
    assert 0 < float(terms["objectness"]) < np.inf
    assert float(terms["class"]) == float(terms["box"]) == 0


def test_an_untrained_network_sees_next_to_nothing(model):
    _, scores = numbers(*model.decode(model(np.full((1, *SHAPE), 90, np.uint8))))
    assert 0.001 < scores.sum(axis=2).max() < 0.1


def scene(rng):
    """Three kinds that differ in colour and form, on grey noise."""
    frame = rng.integers(90, 130, SHAPE, dtype=np.uint8)
    boxes, labels = [], []
    for place in rng.permutation(3)[:2]:
        kind, wide, high = rng.integers(3), *rng.integers(10, 20, 2)
        x, y = 24 * place + rng.integers(0, 24 - wide + 1), rng.integers(0, 40 - high + 1)
        frame[y : y + high, x : x + wide, kind] = 240
        boxes.append([x, y, x + wide, y + high])
        labels.append(kind)
    return frame, Truth(boxes, labels)


def test_it_learns_a_few_pictures_by_heart():
    import keras

    keras.utils.set_random_seed(4)
    frames, truths = zip(*[scene(np.random.default_rng(k)) for k in range(8)], strict=True)
    model = build_yolo(SHAPE, CLASSES, width=8, depth=1)
    model.compile(keras.optimizers.AdamW(5e-3, clipnorm=10.0))
    x, y = np.stack(frames), pad_truths(truths)
    log = model.fit(x, y, batch_size=8, epochs=90, verbose=0).history
    assert log["loss"][-1] < 0.3 * log["loss"][0]
    assert {"objectness", "class", "box"} < set(log)
    found = evaluate_detections(model.predict(frames), truths, classes=CLASSES)
    assert found.AP50 > 0.9


SCRIPT = """
import sys
import numpy as np
from vidlearn.models import load_detector

model = load_detector(sys.argv[1])
frames = np.random.default_rng(7).integers(0, 256, (2, 40, 72, 3), dtype=np.uint8)
print(type(model).__name__, model.limits, model.shared, model.radius, model.classes)
for x in (*model(frames), *model.decode(model(frames))):
    print(np.asarray(x).tobytes().hex())
"""


def test_a_saved_model_gives_the_same_numbers_in_another_process(tmp_path):
    import subprocess
    import sys

    model = build(limits=(20, 31), shared=1.25, radius=2)
    frames = np.random.default_rng(7).integers(0, 256, (2, *SHAPE), dtype=np.uint8)
    rng = np.random.default_rng(8)  # no weight as an untrained network has it
    model.set_weights([np.abs(w + 0.1 * rng.normal(size=w.shape)) for w in model.get_weights()])
    model.save(tmp_path / "yolo.keras")
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path / "yolo.keras"],
        capture_output=True,
        text=True,
        check=True,
    )
    said, *arrays = run.stdout.splitlines()
    assert said == "YOLO (20.0, 31.0) 1.25 2.0 ('coin', 'cup', 'horse')"
    for wanted, found in zip((*model(frames), *model.decode(model(frames))), arrays, strict=True):
        found = np.frombuffer(bytes.fromhex(found), np.float32)
        np.testing.assert_allclose(numbers(wanted).ravel(), found, rtol=1e-5, atol=1e-6)


def test_half_precision_leaves_boxes_and_losses_in_single():
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build()
        outputs = model(np.zeros((1, *SHAPE), np.uint8))
        terms = model.loss_terms(outputs, *padded(TRUTHS[0]), training=True)
    finally:
        keras.config.set_dtype_policy(before)
    found = (*outputs, *model.decode(outputs), *terms.values())
    assert {keras.backend.standardize_dtype(x.dtype) for x in found} == {"float32"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limits": ()}, r"limits must be one to three sizes.*Received: \(\)"),
        ({"limits": (8, 16, 32, 64)}, "limits must be one to three"),
        ({"limits": (40, 30)}, r"rising.*Received: \(40.0, 30.0\)"),
        ({"limits": (0,)}, "above 0"),
        ({"limits": (np.nan,)}, "limits must be"),
        ({"shared": 0.9}, "shared must be a factor of 1 or more. Received: 0.9"),
        ({"shared": "no"}, "shared must be"),
        ({"radius": 0.4}, "radius must be above 0.5 strides.*Received: 0.4"),
        ({"radius": np.inf}, "radius must be"),
    ],
    ids=str,
)
def test_rejects_options_that_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        build_yolo(SHAPE, CLASSES, **options)
