"""Faster R-CNN: proposals and losses against NumPy, what must not learn, and a whole training."""

import subprocess
import sys

import numpy as np
import pytest

from vidlearn import boxes as by_numpy
from vidlearn.boxes import Truth
from vidlearn.models import build_faster_rcnn, faster_rcnn, load_detector, pad_truths

SHAPE, CLASSES = (40, 56, 3), ("coin", "cup", "horse")
OPTIONS = {"sizes": ((11, 16), (22, 30)), "ratios": (0.8, 1.5), "width": 4, "depth": 1}
TRUTHS = [
    Truth([[3, 5, 19, 17], [30.5, 8, 52, 36], [31, 9, 50, 35]], [2, 0, 1]),
    Truth([]),
    Truth([[20, 12, 33, 30]], [1]),
]


def made(**options):
    import keras

    keras.utils.set_random_seed(1)
    model = build_faster_rcnn(SHAPE, CLASSES, **{**OPTIONS, **options})
    rng = np.random.default_rng(1)  # no bias may be 0 and hide a mistake
    for weight in model.trainable_variables:
        weight.assign(weight + 0.05 * rng.normal(size=weight.shape))
    return model


@pytest.fixture(scope="module")
def model():
    return made()


@pytest.fixture(scope="module")
def outputs(model):
    frames = np.random.default_rng(0).integers(0, 256, (3, *SHAPE))
    return model(frames.astype("float32"))


@pytest.fixture
def all_drawn(monkeypatch):
    """Train every anchor and every proposal, so that a loss is one number."""
    monkeypatch.setattr(faster_rcnn, "ANCHORS", {"count": 10**4, "share": 1})
    monkeypatch.setattr(faster_rcnn, "ROIS", {"count": 10**4, "share": 1})


def numbers(tensors):
    from keras import ops, tree

    return tree.map_structure(ops.convert_to_numpy, tensors)


def losses(model, outputs, truths=TRUTHS, most=None):
    from keras import ops

    boxes, labels = (ops.convert_to_tensor(x) for x in pad_truths(truths, most).values())
    return numbers(model.loss_terms(outputs, boxes, labels, training=True))


def smooth_l1(away):
    away = np.abs(away)
    return np.where(away < 1, away**2 / 2, away - 0.5).sum(axis=-1)


def assigned_by_loops(anchors, truth, high, low, best):
    """What a box learns; of truths that want one anchor, the one it overlaps most."""
    if not len(truth):
        return np.full(len(anchors), -1)
    overlaps = by_numpy.iou(anchors, truth.boxes.astype(anchors.dtype))
    found = by_numpy.match(overlaps, high=high, low=low, best=False)
    if best:
        firsts = overlaps.argmax(axis=0)
        for anchor in set(firsts):
            own = np.flatnonzero(firsts == anchor)
            found[anchor] = own[overlaps[anchor, own].argmax()]
    return found


def halves(anchors, truths, logits, deltas, high, low, best):
    """Cross-entropy of all that is not ignored, correction of all that is positive."""
    entropies, away = [], []
    for k, truth in enumerate(truths):
        found = assigned_by_loops(anchors[k], truth, high, low, best)
        kinds = np.where(found >= 0, 1 if best else np.append(truth.labels, 0)[found] + 1, 0)
        logs = logits[k] - np.log(np.exp(logits[k]).sum(axis=1, keepdims=True))
        entropies += [-logs[i, kinds[i]] for i in np.flatnonzero(found > -2)]
        place = np.flatnonzero(found >= 0)
        goals = by_numpy.encode(
            truth.boxes[found[place]], anchors[k][place], variances=(0.1, 0.1, 0.2, 0.2)
        )
        away += list(smooth_l1(deltas[k][place] - goals))
    return np.mean(entropies), np.mean(away)


@pytest.mark.parametrize(
    ("pyramid", "maps", "strides"), [(True, ((5, 7), (3, 4)), (8, 16)), (False, ((3, 4),), (16,))]
)
def test_maps_and_anchors(pyramid, maps, strides):
    from vidlearn.boxes import anchors

    model = made(pyramid=pyramid)
    assert (model.map_shapes, model.strides) == (maps, strides)
    sizes = OPTIONS["sizes"] if pyramid else [(11, 16, 22, 30)]
    laid = [
        anchors(shape, stride, sizes=own, ratios=OPTIONS["ratios"])
        for shape, stride, own in zip(maps, strides, sizes, strict=True)
    ]
    np.testing.assert_allclose(model.anchors, np.concatenate(laid), rtol=1e-6)
    objectness, deltas, features = model.network.output_shape
    assert objectness == (None, len(model.anchors))
    assert deltas == (None, len(model.anchors), 4)
    assert features[1:3] == maps[0]


