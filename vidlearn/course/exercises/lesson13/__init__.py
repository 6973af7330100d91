"""Exercises of lesson 13, Faster R-CNN."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises._scenes import CLASSES, TESTED, TRAINED, VALIDATION, clip
from vidlearn.course.exercises.lesson12.films import recall_chart
from vidlearn.course.exercises.lesson13 import heads, joining, targets
from vidlearn.course.exercises.lesson13.films import curves, faults, handed_on
from vidlearn.course.exercises.lesson13.shapes import shape_overlaps, shape_score, sides

__all__ = [
    "CLASSES",
    "EXERCISES",
    "TESTED",
    "TRAINED",
    "VALIDATION",
    "clip",
    "curves",
    "faults",
    "handed_on",
    "recall_chart",
    "shape_overlaps",
    "shape_score",
    "sides",
]

EXERCISES = [
    Exercise("positive-anchors", kind="predict", close=0.3),
    Exercise(
        "anchor-targets",
        targets.anchor_targets,
        targets.target_cases,
        targets.TARGET_MISTAKES,
        measure=targets.told,
        returns=("kinds", "goals"),
        allows=("iou", "encode", "convert"),
    ),
    Exercise(
        "rpn-head",
        heads.rpn_head,
        heads.head_cases,
        heads.HEAD_MISTAKES,
        measure=heads.tried,
        seconds=60.0,
    ),
    Exercise(
        "faster-rcnn",
        joining.faster_rcnn,
        joining.join_cases,
        joining.JOIN_MISTAKES,
        kind="repair",
        measure=joining.joined,
        given=joining.given,
        allows=("RoIAlign", "decode_boxes"),
        rtol=1e-4,
        seconds=60.0,
    ),
    Exercise(
        "anchor-shapes",
        kind="challenge",
        score=shape_score,
        bar=0.74,
        allows=("convert", "iou"),
        seconds=60.0,
    ),
]
