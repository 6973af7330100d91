"""Several heads in Keras: split, attend, side by side again."""

import numpy as np

from vidlearn.course.exercises._gradients import compiled


def heads(q, k, v, count):
    """Let each head attend with its own share of the numbers; lay the results side by side."""
    from keras import ops

    def split(x):
        _, steps, width = x.shape
        x = ops.reshape(x, (-1, steps, count, width // count))
        return ops.transpose(x, (0, 2, 1, 3))  # (N, H, T, D / H)

    q, k, v = split(q), split(k), split(v)
    scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / q.shape[-1] ** 0.5
    out = ops.matmul(ops.softmax(scores, axis=-1), v)
    out = ops.transpose(out, (0, 2, 1, 3))  # (N, T, H, D / H)
    return ops.reshape(out, (-1, out.shape[1], v.shape[1] * v.shape[3]))


def heads_cases():
    """Return inputs: one head, two, three, four; in the last all lengths are alike."""
    cases = []
    for seed, n, t, s, d, count in (
        (1, 1, 3, 3, 2, 1),
        (2, 2, 3, 5, 4, 2),
        (3, 2, 4, 6, 6, 3),
        (4, 3, 4, 4, 8, 4),
    ):
        rng = np.random.default_rng(seed)
        q, k, v = (rng.normal(size=(n, length, d)).astype("float32") for length in (t, s, s))
        cases.append((1.5 * q, 1.5 * k, v, count))
    return cases


def in_keras(function, q, k, v, count):
    """Call an answer as a network does: with symbols for any number of clips, then with numbers."""
    from keras import ops

    found = function(*map(ops.convert_to_tensor, (q, k, v)), count)
    if found is None or found is Ellipsis:
        return None
    compiled(lambda *tensors: function(*tensors, count), [q, k, v])
    return np.asarray(ops.convert_to_numpy(found))


def given(q, k, v, count):
    """Describe an input."""
    return f"q {q.shape}, k {k.shape}, v {v.shape}, {count} head{'s' * (count > 1)}"


def _split(x, count):
    from keras import ops

    _, steps, width = x.shape
    x = ops.reshape(x, (-1, steps, count, width // count))
    return ops.transpose(x, (0, 2, 1, 3))


def _side_by_side(out):
    from keras import ops

    out = ops.transpose(out, (0, 2, 1, 3))
    return ops.reshape(out, (-1, out.shape[1], out.shape[2] * out.shape[3]))


def _by_reshape(x, count):
    """Make an axis of heads by a reshape alone: it cuts time, not the numbers of a step."""
    from keras import ops

    _, steps, width = x.shape
    return ops.reshape(x, (-1, count, steps, width // count))


def _interleaved(x, count):
    """Give every head each count-th number."""
    from keras import ops

    _, steps, width = x.shape
    return ops.transpose(ops.reshape(x, (-1, steps, width // count, count)), (0, 3, 1, 2))


def _uninterleaved(out):
    from keras import ops

    out = ops.transpose(out, (0, 2, 3, 1))
    return ops.reshape(out, (-1, out.shape[1], out.shape[2] * out.shape[3]))


def _merged_by_reshape(out):
    from keras import ops

    return ops.reshape(out, (-1, out.shape[2], out.shape[1] * out.shape[3]))


def _head_width(q, count):
    return q.shape[-1]


def _variant(split=_split, merge=_side_by_side, axis=-1, d=_head_width, mix=None, root=0.5):
    """Return the reference with other parts."""

    def answer(q, k, v, count):
        from keras import ops

        q, k, v = (split(x, count) for x in (q, k, v))
        scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / float(d(q, count)) ** root
        weights = ops.softmax(scores, axis=axis) if axis is not None else scores
        return merge(mix(weights, v) if mix else ops.matmul(weights, v))

    return answer


def _summed(out):
    """Add up the heads, each repeated, in place of laying them side by side."""
    from keras import ops

    return ops.tile(ops.sum(out, axis=1), (1, 1, out.shape[1]))


def _one_head(q, k, v, count):
    return heads(q, k, v, 1)


def _over_heads(q, k, v, count):
    """Split, but forget to bring the heads before time: each step attends over its heads."""
    from keras import ops

    def split(x):
        _, steps, width = x.shape
        return ops.reshape(x, (-1, steps, count, width // count))

    q, k, v = split(q), split(k), split(v)
    scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / q.shape[-1] ** 0.5
    out = ops.matmul(ops.softmax(scores, axis=-1), v)
    return ops.reshape(out, (-1, out.shape[1], out.shape[2] * out.shape[3]))


HEADS_MISTAKES = {
    "mixed-by-reshape": _variant(split=_by_reshape, merge=_merged_by_reshape),
    "split-by-reshape": _variant(split=_by_reshape),
    "merged-by-reshape": _variant(merge=_merged_by_reshape),
    "heads-for-time": _over_heads,
    "over-queries": _variant(axis=-2),
    "over-heads": _variant(axis=1),
    "over-batch": _variant(axis=0),
    "no-softmax": _variant(axis=None),
    "root-of-width": _variant(d=lambda q, count: q.shape[-1] * count),
    "root-of-heads": _variant(d=lambda q, count: count),
    "no-root": _variant(root=0.0),
    "by-d": _variant(root=1.0),
    "interleaved": _variant(split=_interleaved, merge=_uninterleaved),
    "interleaved-in": _variant(split=_interleaved),
    "interleaved-out": _variant(merge=_uninterleaved),
    "summed": _variant(merge=_summed),
    "one-head": _one_head,
    "mixed-and-root": _variant(
        split=_by_reshape, merge=_merged_by_reshape, d=lambda q, count: q.shape[-1] * count
    ),
}
