"""Exercises of the NumPy primer, and its film."""

from functools import cache

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


def _written_into(frame, amount):
    frame[...] = add_light(frame, amount)
    return frame


def _by_fractions(frame, amount):
    return (np.clip(frame / 255 + amount / 255, 0, 1) * 255).astype(np.uint8)


def _limited_in(kind):
    """Add and limit in another type, and go back to uint8."""
    return lambda frame, amount: np.clip(frame.astype(kind) + amount, 0, 255).astype(np.uint8)


# 3. fade-out ---------------------------------------------------------------------------


def fade_out(frames):
    """Lay the light along the first axis, a number for each frame."""
    light = np.linspace(1, 0, len(frames))
    dark = frames * light[:, None, None, None]
    return dark.astype(np.uint8)


def _fade_cases():
    """Films whose numbers stay whole, and whose axes all differ."""
    rng = np.random.default_rng(5)
    films = ((3, 5, 4, 3), 2), ((5, 4, 6, 3), 4), ((2, 6, 7, 3), 1)
    return [((rng.integers(0, 255 // step, size) * step).astype(np.uint8),) for size, step in films]


def _as_given(frames):
    light = np.linspace(1, 0, frames.shape[1])
    return frames * light[None, :, None, None]


def _light_along(axis, length, *, whole=True):
    """Return the answer whose light has one axis's length and lies along another."""

    def answer(frames):
        light = np.linspace(1, 0, frames.shape[length])
        dark = frames * np.expand_dims(light, [k for k in range(4) if k != axis])
        return dark.astype(np.uint8) if whole else dark

    return answer


def _unlaid(frames):
    return frames * np.linspace(1, 0, len(frames))


def _light_in_uint8(frames):
    return frames * np.linspace(1, 0, len(frames)).astype(np.uint8)[:, None, None, None]


# 4. empty-street -----------------------------------------------------------------------


def empty_street(frames):
    """Take the middle value of each pixel and channel through time."""
    return np.median(frames, axis=0).astype(np.uint8)


def _street_cases():
    """Odd numbers of frames, so that the middle value is one of them."""
    rng = np.random.default_rng(6)
    few = np.full((5, 2, 3, 3), 100, np.uint8)
    few[1, 0, 0], few[3, 0, 0], few[2, 1, 2] = 255, 0, 240
    return [(few,), *((rng.integers(0, 256, (t, 4, 6, 3), dtype=np.uint8),) for t in (7, 9))]


def _over_time(made):
    return lambda frames: made(frames, axis=0).astype(np.uint8)


# The film ------------------------------------------------------------------------------


@cache
def street():
    """Return the film of a crossing that is never empty: a Scene of 60 frames, 12 a second."""
    from vidlearn.synthetic import junction

    return junction(60, (150, 200), 6, seed=7, background="china", speed=4.0)


def own_street(path):
    """Read 150 frames spread over the whole of a film, small, in its own proportions.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    ndarray
        (150, H, W, 3) uint8, the shorter side at most 150.
    """
    from vidlearn import video

    about = video.probe(path, decode=False)
    shrink = min(1.0, 150 / min(about.height, about.width))
    size = (round(about.height * shrink), round(about.width * shrink))
    return video.sample_clip(path, frames=150, size=size)


def followed(scene, side=64):
    """Follow the thing of which at least half is seen for longest.

    Parameters
    ----------
    scene : vidlearn.synthetic.Scene
    side : int
        Sides of the window, in pixels.

    Returns
    -------
    list of (int, tuple of int)
        Frame, and x1, y1, x2, y2 of a window around the thing that lies within the picture.
    """
    seen = scene.visible > 0.5
    k = seen.sum(axis=0).argmax()
    height, width = scene.frames.shape[1:3]
    found = []
    for t in np.flatnonzero(seen[:, k]):
        x1, y1, x2, y2 = scene.full_boxes[t, k]
        left = int(np.clip((x1 + x2 - side) / 2, 0, width - side))
        top = int(np.clip((y1 + y2 - side) / 2, 0, height - side))
        found.append((int(t), (left, top, left + side, top + side)))
    return found


EXERCISES = [
    Exercise("wrapped-sum", kind="predict", close=0),
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
            "added-in-place": _in_place,
            "input-changed": _written_into,
        },
        measure=frame_and_dtype,
    ),
    Exercise(
        "fade-out",
        fade_out,
        _fade_cases,
        {
            "as-given": _as_given,
            "as-given-in-uint8": lambda frames: _as_given(frames).astype(np.uint8),
            "floats": _light_along(0, 0, whole=False),
            "counts-rows": _light_along(0, 1),
            "along-the-rows": _light_along(1, 0),
            "across-the-columns": _light_along(2, 2),
            "counts-columns": _light_along(0, 2),
            "along-the-columns": _light_along(2, 0),
            "without-axes": _unlaid,
            "without-axes-in-uint8": lambda frames: _unlaid(frames).astype(np.uint8),
            "one-axis-short": lambda f: f * np.linspace(1, 0, len(f))[:, None, None],
            "light-in-uint8": _light_in_uint8,
            "grows-light": lambda frames: fade_out(frames[::-1])[::-1],
        },
        kind="repair",
        measure=frame_and_dtype,
    ),
    Exercise(
        "empty-street",
        empty_street,
        _street_cases,
        {
            "mean": _over_time(np.mean),
            "floats": lambda frames: np.median(frames, axis=0),
            "mean-floats": lambda frames: np.mean(frames, axis=0),
            "one-number": np.median,
            "one-number-in-uint8": lambda frames: np.median(frames).astype(np.uint8),
            "over-the-channels": lambda frames: np.median(frames, axis=-1).astype(np.uint8),
            "over-rows": lambda frames: np.median(frames, axis=1).astype(np.uint8),
            "over-the-picture": lambda frames: np.median(frames, axis=(1, 2)).astype(np.uint8),
            "maximum": _over_time(np.max),
            "minimum": _over_time(np.min),
            "middle-frame": lambda frames: frames[len(frames) // 2],
            "keeps-the-axis": lambda f: np.median(f, axis=0, keepdims=True).astype(np.uint8),
        },
        measure=frame_and_dtype,
    ),
]
