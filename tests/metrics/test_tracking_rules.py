"""Where TrackEval and motmetrics differ: each by hand, with the numbers of both."""

import numpy as np
import pytest

from tests.metrics import mot
from vidlearn.boxes import Tracks, iou
from vidlearn.metrics import evaluate_tracks

RULES = ("trackeval", "motmetrics")
FAR = 100  # a second thing, so that no frame is without rows


def rows(*told):
    """Make tracks of 10 x 10 boxes from rows (frame, identity, left edge)."""
    frames, ids, left = np.array(told, float).reshape(-1, 3).T
    zero = np.zeros(len(left))
    return Tracks(frames, ids, np.stack([left, zero, left + 10, zero + 10], axis=1))


def both(found, truth, ours, name, other):
    """Return a number as ours, TrackEval's rules first, after a look at what the tools say."""
    values = [getattr(evaluate_tracks(found, truth, rules=r), ours) for r in RULES]
    told = mot.trackeval(found, truth)[name], mot.motmetrics(found, truth)[other]
    assert values == pytest.approx(list(told))
    return values


def test_a_match_lives_on_across_a_miss_in_motmetrics_alone_by_hand():
    truth = rows((0, 1, 0), (1, 1, 0), (2, 1, 0), (0, 2, FAR), (1, 2, FAR), (2, 2, FAR))
    found = rows((0, 7, 0), (2, 7, 3), (2, 8, 0), (0, 9, FAR), (1, 9, FAR), (2, 9, FAR))
    assert both(found, truth, "switches", "IDSW", "num_switches") == [1, 0]
    assert evaluate_tracks(found, truth).MOTP == 1  # 8 fits better than 7


def test_most_overlap_or_most_pairs_by_hand():
    truth = rows((0, 1, -3), (0, 2, 0), (0, 3, 3))  # beside the next box, IoU 7 / 13; else 4 / 16
    found = rows((0, 7, 0), (0, 8, 3), (0, 9, 6))
    assert both(found, truth, "TP", "CLR_TP", "num_detections") == [2, 3]
    metrics = [evaluate_tracks(found, truth, rules=r) for r in RULES]
    assert [m.MOTP for m in metrics] == pytest.approx([1, 7 / 13])


def test_a_truth_that_was_away_is_a_fragment_in_trackeval_alone_by_hand():
    truth = rows((0, 1, 0), (2, 1, 0), (0, 2, FAR), (1, 2, FAR), (2, 2, FAR))
    found = rows((0, 7, 0), (2, 7, 0), (0, 9, FAR), (1, 9, FAR), (2, 9, FAR))
    assert both(found, truth, "fragments", "Frag", "num_fragmentations") == [1, 0]


def test_a_frame_without_finds_is_a_fragment_in_motmetrics_alone_by_hand():
    truth, found = rows((0, 1, 0), (1, 1, 0), (2, 1, 0)), rows((0, 7, 0), (2, 7, 0))
    assert both(found, truth, "fragments", "Frag", "num_fragmentations") == [0, 1]
    assert both(found, truth, "FN", "CLR_FN", "num_misses") == [1, 1]


def test_a_match_lives_on_across_a_frame_without_finds_in_both_by_hand():
    truth = rows((0, 1, 0), (1, 1, 0), (2, 1, 0))
    found = rows((0, 7, 0), (2, 7, 3), (2, 8, 0))
    assert both(found, truth, "switches", "IDSW", "num_switches") == [0, 0]


def test_a_fragment_needs_the_truth_to_be_found_again_by_hand():
    away = [(frame, 2, FAR) for frame in range(4)]
    truth = rows((0, 1, 0), (1, 1, 0), (2, 1, 0), (3, 1, 0), *away)
    found = rows((1, 7, 0), (2, 7, 0), *away)
    assert both(found, truth, "fragments", "Frag", "num_fragmentations") == [0, 0]
    found = rows((0, 7, 0), (3, 7, 0), *away)
    assert both(found, truth, "fragments", "Frag", "num_fragmentations") == [1, 1]


@pytest.mark.parametrize(
    ("seen", "tracked", "lost"),
    [(1, [0, 0], [0, 0]), (4, [0, 1], [0, 0]), (5, [1, 1], [0, 0]), (0, [0, 0], [1, 1])],
    ids=["20 %", "80 %", "100 %", "0 %"],
)
def test_mostly_tracked_is_more_than_80_or_at_least_80_percent_by_hand(seen, tracked, lost):
    truth = rows(*[(frame, 1, 0) for frame in range(5)], (0, 2, FAR))
    found = rows(*[(frame, 7, 0) for frame in range(seen)], (0, 8, 2 * FAR))
    assert both(found, truth, "mostly_tracked", "MT", "mostly_tracked") == tracked
    assert both(found, truth, "mostly_lost", "ML", "mostly_lost") == [n + 1 for n in lost]
    partly = [1 - a - b for a, b in zip(tracked, lost, strict=True)]
    assert both(found, truth, "partly_tracked", "PT", "partially_tracked") == partly


