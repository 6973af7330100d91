"""What the recurrent layers share: their checks, and arrays in the order of running.

Callers see (N, T, D), the batch first. Inside, time comes first, (T, N, D), so that the batch of
one step lies in one piece of memory, and a layer that runs backwards finds its steps turned round.
"""

import numpy as np

from ._checks import as_array, check_flag, check_floating, check_numbers, check_shape

GATES = {"RNN": "h", "LSTM": "ifgo", "GRU": "zrh"}  # the blocks of columns of w, u and b


def prepare(kind, x, w, u, b, mask=None, reverse=False, **states):
    """Check the arguments of a layer and bring them into the order of running.

    Returns x (T, N, D), then w, u, b and the states (N, U), zero by default, all in x's dtype,
    and skip (T, N, 1), True where a step does not count, or None. There x is zero, so that what
    does not count, NaN where nothing was found for example, meets no weight.
    """
    x, reverse = check_sequence(x), check_flag("reverse", reverse)
    w, u, b = check_weights(kind, x, w, u, b)
    states = [check_state(name, s, len(x), len(u), x.dtype) for name, s in states.items()]
    skip = None
    if mask is not None:
        mask = check_mask(mask, x.shape[:2])
        x, skip = blank(x, mask), time_major(~mask[..., None], reverse)
    return np.ascontiguousarray(time_major(x, reverse)), w, u, b, *states, skip


def time_major(a, reverse):
    """Turn (N, T, ...) into (T, N, ...), the steps in the order of running."""
    a = a.swapaxes(0, 1)
    return a[::-1] if reverse else a


def batch_major(a, reverse):
    """Turn (T, N, ...), the steps in the order of running, into (N, T, ...) in order of time."""
    return (a[::-1] if reverse else a).swapaxes(0, 1)


def product(a, w, out=None):
    """Multiply all steps with one matrix in one product: (T, N, D), (D, K) -> (T, N, K)."""
    if out is None:
        out = np.empty((*a.shape[:2], w.shape[1]), a.dtype)
    np.matmul(a.reshape(-1, len(w)), w, out=out.reshape(-1, w.shape[1]))
    return out


def weight_gradient(a, dz):
    """Sum ``a[t].T @ dz[t]`` over the steps in one product: (T, N, D), (T, N, K) -> (D, K)."""
    return a.reshape(-1, a.shape[-1]).T @ dz.reshape(-1, dz.shape[-1])


def blocks(a, count):
    """Return views of the blocks of columns, one for each gate: (..., kU) -> k times (..., U)."""
    units = a.shape[-1] // count
    return [a[..., k * units : (k + 1) * units] for k in range(count)]


def half_tanh(kind, units, dtype):
    """Return scale and shift (kU,) with which one tanh serves all gates.

    ``sigmoid(v) = tanh(v / 2) / 2 + 1 / 2``: with 1/2 and 1/2 for the gates and 1 and 0 for the
    candidates, ``scale * tanh(scale * v) + shift`` is what the layer wants.
    """
    scale = np.repeat([1 if gate in "gh" else 0.5 for gate in GATES[kind]], units)
    return scale.astype(dtype), (1 - scale).astype(dtype)


def blank(x, mask):
    """Return x (N, T, D) with zeros where the mask (N, T) is False."""
    x = x.copy()
    x[~mask] = 0
    return x


def check_sequence(x):
    """Return x as an array, when it is floating point (N, T, D)."""
    x = as_array("x", x)
    check_shape("x", x, 3, "(N, T, D)", "x[None] adds N, x[..., None] adds D")
    return check_floating("x", x)


