r"""Losses: one number for how far a prediction is from what it should be, and its gradient.

``loss, cache = x_forward(prediction, target)`` gives the mean over all predictions, a float, and
``x_backward(1.0, cache)`` its gradient. The cross-entropies take logits, the scores before softmax
or sigmoid: together they are stable where one after the other overflows, and the gradient is as
simple as ``(p - y) / count``. Lesson 05 derives it.
"""

import numpy as np

from ._checks import (
    as_array,
    check_dout,
    check_floating,
    check_numbers,
    unpack,
    unpack_array,
)
from .activations import sigmoid_forward


def mse_forward(prediction, target):
    """Return the mean squared error: ``mean((prediction - target)**2)`` over all entries.

    Parameters
    ----------
    prediction : ndarray, any shape
        Floating point.
    target : ndarray, shape of prediction

    Returns
    -------
    loss : float
    cache : ndarray
        What `mse_backward` needs.

    Raises
    ------
    TypeError
        If prediction is not floating point.
    ValueError
        If the shapes differ, or hold no entry: (N, 1) and (N,) would give all N * N differences.

    Examples
    --------
    >>> mse_forward(np.array([1.0, 5.0]), np.array([0.0, 3.0]))[0]
    2.5
    """
    prediction = _check_scores("prediction", prediction, 0)
    difference = prediction - check_target("target", target, "prediction", prediction)
    return float(np.mean(difference**2)), difference


def mse_backward(dout, cache):
    """Return ``dprediction = dout * 2 * (prediction - target) / count``.

    Parameters
    ----------
    dout : float
        Gradient with respect to the loss; 1.0 for the loss itself.
    cache : ndarray

    Returns
    -------
    dprediction : ndarray, shape of prediction

    Examples
    --------
    >>> mse_backward(1.0, mse_forward(np.array([1.0, 5.0]), np.array([0.0, 3.0]))[1])
    array([1., 2.])
    """
    difference = unpack_array(cache, "mse_forward")
    return check_dout(dout, (), difference.dtype) * 2 / difference.size * difference


def softmax_cross_entropy_forward(logits, labels):
    r"""Return the mean of ``-log(softmax(logits)[label])``: how surprising the labels are.

    For probabilities p as labels it is ``-sum(p * log(softmax(logits)))``.

    Parameters
    ----------
    logits : ndarray, (..., K)
        Scores of K classes, floating point.
    labels : ndarray
        Classes 0 to K - 1, whole numbers (...,); or probabilities (..., K) with sum 1, of which
        one-hot rows are the usual case.

    Returns
    -------
    loss : float
        Mean over all axes but the last.
    cache : tuple
        What `softmax_cross_entropy_backward` needs.

    Raises
    ------
    TypeError
        If logits are not floating point, or classes are not whole numbers.
    ValueError
        If shapes do not belong together, a class is out of range, or probabilities do not add up.

    Notes
    -----
    ``log(softmax)`` is taken as ``z - log(sum(exp(z)))`` with z the logits less their largest: no
    exp overflows, and no log meets a probability that was rounded to 0.

    Examples
    --------
    >>> logits = np.log([[1.0, 2, 5], [2, 2, 4]])  # softmax gives eighths
    >>> loss, _ = softmax_cross_entropy_forward(logits, np.array([1, 2]))
    >>> round(loss, 4)  # (-log(2 / 8) - log(4 / 8)) / 2
    1.0397
    """
    logits = _check_scores("logits", logits, 1)
    labels = check_labels(logits, labels)
    z = logits - logits.max(axis=-1, keepdims=True)
    e = np.exp(z)
    total = e.sum(axis=-1, keepdims=True)
    log_p = z - np.log(total)  # (..., K)
    if labels.ndim < logits.ndim:
        losses = -np.take_along_axis(log_p, labels[..., None], axis=-1)  # (..., 1)
    else:
        with np.errstate(invalid="ignore"):
            surprise = labels * log_p
        surprise[labels == 0] = 0  # also where a score is -inf
        losses = -np.sum(surprise, axis=-1)  # (...,)
        total /= labels.sum(axis=-1, keepdims=True)  # where it is not quite 1
    return float(losses.mean()), (e / total, labels)