def test_two_truths_that_were_last_found_as_one_by_hand():
    truth = rows((0, 1, 0), (1, 2, 2), (2, 1, 2), (2, 2, 0), (0, 3, FAR), (1, 3, FAR), (2, 3, FAR))
    found = rows((0, 7, 0), (1, 7, 2), (2, 7, 0), (2, 8, 2), (0, 9, FAR), (1, 9, FAR), (2, 9, FAR))
    # In the last frame 7 stays with 2, with whom it was before (8 is new to 1), or with 1, who
    # comes first; there the other pair is new to 2.
    assert both(found, truth, "switches", "IDSW", "num_switches") == [1, 1]
    events = [evaluate_tracks(found, truth, rules=r).events[0] for r in RULES]
    assert [(e.truth, e.before, e.after) for e in events] == [(1, 7, 8), (2, 7, 8)]


def test_motp_is_an_overlap_or_a_distance_by_hand():
    found, truth = rows((0, 7, 2)), rows((0, 1, 0))  # IoU 8 / 12
    metrics = evaluate_tracks(found, truth)
    assert metrics.MOTP == pytest.approx(mot.trackeval(found, truth)["MOTP"]) == 2 / 3
    assert metrics.MOTP_distance == pytest.approx(mot.motmetrics(found, truth)["motp"])
    assert metrics.MOTP_distance == pytest.approx(1 / 3)


@pytest.mark.parametrize("gap", [1, 5])
def test_a_switch_is_held_against_the_last_find_however_long_ago_by_hand(gap):
    there = [(frame, 2, FAR) for frame in range(gap + 2)]
    truth, found = (
        rows((0, 1, 0), (gap + 1, 1, 0), *there),
        rows((0, 7, 0), (gap + 1, 8, 0), *there),
    )
    assert both(found, truth, "switches", "IDSW", "num_switches") == [1, 1]


def test_what_cannot_be_had_is_nan():
    some, none = rows((0, 1, 0), (1, 1, 0)), rows()
    names = ["MOTA", "MOTP", "recall", "precision", "IDF1", "HOTA", "DetA", "AssA", "LocA"]
    nan = float("nan")
    told = {
        "nothing found": (none, some, [0, nan, 0, nan, 0, 0, 0, 0, 1]),
        "no truth": (some, none, [nan, nan, nan, 0, 0, 0, 0, 0, 1]),
        "neither": (none, none, [nan] * 9),
    }
    for name, (found, truth, expected) in told.items():
        metrics = evaluate_tracks(found, truth)
        ours = [getattr(metrics, key) for key in names]
        assert ours == pytest.approx(expected, nan_ok=True), name
        assert metrics.mostly_lost == (name == "nothing found")
        theirs = mot.trackeval(found, truth)
        keys = ["MOTA", "MOTP", "CLR_Re", "CLR_Pr", "IDF1", "HOTA", "DetA", "AssA", "LocA"]
        theirs = [np.mean(theirs[key]) for key in keys]
        assert theirs == pytest.approx([0, 0, 0, 0, 0, 0, 0, 0, 1]), name
        assert np.isnan(evaluate_tracks(found, truth, rules="motmetrics").MOTP)
    assert mot.motmetrics(some, none)["mota"] == -np.inf
    assert np.isnan(mot.motmetrics(none, some)["motp"])


def test_an_overlap_at_the_threshold_is_a_match_in_both():
    truth = Tracks([0], [1], [[0, 0, 10, 10]])
    found = Tracks([0], [7], [[0, 0, 10, 5]])
    assert both(found, truth, "TP", "CLR_TP", "num_detections") == [1, 1]
    assert both(found, truth, "IDTP", "IDTP", "idtp") == [1, 1]
    found = Tracks([0], [7], [[0, 0, 10, 4.9999]])
    assert both(found, truth, "TP", "CLR_TP", "num_detections") == [0, 0]
    assert both(found, truth, "IDTP", "IDTP", "idtp") == [0, 0]


def test_an_overlap_at_the_threshold_but_for_rounding_is_a_match_by_hand():
    truth = Tracks([0], [1], [[0.1, 0.1, 0.9, 1.1]])
    found = Tracks([0], [7], [[0.1, 0.1, 0.9, 0.6]])
    assert iou(truth.boxes, found.boxes).item() == 0.5 - 2**-54
    theirs = mot.trackeval(found, truth)
    assert (theirs["CLR_TP"], theirs["IDTP"]) == (1, 0)
    assert theirs["HOTA_TP"].tolist() == [1] * 10 + [0] * 9
    assert mot.motmetrics(found, truth)["idtp"] == 1  # its own sums round the other way
    for rules in RULES:
        metrics = evaluate_tracks(found, truth, rules=rules)
        assert (metrics.TP, metrics.IDTP, metrics.hits.sum()) == (1, 1, 10)
