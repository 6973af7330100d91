"""Lesson 10: CNN and RNN."""

import numpy as np

from vidlearn.course.exercises import Exercise

# 1. fold-time --------------------------------------------------------------------------


def fold_time(clips):
    """Lay the frames of all clips one after another; the CNN sees them as pictures."""
    n, t, h, w, c = clips.shape
    return clips.reshape(n * t, h, w, c)


def _fold_cases():
    rng = np.random.default_rng(80)
    shapes = [(2, 3, 1, 2, 1), (3, 4, 5, 2, 3), (2, 2, 3, 3, 3)]
    return [(rng.integers(0, 256, shape).astype(float),) for shape in shapes]


def _into_channels(clips):
    n, t, h, w, c = clips.shape
    return clips.transpose(0, 2, 3, 1, 4).reshape(n, h, w, t * c)


def _into_rows(clips):
    n, t, h, w, c = clips.shape
    return clips.reshape(n, t * h, w, c)


# 2. unfold-time ------------------------------------------------------------------------


def unfold_time(vectors, frames):
    """Give each clip its vectors back, in the order of time."""
    return vectors.reshape(-1, frames, vectors.shape[-1])


def _unfold_cases():
    rng = np.random.default_rng(81)
    sizes = [(2, 3, 4), (4, 2, 3), (1, 5, 2), (3, 3, 2)]
    return [(rng.normal(size=(n * t, f)), t) for n, t, f in sizes]


def _time_first(vectors, frames):
    return vectors.reshape(frames, -1, vectors.shape[-1])


# 3. shared-weights ---------------------------------------------------------------------


def count_weights(clip, filters, features, units, classes):
    """Count each layer's weights; the CNN's are shared by all frames, the GRU's by all steps."""
    height, width, channels = clip[1:]  # not the number of frames
    total = 0
    for count in filters:
        total += (3 * 3 * channels + 1) * count
        height, width, channels = height // 2, width // 2, count
    total += (height * width * channels + 1) * features
    total += 3 * units * (features + units + 2)
    return total + (units + 1) * classes


def _count_cases():
    return [
        ((10, 32, 32, 3), (16,), 32, 8, 4),
        ((10, 32, 32, 3), (16, 16, 16), 32, 32, 4),
        ((8, 20, 28, 1), (4, 6), 10, 12, 3),
    ]


