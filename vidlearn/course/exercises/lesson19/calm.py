"""The challenge: a film that is over, scores that flicker, and the labels behind them."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal

CLASSES, FRAMES = 6, 600
SEEDS = (191, 192, 193, 194)


def noisy_scores(seed, frames=FRAMES, classes=CLASSES):
    """Make the scores of a frame-wise network of a film with long actions and short ones.

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
        (T, K) probabilities with noise that lasts for some frames.
    labels : ndarray
        (T,) what is true: actions of 8 to 90 frames.
    """
    rng = np.random.default_rng(seed)
    labels = np.empty(0, int)
    while len(labels) < frames:
        others = np.setdiff1d(np.arange(classes), labels[-1:])
        length = int(8 * (90 / 8) ** rng.random())
        labels = np.append(labels, np.repeat(rng.choice(others), length))
    labels = labels[:frames]
    noise, logits = np.zeros(classes), np.empty((frames, classes))
    for t, label in enumerate(labels):
        noise = 0.6 * noise + rng.normal(0, 1.25, classes)
        logits[t] = 2.6 * np.eye(classes)[label] + noise
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True), labels


@cache
def _judged():
    return [noisy_scores(seed) for seed in SEEDS]


def calm_score(answer):
    """Judge labels of whole films by F1@50, on films that the lesson does not show.

    Parameters
    ----------
    answer : callable
        Takes scores (T, K), returns (T,) classes.

    Returns
    -------
    float
        0 to 1, all films together; None where the answer returns None.

    Raises
    ------
    Refusal
        If what comes back is not a class for each frame.
    """
    from vidlearn.metrics import evaluate_labels

    said = []
    for scores, _ in _judged():
        mine = answer(scores.copy())
        if mine is None or mine is Ellipsis:
            return None
        said.append(_labels(mine, *scores.shape))
    return evaluate_labels(said, [truth for _, truth in _judged()]).f1[0.5]


def _labels(came, frames, classes):
    try:
        labels = np.asarray(came)
    except ValueError:
        labels = np.empty(0)
    whole = labels.dtype.kind in "iu" and labels.shape == (frames,)
    if not whole or labels.min() < 0 or labels.max() >= classes:
        raise Refusal(
            f"Return a class for each frame, ({frames},) whole numbers from 0 to {classes - 1}. "
            f"What came has the shape {labels.shape} and the type {labels.dtype}"
            + (f", from {labels.min()} to {labels.max()}." if whole else ".")
        )
    return labels
