"""Exercises of lesson 00, start here."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson00 import cuts, masks
from vidlearn.course.exercises.lesson00.films import (
    BOXES,
    TROUBLES,
    alone,
    annotated,
    crowd_recall,
    drawn,
    hit_rates,
    opening,
    own_clip,
    trouble,
)

__all__ = [
    "BOXES",
    "EXERCISES",
    "TROUBLES",
    "alone",
    "annotated",
    "crowd_recall",
    "drawn",
    "hit_rates",
    "opening",
    "own_clip",
    "trouble",
]

EXERCISES = [
    Exercise("times-smaller", kind="predict", close=0.4),
    Exercise("find-cuts", cuts.find_cuts, cuts.cut_cases, cuts.CUT_MISTAKES, given=cuts.changes),
    Exercise("box-of-mask", masks.box_of_mask, masks.mask_cases, masks.MASK_MISTAKES),
    Exercise("mildest-trouble", kind="predict"),
    Exercise("finder", kind="challenge", score=crowd_recall, bar=0.3, seconds=60.0),
]
