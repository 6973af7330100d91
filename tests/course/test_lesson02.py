"""Answers to lesson 02 as learners write them: right ones in other words, and near misses."""

import math

import numpy as np
import pytest

from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def crop_by_loops(frame, height, width):
    top, left = int((len(frame) - height) / 2), int((len(frame[0]) - width) / 2)
    rows = [frame[top + y, left : left + width] for y in range(height)]
    return np.array(rows)


def crop_from_the_end(frame, height, width):
    spare = frame.shape[0] - height, frame.shape[1] - width
    below, right = spare[0] - spare[0] // 2, spare[1] - spare[1] // 2
    return frame[spare[0] // 2 : frame.shape[0] - below, spare[1] // 2 : frame.shape[1] - right]


def normalise_by_channels(frames, mean, std):
    out = np.zeros(frames.shape)
    for k in range(3):
        out[..., k] = (frames[..., k] / 255.0 - mean[k]) / std[k]
    return out


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("centre-crop", crop_by_loops),
        ("centre-crop", crop_from_the_end),
        ("centre-crop", lambda f, h, w: f[(len(f) - h) // 2 :][:h, (f.shape[1] - w) // 2 :][:, :w]),
        ("normalise", normalise_by_channels),
        ("normalise", lambda f, mean, std: (f - 255 * mean) / (255 * std)),
        ("normalise", lambda f, mean, std: ((f / 255 - mean) / std).astype(np.float16)),
        ("normalise", lambda f, mean, std: (f.astype(np.float16) / 255 - mean) / std),
        ("normalise", lambda f, m, s: np.divide(np.subtract(np.divide(f, 255), m), s)),
    ],
)  # fmt: skip
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def crop_with(place):
    def my_centre_crop(frame, height, width):
        h, w, _ = frame.shape
        top, left = place(h, height), place(w, width)
        return frame[top : top + height, left : left + width]

    return my_centre_crop


def width_from_shape_first(frame, height, width):
    w, h, _ = frame.shape
    top, left = (h - height) // 2, (w - width) // 2
    return frame[top : top + height, left : left + width]


def negative_ends(frame, height, width):
    top, left = (frame.shape[0] - height) // 2, (frame.shape[1] - width) // 2
    return frame[top:-top, left:-left]


def about_the_middle(frame, height, width):
    y, x = frame.shape[0] // 2, frame.shape[1] // 2
    return frame[y - height // 2 : y + height // 2, x - width // 2 : x + width // 2]


def own_mean_of_all(frames, mean, std):
    x = frames / 255.0
    return (x - np.mean(x, (0, 1, 2))) / np.std(x, (0, 1, 2))


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("centre-crop", crop_with(lambda size, part: size // 2 - part // 2), "halves-first"),
        ("centre-crop", crop_with(lambda size, part: round((size - part) / 2)), "rounds-to-even"),
        ("centre-crop", crop_with(lambda size, part: math.ceil((size - part) / 2)), "rounds-up"),
        ("centre-crop", crop_with(lambda size, part: size // 2), "begins-in-the-middle"),
        ("centre-crop", width_from_shape_first, "shape-swapped"),
        ("centre-crop", negative_ends, "as-much-from-both-sides"),
        ("centre-crop", about_the_middle, "round-the-middle"),
        ("centre-crop", lambda f, h, w: f[:h, :w], "top-left"),
        ("centre-crop", lambda f, h, w: f[0:w, 0:h], None),
        ("normalise", own_mean_of_all, "own-statistics"),
        ("normalise", lambda f, m, s: f / 255 - m / s, "no-brackets"),
        ("normalise", lambda f, m, s: ((f / 255 - m) / s).astype(np.uint8), "back-to-uint8"),
        ("normalise", lambda f, m, s: (f - m) / s, "not-scaled"),
        ("normalise", lambda f, m, s: (f / 256 - m) / s, "divides-by-256"),
        ("normalise", lambda f, m, s: (f - m * 255) / s, "only-mean-scaled"),
        ("normalise", lambda f, m, s: (f / 255 - m.reshape(3, 1, 1)) / s.reshape(3, 1, 1),
         "channels-first"),
        ("normalise", lambda f, m, s: (f / 255 - m.mean()) / s.mean(), "one-for-all"),
    ],
)  # fmt: skip
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_a_crop_is_told_which_side_is_off():
    def three_down(frame, height, width):
        left = (frame.shape[1] - width) // 2
        return frame[3 : 3 + height, left : left + width]

    result = grade(get("centre-crop"), three_down)
    assert result.lines[0] == "first row: it is 3; it should be 2."
    assert "[[" not in repr(result)
    turned = grade(get("centre-crop"), lambda f, h, w: get("centre-crop").solution(f, h, w)[::-1])
    assert "no piece of the frame" in turned.lines[0]
    assert grade(get("centre-crop"), lambda f, h, w: f[:0]).lines[0].startswith("height: it is 0")


@pytest.mark.parametrize("exercise", ["centre-crop", "normalise"])
def test_the_last_hint_leaves_something_to_do(exercise):
    assert get(exercise).solution_source.split("return ")[1].strip() not in get(exercise).hints[2]
