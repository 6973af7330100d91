import numpy as np
import pytest
from traitlets import HasTraits

from vidlearn.widgets.traits import Choice, Grid, Number, Numbers, Whole, Wholes


class Owner(HasTraits):
    word = Choice("a", "b")
    three = Choice("a", "b", "c")
    whole = Whole(2, 5, hint="Take fewer.")
    share = Number(0, below=1)
    rate = Number(above=0, most=10)
    ratio = Number(0.3, 1.6)
    pair = Numbers((2,), least=-9, most=9)
    free = Numbers(())
    marks = Wholes()
    grid = Grid(3)


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("whole", np.int64(3), 3),
        ("rate", np.float32(0.5), 0.5),
        ("rate", 10, 10.0),
        ("pair", np.array([1, 2], np.int8), [1.0, 2.0]),
        ("free", np.float64(1e9), 1e9),
        ("marks", np.array([3, 1, 3]), [1, 3]),
        ("marks", (2.0,), [2]),
        ("marks", None, []),
        ("grid", [[True, False]], [[1.0, 0.0]]),
    ],
)
def test_traits_take_numpy_s_numbers_and_keep_plain_ones(name, value, kept):
    owner = Owner(**{name: value})
    found = getattr(owner, name)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("word", "c", 'word must be "a" or "b". Received: \'c\''),
        ("three", 1, 'three must be one of "a", "b", "c". Received: 1'),
        ("whole", 6, "whole must be a whole number from 2 to 5. Received: 6. Take fewer."),
        ("whole", 2.0, "whole must be a whole number from 2 to 5. Received: 2.0"),
        ("whole", True, "whole must be a whole number"),
        ("share", 1, "share must be a number from 0 to below 1. Received: 1"),
        ("rate", 0, "rate must be a number above 0 and at most 10. Received: 0"),
        ("rate", np.nan, "Received: nan"),
        ("rate", "1", "Received: '1'"),
        ("ratio", 2, "ratio must be a number from 0.3 to 1.6. Received: 2"),
        ("pair", [1, 10], r"pair must have shape \(2,\) and hold numbers from -9 to 9"),
        ("pair", [[1], [2, 3]], r"pair must have shape \(2,\)"),
        ("pair", ["1", "2"], r"pair must have shape \(2,\)"),
        ("free", np.inf, r"free must have shape \(\) and hold finite numbers"),
        ("marks", [0.5], "marks must be a sequence of whole numbers"),
        ("marks", [[1]], "marks must be a sequence of whole numbers"),
        ("marks", ["a"], "marks must be a sequence of whole numbers"),
        ("marks", [np.nan], "marks must be a sequence of whole numbers"),
        ("grid", np.zeros((4, 1)), r"grid must have at most 3 rows and columns.*grid\[:3, :3\]"),
    ],
)
def test_traits_refuse_in_a_sentence(name, value, message):
    with pytest.raises(ValueError, match=message):
        Owner(**{name: value})
