"""Exercises of lesson 20, attention."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises._actions import (
    accuracy,
    clips,
    clips_a_second,
    film_of,
    learn,
    named,
    one_frame,
    shuffled,
)
from vidlearn.course.exercises.lesson17.shown import in_time
from vidlearn.course.exercises.lesson20 import attending, heads
from vidlearn.course.exercises.lesson20.looks import heard, share_of_looks
from vidlearn.course.exercises.lesson20.measured import copies, costs, habits, looked
from vidlearn.course.exercises.lesson20.shown import (
    boxed,
    glowing,
    kernels_film,
    padded,
    window_at,
    windows_of,
)

__all__ = [
    "EXERCISES",
    "accuracy",
    "boxed",
    "clips",
    "clips_a_second",
    "copies",
    "costs",
    "film_of",
    "glowing",
    "habits",
    "heard",
    "in_time",
    "kernels_film",
    "learn",
    "looked",
    "named",
    "one_frame",
    "padded",
    "shuffled",
    "window_at",
    "windows_of",
]

EXERCISES = [
    Exercise(
        "attend",
        attending.attend,
        attending.attend_cases,
        attending.ATTEND_MISTAKES,
        returns=("out", "weights"),
        given=attending.given,
    ),
    Exercise(
        "attend-backward",
        attending.attend_backward,
        attending.backward_cases,
        attending.BACKWARD_MISTAKES,
        kind="repair",
        returns=("dq", "dk", "dv"),
        given=attending.given_backward,
    ),
    Exercise(
        "heads",
        heads.heads,
        heads.heads_cases,
        heads.HEADS_MISTAKES,
        calls=heads.in_keras,
        rtol=1e-4,
        given=heads.given,
        seconds=60.0,
    ),
    Exercise("four-times", kind="predict", close=0.05),
    Exercise(
        "looks",
        kind="challenge",
        score=share_of_looks,
        bar=0.08,
        higher=False,
        seconds=60.0,
    ),
]
