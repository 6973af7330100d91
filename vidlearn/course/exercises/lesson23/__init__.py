"""Exercises of lesson 23, video object segmentation."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson23 import measuring, seeing, warping
from vidlearn.course.exercises.lesson23.dreaming import dream_of, dream_score, moved, taught_by
from vidlearn.course.exercises.lesson23.shown import (
    cut_out,
    film_of,
    on_stage,
    one_thing,
    tinted,
    worst_frames,
)

__all__ = [
    "EXERCISES",
    "cut_out",
    "dream_of",
    "dream_score",
    "film_of",
    "moved",
    "on_stage",
    "one_thing",
    "taught_by",
    "tinted",
    "worst_frames",
]

EXERCISES = [
    Exercise("comes-back", kind="predict", close=0.1, near=3),
    Exercise(
        "region",
        measuring.region,
        measuring.region_cases,
        measuring.REGION_MISTAKES,
    ),
    Exercise(
        "warp",
        warping.warp,
        warping.warp_cases,
        warping.WARP_MISTAKES,
        kind="repair",
    ),
    Exercise(
        "unet",
        seeing.unet,
        seeing.unet_cases,
        seeing.UNET_MISTAKES,
        kind="repair",
        measure=seeing.told,
        rtol=1e-3,
        seconds=60.0,
    ),
    Exercise(
        "dream",
        kind="challenge",
        score=dream_score,
        bar=0.6,
        allows=("moved",),
        seconds=300.0,
    ),
]
