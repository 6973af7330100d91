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


@pytest.mark.parametrize(("seeds", "splits"), [([], None), (0, None), (2, [])])
def test_rejects_nothing_to_run(seeds, splits):
    with pytest.raises(ValueError, match="must not be empty"):
        over_seeds(lambda *a: 1, seeds, splits=splits)
