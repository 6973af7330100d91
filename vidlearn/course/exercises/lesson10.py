"""Exercises of lesson 10, CNN and RNN."""

from itertools import pairwise

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.messages import text

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


def _channels_torn(clips):
    """Reshape to the right shape without moving time behind the columns."""
    n, t, h, w, c = clips.shape
    return clips.reshape(n, h, w, t * c)


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


def shared_weights(clip, filters, features, units, classes):
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
        ((6, 15, 21, 3), (5, 7), 9, 6, 4),
    ]


def _dense_alone(clip, filters, features):
    """Weights between the last feature map and the vector of a frame, the bias among them."""
    rows, columns = (side // 2 ** len(filters) for side in clip[1:3])
    return (rows * columns * filters[-1] + 1) * features


def _a_cnn_per_frame(clip, filters, features, units, classes):
    whole = shared_weights(clip, filters, features, units, classes)
    after = 3 * units * (features + units + 2) + (units + 1) * classes
    return (whole - after) * clip[0] + after


def _recurrent(change):
    """Count the recurrent layer's weights in another way."""

    def counted(clip, filters, features, units, classes):
        whole = shared_weights(clip, filters, features, units, classes)
        return whole - 3 * units * (features + units + 2) + change(features, units)

    return counted


def _unpadded(side, times):
    for _ in range(times):
        side = (side - 2) // 2
    return side


def _pooled_to(side):
    """Let another side of the last map reach the dense layer, and so its weights."""

    def counted(clip, filters, features, units, classes):
        whole = shared_weights(clip, filters, features, units, classes)
        rows, columns = (side(length, len(filters)) for length in clip[1:3])
        other = (rows * columns * filters[-1] + 1) * features
        return whole - _dense_alone(clip, filters, features) + other

    return counted


def _flattened_over_time(clip, filters, features, units, classes):
    whole = shared_weights(clip, filters, features, units, classes)
    return whole + (clip[0] - 1) * (_dense_alone(clip, filters, features) - features)


def _channels_stay(clip, filters, features, units, classes):
    """Let every convolution see the channels of the clip."""
    whole = shared_weights(clip, filters, features, units, classes)
    pairs = pairwise(filters)
    return whole - sum(9 * (before - clip[3]) * count for before, count in pairs)


def _no_biases(clip, filters, features, units, classes):
    whole = shared_weights(clip, filters, features, units, classes)
    return whole - sum(filters) - features - 6 * units - classes


# 4. own-order --------------------------------------------------------------------------


def own_order(clips, rng):
    """Shuffle the frames of every clip, each by a permutation of its own."""
    return np.stack([clip[rng.permutation(len(clip))] for clip in clips])


class _Watched(np.random.Generator):
    """A generator that can tell whether its last copy was drawn from."""

    def __repr__(self):
        return "np.random.Generator"

    def __deepcopy__(self, memo):
        self.last = _Watched(np.random.PCG64())
        self.last.bit_generator.state = self.bit_generator.state
        return self.last

    @property
    def used(self):
        return self.last.bit_generator.state != self.bit_generator.state


def _order_cases():
    rng = np.random.default_rng(82)
    shapes = [(24, 9, 2, 3, 1), (30, 7, 1, 2, 3)]
    clips = [rng.integers(0, 256, shape, np.uint8) for shape in shapes]  # as frames are
    return [(clip, _Watched(np.random.PCG64(k))) for k, clip in enumerate(clips)]


def _what_became_of(result, clips, rng):
    """Say in a few words where the frames went: what all right answers have in common."""
    words = text("lesson10")["exercises"]["own-order"]["found"]
    result = np.asarray(result)
    if result.shape != clips.shape:
        return words["shape"].format(shape=result.shape)
    n, t = clips.shape[:2]
    where = {clips[i, k].astype(float).tobytes(): (i, k) for i in range(n) for k in range(t)}
    found = [[where.get(frame.astype(float).tobytes()) for frame in clip] for clip in result]
    if any(place is None for clip in found for place in clip):
        same = np.array_equal(np.sort(result, axis=None), np.sort(clips, axis=None))
        return words["torn" if same else "other_numbers"]
    i, k = np.moveaxis(np.array(found), -1, 0)  # (N, T) each
    return words[_kind_of_order(i, k) if rng.used or not _fair(i, k) else "not_drawn"]


def _fair(i, k):
    return _kind_of_order(i, k) == "own_orders"


def _kind_of_order(i, k):
    """Name what was done: i and k are the clip and the frame that each frame was, (N, T)."""
    n, t = k.shape
    if (i != i[:, :1]).any():
        return "across"
    if (np.sort(k) != np.arange(t)).any():
        return "repeated"
    if (k == np.arange(t)).all():
        return "unchanged" if (i[:, 0] == np.arange(n)).all() else "clips_moved"
    if (i[:, 0] != np.arange(n)).any():
        return "clips_moved_too"
    steps = np.diff(k, axis=1) % t  # by chance, one in t - 1 of them is 1
    kept, turned = ((steps == step).mean() for step in (1, t - 1))
    commonest = np.array([np.bincount(place).max() / n for place in k.T])
    if (k == np.arange(t)[::-1]).all():
        return "turned"
    if len(np.unique(k, axis=0)) <= 4:
        return "few_orders"
    if (k == np.arange(t)).mean() > 0.5:
        return "some_stay"
    if kept + turned > 0.6:
        return "same_neighbours"
    if commonest[0] > 0.6:
        return "first_stays"
    return "some_stay" if commonest.max() > 0.6 else "own_orders"


def _same_for_all(clips, rng):
    return clips[:, rng.permutation(clips.shape[1])]


def _across_clips(clips, rng):
    flat = clips.reshape(-1, *clips.shape[2:])
    return flat[rng.permutation(len(flat))].reshape(clips.shape)


def _all_but_the_first(clips, rng):
    return np.stack([clip[[0, *(1 + rng.permutation(len(clip) - 1))]] for clip in clips])


def _own_generator(clips, rng):
    """Draw from a generator of its own, and leave the one that was given."""
    return own_order(clips, np.random.default_rng())


def _with_replacement(clips, rng):
    t = clips.shape[1]
    return np.stack([clip[rng.integers(0, t, t)] for clip in clips])


def _swapped_twos(clips, rng):
    out = clips.copy()
    for clip in out:
        a, b = rng.choice(len(clip), 2, replace=False)
        clip[[a, b]] = clip[[b, a]]
    return out


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
            "channels-torn": _channels_torn,
            "into-rows": _into_rows,
            "flattened": lambda clips: fold_time(clips).reshape(-1, clips[0, 0].size),
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
            "axes-swapped": lambda v, t: unfold_time(v, t).swapaxes(0, 1),
            "joined": lambda v, t: v.reshape(len(v) // t, -1),
        },
    ),
    Exercise(
        "shared-weights",
        shared_weights,
        _count_cases,
        {
            "cnn-per-frame": _a_cnn_per_frame,
            "no-pooling": _pooled_to(lambda side, times: side),
            "no-padding": _pooled_to(_unpadded),
            "pooled-once": _pooled_to(lambda side, times: side // 2),
            "not-rounded": _pooled_to(lambda side, times: side / 2**times),
            "rounded-up": _pooled_to(lambda side, times: -(-side // 2**times)),
            "channels-stay": _channels_stay,
            "no-biases": _no_biases,
            "times-frames": lambda c, *rest: shared_weights(c, *rest) * c[0],
            "flattened-over-time": _flattened_over_time,
            "one-bias": _recurrent(lambda f, u: 3 * u * (f + u + 1)),
            "like-lstm": _recurrent(lambda f, u: 4 * u * (f + u + 1)),
            "one-gate": _recurrent(lambda f, u: u * (f + u + 1)),
            "no-state": _recurrent(lambda f, u: 3 * u * (f + 2)),
            "state-per-frame": lambda c, k, f, u, n: (
                shared_weights(c, k, f, u, n) + (c[0] - 1) * 3 * u * (f + u + 2)
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
            "own-generator": _own_generator,
            "with-replacement": _with_replacement,
            "two-swapped": _swapped_twos,
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
            "clips-for-time": lambda states, lengths: states[lengths - 1],
        },
    ),
]