def test_score_maps_lie_where_their_anchors_do(model):
    """Put the number of an anchor into its logit and look for it at the anchor's centre."""
    from keras import ops

    logits = np.arange(len(model.anchors), dtype="float32")[None] / 100
    found = numbers(model.score_maps((ops.convert_to_tensor(logits), None, None)))
    assert [one.shape for one in found] == [(1, 5, 7, 4), (1, 3, 4, 4)]
    for one, stride in zip(found, model.strides, strict=True):
        place = np.rint(np.log(one[0, 2, 3, 1] / (1 - one[0, 2, 3, 1])) * 100).astype(int)
        x1, y1, x2, y2 = model.anchors[place]
        np.testing.assert_allclose([(x1 + x2) / 2, (y1 + y2) / 2], [3.5 * stride, 2.5 * stride])
        assert (y2 - y1) / (x2 - x1) == pytest.approx(1.5)


def test_proposals_match_numpy(model, outputs, monkeypatch):
    monkeypatch.setattr(faster_rcnn, "CANDIDATES", 70)
    monkeypatch.setitem(model.options, "proposals", 30)
    boxes, scores = numbers(model.propose(outputs))
    assert (boxes.shape, scores.shape) == ((3, 30, 4), (3, 30))
    for k, (logits, deltas) in enumerate(zip(*numbers(outputs[:2]), strict=True)):
        best = np.argsort(-logits, kind="stable")[:70]
        decoded = by_numpy.decode(deltas[best], model.anchors[best], variances=(0.1, 0.1, 0.2, 0.2))
        decoded = np.clip(decoded, 0, [56, 40, 56, 40])
        kept = best[by_numpy.nms(decoded, logits[best], threshold=0.7, most=30)]
        there = scores[k] > 0
        assert there.sum() == len(kept)
        np.testing.assert_allclose(scores[k, there], 1 / (1 + np.exp(-logits[kept])), rtol=1e-5)
        wanted = by_numpy.decode(deltas[kept], model.anchors[kept], variances=(0.1, 0.1, 0.2, 0.2))
        wanted = np.clip(wanted, 0, [56, 40, 56, 40])
        np.testing.assert_allclose(boxes[k, there], wanted, atol=1e-4)


def test_proposals_keep_a_pixel(model, outputs):
    """Corrections that carry every anchor far out of the picture."""
    away = outputs[1] * 0 + np.float32([900, -900, -30, -30])
    boxes, _ = numbers(model.propose((outputs[0], away, outputs[2])))
    assert (boxes >= 0).all()
    assert (boxes <= [56, 40, 56, 40]).all()
    assert (boxes[..., 2:] - boxes[..., :2] >= 1).all()


def test_losses_of_anchors_match_numpy(model, outputs, all_drawn):
    found = losses(model, outputs)
    logits, deltas, _ = numbers(outputs)
    pairs = np.stack([0 * logits, logits], axis=-1)  # a logit against 0 is a softmax of two
    wanted = halves([model.anchors] * 3, TRUTHS, pairs, deltas, 0.7, 0.3, best=True)
    np.testing.assert_allclose([found["rpn_class"], found["rpn_box"]], wanted, rtol=1e-4)


def test_losses_of_proposals_match_numpy(model, outputs, all_drawn):
    """RoI align by NumPy, at a scale of 1 / 8, then the head; the truths are proposals too."""
    found = losses(model, outputs)
    boxes, scores = numbers(model.propose(outputs))
    rois = [
        np.concatenate([own[score > 0], truth.boxes.reshape(-1, 4)])
        for own, score, truth in zip(boxes, scores, TRUTHS, strict=True)
    ]
    features = numbers(outputs[2])
    pooled = [
        by_numpy.roi_align(*pair, size=5, scale=1 / 8, samples=2)
        for pair in zip(features, rois, strict=True)
    ]
    heads = [numbers(model.head(one.astype("float32"))) for one in pooled]
    logits, deltas = zip(*heads, strict=True)
    wanted = halves(rois, TRUTHS, logits, deltas, 0.5, 0.5, best=False)
    np.testing.assert_allclose([found["class"], found["box"]], wanted, rtol=1e-4)


def test_an_ignored_anchor_does_not_count(model, outputs, all_drawn):
    kinds = numbers(model.targets(*pad_truths(TRUTHS).values())[0])
    before = losses(model, outputs)["rpn_class"]
    for kind, counts in ((-1, False), (0, True), (1, True)):
        picture, anchor = np.argwhere(kinds == kind)[0]
        logits = numbers(outputs[0]).copy()
        logits[picture, anchor] += 3
        after = losses(model, (logits, *outputs[1:]))["rpn_class"]
        assert (abs(after - before) > 1e-4) == counts