def check_weights(kind, x, w, u, b):
    """Return w, u, b in the dtype of x, when their shapes belong together and to x."""
    w, u, b = as_array("w", w), as_array("u", u), as_array("b", b)
    gates = len(GATES[kind])
    columns = f"{gates if gates > 1 else ''}U"
    blocks = f", the columns of {', '.join(GATES[kind])} side by side" if gates > 1 else ""
    check_shape("w", w, 2, f"(D, {columns})", f"It multiplies x{blocks}")
    check_shape("u", u, 2, f"(U, {columns})", f"It multiplies h{blocks}", least=1)
    if u.shape[1] != gates * len(u):
        raise ValueError(
            f"u of the {kind} must have shape (U, {columns}){blocks}; received {u.shape}. "
            f"For {len(u)} units it has {gates * len(u)} columns."
        )
    if w.shape != (x.shape[-1], u.shape[1]):
        raise ValueError(
            f"w must have a row for each of the D = {x.shape[-1]} features of x and the columns "
            f"of u, shape {(x.shape[-1], u.shape[1])}; received w {w.shape}, with x {x.shape} "
            f"and u {u.shape}."
        )
    expected = (2, u.shape[1]) if kind == "GRU" else (u.shape[1],)
    if b.shape != expected:
        raise ValueError(
            f"b must have shape {expected}{', (2, 3U)' if kind == 'GRU' else ''}; "
            f"received b {b.shape}, with u {u.shape}. {_mend_bias(kind, b, expected)}"
        )
    return tuple(check_numbers(n, a, x.dtype) for n, a in (("w", w), ("u", u), ("b", b)))


def _mend_bias(kind, b, expected):
    if kind != "GRU":
        return f"Without biases, pass np.zeros({expected[0]})."
    mend = "The reset_after form needs a row of biases for x @ w and one for h @ u."
    if b.shape == expected[1:]:
        mend += " Write np.stack([b, np.zeros_like(b)])."
    return mend


def check_state(name, state, batch, units, dtype):
    """Return a state as an array (N, U) of this dtype; zeros for None."""
    if state is None:
        return np.zeros((batch, units), dtype)
    state = check_numbers(name, state, dtype)
    if state.shape != (batch, units):
        raise ValueError(
            f"{name} must have shape (N, U) = {(batch, units)}; received {state.shape}. "
            "Each of the N sequences has a state of U units."
        )
    return state


def check_mask(mask, expected):
    """Return mask as an array, when it is bool (N, T)."""
    mask = as_array("mask", mask)
    if mask.shape != expected:
        raise ValueError(
            f"mask must have shape (N, T) = {expected}; received {mask.shape}. "
            "It has one entry for each step of each sequence, True where the step counts."
        )
    if mask.dtype != bool:
        raise TypeError(f"mask must be bool; received {mask.dtype}. Write mask.astype(bool).")
    return mask


def prepare_cell(kind, x, w, u, b, **states):
    """Check the arguments of a cell; return x, w, u, b and the states, all in x's dtype."""
    x = as_array("x", x)
    check_shape("x", x, 2, "(N, D)", "A cell takes one step, x[:, t] of a sequence")
    w, u, b = check_weights(kind, check_floating("x", x), w, u, b)
    return x, w, u, b, *(check_state(n, s, len(x), len(u), x.dtype) for n, s in states.items())


def check_gradient(name, gradient, expected, dtype):
    """Return the gradient from above of a state, when it has the state's shape."""
    gradient = check_numbers(name, gradient, dtype)
    if gradient.shape != expected:
        raise ValueError(
            f"{name} must have shape (N, U) = {expected}; received {gradient.shape}. "
            f"It is the gradient of the loss with respect to {name[1:]}."
        )
    return gradient


def check_own(cache, kind):
    """Return cache, when it is of the layer that goes back."""
    if type(cache).__name__ != kind.__name__:
        source = kind.__name__.removesuffix("Cache").lower()
        raise TypeError(
            f"cache must be the {kind.__name__} that {source}_forward returned with hs; received "
            f"{type(cache).__name__}. Write hs, cache = {source}_forward(...), and then "
            f"{source}_backward(dout, cache)."
        )
    return cache
