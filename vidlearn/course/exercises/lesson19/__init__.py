"""Exercises of lesson 19, temporal convolutional networks."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson19 import blocks, convolving, reaching
from vidlearn.course.exercises.lesson19.calm import calm_score, noisy_scores
from vidlearn.course.exercises.lesson19.films import (
    both_hands,
    labels_learned,
    long_films,
    seen_by,
)
from vidlearn.course.exercises.lesson19.shown import (
    barred,
    first_filters,
    poked,
    rows_of,
    same_accuracy,
)

__all__ = [
    "EXERCISES",
    "barred",
    "both_hands",
    "first_filters",
    "labels_learned",
    "long_films",
    "noisy_scores",
    "poked",
    "rows_of",
    "same_accuracy",
    "seen_by",
]

# Names, not the packages: every lesson reads this list.
ALLOWED = ("edit_score", "segmental_f1", "segments", "frame_accuracy", "evaluate_labels")

EXERCISES = [
    Exercise("how-many-segments", kind="predict", close=0.15),
    Exercise(
        "causal-conv",
        convolving.causal_conv,
        convolving.conv_cases,
        convolving.CONV_MISTAKES,
    ),
    Exercise(
        "receptive-field",
        reaching.receptive_field,
        reaching.reach_cases,
        reaching.REACH_MISTAKES,
    ),
    Exercise(
        "temporal-block",
        blocks.temporal_block,
        blocks.block_cases,
        blocks.BLOCK_MISTAKES,
        kind="repair",
        measure=blocks.told,
        rtol=1e-3,
        seconds=60.0,
    ),
    Exercise(
        "calm-labels",
        kind="challenge",
        score=calm_score,
        bar=0.85,
        allows=ALLOWED,
        seconds=60.0,
    ),
]
