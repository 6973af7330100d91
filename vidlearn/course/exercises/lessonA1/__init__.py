"""Exercises of lesson A1: two of the article's mistakes, to be repaired."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lessonA1 import described, masking
from vidlearn.course.exercises.lessonA1.masking import two_things

__all__ = ["EXERCISES", "two_things"]

EXERCISES = [
    Exercise(
        "masks",
        masking.masks,
        masking.mask_cases,
        masking.MASK_MISTAKES,
        kind="repair",
    ),
    Exercise(
        "segmenter-net",
        described.segmenter_net,
        described.net_cases,
        described.NET_MISTAKES,
        kind="repair",
        measure=described.told,
        rtol=1e-3,
        seconds=60.0,
    ),
]
