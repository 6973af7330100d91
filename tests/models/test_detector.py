"""What the detectors share, on a small SSD: pictures of any size, padding, saving, refusing."""

import subprocess
import sys

import numpy as np
import pytest

from vidlearn.boxes import Truth
from vidlearn.models import build_ssd, letterbox, load_detector, pad_truths

SHAPE, CLASSES = (48, 64, 3), ("coin", "cup")
SIZES = ((8, 14), (22, 30))


@pytest.fixture(scope="module")
def model():
    import keras

    keras.utils.set_random_seed(1)
    made = build_ssd(SHAPE, CLASSES, sizes=SIZES, width=4, depth=1)
    rng = np.random.default_rng(1)  # no bias may be 0 and hide a mistake
    for weight in made.trainable_variables:
        weight.assign(weight + 0.05 * rng.normal(size=weight.shape))
    return made


@pytest.fixture(scope="module")
def frames():
    return np.random.default_rng(0).integers(0, 256, (3, *SHAPE), dtype=np.uint8)


def same(found, other):
    assert len(found) == len(other)
    for one, two in zip(found, other, strict=True):
        np.testing.assert_array_equal(one.boxes, two.boxes)
        np.testing.assert_array_equal(one.scores, two.scores)
        np.testing.assert_array_equal(one.labels, two.labels)


def test_predict_gives_detections_best_first_inside_the_picture(model, frames):
    found = model.predict(frames, threshold=0.01, most=7)
    assert [len(one) for one in found] == [7, 7, 7]
    for one in found:
        assert (np.diff(one.scores) <= 0).all()
        assert one.scores.min() > 0.01
        assert (one.boxes >= 0).all()
        assert (one.boxes <= [64, 48, 64, 48]).all()
        assert set(one.labels) <= {0, 1}


def test_predict_is_the_same_for_batches_lists_and_any_batch_size(model, frames):
    found = model.predict(frames)
    same(found, model.predict(list(frames), batch_size=2))
    same(found[1:2], model.predict(frames[1:2]))
    assert model.predict([]) == []
    assert model.predict(frames, threshold=1.0)[0].boxes.shape == (0, 4)


def test_predict_returns_boxes_in_the_pixels_of_each_picture(model):
    wide = np.random.default_rng(3).integers(0, 256, (60, 160, 3), dtype=np.uint8)
    fitted, factor = letterbox(wide, SHAPE[:2])
    assert factor == 0.4
    larger, found = model.predict([wide, fitted])
    kept = (found.boxes[:, 3] < 24).nonzero()[0][:5]  # of which nothing lies in the grey
    assert len(kept) == 5
    for k in kept:
        away = np.abs(larger.boxes - found.boxes[k] / 0.4).max(axis=1)
        away[larger.labels != found.labels[k]] = np.inf  # a box may be there once for each class
        assert away.min() < 1e-3
        assert abs(larger.scores[away.argmin()] - found.scores[k]) < 1e-6


def test_predict_clips_to_the_picture_and_not_to_the_letterbox(model):
    tall = np.random.default_rng(3).integers(0, 256, (96, 40, 3), dtype=np.uint8)  # 48 x 20 of 64
    found = model.predict([tall], threshold=0.0, overlap=1.0, most=400)[0]
    assert found.boxes[:, 2].max() == 40
    assert found.boxes[:, 3].max() == 96


def test_overlap_and_most_suppress_within_a_class_only(model, frames):
    all_of_them = model.predict(frames[:1], threshold=0.0, overlap=1.0, most=400)[0]
    assert len(all_of_them) == 400
    alone = model.predict(frames[:1], threshold=0.0, overlap=0.0, most=400)[0]
    for label in (0, 1):
        boxes = alone.boxes[alone.labels == label]
        starts = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
        ends = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
        common = np.maximum(ends - starts, 0).prod(axis=2)
        np.fill_diagonal(common, 0)
        assert not common.any()
    assert len(alone) > 2


