"""Answers to lesson 11 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn import boxes, metrics
from vidlearn.boxes import Detections, Truth
from vidlearn.course import challenge
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson11 import (
    KINDS,
    drawn,
    held_out,
    scene,
    tamed_score,
    trained,
    truth_of,
)
from vidlearn.course.exercises.lesson11.detector import HELD_OUT, SEEN, windows_of
from vidlearn.course.exercises.lesson11.precision import (
    AVERAGE_MISTAKES,
    average_cases,
    average_precision,
)
from vidlearn.course.exercises.lesson11.suppression import box_iou, iou_cases, nms, nms_cases


def by_counting(a, b):
    """IoU of boxes with edges at multiples of a half, cell by cell."""

    def cells(box):
        x1, y1, x2, y2 = (2 * box).astype(int)
        return {(x, y) for x in range(x1, x2) for y in range(y1, y2)}

    a, b = cells(a), cells(b)
    return len(a & b) / len(a | b)


def by_corners(a, b):
    lower, upper = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    inside = np.prod(np.clip(upper - lower, 0, None))
    return inside / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - inside)


def early_zero(a, b):
    if a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]:
        return 0
    return by_corners(a, b)


@pytest.mark.parametrize("answer", [by_counting, by_corners, early_zero, box_iou])
def test_box_iou_accepts_other_words(answer):
    assert grade(get("box-iou"), answer)


def free_height(a, b):
    width = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    inside = width * (min(a[3], b[3]) - max(a[1], b[1]))
    return inside / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inside)


def nothing_shared(a, b):
    width = min(a[0], b[0]) - max(a[2], b[2])
    return 0 if width < 0 else by_corners(a, b)


@pytest.mark.parametrize(
    ("answer", "named"), [(free_height, "height-not-clipped"), (nothing_shared, "never-shared")]
)
def test_box_iou_names_a_side_that_is_off(answer, named):
    assert grade(get("box-iou"), answer).misconception == named


def test_box_iou_matches_the_library():
    for a, b in iou_cases():
        assert box_iou(a, b) == pytest.approx(boxes.iou([a], [b])[0, 0], abs=1e-12)


def by_list(boxes_, scores, threshold):
    order, kept = sorted(range(len(scores)), key=lambda k: -scores[k]), []
    while order:
        best = order.pop(0)
        kept.append(best)
        order = [k for k in order if box_iou(boxes_[best], boxes_[k]) <= threshold]
    return kept


def by_struck_out(boxes_, scores, threshold):
    gone, kept = np.zeros(len(scores), bool), []
    for i in np.argsort(-scores):
        if gone[i]:
            continue
        kept.append(i)
        gone |= boxes.iou(boxes_[[i]], boxes_)[0] > threshold
    return np.array(kept)


@pytest.mark.parametrize("answer", [by_list, by_struck_out, nms])
def test_nms_accepts_other_words(answer):
    assert grade(get("nms"), answer)


def test_nms_by_hand_and_matches_the_library():
    # a chain: the first strikes out the second, which so cannot strike out the third
    chain = np.array([[4, 0, 14, 8], [30, 30, 38, 40], [0, 0, 10, 8], [8, 0, 18, 8]], float)
    assert nms(chain, np.array([0.8, 0.6, 0.9, 0.7]), 0.3) == [2, 3, 1]
    for each, scores, threshold in nms_cases():
        expected = boxes.nms(each, scores, threshold=threshold)
        assert np.array_equal(nms(each, scores, threshold), expected)


def test_nms_says_which_comparison_is_off():
    def above(boxes_, scores, threshold):
        kept = []
        for i in np.argsort(-scores):
            if not any(box_iou(boxes_[i], boxes_[j]) >= threshold for j in kept):
                kept.append(i)
        return kept

    assert grade(get("nms"), above).misconception == "drops-at-tie"
    assert grade(get("nms"), lambda b, s, t: np.argsort(-s)).misconception == "keeps-all"


def removes(boxes_, scores, threshold):
    rest, kept = list(np.argsort(-scores)), []
    for i in rest:
        kept.append(i)
        for j in rest:
            if j != i and box_iou(boxes_[i], boxes_[j]) > threshold:
                rest.remove(j)
    return kept


def any_of_none(boxes_, scores, threshold):
    kept = []
    for i in np.argsort(-scores):
        if any(box_iou(boxes_[i], boxes_[j]) <= threshold for j in kept):
            kept.append(i)
    return np.array(kept)


@pytest.mark.parametrize(
    ("answer", "named"), [(removes, "removes-while-looping"), (any_of_none, "none-kept")]
)
def test_nms_names_loops_that_go_wrong(answer, named):
    assert grade(get("nms"), answer).misconception == named


def planted(scores, overlaps, threshold):
    free = np.ones(overlaps.shape[1], bool)
    correct = []
    for row in overlaps[np.argsort(scores, kind="stable")]:
        best = np.argmax(row * free)
        hit = free[best] and row[best] >= threshold
        if hit:
            free[best] = True
        correct.append(hit)
    found = np.cumsum(correct)
    precision = found / np.arange(1, len(found) + 1)
    recall = found / len(free)
    area, reached = 0.0, 0.0
    for k in range(len(found)):
        area += (recall[k] - reached) * precision[k]
        reached = recall[k]
    return area


def test_the_planted_function_is_told_from_one_that_is_half_mended():
    exercise = get("average-precision")
    assert grade(exercise, planted).status == "not_yet"
    assert "as it stood" in repr(grade(exercise, planted))
    sorted_ = grade(exercise, lambda s, o, t: planted(-s, o, t))
    assert sorted_.misconception == "once-and-peak"


def test_average_precision_by_hand():
    # right, wrong (the truth is taken), wrong, right: 1/2 at precision 1, 1/2 at 2/4
    assert average_precision(*average_cases()[0]) == pytest.approx(0.75)


@pytest.mark.parametrize("case", range(6))
def test_average_precision_matches_the_library(case):
    """Boxes in a row whose overlaps are those of the table."""
    scores, overlaps, threshold = average_cases()[case]
    clear = overlaps * (overlaps == overlaps.max(axis=1, keepdims=True))
    detections = Detections(
        [
            [20 * np.argmax(row), 0, 20 * np.argmax(row) + 10, 10 * row.max()]
            for row in clear + 1e-9
        ],
        scores,
    )
    truth = Truth([[20 * k, 0, 20 * k + 10, 10] for k in range(overlaps.shape[1])])
    curve = metrics.precision_recall([detections], [truth], iou=threshold)
    expected = metrics.average_precision(curve, form="voc2010")
    assert average_precision(scores, clear, threshold) == pytest.approx(expected)


def test_the_trapezoid_below_the_filled_curve_is_the_same_area():
    """So it is no mistake: where the filled curve falls, no recall is gained."""

    def filled(scores, overlaps, threshold):
        order = np.argsort(-scores)
        hits = np.zeros(len(scores))
        free = np.ones(overlaps.shape[1], bool)
        for k, row in enumerate(overlaps[order]):
            best = np.argmax(row * free)
            hits[k] = free[best] and row[best] >= threshold
            free[best] &= not hits[k]
        precision = hits.cumsum() / np.arange(1, len(hits) + 1)
        best = np.maximum.accumulate(precision[::-1])[::-1]
        recall = hits.cumsum() / overlaps.shape[1]
        return np.trapezoid(np.append(best[0], best), np.append(0, recall))

    assert grade(get("average-precision"), filled)
    assert "trapezoid" in AVERAGE_MISTAKES  # of the raw curve it is one


def test_scenes_for_training_and_for_judging_share_no_background():
    assert not set(SEEN) & set(HELD_OUT)
    for make, seed in ((scene, 3), (held_out, 6)):
        first, again = make(seed, objects=2), make(seed, objects=2)
        assert first.frames.shape == (1, 120, 160, 3)
        assert np.array_equal(first.frames, again.frames)
        assert first.names == KINDS


def test_windows_are_square_inside_the_frame_and_move_with_the_picture():
    frame = np.random.default_rng(0).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    windows, looks = windows_of(frame)
    sides = windows[:, 2:] - windows[:, :2]
    assert len(windows) == len(looks)
    assert np.allclose(sides[:, 0], sides[:, 1], rtol=0.05)
    assert (windows.min(), windows[:, 2].max() <= 160, windows[:, 3].max() <= 120) == (
        0,
        True,
        True,
    )
    # the first window of the smallest size sees only what lies in it
    other = frame.copy()
    other[40:, 40:] = 0
    assert np.allclose(windows_of(other)[1][0], looks[0])
    assert not np.allclose(windows_of(255 - frame)[1][0], looks[0])


@pytest.fixture(scope="module")
def judged():
    """Raw detections and truths in pictures that are neither trained on nor in the challenge."""
    films = [held_out(seed) for seed in range(70_000, 70_016)]
    return [trained()(film.frames[0]) for film in films], [truth_of(film) for film in films]


def suppressed(found, threshold=0.5):
    return found[boxes.nms(found.boxes, found.scores, threshold=threshold, labels=found.labels)]


def test_the_detector_finds_things_before_new_backgrounds_in_heaps(judged):
    raw, truths = judged
    assert np.mean([len(one) for one in raw]) > 20
    tidy = metrics.evaluate_detections([suppressed(one) for one in raw], truths)
    assert tidy.AP50 > 0.6
    assert tidy.AP > metrics.evaluate_detections(raw, truths).AP + 0.05


def test_the_correction_of_windows_brings_them_closer(judged):
    film = held_out(70_001)
    raw, windows = trained()(film.frames[0]), trained().windows(film.frames[0])
    assert len(raw) == len(windows)
    true = truth_of(film).boxes
    best = [boxes.iou(one.boxes, true).max(axis=1) for one in (windows, raw)]
    on = best[0] >= 0.5
    assert best[1][on].mean() > best[0][on].mean() + 0.03


def test_a_frame_without_anything_gives_no_detections():
    assert len(trained()(np.zeros((120, 160, 3), np.uint8), least=0.999)) in range(30)
    assert len(trained()(np.zeros((120, 160, 3), np.uint8), least=1.1)) == 0


def test_drawn_enlarges_and_marks():
    frame = np.zeros((20, 30, 3), np.uint8)
    found = Detections([[4, 5, 12, 15]], [0.75], [2])
    plain = drawn([frame], [found[:0]], times=3)
    marked = drawn([frame, frame], [found, found], words=False, times=3)
    assert plain.shape == (1, 60, 90, 3)
    assert not plain.any()
    assert marked[1, 15:45, 12].any(axis=-1).all()
    assert not marked[0, 30, 25].any()


def voted(found):
    """Soft-NMS; each box that stays becomes the mean of the boxes around it."""
    if not len(found):
        return found
    kept, scores = boxes.soft_nms(found.boxes, found.scores, labels=found.labels)
    near = boxes.iou(found.boxes[kept], found.boxes) >= 0.6
    votes = near * (found.labels[kept][:, None] == found.labels) * found.scores**2
    means = votes @ found.boxes / votes.sum(axis=1, keepdims=True)
    sure = 1 - np.exp(-(votes > 0).sum(axis=1) / 6)
    return Detections(means, scores * sure, found.labels[kept])


def softened(found, sigma):
    kept, scores = boxes.soft_nms(found.boxes, found.scores, labels=found.labels, sigma=sigma)
    return Detections(found.boxes[kept], scores, found.labels[kept])


def test_the_bar_of_the_challenge_lies_above_all_dials_and_can_be_reached():
    bar = get("tame-detections").bar
    assert tamed_score(suppressed) == pytest.approx(0)
    assert tamed_score(lambda found: found) < -5
    dials = [lambda found, t=t: suppressed(found, t) for t in (0.2, 0.35, 0.65)]
    dials += [lambda found, s=s: softened(found, s) for s in (0.4, 0.8)]
    assert max(map(tamed_score, dials)) < bar
    assert tamed_score(voted) > bar
    assert challenge("tame-detections", voted).status == "right"
    assert challenge("tame-detections", suppressed).status == "wrong"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda found: found.boxes, "ndarray"),
        (lambda found: Detections(found.boxes[:, [2, 1, 0, 3]], found.scores), "ends before"),
        (lambda found: Detections(found.boxes, found.scores, found.labels + 1), "0 to 3"),
    ],
    ids=["boxes", "inverted", "labels"],
)
def test_the_score_rejects_what_are_no_detections(answer, message):
    with pytest.raises(Refusal, match=message):
        tamed_score(answer)


def test_an_empty_answer_to_the_challenge_is_not_yet_one():
    assert challenge("tame-detections", lambda found: None).status == "not_yet"


def by_arrays(box, anchor):
    (start, end), (first, last) = (np.reshape(x, (2, 2)) for x in (box, anchor))
    shift = ((start + end) / 2 - (first + last) / 2) / (last - first)
    return [*shift, *(np.log(end - start) - np.log(last - first))]


@pytest.mark.parametrize("answer", [by_arrays, lambda b, a: np.array(by_arrays(b, a))])
def test_encode_box_accepts_other_words(answer):
    assert grade(get("encode-box"), lambda box, anchor: tuple(answer(box, anchor)))


def test_encode_box_by_hand_and_as_in_the_library():
    encode = get("encode-box").solution
    # 8 right of 32 wide, 16 down of 32 high, as wide, twice as high
    found = encode((48.0, 40.0, 80.0, 104.0), (40.0, 40.0, 72.0, 72.0))
    assert found == pytest.approx((0.25, 0.5, 0, np.log(2)))
    for box, anchor in get("encode-box").cases():
        ours = boxes.encode([box], [anchor], variances=(1, 1, 1, 1))[0]
        assert encode(box, anchor) == pytest.approx(ours.tolist())


@pytest.mark.parametrize(
    ("answer", "misconception"),
    [
        (lambda b, a: np.array(by_arrays(b, a)) * [a[2] - a[0], a[3] - a[1], 1, 1], "not-divided"),
        (lambda b, a: np.array(by_arrays(b, a)) * [1, 1, -1, -1], "ratio-inverted"),
        (lambda b, a: by_arrays(a, b), "anchor-first"),
        (lambda b, a: np.array(by_arrays(b, a)) * [-1, -1, 1, 1], "from-box-to-anchor"),
        (lambda b, a: [*by_arrays(b, a)[:2], *np.log2(np.exp(by_arrays(b, a)[2:]))], None),
    ],
)
def test_encode_box_names_the_misconception(answer, misconception):
    result = grade(get("encode-box"), lambda box, anchor: tuple(answer(box, anchor)))
    assert result.status == "wrong"
    assert result.misconception == misconception
