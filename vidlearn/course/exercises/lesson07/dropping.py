"""Dropout."""

import numpy as np

from vidlearn.course.exercises import Exercise


def dropout(x, kept, rate, training):
    """While training, silence what is not kept and make up for it; else do nothing."""
    return x * kept / (1 - rate) if training else x


def _dropout_cases():
    rng = np.random.default_rng(8)
    x = rng.normal(size=(3, 5))
    kept = rng.random((3, 5)) >= 0.3  # of 15, no whole number is a share of 0.7
    simple = np.array([10.0, 20, 30, 40]), np.array([True, False, True, True])
    return [(*simple, 0.25, True), (*simple, 0.25, False), (x, kept, 0.3, True)]


EXERCISES = [
    Exercise(
        "dropout",
        dropout,
        _dropout_cases,
        {
            "not-scaled": lambda x, kept, rate, training: x * kept if training else x,
            "in-use-too": lambda x, kept, rate, training: x * kept / (1 - rate),
            "in-use-unscaled": lambda x, kept, rate, training: x * kept,
            "divides-by-rate": lambda x, kept, rate, t: x * kept / rate if t else x,
            "drops-the-kept": lambda x, kept, rate, t: x * ~kept / (1 - rate) if t else x,
            "scaled-down": lambda x, kept, rate, t: x * kept * (1 - rate) if t else x,
            "scaled-in-use": lambda x, kept, rate, t: x * kept if t else x * (1 - rate),
            "scaled-in-both": lambda x, kept, rate, t: (x * kept if t else x) / (1 - rate),
            "scaled-twice": lambda x, kept, r, t: x * kept / (1 - r) if t else x * (1 - r),
            "own-share": lambda x, kept, rate, t: x * kept / kept.mean() if t else x,
            "training-mixed-up": lambda x, kept, rate, t: dropout(x, kept, rate, not t),
        },
    ),
]
