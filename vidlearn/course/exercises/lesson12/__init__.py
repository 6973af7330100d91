"""Exercises of lesson 12, region proposals."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson12 import regions, rois
from vidlearn.course.exercises.lesson12.films import melting, recall_chart
from vidlearn.course.exercises.lesson12.maps import pooled, rounded
from vidlearn.course.exercises.lesson12.scenes import (
    boxes_by_lot,
    held_out,
    proposal_score,
    scene,
)

__all__ = [
    "EXERCISES",
    "boxes_by_lot",
    "held_out",
    "melting",
    "pooled",
    "proposal_score",
    "recall_chart",
    "rounded",
    "scene",
]

# Names, not the packages: these load scipy, and every lesson reads this list.
ALLOWED = (
    *("selective_search", "merge_regions", "graph_segments", "region_boxes", "sliding_windows"),
    *("neighbours", "colour_histograms", "texture_histograms", "to_space", "area", "clip"),
    *("convert", "iou", "giou", "diou", "ciou", "nms", "soft_nms", "box_of_mask"),
)

EXERCISES = [
    Exercise("every-box", kind="predict", close=0.3),
    Exercise(
        "grow-regions",
        regions.grow_regions,
        regions.grow_cases,
        regions.GROW_MISTAKES,
        measure=regions.told,
        allows=("argsort", "sort"),
    ),
    Exercise(
        "size-and-fill",
        regions.size_and_fill,
        regions.size_cases,
        regions.SIZE_MISTAKES,
        kind="repair",
        returns=("size", "fill"),
    ),
    Exercise("roi-align", rois.roi_align, rois.align_cases, rois.ALIGN_MISTAKES),
    Exercise(
        "ten-boxes",
        kind="challenge",
        score=proposal_score,
        bar=0.75,
        allows=ALLOWED,
        seconds=120.0,
    ),
]