def _dense_alone(clip, filters, features):
    """Weights between the last feature map and the vector of a frame, the bias among them."""
    rows, columns = (side // 2 ** len(filters) for side in clip[1:3])
    return (rows * columns * filters[-1] + 1) * features


def _a_cnn_per_frame(clip, filters, features, units, classes):
    whole = count_weights(clip, filters, features, units, classes)
    after = 3 * units * (features + units + 2) + (units + 1) * classes
    return (whole - after) * clip[0] + after


def _no_pooling(clip, filters, features, units, classes):
    whole = count_weights(clip, filters, features, units, classes)
    unpooled = (clip[1] * clip[2] * filters[-1] + 1) * features
    return whole - _dense_alone(clip, filters, features) + unpooled


def _no_padding(clip, filters, features, units, classes):
    whole = count_weights(clip, filters, features, units, classes)
    sides = list(clip[1:3])
    for _ in filters:
        sides = [(side - 2) // 2 for side in sides]
    unpadded = (sides[0] * sides[1] * filters[-1] + 1) * features
    return whole - _dense_alone(clip, filters, features) + unpadded


def _recurrent(change):
    """Count the recurrent layer's weights in another way."""

    def counted(clip, filters, features, units, classes):
        whole = count_weights(clip, filters, features, units, classes)
        return whole - 3 * units * (features + units + 2) + change(features, units)

    return counted


# 4. own-order --------------------------------------------------------------------------


def own_order(clips, rng):
    """Shuffle the frames of every clip, each by a permutation of its own."""
    return np.stack([clip[rng.permutation(len(clip))] for clip in clips])


def _order_cases():
    rng = np.random.default_rng(82)
    shapes = [(24, 9, 2, 3, 1), (30, 7, 1, 2, 3)]
    clips = [rng.integers(0, 256, shape, np.uint8) for shape in shapes]  # as frames are
    return [(clip, np.random.default_rng(k)) for k, clip in enumerate(clips)]


def _what_became_of(result, clips, rng):
    """Say where the frames went: what a right answer has in common with every other."""
    result, (n, t) = np.asarray(result), clips.shape[:2]
    if result.shape != clips.shape:
        return {"shape": str(result.shape)}
    where = {clips[i, k].astype(float).tobytes(): (i, k) for i in range(n) for k in range(t)}
    found = [[where.get(frame.astype(float).tobytes()) for frame in clip] for clip in result]
    if any(place is None for clip in found for place in clip):
        numbers = np.array_equal(np.sort(result, axis=None), np.sort(clips, axis=None))
        return {"shape": str(result.shape), "the same numbers": numbers, "whole frames": False}
    i, k = np.moveaxis(np.array(found), -1, 0)  # (N, T) each
    together = (i == i[:, :1]).all()
    steps = np.diff(k, axis=1) % t  # by chance, one in t - 1 of them is 1
    kept, turned = ((steps == step).mean() for step in (1, t - 1))
    same = np.array([np.bincount(place).max() / n for place in k.T])  # the commonest frame there
    return {
        "shape": str(result.shape),
        "the same numbers": True,
        "whole frames": True,
        "each clip keeps its frames": bool(together and (np.sort(k) == np.arange(t)).all()),
        "clips stay in their places": bool((i == np.arange(n)[:, None]).all()),
        "each clip has an order of its own": len(np.unique(k, axis=0)) > 4,
        "anything has moved": bool((k != np.arange(t)).any()),
        "first frames vary": bool(same[0] < 0.6),
        "other frames vary": bool(same[1:].max() < 0.6),
        "neighbours": "turned round" if turned > 0.9 else "as before" if kept > 0.9 else "parted",
        "most neighbours are new": bool(kept + turned < 0.6),
    }


def _same_for_all(clips, rng):
    return clips[:, rng.permutation(clips.shape[1])]


def _across_clips(clips, rng):
    flat = clips.reshape(-1, *clips.shape[2:])
    return flat[rng.permutation(len(flat))].reshape(clips.shape)


def _all_but_the_first(clips, rng):
    return np.stack([clip[[0, *(1 + rng.permutation(len(clip) - 1))]] for clip in clips])


def _rotated(clips, rng):
    return np.stack([np.roll(clip, rng.integers(1, len(clip)), axis=0) for clip in clips])


# 5. last-state -------------------------------------------------------------------------


def last_state(states, lengths):
    """Take the state after the last real frame of each clip."""
    return states[np.arange(len(states)), lengths - 1]


def _last_cases():
    rng = np.random.default_rng(83)
    cases = [(rng.normal(size=(2, 4, 3)), np.array([2, 3]))]
    cases.append((rng.normal(size=(3, 5, 2)), np.array([5, 1, 4])))
    return [*cases, (rng.normal(size=(4, 6, 4)), np.array([6, 3, 1, 2]))]


def _mean_state(states, lengths):
    return np.stack(
        [clip[:length].mean(axis=0) for clip, length in zip(states, lengths, strict=True)]
    )


EXERCISES = [
    Exercise(
        "fold-time",
        fold_time,
        _fold_cases,
        {
            "time-first": lambda clips: fold_time(clips.swapaxes(0, 1)),
            "into-channels": _into_channels,
            "into-rows": _into_rows,
            "first-frames": lambda clips: clips[:, 0].copy(),
            "mean-frame": lambda clips: clips.mean(axis=1),
        },
    ),
    Exercise(
        "unfold-time",
        unfold_time,
        _unfold_cases,
        {
            "time-first": _time_first,
            "strided": lambda v, t: _time_first(v, t).swapaxes(0, 1),
            "features-second": lambda v, t: v.reshape(-1, v.shape[-1], t),
            "frames-are-clips": lambda v, t: v[:, None],
        },
    ),
    Exercise(
        "shared-weights",
        count_weights,
        _count_cases,
        {
            "cnn-per-frame": _a_cnn_per_frame,
            "no-pooling": _no_pooling,
            "no-padding": _no_padding,
            "one-bias": _recurrent(lambda f, u: 3 * u * (f + u + 1)),
            "like-lstm": _recurrent(lambda f, u: 4 * u * (f + u + 1)),
            "one-gate": _recurrent(lambda f, u: u * (f + u + 1)),
            "no-state": _recurrent(lambda f, u: 3 * u * (f + 2)),
            "state-per-frame": lambda c, k, f, u, n: (
                count_weights(c, k, f, u, n) + (c[0] - 1) * 3 * u * (f + u + 2)
            ),
        },
    ),
    Exercise(
        "own-order",
        own_order,
        _order_cases,
        {
            "same-for-all": _same_for_all,
            "across-clips": _across_clips,
            "clips-not-frames": lambda clips, rng: clips[rng.permutation(len(clips))],
            "rotated": _rotated,
            "reversed": lambda clips, rng: clips[:, ::-1],
            "unchanged": lambda clips, rng: clips.copy(),
            "all-but-first": _all_but_the_first,
            "pixels": lambda clips, rng: rng.permuted(clips, axis=1),
        },
        measure=_what_became_of,
    ),
    Exercise(
        "last-state",
        last_state,
        _last_cases,
        {
            "last-column": lambda states, lengths: states[:, -1],
            "one-too-far": lambda states, lengths: states[np.arange(len(states)), lengths],
            "all-pairs": lambda states, lengths: states[:, lengths - 1],
            "mean": _mean_state,
            "longest": lambda states, lengths: states[:, lengths.max() - 1],
        },
    ),
]
