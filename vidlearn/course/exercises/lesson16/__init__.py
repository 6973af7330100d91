"""Exercises of lesson 16, tracking."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises._scenes import KINDS, TESTED, TRAINED
from vidlearn.course.exercises.lesson16 import forecasting, kalman, matching
from vidlearn.course.exercises.lesson16.fails import troubles
from vidlearn.course.exercises.lesson16.films import (
    braking_row,
    crossing_of,
    dimmed,
    flickered,
    flickering,
    followed,
)
from vidlearn.course.exercises.lesson16.handed_in import handed, hard_film, hard_score
from vidlearn.course.exercises.lesson16.scores import (
    SECOND,
    head,
    miss,
    seconds,
    shares,
    table_row,
)

__all__ = [
    "EXERCISES",
    "FAULTY",
    "KINDS",
    "SECOND",
    "TESTED",
    "TRAINED",
    "braking_row",
    "crossing_of",
    "dimmed",
    "flickered",
    "flickering",
    "followed",
    "handed",
    "hard_film",
    "hard_score",
    "head",
    "miss",
    "seconds",
    "shares",
    "table_row",
    "troubles",
]

# Names, not the packages: these load scipy, and every lesson reads this list.
ALLOWED = (
    *("Sort", "track", "Appearance", "colour_histogram", "assign", "assign_greedy"),
    *("kalman_predict", "kalman_update", "box_motion", "constant_velocity"),
    *("Tracks", "Detections", "iou", "giou", "nms", "soft_nms", "clip", "area", "convert"),
)

FAULTY = {
    "nearest pair first": matching.MATCH_MISTAKES["greedy"],
    "gate by R alone": matching.MATCH_MISTAKES["by-r"],
    "numbered by the frame": matching.MATCH_MISTAKES["by-the-frame"],
}
"""Exercise 2 with one of its three faults left."""

EXERCISES = [
    Exercise("how-many", kind="predict", close=0.25),
    Exercise(
        "kalman-step",
        kalman.kalman_step,
        kalman.step_cases,
        kalman.STEP_MISTAKES,
        returns=kalman.RETURNS,
        given=kalman.given,
    ),
    Exercise(
        "who-is-who",
        matching.who_is_who,
        matching.match_cases,
        matching.MATCH_MISTAKES,
        kind="repair",
        measure=matching.told,
        given=matching.given,
    ),
    Exercise(
        "forecaster",
        forecasting.forecaster,
        forecasting.forecast_cases,
        forecasting.FORECAST_MISTAKES,
        measure=forecasting.told,
        rtol=1e-4,
        seconds=60.0,
    ),
    Exercise(
        "hard-junction",
        kind="challenge",
        score=hard_score,
        bar=0.78,
        allows=ALLOWED,
        seconds=180.0,
    ),
]
