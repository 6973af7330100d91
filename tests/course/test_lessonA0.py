"""Answers to the NumPy primer as learners write them: right ones in other words, near misses."""

import numpy as np
import pytest

from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def in_two_steps(frame, box):
    x1, y1, x2, y2 = box
    return frame[y1:y2][:, x1:x2]


def pixel_by_pixel(frame, box):
    rows = range(box[1], box[3])
    return [[frame[y, x] for x in range(box[0], box[2])] for y in rows]


def by_masks(frame, amount):
    larger = frame.astype(float) + amount
    larger[larger < 0], larger[larger > 255] = 0, 255
    return larger.astype("uint8")


def number_by_number(frame, amount):
    out = np.empty_like(frame)
    for place in np.ndindex(frame.shape):
        out[place] = min(255, max(0, int(frame[place]) + amount))
    return out


def by_where(frame, amount):
    total = frame.astype(np.int64) + amount
    return np.where(total > 255, 255, np.where(total < 0, 0, total)).astype(np.uint8)


def by_sign(frame, amount):
    if amount >= 0:
        return frame + np.minimum(255 - frame, min(amount, 255)).astype(np.uint8)
    return frame - np.minimum(frame, min(-amount, 255)).astype(np.uint8)


def all_at_once(frame):
    out = np.zeros_like(frame)
    out[:] = frame - frame.mean((0, 1))
    return out


def channel_by_channel(frame):
    return np.stack([c - c.mean() for c in np.moveaxis(frame, -1, 0)], axis=-1)


def by_rows_of_pixels(frame):
    flat = frame.reshape(-1, frame.shape[-1]).astype(np.float64)
    return (flat - flat.sum(0) / len(flat)).reshape(frame.shape)


def into_the_frame(frame):
    frame[:] = frame - frame.mean(axis=(0, 1))
    return frame


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("crop-box", in_two_steps),
        ("crop-box", pixel_by_pixel),
        ("crop-box", lambda frame, box: frame[slice(box[1], box[3]), slice(box[0], box[2]), :]),
        ("add-light", by_masks),
        ("add-light", number_by_number),
        ("add-light", by_where),
        ("add-light", by_sign),
        ("add-light", lambda f, a: np.uint8(np.clip(np.int32(f) + a, 0, 255))),
        ("add-light", lambda f, a: np.array(f, float).__add__(a).clip(0, 255).astype(np.uint8)),
        ("centre-channels", lambda frame: frame - np.average(frame, axis=(0, 1))[None, None]),
        ("centre-channels", lambda frame: frame - frame.mean(axis=(0, 1), keepdims=True)),
        ("centre-channels", lambda frame: frame - frame.mean(0).mean(0)),
        ("centre-channels", channel_by_channel),
        ("centre-channels", by_rows_of_pixels),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def up_in_place(frame, amount):
    frame += amount
    return frame


def by_fractions(frame, amount):
    return (np.clip((frame / 255.0) + (amount / 255.0), 0.0, 1.0) * 255.0).astype("uint8")


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("crop-box", lambda f, b: f[b[1] : b[3]][b[0] : b[2]], "rows-twice"),
        ("crop-box", lambda f, b: f[b[0] : b[2], b[1] : b[3], :], "swapped-axes"),
        ("crop-box", lambda f, b: f[b[0] : b[2] + 1, b[1] : b[3] + 1], "swapped-and-included"),
        ("crop-box", lambda f, b: f[b[0] : b[1], b[2] : b[3]], "first-two-last-two"),
        ("crop-box", lambda f, b: f[b[1] : b[3] - 1, b[0] : b[2] - 1], "one-short"),
        ("crop-box", lambda f, b: f[b[1] : b[1] + b[3], b[0] : b[0] + b[2]], "corner-and-size"),
        ("crop-box", lambda f, b: f[b[1] : b[3], b[0] : b[2], 0], None),
        ("add-light", lambda f, a: f + a, "adds-in-uint8"),
        ("add-light", lambda f, a: f + np.uint8(a), "adds-in-uint8"),
        ("add-light", lambda f, a: np.minimum(f + a, 255), "adds-in-uint8"),
        ("add-light", lambda f, a: (f + np.int16(a)).astype("uint8"), "wraps"),
        ("add-light", lambda f, a: np.uint8(f.astype(int) + a), "wraps"),
        ("add-light", lambda f, a: np.clip(f.astype(np.uint16) + a, 0, 255).astype(np.uint8),
         "in-uint16"),
        ("add-light", lambda f, a: np.clip(f.astype("int8") + a, 0, 255).astype("uint8"),
         "in-int8"),
        ("add-light", up_in_place, "input-changed"),
        ("add-light", by_fractions, "by-fractions"),
        ("add-light", lambda f, a: np.clip(f.astype(int) + a, 0, 255), "not-uint8"),
        ("add-light", lambda f, a: np.clip(f.astype(np.float32) + a, 0, 255), "floats"),
        ("add-light", lambda f, a: np.clip(f * 1.0 + a, None, 255).astype(int).astype(np.uint8),
         "no-floor"),
        ("centre-channels", all_at_once, "into-frame-type"),
        ("centre-channels", lambda f: (f - f.mean((0, 1))).astype(np.uint8), "back-to-uint8"),
        ("centre-channels", lambda f: f - np.mean(f, -1), "over-channels"),
        ("centre-channels", lambda f: f - f.mean((1, 2)), "axes-of-a-batch"),
        ("centre-channels", lambda f: f - f.mean((0, 1)).astype(int), "whole-means"),
        ("centre-channels", lambda f: f - np.uint8(f.mean((0, 1))), "mean-in-uint8"),
        ("centre-channels", lambda f: (f - f.mean((0, 1))) / f.std((0, 1)), "divided-too"),
        ("centre-channels", lambda f: np.mean(f, axis=(0, 1)), "means-only"),
        ("centre-channels", into_the_frame, "into-frame-type"),
    ],
)  # fmt: skip
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_what_is_said_of_types_is_true():
    said = repr(grade(get("add-light"), lambda f, a: f.astype(np.uint16) + a))
    assert "you add in `uint8`" not in said


@pytest.mark.parametrize("exercise", ["crop-box", "centre-channels"])
def test_the_last_hint_leaves_something_to_do(exercise):
    shown = get(exercise).solution_source.split("return ")[1].strip()
    assert shown not in get(exercise).hints[2]
