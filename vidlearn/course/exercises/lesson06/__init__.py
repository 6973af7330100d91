"""Exercises of lesson 06, training a CNN."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson06 import digits, epochs, optimisers, rates
from vidlearn.course.exercises.lesson06.digits import learning_film

__all__ = ["EXERCISES", "learning_film"]

EXERCISES = [
    Exercise(
        "one-epoch",
        epochs.one_epoch,
        epochs.epoch_cases,
        epochs.EPOCH_MISTAKES,
        calls=epochs.at_work,
        measure=epochs.told,
        given=epochs.given,
        allows=epochs.ALLOWED,
    ),
    Exercise(
        "adam-step",
        optimisers.adam_step,
        optimisers.adam_cases,
        optimisers.ADAM_MISTAKES,
        measure=optimisers.either_adam,
        returns=("w", "m", "v"),
        may_change=("w", "m", "v"),
    ),
    Exercise(
        "learning-rate",
        rates.learning_rate,
        lambda: [()],
        rates.RATE_MISTAKES,
        kind="experiment",
        measure=rates.rate_told,
        secret=True,
    ),
    Exercise("random-filters", kind="predict", close=0.0, near=4),
    Exercise(
        "small-network",
        kind="challenge",
        score=digits.small_score,
        bar=600,
        allows=digits.ALLOWED,
        higher=False,
        seconds=120.0,
    ),
]
