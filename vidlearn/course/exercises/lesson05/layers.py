"""The way back through a dense layer, and through a network of two."""

import numpy as np

from vidlearn.course.exercises import Exercise

# 1. dense-backward ---------------------------------------------------------------------


def dense_backward(dout, x, w):
    """The shapes leave one way only to multiply; the bias was added to each row."""
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def _dense_cases():
    rng = np.random.default_rng(3)
    simple = (np.array([[1.0], [10.0]]), np.array([[1.0, 2], [3, 4]]), np.array([[5.0], [6.0]]))
    cases = [(rng.normal(size=(n, u)), rng.normal(size=(n, d)), rng.normal(size=(d, u)))
             for n, d, u in ((3, 3, 3), (4, 5, 2))]  # fmt: skip
    return [simple, *cases]


def _dense_with(dx=None, dw=None, db=None):
    """Return the answer with one of its three parts made otherwise."""

    def answer(dout, x, w):
        right = dense_backward(dout, x, w)
        others = (dx, dw, db)
        pairs = zip(others, right, strict=True)
        return tuple(other(dout, x, w) if other else part for other, part in pairs)

    return answer


# 2. network-backward -------------------------------------------------------------------


def network_backward(x, y, w, b, v, c):
    """From the loss to the first layer: dw, db, dv, dc of the mean cross-entropy."""
    s = x @ w + b
    h = np.maximum(0, s)
    z = h @ v + c
    a = 1 / (1 + np.exp(-z))
    dz = (a - y) / len(x)
    dv, dc = h.T @ dz, dz.sum(axis=0)
    dh = dz @ v.T
    ds = dh * (s > 0)
    dw, db = x.T @ ds, ds.sum(axis=0)
    return dw, db, dv, dc


def _network_cases():
    """One example, then several; every unit is on for one of them and off for another."""
    simple = (
        np.array([[1.0, 2, 3]]), np.array([[1.0]]), np.array([[0.5, 1], [-0.5, 1], [0.5, -2]]),
        np.array([1.0, 1]), np.array([[0.5], [-1]]), np.array([0.0]),
    )  # fmt: skip
    cases = [simple]
    for seed, (n, d, u) in ((7, (5, 4, 3)), (8, (2, 3, 6))):
        rng = np.random.default_rng(seed)
        y = (rng.random((n, 1)) > 0.5) * 1.0
        weights = rng.normal(size=(d, u)), rng.normal(size=u), rng.normal(size=(u, 1))
        cases.append((rng.normal(size=(n, d)), y, *weights, rng.normal(size=1)))
    return cases


def _network(*, mean=True, gate="s", bias=np.sum, dc=np.sum, sign=1, at_a=0):
    """Return the way back with some of its lines written otherwise."""

    def answer(x, y, w, b, v, c):
        s = x @ w + b
        h = np.maximum(0, s)
        a = 1 / (1 + np.exp(-h @ v - c))
        dz = sign * (a - y) / (len(x) if mean else 1) * (a * (1 - a)) ** at_a
        dh = dz @ v.T
        on = {"s": s > 0, "dh": dh > 0, "x": np.ones_like(s), "dz": dz > 0}[gate]
        ds = dh * on
        return x.T @ ds, bias(ds, axis=0), h.T @ dz, dc(dz, axis=0)

    return answer


def _whole_sum(values, axis):
    """The gradients of all units in one number."""
    return np.full(values.shape[1], values.sum())


EXERCISES = [
    Exercise(
        "dense-backward",
        dense_backward,
        _dense_cases,
        {
            "not-transposed": lambda dout, x, w: (dout @ w, x @ dout, dout.sum(axis=0)),
            "bias-over-units": _dense_with(db=lambda dout, x, w: dout.sum(axis=1)),
            "bias-not-summed": _dense_with(db=lambda dout, x, w: dout),
            "bias-with-two-axes": _dense_with(db=lambda dout, x, w: dout.sum(axis=0)[None]),
            "bias-averaged": _dense_with(db=lambda dout, x, w: dout.mean(axis=0)),
            "bias-of-ones": _dense_with(db=lambda dout, x, w: np.ones(w.shape[1])),
            "x-forgotten": _dense_with(dw=lambda dout, x, w: np.ones_like(x).T @ dout),
            "weights-averaged": _dense_with(
                dw=lambda dout, x, w: x.T @ dout / len(x), db=lambda dout, x, w: dout.mean(axis=0)
            ),
            "all-averaged": lambda dout, x, w: tuple(
                part / len(x) for part in dense_backward(dout, x, w)
            ),
            "first-example-only": _dense_with(dw=lambda dout, x, w: np.outer(x[0], dout[0])),
            "only-weights-averaged": _dense_with(dw=lambda dout, x, w: x.T @ dout / len(x)),
            "dw-lies-on-its-side": _dense_with(dw=lambda dout, x, w: dout.T @ x),
            "dx-lies-on-its-side": _dense_with(dx=lambda dout, x, w: w @ dout.T),
            "order": lambda dout, x, w: (x.T @ dout, dout @ w.T, dout.sum(axis=0)),
            "dx-last": lambda dout, x, w: (x.T @ dout, dout.sum(axis=0), dout @ w.T),
            "place-by-place": lambda dout, x, w: (dout * w.T, x.T * dout, dout.sum(axis=0)),
            "as-they-stand": lambda dout, x, w: (dout * w, x * dout, dout.sum(axis=0)),
            "dx-place-by-place": _dense_with(dx=lambda dout, x, w: dout * w.T),
            "dw-place-by-place": _dense_with(dw=lambda dout, x, w: x.T * dout),
        },
        returns=("dx", "dw", "db"),
    ),
    Exercise(
        "network-backward",
        network_backward,
        _network_cases,
        {
            "as-given": _network(mean=False, gate="dh", bias=np.mean),
            "switch-and-bias": _network(gate="dh", bias=np.mean),
            "mean-and-bias": _network(mean=False, bias=np.mean),
            "mean-and-switch": _network(mean=False, gate="dh"),
            "bias-averaged": _network(bias=np.mean),
            "switch-by-gradient": _network(gate="dh"),
            "not-averaged": _network(mean=False),
            "both-biases-averaged": _network(bias=np.mean, dc=np.mean),
            "no-switch": _network(gate="x"),
            "no-switch-and-bias": _network(gate="x", bias=np.mean),
            "no-switch-and-mean": _network(mean=False, gate="x"),
            "sign": _network(sign=-1),
            "slope-once-more": _network(at_a=1),
            "switch-by-arrival": _network(gate="dz"),
            "bias-over-units": _network(bias=_whole_sum),
            "order": lambda *given: (*network_backward(*given)[2:], *network_backward(*given)[:2]),
        },
        kind="repair",
        returns=("dw", "db", "dv", "dc"),
    ),
]
