"""Exercises of lesson 08, recurrent networks."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson08 import backward, forward
from vidlearn.course.exercises.lesson08.coins import (
    bounced_unseen,
    coin_film,
    coin_in,
    coin_paths,
    in_view,
    next_score,
    ringed,
    straight_on,
    what_is_seen,
)
from vidlearn.course.exercises.lesson08.ways import a_clip, clips_and_ways, with_bars

__all__ = [
    "EXERCISES",
    "a_clip",
    "bounced_unseen",
    "clips_and_ways",
    "coin_film",
    "coin_in",
    "coin_paths",
    "in_view",
    "next_score",
    "ringed",
    "straight_on",
    "what_is_seen",
    "with_bars",
]

EXERCISES = [
    *forward.EXERCISES,
    *backward.EXERCISES,
    Exercise("left-after-twenty", kind="predict", close=0.15),
    Exercise(
        "where-next",
        kind="challenge",
        score=next_score,
        bar=0.06,
        higher=False,
        allows=("in_view", "straight_on", "what_is_seen"),
        seconds=60.0,
    ),
]
