"""Exercises of lesson 11, boxes and metrics."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson11 import precision, suppression
from vidlearn.course.exercises.lesson11.challenge import tamed_score
from vidlearn.course.exercises.lesson11.detector import (
    KINDS,
    held_out,
    scene,
    trained,
    truth_of,
)

__all__ = ["EXERCISES", "KINDS", "held_out", "scene", "tamed_score", "trained", "truth_of"]

EXERCISES = [
    Exercise("half-a-side", kind="predict", close=0.1),
    Exercise(
        "box-iou",
        suppression.box_iou,
        suppression.iou_cases,
        suppression.IOU_MISTAKES,
    ),
    Exercise(
        "nms",
        suppression.nms,
        suppression.nms_cases,
        suppression.NMS_MISTAKES,
    ),
    Exercise(
        "average-precision",
        precision.average_precision,
        precision.average_cases,
        precision.AVERAGE_MISTAKES,
        kind="repair",
    ),
    Exercise(
        "tame-detections",
        kind="challenge",
        score=tamed_score,
        bar=0.48,
        seconds=120.0,
    ),
]