def test_predict_rejects_what_is_no_picture(model, frames):
    with pytest.raises(ValueError, match=r"uint8.*dtype float64"):
        model.predict(frames / 255)
    with pytest.raises(ValueError, match=r"shape \(48, 64\)"):
        model.predict([frames[0, ..., 0]])
    with pytest.raises(ValueError, match=r"Received: shape \(64, 3\)"):  # one picture, no batch
        model.predict(frames[0])
    with pytest.raises(ValueError, match=r"threshold must be 0 to 1. Received: 50"):
        model.predict(frames, threshold=50)
    with pytest.raises(ValueError, match=r"frames must be a batch.*some at a time.*generator"):
        model.predict(frame for frame in frames)
    for option in ({"batch_size": 0}, {"most": 0}):
        with pytest.raises(ValueError, match="whole number above 0"):
            model.predict(frames, **option)


def test_predict_follows_weights_that_change(model, frames):
    before = model.predict(frames)
    weights = model.get_weights()
    model.set_weights([1.1 * w for w in weights])
    assert not np.array_equal(model.predict(frames)[0].scores, before[0].scores)
    model.set_weights(weights)
    same(model.predict(frames), before)


def test_letterbox_by_hand():
    frame = np.full((10, 40, 3), 200, np.uint8)
    picture, factor = letterbox(frame, (48, 64))
    assert factor == 1.6
    assert (picture[:16] == 200).all()
    assert (picture[16:] == 128).all()
    same_one, factor = letterbox(picture, (48, 64))
    assert factor == 1
    assert same_one is picture


@pytest.mark.parametrize("size", [(48, 64), (20, 30)])
def test_letterbox_rejects_floats(size):
    with pytest.raises(ValueError, match=r"frame must be a picture .* dtype uint8.*float32"):
        letterbox(np.zeros((*size, 3), np.float32), (48, 64))


@pytest.mark.parametrize("shape", [(48, 64), (48, 64, 4), (2, 48, 64, 3), (0, 64, 3)], ids=str)
def test_letterbox_rejects_what_is_no_picture(shape):
    with pytest.raises(ValueError, match=r"frame must be a picture of shape \(H, W, 3\)"):
        letterbox(np.zeros(shape, np.uint8), (48, 64))


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (47, 65), (480, 641)], ids=str)
def test_letterbox_holds_any_picture_undistorted(size):
    frame = np.full((*size, 3), 10, np.uint8)
    picture, factor = letterbox(frame, (48, 64))
    assert picture.shape == (48, 64, 3)
    inside = (picture == 10).all(axis=2)
    assert inside.any(axis=1).sum() == min(max(round(size[0] * factor), 1), 48)
    assert inside.any(axis=0).sum() == min(max(round(size[1] * factor), 1), 64)
    assert abs(max(size[0] / 48, size[1] / 64) - 1 / factor) < 1e-9


def test_pad_truths_by_hand():
    truths = [
        Truth([[1, 2, 3, 4], [5, 6, 7, 8], [0, 0, 9, 9]], [1, 0, 1], difficult=[0, 1, 0]),
        Truth([]),
        Truth([[2, 2, 4, 4]], [1], crowd=[True]),
    ]
    padded = pad_truths(truths)
    assert padded["labels"].tolist() == [[1, 1], [-1, -1], [-1, -1]]
    assert padded["boxes"][0].tolist() == [[1, 2, 3, 4], [0, 0, 9, 9]]
    assert (padded["boxes"][1:, :, 2] < 0).all()  # far from every anchor, and not empty
    assert (padded["boxes"][..., 2:] > padded["boxes"][..., :2]).all()
    assert padded["boxes"].dtype == np.float32
    assert pad_truths(truths, 5)["labels"].shape == (3, 5)
    assert pad_truths([])["labels"].shape == (0, 1)
    with pytest.raises(ValueError, match="most must be at least 2"):
        pad_truths(truths, 1)


