"""Recurrent layers: dtypes, arguments that stay as they are, and what is turned away."""

import inspect
from functools import partial

import numpy as np
import pytest

from tests.scratch.recurrent import (
    KINDS,
    MASK,
    STATES,
    assert_same,
    draw,
    each_form,
    each_kind,
    each_mask,
    operations,
    run,
)
from vidlearn import scratch

X, W, U, B, H, C = draw("lstm")
GRU_W, GRU_U, GRU_B = draw("gru")[1:4]
lstm, gru = (partial(run, kind) for kind in ("lstm", "gru"))
BAD = {
    "x of one step": (lstm, [X[:, 0], W, U, B, H, C], {}, r"x must have 3 axes \(N, T, D\).*x\["),
    "x without steps": (lstm, [X[:, :0], W, U, B, H, C], {}, "none of them empty"),
    "w of other features": (
        lstm,
        [X, W[:1], U, B, H, C],
        {},
        r"w must .* D = 2 features of x .*\(2, 12\); received w \(1, 12\), with x \(4, 5, 2\)",
    ),
    "w of another layer": (lstm, [X, GRU_W, U, B, H, C], {}, r"w \(2, 9\).*u \(3, 12\)"),
    "w with an axis too many": (lstm, [X, W[None], U, B, H, C], {}, r"w must have 2 axes \(D, 4U"),
    "u of the GRU": (
        lstm,
        [X, W, GRU_U, B, H, C],
        {},
        r"u of the LSTM must have shape \(U, 4U\).*i, f, g, o.*received \(3, 9\).*12 columns",
    ),
    "u turned round": (lstm, [X, W, U.T, B, H, C], {}, r"u of the LSTM .*received \(12, 3\)"),
    "b of one gate": (lstm, [X, W, U, B[:3], H, C], {}, r"b must .*\(12,\); received b \(3,\)"),
    "b None": (lstm, [X, W, U, None, H, C], {}, r"b must .*Without biases, pass np.zeros\(12\)"),
    "b of one row": (
        gru,
        [X, GRU_W, GRU_U, GRU_B[0], H],
        {},
        r"b must have shape \(2, 9\), \(2, 3U\); received b \(9,\).*reset_after.*np.stack",
    ),
    "h0 of one sequence": (lstm, [X, W, U, B, H[0], C], {}, r"h0 .*\(4, 3\); received \(3,\)"),
    "c0 of other units": (lstm, [X, W, U, B, H, C[:, :2]], {}, r"c0 .*\(4, 3\); received \(4, 2\)"),
    "mask of features": (
        lstm,
        [X, W, U, B, H, C],
        {"mask": np.ones(X.shape, bool)},
        r"mask must have shape \(N, T\) = \(4, 5\); received \(4, 5, 2\)",
    ),
}


@each_form
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@each_mask
@each_kind
def test_results_keep_the_dtype_of_x(kind, mask, dtype, naive):
    x, *others = draw(kind)
    hs, cache = run(kind, [x.astype(dtype), *others], naive, mask=mask)
    _, backward = operations(kind, naive)
    gradients = backward(np.ones(hs.shape), cache, return_dhs=True)
    assert {a.dtype for a in (hs, *gradients)} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@each_kind
def test_cells_keep_the_dtype_of_x(kind, dtype):
    x, w, u, b, *states = draw(kind)
    forward = getattr(scratch, f"{kind}_cell_forward")
    backward = getattr(scratch, f"{kind}_cell_backward")
    out, cache = forward(x[:, 0].astype(dtype), *states, w, u, b)
    out = out if isinstance(out, tuple) else (out,)
    gradients = backward(*[np.ones(h.shape) for h in out], cache)
    assert {a.dtype for a in (*out, *gradients)} == {np.dtype(dtype)}


@each_form
@each_mask
@each_kind
def test_arguments_and_cache_are_left_alone(kind, mask, naive):
    arrays = draw(kind)
    copies = [a.copy() for a in arrays]
    hs, cache = run(kind, arrays, naive, mask=mask)
    dout = np.random.default_rng(0).normal(size=hs.shape)
    _, backward = operations(kind, naive)
    kept = dout.copy()
    first = [a.copy() for a in backward(dout, cache, return_dhs=True)]
    hs += 1  # what the caller does to hs does not reach the cache
    assert_same(first, backward(dout, cache, return_dhs=True))
    for array, copy in zip([*arrays, dout], [*copies, kept], strict=True):
        np.testing.assert_array_equal(array, copy)


