"""Exercises of lesson 07, training well."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson07 import curves, dropping, reading, splitting
from vidlearn.course.exercises.lesson07.card import model_card
from vidlearn.course.exercises.lesson07.films import (
    films_that_went_round,
    fours_and_nines,
    growing,
    moments,
    race,
    sheet,
    small_and_grey,
    wall,
)
from vidlearn.course.exercises.lesson07.networks import (
    cnn,
    learn,
    most_alike,
    over_parts,
    right,
    small_cnn,
    some_wrong,
)

__all__ = [
    "EXERCISES",
    "cnn",
    "films_that_went_round",
    "fours_and_nines",
    "growing",
    "learn",
    "model_card",
    "moments",
    "most_alike",
    "over_parts",
    "race",
    "right",
    "sheet",
    "small_and_grey",
    "small_cnn",
    "some_wrong",
    "wall",
]

EXERCISES = [
    Exercise("which-is-better", kind="predict"),
    *curves.EXERCISES,
    *dropping.EXERCISES,
    *splitting.EXERCISES,
    *reading.EXERCISES,
]
