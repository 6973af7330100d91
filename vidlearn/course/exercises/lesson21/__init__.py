"""Exercises of lesson 21, shot boundaries."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson21 import adapting, counting, differing
from vidlearn.course.exercises.lesson21.bounds import boundary_score, trap_film
from vidlearn.course.exercises.lesson21.films import (
    as_cuts,
    by_peer,
    edges_of,
    films,
    short_film,
    signal_of,
)
from vidlearn.course.exercises.lesson21.shown import curved, rows_of, strips

__all__ = [
    "EXERCISES",
    "as_cuts",
    "by_peer",
    "curved",
    "edges_of",
    "films",
    "rows_of",
    "short_film",
    "signal_of",
    "strips",
    "trap_film",
]

# Names, not the packages: every lesson reads this list.
ALLOWED = (
    "frame_differences",
    "pixel_difference",
    "to_hsv",
    "content_difference",
    "histogram",
    "histogram_distance",
    "edges",
    "edge_change",
    "likeness",
    "found_again",
    "local_ratio",
    "adaptive_threshold",
    "fixed_threshold",
    "across",
    "keep_apart",
)

EXERCISES = [
    Exercise("how-many-shots", kind="predict", close=0.01),
    Exercise(
        "differences",
        differing.differences,
        differing.difference_cases,
        differing.DIFFERENCE_MISTAKES,
    ),
    Exercise(
        "cut-scores",
        counting.scores,
        counting.score_cases,
        counting.SCORE_MISTAKES,
        kind="repair",
        returns=("precision", "recall", "f1"),
    ),
    Exercise(
        "adaptive",
        adapting.adaptive,
        adapting.adaptive_cases,
        adapting.ADAPTIVE_MISTAKES,
    ),
    Exercise(
        "boundaries",
        kind="challenge",
        score=boundary_score,
        bar=0.95,
        allows=ALLOWED,
        seconds=60.0,
    ),
]
