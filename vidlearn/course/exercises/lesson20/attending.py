"""Attention forwards, to be built, and backwards, to be repaired."""

import numpy as np

# 1. attend ------------------------------------------------------------------------------------


def attend(q, k, v, mask):
    """Let each query mix the values by how well it fits the keys."""
    scores = q @ k.T / np.sqrt(q.shape[1])  # (T, S)
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    return weights @ v, weights


def attend_cases():
    """Return inputs: of the lesson; without a mask, with masks; one frame; large; far below 0."""
    k = np.zeros((8, 4))
    k[:, 0] = 0, 0, 1, 2, 2, 1, 0, 0
    v = np.array([0.0, 0, 4, 8, 8, 4, 0, 0])[:, None]
    eight = np.array([[2 * np.log(2), 0, 0, 0]]), k, v, np.ones((1, 8), bool)

    def draw(seed, t, s, d, e, mask):
        rng = np.random.default_rng(seed)
        arrays = (rng.normal(size=shape) for shape in ((t, d), (s, d), (s, e)))
        return *arrays, mask

    some = np.random.default_rng(9).random((5, 7)) > 0.5
    some[:, 2] = True
    square = draw(5, 4, 4, 3, 4, np.tri(4, dtype=bool))
    large = draw(8, 3, 4, 6, 2, np.ones((3, 4), bool))
    large[-1][np.arange(3), (large[0] @ large[1].T).argmax(axis=1)] = False
    q, k, v, low = draw(10, 3, 5, 6, 2, np.ones((3, 5), bool))
    q, k = 400 * np.abs(q), -400 * np.abs(k)
    low[np.arange(3), (q @ k.T).argmin(axis=1)] = False
    return [
        eight,
        draw(1, 3, 5, 2, 4, np.ones((3, 5), bool)),
        draw(2, 5, 7, 9, 3, some),
        square,
        draw(6, 1, 1, 3, 2, np.ones((1, 1), bool)),
        (q, k, v, low),  # who is hidden fits worst, and all fit worse than any "low" number
        (400 * large[0], 400 * large[1], *large[2:]),
    ]


def given(q, k, v, mask):
    """Describe an input."""
    lines = [f"q {q.shape}, k {k.shape}, v {v.shape}"]
    hidden = int((~mask).sum())
    lines.append(f"mask {mask.shape}, {hidden} of {mask.size} False" if hidden else "all may look")
    return "\n".join(lines)


