"""Training: batch after batch, epoch after epoch, with what a long training needs around it.

The heart is `train_step`. Lesson 06 writes it by hand first.
"""

from contextlib import suppress
from math import ceil, isfinite

import numpy as np

from ._checks import as_array, check_known, check_seed
from .callbacks import Callback, Run
from .checkpoint import Checkpoint, settings_of
from .layer import check_count
from .losses import (
    accuracy,
    check_labels,
    check_target,
    check_yes_or_no,
    mse_backward,
    mse_forward,
    sigmoid_cross_entropy_backward,
    sigmoid_cross_entropy_forward,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_forward,
)

LOSSES = {
    "softmax_cross_entropy": (softmax_cross_entropy_forward, softmax_cross_entropy_backward),
    "sigmoid_cross_entropy": (sigmoid_cross_entropy_forward, sigmoid_cross_entropy_backward),
    "mse": (mse_forward, mse_backward),
}
CHECKS = {  # of targets, once for all of them
    "softmax_cross_entropy": check_labels,
    "sigmoid_cross_entropy": check_yes_or_no,
    "mse": lambda out, y: check_target("target", y, "prediction", out),
}


def fit(
    network,
    x,
    y,
    *,
    loss="softmax_cross_entropy",
    optimizer,
    epochs,
    batch_size=32,
    validation=None,
    callbacks=(),
    checkpoint=None,
    seed=0,
):
    """Train a network.

    Parameters
    ----------
    network : Network
    x : ndarray, (N, *input_shape)
    y : ndarray
        Targets, as the loss takes them.
    loss : str
        "softmax_cross_entropy", "sigmoid_cross_entropy" (the network gives logits to both) or
        "mse".
    optimizer : Optimizer
    epochs : int
        How often every x is shown.
    batch_size : int
        Examples of a step; the last step of an epoch may have fewer.
    validation : (ndarray, ndarray), optional
        x and y that are measured after each epoch, and never trained on.
    callbacks : list of Callback
    checkpoint : str or Path, optional
        A file that is written before the first epoch and after every one. Where it is there
        already, the training goes on from it, to the same numbers as if it had never been broken
        off, also when fit is called again with the same network. It is deleted in the end.
    seed : int
        Of the order of the examples and of random layers, anew for every epoch.

    Returns
    -------
    History
        "loss", with softmax_cross_entropy "accuracy", and both as "val_..." of the validation.
        Those of the training are means over the epoch, in which the network was getting better.

    Raises
    ------
    FloatingPointError
        If the loss or a gradient is not finite any more.
    OSError
        If the checkpoint cannot be written; that is known before the first step.
    TypeError
        If network, optimizer or a callback is something else.
    ValueError
        If arguments do not fit, or the checkpoint is damaged or of another training.
    """
    _check_around(network, optimizer, validation, callbacks)
    x, y = _check_data(x, y, network, check_loss(loss))
    if validation is not None:
        validation = _check_data(*validation, network, loss, "validation ")
    steps = ceil(len(x) / check_count("batch_size", batch_size))
    run = Run(network, optimizer, check_count("epochs", epochs), steps)
    run.names = _names(loss, validation, callbacks)
    options = {"loss": loss, "batch_size": batch_size, "seed": check_seed("seed", seed)}
    _tell(callbacks, "check", run)
    saved = None
    if checkpoint is not None:
        settings = settings_of(run, x, y, validation, callbacks, **options)
        saved = Checkpoint(checkpoint, settings)
        run.checkpoint = saved.path
        saved.resume(run, callbacks)
    _tell(callbacks, "on_start", run)
    try:
        if saved:
            saved.write(run, callbacks)
        while run.epoch < epochs and not run.stop:
            with np.errstate(over="ignore", invalid="ignore"):  # train_step looks at the loss
                _train_epoch(run, x, y, loss, batch_size, seed, callbacks)
                if validation is not None:
                    measured = evaluate(network, *validation, loss=loss)
                    run.metrics |= {f"val_{name}": value for name, value in measured.items()}
            run.epoch += 1
            run.history.add(run.metrics)
            _tell(callbacks, "on_epoch", run)
            if saved and not run.stop:
                saved.write(run, callbacks)
    except BaseException as error:
        run.error = error
        if saved and run.epoch == 0 and isinstance(error, Exception):
            with suppress(OSError):  # nothing in it that would be worth going on with
                saved.remove()
        raise
    finally:
        _tell(callbacks, "on_end", run)
    if saved:
        saved.remove()
    return run.history


