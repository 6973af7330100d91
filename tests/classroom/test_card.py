"""A student's own numbers: the same for the one who marks, others for everybody else."""

import pytest

from vidlearn import classroom


def draw(student, course="c", assignment="a", **more):
    order = ("Your order is {}.", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1)])
    return classroom.card(
        assignment, student, course=course, step=("Step {}.", range(1000)), order=order, **more
    )


def test_the_same_student_has_the_same_numbers_however_the_id_is_typed():
    assert draw("Alice").values == draw(" alice ").values
    assert draw("alice", later=("{}", range(9)))["step"] == draw("alice")["step"]


@pytest.mark.parametrize("other", [("bob",), ("alice", "d"), ("alice", "c", "b")])
def test_another_student_course_or_assignment_has_others(other):
    assert draw("alice")["step"] != draw(*other)["step"]


def test_every_value_is_drawn_and_about_as_often():
    drawn = [draw(f"student{k}")["order"] for k in range(1000)]
    counts = [drawn.count(one) for one in set(drawn)]
    assert len(counts) == 5
    assert min(counts) > 150


def test_it_tells_its_numbers_in_words():
    mine = draw("a<b")
    assert f"Step {mine['step']}." in repr(mine)
    assert "a&lt;b" in mine._repr_html_()
    assert ", ".join(map(str, mine["order"])) in repr(mine)


@pytest.mark.parametrize("nobody", ["", "  ", None])
def test_rejects_a_missing_id(nobody):
    with pytest.raises(ValueError, match="STUDENT"):
        draw(nobody)


def test_rejects_nothing_to_choose_from():
    with pytest.raises(ValueError, match="step has nothing to choose from"):
        classroom.card("a", "alice", step=("{}", []))
