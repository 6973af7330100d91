"""Precision, recall and the area below: by hand, published, in loops, and what is turned away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.published import PUBLISHED
from vidlearn.boxes import Detections, Truth
from vidlearn.metrics import average_precision, average_precision_naive, precision_recall
from vidlearn.metrics.overlap import overlap

FORMS = ("coco", "voc2007", "voc2010")
# By falling score: correct 1 0 0 1 1 0 1 0, of 5 truths.
PRECISION = np.array([1, 1 / 2, 1 / 3, 2 / 4, 3 / 5, 3 / 6, 4 / 7, 4 / 8])
RECALL = np.array([1, 1, 1, 2, 3, 3, 4, 4]) / 5


def one(box, **flags):
    """Return a picture with one truth."""
    return Truth([box], **{name: [value] for name, value in flags.items()})


def test_average_precision_by_hand():
    # Recall up to 0.2: 1; to 0.6: 3/5 (at 0.4 better than the 2/4 there); to 0.8: 4/7; then 0.
    expected = {
        "coco": (21 + 40 * 3 / 5 + 20 * 4 / 7) / 101,
        "voc2007": (3 + 4 * 3 / 5 + 2 * 4 / 7) / 11,
        "voc2010": 0.2 * 1 + 0.4 * 3 / 5 + 0.2 * 4 / 7,
    }
    for form, value in expected.items():
        assert average_precision(PRECISION, RECALL, form=form) == pytest.approx(value, abs=1e-15)


def test_a_curve_by_hand():
    truths = [Truth([[0, 0, 10, 10], [20, 0, 30, 10]]), Truth([[0, 0, 8, 4]])]
    detections = [
        # IoU 1, 0.9 again on the same truth, 60 / 140 = 3 / 7 on the other
        Detections([[0, 0, 10, 10], [0, 0, 10, 9], [24, 0, 34, 10]], [0.9, 0.7, 0.5]),
        Detections([[0, 0, 8, 3], [50, 50, 60, 60]], [0.6, 0.8]),  # IoU 3 / 4, nothing there
    ]
    curve = precision_recall(detections, truths)
    assert curve.scores.tolist() == [0.9, 0.8, 0.7, 0.6, 0.5]
    assert curve.picture.tolist() == [0, 1, 0, 1, 0]
    assert curve.index.tolist() == [0, 1, 1, 0, 2]
    assert curve.correct.tolist() == [True, False, False, True, False]
    assert curve.matched.tolist() == [0, -1, -1, 0, -1]
    np.testing.assert_allclose(curve.precision, [1, 1 / 2, 1 / 3, 2 / 4, 2 / 5])
    np.testing.assert_allclose(curve.recall, [1 / 3, 1 / 3, 1 / 3, 2 / 3, 2 / 3])
    assert repr(curve) == "Curve(5 detections, 2 correct, 0 ignored, 3 truths)"
    assert precision_recall(detections, truths, iou=3 / 7).correct.sum() == 3  # exactly enough
    assert precision_recall(detections, truths, iou=3 / 7 + 1e-12).correct.sum() == 2


def test_a_published_table():
    curve = precision_recall(*PUBLISHED, iou=0.3, matching="voc", inclusive=True)
    assert "".join("FT"[int(c)] for c in curve.correct) == "TFTFFFFFFTFTTTFFFFFFFFTF"
    table = [
        *[1, 0.5, 0.6666, 0.5, 0.4, 0.3333, 0.2857, 0.25, 0.2222, 0.3, 0.2727, 0.3333],
        # Row 15 of the table prints 0.7, but 6 of 15 are 0.4.
        *[0.3846, 0.4285, 0.4, 0.375, 0.3529, 0.3333, 0.3157, 0.3, 0.2857, 0.2727, 0.3043, 0.2916],
    ]
    np.testing.assert_allclose(curve.precision, table, atol=1e-4)
    assert curve.recall[-1] == pytest.approx(7 / 15)
    assert average_precision(curve, form="voc2007") == pytest.approx(0.2684, abs=1e-4)
    # The published 0.2456 is a sum of terms cut to four digits.
    assert average_precision(curve, form="voc2010") == pytest.approx(0.2456, abs=2e-4)


def test_the_last_pixel_decides_in_the_published_table():
    # Detection G, the last correct one, overlaps its truth by 0.3034 with VOC's widths, and by
    # 0.2953 with plain ones.
    plain = precision_recall(*PUBLISHED, iou=0.3, matching="voc")
    assert plain.correct.sum() == 6
    assert average_precision(plain, form="voc2010") == pytest.approx(0.2254, abs=1e-4)


def test_inclusive_boxes_by_hand():
    # Pixels 0 to 9 and 0 to 4: 10 and 5 wide, one high.
    found, truth = [Detections([[0, 0, 4, 0]], [1])], [one([0, 0, 9, 0])]
    assert precision_recall(found, truth, inclusive=True).correct.all()
    assert not precision_recall(found, truth, inclusive=True, iou=0.51).correct.any()
    assert not precision_recall(found, truth).correct.any()  # no height at all


@pytest.mark.parametrize("matching", ["coco", "voc"])
def test_an_overlap_at_the_threshold_is_enough(matching):
    found, truth = [Detections([[0, 0, 10, 5]], [1])], [one([0, 0, 10, 10])]
    assert precision_recall(found, truth, matching=matching).correct.all()
    above = precision_recall(found, truth, matching=matching, iou=0.5 + 1e-12)
    assert not above.correct.any()


def test_matching_differs_by_hand():
    # Both detections overlap the first truth most: 1, and 0.8 (with the second, 8 / 12).
    truth = [Truth([[0, 0, 10, 10], [4, 0, 14, 10]])]
    found = [Detections([[0, 0, 10, 10], [1.1, 0, 11.1, 10]], [0.9, 0.8])]
    assert precision_recall(found, truth, matching="coco").matched.tolist() == [0, 1]
    assert precision_recall(found, truth, matching="voc").matched.tolist() == [0, -1]


def test_of_equal_overlaps_coco_takes_the_last_and_voc_the_first():
    truth = [Truth([[0, 0, 4, 4], [0, 0, 4, 4]])]
    found = [Detections([[0, 0, 4, 4]], [1])]
    assert precision_recall(found, truth, matching="coco").matched.tolist() == [1]
    assert precision_recall(found, truth, matching="voc").matched.tolist() == [0]


def test_equal_scores_keep_their_order():
    found = [Detections([[9, 9, 12, 12], [0, 0, 4, 4]], [0.5, 0.5])] * 2
    curve = precision_recall(found, [one([0, 0, 4, 4])] * 2)
    assert curve.picture.tolist() == [0, 0, 1, 1]
    assert curve.index.tolist() == [0, 1, 0, 1]
    assert curve.correct.tolist() == [False, True, False, True]


@pytest.mark.parametrize("flag", ["crowd", "difficult"])
@pytest.mark.parametrize("matching", ["coco", "voc"])
def test_what_lies_in_ignored_truths_counts_neither_way(flag, matching):
    truth = [Truth([[0, 0, 10, 10], [20, 0, 40, 10]], **{flag: [False, True]})]
    boxes = [[20, 0, 40, 10], [20, 0, 40, 10], [0, 0, 10, 10]]
    curve = precision_recall([Detections(boxes, [0.9, 0.8, 0.7])], truth, matching=matching)
    # COCO lets a crowd be found often, and what is difficult once.
    again = flag == "crowd" or matching == "voc"
    assert curve.ignored.tolist() == [True, again, False]
    assert curve.truths == 1
    assert curve.precision.tolist() == [0, 0, 1 if again else 0.5]


def test_in_a_crowd_the_share_inside_counts():
    small = [Detections([[0, 0, 2, 2], [9, 0, 11, 2]], [0.9, 0.8])]  # all of it, and half of it
    curve = precision_recall(small, [one([0, 0, 10, 10], crowd=True)], iou=0.5)
    assert curve.ignored.all()
    assert precision_recall(small, [one([0, 0, 10, 10])]).ignored.sum() == 0


def test_a_truth_that_counts_comes_before_a_better_one_that_does_not():
    truth = [Truth([[0, 0, 10, 10], [0, 0, 10, 9]], difficult=[True, False])]
    found = [Detections([[0, 0, 10, 10]], [1])]
    assert precision_recall(found, truth, matching="coco").correct.all()
    assert precision_recall(found, truth, matching="voc").ignored.all()


def test_labels_choose_and_index_stays_that_of_the_picture():
    found = [Detections([[5, 5, 9, 9], [0, 0, 4, 4]], [0.4, 0.9], [2, 1])]
    truth = [Truth([[0, 0, 4, 4], [5, 5, 9, 9]], [1, 2])]
    curve = precision_recall(found, truth, label=2)
    assert (curve.index.tolist(), curve.matched.tolist(), curve.truths) == ([0], [1], 1)
    swapped = [Truth(truth[0].boxes, [2, 1])]
    assert not precision_recall(found, swapped, label=2).correct.any()
    assert precision_recall(found, swapped).correct.all()  # without a label none matters


def test_most_keeps_the_best_of_each_picture():
    found = [Detections([[0, 0, 4, 4]] * 3, [0.2, 0.9, 0.5]), Detections([[0, 0, 4, 4]], [0.1])]
    curve = precision_recall(found, [Truth(np.zeros((0, 4)))] * 2, most=2)
    assert curve.scores.tolist() == [0.9, 0.5, 0.1]
    assert curve.index.tolist() == [1, 2, 0]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_found_and_nothing_to_find(form):
    nothing, none = [Detections(np.zeros((0, 4)), [])], [Truth(np.zeros((0, 4)))]
    assert average_precision(precision_recall(nothing, [one([0, 0, 4, 4])]), form=form) == 0
    assert np.isnan(average_precision(precision_recall(nothing, none), form=form))
    wrong = precision_recall([Detections([[0, 0, 4, 4]], [0.9])], none)
    assert wrong.precision.tolist() == [0]
    assert np.isnan(wrong.recall).all()
    assert np.isnan(average_precision(wrong, form=form))
    assert np.isnan(average_precision(wrong.precision, wrong.recall, form=form))
    assert len(precision_recall([], [])) == 0


def test_three_of_ten_reach_the_recall_of_three_tenths():
    # np.arange(0, 1.1, 0.1)[3] is 0.30000000000000004, which 3 / 10 does not reach.
    precision, recall = np.ones(3), np.array([1, 2, 3]) / 10
    assert average_precision(precision, recall, form="voc2007") == pytest.approx(4 / 11)
    assert recall[2] < np.arange(0, 1.1, 0.1)[3]


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=40), st.integers(0, 10), st.sampled_from(FORMS))
def test_average_precision_in_loops(correct, missed, form):
    true = np.cumsum(correct)
    count = (true[-1] if len(true) else 0) + missed
    precision, recall = true / np.arange(1, len(true) + 1), true / max(count, 1)
    fast = average_precision(precision, recall, form=form)
    assert fast == pytest.approx(average_precision_naive(precision, recall, form=form), abs=1e-12)
    assert 0 <= fast <= 1 + 1e-12


FOUND, TRUTH = Detections([[0, 0, 4, 4]], [0.9]), Truth([[0, 0, 4, 4]])


@pytest.mark.parametrize(
    ("detections", "truths", "options", "error", "message"),
    [
        (FOUND, [TRUTH], {}, TypeError, r"list of Detections.*write \[detections\].*Detections"),
        ([FOUND], TRUTH, {}, TypeError, r"truths must be a list of Truth.*Received: Truth"),
        ([FOUND], [FOUND], {}, TypeError, r"truths\[0\] must be a vidlearn.boxes.Truth"),
        ([TRUTH], [TRUTH], {}, TypeError, r"detections\[0\].*Received: Truth"),
        ([FOUND, FOUND], [TRUTH], {}, ValueError, r"of one length.*Received: 2 and 1"),
        ([FOUND], [Truth([[5, 6, 4, 8]])], {}, ValueError, r"truths\[0\].*convert.*\[5.0, 6.0"),
        ([FOUND], [TRUTH], {"iou": 0}, ValueError, r"iou must be a number above 0.*Received: 0"),
        ([FOUND], [TRUTH], {"iou": float("nan")}, ValueError, r"iou must be.*nan"),
        ([FOUND], [TRUTH], {"iou": "half"}, ValueError, r"iou must be.*'half'"),
        ([FOUND], [TRUTH], {"label": "cat"}, ValueError, r"label must be.*'cat'"),
        ([FOUND], [TRUTH], {"most": 0}, ValueError, r"most must be.*from 1 on. Received: 0"),
        ([FOUND], [TRUTH], {"matching": "best"}, ValueError, r"matching .*'coco', 'voc'.*'best'"),
    ],
)
def test_precision_recall_rejects_(detections, truths, options, error, message):
    with pytest.raises(error, match=message):
        precision_recall(detections, truths, **options)


@pytest.mark.parametrize("average", [average_precision, average_precision_naive])
def test_average_precision_rejects_(average):
    curve = precision_recall([FOUND], [TRUTH])
    with pytest.raises(ValueError, match="recall must be left out with a Curve"):
        average(curve, [1.0])
    with pytest.raises(ValueError, match="recall must be given"):
        average([1.0])
    with pytest.raises(ValueError, match=r"one shape, \(N,\). Received shapes \(2,\) and \(1,\)"):
        average([1.0, 1.0], [1.0])
    with pytest.raises(ValueError, match=r"recall must not fall.*\[1.0, 0.5\]"):
        average([1.0, 1.0], [1.0, 0.5])
    for wrong in (-0.5, 2.0, float("inf")):
        with pytest.raises(ValueError, match=r"recall must lie in 0 to 1.*Received: \["):
            average([1.0], [wrong])
    for wrong in (-0.5, 9.0, float("nan")):
        with pytest.raises(ValueError, match=r"precision must lie in 0 to 1.*Received: \["):
            average([wrong], [1.0])
    with pytest.raises(ValueError, match=r"form must be one of .*'voc2010'. Received: 'voc'"):
        average(curve, form="voc")


def test_equal_boxes_reach_an_iou_of_one_in_spite_of_rounding():
    box = [[521.48, 104.82, 727.1, 616.82]]
    assert overlap(box, box, False) < 1
    curve = precision_recall([Detections(box, [0.5])], [Truth(box)], iou=1)
    assert curve.correct.tolist() == [True]
