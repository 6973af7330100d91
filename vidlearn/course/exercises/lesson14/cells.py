"""What a cell's four numbers mean, and how sure it ought to be."""

import numpy as np

from vidlearn.course.exercises._gradients import with_gradients


def decode_cells(raw, stride):
    """Go from each cell's centre as far as it says: left, up, right, down."""
    rows, columns = raw.shape[:2]
    x = (np.arange(columns) + 0.5) * stride  # (columns,)
    y = (np.arange(rows)[:, None] + 0.5) * stride  # (rows, 1)
    away = np.log1p(np.exp(raw)) * 2 * stride
    left, top, right, bottom = np.moveaxis(away, -1, 0)
    return np.stack([x - left, y - top, x + right, y + bottom], axis=-1)


def decode_cases():
    rng = np.random.default_rng(14)
    return [
        (np.array([[[0.5, -1.0, 1.0, 0.0]]]), 16),
        (np.array([[[0.5, -1.0, 1.0, 0.0], [0.2, 0.4, -0.6, 0.8]]]), 16),
        (rng.normal(0, 1, (2, 3, 4)), 10),
        (rng.normal(0, 1, (4, 3, 4)), 8),
        (rng.normal(-0.5, 1, (3, 5, 4)), 7),
    ]


def _softplus(raw):
    return np.log1p(np.exp(raw))


def _decoding(
    *,
    reach=lambda raw, stride: _softplus(raw) * 2 * stride,
    centre=lambda k, stride: (k + 0.5) * stride,
    order=(0, 1, 2, 3),
    swapped=False,
    corners=lambda x, y, left, top, right, bottom: (x - left, y - top, x + right, y + bottom),
):
    """Return the reference with one of its parts changed."""

    def decode(raw, stride):
        rows, columns = raw.shape[:2]
        y, x = (centre(k, stride) for k in np.meshgrid(range(rows), range(columns), indexing="ij"))
        if swapped:
            x, y = y, x
        away = reach(raw, stride)[..., list(order)]
        return np.stack(corners(x, y, *np.moveaxis(away, -1, 0)), axis=-1)

    return decode


DECODE_MISTAKES = {
    "offsets-swapped": _decoding(swapped=True),
    "no-half": _decoding(centre=lambda k, stride: k * stride),
    "half-a-pixel": _decoding(centre=lambda k, stride: k * stride + 0.5),
    "counts-from-one": _decoding(centre=lambda k, stride: (k + 1) * stride),
    "centre-in-cells": _decoding(centre=lambda k, stride: k + 0.5),
    "no-cell": _decoding(centre=lambda k, stride: 0 * k),
    "two-forgotten": _decoding(reach=lambda raw, stride: _softplus(raw) * stride),
    "stride-forgotten": _decoding(reach=lambda raw, stride: _softplus(raw) * 2),
    "both-factors-forgotten": _decoding(reach=lambda raw, stride: _softplus(raw)),
    "no-softplus": _decoding(reach=lambda raw, stride: raw * 2 * stride),
    "relu": _decoding(reach=lambda raw, stride: np.maximum(raw, 0) * 2 * stride),
    "exp": _decoding(reach=lambda raw, stride: np.exp(raw) * 2 * stride),
    "sigmoid": _decoding(reach=lambda raw, stride: 2 * stride / (1 + np.exp(-raw))),
    "scaled-inside": _decoding(reach=lambda raw, stride: _softplus(raw * 2 * stride)),
    "pairs": _decoding(order=(0, 2, 1, 3)),
    "top-first": _decoding(order=(1, 0, 3, 2)),
    "all-added": _decoding(corners=lambda x, y, a, b, c, d: (x + a, y + b, x + c, y + d)),
    "signs-turned": _decoding(corners=lambda x, y, a, b, c, d: (x + a, y + b, x - c, y - d)),
    "y-first": _decoding(corners=lambda x, y, a, b, c, d: (y - b, x - a, y + d, x + c)),
    "xywh": _decoding(corners=lambda x, y, a, b, c, d: (x - a, y - b, a + c, b + d)),
    "centre-and-sides": _decoding(corners=lambda x, y, a, b, c, d: (x, y, a + c, b + d)),
    "transposed": lambda raw, stride: decode_cells(raw, stride).swapaxes(0, 1),
    "first-numbers-only": lambda raw, stride: decode_cells(
        np.broadcast_to(raw[:1, :1], raw.shape), stride
    ),
}


