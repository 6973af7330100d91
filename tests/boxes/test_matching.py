"""Matching and sampling: the rules one by one, by hand, and what always holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vidlearn.boxes import match, sample


def test_match_by_hand():
    overlaps = [[0.7, 0.1], [0.69, 0.3], [0.2, 0.75], [0.29, 0.1], [0.3, 0.0], [0.8, 0.9]]
    assert match(overlaps).tolist() == [0, -2, 1, -1, -2, 1]
    assert match(overlaps, high=0.6, low=0.2).tolist() == [0, 0, 1, -2, -2, 1]
    assert match(overlaps, high=0.5, low=0.5).tolist() == [0, 0, 1, -1, -1, 1]


def test_of_equal_overlaps_an_anchor_learns_the_first():
    assert match([[0.1, 0.8, 0.8]], best=False).tolist() == [1]


def test_a_truth_below_every_threshold_gets_its_best():
    overlaps = [[0.1, 0.0], [0.2, 0.0], [0.5, 0.9]]
    assert match(overlaps).tolist() == [-1, 0, 1]  # its best is taken, so it has the second best
    assert match(overlaps, best=False).tolist() == [-1, -1, 1]
    assert match([[0.1], [0.4], [0.2]]).tolist() == [-1, 0, -1]


def test_all_that_tie_for_the_best_learn_the_truth():
    assert match([[0.4, 0.0], [0.4, 0.35], [0.1, 0.6]]).tolist() == [0, 0, 1]
    assert match([[0.05, 0.0], [0.05, 0.9], [0.01, 0.0]]).tolist() == [0, 1, -1]  # however little
    assert match([[0.05], [0.05], [0.01]]).tolist() == [0, 0, -1]
    # Two truths want anchor 0 alike: the first gets it, the other the best still free.
    assert match([[0.4, 0.4], [0.1, 0.2], [0.1, 0.2]]).tolist() == [0, 1, -1]
    # The better claim goes first, whatever the order of truths; nobody else loses its own.
    assert match([[0.4, 0.6], [0.1, 0.0], [0.3, 0.0]]).tolist() == [1, -1, 0]


def test_a_truth_that_nothing_overlaps_goes_without():
    assert match([[0.0, 0.9], [0.0, 0.1]]).tolist() == [1, -1]
    assert match([[0.5, 0.9]]).tolist() == [1]  # nothing is left for the first
    assert match([[0.0], [0.0]], low=0.0).tolist() == [-2, -2]


def test_match_without_truths_or_anchors():
    assert match(np.zeros((3, 0))).tolist() == [-1, -1, -1]
    assert match(np.zeros((0, 3))).shape == (0,)
    assert match(np.zeros((3, 0))).dtype == np.int64


tables = hnp.arrays(
    np.float64,
    st.tuples(st.integers(0, 9), st.integers(0, 5)),
    elements=st.integers(0, 10).map(lambda k: k / 10),
)


@settings(deadline=None)
@given(tables)
def test_what_always_holds(overlaps):
    assigned, plain = match(overlaps), match(overlaps, best=False)
    most = overlaps.max(axis=1, initial=0)
    assert ((plain == -1) == (most < 0.3)).all()
    assert ((plain >= 0) == (most >= 0.7)).all()
    for anchor in np.flatnonzero(plain >= 0):
        assert overlaps[anchor, plain[anchor]] == most[anchor]
    assert (assigned[plain >= 0] >= 0).all()
    for truth in range(overlaps.shape[1]):
        touched = np.flatnonzero(overlaps[:, truth])
        if len(touched) >= overlaps.shape[1]:  # enough anchors for every claim
            assert (assigned == truth).any()
    for anchor in np.flatnonzero(assigned != plain):
        assert overlaps[anchor, assigned[anchor]] > 0


@pytest.mark.parametrize(
    ("overlaps", "options", "message"),
    [
        ([0.5, 0.2], {}, r"overlaps must be \(N, M\).*\(2,\)"),
        ([[0.5, np.nan]], {}, "overlaps must lie in 0 to 1.*NaN"),
        ([[0.5, -0.2]], {}, "overlaps must lie in 0 to 1"),
        ([[0.5, 1.2]], {}, "overlaps must lie in 0 to 1"),
        ([[0.5]], {"high": 0.3, "low": 0.4}, "low must not be above high.*low=0.4, high=0.3"),
        ([[0.5]], {"high": 70}, "high must lie in 0 to 1.*70"),
        ([[0.5]], {"low": None}, "low must lie in 0 to 1.*None"),
        ([[0.5]], {"low": -0.1}, "low must lie in 0 to 1.*-0.1"),
    ],
)
def test_match_rejects_what_is_no_overlap(overlaps, options, message):
    with pytest.raises(ValueError, match=message):
        match(overlaps, **options)


@pytest.mark.parametrize(
    ("positives", "negatives", "count", "share", "wanted"),
    [
        (300, 2000, 256, 0.5, (128, 128)),
        (20, 2000, 256, 0.5, (20, 236)),  # background fills up
        (300, 50, 256, 0.5, (128, 50)),  # and nothing fills up background
        (300, 2000, 101, 0.25, (25, 76)),
        (0, 2000, 256, 0.5, (0, 256)),
        (7, 0, 256, 1, (7, 0)),
        (7, 9, 0, 0.5, (0, 0)),
        (7, 9, 10, 0, (0, 9)),
    ],
)
def test_sample_by_hand(positives, negatives, count, share, wanted):
    rng = np.random.default_rng(4)
    assigned = rng.permutation(np.repeat([3, -1, -2], [positives, negatives, 40]))
    positive, negative = sample(assigned, count=count, share=share, rng=rng)
    assert (len(positive), len(negative)) == wanted
    assert (assigned[positive] >= 0).all()
    assert (assigned[negative] == -1).all()
    for drawn in (positive, negative):
        assert (np.diff(drawn) > 0).all()


def test_sample_draws_by_its_seed_and_all_alike():
    assigned = np.repeat([0, -1], [10, 30])
    first, same, other = (sample(assigned, count=8, rng=seed)[1].tolist() for seed in (1, 1, 2))
    assert first == same != other
    rng, drawn = np.random.default_rng(0), np.zeros(40)
    for _ in range(2000):
        for chosen in sample(assigned, count=8, rng=rng):
            drawn[chosen] += 1
    np.testing.assert_allclose(drawn[:10], 2000 * 4 / 10, rtol=0.15)
    np.testing.assert_allclose(drawn[10:], 2000 * 4 / 30, rtol=0.25)


@pytest.mark.parametrize(
    ("assigned", "options", "message"),
    [
        ([[0, -1]], {}, r"assigned must be \(N,\).*\(1, 2\)"),
        ([0.5, -1], {}, "assigned must be.*float64"),
        ([0, -3], {}, "from -2"),
        ([0, -1], {"count": -1}, "count must be a whole number, 0 or more.*-1"),
        ([0, -1], {"count": 2.5}, "count must be a whole number.*2.5"),
        ([0, -1], {"share": 50}, "share must lie in 0 to 1.*50"),
    ],
)
def test_sample_rejects_what_is_no_assignment(assigned, options, message):
    with pytest.raises(ValueError, match=message):
        sample(assigned, **({"rng": 0} | options))
