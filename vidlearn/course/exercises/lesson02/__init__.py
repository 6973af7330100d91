"""Exercises of lesson 02, pixels and motion."""

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson02.estimating import motion_score

# 1. centre-crop ------------------------------------------------------------------------


def centre_crop(frame, height, width):
    """Cut height rows and width columns out of the middle."""
    top = (frame.shape[0] - height) // 2
    left = (frame.shape[1] - width) // 2
    return frame[top : top + height, left : left + width]


def _crop_cases():
    """Frames whose first two channels hold the pixel's own row and column."""
    frames = []
    for rows, columns in ((6, 8), (9, 12), (8, 5), (7, 7)):
        places = np.indices((rows, columns))
        third = np.random.default_rng(rows).integers(0, 256, (rows, columns))
        frames.append(np.stack([*places, third], axis=-1).astype(np.uint8))
    return [(frames[0], 2, 4), (frames[1], 4, 5), (frames[2], 3, 2), (frames[3], 7, 4)]


def _where_it_was_cut(result, frame, height, width):
    """Say which side is off rather than which pixel differs."""
    result = np.asarray(result)
    if result.ndim != 3:
        return {"axes": result.ndim}
    rows, columns, channels = result.shape
    if channels != frame.shape[2]:
        return {"axes": 3, "channels": channels}
    top, left = (int(place) for place in result[0, 0, :2]) if result.size else (0, 0)
    sizes = {"axes": 3, "channels": channels, "height": rows, "width": columns}
    if np.array_equal(result, frame[top : top + rows, left : left + columns]):
        return sizes | {"pixels": "a piece of the frame", "first row": top, "first column": left}
    spread = result[-1, -1, :2] - result[0, 0, :2].astype(float)
    least, most = np.array([(rows, columns), frame.shape[:2]]) - 1
    whole = ((least <= spread) & (spread <= most)).all() and (spread > least).any()
    return sizes | {"pixels": "the whole frame made smaller" if whole else "no piece of the frame"}


def _from(place):
    """Return the answer with another place for top and left."""

    def answer(frame, height, width):
        top, left = (place(*pair) for pair in zip(frame.shape, (height, width), strict=False))
        return frame[top : top + height, left : left + width]

    return answer


def _end_not_moved(frame, height, width):
    top, left = (frame.shape[0] - height) // 2, (frame.shape[1] - width) // 2
    return frame[top:height, left:width]


def _one_short(frame, height, width):
    return centre_crop(frame, height, width)[:-1, :-1]


def _x_first(frame, height, width):
    top = (frame.shape[0] - height) // 2
    left = (frame.shape[1] - width) // 2
    return frame[left : left + width, top : top + height]


def _shape_swapped(frame, height, width):
    """Unpack the shape as width, height."""
    wide, high, _ = frame.shape
    top, left = (high - height) // 2, (wide - width) // 2
    return frame[top : top + height, left : left + width]


def _as_much_from_both_sides(frame, height, width):
    rows, columns, _ = frame.shape
    top, left = (rows - height) // 2, (columns - width) // 2
    return frame[top : rows - top, left : columns - left]


def _made_smaller(frame, height, width):
    """Take every so manyth row and column, as a resize to the nearest pixel does."""
    rows, columns, _ = frame.shape
    return frame[np.arange(height) * rows // height][:, np.arange(width) * columns // width]


def _round_the_middle(frame, height, width):
    row, column = frame.shape[0] // 2, frame.shape[1] // 2
    high, wide = height // 2, width // 2
    return frame[row - high : row + high, column - wide : column + wide]


# 2. normalise --------------------------------------------------------------------------


def normalise(frames, mean, std):
    """Scale to 0-1, then shift and scale each channel."""
    return (frames.astype(np.float32) / 255 - mean) / std


def _normalise_cases():
    rng = np.random.default_rng(5)
    frames = rng.integers(0, 256, (2, 3, 4, 3), dtype=np.uint8)
    pixels = np.array([[[[0, 51, 255], [102, 204, 51]]]], np.uint8)
    return [
        (pixels, np.array([0.45, 0.4, 0.3]), np.array([0.3, 0.25, 0.15])),
        (frames, np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])),
    ]


