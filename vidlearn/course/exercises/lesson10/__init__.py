"""Exercises of lesson 10, CNN and RNN."""

from functools import partial

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises._curves import curves as _curves
from vidlearn.course.exercises.lesson10 import networks, orders
from vidlearn.course.exercises.lesson10.fooling import circle, fooling_score, turned
from vidlearn.course.exercises.lesson10.orders import somebodys_shuffle
from vidlearn.course.exercises.lesson10.shown import (
    answer_film,
    error_table,
    in_all_orders,
    through_the_network,
)
from vidlearn.course.exercises.lesson10.training import (
    accuracy,
    answers_along,
    learn,
    where_it_errs,
)

__all__ = [
    "EXERCISES",
    "accuracy",
    "answer_film",
    "answers_along",
    "circle",
    "curves",
    "error_table",
    "fooling_score",
    "in_all_orders",
    "learn",
    "somebodys_shuffle",
    "through_the_network",
    "turned",
    "where_it_errs",
]

curves = partial(_curves, chance=0.25, watched="validation")

EXERCISES = [
    Exercise(
        "cnn-rnn",
        networks.cnn_rnn,
        networks.network_cases,
        networks.CNN_RNN_MISTAKES,
        measure=networks.told,
        rtol=2e-3,
        seconds=40.0,
    ),
    Exercise("shuffled-frames", kind="predict", close=0.25, near=6),
    Exercise(
        "own-order",
        orders.own_order,
        orders.order_cases,
        orders.ORDER_MISTAKES,
        kind="repair",
        measure=orders.what_became_of,
    ),
    Exercise(
        "fooling-path",
        kind="challenge",
        score=fooling_score,
        bar=0.8,
        allows=("circle", "turned", "answers_along", "along", "predict_clips"),
        seconds=60.0,
    ),
]
