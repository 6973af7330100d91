"""Exercises of lesson 11, boxes and metrics."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson11 import coding, precision, suppression
from vidlearn.course.exercises.lesson11.challenge import tamed_score
from vidlearn.course.exercises.lesson11.detector import (
    KINDS,
    drawn,
    held_out,
    scene,
    trained,
    truth_of,
)

__all__ = ["EXERCISES", "KINDS", "drawn", "held_out", "scene", "tamed_score", "trained", "truth_of"]

EXERCISES = [
    Exercise(
        "box-iou",
        suppression.box_iou,
        suppression.iou_cases,
        suppression.IOU_MISTAKES,
    ),
    Exercise(
        "encode-box",
        coding.encode_box,
        coding.encode_cases,
        coding.ENCODE_MISTAKES,
        kind="repair",
        returns=("dx", "dy", "dw", "dh"),
    ),
    Exercise(
        "nms",
        suppression.nms,
        suppression.nms_cases,
        suppression.NMS_MISTAKES,
        allows=("iou",),
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
        allows=(
            "Detections",
            "nms",
            "nms_naive",
            "soft_nms",
            "iou",
            "giou",
            "diou",
            "ciou",
            "clip",
        ),
        bar=3.5,
        seconds=120.0,
    ),
]
