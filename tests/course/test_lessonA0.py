"""Answers to the NumPy primer as learners write them: right ones in other words, near misses."""

import numpy as np
import pytest

from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def in_two_steps(frame, box):
    x1, y1, x2, y2 = box
    return frame[y1:y2][:, x1:x2]


def by_hand(frame, amount):
    larger = frame.astype(float) + amount
    larger[larger < 0], larger[larger > 255] = 0, 255
    return larger.astype("uint8")


def all_at_once(frame):
    out = np.zeros_like(frame)
    out[:] = frame - frame.mean((0, 1))
    return out


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("crop-box", in_two_steps),
        ("add-light", by_hand),
        ("centre-channels", lambda frame: frame - np.average(frame, axis=(0, 1))[None, None]),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("crop-box", lambda frame, box: frame[box[1] : box[3]][box[0] : box[2]], "rows-twice"),
        ("add-light", lambda frame, amount: frame + amount, "adds-in-uint8"),
        ("add-light", lambda frame, amount: frame + np.uint8(amount), "adds-in-uint8"),
        ("add-light", lambda f, a: (f + np.int16(a)).astype("uint8"), "wraps"),
        ("centre-channels", all_at_once, "into-frame-type"),
    ],
)
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)
