"""Exercises of the NumPy primer."""

import numpy as np

from vidlearn.course.exercises import Exercise

# 1. crop-box ---------------------------------------------------------------------------


def crop_box(frame, box):
    """Rows, that is y, come first; the end of a slice is not included."""
    x1, y1, x2, y2 = box
    return frame[y1:y2, x1:x2]


def _crop_cases():
    rng = np.random.default_rng(1)
    frame = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return [(frame, (2, 1, 7, 4)), (frame, (0, 0, 3, 9)), (frame, (5, 4, 11, 12))]


# 2. add-light --------------------------------------------------------------------------


def add_light(frame, amount):
    """Add in a type that can hold the sum, limit, and go back to uint8."""
    return np.clip(frame.astype(np.int16) + amount, 0, 255).astype(np.uint8)


def _light_cases():
    frame = np.random.default_rng(2).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    ends = np.array([[[0, 20, 128], [200, 250, 255]]], np.uint8)
    return [(ends, 60), (ends, -60), (frame, 100), (frame, -200)]


def frame_and_dtype(result, *args):
    """Compare the type of the numbers first; all whole types but uint8 count as one."""
    result = np.asarray(result)
    kinds = {"u": "whole numbers, not uint8", "i": "whole numbers, not uint8", "f": "floats"}
    kind = kinds.get(result.dtype.kind, str(result.dtype))
    return {"dtype": "uint8" if result.dtype == np.uint8 else kind, "frame": result}


def _in_place(frame, amount):
    frame += amount
    return frame


def _by_fractions(frame, amount):
    return (np.clip(frame / 255 + amount / 255, 0, 1) * 255).astype(np.uint8)


def _limited_in(kind):
    """Add and limit in another type, and go back to uint8."""
    return lambda frame, amount: np.clip(frame.astype(kind) + amount, 0, 255).astype(np.uint8)


# 3. centre-channels --------------------------------------------------------------------


def centre_channels(frame):
    """Average over rows and columns; (C,) fits (H, W, C) from the right."""
    return frame - frame.mean(axis=(0, 1))


def _centre_cases():
    rng = np.random.default_rng(3)
    return [(rng.integers(0, 256, (4, 6, 3), dtype=np.uint8),), (rng.normal(size=(7, 5, 2)),)]


def _into_frame_type(frame):
    out = np.zeros_like(frame)
    for channel in range(frame.shape[-1]):
        out[..., channel] = frame[..., channel] - frame[..., channel].mean()
    return out


def _less(mean):
    """Return the answer that takes off another mean."""
    return lambda frame: frame - mean(frame)


EXERCISES = [
    Exercise(
        "crop-box",
        crop_box,
        _crop_cases,
        {
            "swapped-axes": lambda frame, box: frame[box[0] : box[2], box[1] : box[3]],
            "end-included": lambda frame, box: frame[box[1] : box[3] + 1, box[0] : box[2] + 1],
            "rows-twice": lambda frame, box: frame[box[1] : box[3]][box[0] : box[2]],
            "corner-and-size": lambda f, b: f[b[1] : b[1] + b[3], b[0] : b[0] + b[2]],
            "swapped-and-included": lambda f, b: f[b[0] : b[2] + 1, b[1] : b[3] + 1],
            "first-two-last-two": lambda frame, box: frame[box[0] : box[1], box[2] : box[3]],
            "one-short": lambda frame, box: crop_box(frame, box)[:-1, :-1],
        },
    ),
    Exercise(
        "add-light",
        add_light,
        _light_cases,
        {
            "adds-in-uint8": lambda frame, amount: np.clip(frame + amount, 0, 255),
            "wraps": lambda frame, amount: (frame.astype(int) + amount).astype(np.uint8),
            "not-uint8": lambda frame, amount: np.clip(frame.astype(np.int16) + amount, 0, 255),
            "floats": lambda frame, amount: np.clip(frame.astype(float) + amount, 0, 255),
            "in-uint16": _limited_in(np.uint16),
            "in-int8": _limited_in(np.int8),
            "no-floor": lambda f, a: np.minimum(f.astype(int) + a, 255).astype(np.uint8),
            "no-ceiling": lambda f, a: np.maximum(f.astype(int) + a, 0).astype(np.uint8),
            "by-fractions": _by_fractions,
            "input-changed": _in_place,
        },
        measure=frame_and_dtype,
    ),
    Exercise(
        "centre-channels",
        centre_channels,
        _centre_cases,
        {
            "into-frame-type": _into_frame_type,
            "back-to-uint8": lambda frame: centre_channels(frame).astype(np.uint8),
            "one-mean": _less(np.mean),
            "each-pixel": _less(lambda frame: frame.mean(axis=-1, keepdims=True)),
            "each-column": _less(lambda frame: frame.mean(axis=0)),
            "each-row": _less(lambda frame: frame.mean(axis=1, keepdims=True)),
            "over-channels": _less(lambda frame: frame.mean(axis=-1)),
            "axes-of-a-batch": _less(lambda frame: frame.mean(axis=(1, 2))),
            "whole-means": _less(lambda frame: frame.mean(axis=(0, 1)).astype(int)),
            "mean-in-uint8": _less(lambda frame: frame.mean(axis=(0, 1)).astype(np.uint8)),
            "divided-too": lambda frame: centre_channels(frame) / frame.std(axis=(0, 1)),
            "means-only": lambda frame: frame.mean(axis=(0, 1)),
        },
    ),
]