def test_a_saved_model_gives_the_same_numbers_in_another_process(model, frames, tmp_path):
    model.save(tmp_path / "a.keras")
    np.save(tmp_path / "frames.npy", frames)
    code = (
        "import sys, numpy as np; from vidlearn.models import load_detector; "
        "model = load_detector(sys.argv[1] + '/a.keras'); "
        "found = model.predict(np.load(sys.argv[1] + '/frames.npy')); "
        "np.savez(sys.argv[1] + '/found.npz', *[one.boxes for one in found], "
        "*[one.scores for one in found]); print(type(model).__name__, *model.classes)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["SSD", "coin", "cup"]
    found = model.predict(frames)
    with np.load(tmp_path / "found.npz") as other:
        for k, one in enumerate(found):
            np.testing.assert_array_equal(other[f"arr_{k}"], one.boxes)
            np.testing.assert_array_equal(other[f"arr_{k + 3}"], one.scores)


def test_load_detector_rejects_other_files(tmp_path):
    import keras

    other = tmp_path / "other.keras"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(other)
    with pytest.raises(ValueError, match="holds no detector but a Sequential"):
        load_detector(other)
    damaged = tmp_path / "damaged.keras"
    damaged.write_bytes(other.read_bytes()[:500])
    for path in (damaged, tmp_path / "missing.keras", tmp_path):
        with pytest.raises((ValueError, OSError), match=path.name):
            load_detector(path)


@pytest.mark.parametrize(
    ("shape", "classes", "told"),
    [
        ((48, 64), CLASSES, r"shape must be \(H, W, 3\)"),
        ((48, 64, 1), CLASSES, r"shape must be \(H, W, 3\)"),
        ((48.5, 64, 3), CLASSES, r"shape must be \(H, W, 3\)"),
        (SHAPE, 2, "classes must be the names"),
        (SHAPE, "coin", "classes must be the names"),
        (SHAPE, [], "classes must be the names"),
        (SHAPE, ["a", "b", "a"], "classes must be the names.*twice"),
    ],
    ids=str,
)
def test_builders_reject_a_wrong_shape_or_classes(shape, classes, told):
    with pytest.raises(ValueError, match=told):
        build_ssd(shape, classes)


def test_models_load_keras_only_when_one_is_asked_for():
    code = "import sys, vidlearn.models; print('keras' in sys.modules, 'tensorflow' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def learnt(labels=((1,), (0,), (1,), (0,), (1,))):
    """Five pictures with a truth each, and a small model."""
    x = np.random.default_rng(5).integers(0, 256, (5, *SHAPE), dtype=np.uint8)
    boxes = [[3, 4, 20 + 4 * k, 30 + 2 * k] for k in range(5)]
    truths = [Truth([box], list(own)) for box, own in zip(boxes, labels, strict=True)]
    model = build_ssd(SHAPE, CLASSES, sizes=SIZES, width=4, depth=1)
    model.compile("sgd")
    return model, x, truths


def test_the_logged_parts_add_up_to_the_loss_where_a_batch_is_smaller():
    """As the loss itself, every part counts by the pictures of its batch: here 2, 2 and 1."""
    model, x, truths = learnt()
    logs = model.evaluate(x, pad_truths(truths), batch_size=2, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["class"] + logs["box"], rel=1e-5)
    alone = [
        model.evaluate(x[k : k + 2], pad_truths(truths[k : k + 2]), verbose=0, return_dict=True)
        for k in (0, 2, 4)
    ]
    mean = np.average([one["box"] for one in alone], weights=[2, 2, 1])
    assert logs["box"] == pytest.approx(mean, rel=1e-4)


def test_fit_and_evaluate_reject_what_pad_truths_does_not_make():
    from vidlearn.runs import Batches

    model, x, truths = learnt()
    y = pad_truths(truths)
    for call in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match=r"labels must be 0 to 1.*Received: 2"):
            call(x, {**y, "labels": y["labels"] + 1}, verbose=0)  # classes counted from 1
        with pytest.raises(ValueError, match=r"boxes of y must be finite"):
            call(x, {**y, "boxes": y["boxes"] * [[[1, np.nan, 1, 1]]]}, verbose=0)
        with pytest.raises(ValueError, match=r"dict of boxes and labels.*Received: list"):
            call(x, truths, verbose=0)
        with pytest.raises(ValueError, match=r"dict of boxes and labels.*Received: NoneType"):
            call(x, verbose=0)
        with pytest.raises(ValueError, match="sample_weight must be None"):
            call(x, y, sample_weight=np.arange(5.0), verbose=0)
    with pytest.raises(ValueError, match=r"labels must be 0 to 1.*Received: 2"):
        model.fit(x, y, validation_data=(x, {**y, "labels": y["labels"] + 1}), verbose=0)
    others = [Truth(truth.boxes, truth.labels + 1) for truth in truths]
    with pytest.raises(ValueError, match=r"labels must be 0 to 1.*Received: 2"):
        model.fit(Batches(x, others, size=SHAPE[:2]), verbose=0)
    model.fit(Batches(x, truths, size=SHAPE[:2], batch_size=5), verbose=0)


