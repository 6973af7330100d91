"""Values and differences in words."""

import numpy as np
import pytest

from vidlearn.course.compare import changed, difference
from vidlearn.course.describe import brief, kind_of, unlike


@pytest.mark.parametrize(
    ("came", "expected", "words"),
    [
        ([1, 2, 4], [1, 2, 3], "item 2 (counted from 0): it is 4; it should be 3."),
        ([1, 2], [1, 2, 3], "It has 2 items; 3 items are expected."),
        ([[1], [2]], [1, 2], "item 0 (counted from 0): a number is expected; a list, [1], came."),
        ((1, 2), (1, 3), "value 2 of 2: it is 2; it should be 3."),
        ({"a": 1}, {"a": 1, "b": 2}, "b: there is no entry."),
        ([1], {"a": 1}, "A dict is expected; a list came."),
        ({"a": [1, 2]}, {"a": [1, 3]}, "a, item 1 (counted from 0): it is 2; it should be 3."),
        ("b", "a", "It is 'b'; it should be 'a'."),
        (1, True, "It is 1; it should be True."),
        (np.zeros(3), 1.0, "A number is expected; an array, [0. 0. 0.]  (shape (3,)), came."),
        (True, np.zeros(3), "An array is expected; True or False came."),
        (np.zeros((2, 3)), (np.zeros(3), np.ones(3)), "value 2 of 2: the first difference"),
        (2.0, np.zeros(3), "An array of shape (3,) is expected; a number came."),
        (np.zeros((1, 3)), np.zeros(3), "The shape is (1, 3); it should be (3,)."),
        (np.array([[1, None]]), np.zeros(2), "An array is expected; an array of objects came."),
        ([[1], [2, 3]], np.zeros(2), "An array is expected; a list whose parts differ in length"),
        (np.array([144]), np.array([144.458]),
         "The fractions are lost: these are whole numbers (int64), and 144.458 became 144."),
        (np.float16([0.7583]), np.array([0.7591]), "far as float16 reaches"),
        (np.array([0.1234561]), np.array([0.1234678]), "0.123456; it should be 0.123468"),
    ],
)  # fmt: skip
def test_a_difference_is_told_where_it_is(came, expected, words):
    assert words in difference(came, expected, 1e-5)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        (np.str_("a"), "a"),
        (np.bool_(True), True),
        (np.array(True), True),
        (range(3), [0, 1, 2]),
        (np.arange(3), [0, 1, 2]),
        (np.arange(3), (0, 1, 2)),
        ([True, False], np.array([1, 0])),
        ([1.0 + 1e-9], [1]),
        ([np.nan], np.array([np.nan])),
    ],
)
def test_the_same_in_another_dress_is_the_same(came, expected):
    assert difference(came, expected, 1e-5) == ""


def test_values_are_printed_for_readers():
    assert brief(np.array([1.0, -1e-17])) == "[1. 0.]  (shape (2,))"
    assert "e-05" in brief(np.array([1e-5, -2e-5]))
    assert brief(np.array([True, False])) == "[1 0]  (shape (2,), True as 1)"
    assert brief(-0.0) == "0"
    assert brief({"a": 1, "b": [1, 2]}) == "a: 1, b: [1, 2]"
    long = {f"layer {k}": np.arange(6) for k in range(5)}
    assert brief(long).splitlines()[0] == "layer 0: [0 1 2 3 4 5]  (shape (6,))"
    assert brief((1,)) == "(1,)"
    assert unlike(0.12345678, 0.12345698) == ("0.1234568", "0.123457")
    assert kind_of(np.zeros(2)) == "an array"
    assert kind_of(iter([])) == "an object of type list_iterator"


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ({"a": [1, 2]}, {"a": [1, 3]}, True),
        ({"a": 1}, {"b": 1}, True),
        ([1], [1, 2], True),
        ([float("nan"), "a"], [float("nan"), "a"], False),
        ([1], [1.0], True),
        ((np.array([np.nan, 1]),), (np.array([np.nan, 1]),), False),
        (np.zeros(2), np.zeros(2, np.float32), True),
        (np.zeros(2), np.zeros((1, 2)), True),
    ],
)
def test_what_changed_is_found_inside(before, after, differs):
    assert changed(before, after) is differs
