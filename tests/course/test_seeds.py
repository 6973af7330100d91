"""A claim over seeds: mean, range, and the values."""

import numpy as np
import pytest

from vidlearn.course import over_seeds


def test_mean_and_range_are_printed(capsys):
    values = over_seeds(lambda seed: seed / 10, [1, 2, 6], name="accuracy")
    np.testing.assert_allclose(values, [0.1, 0.2, 0.6])
    assert capsys.readouterr().out == "accuracy: mean 0.300, from 0.100 to 0.600 (3 seeds)\n"


def test_a_number_of_seeds_counts_from_zero():
    assert over_seeds(lambda seed: seed, 3).tolist() == [0, 1, 2]
    assert over_seeds(lambda seed: seed, np.arange(2)).tolist() == [0, 1]


def test_each_seed_runs_on_each_split(capsys):
    values = over_seeds(lambda seed, split: seed + 10 * split, [1, 2, 3], splits=[0, 1])
    assert values.tolist() == [[1, 2, 3], [11, 12, 13]]
    assert "(3 seeds × 2 splits)" in capsys.readouterr().out


def test_several_numbers_get_a_line_each(capsys):
    values = over_seeds(lambda seed: {"net": seed, "line": 2 * seed}, 2, digits=1)
    assert values["line"].tolist() == [0, 2]
    assert capsys.readouterr().out.splitlines() == [
        "net : mean 0.5, from 0.0 to 1.0 (2 seeds)",
        "line: mean 1.0, from 0.0 to 2.0 (2 seeds)",
    ]


def test_a_number_of_seeds_may_be_numpys():
    assert over_seeds(lambda seed: seed, np.int64(2)).tolist() == [0, 1]


@pytest.mark.parametrize("seeds", [2.5, "ab", None, True, np.array(3), [1.5], [None], ["1"]])
def test_rejects_seeds_that_are_none(seeds):
    with pytest.raises(TypeError, match=r"seeds must be (a sequence|whole numbers).* Received: "):
        over_seeds(lambda seed: 1, seeds)


@pytest.mark.parametrize("options", [{"splits": 3}, {"splits": "ab"}, {"digits": -1}])
@pytest.mark.parametrize("other", [{}, {"digits": 1.5}])
def test_rejects_splits_and_digits_before_anything_runs(options, other):
    with pytest.raises(TypeError, match=r"(splits|digits) must be a .* Received: "):
        over_seeds(lambda *a: pytest.fail("it ran"), 2, **{**other, **options})


@pytest.mark.parametrize(
    "value", [None, ..., "x", [1, 2], 1j, {}, {"a": None}, {"a": "x"}, {"a": [1, 2]}, [[1, 2], [3]]]
)
def test_rejects_what_has_no_mean_after_the_first_run(value):
    calls = []
    with pytest.raises(TypeError, match=r"f must return a number.* For seed 5 it returned"):
        over_seeds(lambda seed: (calls.append(seed), value)[1], [5, 6, 7])
    assert calls == [5]


@pytest.mark.parametrize("later", [{"b": 1}, {"a": 1, "b": 2}, 3.0])
def test_rejects_other_names_for_another_seed(later):
    with pytest.raises(ValueError, match=r"the same names .* for seed 1"):
        over_seeds(lambda seed: later if seed else {"a": 1}, 2)


@pytest.mark.parametrize(("seeds", "splits"), [([], None), (0, None), (-1, None), (2, [])])
def test_rejects_nothing_to_run(seeds, splits):
    with pytest.raises(ValueError, match="must not be empty"):
        over_seeds(lambda *a: 1, seeds, splits=splits)
