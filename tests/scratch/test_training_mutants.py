"""Are the checks of the training part sharp? Each spoilt copy must be found, a whole one pass."""

import pytest

from tests.scratch.training_mutants import LIBRARY, MUTANTS, found, library_with

CHECKS = sorted({mutant.check for mutant in MUTANTS})


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_checks_find(mutant):
    assert found(mutant.check, library_with(mutant.where, mutant.fragment, mutant.replacement))


@pytest.mark.parametrize("check", CHECKS)
def test_checks_pass_the_library(check):
    assert not found(check, LIBRARY)


@pytest.mark.parametrize("module", sorted({mutant.where.partition(".")[0] for mutant in MUTANTS}))
def test_checks_pass_an_unspoilt_copy(module):
    copy = library_with(module)
    assert any(vars(copy)[name] is not thing for name, thing in vars(LIBRARY).items())
    for check in {m.check for m in MUTANTS if m.where.startswith(f"{module}.")}:
        assert not found(check, copy)


def test_every_mutant_has_a_name_of_its_own():
    assert len(set(map(str, MUTANTS))) == len(MUTANTS)


def test_a_fragment_that_is_not_there_is_told():
    with pytest.raises(LookupError, match=r"once in layers\.Dense\.backward; it stands there 0"):
        library_with("layers.Dense.backward", "dx / 2", "dx")