def objectness_loss(logits, overlap, positive):
    """Cross-entropy of all cells; a responsible one is to be as sure as its box is good."""
    from keras import ops

    target = ops.stop_gradient(positive * overlap)
    losses = ops.binary_crossentropy(target, logits, from_logits=True)
    return ops.sum(losses) / ops.maximum(ops.sum(positive), 1)


RETURNS = ("the loss", "its gradient by the logits", "its gradient by the overlap")


def taught(function, logits, overlap, positive):
    """Run an answer as a training step does: the loss and its two gradients."""
    return with_gradients(function, (logits, overlap), (positive,))


def objectness_cases():
    rng = np.random.default_rng(141)

    def drawn(n, p, share):
        return (
            rng.normal(0, 1.5, (n, p)).astype("float32"),
            rng.uniform(0.1, 0.95, (n, p)).astype("float32"),
            (rng.random((n, p)) < share).astype("float32"),
        )

    one = np.float32([[2.0, -1.0, 0.5, -3.0]]), np.float32([[0.75, 0.25, 0.5, 0.0]])
    return [
        (*one, np.float32([[1, 0, 1, 0]])),
        drawn(2, 5, 0.4),
        (*drawn(1, 6, 0.5)[:2], np.zeros((1, 6), "float32")),  # nothing in the picture
        drawn(3, 8, 0.3),
    ]


def _loss(
    *,
    target=lambda overlap, positive, ops: ops.stop_gradient(positive * overlap),
    entropy=lambda target, logits, ops: ops.binary_crossentropy(target, logits, from_logits=True),
    mean=lambda losses, positive, ops: ops.sum(losses) / ops.maximum(ops.sum(positive), 1),
):
    """Return the reference with one of its parts changed."""

    def loss(logits, overlap, positive):
        from keras import ops

        losses = entropy(target(overlap, positive, ops), logits, ops)
        return mean(losses, positive, ops)

    return loss


def _only_positive(losses, positive, ops):
    return ops.sum(losses * positive) / ops.maximum(ops.sum(positive), 1)


def _per_picture(losses, positive, ops):
    count = ops.maximum(ops.sum(positive, axis=1), 1)
    return ops.mean(ops.sum(losses, axis=1) / count)


OBJECTNESS_MISTAKES = {
    "confidence-without-iou": _loss(target=lambda overlap, positive, ops: positive),
    "gradient-through-the-goal": _loss(target=lambda overlap, positive, ops: positive * overlap),
    "every-cell-a-thing": _loss(target=lambda overlap, positive, ops: ops.stop_gradient(overlap)),
    "thresholded": _loss(
        target=lambda overlap, positive, ops: ops.stop_gradient(
            positive * ops.cast(overlap >= 0.5, "float32")
        )
    ),
    "only-positive": _loss(mean=_only_positive),
    "mean-of-all": _loss(mean=lambda losses, positive, ops: ops.mean(losses)),
    "mean-over-cells": _loss(
        mean=lambda losses, positive, ops: (
            ops.sum(ops.mean(losses, axis=-1)) / ops.maximum(ops.sum(positive), 1)
        )
    ),
    "not-divided": _loss(mean=lambda losses, positive, ops: ops.sum(losses)),
    "no-least": _loss(mean=lambda losses, positive, ops: ops.sum(losses) / ops.sum(positive)),
    "one-added": _loss(
        mean=lambda losses, positive, ops: ops.sum(losses) / (ops.sum(positive) + 1)
    ),
    "for-each-picture": _loss(mean=_per_picture),
    "not-summed": _loss(
        mean=lambda losses, positive, ops: losses / ops.maximum(ops.sum(positive), 1)
    ),
    "logits-as-chances": _loss(
        entropy=lambda target, logits, ops: ops.binary_crossentropy(target, logits)
    ),
    "turned-round": _loss(
        entropy=lambda target, logits, ops: ops.binary_crossentropy(
            1 - target, logits, from_logits=True
        )
    ),
    "squared": _loss(entropy=lambda target, logits, ops: ops.square(ops.sigmoid(logits) - target)),
    "arguments-swapped": _loss(
        entropy=lambda target, logits, ops: ops.binary_crossentropy(
            logits, target, from_logits=True
        )
    ),
    "half-the-entropy": _loss(
        entropy=lambda target, logits, ops: -target * ops.log_sigmoid(logits)
    ),
}
