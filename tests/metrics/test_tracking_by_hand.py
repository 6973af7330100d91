"""Tracking metrics by hand, by what must hold of any film, and what they turn away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.test_tracking_rules import FAR, rows
from tests.metrics.track_sets import random_film
from vidlearn.boxes import Tracks
from vidlearn.metrics import Switch, evaluate_tracks, without_distractors

COLUMNS = ("frames", "ids", "boxes")
MOSTLY = ("mostly_tracked", "partly_tracked", "mostly_lost")
SEEDS = st.integers(0, 10**6)


def test_five_frames_by_hand():
    # 1 stays at 0, 2 at FAR. 7 is 1 in frames 0 and 1 (shifted by 2: IoU 8 / 12), missed in 2,
    # then found as 8; 9 is 2 but for frame 4, where it is nowhere near.
    truth = rows(*[(frame, 1, 0) for frame in range(5)], *[(frame, 2, FAR) for frame in range(5)])
    found = rows((0, 7, 0), (1, 7, 2), (3, 8, 0), (4, 8, 0))
    far = rows((0, 9, FAR), (1, 9, FAR), (2, 9, FAR), (3, 9, FAR), (4, 9, FAR + 50))
    found = Tracks(*(np.concatenate([getattr(r, n) for r in (found, far)]) for n in COLUMNS))
    metrics = evaluate_tracks(found, truth)
    assert (metrics.frames, metrics.identities, metrics.truths, metrics.found) == (5, 2, 10, 9)
    assert (metrics.TP, metrics.FP, metrics.FN) == (8, 1, 2)
    assert (metrics.recall, metrics.precision) == (8 / 10, 8 / 9)
    assert (metrics.switches, metrics.fragments) == (1, 1)
    assert metrics.events == (Switch(3, 1, 7, 8),)
    assert pytest.approx(1 - (2 + 1 + 1) / 10) == metrics.MOTA
    assert pytest.approx((7 + 8 / 12) / 8) == metrics.MOTP
    assert metrics.MOTP_distance == pytest.approx(4 / 12 / 8)
    # Both were found in four of five frames, which is 80 %, not more.
    assert (metrics.mostly_tracked, metrics.partly_tracked, metrics.mostly_lost) == (0, 2, 0)
    # The best partners: 1 with 7 or 8 (2 rows), 2 with 9 (4 rows).
    assert (metrics.IDTP, metrics.IDFP, metrics.IDFN) == (6, 3, 4)
    assert (metrics.IDP, metrics.IDR) == (6 / 9, 6 / 10)
    assert pytest.approx(2 * 6 / (9 + 10)) == metrics.IDF1
    # Up to alpha 0.65 there are 8 matches: of 1 and 7 two, 1 and 8 two, 2 and 9 four.
    low = [2 / (5 + 2 - 2), 2 / (5 + 2 - 2), 4 / (5 + 5 - 4)]
    assert metrics.hits.tolist() == [8] * 13 + [7] * 6
    det_low, ass_low = 8 / (10 + 9 - 8), (2 * low[0] + 2 * low[1] + 4 * low[2]) / 8
    # Beyond, that of IoU 2 / 3 is none: of 1 and 7 one is left.
    det_high, ass_high = 7 / (10 + 9 - 7), (1 / (5 + 2 - 1) + 2 * low[1] + 4 * low[2]) / 7
    assert metrics.curve("DetA") == pytest.approx([det_low] * 13 + [det_high] * 6)
    assert metrics.curve("AssA") == pytest.approx([ass_low] * 13 + [ass_high] * 6)
    hota = 13 * (det_low * ass_low) ** 0.5 + 6 * (det_high * ass_high) ** 0.5
    assert pytest.approx(hota / 19) == metrics.HOTA
    assert metrics.DetRe == pytest.approx((13 * 8 + 6 * 7) / 10 / 19)
    assert metrics.DetPr == pytest.approx((13 * 8 + 6 * 7) / 9 / 19)
    recall = (2 * 2 / 5 + 2 * 2 / 5 + 4 * 4 / 5) / 8, (1 / 5 + 2 * 2 / 5 + 4 * 4 / 5) / 7
    assert metrics.AssRe == pytest.approx((13 * recall[0] + 6 * recall[1]) / 19)
    precision = (2 * 1 + 2 * 1 + 4 * 4 / 5) / 8, (1 / 2 + 2 * 1 + 4 * 4 / 5) / 7
    assert metrics.AssPr == pytest.approx((13 * precision[0] + 6 * precision[1]) / 19)
    assert metrics.LocA == pytest.approx((13 * (7 + 8 / 12) / 8 + 6 * 1) / 19)


@pytest.mark.parametrize(
    ("pieces", "frames"), [(1, 6), (2, 6), (3, 12), (12, 12)], ids=["whole", "2", "3", "each"]
)
def test_a_track_in_pieces_by_hand(pieces, frames):
    truth = rows(*[(frame, 1, 0) for frame in range(frames)])
    metrics = evaluate_tracks(_cut(truth, pieces), truth)
    assert pytest.approx(1 - (pieces - 1) / frames) == metrics.MOTA
    assert pytest.approx(1 / pieces) == metrics.IDF1
    assert metrics.DetA == 1
    assert metrics.AssA == pytest.approx(1 / pieces)
    assert pytest.approx((1 / pieces) ** 0.5) == metrics.HOTA
    assert (metrics.AssRe, metrics.AssPr) == pytest.approx((1 / pieces, 1))


@pytest.mark.parametrize("share", [0.25, 0.5], ids=str)
def test_a_track_found_for_a_while_by_hand(share):
    truth = rows(*[(frame, 1, 0) for frame in range(20)])
    metrics = evaluate_tracks(truth[truth.frames < 20 * share], truth)
    assert (metrics.DetA, metrics.AssA) == pytest.approx((share, share))
    assert pytest.approx(share) == metrics.HOTA
    assert pytest.approx(share) == metrics.MOTA
    assert pytest.approx(2 * share / (1 + share)) == metrics.IDF1


def test_two_that_swap_half_way_by_hand():
    truth = rows(*[(frame, k, k * FAR) for frame in range(8) for k in (1, 2)])
    swapped = np.where(truth.frames < 4, truth.ids, 3 - truth.ids)
    metrics = evaluate_tracks(Tracks(truth.frames, swapped, truth.boxes), truth)
    assert metrics.MOTA == 1 - 2 / 16
    assert metrics.IDF1 == 0.5
    assert metrics.AssA == pytest.approx(4 / (8 + 8 - 4))
    told = ["frame 4: identity 1 switched from 1 to 2", "frame 4: identity 2 switched from 2 to 1"]
    assert sorted(map(str, metrics.events)) == told


def test_hota_sees_to_the_whole_film_first_by_hand():
    # In frame 0, 7 fits 1 a little better than 8 does; but 8 is 1 for the rest of the film.
    truth = rows(*[(frame, 1, 0) for frame in range(5)])
    found = rows((0, 7, 1), (0, 8, 1.5), *[(frame, 8, 0) for frame in range(1, 5)])
    metrics = evaluate_tracks(found, truth)
    assert metrics.switches == 1
    assert metrics.curve("AssA")[0] == 1
    assert metrics.curve("LocA")[0] == pytest.approx((4 + 8.5 / 11.5) / 5)


def test_ignored_rows_count_neither_way_by_hand():
    truth = rows((0, 1, 0), (0, 2, FAR), (0, 3, 2 * FAR), (1, 1, 0))
    truth = Tracks(truth.frames, truth.ids, truth.boxes, ignored=[0, 1, 1, 0])
    found = rows((0, 7, 0), (0, 8, FAR + 3), (0, 9, 2 * FAR + 4), (1, 7, 0))  # IoU 7/13 and 6/14
    metrics = evaluate_tracks(found, truth)
    assert (metrics.truths, metrics.identities, metrics.TP, metrics.FP) == (2, 1, 2, 1)
    assert evaluate_tracks(found, truth, overlap=0.4).FP == 0
    assert evaluate_tracks(found, truth, overlap=0.6).FP == 2
    assert (metrics.mostly_tracked, metrics.mostly_lost) == (1, 0)


def test_an_ignored_row_takes_no_find_from_a_better_truth_by_hand():
    truth = rows((0, 1, 0), (0, 2, 2))
    truth = Tracks(truth.frames, truth.ids, truth.boxes, ignored=[0, 1])
    metrics = evaluate_tracks(rows((0, 7, 0)), truth)
    assert (metrics.TP, metrics.FP) == (1, 0)
    metrics = evaluate_tracks(rows((0, 7, 2)), truth)
    assert (metrics.FN, metrics.FP) == (1, 0)


def test_what_was_found_is_never_ignored():
    truth = rows((0, 1, 0), (1, 1, 0))
    found = Tracks(truth.frames, truth.ids, truth.boxes, ignored=[1, 1])
    assert evaluate_tracks(found, truth).TP == 2


def test_the_longer_of_both_is_the_film():
    truth, found = rows((0, 1, 0)), rows((0, 7, 0), (4, 7, 0))
    assert evaluate_tracks(found, truth).frames == evaluate_tracks(truth, found).frames == 5
    metrics = evaluate_tracks([found, truth], [truth, truth])
    assert (metrics.frames, metrics.FP) == (6, 1)


def test_without_distractors_by_hand():
    truth = rows(*[(0, k, k * FAR) for k in range(6)])
    truth = Tracks(
        *(getattr(truth, n) for n in COLUMNS), None, [0, 0, 1, 2, 7, 11], [0, 1, 0, 0, 1, 0]
    )
    found = rows(*[(0, 10 + k, k * FAR) for k in range(6)])
    kept, known = without_distractors(found, truth)
    assert (kept.ids.tolist(), known.ids.tolist()) == ([10, 11, 13], [0])
    kept, known = without_distractors(found, truth, label=2, distractors=[7])
    assert (kept.ids.tolist(), known.ids.tolist()) == ([10, 11, 12, 13, 15], [3])
    off = Tracks(found.frames, found.ids, np.add(found.boxes, [4, 0, 4, 0]))  # IoU 6 / 14
    assert len(without_distractors(off, truth)[0]) == 6
    assert len(without_distractors(off, truth, overlap=0.4)[0]) == 3
    with pytest.raises(ValueError, match="overlap must be a number above 0"):
        without_distractors(found, truth, overlap=0)


def _cut(tracks, pieces):
    """Give a track a new identity every so often."""
    ids = 7 + tracks.frames * pieces // tracks.length
    return Tracks(tracks.frames, ids, tracks.boxes, length=tracks.length)


def _numbers(metrics):
    return pytest.approx(metrics.summary, rel=1e-9, abs=1e-9, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 9))
def test_other_names_change_nothing(seed, factor):
    found, truth = random_film(seed, ignored=0.1)
    named = Tracks(found.frames, 1000 - factor * found.ids, found.boxes, length=found.length)
    known = Tracks(
        truth.frames, 7 * truth.ids + 1, truth.boxes, ignored=truth.ignored, length=truth.length
    )
    for rules in ("trackeval", "motmetrics"):
        metrics = evaluate_tracks(found, truth, rules=rules)
        assert evaluate_tracks(named, known, rules=rules).summary == _numbers(metrics)


@settings(max_examples=40, deadline=None)
@given(SEEDS, SEEDS)
def test_the_order_of_rows_changes_nothing(seed, other):
    found, truth = random_film(seed, objects=2)
    rng = np.random.default_rng(other)
    mixed = [rows[rng.permutation(len(rows))] for rows in (found, truth)]
    assert evaluate_tracks(*mixed).summary == _numbers(evaluate_tracks(found, truth))


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_film_backwards_has_the_same_idf1_and_hota(seed):
    found, truth = random_film(seed)
    back = [
        Tracks(rows.length - 1 - rows.frames, rows.ids, rows.boxes, length=rows.length)
        for rows in (found, truth)
    ]
    metrics, reverse = evaluate_tracks(found, truth), evaluate_tracks(*back)
    for name in ("IDF1", "IDP", "IDR", "HOTA", "DetA", "AssA", "LocA"):
        values = getattr(metrics, name), getattr(reverse, name)
        assert values[0] == pytest.approx(values[1], rel=1e-9, nan_ok=True), name


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(2, 4))
def test_the_truth_itself_is_perfect_and_worse_in_pieces(seed, pieces):
    _, truth = random_film(seed, gaps=False)
    metrics = evaluate_tracks(truth, truth)
    ones = ("MOTA", "MOTP", "IDF1", "HOTA", "DetA", "AssA", "LocA", "AssRe", "AssPr", "recall")
    clash = len(np.unique(truth.boxes, axis=0)) < len(truth)  # equal boxes may change names
    if not clash:
        assert [getattr(metrics, name) for name in ones] == pytest.approx([1] * len(ones))
        assert metrics.mostly_tracked == metrics.identities
        assert (metrics.switches, metrics.fragments, metrics.FP, metrics.FN) == (0, 0, 0, 0)
        ids = truth.ids + 100 * (truth.frames * pieces // truth.length)
        cut = evaluate_tracks(Tracks(truth.frames, ids, truth.boxes), truth)
        assert cut.AssA < 1
        assert cut.HOTA < 1
        assert cut.IDF1 < 1
        assert (cut.DetA, cut.AssPr, cut.recall) == pytest.approx((1, 1, 1))
        assert cut.switches == (pieces - 1) * metrics.identities


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_every_number_keeps_within_its_bounds(seed):
    metrics = evaluate_tracks(*random_film(seed, ignored=0.1))
    for name, value in metrics.summary.items():
        if isinstance(value, float):
            assert np.isnan(value) or value <= 1 + 1e-12, name
            assert np.isnan(value) or value >= (0 if name != "MOTA" else -np.inf), name
    assert metrics.truths == metrics.TP + metrics.FN
    assert metrics.found == metrics.TP + metrics.FP
    assert min(metrics.truths, metrics.found) >= metrics.IDTP
    assert (np.diff(metrics.hits) <= 0).all()
    assert len(metrics.events) == metrics.switches
    assert sum(getattr(metrics, n) for n in MOSTLY) == metrics.identities


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(0, 3))
def test_what_is_cropped_to_nothing_is_no_error(seed, which):
    pair = list(random_film(seed, ignored=0.2))
    for k in range(2):
        if which in (k, 2):
            pair[k] = pair[k][np.zeros(len(pair[k]), bool)]
    metrics = evaluate_tracks(*pair)
    assert metrics.frames == 14
    assert repr(metrics).startswith("TrackingMetrics: 14 frames")


def test_the_result_is_readable():
    truth = rows(*[(frame, 1, 0) for frame in range(4)])
    found = rows((0, 7, 0), (1, 7, 0), (2, 8, 2), (3, 8, 0))
    one = evaluate_tracks(found, truth)
    assert repr(one).splitlines() == [
        "TrackingMetrics: 4 frames, 1 identities, 4 boxes, 4 found",
        "IoU 0.5 or more, HOTA 0.05 to 0.95",
        "       MOTA 0.7500       MOTP 0.9167  precision 1.0000     recall 1.0000",
        "       IDF1 0.5000        IDP 0.5000        IDR 0.5000       IDTP 2",
        "       HOTA 0.6385       DetA 0.8737       AssA 0.4684       LocA 0.9430",
        "      DetRe 0.9211      DetPr 0.9211      AssRe 0.4737      AssPr 0.9474",
        "         TP 4              FP 0              FN 0",
        "   1 switches, 0 fragments; identities: 1 mostly tracked, 0 partly, 0 mostly lost",
    ]
    assert list(one.summary)[:4] == ["MOTA", "MOTP", "precision", "recall"]
    two = evaluate_tracks([found, found], [truth, truth])
    assert repr(two).startswith("TrackingMetrics: 2 films, 8 frames, 2 identities, 8 boxes")
    told = [
        "frame 2: identity 1 switched from 7 to 8",
        "film 1, frame 2: identity 1 switched from 7 to 8",
    ]
    assert list(map(str, two.events)) == told
    with pytest.raises(ValueError, match=r"name must be one of HOTA, .*Received: 'MOTA'"):
        one.curve("MOTA")


def test_evaluate_rejects_what_is_no_tracks():
    some = rows((0, 1, 0))
    with pytest.raises(TypeError, match=r"found must be vidlearn.boxes.Tracks.*Received: array"):
        evaluate_tracks(np.zeros((3, 4)), some)
    with pytest.raises(TypeError, match=r"truth must be vidlearn.boxes.Tracks.*Received: \[\]"):
        evaluate_tracks([some], [])
    with pytest.raises(TypeError, match=r"truth must be .*one for each film"):
        evaluate_tracks([some], [some, None])
    with pytest.raises(ValueError, match=r"of one length.*Received: 2 and 1"):
        evaluate_tracks([some, some], some)
    upside_down = Tracks([0, 1], [1, 1], [[0, 0, 1, 1], [5, 5, 2, 9]])
    with pytest.raises(ValueError, match=r"truth\[0\] must hold boxes.*box 1, \[5.0, 5.0, 2.0"):
        evaluate_tracks(some, upside_down)


@pytest.mark.parametrize("overlap", [0, 1.5, "half"], ids=str)
def test_evaluate_rejects_an_overlap(overlap):
    with pytest.raises(ValueError, match="overlap must be a number above 0 and not above 1"):
        evaluate_tracks(rows((0, 1, 0)), rows((0, 1, 0)), overlap=overlap)


def test_evaluate_rejects_unknown_rules():
    with pytest.raises(ValueError, match=r"rules must be one of 'trackeval', 'motmetrics'"):
        evaluate_tracks(rows((0, 1, 0)), rows((0, 1, 0)), rules="mot")


def test_a_match_lives_on_though_two_others_would_overlap_more():
    """1 was found as 8 and still is, by 0.6, though 1 with 9 and 2 with 8 give 0.71 and 1."""
    there, ahead, behind = [0, 0, 12, 10], [3, 0, 15, 10], [-2, 0, 10, 10]
    truth = Tracks([0, 1, 1], [1, 1, 2], [there, there, ahead])
    found = Tracks([0, 1, 1], [8, 8, 9], [there, ahead, behind])
    metrics = evaluate_tracks(found, truth)
    assert (metrics.TP, metrics.FP, metrics.FN, metrics.switches) == (2, 1, 1, 0)
    assert pytest.approx(1.6) == metrics.overlaps


def test_what_meets_an_ignored_row_exactly_does_not_count():
    truth = Tracks([0], [1], [[0, 0, 12, 10]], ignored=[True])
    found = Tracks([0], [5], [[4, 0, 16, 10]])  # IoU 8 / 16
    assert evaluate_tracks(found, truth).found == 0
    assert evaluate_tracks(found, truth, overlap=0.51).found == 1
