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


def counted_layer_by_layer(clip, filters, features, units, classes, lost=0):
    _, h, w, c = clip
    sizes = []
    for k in filters:
        sizes += [9 * c * k, k]
        h, w, c = (h - lost) // 2, (w - lost) // 2, k
    sizes += [h * w * c * features, features]
    sizes += [features * 3 * units, units * 3 * units, 2 * 3 * units]
    return float(sum(sizes) + units * classes + classes)


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
        ("own-order", by_numpy_s_old_generator),
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
        ("unfold-time", lambda v, t: np.stack([v[k::t] for k in range(t)]), None),
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
        ("own-order", with_two_frames_swapped, None),
        ("own-order", turned_or_rotated, None),
        ("own-order", lambda clips, rng: clips / 255, None),
        ("own-order", lambda clips, rng: np.roll(clips, 3, axis=1), None),
        ("own-order", lambda clips, rng: clips[0], None),
        ("last-state", lambda s, n: s[:, -1, :], "last-column"),
        ("last-state", lambda s, n: [s[i, n[i]] for i in range(len(n))], "one-too-far"),
        ("shared-weights", lambda *args: counted_layer_by_layer(*args, lost=2), "no-padding"),
        (
            "shared-weights",
            lambda c, k, f, u, n: get("shared-weights").solution(c, k, f, u, n) * c[0],
            None,
        ),
    ],
)
def test_near_misses_are_wrong_and_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


@pytest.mark.parametrize("case", get("shared-weights").cases())
def test_counted_weights_match_keras(case):
    from vidlearn.models import build_cnn_rnn

    clip, filters, features, units, classes = case
    model = build_cnn_rnn(clip, classes, filters=filters, features=features, units=units)
    assert get("shared-weights").solution(*case) == model.count_params()