def _softmax(scores, axis=1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _hide(scores, mask):
    return np.where(mask, scores, -np.inf)


def _variant(
    scale=lambda q, k, v: np.sqrt(q.shape[1]),
    hide=_hide,
    squash=_softmax,
    after=lambda weights, mask: weights,
    mix=lambda weights, q, k, v: weights @ v,
):
    """Return the reference with other parts."""

    def answer(q, k, v, mask):
        weights = after(squash(hide(q @ k.T / scale(q, k, v), mask)), mask)
        return mix(weights, q, k, v), weights

    return answer


def _overflows(q, k, v, mask):
    e = np.exp(_hide(q @ k.T / np.sqrt(q.shape[1]), mask))
    weights = e / e.sum(axis=1, keepdims=True)
    return weights @ v, weights


def _shares(scores):
    """Divide by the sum, without exp."""
    scores = np.where(np.isneginf(scores), 0, scores)
    return scores / scores.sum(axis=1, keepdims=True)


def _bare(scores):
    return np.exp(scores)


def _over_all(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum()


def _hardest(scores):
    return np.eye(scores.shape[1])[scores.argmax(axis=1)]


def _no_hiding(scores, mask):
    return scores


def _after(weights, mask):
    return weights * mask


def _one(q, k, v):
    return 1.0


def _shared_again(weights, mask):
    left = weights * mask
    return left / left.sum(axis=1, keepdims=True)


def _own_sum_only(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


def _less_the_largest_of_all(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=1, keepdims=True)


ATTEND_MISTAKES = {
    "over-queries": _variant(squash=lambda scores: _softmax(scores, axis=0)),
    "no-root": _variant(scale=_one),
    "by-d": _variant(scale=lambda q, k, v: q.shape[1]),
    "root-of-keys": _variant(scale=lambda q, k, v: np.sqrt(len(k))),
    "root-of-queries": _variant(scale=lambda q, k, v: np.sqrt(len(q))),
    "root-of-values": _variant(scale=lambda q, k, v: np.sqrt(v.shape[1])),
    "times-root": _variant(scale=lambda q, k, v: 1 / np.sqrt(q.shape[1])),
    "mask-after": _variant(hide=_no_hiding, after=_after),
    "shared-again": _variant(hide=_no_hiding, after=_shared_again),
    "zero-times-inf": _variant(hide=lambda scores, mask: scores + (1 - mask) * -np.inf),
    "mask-turned": _variant(hide=lambda scores, mask: np.where(mask, -np.inf, scores)),
    "mask-turned-soft": _variant(hide=lambda scores, mask: np.where(mask, -1e9, scores)),
    "mask-zero": _variant(hide=lambda scores, mask: np.where(mask, scores, 0)),
    "mask-hundred": _variant(hide=lambda scores, mask: np.where(mask, scores, -100)),
    "mask-added": _variant(hide=lambda scores, mask: scores + mask),
    "no-mask": _variant(hide=_no_hiding),
    "over-all": _variant(squash=_over_all),
    "no-exp": _variant(squash=_shares),
    "not-shared": _variant(squash=_bare),
    "hardest": _variant(squash=_hardest),
    "keys-mixed": _variant(mix=lambda weights, q, k, v: weights @ k),
    "overflows": _overflows,
    "largest-of-all": _variant(squash=_less_the_largest_of_all),
    "no-keepdims": _variant(squash=_own_sum_only),
    "scores-back": lambda q, k, v, mask: (attend(q, k, v, mask)[0], q @ k.T / np.sqrt(q.shape[1])),
    "swapped": lambda q, k, v, mask: attend(q, k, v, mask)[::-1],
    "no-root-and-over-queries": _variant(scale=_one, squash=lambda s: _softmax(s, axis=0)),
    "no-root-and-mask-after": _variant(scale=_one, hide=_no_hiding, after=_after),
    "over-queries-and-mask-after": _variant(
        hide=_no_hiding, squash=lambda s: _softmax(s, axis=0), after=_after
    ),
}

# 2. attend-backward ---------------------------------------------------------------------------


def attend_backward(dout, q, k, v, weights):
    """Return the gradients of queries, keys and values."""
    root = np.sqrt(q.shape[1])
    dv = weights.T @ dout  # (S, E)
    dweights = dout @ v.T  # (T, S)
    mean = np.sum(weights * dweights, axis=1, keepdims=True)
    dscores = weights * (dweights - mean)
    dq = dscores @ k / root
    dk = dscores.T @ q / root
    return dq, dk, dv


def as_given(dout, q, k, v, weights):
    """Softmax of one number only, no root, values not turned."""
    dv = weights @ dout
    dweights = dout @ v.T
    dscores = weights * (1 - weights) * dweights
    dq = dscores @ k
    dk = dscores.T @ q
    return dq, dk, dv


def backward_cases():
    """Return inputs: square ones, where all products fit; then a mask, and other lengths."""
    cases = []
    for seed, t, s, d, e in ((1, 2, 2, 4, 1), (2, 3, 3, 5, 2), (3, 5, 4, 3, 2), (4, 1, 6, 2, 3)):
        rng = np.random.default_rng(seed)
        q, k, v = (rng.normal(size=shape) for shape in ((t, d), (s, d), (s, e)))
        mask = np.tri(t, s, dtype=bool) if seed == 3 else np.ones((t, s), bool)
        out, weights = attend(q, k, v, mask)
        cases.append((rng.normal(size=out.shape), q, k, v, weights))
    return cases


def given_backward(dout, q, k, v, weights):
    """Describe an input."""
    return f"dout {dout.shape}, q {q.shape}, k {k.shape}, v {v.shape}, weights {weights.shape}"


def _right_scores(w, dw):
    return w * (dw - np.sum(w * dw, axis=1, keepdims=True))


def _alone(w, dw):
    return w * (1 - w) * dw


def _over_queries(w, dw):
    return w * (dw - np.sum(w * dw, axis=0, keepdims=True))


def _weighted_only(w, dw):
    return w * dw


def _turned(w, dout):
    return w.T @ dout


def _as_it_is(w, dout):
    return w @ dout


def _back(values=_turned, scores=_right_scores, root=np.sqrt, keys=None, queries=None):
    """Return the reference with other parts."""

    def answer(dout, q, k, v, weights):
        ds = scores(weights, dout @ v.T)
        rooted = root(q.shape[1])
        dq = ds @ k / rooted if queries is None else queries(ds, q, k, rooted)
        dk = ds.T @ q / rooted if keys is None else keys(ds, q, k, rooted)
        return dq, dk, values(weights, dout)

    return answer


def _unrooted(d):
    return 1.0


def _queries_bare(ds, q, k, root):
    return ds @ k


def _keys_bare(ds, q, k, root):
    return ds.T @ q


BACKWARD_MISTAKES = {
    "as-given": as_given,
    "alone-and-no-root": _back(scores=_alone, root=_unrooted),
    "alone-and-values": _back(scores=_alone, values=_as_it_is),
    "no-root-and-values": _back(root=_unrooted, values=_as_it_is),
    "alone": _back(scores=_alone),
    "no-root": _back(root=_unrooted),
    "values-not-turned": _back(values=_as_it_is),
    "root-in-queries-only": _back(keys=_keys_bare),
    "root-in-keys-only": _back(queries=_queries_bare),
    "by-d": _back(root=lambda d: d),
    "times-root": _back(root=lambda d: 1 / np.sqrt(d)),
    "root-of-keys": lambda dout, q, k, v, weights: _back(root=lambda d: np.sqrt(len(k)))(
        dout, q, k, v, weights
    ),
    "root-in-values": lambda dout, q, k, v, weights: _back(
        values=lambda w, dout: w.T @ dout / np.sqrt(q.shape[1])
    )(dout, q, k, v, weights),
    "no-softmax": _back(scores=lambda w, dw: dw),
    "weighted-only": _back(scores=_weighted_only),
    "mean-not-weighted": _back(scores=lambda w, dw: w * (dw - dw.mean(axis=1, keepdims=True))),
    "sum-not-weighted": _back(scores=lambda w, dw: w * (dw - dw.sum(axis=1, keepdims=True))),
    "over-queries": _back(scores=_over_queries),
    "over-all": _back(scores=lambda w, dw: w * (dw - np.sum(w * dw))),
    "no-keepdims": _back(scores=lambda w, dw: w * (dw - np.sum(w * dw, axis=1))),
    "mean-added": _back(scores=lambda w, dw: w * (dw + np.sum(w * dw, axis=1, keepdims=True))),
    "mean-in-place-of-sum": _back(scores=lambda w, dw: w * (dw - (w * dw).mean(1, keepdims=True))),
    "both-softmaxes": _back(
        scores=lambda w, dw: w * (1 - w) * (dw - np.sum(w * dw, axis=1, keepdims=True))
    ),
    "brackets": _back(scores=lambda w, dw: w * dw - np.sum(w * dw, axis=1, keepdims=True)),
    "keys-not-turned": _back(keys=lambda ds, q, k, root: ds @ q / root),
    "queries-for-keys": lambda *args: (lambda dq, dk, dv: (dk, dq, dv))(*attend_backward(*args)),
    "values-first": lambda *args: attend_backward(*args)[::-1],
    "alone-and-root-in-queries-only": _back(scores=_alone, keys=_keys_bare),
    "alone-and-root-in-keys-only": _back(scores=_alone, queries=_queries_bare),
    "values-and-root-in-queries-only": _back(values=_as_it_is, keys=_keys_bare),
    "values-and-root-in-keys-only": _back(values=_as_it_is, queries=_queries_bare),
    "over-queries-and-no-root": _back(scores=_over_queries, root=_unrooted),
    "weighted-only-and-no-root": _back(scores=_weighted_only, root=_unrooted),
    "weighted-only-and-values": _back(scores=_weighted_only, values=_as_it_is),
    "no-softmax-and-no-root": _back(scores=lambda w, dw: dw, root=_unrooted),
}
