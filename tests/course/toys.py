"""A few exercises made for the tests of the checker, with words of their own."""

import time
from dataclasses import dataclass, field

import numpy as np

from vidlearn.course.exercises import Exercise, Refusal


@dataclass(frozen=True)
class Toy(Exercise):
    """An exercise whose words stand beside it."""

    said: dict = field(default_factory=dict)

    @property
    def words(self):
        mistakes = {name: f"words for {name}" for name in self.mistakes}
        hints = ["first `step`", "second step", "third step"]
        return {"title": self.id, "hints": hints, "mistakes": mistakes} | self.said


def box(mask):
    """Return x1, y1, x2, y2 of the ones in a mask."""
    rows, columns = np.nonzero(mask)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def masks():
    found = []
    for y, x in ((1, 2), (0, 4), (3, 0)):
        mask = np.zeros((5, 8), bool)
        mask[y : y + 2, x : x + 3] = True
        found.append((mask,))
    return [*found, (np.eye(1, dtype=bool),)]


def swapped(mask):
    x1, y1, x2, y2 = box(mask)
    return y1, x1, y2, x2


def no_end(mask):
    x1, y1, x2, y2 = box(mask)
    return x1, y1, x2 - 1, y2 - 1


BOX = Toy(
    "box", box, masks, {"swapped": swapped, "no-end": no_end}, returns=("x1", "y1", "x2", "y2")
)


def backward(dout, x):
    """Return dx and dw of x * w with w = 2."""
    return 2 * dout, np.sum(dout * x)


def pairs():
    rng = np.random.default_rng(0)
    return [(np.array([1.0, 2]), np.array([3.0, 5])), (rng.normal(size=4), rng.normal(size=4))]


BACKWARD = Toy(
    "backward",
    backward,
    pairs,
    {
        "averaged": lambda dout, x: (2 * dout, np.mean(dout * x)),
        "sign": lambda dout, x: (-2 * dout, -np.sum(dout * x)),
        "summed": lambda dout, x: (2 * dout.sum(), np.sum(dout * x)),
        "matrix": lambda dout, x: (2 * dout, x @ dout[:, None, None]),
    },
    returns=("dx", "dw"),
)


def quiz():
    """Return what is right."""
    return {"A": "fine", "B": "overfits", "C": "overfits"}


def answers(result):
    if not isinstance(result, dict):
        raise Refusal("it must be a dict from letters to words")
    return {letter: str(result.get(letter, "")).lower() for letter in "ABC"}


QUIZ = Toy(
    "quiz",
    quiz,
    lambda: [()],
    {"all-fine": lambda: dict.fromkeys("ABC", "fine")},
    measure=answers,
    secret=True,
)


def step(w, v):
    """Return the new weights and velocity."""
    return w + v, v


STEP = Toy(
    "step",
    step,
    lambda: [(np.ones(3), np.arange(3.0))],
    {},
    may_change=("w",),
    returns=("w", "v"),
    seconds=0.3,
)


def rate():
    """Return a rate."""
    return 0.3


RATE = Toy("rate", rate, lambda: [()], {}, kind="experiment", rtol=0.1)


def score(answer):
    return float(sum(answer(k) for k in range(3)))


def slow_score(answer):
    answer()
    time.sleep(2)


CLIMB = Toy("climb", kind="challenge", score=score, bar=6.0, said={"right": "Well climbed."})
FALL = Toy("fall", kind="challenge", score=score, bar=6.0, higher=False, seconds=0.3)
JUDGE = Toy("judge", kind="challenge", score=slow_score, bar=1.0, seconds=0.3)
SIZE = Toy("size", kind="predict", close=0.1, said={"after": "It always does.", "right": "Good."})
WEIGHTS = Toy("weights", kind="predict", close=0.2, said={"unit": "million weights"})
CURVE = Toy(
    "curve", kind="predict", near=0.1, count=3, span=(0, 1), said={"example": "(1, 0.9, 0.8)"}
)
LOSS = Toy("loss", kind="predict", said={"unit": "change of the loss", "example": "-0.2"})
WAY = Toy(
    "way",
    kind="predict",
    said={"choices": ["left", "right", "both"], "mistakes": {"b": "That is the other hand."}},
)
TOYS = {
    toy.id: toy
    for toy in (
        BOX,
        BACKWARD,
        QUIZ,
        STEP,
        RATE,
        CLIMB,
        FALL,
        JUDGE,
        SIZE,
        WEIGHTS,
        CURVE,
        LOSS,
        WAY,
    )
}
for toy in TOYS.values():
    object.__setattr__(toy, "lesson", "03")
