"""The receptive field of a stack of dilated convolutions, and how it is counted wrongly."""

import numpy as np


def receptive_field(kernel_size, dilations, convolutions):
    """Count the frame of now, and what each convolution reaches further than what it reads."""
    return 1 + convolutions * (kernel_size - 1) * sum(dilations)


def reach_cases():
    return [
        (3, [1], 1),
        (2, [1, 2], 1),
        (3, [1, 2, 4], 2),
        (5, [1, 3], 2),
        (4, [2, 2, 5, 1], 3),
        (3, [1, 2, 4, 8, 16, 32], 1),
        (2, [7], 1),
        (6, [3, 3], 4),
    ]


def _frames_read(kernel_size, dilations, convolutions):
    """Count the frames that are read, and leave out the holes between them."""
    read = {0}
    for dilation in dilations:
        for _ in range(convolutions):
            read = {t + k * dilation for t in read for k in range(kernel_size)}
    return len(read)


REACH_MISTAKES = {
    "holes": _frames_read,
    "always-two": lambda k, d, c: 1 + 2 * (k - 1) * sum(d),
    "off-by-one": lambda k, d, c: c * (k - 1) * sum(d),
    "k-not-less-one": lambda k, d, c: 1 + c * k * sum(d),
    "k-times": lambda k, d, c: c * k * sum(d),
    "one-convolution": lambda k, d, c: 1 + (k - 1) * sum(d),
    "dilations-forgotten": lambda k, d, c: 1 + c * (k - 1) * len(d),
    "largest-only": lambda k, d, c: 1 + c * (k - 1) * max(d),
    "last-only": lambda k, d, c: 1 + c * (k - 1) * d[-1],
    "always-doubling": lambda k, d, c: 1 + c * (k - 1) * (2 ** len(d) - 1),
    "both-sides": lambda k, d, c: 1 + 2 * c * (k - 1) * sum(d),
    "kernel-counted-twice": lambda k, d, c: k + c * (k - 1) * sum(d),
    "convolutions-added": lambda k, d, c: 1 + (k - 1) * (sum(d) + c),
    "brackets": lambda k, d, c: (1 + (k - 1) * sum(d)) * c,
    "first-only": lambda k, d, c: 1 + c * (k - 1) * d[0],
    "now-in-every-layer": lambda k, d, c: sum(c * (1 + (k - 1) * each) for each in d),
    "multiplied": lambda k, d, c: int(np.prod([1 + c * (k - 1) * each for each in d])),
    "product-of-dilations": lambda k, d, c: 1 + c * (k - 1) * int(np.prod(d)),
    "power": lambda k, d, c: k ** (c * len(d)),
    "one-too-many": lambda k, d, c: 2 + c * (k - 1) * sum(d),
}
