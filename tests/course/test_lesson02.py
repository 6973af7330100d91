"""Answers to lesson 02 as learners write them: right ones in other words, and near misses."""

import math

import numpy as np
import pytest
from scipy.ndimage import median_filter

from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson02 import estimating, films


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


def own_spread(frames, mean, std):
    shifted = frames - 255 * mean
    return shifted / np.std(shifted, axis=(0, 1, 2), keepdims=True)


def test_a_repair_names_the_fault_that_is_left():
    def first_left(frames, mean, std):
        return (frames - (255 * mean).astype(np.uint8)) / (255 * std)

    named = [grade(get("normalise"), answer).misconception for answer in (first_left, own_spread)]
    assert named == ["wraps-round", "own-spread"]


def test_through_a_round_hole_three_cards_are_one_film():
    seen = [films.behind(films.card(way, frames=40)) for way in ((2, 0), (0, 2), (1, 1))]
    assert all(np.array_equal(seen[0], other) for other in seen[1:])
    assert not np.array_equal(seen[0][0], seen[0][1])
    open_ = [films.card(way, frames=9)[8] for way in ((2, 0), (0, 2))]
    assert not np.array_equal(*open_)


def test_the_motion_of_a_circling_film_is_true():
    film = films.circling(9, seed=3, size=(48, 64), radius=5, noise=0, background="china")
    assert film.frames.shape == (9, 48, 64, 3)
    assert not film.motion[0].any()
    for t in range(1, 9):
        still = (film.masks[t] == 0) & (film.masks[t - 1] == 0)
        u, v = film.motion[t][film.masks[t] == 0][0].astype(int)
        moved = np.roll(film.frames[t - 1], (v, u), axis=(0, 1))
        inner = np.zeros_like(still)
        inner[3:-3, 3:-3] = True
        both = still & inner & np.roll(film.masks[t - 1] == 0, (v, u), axis=(0, 1))
        apart = np.abs(film.frames[t].astype(int) - moved)[both]
        assert np.median(apart) == 0  # shadows move with their things


def search(before, after, side=8, reach=6):
    """Plain block matching by the squares of differences."""
    rows, columns = after.shape
    padded = np.pad(before, reach, mode="edge")
    shifts = [(u, v) for v in range(-reach, reach + 1) for u in range(-reach, reach + 1)]
    costs = []
    for u, v in shifts:
        old = padded[reach - v : reach - v + rows, reach - u : reach - u + columns]
        apart = np.square(after - old).reshape(rows // side, side, columns // side, side)
        costs.append(apart.sum(axis=(1, 3)))
    return np.array(shifts, float)[np.argmin(costs, axis=0)]


def test_the_bar_lies_below_plain_search_and_the_file_and_can_be_reached(tmp_path):
    def smoothed(before, after):
        return median_filter(search(before, after), size=(3, 3, 1))

    exercise = get("motion")
    assert exercise.bar < estimating.codec_error(tmp_path) < 0.28
    assert exercise.bar < exercise.score(lambda a, b: search(a, b, side=16)) < 0.28
    assert exercise.score(smoothed) < exercise.bar
    assert exercise.score(lambda before, after: np.zeros((8, 12, 2))) > 1.5
    assert exercise.score(lambda before, after: None) is None


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (np.zeros((8, 12)), "rows, columns, 2"),
        (3.0, "rows, columns, 2"),
        (np.zeros((7, 12, 2)), "do not divide"),
        (np.full((8, 12, 2), np.nan), "NaN"),
    ],
)
def test_no_arrows_are_told_apart(came, words):
    with pytest.raises(Refusal, match=words):
        get("motion").score(lambda before, after: came)
