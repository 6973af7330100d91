"""Found transitions held against true ones: worked tables, rules of others, properties."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn.metrics import ShotCount, evaluate_shots
from vidlearn.metrics.shots.matching import nearest

# Cuts at 10 and 40, a dissolve 20 to 30, and what is found; hits, false alarms and misses
# by our rules, over cuts and over gradual ones.
TRUTH = [[10, 10], [20, 30], [40, 40]]
TABLE = {
    "all": (TRUTH, (2, 0, 0), (1, 0, 0)),
    "nothing": ([], (0, 0, 2), (0, 0, 1)),
    "one early, one late": ([[9, 9], [20, 30], [41, 41]], (2, 0, 0), (1, 0, 0)),
    "two late": ([[12, 12], [20, 30], [40, 40]], (1, 1, 1), (1, 0, 0)),
    "two for one cut": ([[9, 9], [11, 11], [20, 30], [40, 40]], (2, 1, 0), (1, 0, 0)),
    "a dissolve as three cuts": (
        [[10, 10], [21, 21], [25, 25], [29, 29], [40, 40]],
        (2, 2, 0),
        (1, 0, 0),
    ),
    "a dissolve one frame beside": ([[10, 10], [31, 33], [40, 40]], (2, 0, 0), (1, 0, 0)),
    "a dissolve two frames beside": ([[10, 10], [32, 33], [40, 40]], (2, 0, 0), (0, 1, 1)),
    "a cut as a fade": ([[8, 9], [20, 30], [40, 40]], (2, 0, 0), (1, 0, 0)),
    "one long one over all": ([[5, 45]], (0, 0, 2), (1, 0, 0)),
}


def cuts_at(*frames):
    return [[t, t] for t in frames]


@pytest.mark.parametrize("case", TABLE)
def test_worked_table_by_hand(case):
    found, cuts, gradual = TABLE[case]
    result = evaluate_shots(found, TRUTH, frames=60)
    assert (result.cuts, result.gradual) == (ShotCount(*cuts), ShotCount(*gradual))
    assert result.all == result.cuts + result.gradual
    counts = (len(result.hits), len(result.false_alarms), len(result.misses))
    assert result.all == ShotCount(*counts)


def test_which_ones_by_hand():
    found = [[9, 9], [10, 10], [25, 25], [52, 52]]
    result = evaluate_shots(found, TRUTH)
    assert result.hits.tolist() == [[0, 1, 0], [0, 2, 1]]  # the nearer of two
    assert result.false_alarms.tolist() == [[0, 0], [0, 3]]
    assert result.misses.tolist() == [[0, 2]]
    assert (result.precision, result.recall) == (0.5, pytest.approx(2 / 3))
    assert result.f1 == pytest.approx(4 / 7)
    both_near = evaluate_shots([[9, 9], [11, 11]], TRUTH)
    assert both_near.hits.tolist() == [[0, 0, 0]]  # of equals the earlier


def test_as_many_as_possible_by_hand():
    """11 stands on one true cut, and is needed for the other."""
    result = evaluate_shots([[11, 11], [12, 12]], [[10, 10], [11, 11]])
    assert result.hits.tolist() == [[0, 0, 0], [0, 1, 1]]


def test_of_two_gradual_ones_the_better_fitting_is_found_by_hand():
    result = evaluate_shots([[10, 30]], [[4, 11], [12, 30]])  # 6 + 19 and 2 + 0 frames apart
    assert result.hits.tolist() == [[0, 0, 1]]
    result = evaluate_shots([[10, 20]], [[4, 14], [17, 21]])  # 6 + 6 and 7 + 1 frames apart
    assert result.hits.tolist() == [[0, 0, 1]]


def test_of_equals_the_earlier_is_found_by_hand():
    result = evaluate_shots(cuts_at(1, 2, 5), cuts_at(3, 4, 6))  # 5 lies as near to 4 as to 6
    assert result.hits.tolist() == [[0, 1, 0], [0, 2, 1]]


def test_what_touches_does_not_overlap_by_hand():
    touching = [[2, 5], [5, 5], [5, 9], [9, 12]]
    assert evaluate_shots(touching, touching).all == ShotCount(4, 0, 0)


def test_what_the_same_kind_asks_by_hand():
    found = [[10, 10], [25, 25], [39, 42]]
    result = evaluate_shots(found, TRUTH, same_kind=True)
    assert (result.cuts, result.gradual) == (ShotCount(1, 1, 1), ShotCount(0, 1, 1))
    assert evaluate_shots(found, TRUTH).all == ShotCount(3, 0, 0)


def test_kinds_may_be_told_by_hand():
    truth_kinds, found_kinds = ["cut", "wipe", "fade"], ["fade", "cut"]
    found = [[10, 10], [52, 52]]
    result = evaluate_shots(found, TRUTH, truth_kinds=truth_kinds, found_kinds=found_kinds)
    assert (result.cuts, result.gradual) == (ShotCount(1, 1, 0), ShotCount(0, 0, 2))


def test_several_films_are_counted_together_by_hand():
    found = [np.zeros((0, 2), int), [[10, 10], [30, 30]], []]
    result = evaluate_shots(found, [[[5, 5]], TRUTH, []], frames=[20, 50, 1])
    assert (result.all, result.films) == (ShotCount(2, 0, 2), 3)
    assert result.hits.tolist() == [[1, 0, 0], [1, 1, 1]]
    assert result.misses.tolist() == [[0, 0], [1, 2]]
    kinds = evaluate_shots(found, [[[5, 5]], TRUTH, []], found_kinds=[[], ["cut", "fade"], []])
    assert kinds.all == result.all


def test_what_cannot_be_had_is_nan():
    nothing = evaluate_shots([], [])
    assert np.isnan([nothing.precision, nothing.recall, nothing.f1]).all()
    missed = evaluate_shots([], TRUTH)
    assert np.isnan(missed.precision)
    assert (missed.recall, missed.f1) == (0, 0)
    assert str(ShotCount(1, 0, 0)).startswith("precision 1.000, recall 1.000, F1 1.000 (1 hits")


# The same by the rules of others: (hits, false alarms, misses) over cuts and over gradual ones,
# of ours, of TransNet V2's and of PySceneDetect's, each with the tolerance of 1.
OTHERS = {
    "two for one cut": ([[9, 9], [11, 11]], [[10, 10]], [(1, 1, 0, 0, 0, 0)] * 3),
    "one for two cuts": ([[10, 10]], [[9, 9], [11, 11]], [(1, 0, 1, 0, 0, 0)] * 3),
    "each one late": (  # nearest first: 11 takes 11, and neither 10 nor 12 finds a partner
        [[11, 11], [12, 12]],
        [[10, 10], [11, 11]],
        [(2, 0, 0, 0, 0, 0), (2, 0, 0, 0, 0, 0), (1, 1, 1, 0, 0, 0)],
    ),
    "a dissolve as three cuts": (  # whose the two too many are
        [[21, 21], [25, 25], [29, 29]],
        [[20, 30]],
        [(0, 2, 0, 1, 0, 0), (0, 2, 0, 1, 0, 0), (0, 0, 0, 1, 2, 0)],
    ),
    "a cut beside a dissolve": (  # no tolerance there: neither side has one
        [[31, 31]],
        [[20, 30]],
        [(0, 0, 0, 1, 0, 0), (0, 0, 0, 1, 0, 0), (0, 1, 0, 0, 0, 1)],
    ),
    "the frame before a dissolve": ([[19, 19]], [[20, 30]], [(0, 0, 0, 1, 0, 0)] * 3),
    "a dissolve that ends in one": (  # its middle, 17, is outside
        [[12, 22]],
        [[20, 30]],
        [(0, 0, 0, 1, 0, 0), (0, 0, 0, 1, 0, 0), (0, 1, 0, 0, 0, 1)],
    ),
    "a cut found right behind a dissolve": (  # 30 lies in it, so it cannot be the cut at 31
        [[25, 25], [30, 30]],
        [[20, 30], [31, 31]],
        [(1, 0, 0, 1, 0, 0), (1, 0, 0, 1, 0, 0), (0, 0, 1, 1, 1, 0)],
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_rules_of_others_by_hand(case):
    found, truth, wanted = OTHERS[case]
    names = ("vidlearn", "transnetv2", "pyscenedetect")
    for rules, counts in zip(names, wanted, strict=True):
        result = evaluate_shots(found, truth, tolerance=1, rules=rules)
        cuts, gradual = ShotCount(*counts[:3]), ShotCount(*counts[3:])
        assert (rules, result.cuts, result.gradual) == (rules, cuts, gradual)


@pytest.mark.parametrize(
    ("rules", "most"), [("vidlearn", 1), ("transnetv2", 2), ("pyscenedetect", 0)]
)
def test_published_tolerances_by_hand(rules, most):
    for late in range(4):
        result = evaluate_shots([[10 + late] * 2], [[10, 10]], rules=rules)
        assert result.all.hits == (late <= most)


def test_pyscenedetect_takes_the_frames_beside_a_dissolve_without_tolerance_by_hand():
    for frame, hits in ((18, 0), (19, 1), (30, 1), (31, 0)):
        result = evaluate_shots([[frame, frame]], [[20, 30]], rules="pyscenedetect")
        assert (result.gradual.hits, result.cuts.false_alarms) == (hits, 1 - hits)


def test_pyscenedetect_gives_a_dissolve_to_its_first_frame_by_hand():
    """Its middle counts, rounded down; hits are in the order of what was found."""
    rules = {"rules": "pyscenedetect"}
    result = evaluate_shots(cuts_at(17, 22, 27), [[17, 17], [20, 30]], tolerance=5, **rules)
    assert result.hits.tolist() == [[0, 0, 0], [0, 1, 1]]
    assert result.false_alarms.tolist() == [[0, 2]]
    assert evaluate_shots([[12, 23]], [[19, 30]], **rules).all == ShotCount(0, 1, 1)
    result = evaluate_shots(cuts_at(19), cuts_at(20), truth_kinds=["fade"], **rules)
    assert result.gradual == ShotCount(1, 0, 0)


def test_transnet_takes_the_first_that_meet_by_hand():
    """As in its own table: scenes to frame 5 and to frame 4, 3, 2 are cuts at 6, 5, 4, 3."""
    for tolerance, hits in ((0, (1, 0, 0, 0)), (1, (1, 1, 0, 0)), (2, (1, 1, 1, 0))):
        for cut, hit in zip((6, 5, 4, 3), hits, strict=True):
            options = {"tolerance": tolerance, "rules": "transnetv2"}
            assert evaluate_shots([[6, 6]], [[cut, cut]], **options).all.hits == hit
    found = [[9, 9], [10, 10]]
    assert evaluate_shots(found, [[10, 10]], rules="transnetv2").hits.tolist() == [[0, 0, 0]]
    assert evaluate_shots(found, [[10, 10]], tolerance=2).hits.tolist() == [[0, 1, 0]]


@st.composite
def transitions(draw, most=40):
    """Sorted, apart, some of them gradual."""
    marks = sorted(draw(st.lists(st.integers(0, most), max_size=7, unique=True)))
    result, k = [], 0
    while k < len(marks):
        wide = k + 1 < len(marks) and draw(st.booleans())
        result.append([marks[k], marks[k + wide]])
        k += 1 + wide
    return np.array(result, int).reshape(-1, 2)


def gap(a, b):
    return max(0, a[0] - b[1], b[0] - a[1])


def by_trying(found, truth, tolerance):
    """The most matches, and the least sum of frames apart, over all ways to match."""
    few, many = sorted((found, truth), key=len)
    for size in range(len(few), 0, -1):
        sums = [
            sum(int(abs(few[i] - many[j]).sum()) for i, j in zip(chosen, partners, strict=True))
            for chosen in combinations(range(len(few)), size)
            for partners in permutations(range(len(many)), size)
            if all(gap(few[i], many[j]) <= tolerance for i, j in zip(chosen, partners, strict=True))
        ]
        if sums:
            return size, min(sums)
    return 0, 0


SMALL = transitions(12).filter(lambda one: len(one) <= 4)


@settings(max_examples=80, deadline=None)
@given(SMALL, SMALL, st.integers(0, 3))
def test_as_many_and_as_near_as_any_other_way(found, truth, tolerance):
    pairs = nearest(found, truth, tolerance)
    size, apart = by_trying(found, truth, tolerance)
    assert len(pairs) == size
    assert abs(found[pairs[:, 0]] - truth[pairs[:, 1]]).sum() == apart


@settings(max_examples=150, deadline=None)
@given(transitions(), transitions(), st.integers(0, 4))
def test_what_must_always_hold(found, truth, tolerance):
    ours = evaluate_shots(found, truth, tolerance=tolerance)
    for rules in ("vidlearn", "transnetv2", "pyscenedetect"):
        result = evaluate_shots(found, truth, tolerance=tolerance, rules=rules)
        _, f, t = result.hits.T
        assert len(set(f)) == len(f)
        assert len(set(t)) == len(t)
        assert sorted([*f, *result.false_alarms[:, 1]]) == list(range(len(found)))
        assert sorted([*t, *result.misses[:, 1]]) == list(range(len(truth)))
        assert result.all == result.cuts + result.gradual
        assert result.gradual.hits + result.gradual.misses == (truth[:, 1] > truth[:, 0]).sum()
        later = evaluate_shots(found + 7, truth + 7, tolerance=tolerance, rules=rules)
        assert later.hits.tolist() == result.hits.tolist()
        if rules != "pyscenedetect":
            assert result.all == ours.all  # as many, by either rule
            turned = evaluate_shots(truth, found, tolerance=tolerance, rules=rules).all
            assert turned == ShotCount(ours.all.hits, ours.all.misses, ours.all.false_alarms)
    for pair in ours.hits[:, 1:]:
        assert gap(found[pair[0]], truth[pair[1]]) <= tolerance
    same = evaluate_shots(truth, truth, tolerance=tolerance)
    assert (same.all.hits, same.all.misses, same.all.false_alarms) == (len(truth), 0, 0)
    assert (same.hits[:, 1] == same.hits[:, 2]).all()
    cuts_only = evaluate_shots(found, truth, tolerance=tolerance, same_kind=True)
    assert cuts_only.all.hits <= ours.all.hits


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ([[5, 5], [3, 3]], r"sorted by time.*transition 0, \[5, 5\], then \[3, 3\]"),
        ([[5, 9], [8, 12]], "none overlapping"),
        ([[5, 5], [5, 5]], "none twice"),
        ([[-1, 2]], r"0 <= start <= end.*transition 0, \[-1, 2\]"),
        ([[3, 3], [9, 7]], r"transition 1, \[9, 7\]"),
        ([[3, 3], [60, 61]], r"<= 60, the frames of the film.*\[60, 61\]"),
        ([3, 9], r"np.stack\(\[t, t\], axis=1\).*shape \(2,\)"),
        ([[3.0, 3.0]], "whole numbers.*float64"),
        ([[1, 2, 3]], r"shape \(1, 3\)"),
        (5, "a list of them, one for each film"),
        ([[[1, 1]]], "Received: found: 1 films; truth: one film, no list"),
        ([[[1, 1], [2]]], "transitions"),
        ([[1, 1], [2]], r"whole numbers.*object of shape \(2,\)"),
    ],
)
def test_rejects_what_are_no_transitions(bad, said):
    with pytest.raises(ValueError, match=said):
        evaluate_shots(bad, TRUTH, frames=60)
    with pytest.raises(ValueError, match=r"truth|found"):
        evaluate_shots(TRUTH, bad, frames=60)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tolerance": -1}, "tolerance"),
        ({"tolerance": 0.5}, "tolerance"),
        ({"rules": "trecvid"}, "rules must be one of"),
        ({"same_kind": True, "rules": "transnetv2"}, "same_kind"),
        ({"truth_kinds": ["cut", "cut", "cut"]}, r"only where.*transition 1, \[20, 30\]"),
        ({"truth_kinds": ["cut", "fade"]}, "one for each of the 3"),
        ({"found_kinds": ["cut", "blend", "cut"]}, "'dissolve'.*Received.*blend"),
        ({"found_kinds": 3}, r"found_kinds must be one for each of the 3.*\[3\]"),
        ({"frames": 39}, "<= 39"),
        ({"frames": -1}, "frames"),
    ],
)
def test_rejects_options_that_are_none(options, said):
    with pytest.raises(ValueError, match=said):
        evaluate_shots(TRUTH, TRUTH, **options)


def test_rejects_films_without_a_partner():
    with pytest.raises(ValueError, match="found: 1 films; truth: 2 films"):
        evaluate_shots([TRUTH], [TRUTH, TRUTH])
    with pytest.raises(ValueError, match="found_kinds must be one for each of 2 films"):
        evaluate_shots([TRUTH] * 2, [TRUTH] * 2, found_kinds=[["cut", "fade", "cut"]])


def test_rejects_with_the_number_of_the_film():
    with pytest.raises(ValueError, match=r"truth\[1\] must be sorted"):
        evaluate_shots([TRUTH, []], [TRUTH, [[5, 5], [3, 3]]])
    with pytest.raises(ValueError, match=r"found_kinds\[1\] must be one for each of the 3"):
        evaluate_shots([TRUTH] * 2, [TRUTH] * 2, found_kinds=[None, ["cut"]])


@pytest.mark.parametrize("rules", ["vidlearn", "transnetv2", "pyscenedetect"])
def test_a_tolerance_without_end_overflows_nowhere(rules):
    found, truth = [[3, 3], [900, 900], [901, 950]], [[7, 7], [50, 50], [60, 60]]
    assert evaluate_shots(found, truth, tolerance=2**63 - 1, rules=rules).all.hits == 3