def test_places_that_fill_up_change_nothing(model, outputs, all_drawn):
    plain, filled = losses(model, outputs), losses(model, outputs, most=7)
    for name, value in plain.items():
        assert filled[name] == pytest.approx(value, rel=1e-5), name


def test_pictures_draw_rois_on_their_own(model, outputs):
    boxes, labels = pad_truths(TRUTHS).values()
    proposals, scores = model.propose(outputs)
    some = boxes[:1].repeat(3, axis=0)[:, :1] + np.float32([0.1, 0, 0, 0.1])
    proposals = np.concatenate([np.repeat(some, 20, axis=1), numbers(proposals)], axis=1)
    scores = np.concatenate([np.ones((3, 20), "float32"), numbers(scores)], axis=1)
    rois, kinds, goals = numbers(model.roi_targets(proposals, scores, boxes, labels))
    assert rois.shape == (3, 48, 4)
    assert np.isfinite(goals).all()
    assert (kinds[0] > 0).sum() == 12  # a quarter of 48, of more than 20
    assert not (kinds[1] > 0).any()
    assert 1 <= (kinds[2] > 0).sum() <= 12
    assert (np.sort(kinds, axis=1)[:, 12:36] >= 0).all()


@pytest.mark.parametrize("half", ["class", "box"])
def test_no_gradient_through_proposals(model, half):
    """The second half teaches what it pools from, not where the first half puts its boxes."""
    import tensorflow as tf

    frames = tf.random.stateless_uniform((3, *SHAPE), (1, 2), 0, 255)
    boxes, labels = map(tf.constant, pad_truths(TRUTHS).values())
    with tf.GradientTape() as tape:
        loss = model.loss_terms(model(frames), boxes, labels, training=True)[half]
    by_name = {x.path: x for x in model.trainable_variables}
    grads = dict(zip(by_name, tape.gradient(loss, list(by_name.values())), strict=True))
    assert all(grad is None for name, grad in grads.items() if name.startswith("rpn"))
    assert sum(grad is not None and bool(tf.reduce_any(grad != 0)) for grad in grads.values()) > 9


def test_truths_without_area_or_none_leave_all_finite(model):
    import tensorflow as tf

    truths = [Truth([[5, 5, 5, 20], [8, 3, 25, 19]], [0, 1]), Truth([]), Truth([[9, 9, 9, 9]], [2])]
    frames = tf.random.stateless_uniform((3, *SHAPE), (1, 2), 0, 255)
    for some in (truths, [Truth([])] * 3):
        boxes, labels = map(tf.constant, pad_truths(some).values())
        with tf.GradientTape() as tape:
            loss = sum(model.loss_terms(model(frames), boxes, labels, training=True).values())
        found = [x for x in tape.gradient(loss, model.trainable_variables) if x is not None]
        assert all(np.isfinite(x).all() for x in map(numbers, found))


def test_truths_may_be_filled_up_to_another_number_each_time(model):
    """TensorFlow compiles the second number as any number."""
    model.compile("sgd")
    x = np.random.default_rng(3).integers(0, 256, (3, *SHAPE), dtype=np.uint8)
    for most in (3, 5, 4):
        logs = model.evaluate(x, pad_truths(TRUTHS, most), verbose=0, return_dict=True)
        assert np.isfinite(list(logs.values())).all()


def test_a_proposal_of_next_to_no_score_still_is_one(model):
    count = len(model.anchors)
    features = np.zeros((1, 5, 7, 16), np.float32)
    raw = np.full((1, count), -300, np.float32), np.zeros((1, count, 4), np.float32), features
    assert (numbers(model.propose(raw)[1])[0, :5] > 0).all()


def test_what_fills_up_the_proposals_is_not_learned(model):
    proposals = np.float32([[[k, 1, k + 9, 12] for k in range(8)]])
    scores = np.float32([[0.9, 0.5, 0, 0, 0, 0, 0, 0]])
    y = pad_truths([Truth([[30, 8, 70, 36]], [0])], 3)
    rois, kinds, _ = numbers(model.roi_targets(proposals, scores, y["boxes"], y["labels"]))
    assert sorted(rois[0, kinds[0] >= 0, 0]) == [0, 1, 30]  # two proposals and the truth
    assert rois[0, kinds[0] == 1].tolist() == [[30, 8, 56, 36]]  # what the picture shows of it