def train_step(network, x, y, *, loss="softmax_cross_entropy", optimizer):
    """Take one step: forward, loss, backward, and the optimiser's step.

    Parameters
    ----------
    network : Network
    x : ndarray, (N, *input_shape)
        One batch.
    y : ndarray
        Its targets.
    loss : str
        As in `fit`.
    optimizer : Optimizer

    Returns
    -------
    dict of str to float
        "loss" and, with softmax_cross_entropy, "accuracy" before the step; "count", how many
        predictions they are means of.

    Raises
    ------
    FloatingPointError
        If the loss or a gradient is not finite; then no step is taken, and what layers keep
        besides, such as running statistics, is as before.
    ValueError
        If a network that gives an output for each step of masked sequences gets a y without one.

    Notes
    -----
    Where masked sequences go in and an output for each step comes out, steps that the mask leaves
    out do not count. Where it leaves out all of them the loss is 0, as in Keras, and so is the
    gradient.
    """
    kept = [(a, a.copy()) for layer in network.layers for a in layer.state.values()]
    try:
        metrics, grads = _differentiate(network, x, y, loss)
        optimizer.step(network.parameters, grads)
    except Exception:
        for array, before in kept:
            array[...] = before
        raise
    return metrics


def _differentiate(network, x, y, loss):
    """Return the metrics of a batch, and the gradients of the parameters, when all are finite."""
    out, cache = network.forward(x, training=True)
    metrics, counts, loss_cache = _measure(out, y, loss, cache.mask)
    if not isfinite(metrics["loss"]):
        raise FloatingPointError(f"the loss is {metrics['loss']}.")
    dout = np.zeros_like(out)
    if loss_cache is not None:
        dout[counts] = LOSSES[loss][1](1.0, loss_cache)
    grads = network.backward(dout, cache)
    if not all(np.isfinite(grad).all() for grad in grads):
        raise FloatingPointError(f"the loss is {metrics['loss']:.3g}, and its gradient not finite.")
    return metrics, grads


def evaluate(network, x, y, *, loss="softmax_cross_entropy", batch_size=256):
    """Measure a network, without training it.

    Parameters
    ----------
    network : Network
    x : ndarray, (N, *input_shape)
    y : ndarray
    loss : str
        As in `fit`.
    batch_size : int

    Returns
    -------
    dict of str to float
        "loss" and, with softmax_cross_entropy, "accuracy": means over all predictions.
    """
    x, y = _check_data(x, y, network, check_loss(loss))
    means = {}
    for start in range(0, len(x), check_count("batch_size", batch_size)):
        batch = slice(start, start + batch_size)
        out, cache = network.forward(x[batch])
        _add(means, _measure(out, y[batch], loss, cache.mask)[0])
    del means["count"]
    return means


def _train_epoch(run, x, y, loss, batch_size, seed, callbacks):
    """Show every x once, in an order that seed and epoch decide."""
    run.network.rng = rng = np.random.default_rng([seed, run.epoch])
    run.step, order, means = 0, rng.permutation(len(x)), {}
    for start in range(0, len(x), batch_size):
        batch = order[start : start + batch_size]
        try:
            metrics = train_step(
                run.network, x[batch], y[batch], loss=loss, optimizer=run.optimizer
            )
        except FloatingPointError as error:
            raise FloatingPointError(_diverged(error, run, x[batch])) from None
        run.step += 1
        _add(means, metrics)
        run.metrics = {name: value for name, value in means.items() if name != "count"}
        _tell(callbacks, "on_step", run)


