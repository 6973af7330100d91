"""A control to repair: frames shuffled, each clip by an order of its own."""

import numpy as np

from vidlearn.messages import text


def own_order(clips, rng):
    """Shuffle the frames of every clip, each by a permutation of its own."""
    return np.stack([clip[rng.permutation(len(clip))] for clip in clips])


class _Watched(np.random.Generator):
    """A generator that can tell whether its last copy was drawn from, and in whole arrays."""

    whole = False

    def __repr__(self):
        return "np.random.Generator"

    def __deepcopy__(self, memo):
        self.last = _Watched(np.random.PCG64())
        self.last.bit_generator.state = self.bit_generator.state
        return self.last

    def permutation(self, x, axis=0):
        """Note whether it is more than a row that gets one order, then draw it."""
        self.whole |= np.ndim(x) > 1
        return super().permutation(x, axis)

    @property
    def used(self):
        return self.last.bit_generator.state != self.bit_generator.state


def order_cases():
    rng = np.random.default_rng(82)
    shapes = [(24, 9, 2, 3, 1), (30, 7, 1, 2, 3)]
    clips = [rng.integers(0, 256, shape, np.uint8) for shape in shapes]  # as frames are
    return [(clip, _Watched(np.random.PCG64(k))) for k, clip in enumerate(clips)]


def what_became_of(result, clips, rng):
    """Say in a few words where the frames went: what all right answers have in common."""
    words = text("lesson10")["exercises"]["own-order"]["found"]
    try:
        result = np.asarray(result)
    except Exception:  # clips of unlike lengths, or an object that refuses
        return words["no_array"]
    if result.dtype.kind not in "iuf":
        return words["no_array"]
    if result.shape != clips.shape:
        return words["shape"].format(shape=result.shape)
    n, t = clips.shape[:2]
    where = {clips[i, k].astype(float).tobytes(): (i, k) for i in range(n) for k in range(t)}
    found = [[where.get(frame.astype(float).tobytes()) for frame in clip] for clip in result]
    if any(place is None for clip in found for place in clip):
        same = np.array_equal(np.sort(result, axis=None), np.sort(clips, axis=None))
        return words["torn" if same else "other_numbers"]
    i, k = np.moveaxis(np.array(found), -1, 0)  # (N, T) each
    kind = _kind_of_order(i, k)
    if kind in ("own_orders", "few_orders") and not rng.used:
        kind = {"own_orders": "not_drawn", "few_orders": "one_not_drawn"}[kind]
    return words["one_of_whole" if kind == "few_orders" and rng.last.whole else kind]


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


def _across_clips(clips, rng):
    flat = clips.reshape(-1, *clips.shape[2:])
    return flat[rng.permutation(len(flat))].reshape(clips.shape)


def _all_but_the_first(clips, rng):
    return np.stack([clip[[0, *(1 + rng.permutation(len(clip) - 1))]] for clip in clips])


def _own_generator(clips, rng):
    """Draw from a generator of its own, and leave the one that was given."""
    return own_order(clips, np.random.default_rng())


def _made_anew(clips, rng):
    """Draw the order of each clip from a generator that begins where the last one began."""
    return np.stack([clip[np.random.default_rng(0).permutation(len(clip))] for clip in clips])


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


def somebodys_shuffle(clips, rng):
    """Shuffle the frames, all clips by one order: the function to repair."""
    order = rng.permutation(clips.shape[1])
    return clips[:, order]


ORDER_MISTAKES = {
    "as-given": somebodys_shuffle,
    "made-anew": _made_anew,
    "whole-array": lambda clips, rng: rng.permutation(clips, axis=1),
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
}
