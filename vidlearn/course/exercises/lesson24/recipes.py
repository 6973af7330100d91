"""The challenge: few pictures, a budget of steps, and an augmentation of one's own."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises._scenes import TESTED, TRAINED

ALLOWED = (
    *("Truth", "flip", "crop", "scale", "colour", "tint", "zoom", "upend", "mosaic", "Augment"),
    *("moved", "clipped"),
)
SIZE = (64, 80)
KINDS = ("coin", "cup", "flower")
STEPS, BATCH = 150, 8
BAR = 0.6  # as they are .32, flip .39, flip and zoom by 0.4 to 1.2 .65, tint too .43


@cache
def _sets():
    from vidlearn.synthetic import stills

    near = {"kinds": KINDS, "objects": (2, 3), "scale": (0.35, 0.55)}
    train = stills(32, SIZE, seed=2401, backgrounds=TRAINED, **near)
    far = {"kinds": KINDS, "objects": (2, 4), "scale": (0.2, 0.55)}
    return train, stills(120, SIZE, seed=2402, backgrounds=TESTED, **far)


def recipe_score(answer):
    """Train a small detector on 32 pictures, changed by an answer, and judge it on others.

    Parameters
    ----------
    answer : callable
        ``answer(frame, truth, rng)`` returns a changed frame and its truth.

    Returns
    -------
    float
        mAP at an IoU of 0.5 on 120 pictures that the lesson does not show; None where the answer
        returns None.

    Raises
    ------
    Refusal
        If what comes back is no picture with its truth.
    """
    import keras

    from vidlearn import models, runs
    from vidlearn.metrics import evaluate_detections

    train, test = _sets()

    def step(frame, truth, *, rng):
        return _checked(answer(frame.copy(), truth, rng))

    some = [
        answer(train.frames[0].copy(), train.truths[0], np.random.default_rng(k)) for k in range(6)
    ]
    if all(one is None or one is Ellipsis for one in some):
        return None
    for one in some:
        _checked(one)
    keras.utils.set_random_seed(24)
    with np.errstate(all="ignore"):
        model = models.build_ssd(
            (*SIZE, 3), KINDS, sizes=((12, 18), (26, 36)), ratios=(0.8, 1.25), width=8
        )
        model.compile(runs.optimizer(STEPS))
        model.fit(_changed(train, step), verbose=0)
    found = model.predict(list(test.frames))
    return float(evaluate_detections(found, test.truths, classes=KINDS).AP50)


def _changed(train, step):
    from vidlearn import runs
    from vidlearn.datasets import Augment

    frames, truths = list(train.frames), train.truths
    batches = runs.Batches(
        frames, truths, size=SIZE, batch_size=BATCH, steps=STEPS, augment=Augment([step])
    )
    batches.most = 60  # an answer may put several pictures into one
    return batches


def _checked(pair):
    from vidlearn.boxes import Truth

    if pair is None:
        raise Refusal(
            "It returned nothing for one picture. Is there a `return` on every way through it?"
        )
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise Refusal("Return two things, the picture and its truth: `return frame, truth`.")
    frame, truth = pair
    if not isinstance(frame, np.ndarray) or frame.ndim != 3 or frame.dtype != np.uint8:
        raise Refusal("The picture must be (H, W, 3) of uint8: `.astype(np.uint8)`, if need be.")
    if frame.shape[2] != 3 or not frame.size:
        raise Refusal(f"The picture must be (H, W, 3). Yours: {frame.shape}.")
    if not isinstance(truth, Truth):
        raise Refusal("The second thing must be a Truth: `Truth(boxes, truth.labels)`.")
    if len(truth) and not (0 <= truth.labels.min() <= truth.labels.max() < len(KINDS)):
        raise Refusal(f"Labels are 0 to {len(KINDS) - 1}. Yours go to {truth.labels.max()}.")
    if len(truth) > 60:
        raise Refusal(f"At most 60 boxes in a picture. Yours: {len(truth)}.")
    return np.ascontiguousarray(frame), truth
