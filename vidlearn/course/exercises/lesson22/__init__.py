"""Exercises of lesson 22, learned boundaries."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson22 import dissolving, segmenting
from vidlearn.course.exercises.lesson22.films import as_spans, first_film, material, shrunk
from vidlearn.course.exercises.lesson22.fooling import doubt, one_shot, trick_score
from vidlearn.course.exercises.lesson22.learning import (
    each_frame,
    learn_scores,
    order_lost,
    windows,
)
from vidlearn.course.exercises.lesson22.shown import both_curves, differing

__all__ = [
    "EXERCISES",
    "as_spans",
    "both_curves",
    "differing",
    "doubt",
    "each_frame",
    "first_film",
    "learn_scores",
    "material",
    "one_shot",
    "order_lost",
    "shrunk",
    "trick_score",
    "windows",
]

EXERCISES = [
    Exercise("above-the-line", kind="predict", close=0.15),
    Exercise(
        "dissolve",
        dissolving.dissolve,
        dissolving.dissolve_cases,
        dissolving.DISSOLVE_MISTAKES,
        returns=("film", "begins", "during"),
    ),
    Exercise(
        "segmenter",
        segmenting.segmenter,
        segmenting.segmenter_cases,
        segmenting.SEGMENTER_MISTAKES,
        kind="repair",
        measure=segmenting.told,
        rtol=1e-3,
        seconds=60.0,
    ),
    Exercise(
        "trick",
        kind="challenge",
        score=trick_score,
        bar=0.012,
        higher=False,
        allows=("doubt", "one_shot"),
        seconds=120.0,
    ),
]