def _as_given(frames, mean, std):
    shifted = frames - (255 * mean).astype(np.uint8)
    return shifted / shifted.std(axis=(0, 1, 2))


def _wraps_round(frames, mean, std):
    return (frames - (255 * mean).astype(np.uint8)) / (255 * std)


def _mean_rounded(frames, mean, std):
    """Mend the first line by floats alone, and leave the mean a whole number."""
    return (frames.astype(float) - (255 * mean).astype(np.uint8)) / (255 * std)


def _mean_rounded_own_spread(frames, mean, std):
    shifted = frames.astype(float) - (255 * mean).astype(np.uint8)
    return shifted / shifted.std(axis=(0, 1, 2))


def _int8(frames, mean, std):
    return (frames.astype(np.int8) - 255 * mean) / (255 * std)


def _int8_twice(frames, mean, std):
    return (frames.astype(np.int8) - (255 * mean).astype(np.int8)) / (255 * std)


def _own_spread(frames, mean, std):
    shifted = frames - 255 * mean
    return shifted / shifted.std(axis=(0, 1, 2))


def _one_for_all(frames, mean, std):
    return (frames / 255 - np.mean(mean)) / np.mean(std)


def _own_statistics(frames, mean, std):
    """Take the film's own mean and spread, the likeliest thing to know better."""
    x = frames / 255
    return (x - x.mean(axis=(0, 1, 2))) / x.std(axis=(0, 1, 2))


def _channels_first(frames, mean, std):
    return (frames / 255 - mean[:, None, None]) / std[:, None, None]


EXERCISES = [
    Exercise("behind-the-hole", kind="predict"),
    Exercise(
        "centre-crop",
        centre_crop,
        _crop_cases,
        {
            "x-first": _x_first,
            "width-first": lambda frame, height, width: centre_crop(frame, width, height),
            "shape-swapped": _shape_swapped,
            "one-short": _one_short,
            "end-not-moved": _end_not_moved,
            "top-left": lambda frame, height, width: frame[:height, :width],
            "begins-in-the-middle": _from(lambda whole, wanted: whole // 2),
            "halves-first": _from(lambda whole, wanted: whole // 2 - wanted // 2),
            "rounds-up": _from(lambda whole, wanted: (whole - wanted + 1) // 2),
            "rounds-to-even": _from(lambda whole, wanted: round((whole - wanted) / 2)),
            "as-much-from-both-sides": _as_much_from_both_sides,
            "round-the-middle": _round_the_middle,
            "made-smaller": _made_smaller,
        },
        measure=_where_it_was_cut,
    ),
    Exercise(
        "normalise",
        normalise,
        _normalise_cases,
        {
            "as-given": _as_given,
            "wraps-round": _wraps_round,
            "mean-rounded": _mean_rounded,
            "mean-rounded-own-spread": _mean_rounded_own_spread,
            "int8": _int8,
            "int8-twice": _int8_twice,
            "own-spread": _own_spread,
            "own-statistics": _own_statistics,
            "not-scaled": lambda frames, mean, std: (frames - mean) / std,
            "only-scaled": lambda frames, mean, std: frames / 255,
            "std-forgotten": lambda frames, mean, std: frames / 255 - mean,
            "no-brackets": lambda frames, mean, std: frames / 255 - mean / std,
            "whole-division": lambda frames, mean, std: (frames // 255 - mean) / std,
            "std-before-mean": lambda frames, mean, std: frames / 255 / std - mean,
            "back-to-uint8": lambda f, mean, std: normalise(f, mean, std).astype(np.uint8),
            "scaled-last": lambda frames, mean, std: (frames - mean) / std / 255,
            "only-mean-scaled": lambda frames, mean, std: (frames - 255 * mean) / std,
            "divides-by-256": lambda frames, mean, std: (frames / 256 - mean) / std,
            "one-for-all": _one_for_all,
            "channels-first": _channels_first,
            "bgr-order": lambda frames, m, s: normalise(frames, m[::-1], s[::-1]),
        },
        kind="repair",
        rtol=2e-3,  # float16 is as good a float
    ),
    Exercise("who-is-nearest", kind="predict"),
    Exercise(
        "motion",
        kind="challenge",
        score=motion_score,
        bar=0.2,
        higher=False,
        seconds=60.0,
    ),
]
