"""Exercises of lesson 24, a detector of your own."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises._tracked import followed
from vidlearn.course.exercises.lesson24 import batch_mistakes, batches, mirrors, recipes, thresholds
from vidlearn.course.exercises.lesson24.films import found_in, project_film, score_curve
from vidlearn.course.exercises.lesson24.mirrors import mirror_boxes
from vidlearn.course.exercises.lesson24.process import killed_after, run_command
from vidlearn.course.exercises.lesson24.project import (
    CLASSES,
    as_project,
    new_pictures,
    score,
    write_pictures,
)

__all__ = [
    "CLASSES",
    "EXERCISES",
    "as_project",
    "followed",
    "found_in",
    "killed_after",
    "mirror_boxes",
    "new_pictures",
    "project_film",
    "run_command",
    "score",
    "score_curve",
    "write_pictures",
]

EXERCISES = [
    Exercise("leak-score", kind="predict", near=0.12),
    Exercise(
        "mirror-boxes",
        mirrors.mirror_boxes,
        mirrors.mirror_cases,
        mirrors.MIRROR_MISTAKES,
        measure=mirrors.told,
        kind="repair",
        returns=("the picture", "the boxes"),
    ),
    Exercise(
        "pictures",
        batches.pictures,
        batches.picture_cases,
        batch_mistakes.PICTURE_MISTAKES,
        calls=batches.at_work,
        measure=batches.told,
        given=batches.given,
        allows=batches.ALLOWED,
        seconds=60.0,
    ),
    Exercise(
        "threshold",
        thresholds.threshold,
        thresholds.threshold_cases,
        thresholds.THRESHOLD_MISTAKES,
        kind="experiment",
        measure=thresholds.quality,
        given=thresholds.given,
    ),
    Exercise(
        "recipe",
        kind="challenge",
        score=recipes.recipe_score,
        bar=recipes.BAR,
        allows=recipes.ALLOWED,
        seconds=240.0,
    ),
]
