"""Exercises of lesson 17, C3D."""

from functools import partial

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises._actions import (
    WORLDS,
    accuracy,
    batches,
    clips,
    clips_a_second,
    film_of,
    flow_statistics,
    forest,
    learn,
    mean_frame,
    named,
    one_frame,
    shuffled,
    sizes,
)
from vidlearn.course.exercises._curves import curves as _curves
from vidlearn.course.exercises.lesson17 import copies, kernels, networks
from vidlearn.course.exercises.lesson17.reversing import by_thought, forwards_score, moves
from vidlearn.course.exercises.lesson17.shown import (
    DOWN,
    fallen,
    filters_film,
    first_layer,
    guess_film,
    in_time,
    middling,
    signed_film,
)

__all__ = [
    "DOWN",
    "EXERCISES",
    "WORLDS",
    "accuracy",
    "batches",
    "by_thought",
    "clips",
    "clips_a_second",
    "curves",
    "fallen",
    "film_of",
    "filters_film",
    "first_layer",
    "flow_statistics",
    "forest",
    "forwards_score",
    "guess_film",
    "in_time",
    "learn",
    "mean_frame",
    "middling",
    "moves",
    "named",
    "one_frame",
    "shuffled",
    "signed_film",
    "sizes",
]

curves = partial(_curves, chance=0.1, watched="other people")

EXERCISES = [
    Exercise("one-frame", kind="predict", close=0.25, near=4),
    Exercise(
        "conv-in-time",
        kernels.conv_in_time,
        kernels.time_cases,
        kernels.TIME_MISTAKES,
        kind="repair",
        fast=kernels.fast,
    ),
    Exercise(
        "fair-clips",
        copies.fair_clips,
        copies.fair_cases,
        copies.FAIR_MISTAKES,
        measure=copies.told,
    ),
    Exercise(
        "c3d",
        networks.c3d,
        networks.network_cases,
        networks.C3D_MISTAKES,
        measure=networks.told,
        rtol=1e-3,
        seconds=60.0,
    ),
    Exercise(
        "forwards",
        kind="challenge",
        score=forwards_score,
        bar=0.75,
        seconds=120.0,
    ),
]
