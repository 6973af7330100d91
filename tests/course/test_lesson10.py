"""Answers to lesson 10 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def by_stacking(clips):
    return np.concatenate([clip for clip in clips], axis=0)


def unfold_by_splitting(vectors, frames):
    return np.array(np.split(vectors, len(vectors) // frames))


def shuffled_in_a_copy(clips, rng):
    out = clips.copy()
    for clip in out:
        rng.shuffle(clip)
    return out


def by_sorting_noise(clips, rng):
    orders = rng.random(clips.shape[:2]).argsort(axis=1)
    return clips[np.arange(len(clips))[:, None], orders]


def by_numpy_s_old_generator(clips, rng):
    return np.array([clip[np.random.permutation(len(clip))] for clip in clips])  # noqa: NPY002


def shuffled_by_columns(clips, rng):
    out = np.empty_like(clips)
    for n, clip in enumerate(clips):
        for k, place in enumerate(rng.choice(len(clip), len(clip), replace=False)):
            out[n, place] = clip[k]
    return out


def by_a_generator_of_its_own(clips, rng):
    rng = np.random.default_rng(7)
    return np.stack([clip[rng.permutation(len(clip))] for clip in clips])


def shuffled_in_place(clips, rng):
    for clip in clips:
        rng.shuffle(clip)
    return clips


def with_one_generator_per_clip(clips, rng):
    return np.stack([clip[np.random.default_rng(0).permutation(len(clip))] for clip in clips])


def with_the_order_thrown_away(clips, rng):
    out = clips.copy()
    for clip in out:
        rng.permutation(clip)
    return out


def with_two_frames_swapped(clips, rng):
    out = clips.copy()
    for clip in out:
        a, b = rng.choice(len(clip), 2, replace=False)
        clip[[a, b]] = clip[[b, a]]
    return out


def turned_or_rotated(clips, rng):
    turned = [clip[:: rng.choice([-1, 1])] for clip in clips]
    return np.stack([np.roll(clip, rng.integers(len(clip)), axis=0) for clip in turned])


def in_single_precision(clips, rng):
    out = np.zeros(clips.shape, np.float32)
    for n in range(len(clips)):
        out[n] = clips[n, rng.permutation(clips.shape[1])]
    return out


def last_by_mask(states, lengths):
    wanted = np.arange(states.shape[1]) == lengths[:, None] - 1
    return states[wanted]


def counted_layer_by_layer(
    clip, filters, features, units, classes, lost=0, half=lambda n: n // 2, biases=1, update=True
):
    _, h, w, c = clip
    sizes, last = [], c
    for k in filters:
        sizes += [9 * c * k, biases * k]
        h, w, last = half(h - lost), half(w - lost), k
        c = k if update else c
    sizes += [h * w * last * features, biases * features]
    sizes += [features * 3 * units, units * 3 * units, biases * 2 * 3 * units]
    return float(sum(sizes) + units * classes + biases * classes)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("fold-time", by_stacking),
        ("fold-time", lambda clips: clips.reshape((-1, *clips.shape[2:]))),
        ("unfold-time", unfold_by_splitting),
        ("unfold-time", lambda v, t: v.reshape(len(v) // t, t, -1).tolist()),
        ("own-order", shuffled_in_a_copy),
        ("own-order", by_sorting_noise),
        ("own-order", in_single_precision),
        ("own-order", shuffled_by_columns),
        ("own-order", lambda clips, rng: own(clips.astype(np.float32).astype(float), clips, rng)),
        ("last-state", last_by_mask),
        ("last-state", lambda s, n: [clip[k - 1] for clip, k in zip(s, n, strict=True)]),
        ("last-state", lambda s, n: np.take_along_axis(s, n[:, None, None] - 1, 1)[:, 0]),
        ("shared-weights", counted_layer_by_layer),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def own(_, clips, rng):
    return [[clip[k] for k in rng.permutation(len(clip))] for clip in clips]


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("fold-time", lambda c: c.reshape(c.shape[1] * c.shape[0], *c.shape[3:], -1), None),
        ("fold-time", lambda c: np.concatenate(list(c.swapaxes(0, 1))), "time-first"),
        ("fold-time", lambda c: np.concatenate(list(c), axis=-1), None),
        ("fold-time", lambda c: np.concatenate(list(c.swapaxes(0, 1)), axis=-1), "into-channels"),
        ("unfold-time", lambda v, t: np.stack([v[k::t] for k in range(t)]), "axes-swapped"),
        ("unfold-time", lambda v, t: v.reshape(-1, t * v.shape[1]), "joined"),
        ("fold-time", lambda c: c.reshape(len(c), *c.shape[2:4], -1), "channels-torn"),
        ("fold-time", lambda c: c.reshape(c.shape[0] * c.shape[1], -1), "flattened"),
        (
            "own-order",
            lambda clips, rng: [rng.choice(clip, len(clip)) for clip in clips],
            "with-replacement",
        ),
        ("own-order", by_numpy_s_old_generator, "own-generator"),
        ("own-order", by_a_generator_of_its_own, "own-generator"),
        ("last-state", lambda s, n: s[n - 1], "clips-for-time"),
        ("last-state", lambda s, n: [c[:k].mean(0) for c, k in zip(s, n, strict=True)], "mean"),
        (
            "shared-weights",
            lambda *args: counted_layer_by_layer(*args, half=lambda n: n / 2),
            "not-rounded",
        ),
        (
            "shared-weights",
            lambda *args: counted_layer_by_layer(*args, half=lambda n: (n + 1) // 2),
            "rounded-up",
        ),
        (
            "shared-weights",
            lambda *args: counted_layer_by_layer(*args, half=lambda n: n),
            "no-pooling",
        ),
        ("shared-weights", lambda *args: counted_layer_by_layer(*args, biases=0), "no-biases"),
        (
            "shared-weights",
            lambda *args: counted_layer_by_layer(*args, update=False),
            "channels-stay",
        ),
        (
            "unfold-time",
            lambda v, t: np.stack([v[k :: len(v) // t] for k in range(len(v) // t)]),
            "strided",
        ),
        ("unfold-time", lambda v, t: np.array(np.split(v, t)), "time-first"),
        ("own-order", shuffled_in_place, "input-changed"),
        ("own-order", with_one_generator_per_clip, "same-for-all"),
        ("own-order", lambda clips, rng: rng.permutation(clips), "clips-not-frames"),
        ("own-order", lambda clips, rng: rng.permutation(clips, axis=1), "same-for-all"),
        ("own-order", lambda clips, rng: np.flip(clips, 1), "reversed"),
        ("own-order", lambda clips, rng: clips.copy(), "unchanged"),
        ("own-order", with_the_order_thrown_away, "unchanged"),
        ("own-order", with_two_frames_swapped, "two-swapped"),
        ("own-order", turned_or_rotated, "rotated"),
        ("own-order", lambda clips, rng: clips / 255, None),
        ("own-order", lambda clips, rng: np.roll(clips, 3, axis=1), "same-for-all"),
        ("own-order", lambda clips, rng: clips[0], None),
        ("last-state", lambda s, n: s[:, -1, :], "last-column"),
        ("last-state", lambda s, n: [s[i, n[i]] for i in range(len(n))], "one-too-far"),
        ("shared-weights", lambda *args: counted_layer_by_layer(*args, lost=2), "no-padding"),
        (
            "shared-weights",
            lambda c, k, f, u, n: counted_layer_by_layer(c, k, f, u, n) * c[0],
            "times-frames",
        ),
    ],
)
def test_near_misses_are_wrong_and_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (by_numpy_s_old_generator, "not drawn with rng"),
        (lambda clips, rng: clips / 255, "other numbers"),
        (lambda clips, rng: clips[0], "an array of shape"),
        (lambda clips, rng: clips[::-1], "the clips in other places"),
        (turned_or_rotated, "neighbours"),
    ],
)
def test_what_became_of_the_frames_is_told_in_words(answer, came):
    said = repr(grade(get("own-order"), answer))
    assert came in said
    assert "True" not in said


def test_two_in_a_row_are_drawn_from_the_generator_given():
    """A second try is judged like the first."""
    for _ in range(2):
        assert grade(get("own-order"), shuffled_in_a_copy).status == "right"
        assert grade(get("own-order"), by_numpy_s_old_generator).status == "wrong"


@pytest.mark.parametrize("case", get("shared-weights").cases())
def test_counted_weights_match_keras(case):
    from vidlearn.models import build_cnn_rnn

    clip, filters, features, units, classes = case
    model = build_cnn_rnn(clip, classes, filters=filters, features=features, units=units)
    assert get("shared-weights").solution(*case) == model.count_params()
