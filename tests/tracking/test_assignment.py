"""Assignment: by hand, and against every pairing there is."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import linear_sum_assignment

from vidlearn.tracking import assign, assign_greedy

INF = np.inf


def lists(pairs):
    return [a.tolist() for a in pairs]


def best(costs, most):
    """Return the number of pairs and the total of the best pairing, of all there are."""
    count, width = costs.shape
    for size in range(min(count, width), -1, -1):
        totals = [
            sum(costs[i, j] for i, j in zip(rows, columns, strict=True))
            for rows in combinations(range(count), size)
            for columns in permutations(range(width), size)
            if all(
                costs[i, j] <= most and costs[i, j] < INF
                for i, j in zip(rows, columns, strict=True)
            )
        ]
        if totals:
            return size, min(totals)


@given(
    hnp.arrays(
        float,
        st.tuples(st.integers(1, 4), st.integers(1, 5)),
        elements=st.sampled_from([-1e3, -3.0, -0.5, 0.0, 0.25, 0.5, 1.0, 2.0, 7.0, 1e3, INF]),
    ),
    st.sampled_from([-1.0, 0.25, 0.5, 2.0, 1e3, INF]),
)
def test_no_pairing_of_allowed_ones_is_larger_or_cheaper(costs, most):
    rows, columns = assign(costs, most=most)
    assert (np.diff(rows) > 0).all()
    assert len(set(columns.tolist())) == len(rows)
    chosen = costs[rows, columns]
    assert ((chosen <= most) & (chosen < INF)).all()
    size, total = best(costs, most)
    assert len(rows) == size
    assert chosen.sum() == pytest.approx(total, rel=1e-12)


@given(
    hnp.arrays(
        float,
        st.tuples(st.integers(0, 5), st.integers(0, 6)),
        elements=st.sampled_from([-2.0, 0.0, 0.5, 1.0, 2.0, INF]),
    ),
    st.sampled_from([-5.0, 0.5, 1.0, INF]),
)
def test_greedy_takes_the_cheapest_of_what_is_left(costs, most):
    left, wanted = costs.copy(), []
    left[left > most] = INF
    while (left < INF).any():
        row, column = divmod(int(left.argmin()), left.shape[1])
        wanted.append((row, column))
        left[row], left[:, column] = INF, INF
    rows, columns = assign_greedy(costs, most=most)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == sorted(wanted)
    many, cheap = assign(costs, most=most)
    assert len(many) >= len(rows)
    if len(many) == len(rows):
        assert costs[many, cheap].sum() <= costs[rows, columns].sum() + 1e-12


def test_greedy_is_not_optimal_by_hand():
    costs = np.array([[0.1, 0.2, 0.9], [0.2, 0.9, 0.8]])
    assert lists(assign(costs)) == [[0, 1], [1, 0]]  # 0.2 + 0.2
    assert lists(assign_greedy(costs)) == [[0, 1], [0, 2]]  # 0.1 + 0.8


def test_a_pair_forbidden_afterwards_would_have_kept_others_apart():
    costs = np.array([[4.0, 1.0], [6.0, 4.9]])
    assert lists(assign(costs)) == [[0, 1], [1, 0]]  # 1 + 6; without the 6, one pair is left
    assert lists(assign(costs, most=5)) == [[0, 1], [0, 1]]  # two


def test_the_gate_itself_is_allowed():
    costs = [[0.7, 0.7000001], [0.7000001, 0.5]]
    for pair in (assign, assign_greedy):
        assert lists(pair(costs, most=0.7)) == [[0, 1], [0, 1]]
        assert lists(pair([[0.7000001]], most=0.7)) == [[], []]


@pytest.mark.parametrize("pair", [assign, assign_greedy])
def test_nobody_to_pair(pair):
    for costs in ([], np.zeros((0, 3)), np.zeros((3, 0)), [[INF, INF]], [[5.0], [6.0]]):
        rows, columns = pair(costs, most=4)
        assert rows.shape == columns.shape == (0,)
        assert rows.dtype == columns.dtype == np.int64
        if np.ndim(costs) == 2:
            assert np.array(costs)[pair(costs, most=4)].shape == (0,), "two lists, not a matrix"
    assert lists(pair([[INF, 3], [INF, 2], [INF, INF]])) == [[1], [1]]


def test_costs_of_very_unlike_size():
    # The cheap pairs are still told apart beside dear ones, and forbidden ones stay out.
    costs = np.array([[1e300, INF, 1e300], [INF, 1e-3, 2e-3], [INF, 2e-3, 1e-3]])
    assert lists(assign(costs)) == [[0, 1, 2], [0, 1, 2]]
    costs = np.array([[-1e308, 1e308], [1e308, INF]])
    assert lists(assign(costs)) == [[0, 1], [1, 0]]  # two pairs before one, whatever they cost
    assert lists(assign([[-1e3, -1], [-1, INF]])) == [[0, 1], [1, 0]]
    assert lists(assign([[5e-324, INF], [INF, 1e300]])) == [[0, 1], [0, 1]]


def test_as_scipy_where_nothing_is_forbidden():
    rng = np.random.default_rng(0)
    costs = rng.normal(size=(30, 22))
    for ours, theirs in zip(assign(costs, most=9), linear_sum_assignment(costs), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_costs_stay_as_they_are():
    costs = np.array([[1.0, 5.0], [2.0, INF]])
    before = costs.copy()
    assign(costs, most=3)
    assign_greedy(costs, most=3)
    np.testing.assert_array_equal(costs, before)


@pytest.mark.parametrize("pair", [assign, assign_greedy])
@pytest.mark.parametrize(
    ("costs", "most", "message"),
    [
        ([1, 2], INF, r"costs must be a matrix, \(N, M\). Received shape \(2,\)"),
        ([[1, np.nan]], INF, r"Received: nan at \[0, 1\]"),
        ([[1], [-INF]], INF, r"Received: -inf at \[1, 0\]"),
        ([[1, 2], [3]], INF, r"costs must be numbers, \(N, M\)\. Received: \[\[1, 2\], \[3\]\]"),
        ([["near"]], INF, "costs must be numbers"),
        ([[1]], np.nan, "most must be a number"),
        ([[1]], None, "most must be a number, infinity included. Received: None"),
        ([[1]], [1, 2], "most must be a number"),
    ],
)
def test_assign_rejects(pair, costs, most, message):
    with pytest.raises(ValueError, match=message):
        pair(costs, most=most)
