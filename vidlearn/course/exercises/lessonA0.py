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


def _light_measure(result, frame, amount):
    return {"dtype": str(np.asarray(result).dtype), "frame": np.asarray(result)}


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
            "no-floor": lambda f, a: np.minimum(f.astype(int) + a, 255).astype(np.uint8),
            "no-ceiling": lambda f, a: np.maximum(f.astype(int) + a, 0).astype(np.uint8),
        },
        measure=_light_measure,
    ),
    Exercise(
        "centre-channels",
        centre_channels,
        _centre_cases,
        {
            "into-frame-type": _into_frame_type,
            "one-mean": lambda frame: frame - frame.mean(),
            "each-pixel": lambda frame: frame - frame.mean(axis=-1, keepdims=True),
            "each-column": lambda frame: frame - frame.mean(axis=0),
            "each-row": lambda frame: frame - frame.mean(axis=1, keepdims=True),
        },
    ),
]
