"""Several heads in Keras: split, attend, side by side again."""

import numpy as np

from vidlearn.course.answers import code_of, names_in


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


PACKAGED = {
    "MultiHeadAttention",
    "GroupQueryAttention",
    "GroupedQueryAttention",
    "Attention",
    "AdditiveAttention",
}


def in_keras(function, q, k, v, count):
    """Call an answer with numbers; what is right there has to build a network as well.

    Parameters
    ----------
    function : callable
        The answer.
    q, k, v : ndarray
        (N, T, D), and (N, S, D) twice.
    count : int
        Heads.

    Returns
    -------
    ndarray or None

    Raises
    ------
    TypeError
        If a layer of Keras does it all, or no network can be built with it.
    """
    from keras import ops

    own = code_of(function)
    if own is not None and names_in(own.__code__) & PACKAGED:
        raise TypeError("a layer of Keras did it all")
    found = function(*map(ops.convert_to_tensor, (q, k, v)), count)
    if found is None or found is Ellipsis:
        return None
    if isinstance(found, tuple | list):
        return [np.asarray(ops.convert_to_numpy(each)) for each in found]  # one is wanted
    found = np.asarray(ops.convert_to_numpy(found))
    right = np.asarray(ops.convert_to_numpy(heads(q, k, v, count)))
    if found.shape == right.shape and np.allclose(found, right, rtol=1e-4, atol=1e-4):
        _in_a_network(function, q, k, v, count)
    return found


def _in_a_network(function, q, k, v, count):
    """Build a network with an answer, for any number of clips; else say what stands in the way."""

    def build(batch):
        import keras

        inputs = [keras.Input(batch_shape=(batch, *x.shape[1:])) for x in (q, k, v)]
        out = function(*inputs, count)
        if tuple(out.shape[1:]) != q.shape[1:]:
            raise TypeError(f"shape {tuple(out.shape)}")
        keras.Model(inputs, out)([q, k, v])

    try:
        build(None)
    except Exception as error:
        said = "with numbers it runs, and no network can be built with it"
        try:
            build(len(q))
            said = "it runs for a known number of clips, and a network does not know it"
        except Exception:  # it isn't for want of N
            pass
        raise TypeError(said).with_traceback(error.__traceback__) from None


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


def _number_asked(q, k, v, count):
    """Ask for the number of clips."""
    from keras import ops

    def split(x):
        clips, steps, width = ops.shape(x)
        return ops.transpose(ops.reshape(x, (clips, steps, count, width // count)), (0, 2, 1, 3))

    q, k, v = split(q), split(k), split(v)
    scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / q.shape[-1] ** 0.5
    return _side_by_side(ops.matmul(ops.softmax(scores, axis=-1), v))


def _in_numpy(q, k, v, count):
    """Leave Keras: symbols cannot follow."""
    return np.asarray(heads(*map(np.asarray, (q, k, v)), count))


def _turned_as_in_numpy(q, k, v, count):
    """Ask a tensor for .T."""
    from keras import ops

    return ops.matmul(ops.softmax(ops.matmul(q, k.T)), v)


def _packaged(q, k, v, count):
    """Let Keras's layer do it."""
    from keras import layers

    return layers.MultiHeadAttention(count, q.shape[-1] // count)(q, v, key=k)


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
    "number-of-clips": _number_asked,
    "not-keras-ops": _in_numpy,
    "turned-as-in-numpy": _turned_as_in_numpy,
    "packaged": _packaged,
    "mixed-and-root": _variant(
        split=_by_reshape, merge=_merged_by_reshape, d=lambda q, count: q.shape[-1] * count
    ),
}
