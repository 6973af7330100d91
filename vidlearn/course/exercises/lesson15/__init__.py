"""Exercises of lesson 15, SSD."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises._scenes import CLASSES, TESTED, TRAINED, VALIDATION, clip
from vidlearn.course.exercises.lesson13.films import curves, faults
from vidlearn.course.exercises.lesson15 import heads, losses, negatives
from vidlearn.course.exercises.lesson15.films import approach, changing_hands
from vidlearn.course.exercises.lesson15.table import speed_chart, spread

__all__ = [
    "CLASSES",
    "EXERCISES",
    "TESTED",
    "TRAINED",
    "VALIDATION",
    "approach",
    "changing_hands",
    "clip",
    "curves",
    "faults",
    "speed_chart",
    "spread",
]

EXERCISES = [
    Exercise("background-boxes", kind="predict", close=0.3),
    Exercise(
        "hard-negatives",
        negatives.hard_negatives,
        negatives.negative_cases,
        negatives.NEGATIVE_MISTAKES,
        calls=negatives.at_work,
        measure=negatives.told,
        seconds=60.0,
    ),
    Exercise(
        "ssd-loss",
        losses.ssd_loss,
        losses.loss_cases,
        losses.LOSS_MISTAKES,
        kind="repair",
        calls=losses.with_slopes,
        given=losses.given,
        returns=("loss", "its gradient for the logits", "its gradient for the moves"),
        rtol=1e-4,
        seconds=60.0,
    ),
    Exercise(
        "ssd-head",
        heads.ssd_head,
        heads.head_cases,
        heads.HEAD_MISTAKES,
        measure=heads.told,
        seconds=60.0,
    ),
]