@each_form
@each_kind
def test_an_empty_batch(kind, naive):
    arrays = draw(kind)
    arrays = [arrays[0][:0], *arrays[1:4], *(s[:0] for s in arrays[4:])]
    hs, cache = run(kind, arrays, naive, mask=MASK[:0])
    assert hs.shape == (0, 5, 3)
    _, backward = operations(kind, naive)
    dx, dw, *_ = backward(hs, cache)
    assert dx.shape == (0, 5, 2)
    assert not dw.any()


def test_options_are_the_same_in_all_layers():
    for kind in KINDS:
        takes = [*inspect.signature(operations(kind)[0]).parameters]
        assert takes == ["x", "w", "u", "b", *STATES[kind], "mask", "reverse"]
        takes = [*inspect.signature(operations(kind)[1]).parameters]
        assert takes == ["dout", "cache", *["dc_last"] * (kind == "lstm"), "return_dhs"]


@each_form
@pytest.mark.parametrize(("layer", "arrays", "options", "message"), BAD.values(), ids=BAD)
def test_layer_rejects_what_does_not_fit(layer, arrays, options, message, naive):
    with pytest.raises(ValueError, match=message):
        layer(arrays, naive, **options)


@each_form
def test_layer_rejects_other_dtypes(naive):
    with pytest.raises(TypeError, match=r"x must be floating point; received int64.*astype"):
        lstm([X.astype(np.int64), W, U, B, H, C], naive)
    with pytest.raises(TypeError, match=r"mask must be bool; received float64.*astype\(bool\)"):
        lstm([X, W, U, B, H, C], naive, mask=MASK.astype(float))


@each_form
def test_backward_rejects_another_shape(naive):
    hs, cache = lstm([X, W, U, B, H, C], naive)
    _, backward = operations("lstm", naive)
    with pytest.raises(ValueError, match=r"dout .*\(4, 5, 3\); received \(4, 3\)"):
        backward(hs[:, -1], cache)
    with pytest.raises(ValueError, match=r"dc_last .*\(4, 3\); received \(3,\).*respect to c_last"):
        backward(hs, cache, dc_last=C[0])


def test_cell_rejects_what_does_not_fit():
    with pytest.raises(ValueError, match=r"x must have 2 axes \(N, D\).*\(4, 5, 2\).*x\[:, t\]"):
        scratch.lstm_cell_forward(X, H, C, W, U, B)
    with pytest.raises(ValueError, match=r"c must have shape \(N, U\) = \(4, 3\); received \(3,"):
        scratch.lstm_cell_forward(X[:, 0], H, C[0], W, U, B)
    _, cache = scratch.lstm_cell_forward(X[:, 0], H, C, W, U, B)
    with pytest.raises(ValueError, match=r"dc_next .*\(4, 3\); received \(3,\).*to c_next"):
        scratch.lstm_cell_backward(H, C[0], cache)
    with pytest.raises(TypeError, match="x must be floating point"):
        scratch.rnn_cell_forward(np.ones((4, 2), int), H, W[:, :3], U[:, :3], B[:3])


def test_bidirectional_rejects_what_does_not_fit():
    with pytest.raises(
        ValueError, match=r"cell must be one of 'rnn', 'lstm', 'gru'; received 'tcn'"
    ):
        scratch.bidirectional_forward(X, (W, U, B), (W, U, B), cell="tcn")
    with pytest.raises(ValueError, match=r"weights_back must be .*\(w, u, b\).*; received 2"):
        scratch.bidirectional_forward(X, (W, U, B), (W, U))
    with pytest.raises(ValueError, match=r"weights must be .*an array of shape \(2, 12\)"):
        scratch.bidirectional_forward(X, W, (W, U, B))
    out, cache = scratch.bidirectional_forward(X, (W, U, B), (W, U, B))
    with pytest.raises(ValueError, match=r"dout .*\(4, 5, 6\); received \(4, 5, 3\)"):
        scratch.bidirectional_backward(out[..., :3], cache)
