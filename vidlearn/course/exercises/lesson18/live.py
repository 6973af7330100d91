"""The challenge: captions for a film that is still running, by scores that flicker."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal

CLASSES, FRAMES = 6, 400
# Of sixty dozens one in which good ideas and plain means lie as far apart as in all together.
SEEDS = range(2216, 2228)


def flickering_scores(seed, frames=FRAMES, classes=CLASSES):
    """Make the scores of a frame-wise network that is often right, and never for long.

    Parameters
    ----------
    seed : int
        Draws all.
    frames : int
        Of the film, T.
    classes : int
        Number of classes, K.

    Returns
    -------
    scores : ndarray
        (T, K) probabilities: late by some frames after each change, and with noise that lasts.
    labels : ndarray
        (T,) what is true.
    """
    rng = np.random.default_rng(seed)
    labels = np.empty(0, int)
    while len(labels) < frames:
        others = np.setdiff1d(np.arange(classes), labels[-1:])
        labels = np.append(labels, np.repeat(rng.choice(others), rng.integers(18, 60)))
    labels = labels[:frames]
    logits = np.zeros((frames, classes))
    belief, noise = np.eye(classes)[labels[0]], np.zeros(classes)
    for t in range(frames):
        belief = 0.8 * belief + 0.2 * np.eye(classes)[labels[t]]
        noise = 0.7 * noise + rng.normal(0, 0.9, classes)
        logits[t] = 3.0 * belief + noise
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True), labels


@cache
def _judged():
    return [flickering_scores(seed) for seed in SEEDS]


def captions(answer, scores):
    """Ask for a label frame by frame, each time with what has been seen so far.

    Parameters
    ----------
    answer : callable
        Takes scores (t, K), the last row being now; returns the label of now.
    scores : ndarray
        (T, K) of a whole film.

    Returns
    -------
    ndarray
        (T,) int64; None where the answer returns None.

    Raises
    ------
    Refusal
        If what comes back is no class.
    """
    said = np.empty(len(scores), np.int64)
    for t in range(len(scores)):
        label = answer(scores[: t + 1].copy())
        if label is None or label is Ellipsis:
            return None
        said[t] = _class(label, scores.shape[1])
    return said


def _class(label, classes):
    value = np.asarray(label)
    if value.shape != () or value.dtype.kind not in "iu" or not 0 <= value < classes:
        came = f"an array of shape {value.shape}" if value.shape else repr(label)
        raise Refusal(
            f"Return one class for the frame of now, a whole number from 0 to {classes - 1}. "
            f"What came is {came}."
        )
    return int(value)


def live_score(answer):
    """Judge a live caption by F1@50 on films that the lesson does not show.

    Parameters
    ----------
    answer : callable
        As `captions` takes it.

    Returns
    -------
    float
        0 to 1, all films together; None where the answer returns None.

    Raises
    ------
    Refusal
        If what comes back is no class.
    """
    from vidlearn.metrics import evaluate_labels

    said = []
    for scores, _ in _judged():
        mine = captions(answer, scores)
        if mine is None:
            return None
        said.append(mine)
    return evaluate_labels(said, [truth for _, truth in _judged()]).f1[0.5]
