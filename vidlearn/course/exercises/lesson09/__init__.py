"""Exercises of lesson 09, LSTM and GRU."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson09 import gru, lstm
from vidlearn.course.exercises.lesson09.films import (
    COLOURS,
    NAMES,
    lamp_film,
    opening,
    read_lamp,
    sequences,
    with_memory,
)
from vidlearn.course.exercises.lesson09.training import gates, in_good_time, judged, learn, run
from vidlearn.course.exercises.lesson09.two import BAR, both_right

__all__ = [
    "COLOURS",
    "EXERCISES",
    "NAMES",
    "gates",
    "in_good_time",
    "judged",
    "lamp_film",
    "learn",
    "opening",
    "read_lamp",
    "run",
    "sequences",
    "with_memory",
]

EXERCISES = [
    Exercise("forget-left", kind="predict", near=4.0, count=3, span=(0, 100)),
    *lstm.EXERCISES,
    *gru.EXERCISES,
    Exercise("two-colours", kind="challenge", score=both_right, bar=BAR, seconds=30.0),
]