def test_most_may_be_more_than_usually_enter_suppression(model, frames):
    found = model.predict(frames[:1], threshold=0.0, overlap=1.0, most=450)[0]
    assert len(found) == 450 < 2 * len(model.anchors)


def test_keras_decides_how_predict_is_compiled_where_nothing_speaks_against_xla(monkeypatch):
    """Not the word "auto": as a setting of a model it counts as True, also on PyTorch."""
    from vidlearn.models import detector

    monkeypatch.setattr(detector, "_jit", lambda: "auto")
    model, *_ = learnt()
    monkeypatch.setattr(detector._Seer, "_resolve_auto_jit_compile", lambda _: "resolved")
    assert detector._Seer(model).jit_compile == "resolved"
    monkeypatch.setattr(detector, "_jit", lambda: False)
    assert detector._Seer(model).jit_compile is False


def test_compile_rejects_other_losses_and_lets_predict_see_another_network(frames):
    model, *_ = learnt()
    for name, value in (("loss", "mse"), ("metrics", ["accuracy"])):
        with pytest.raises(ValueError, match=f"{name} must be left out.*evaluate_detections"):
            model.compile("sgd", **{name: value})
    model.predict(frames)
    other, *_ = learnt()
    model.network = other.network
    model.compile("sgd")
    same(model.predict(frames), other.predict(frames))


def test_of_very_many_boxes_the_best_enter_suppression():
    """Five hundred boxes apart, with scores in no order: the best of all are found, in order."""
    from vidlearn.models.detector import _best

    rng = np.random.default_rng(4)
    starts = 10.0 * np.stack(np.divmod(np.arange(500), 25), axis=1)
    boxes = np.concatenate([starts, starts + 8], axis=1).astype(np.float32)
    scores = rng.permutation(500)[:, None] / 500
    found = _best(boxes, scores, threshold=0.0, overlap=0.5, most=500)
    assert len(found) == 499  # all but that of score 0
    found = _best(boxes, scores, threshold=0.0, overlap=0.5, most=7)
    np.testing.assert_allclose(found.scores, np.arange(499, 492, -1) / 500)
    np.testing.assert_array_equal(found.boxes, boxes[np.argsort(-scores[:, 0])[:7]])


def test_boxes_of_which_nothing_is_left_in_the_picture_are_no_detections():
    from vidlearn.models.detector import _best

    boxes = np.float32([[0, 3, 0, 9], [5, 48, 9, 48], [5, 5, 9, 9], [64, 48, 64, 48]])  # clipped
    found = _best(boxes, np.full((4, 2), 0.9), threshold=0.1, overlap=0.5, most=9)
    assert found.boxes.tolist() == [[5, 5, 9, 9]] * 2
    assert sorted(found.labels) == [0, 1]