def softmax_cross_entropy_backward(dout, cache):
    """Return ``dlogits = dout * (softmax(logits) - y) / count``, y the one-hot or given labels.

    Labels that add up to a little more or less than 1 make it ``sum(y) * softmax(logits) - y``.

    Parameters
    ----------
    dout : float
        Gradient with respect to the loss; 1.0 for the loss itself.
    cache : tuple

    Returns
    -------
    dlogits : ndarray, (..., K)

    Examples
    --------
    >>> _, cache = softmax_cross_entropy_forward(np.log([[1.0, 2, 5], [2, 2, 4]]), np.array([1, 2]))
    >>> softmax_cross_entropy_backward(16.0, cache).round(6)
    array([[ 1., -6.,  5.],
           [ 2.,  2., -4.]])
    """
    p, labels = unpack(cache, "softmax_cross_entropy_forward", np.ndarray, np.ndarray)
    y = _one_hot(labels, p)
    dlogits = p - y
    dlogits *= check_dout(dout, (), p.dtype) / (p.size // p.shape[-1])
    return dlogits


def sigmoid_cross_entropy_forward(logits, targets):
    r"""Return the mean of ``-t * log(a) - (1 - t) * log(1 - a)`` with ``a = sigmoid(logits)``.

    For questions with the answers yes and no, each by itself: one logit, one target.

    Parameters
    ----------
    logits : ndarray, any shape
        Floating point.
    targets : ndarray, shape of logits
        From 0, no, to 1, yes.

    Returns
    -------
    loss : float
        Mean over all entries.
    cache : tuple
        What `sigmoid_cross_entropy_backward` needs.

    Raises
    ------
    TypeError
        If logits are not floating point.
    ValueError
        If the shapes differ or hold no entry, or a target is not between 0 and 1.

    Notes
    -----
    The same number is ``max(x, 0) - x * t + log(1 + exp(-abs(x)))``, where nothing overflows.

    Examples
    --------
    >>> loss, _ = sigmoid_cross_entropy_forward(np.log([3.0, 3.0]), np.array([1, 0]))
    >>> round(loss, 4)  # (-log(3 / 4) - log(1 / 4)) / 2
    0.837
    """
    logits = _check_scores("logits", logits, 0)
    targets = check_yes_or_no(logits, targets)
    losses = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
    return float(losses.mean()), (logits, targets)


def sigmoid_cross_entropy_backward(dout, cache):
    """Return ``dlogits = dout * (sigmoid(logits) - targets) / count``.

    Parameters
    ----------
    dout : float
        Gradient with respect to the loss; 1.0 for the loss itself.
    cache : tuple

    Returns
    -------
    dlogits : ndarray, shape of logits

    Examples
    --------
    >>> _, cache = sigmoid_cross_entropy_forward(np.log([3.0, 3.0]), np.array([1, 0]))
    >>> sigmoid_cross_entropy_backward(8.0, cache).round(6)
    array([-1.,  3.])
    """
    logits, targets = unpack(cache, "sigmoid_cross_entropy_forward", np.ndarray, np.ndarray)
    a, _ = sigmoid_forward(logits)
    return check_dout(dout, (), logits.dtype) / logits.size * (a - targets)


def accuracy(logits, labels):
    """Return the share of predictions whose largest score is that of the right class.

    Parameters
    ----------
    logits : ndarray, (..., K)
        Scores or probabilities; of equal ones the first counts.
    labels : ndarray
        Classes 0 to K - 1, whole numbers (...,); or probabilities (..., K), one-hot for example.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    0.5
    """
    logits = _check_scores("logits", logits, 1)
    labels = check_labels(logits, labels)
    right = labels if labels.ndim < logits.ndim else labels.argmax(axis=-1)
    return float(np.mean(logits.argmax(axis=-1) == right))


def _check_scores(name, scores, axes):
    """Return scores as an array, when it is floating point and there is something to average."""
    scores = check_floating(name, scores)
    if scores.ndim < axes or scores.size == 0:
        raise ValueError(
            f"{name} must have the shape {'(..., K)' if axes else '(...)'}, no axis empty; "
            f"received shape {scores.shape}. The mean over nothing is no number."
        )
    return scores


def check_target(name, target, other, scores):
    """Return target in the dtype of scores, when it has the shape of scores."""
    target = check_numbers(name, target, scores.dtype)
    if target.shape != scores.shape:
        raise ValueError(
            f"{name} must have the shape of {other}, {scores.shape}; received {target.shape}. "
            f"Write {name}.reshape({other}.shape) where the entries belong together in order."
        )
    return target


def check_labels(logits, labels):
    """Return labels as classes (...,) or as probabilities (..., K) in the dtype of logits."""
    labels, classes = as_array("labels", labels), logits.shape[-1]
    if labels.shape == logits.shape:
        return _check_probabilities(check_numbers("labels", labels, logits.dtype))
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"labels must be classes of shape {logits.shape[:-1]} or probabilities of shape "
            f"{logits.shape} for logits {logits.shape}; received shape {labels.shape}. "
            "labels[..., 0] takes off a last axis of one."
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(
            f"labels must be whole numbers where they are classes; received {labels.dtype}. "
            "Write labels.astype(int)."
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels must be classes from 0 to {classes - 1} for logits {logits.shape}; received "
            f"labels from {labels.min()} to {labels.max()}. Do they count from 1?"
        )
    return labels


def check_yes_or_no(logits, targets):
    """Return targets in the dtype of logits, when they have their shape and lie from 0 to 1."""
    targets = check_target("targets", targets, "logits", logits)
    if not np.all((targets >= 0) & (targets <= 1)):
        raise ValueError(
            "targets must lie between 0 and 1; received entries from "
            f"{targets.min()} to {targets.max()}. Several classes need softmax_cross_entropy."
        )
    return targets


def _check_probabilities(labels):
    sums = labels.sum(axis=-1)
    if labels.min() < 0 or not np.allclose(sums, 1, rtol=0, atol=1e-3):
        raise ValueError(
            "labels of the shape of logits must be probabilities, at least 0 and with sum 1 over "
            f"the last axis; received a least entry of {labels.min()} and sums from {sums.min()} "
            f"to {sums.max()}. Write labels / labels.sum(axis=-1, keepdims=True)."
        )
    return labels


def _one_hot(labels, p):
    """Return labels as probabilities (..., K), whichever of their two forms they have."""
    if labels.ndim == p.ndim:
        return labels
    y = np.zeros_like(p)
    np.put_along_axis(y, labels[..., None], 1, axis=-1)
    return y
