"""Exercises of lesson 05, backpropagation."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson05 import judging, layers
from vidlearn.course.exercises.lesson05.films import (
    apart,
    astray,
    best_limit,
    film_of,
    he_start,
    learning_clip,
    logits,
    loss_curves,
    middle,
    mosaic,
    overlap,
    pixels,
    surroundings,
    unseen_pixels,
    within,
)
from vidlearn.course.exercises.lesson05.judging import in_good_time, judged

__all__ = [
    "EXERCISES",
    "apart",
    "astray",
    "best_limit",
    "film_of",
    "he_start",
    "in_good_time",
    "judged",
    "learning_clip",
    "logits",
    "loss_curves",
    "middle",
    "mosaic",
    "overlap",
    "pixels",
    "surroundings",
    "unseen_pixels",
    "within",
]

EXERCISES = [
    Exercise("nudge", kind="predict", close=0.15, near=0.002),
    *layers.EXERCISES,
    *judging.EXERCISES,
    Exercise("wrong-but-learns", kind="challenge", score=astray, bar=75.0, seconds=60.0),
]