def test_what_fills_up_the_proposals_is_not_found(model, outputs):
    """Every anchor of one picture becomes the same box: one proposal, and 63 that fill up."""
    away = numbers(outputs[1]).copy()
    away[1] = [900, -900, -30, -30]
    outputs = (outputs[0], away, outputs[2])
    scores = numbers(model.propose(outputs)[1])
    assert ((scores > 0).sum(axis=1) == [64, 1, 64]).all()
    boxes, found = numbers(model.decode(outputs))
    assert boxes.shape == (3, 64, 4)
    assert ((found.sum(axis=2) == 0) == (scores == 0)).all()
    assert (found.sum(axis=2) < 1).all()


def test_what_is_found_matches_numpy(model, outputs):
    """Proposals, corrected by the head; of the softmax the first class is background."""
    rois, scores = numbers(model.propose(outputs))
    logits, deltas = numbers(model.classify(outputs[2], rois))
    boxes, found = numbers(model.decode(outputs))
    for k, real in enumerate(scores > 0):
        wanted = by_numpy.decode(deltas[k], rois[k], variances=(0.1, 0.1, 0.2, 0.2))
        np.testing.assert_allclose(boxes[k], wanted, atol=1e-3)
        shares = np.exp(logits[k]) / np.exp(logits[k]).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(found[k, real], shares[real, 1:], rtol=1e-4)


def test_half_precision_trains_with_boxes_in_single():
    import keras

    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = made()
        outputs = model(np.random.default_rng(0).integers(0, 256, (3, *SHAPE)).astype("float32"))
    finally:
        keras.config.set_dtype_policy("float32")
    assert [keras.ops.dtype(x) for x in outputs] == ["float32", "float32", "float16"]
    assert all(np.isfinite(x) for x in losses(model, outputs).values())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": ((20, 30), (40,))}, r"sizes must have a row for each map, all equally long"),
        ({"sizes": ()}, r"sizes must have a row .*Received: \(\)"),
        ({"sizes": (20, 30)}, r"sizes must have a row .*Received: \(20, 30\)"),
        ({"proposals": 0}, "proposals must be a whole number above 0. Received: 0"),
        ({"backbone": "vgg"}, "backbone must be one of .*'vgg'"),
    ],
)
def test_build_faster_rcnn_rejects(options, message):
    with pytest.raises(ValueError, match=message):
        build_faster_rcnn(SHAPE, CLASSES, **options)


@pytest.fixture(scope="module")
def scenes():
    """Bright blocks of two colours on grey noise."""
    rng = np.random.default_rng(2)
    frames = rng.integers(60, 110, (5, *SHAPE), dtype=np.uint8)
    truths = []
    for k, frame in enumerate(frames):
        boxes = []
        for x in (2 + k, 32 - k):
            y, w, h = rng.integers(2, 16), rng.integers(13, 20), rng.integers(12, 22)
            boxes.append([x, y, x + w, y + h])
        for (x1, y1, x2, y2), label in zip(boxes, (0, 2), strict=True):
            frame[y1:y2, x1:x2, label] = 240
        truths.append(Truth(boxes, [0, 2]))
    return frames, truths


def test_a_few_pictures_are_learnt_saved_and_loaded_elsewhere(scenes, tmp_path):
    import keras

    from vidlearn.metrics import evaluate_detections

    frames, truths = scenes
    model = made(width=6)
    model.compile(keras.optimizers.Adam(6e-3))
    many = np.tile(frames, (20, 1, 1, 1)), pad_truths(truths * 20)
    history = model.fit(*many, batch_size=5, epochs=3, verbose=0).history
    assert set(history) == {"loss", "rpn_class", "rpn_box", "class", "box"}
    assert history["loss"][-1] < 0.4 * history["loss"][0]
    found = model.predict(frames)
    score = evaluate_detections(found, truths, classes=CLASSES).AP50
    assert score > 0.9
    path = tmp_path / "model.keras"
    model.save(path)
    assert load_detector(path).get_config() == model.get_config()
    np.save(tmp_path / "frames.npy", frames)
    script = (
        "import sys, numpy as np; from vidlearn.models import load_detector; "
        "found = load_detector(sys.argv[1]).predict(np.load(sys.argv[2])); "
        "np.savez(sys.argv[3], *[part for x in found for part in (x.boxes, x.scores, x.labels)])"
    )
    files = [path, tmp_path / "frames.npy", tmp_path / "found.npz"]
    subprocess.run([sys.executable, "-c", script, *files], check=True, capture_output=True)
    again = np.load(files[2])
    for k, one in enumerate(found):
        for n, part in enumerate((one.boxes, one.scores, one.labels)):
            np.testing.assert_allclose(again[f"arr_{3 * k + n}"], part, rtol=1e-5, atol=1e-5)
