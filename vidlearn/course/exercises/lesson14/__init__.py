"""Exercises of lesson 14, YOLO."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson13.films import curves
from vidlearn.course.exercises.lesson14 import cells, speed
from vidlearn.course.exercises.lesson14.fails import failures, small_score
from vidlearn.course.exercises.lesson14.films import lit, responsible
from vidlearn.course.exercises.lesson14.speed import boast, timed_parts

__all__ = [
    "EXERCISES",
    "boast",
    "curves",
    "failures",
    "lit",
    "responsible",
    "small_score",
    "timed_parts",
]

# Names, not the packages: these load Keras or scipy, and every lesson reads this list.
ALLOWED = (
    *("YOLO", "build_yolo", "Detections", "Truth", "letterbox", "convert", "clip", "area"),
    *("iou", "giou", "diou", "ciou", "nms", "soft_nms"),
)

EXERCISES = [
    Exercise("shared-cell", kind="predict", near=6),
    Exercise(
        "decode-cells",
        cells.decode_cells,
        cells.decode_cases,
        cells.DECODE_MISTAKES,
    ),
    Exercise(
        "objectness-loss",
        cells.objectness_loss,
        cells.objectness_cases,
        cells.OBJECTNESS_MISTAKES,
        calls=cells.taught,
        returns=cells.RETURNS,
        rtol=1e-4,
        seconds=60.0,
    ),
    Exercise(
        "frames-a-second",
        speed.frames_a_second,
        speed.speed_cases,
        speed.SPEED_MISTAKES,
        kind="repair",
        given=speed.told,
    ),
    Exercise(
        "small-things",
        kind="challenge",
        score=small_score,
        bar=0.88,
        allows=ALLOWED,
        seconds=180.0,
    ),
]
