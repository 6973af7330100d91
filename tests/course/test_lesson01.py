"""Answers to lesson 01 as learners write them: right ones in other words, and near misses."""

import bisect
import math

import numpy as np
import pytest

from vidlearn.course import challenge
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson01 import (
    HURRIED,
    SMALL,
    quality,
    read_small,
    rgb_of,
    settings_of,
    small_score,
    telephone,
    two_shots,
    write_small,
)
from vidlearn.video import frame_times, probe, read_video

WEIGHTS = np.array([0.299, 0.587, 0.114])


def luma_by_pixels(frame):
    out = np.zeros(frame.shape[:2], np.uint8)
    for y, x in np.ndindex(out.shape):
        out[y, x] = round(float(sum(WEIGHTS[k] * frame[y, x, k] for k in range(3))))
    return out


def by_last_seen(times, second):
    frame = 0
    while frame + 1 < len(times) and times[frame + 1] <= second:
        frame += 1
    return frame


def backwards(times, second):
    for i in reversed(range(len(times))):
        if times[i] <= second:
            return i


def one_by_one(total, frames):
    for i in range(frames):
        yield int((2 * i + 1) * total / (2 * frames))


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("luma", luma_by_pixels),
        ("luma", lambda f: np.rint(np.einsum("hwc,c->hw", f, WEIGHTS)).astype("uint8")),
        ("luma", lambda f: (f @ WEIGHTS + 0.5).astype(np.uint8)),
        ("luma", lambda f: np.around((f * WEIGHTS).sum(2)).astype(np.uint8)),
        ("luma", lambda f: ((299 * f[..., 0].astype(int) + 587 * f[..., 1].astype(int)
                             + 114 * f[..., 2].astype(int) + 500) // 1000).astype(np.uint8)),
        ("frame-on-screen", by_last_seen),
        ("frame-on-screen", backwards),
        ("frame-on-screen", lambda times, second: bisect.bisect(times, second) - 1),
        ("frame-on-screen", lambda times, second: np.sum(times <= second) - 1),
        ("frame-on-screen", lambda times, second: np.flatnonzero(times <= second)[-1]),
        ("frame-on-screen", lambda t, s: np.searchsorted(t, s, side="right") - 1),
        ("uniform-indices", one_by_one),
        ("uniform-indices", lambda t, n: np.arange(t / n / 2, t, t / n).astype(int)),
        ("uniform-indices", lambda t, n: (np.linspace(0, t, n + 1)[:-1] + t / n / 2) // 1),
        ("uniform-indices", lambda t, n: map(int, np.arange(0.5, n) * (t / n))),
        ("uniform-indices", lambda t, n: [(2 * i + 1) * t // (2 * n) for i in range(n)]),
        ("uniform-indices", lambda t, n: [math.floor(t / n * i + t / n / 2) for i in range(n)]),
    ],
)  # fmt: skip
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def planted(weights, order, rounded):
    def answer(frame):
        red, green, blue = np.moveaxis(frame, -1, 0)[::order]
        light = weights[0] * red + weights[1] * green + weights[2] * blue
        return (np.round(light) if rounded else light).astype(np.uint8)

    return answer


def middles_between_whole_borders(total, frames):
    borders = [int(i * total / frames) for i in range(frames + 1)]
    return [(borders[i] + borders[i + 1]) // 2 for i in range(frames)]


def returns_at_the_first(times, second):
    for i, time in enumerate(times):
        if time <= second:
            return i


def ends_in_the_loop(times, second):
    for i in range(len(times)):
        if times[i] > second:
            return i - 1


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("luma", lambda f: np.round(f @ WEIGHTS), "rounded-floats"),
        ("luma", lambda f: np.round(f @ WEIGHTS).astype(int), "not-uint8"),
        ("luma", lambda f: np.round(f @ WEIGHTS).astype(int).tolist(), "not-uint8"),
        ("luma", lambda f: (f @ WEIGHTS).astype(np.uint8), "truncates"),
        ("luma", lambda f: f @ WEIGHTS, "not-rounded"),
        ("luma", lambda f: np.round(f[..., ::-1] @ WEIGHTS).astype(np.uint8), "bgr-order"),
        ("luma", lambda f: np.round(0.2126 * f[..., 0] + 0.7152 * f[..., 1] + 0.0722 * f[..., 2])
         .astype(np.uint8), "weights-of-hd"),
        ("luma", planted((0.299, 0.587, 0.114), 1, 0), "truncates"),
        ("luma", planted((0.299, 0.578, 0.114), 1, 1), "swapped-digits"),
        ("luma", planted((0.299, 0.578, 0.114), 1, 0), "weights-and-cut"),
        ("luma", planted((0.299, 0.578, 0.114), -1, 1), "order-and-weights"),
        ("luma", planted((0.299, 0.587, 0.114), -1, 0), "order-and-cut"),
        ("luma", planted((0.299, 0.587, 0.114), -1, 1), "bgr-order"),
        ("luma", lambda f: 0.299 * f[0] + 0.587 * f[1] + 0.114 * f[2], "rows-for-channels"),
        ("luma", lambda f: np.round(0.3 * f[..., 0] + 0.59 * f[..., 1] + 0.11 * f[..., 2])
         .astype(np.uint8), "short-weights"),
        ("luma", lambda f: f.mean(2).round().astype(np.uint8), "plain-mean"),
        ("frame-on-screen", lambda t, s: int(s * 25), "fixed-rate"),
        ("frame-on-screen", lambda t, s: int(s / t[1]), "rate-of-the-first"),
        ("frame-on-screen", lambda t, s: int(s * len(t) / t[-1]), "frames-over-seconds"),
        ("frame-on-screen", lambda t, s: round(s * (len(t) - 1) / t[-1]), "even-rate-rounded"),
        ("frame-on-screen", lambda t, s: int(s / np.diff(t).mean()), "even-rate"),
        ("frame-on-screen", lambda t, s: np.searchsorted(t, s), "place-to-insert"),
        ("frame-on-screen", lambda t, s: np.searchsorted(t, s) - 1, "strictly-before"),
        ("frame-on-screen", lambda t, s: np.searchsorted(t, s, side="right"), "from-one"),
        ("frame-on-screen", lambda t, s: np.sum(t <= s), "from-one"),
        ("frame-on-screen", lambda t, s: np.sum(t < s), "place-to-insert"),
        ("frame-on-screen", lambda t, s: np.argmax(t > s) - 1, "argmax-at-the-end"),
        ("frame-on-screen", returns_at_the_first, "first-not-after"),
        ("frame-on-screen", lambda t, s: int(s), "second-as-frame"),
        ("frame-on-screen", ends_in_the_loop, "misses-the-last"),
        ("frame-on-screen", lambda t, s: np.abs(np.array(t) - s).argmin(), "nearest"),
        ("frame-on-screen", lambda t, s: max(x for x in t if x <= s), "stamp"),
        ("uniform-indices", lambda t, n: np.linspace(0, t, n), "past-the-end-floats"),
        ("uniform-indices", lambda t, n: np.linspace(0, t, n).astype(int), "past-the-end-cut"),
        ("uniform-indices", lambda t, n: np.linspace(0, t - 1, n), "both-ends-floats"),
        ("uniform-indices", lambda t, n: np.linspace(0, t - 1, n, dtype=int), "both-ends-cut"),
        ("uniform-indices", lambda t, n: list(range(0, t, t // n)), "step-of-a-range"),
        ("uniform-indices", lambda t, n: range(0, t, t // n), "step-of-a-range"),
        ("uniform-indices", lambda t, n: range(0, t, t // n)[:n], "fixed-step"),
        ("uniform-indices", lambda t, n: [i * (t // n) + t // n // 2 for i in range(n)],
         "middles-of-fixed-steps"),
        ("uniform-indices", middles_between_whole_borders, "middles-of-whole-parts"),
        ("uniform-indices", lambda t, n: [int(t / n * i) + int(t / n / 2) for i in range(n)],
         "rounded-twice"),
        ("uniform-indices", lambda t, n: [int(t / n * (i + 0.5) + 0.5) for i in range(n)],
         "rounds-half-up"),
        ("uniform-indices", lambda t, n: [round(t / n * (i + 0.5)) for i in range(n)], "rounds"),
        ("uniform-indices", lambda t, n: [t / n * (i + 0.5) for i in range(n)], "not-whole"),
        ("uniform-indices", lambda t, n: np.linspace(0, t - 1, n + 2)[1:-1].astype(int),
         "inner-points"),
        ("uniform-indices", lambda t, n: [int((i + 0.5) * (t - 1) / n) for i in range(n)],
         "one-too-few"),
        ("uniform-indices", lambda t, n: [int((i + 0.5) * t / n) + 1 for i in range(n)],
         "from-one"),
        ("uniform-indices", lambda t, n: range(n), "first-frames"),
        ("uniform-indices", lambda t, n: t // n, None),
    ],
)  # fmt: skip
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_no_middle_lies_on_the_border_of_two_frames():
    for total, frames in get("uniform-indices").cases():
        halves = [(2 * i + 1) * total for i in range(frames)]
        exact = frames & (frames - 1) == 0
        assert exact or all(half % (2 * frames) for half in halves)


def test_the_planted_luma_is_not_answered_yet():
    assert grade(get("luma"), planted((0.299, 0.578, 0.114), -1, 0)).status == "not_yet"


@pytest.fixture(scope="module")
def frames():
    return two_shots().frames


def test_two_shots_have_one_cut(frames):
    assert frames.shape == (120, 150, 200, 3)
    assert two_shots().cuts == (60,)


def test_quality_by_hand():
    black, grey = np.zeros((2, 3, 4, 3), np.uint8), np.full((2, 3, 4, 3), 51, np.uint8)
    assert quality(black, grey) == pytest.approx(20 * np.log10(5))
    assert quality(grey, grey) == float("inf")
    half = np.concatenate([black[:1], grey[1:]])
    assert quality(black, half) == pytest.approx(20 * np.log10(5) + 10 * np.log10(2))


def test_a_small_film_is_seen_as_large_and_as_long(tmp_path, frames):
    settings = {"crf": 30, "every": 3, "height": 76}
    path = write_small(tmp_path / "small.mp4", frames[:10], settings)
    seen = read_small(path, frames[:10], every=3)
    assert seen.shape == frames[:10].shape
    assert (seen[3:6] == seen[3]).all()
    assert not (seen[2] == seen[3]).all()
    assert quality(frames[:10:3], seen[::3]) > 24


def test_the_challenge_is_won_by_an_eighth_and_lost_by_what_is_simpler():
    hurried, plain = small_score(lambda: HURRIED), small_score({"crf": 27})
    assert hurried > 8 * get("smallest-film").bar
    assert plain > get("smallest-film").bar
    won = challenge("smallest-film", lambda: SMALL)
    assert won.status == "right"
    assert challenge("smallest-film", lambda: None).status == "not_yet"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"crf": 33}, r"kB, but only 2\d\.\d dB are left of the film, and 33 are asked for"),
        ({"crf": 0, "every": 2}, "only 2.* dB are left"),
        ({"crf": 0, "height": 120}, "only 3.* dB are left"),
        ({"fps": 12}, "no setting fps. Known are crf, preset, keyint, every, height"),
        ({"crf": "low"}, "crf is a whole number from 0 to 51; yours is 'low'"),
        ({"keyint": 0}, "keyint is a whole number from 1 to 600"),
        ({"height": 300}, "height is a whole number from 16 to 150"),
        ({"preset": "quick"}, "preset must be one of ultrafast"),
        ([31, "slow"], "Settings are a dict"),
    ],
)
def test_the_score_rejects_settings_that_make_no_sense(settings, message):
    with pytest.raises(Refusal, match=message):
        small_score(settings)


def test_settings_that_make_no_sense_are_the_hurried_ones():
    good = {"crf": 40, "preset": "slow"}
    assert settings_of(lambda: good) == good
    for bad in (None, {"crf": 99}, {"preset": "quick"}, 7, [("a", 1)]):
        assert settings_of(lambda bad=bad: bad) == HURRIED
    assert settings_of(lambda: 1 / 0) == HURRIED


def test_the_telephone_takes_fewer_pictures_in_the_dark(tmp_path):
    path = telephone(tmp_path / "phone.mp4")
    times = frame_times(path)
    assert len(times) == 60
    np.testing.assert_allclose(np.diff(times)[:40], 0.04, atol=1e-4)
    np.testing.assert_allclose(np.diff(times)[40:], 0.12, atol=1e-4)
    assert probe(path).variable_frame_rate
    frames = read_video(path)
    assert frames[40:].mean() < 0.6 * frames[:40].mean()


def test_light_and_colour_give_the_picture_back():
    frame = np.random.default_rng(5).integers(0, 256, (5, 7, 3), np.uint8)
    light = frame @ WEIGHTS
    again = rgb_of(light, frame[..., 0] - light, frame[..., 2] - light)
    np.testing.assert_array_equal(again, frame)


def test_a_plane_of_colour_on_grey():
    redder = np.array([[0.0, 40.0, -40.0]])
    red, green, blue = np.moveaxis(rgb_of(128, redder, 0).astype(int), -1, 0)[:, 0]
    assert red.tolist() == [128, 168, 88]
    assert green[1] < green[0] == 128 < green[2]
    assert blue.tolist() == [128] * 3
