"""Are the gradient checks sharp? Every wrong backward pass must be found, every right one pass."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.scratch.mutation import RIGHT, WRONG, Mutant, copy_of, judge
from vidlearn import scratch

FILES = sorted(Path(__file__).parent.glob("mutants*.py"))
TABLES = [import_module(f"tests.scratch.{file.stem}") for file in FILES]
MUTANTS = [mutant for table in TABLES for mutant in table.MUTANTS]
CHECKS = {name: checks for table in TABLES for name, checks in table.CHECKS.items()}
BACKWARD = [name for name in scratch.__all__ if "_backward" in name]


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_checks_reject(mutant):
    name, fragment, replacement, _, of = mutant
    error = judge(CHECKS[name], copy_of(name, fragment, replacement, of))
    assert not error < WRONG


@pytest.mark.parametrize("name", BACKWARD)
def test_checks_pass_the_original(name):
    assert judge(CHECKS[name], getattr(scratch, name)) < RIGHT


@pytest.mark.parametrize("name", BACKWARD)
def test_checks_pass_an_unspoilt_copy(name):
    copies = {mutant.of for mutant in MUTANTS if mutant.name == name}
    for of in copies:
        assert judge(CHECKS[name], copy_of(name, of=of)) < RIGHT


def test_every_backward_pass_has_a_mutant():
    assert {mutant.name for mutant in MUTANTS} == set(BACKWARD)
    assert set(BACKWARD) == set(CHECKS)


def test_no_mutant_stands_twice():
    rows = [mutant[:3] + mutant[4:] for mutant in MUTANTS]
    assert len(set(rows)) == len(rows)
    assert len(set(map(str, MUTANTS))) == len(MUTANTS)
    assert sum(len(table.CHECKS) for table in TABLES) == len(CHECKS)


def test_a_fragment_that_is_not_there_is_told():
    with pytest.raises(
        LookupError, match=r"'dout \* x'.*once in the code of tanh_backward.*0 times"
    ):
        copy_of("tanh_backward", "dout * x", "dout")


def test_a_fragment_of_the_docstring_is_no_code():
    assert "1 - out**2" in scratch.tanh_backward.__doc__
    with pytest.raises(LookupError, match="0 times"):
        copy_of("tanh_backward", "dx = dout * (1 - out**2)", "dx = 0")


def test_a_fragment_that_stands_twice_is_told():
    with pytest.raises(LookupError, match="2 times"):
        copy_of("batch_norm_backward", " / count", "")


def test_a_copy_leaves_the_library_alone():
    original = scratch.tanh_backward
    row = Mutant("tanh_backward", "out**2", "out", "")
    assert copy_of(*row[:3]) is not original
    assert scratch.tanh_backward is original
    assert judge(CHECKS["tanh_backward"], original) < RIGHT