def _measure(out, y, loss, mask):
    """Return the metrics of a batch, the index of what counts in it, and the loss's cache.

    There is no such cache where nothing counts.
    """
    y = as_array("y", y)
    loss_forward, _ = LOSSES[check_loss(loss)]
    counts = ... if mask is None else mask
    if mask is not None:
        _check_steps(y, mask.shape)
    out, y = out[counts], y[counts]
    nothing = mask is not None and len(out) == 0
    value, cache = (0.0, None) if nothing else loss_forward(out, y)
    metrics = {"count": len(out), "loss": value}
    if loss == "softmax_cross_entropy":
        metrics["accuracy"] = 0.0 if nothing else accuracy(out, y)
    return metrics, counts, cache


def _check_steps(y, expected):
    """Complain about a y that has not a target for each step of masked sequences."""
    if y.shape[:2] != expected:
        raise ValueError(
            f"y must have a target for each step, (N, T, ...) with N, T = {expected}, as the "
            f"network has an output for each; received y {y.shape}. For one target a sequence, "
            "the last recurrent layer needs return_sequences=False."
        )


def _add(means, metrics):
    """Bring the metrics of one more batch into the means."""
    total = means.get("count", 0) + metrics["count"]
    for name, value in metrics.items():
        mean = means.get(name, 0.0)
        means[name] = mean + (value - mean) * metrics["count"] / max(total, 1)
    means["count"] = total


def _diverged(error, run, x):
    """Say where the loss left the numbers, and what to try."""
    place = f"{error} It is step {run.step + 1} of epoch {run.epoch + 1}."
    if not np.isfinite(x).all():
        return f"{place} Its x holds entries that are not finite: mend the data."
    return (
        f"{place} Try a learning rate far below {run.optimizer.rate():.3g}, or "
        "global_clip_norm=1.0 for the optimizer, and look at the size of the numbers in x."
    )


def _tell(callbacks, moment, run):
    for callback in callbacks:
        getattr(callback, moment)(run)


def _check_data(x, y, network, loss, of=""):
    """Return x and y as arrays, when network and loss can take them; `of` names them in errors."""
    x, y = as_array(f"{of}x", x), as_array(f"{of}y", y)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"{of}x and y must hold as many examples, and at least one; "
            f"received x {x.shape} and y {y.shape}."
        )
    try:
        network.check_input(x[:1])
        if network.masked:  # what is masked may be anything, so the batches have to tell
            _check_steps(y, (len(x), *network.shapes[-1][:1]))
        else:
            out = np.broadcast_to(network.dtype.type(0), (len(x), *network.shapes[-1]))
            CHECKS[loss](out, y)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{of}{error}") from error
    return x, y


def _names(loss, validation, callbacks):
    """Name the numbers that the history will hold."""
    names = ["loss", *["accuracy"] * (loss == "softmax_cross_entropy")]
    names += [f"val_{name}" for name in names if validation is not None]
    return (*names, *(name for callback in callbacks for name in callback.adds))


def _check_around(network, optimizer, validation, callbacks):
    for name, value, method in (
        ("network", network, "check_input"),
        ("optimizer", optimizer, "step"),
    ):
        if isinstance(value, type) or not hasattr(value, method):
            example = {"network": "Network([...], input_shape=...)", "optimizer": "Adam(0.001)"}
            raise TypeError(f"{name} must be such as {example[name]}; received {value!r}.")
    if validation is not None and not (
        isinstance(validation, tuple | list) and len(validation) == 2
    ):
        raise ValueError(
            f"validation must be (x, y), or None; received {type(validation).__name__}."
        )
    for callback in callbacks if isinstance(callbacks, tuple | list) else [callbacks]:
        if not isinstance(callback, Callback) or callback is callbacks:
            raise TypeError(f"callbacks must be a list of Callback objects; received {callback!r}.")


def check_loss(loss):
    """Return the name of a loss, when there is one of that name."""
    return check_known("loss", loss, LOSSES)
