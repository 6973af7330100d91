"""Mean average precision: against pycocotools, VOC's kit, the curves, and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics import coco, voc
from tests.metrics.sets import random_set
from vidlearn.boxes import Detections, Truth
from vidlearn.metrics import average_precision, evaluate_detections, matching, precision_recall

NOTHING = Detections(np.zeros((0, 4)), [])
NONE = Truth(np.zeros((0, 4)))


def matches(detections, truths, classes):
    """Assert that all numbers are those of pycocotools, and return them."""
    metrics = evaluate_detections(detections, truths, classes=[f"c{k}" for k in range(classes)])
    coco.same(metrics, coco.evaluate(coco.load(detections, truths, classes)))
    return metrics


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10), st.integers(1, 4), st.booleans(), st.booleans())
def test_random_sets_match_pycocotools(seed, pictures, classes, ties, whole):
    sets = random_set(seed, pictures=pictures, classes=classes, ties=ties, whole=whole)
    matches(*sets, classes)


@pytest.mark.parametrize("seed", range(4))
def test_crowded_pictures_match_pycocotools(seed):
    detections, truths = random_set(seed, pictures=4, classes=2, most=40, extra=600, decimals=2)
    assert max((found.labels == 0).sum() for found in detections) > 100
    matches(detections, truths, 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: d.__name__)
def test_single_and_double_precision_match_pycocotools(dtype):
    detections, truths = random_set(5, pictures=12)
    detections = [Detections(d.boxes.astype(dtype), d.scores, d.labels) for d in detections]
    truths = [Truth(t.boxes.astype(dtype), t.labels, crowd=t.crowd) for t in truths]
    matches(detections, truths, 3)


@pytest.mark.parametrize("side", [32, 96], ids=str)
@pytest.mark.parametrize("given", [False, True], ids=["boxes", "areas"])
def test_the_edges_of_the_sizes_belong_to_both(side, given):
    boxes = [[0, 0, side, side], [100, 0, 100 + side, side + 1e-9], [0, 200, side, 199 + side]]
    areas = [side**2, side**2 + 1e-9, side**2 - 1] if given else None
    truths = [Truth(boxes, areas=areas)]
    detections = [Detections(boxes, [0.9, 0.8, 0.7])]
    metrics = matches(detections, truths, 1)
    small, medium, large = metrics.truths[0, 1:]
    assert [small, medium, large] == ([2, 2, 0] if side == 32 else [0, 2, 2])


def test_an_overlap_at_the_threshold_is_enough():
    # IoU exactly 1/2, 3/4, and one that misses 3/4 by the smallest step.
    truths = [Truth([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]])]
    less = np.nextafter(7.5, 0)
    detections = [Detections([[0, 0, 10, 5], [20, 0, 30, 7.5], [40, 0, 50, less]], [0.9, 0.8, 0.7])]
    metrics = matches(detections, truths, 1)
    np.testing.assert_allclose(metrics.recall[[0, 1, 5, 6], 0, 0, -1], [1, 2 / 3, 1 / 3, 0])


def test_the_last_digit_of_an_overlap_matches_pycocotools():
    # Half of it, but for rounding: just below with edges at x + width, just above with x2.
    truths = [Truth([[5.7, 7.1, 15.9, 10.3]])]
    detections = [Detections([[10.8, 7.1, 15.9, 10.3]], [0.9])]
    assert matches(detections, truths, 1).AP50 == 0
    assert not precision_recall(detections, truths).correct.any()


def test_single_precision_does_not_cost_an_overlap():
    # In float32 the overlap would come out as 0.49999994.
    truth = np.array([[51.6, 51, 93.9, 80.9]], np.float32)
    found = np.array([[51.6, 51, 72.75, 80.9]], np.float32)
    detections, truths = [Detections(found, [0.9])], [Truth(truth)]
    assert pytest.approx(1) == matches(detections, truths, 1).AP50
    assert precision_recall(detections, truths).correct.all()


def test_a_threshold_of_one_matches_pycocotools():
    # COCO's tool lowers 1 to 1 - 1e-10, so that rounding does not forbid it.
    truths = [Truth([[0.1, 0.2, 9.3, 7.7]])]
    detections = [Detections([[0.1, 0.2, 9.3, 7.7 - 1e-11]], [1])]
    theirs = coco.arrays(detections, truths, 1, iouThrs=[0.5, 1.0])["precision"]
    metrics = evaluate_detections(detections, truths, thresholds=[0.5, 1.0])
    np.testing.assert_allclose(np.nan_to_num(metrics.precision, nan=-1), theirs, atol=1e-12)
    assert metrics.ap(iou=1.0, size="small") == pytest.approx(1)
    assert precision_recall(detections, truths, iou=1).correct.all()


@pytest.mark.parametrize("second", [0, 1], ids=["first", "last"])
def test_which_of_two_equal_truths_is_taken_matches_pycocotools(second):
    truths = [Truth([[0, 0, 10, 10], [10, 0, 20, 10]])]
    middle, boxes = [5, 0, 15, 10], truths[0].boxes  # a third of each
    detections = [Detections([middle, boxes[second]], [0.9, 0.8])]
    theirs = coco.arrays(detections, truths, 1, iouThrs=[0.3])["recall"]
    metrics = evaluate_detections(detections, truths, thresholds=[0.3])
    np.testing.assert_allclose(np.nan_to_num(metrics.recall, nan=-1), theirs)
    assert metrics.ar() == (0.5 if second else 1)  # the last was taken
    voc_rule = evaluate_detections(detections, truths, thresholds=[0.3], matching="voc")
    assert voc_rule.ar() == (1 if second else 0.5)


def test_inclusive_boxes_are_sorted_by_their_inclusive_areas():
    # 31 + 1 pixels squared: the edge of small and medium.
    box = [0, 0, 31, 31]
    plain, wide = (
        evaluate_detections([Detections([box], [0.9])], [Truth([box])], inclusive=inclusive)
        for inclusive in (False, True)
    )
    assert plain.truths.tolist() == [[1, 1, 0, 0]]
    assert wide.truths.tolist() == [[1, 1, 1, 0]]
    # A false detection of that size, before: wrong among the medium ones only if it is one.
    truths, found = [Truth([[100, 0, 150, 50]])], Detections([box, [100, 0, 150, 50]], [0.9, 0.8])
    plain, wide = (
        evaluate_detections([found], truths, inclusive=inclusive).ap(size="medium")
        for inclusive in (False, True)
    )
    assert (plain, wide) == pytest.approx((1, 0.5))


def test_other_thresholds_sizes_and_numbers_match_pycocotools():
    detections, truths = random_set(11, pictures=15, most=9)
    sizes = {"tiny": (10, 700.0), "huge": (700.0, 1e9)}
    theirs = coco.arrays(
        detections,
        truths,
        3,
        iouThrs=[0.12, 0.3, 0.77],
        maxDets=[2, 5],
        areaRng=[[0, 1e10], [10, 700], [700, 1e9]],
    )
    options = {"thresholds": [0.12, 0.3, 0.77], "most": [2, 5], "sizes": sizes}
    metrics = evaluate_detections(detections, truths, classes=["a", "b", "c"], **options)
    for name in ("precision", "recall"):
        ours = np.nan_to_num(getattr(metrics, name), nan=-1)
        np.testing.assert_allclose(ours, theirs[name], atol=1e-12)
    assert np.isnan(metrics.AP75)
    assert list(metrics.summary)[3:] == ["AP tiny", "AP huge", "AR 2", "AR 5", "AR tiny", "AR huge"]


@pytest.mark.parametrize("seed", range(8))
def test_voc_matches_its_kit(seed):
    rng = np.random.default_rng(seed)
    detections, truths = random_set(seed, pictures=10, most=8, extra=8, whole=bool(seed % 2))
    truths = [Truth(t.boxes, t.labels, difficult=rng.random(len(t)) < 0.3) for t in truths]
    for form in ("voc2007", "voc2010"):
        metrics = evaluate_detections(
            detections,
            truths,
            classes=["a", "b", "c"],
            thresholds=[0.3, 0.5],
            matching="voc",
            form=form,
            most=[math.inf],
            inclusive=True,
        )
        for label in range(2):
            for t, least in enumerate((0.3, 0.5)):
                true, false, count = voc.evaluate(detections, truths, label, least)
                assert metrics.truths[label, 0] == count
                expected = voc.average_precision(true, false, count, form)
                assert metrics.average_precision[t, label, 0, 0] == pytest.approx(
                    expected, abs=1e-12
                )


@pytest.mark.parametrize("form", ["coco", "voc2007", "voc2010"])
@pytest.mark.parametrize("rule", ["coco", "voc"])
@pytest.mark.parametrize("inclusive", [False, True], ids=["plain", "inclusive"])
def test_each_number_is_the_area_below_its_curve(form, rule, inclusive):
    detections, truths = random_set(3, pictures=9, most=9, whole=True)
    rng = np.random.default_rng(8)
    truths = [
        Truth(t.boxes, t.labels, difficult=rng.random(len(t)) < 0.2, crowd=t.crowd) for t in truths
    ]
    options = {"matching": rule, "inclusive": inclusive}
    metrics = evaluate_detections(
        detections, truths, classes=["a", "b", "c"], form=form, most=[3, 9], **options
    )
    for label in range(3):
        for t, iou in enumerate(metrics.thresholds):
            for m, most in enumerate(metrics.most):
                curve = precision_recall(
                    detections, truths, label=label, iou=iou, most=most, **options
                )
                expected = average_precision(curve, form=form)
                assert metrics.average_precision[t, label, 0, m] == pytest.approx(
                    expected, abs=1e-12, nan_ok=True
                )
                assert metrics.truths[label, 0] == curve.truths


@pytest.mark.parametrize("rule", ["coco", "voc"])
def test_pairs_in_many_goes_are_those_in_one(monkeypatch, rule):
    detections, truths = random_set(6, pictures=20, classes=2, most=9)
    whole = evaluate_detections(detections, truths, matching=rule)
    monkeypatch.setattr(matching, "AT_ONCE", 7)
    parts = evaluate_detections(detections, truths, matching=rule)
    np.testing.assert_array_equal(parts.precision, whole.precision)
    np.testing.assert_array_equal(parts.recall, whole.recall)


def test_more_answers_than_a_machine_word_has_bits():
    detections, truths = random_set(2, pictures=10)
    fine = np.linspace(0.3, 0.98, 69)  # times four sizes
    metrics = evaluate_detections(detections, truths, thresholds=fine)
    alone = [
        evaluate_detections(detections, truths, thresholds=[t]).average_precision[0] for t in fine
    ]
    np.testing.assert_array_equal(metrics.average_precision, alone)


def test_order_of_scores_only():
    detections, truths = random_set(4, pictures=10, ties=False)
    squashed = [Detections(d.boxes, d.scores**3 - 7, d.labels) for d in detections]
    a, b = (evaluate_detections(d, truths).average_precision for d in (detections, squashed))
    np.testing.assert_array_equal(a, b)


def test_a_perfect_detector_by_hand():
    truths = [t for t in random_set(1, pictures=9)[1] if not t.crowd.any()]
    detections = [Detections(t.boxes, np.ones(len(t)), t.labels) for t in truths]
    metrics = evaluate_detections(detections, truths)
    assert metrics.AP == metrics.AP50 == metrics.AP75 == metrics.ar() == 1


def test_classes_without_truth_and_pictures_without_detections_by_hand():
    box, other = [0, 0, 10, 10], [50, 50, 60, 60]
    truths = [Truth([box], [0]), NONE, Truth([box], [0])]
    detections = [Detections([box], [0.5], [0]), Detections([other], [0.9], [0]), NOTHING]
    metrics = evaluate_detections(detections, truths, classes=["cat", "dog", "cow"])
    # Wrong in the empty picture first: precision 1/2, up to the recall 1/2 of 51 of 101 points.
    assert pytest.approx(51 / 101 / 2) == metrics.AP50
    assert metrics.ar() == 0.5
    assert math.isnan(metrics.ap(label="dog"))
    more = [Detections([box, box], [0.5, 0.99], [0, 1]), *detections[1:]]
    again = evaluate_detections(more, truths, classes=["cat", "dog", "cow"])
    assert again.AP == metrics.AP  # a dog where none is to be found takes no part
    assert again.per_class["dog"]["detections"] == 1


def test_each_class_by_its_name():
    detections, truths = random_set(13, pictures=20, most=9)
    metrics = evaluate_detections(detections, truths, classes=["cat", "dog", "cow"])
    assert list(metrics.per_class) == ["cat", "dog", "cow"]
    for k, (name, row) in enumerate(metrics.per_class.items()):
        alone = evaluate_detections(
            [found[found.labels == k] for found in detections],
            [truth[truth.labels == k] for truth in truths],
            classes=["cat", "dog", "cow"],
        )
        values = {"AP": alone.AP, "AP50": alone.AP50, "AP75": alone.AP75, "AR": alone.ar()}
        counts = {"truths": alone.truths[k, 0], "detections": alone.detections[k]}
        assert row == pytest.approx({**values, **counts}, nan_ok=True), name
    assert metrics.per_class["cat"] != metrics.per_class["dog"]


@pytest.mark.parametrize("classes", [None, ["a"]], ids=["none", "one"])
def test_nothing_at_all(classes):
    for detections, truths in (([], []), ([NOTHING], [NONE])):
        metrics = evaluate_detections(detections, truths, classes=classes)
        assert all(math.isnan(value) for value in metrics.summary.values())
        assert "nan" in repr(metrics)


def test_labels_that_occur_are_the_classes():
    detections, truths = random_set(9, pictures=12)
    sparse = {0: 7, 1: 400_000_000, 2: 400_000_001}
    renamed = [
        [type(one)(**{**vars(one), "labels": [sparse[k] for k in one.labels]}) for one in ones]
        for ones in (detections, truths)
    ]
    metrics = evaluate_detections(*renamed)
    assert metrics.classes == ("7", "400000000", "400000001")
    assert metrics.summary == pytest.approx(evaluate_detections(detections, truths).summary)


def test_the_table_reads_well():
    detections, truths = random_set(0, pictures=9)
    metrics = evaluate_detections(detections, truths, classes=["red", "white", "plate"])
    lines = repr(metrics).splitlines()
    assert lines[0] == (
        f"DetectionMetrics: 9 pictures, 3 classes, {metrics.truths[:, 0].sum()} truths, "
        f"{sum(map(len, detections))} detections"
    )
    assert lines[1] == "IoU 0.50 to 0.95, at most 100 detections of a picture and class"
    assert lines[2] == (
        f"         AP {metrics.AP:.4f}       AP50 {metrics.AP50:.4f}       AP75 {metrics.AP75:.4f}"
    )
    assert len(lines) == 6
    assert f"AR medium {metrics.ar(size='medium'):.4f}" in lines[5]
    assert metrics.ap(label="red") == metrics.ap(label=0) == metrics.per_class["red"]["AP"]
    assert metrics.ap(most=10) <= metrics.ap()


FOUND, TRUTH = Detections([[0, 0, 4, 4]], [0.9], [1]), Truth([[0, 0, 4, 4]], [1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": ["a"]}, r"labels must be 0 to 0, for 1 classes.*Received: 1"),
        ({"classes": "ab"}, r"classes must be a list of names, each once. Received: 'ab'"),
        ({"classes": ["a", "a"]}, r"each once"),
        ({"thresholds": []}, r"thresholds must be numbers above 0.*Received: \[\]"),
        ({"thresholds": [0.7, 0.5]}, r"thresholds must be.*each above the one before"),
        ({"thresholds": [0.5, 50]}, r"thresholds must be a number above 0.*Received: .*50"),
        ({"thresholds": 0}, r"thresholds must be numbers above 0"),
        ({"most": [1, 2.5]}, r"most must be whole numbers.*\[1, 2.5\]"),
        ({"most": [100, 10]}, r"most must be whole numbers.*each above"),
        ({"sizes": {"odd": (-9, 4)}}, r"sizes must give.*'odd': \(-9, 4\)"),
        ({"sizes": {"odd": (9, 4)}}, r"sizes must give.*'odd': \(9, 4\)"),
        ({"matching": "best"}, r"matching must be one of 'coco', 'voc'"),
        ({"form": "voc"}, r"form must be one of 'coco', 'voc2007', 'voc2010'. Received: 'voc'"),
    ],
)
def test_evaluate_detections_rejects_(options, message):
    with pytest.raises(ValueError, match=message):
        evaluate_detections([FOUND], [TRUTH], **options)


def test_evaluate_detections_rejects_what_the_pictures_lack():
    with pytest.raises(ValueError, match=r"of one length.*Received: 1 and 2"):
        evaluate_detections([FOUND], [TRUTH, TRUTH])
    with pytest.raises(TypeError, match=r"detections\[0\].*Received: dict"):
        evaluate_detections([{"boxes": []}], [TRUTH])
    with pytest.raises(ValueError, match=r"detections\[1\] must hold boxes.*box 0, \[3.0, 0.0, 2"):
        evaluate_detections([FOUND, Detections([[3, 0, 2, 9]], [1])], [TRUTH, TRUTH])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"iou": 0.52}, r"iou must be one of those evaluated: 0.5, 0.55.*Received: 0.52"),
        ({"size": "tiny"}, r"size must be .*all, small, medium, large. Received: 'tiny'"),
        ({"most": 7}, r"most must be .*1, 10, 100. Received: 7"),
        ({"label": "dog"}, r"label must be .*: 1. Received: 'dog'"),
    ],
)
def test_numbers_reject_what_was_not_evaluated(options, message):
    metrics = evaluate_detections([FOUND], [TRUTH])
    for number in (metrics.ap, metrics.ar):
        with pytest.raises(ValueError, match=message):
            number(**options)
