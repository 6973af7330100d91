"""Suppression: by hand, fast against loops, against OpenCV, ties, classes, and soft."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn import boxes
from vidlearn.boxes import iou, nms, nms_naive, soft_nms

each_form = pytest.mark.parametrize("form", [nms, nms_naive])
# IoU with the first: 8/16, exactly at a threshold of 0.5; 8.25/15.75, just above; 7.75/16.25.
ROW = [[0, 0, 4, 3], [0, 0, 4, 3 + 3], [0, 0, 4, 2.9 + 3], [0, 0, 4, 3.1 + 3], [9, 0, 13, 3]]


def crowd(kind, count, seed):
    """Boxes as detectors give them: scattered, heaped on few objects, or both."""
    rng = np.random.default_rng(seed)
    sides = np.exp(rng.normal(3.5, 0.6, (count, 2)))
    centres = rng.uniform(0, 1, (count, 2)) * {"tall": (30, 3000)}.get(kind, (640, 400))
    if kind in ("heaps", "mixed"):
        own = rng.integers(0, 6, count)
        near = np.arange(count) < (count if kind == "heaps" else count // 2)
        heaps = rng.uniform(40, 360, (6, 2))[own] + rng.normal(0, 6, (count, 2))
        centres = np.where(near[:, None], heaps, centres)
        sides = np.where(near[:, None], 60 * np.exp(rng.normal(0, 0.2, (count, 2))), sides)
    corners = np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)
    return corners, rng.random(count)


@each_form
def test_nms_by_hand(form):
    scores = [0.9, 0.5, 0.6, 0.7, 0.8]
    # Box 4 lies apart; 3 overlaps 0 by 3 / 6.1 and stays, and drops 2 and 1.
    assert form(ROW, scores).tolist() == [0, 4, 3]
    assert form(ROW, scores, most=2).tolist() == [0, 4]
    assert form(ROW, scores, most=0).tolist() == []
    assert form(ROW, scores, threshold=0).tolist() == [0, 4]
    assert form(ROW, scores, threshold=1).tolist() == [0, 4, 3, 2, 1]


@each_form
def test_a_box_at_the_threshold_stays(form):
    at, above, below = [[0, 0, 4, 3], [0, 0, 4, 6]], ROW[0:3:2], ROW[0:4:3]
    assert iou(at[:1], at[1:]).tolist() == [[0.5]]
    assert iou(above[:1], above[1:])[0, 0] > 0.5 > iou(below[:1], below[1:])[0, 0]
    assert form(at, [0.9, 0.8]).tolist() == [0, 1]
    assert form(above, [0.9, 0.8]).tolist() == [0]
    assert form(below, [0.9, 0.8]).tolist() == [0, 1]
    for dtype in (np.float32, np.float64):  # 0.7 in either: 7 of 10 columns
        pair = np.array([[0, 0, 10, 1], [0, 0, 7, 1]], dtype)
        assert form(pair, [0.9, 0.8], threshold=0.7).tolist() == [0, 1]
        assert form(pair, [0.9, 0.8], threshold=np.float64(0.7)).tolist() == [0, 1]


@each_form
def test_a_dropped_box_drops_nothing(form):
    """1 would drop 2, but 0 has dropped 1: a chain, and the reason to go by falling score."""
    chain = [[0, 0, 10, 4], [3, 0, 13, 4], [6, 0, 16, 4]]
    assert form(chain, [0.9, 0.8, 0.7]).tolist() == [0, 2]
    assert form(chain, [0.7, 0.9, 0.8]).tolist() == [1]


@each_form
def test_ties_go_to_the_lower_index(form):
    same = [[0, 0, 4, 3]] * 3 + [[9, 9, 12, 12]]
    assert form(same, [0.5, 0.5, 0.5, 0.5]).tolist() == [0, 3]
    assert form(same, [0.5, 0.6, 0.6, 0.6]).tolist() == [1, 3]
    many = np.arange(50)[:, None] * [5, 0, 5, 0] + [0, 0, 4, 4]
    assert form(many, np.repeat([0.1, 0.2], 25)).tolist() == [*range(25, 50), *range(25)]


@each_form
def test_classes_do_not_compete(form):
    same, scores = [[0, 0, 4, 3]] * 4, [0.6, 0.9, 0.8, 0.7]
    assert form(same, scores, labels=[0, 5, 0, 5]).tolist() == [1, 2]
    assert form(same, scores, labels=[0, 1, 2, 3]).tolist() == [1, 2, 3, 0]
    assert form(same, scores, labels=[0, 1, 2, 3], most=3).tolist() == [1, 2, 3]


@each_form
def test_classes_far_out_keep_their_digits(form):
    """Where classes are told apart by shifting boxes, float32 rounds these to equal ones."""
    pair = np.array([[0, 0, 1, 1], [0.5, 0, 1.5, 1], [1e7, 0, 1e7 + 8, 1]], np.float32)
    assert form(pair, [0.9, 0.8, 0.7], labels=[90, 90, 90]).tolist() == [0, 1, 2]


@each_form
def test_nms_of_nothing_and_of_flat_boxes(form):
    assert form([], []).dtype == np.int64
    assert form([], [], labels=[]).shape == (0,)
    assert form([[1, 2, 3, 4]], [0.5]).tolist() == [0]
    flat = [[2, 2, 2, 2], [2, 2, 2, 2], [0, 0, 4, 4], [1, 1, 1, 3]]  # no area, no overlap
    with np.errstate(all="raise"):
        assert form(flat, [0.9, 0.8, 0.7, 0.6], threshold=0).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["scattered", "heaps", "mixed", "tall"])
@pytest.mark.parametrize("threshold", [0, 0.1, 0.3, 0.5, 0.7, 0.95])
def test_fast_equals_naive(kind, threshold, dtype):
    rng = np.random.default_rng(7)
    for seed, digits in ((0, 9), (1, -1)):  # once anywhere, once on a grid, full of ties
        corners, scores = crowd(kind, 120, seed)
        corners, scores = corners.round(digits).astype(dtype), scores.round(digits + 2)
        options = {"threshold": threshold}
        np.testing.assert_array_equal(
            nms(corners, scores, **options), nms_naive(corners, scores, **options)
        )
        options |= {"labels": rng.integers(0, 3, 120), "most": 20}
        np.testing.assert_array_equal(
            nms(corners, scores, **options), nms_naive(corners, scores, **options)
        )


def by_rows(corners, scores, threshold):
    """Suppress with the whole table of overlaps, for more boxes than the loops can take."""
    overlaps, alive, kept = iou(corners, corners), np.ones(len(corners), bool), []
    for k in np.argsort(-scores, kind="stable"):
        if alive[k]:
            kept.append(k)
            alive &= overlaps[k] <= threshold
    return kept


@pytest.mark.parametrize("kind", ["scattered", "heaps", "mixed", "tall"])
@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
def test_fast_equals_rows_on_many(kind, threshold):
    corners, scores = crowd(kind, 1500, 3)
    scores = scores.round(3)
    kept = nms(corners, scores, threshold=threshold)
    np.testing.assert_array_equal(kept, by_rows(corners, scores, threshold))


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8])
def test_centres_as_far_apart_as_may_be(threshold, axis):
    """A short box at the end of a long one, now just above the threshold and now just below."""
    count = 150
    share = threshold + np.where(np.arange(count) % 3 == 0, -1e-3, 1e-3)  # short / long
    corners = np.zeros((2, count, 4))
    corners[..., 1] = 500 * np.arange(count) * (-1) ** np.arange(count)
    corners[..., 3] = corners[..., 1] + 100
    corners[..., 2] = 1
    corners[1, ::2, 1] = corners[1, ::2, 3] - 100 * share[::2]
    corners[1, 1::2, 3] = corners[1, 1::2, 1] + 100 * share[1::2]
    if axis == 0:
        corners = corners[..., [1, 0, 3, 2]]
    for order in (corners, corners[::-1]):  # the long ones first, and the short ones
        kept = nms(order.reshape(-1, 4), np.linspace(1, 0, 2 * count), threshold=threshold)
        assert kept.tolist() == [*range(count), *range(count, 2 * count, 3)]


numbers = st.integers(0, 24).map(lambda k: k / 2)
rows = st.tuples(numbers, numbers, numbers, numbers, st.integers(0, 5), st.integers(0, 1))


@settings(deadline=None)
@given(st.lists(rows, max_size=40), st.sampled_from([0, 0.25, 1 / 3, 0.5, 0.75, 1]))
def test_what_is_kept_and_what_is_dropped(rows, threshold):
    table = np.array(rows, float).reshape(-1, 6)
    corners = np.concatenate([table[:, :2], table[:, :2] + table[:, 2:4]], axis=1)
    scores, labels = table[:, 4] / 5, table[:, 5].astype(int)
    kept = nms(corners, scores, threshold=threshold, labels=labels)
    assert kept.tolist() == nms_naive(corners, scores, threshold=threshold, labels=labels).tolist()
    rivals = (iou(corners, corners) > threshold) & (labels[:, None] == labels)
    np.fill_diagonal(rivals, False)
    assert not rivals[np.ix_(kept, kept)].any()
    rank = np.lexsort([np.arange(len(scores)), -scores]).argsort()
    assert (np.diff(rank[kept]) > 0).all()
    for k in set(range(len(scores))) - set(kept.tolist()):
        assert (rank[kept[rivals[k, kept]]] < rank[k]).any()


def wide(corners):
    return boxes.convert(corners, "xyxy", "xywh").tolist()


@pytest.mark.parametrize("kind", ["scattered", "heaps", "mixed"])
@pytest.mark.parametrize("threshold", [0.3, 0.55, 0.8])
def test_nms_matches_opencv(kind, threshold):
    import cv2

    corners, scores = crowd(kind, 700, 11)
    wanted = cv2.dnn.NMSBoxes(wide(corners), scores.tolist(), 0.0, threshold)
    kept = nms(corners, scores.astype(np.float32), threshold=threshold)
    np.testing.assert_array_equal(kept, wanted)
    labels = np.random.default_rng(0).integers(0, 4, 700)
    wanted = cv2.dnn.NMSBoxesBatched(
        wide(corners), scores.tolist(), labels.tolist(), 0.0, threshold
    )
    kept = nms(corners, scores.astype(np.float32), threshold=threshold, labels=labels)
    np.testing.assert_array_equal(np.sort(kept), np.sort(wanted))


def test_soft_nms_by_hand():
    pair, scores = [[0, 0, 4, 2], [0, 0, 4, 4], [0, 0, 4, 3]], [0.4, 0.6, 0.8]
    kept, new = soft_nms(pair, scores, method="linear")
    # 2 first: IoU with 1 is 3/4, with 0 it is 2/3; of 0 and 1, then 1/2, which is not above.
    assert kept.tolist() == [2, 1, 0]
    np.testing.assert_allclose(new, [0.8, 0.6 / 4, 0.4 / 3])
    kept, new = soft_nms(pair, scores, sigma=0.25)
    wanted = [0.8, 0.4 * np.exp(-4 / 9 / 0.25), 0.6 * np.exp(-9 / 16 / 0.25)]
    wanted[2] *= np.exp(-1 / 4 / 0.25)
    assert kept.tolist() == [2, 0, 1]
    np.testing.assert_allclose(new, wanted)
    kept, new = soft_nms(pair, scores, sigma=0.25, least=0.03)
    assert kept.tolist() == [2, 0]
    assert scores == [0.4, 0.6, 0.8]


def test_soft_nms_of_classes_nothing_and_ties():
    same = [[0, 0, 4, 4]] * 3
    kept, new = soft_nms(same, [0.8, 0.8, 0.8], labels=[1, 0, 1], method="linear")
    assert (kept.tolist(), new.tolist()) == ([0, 1], [0.8, 0.8])  # of IoU 1, nothing is left
    kept, new = soft_nms(same, [0.8, 0.8, 0.0005], sigma=0.5)
    assert kept.tolist() == [0, 1]
    assert new[1] == pytest.approx(0.8 * np.exp(-2))
    kept, new = soft_nms(same, [0.8, 0.0, 0.0], least=0)
    assert kept.tolist() == [0, 1, 2]
    kept, new = soft_nms([], [])
    assert (kept.dtype, kept.shape, new.shape) == (np.int64, (0,), (0,))


@pytest.mark.parametrize("kind", ["scattered", "heaps"])
@pytest.mark.parametrize("method", ["linear", "gaussian"])
def test_soft_nms_matches_opencv(kind, method):
    import cv2

    corners, scores = crowd(kind, 150, 5)
    corners = corners.round()
    whole = [[int(n) for n in row] for row in wide(corners)]  # it takes no others
    flag = getattr(cv2.dnn, f"SOFT_NMSMETHOD_SOFTNMS_{method.upper()}")
    new_wanted, wanted = cv2.dnn.softNMSBoxes(whole, scores.tolist(), 0.01, 0.4, 0, 0.3, flag)
    kept, new = soft_nms(corners, scores, method=method, sigma=0.3, threshold=0.4, least=0.01)
    np.testing.assert_array_equal(kept, wanted)
    np.testing.assert_allclose(new, new_wanted, rtol=1e-4)


def test_soft_nms_labels_equal_each_class_alone():
    corners, scores = crowd("heaps", 60, 2)
    labels = np.random.default_rng(0).integers(0, 3, 60)
    kept, new = soft_nms(corners, scores, labels=labels)
    assert (np.diff(new) <= 0).all()
    for label in range(3):
        own = np.flatnonzero(labels == label)
        alone, lowered = soft_nms(corners[own], scores[own])
        assert own[alone].tolist() == kept[labels[kept] == label].tolist()
        np.testing.assert_array_equal(lowered, new[labels[kept] == label])


BAD = {
    "shape": (([[1, 2, 3]], [0.5]), {}, r"boxes must be \(N, 4\)"),
    "inverted": (([[3, 2, 1, 4]], [0.5]), {}, "x1 <= x2.*box 0"),
    "nan": (([[1, 2, np.nan, 4]], [0.5]), {}, "boxes must be finite"),
    "too-few": ((ROW, [0.5]), {}, r"scores must have shape \(5,\).*\(1,\)"),
    "scores-nan": ((ROW[:1], [np.nan]), {}, "scores must be finite"),
    "labels-few": ((ROW[:1], [0.5]), {"labels": [1, 2]}, r"labels must have shape \(1,\)"),
    "labels-half": ((ROW[:1], [0.5]), {"labels": [0.5]}, "labels must be.*whole numbers.*0.5"),
    "labels-below": ((ROW[:1], [0.5]), {"labels": [-1]}, "labels must be from 0 on.*-1"),
    "labels-words": ((ROW[:1], [0.5]), {"labels": ["cat"]}, "labels must be numbers.*cat"),
    "threshold": ((ROW[:1], [0.5]), {"threshold": 50}, "threshold must lie in 0 to 1.*50"),
    "threshold-none": ((ROW[:1], [0.5]), {"threshold": None}, "threshold must lie in.*None"),
    "threshold-word": ((ROW[:1], [0.5]), {"threshold": "0.5"}, "threshold must lie in.*'0.5'"),
    "threshold-nan": ((ROW[:1], [0.5]), {"threshold": np.nan}, "threshold must lie in.*nan"),
}
ONLY_HARD = {
    "most": ((ROW[:1], [0.5]), {"most": -1}, "most must be a whole number, 0 or more.*-1"),
    "most-half": ((ROW[:1], [0.5]), {"most": 2.0}, "most must be a whole number.*2.0"),
}
ONLY_SOFT = {
    "method": ((ROW[:1], [0.5]), {"method": "hard"}, 'method must be "gaussian" or.*hard'),
    "sigma": ((ROW[:1], [0.5]), {"sigma": 0}, "sigma must be above 0.*0"),
    "sigma-none": ((ROW[:1], [0.5]), {"sigma": None}, "sigma must be above 0.*None"),
    "sigma-nan": ((ROW[:1], [0.5]), {"sigma": np.nan}, "sigma must be above 0.*nan"),
    "least-none": ((ROW[:1], [0.5]), {"least": None}, "least must be 0 or above.*None"),
    "least": ((ROW[:1], [0.5]), {"least": -0.1}, "least must be 0 or above.*-0.1"),
    "below": ((ROW[:1], [-0.5]), {}, "scores must be 0 or above.*-0.5"),
}
CASES = [(f, *case) for f in (nms, nms_naive) for case in (BAD | ONLY_HARD).values()]
CASES += [(soft_nms, *case) for case in (BAD | ONLY_SOFT).values()]


@pytest.mark.parametrize(("form", "arguments", "options", "message"), CASES)
def test_suppression_rejects_what_does_not_belong_together(form, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        form(*arguments, **options)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_suppression_does_not_ask_how_large_a_pixel_is(scale):
    rng = np.random.default_rng(5)
    starts = rng.random((300, 2)) * 20
    boxes = scale * np.concatenate([starts, starts + 1 + rng.random((300, 2)) * 3], axis=1)
    scores = rng.random(300)
    kept = nms(boxes, scores, threshold=0.3)
    assert 20 < len(kept) < 280
    assert kept.tolist() == nms_naive(boxes, scores, threshold=0.3).tolist()
