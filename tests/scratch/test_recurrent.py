"""Recurrent layers: by hand, fast against the loop over cells, masks, direction."""

import numpy as np
import pytest

from tests.scratch.recurrent import (
    KINDS,
    MASK,
    assert_same,
    draw,
    each_direction,
    each_form,
    each_kind,
    each_mask,
    operations,
    run,
)
from vidlearn import scratch

THREE_QUARTERS, A_QUARTER = np.log(3), -np.log(3)  # what the sigmoid takes there
A_HALF = np.arctanh(0.5)


def test_rnn_cell_by_hand():
    x, h, w, u = np.array([[2.0]]), np.array([[0.5]]), np.array([[3.0]]), np.array([[-12.0]])
    h_next, cache = scratch.rnn_cell_forward(x, h, w, u, np.array([A_HALF]))
    np.testing.assert_allclose(h_next, [[0.5]])  # 2 * 3 - 0.5 * 12 leaves the bias
    dx, dh, dw, du, db = scratch.rnn_cell_backward(np.array([[10.0]]), cache)
    dz = 10 * (1 - 0.5**2)
    assert_same((dx, dh, dw, du, db), ([[dz * 3]], [[dz * -12]], [[dz * 2]], [[dz * 0.5]], [dz]))


def test_lstm_cell_by_hand():
    b = np.array([THREE_QUARTERS, A_QUARTER, A_HALF, 0])  # i = 3/4, f = 1/4, g = 1/2, o = 1/2
    x, h, c = np.array([[3.0]]), np.array([[5.0]]), np.array([[2.0]])
    w, u = np.zeros((1, 4)), np.zeros((1, 4))
    (h_next, c_next), cache = scratch.lstm_cell_forward(x, h, c, w, u, b)
    c_by_hand = 1 / 4 * 2 + 3 / 4 * 1 / 2
    assert c_by_hand == 7 / 8
    assert_same((c_next, h_next), ([[7 / 8]], [[np.tanh(7 / 8) / 2]]))
    _, _, dc, dw, du, db = scratch.lstm_cell_backward(np.zeros((1, 1)), np.ones((1, 1)), cache)
    # The slope of the sigmoid is 3/16 at 1/4 and at 3/4, that of tanh 3/4 at 1/2.
    dz = np.array([1 / 2 * 3 / 16, 2 * 3 / 16, 3 / 4 * 3 / 4, 0])
    assert_same((dc, db, dw, du), ([[1 / 4]], dz, [3 * dz], [5 * dz]))
    *_, db = scratch.lstm_cell_backward(np.ones((1, 1)), np.zeros((1, 1)), cache)
    to_c = 1 / 2 * (1 - np.tanh(7 / 8) ** 2)
    assert_same([db], [to_c * dz + [0, 0, 0, np.tanh(7 / 8) * 1 / 4]])


def test_gru_cell_by_hand():
    b = np.array([[1.0, 2, A_HALF - 1], [THREE_QUARTERS - 1, A_QUARTER - 2, -2]])
    x, h, w, u = np.array([[3.0]]), np.array([[2.0]]), np.zeros((1, 3)), np.array([[0, 0, 3.0]])
    h_next, cache = scratch.gru_cell_forward(x, h, w, u, b)
    # z = 3/4, r = 1/4; the candidate takes A_HALF - 1 from x, and r * (2 * 3 - 2) = 1 from h.
    assert_same([h_next], [[[3 / 4 * 2 + 1 / 4 * 1 / 2]]])
    dx, dh, dw, du, db = scratch.gru_cell_backward(np.ones((1, 1)), cache)
    dz, dh_hat = (2 - 1 / 2) * 3 / 16, 1 / 4 * 3 / 4
    dr = dh_hat * 4 * 3 / 16
    of_x, of_h = np.array([[dz, dr, dh_hat], [dz, dr, dh_hat / 4]])
    assert_same((db, dw, du), ([of_x, of_h], [3 * of_x], [2 * of_h]))
    assert_same((dx, dh), ([[0]], [[3 / 4 + dh_hat / 4 * 3]]))


@each_form
def test_backpropagation_through_time_by_hand(naive):
    forward, backward = operations("rnn", naive)
    x, w, u = np.array([[[A_HALF], [0.0]]]), np.array([[1.0]]), np.array([[2.0]])
    hs, cache = forward(x, w, u, np.zeros(1))
    h1, h2 = 0.5, np.tanh(2 * 0.5)
    assert_same(hs[0], [[h1], [h2]])
    dx, dw, du, db, dh0 = backward(np.array([[[0.0], [1.0]]]), cache)
    dz2 = 1 - h2**2
    dz1 = dz2 * 2 * (1 - h1**2)  # back through u to h1, and through its tanh
    assert_same((dx[0], dh0), ([[dz1], [dz2]], [[dz1 * 2]]))
    assert_same((dw, du, db), ([[dz1 * A_HALF + dz2 * 0]], [[dz1 * 0 + dz2 * h1]], [dz1 + dz2]))


@each_form
def test_masked_steps_repeat_the_state_by_hand(naive):
    forward, backward = operations("rnn", naive)
    x, mask = np.array([7.0, A_HALF, 7]).reshape(1, 3, 1), np.array([[False, True, False]])
    h0, one = np.array([[0.25]]), np.array([[1.0]])
    hs, cache = forward(x, one, 0 * one, np.zeros(1), h0=h0, mask=mask)
    assert_same(hs[0], [[0.25], [0.5], [0.5]])
    dx, _, _, db, dh0 = backward(np.array([[[1.0], [10], [100]]]), cache)
    # The third step hands its gradient on to the second, and the first to h0.
    assert_same((dx[0], db, dh0), ([[0], [110 * 3 / 4], [0]], [110 * 3 / 4], [[1]]))


@each_form
def test_cell_state_keeps_what_was_written_by_hand(naive):
    forward, backward = operations("lstm", naive)
    # Written is x (i = 1), kept is a quarter (f = 1/4), shown all (o = 1).
    w, b = np.array([[0.0, 0, 1, 0]]), np.array([99.0, A_QUARTER, 0, 99])
    x = np.array([A_HALF, 0, 0]).reshape(1, 3, 1)
    hs, cache = forward(x, w, np.zeros((1, 4)), b)
    assert_same(hs[0], np.tanh([[1 / 2], [1 / 8], [1 / 32]]))
    dout, dc_last = np.zeros((1, 3, 1)), np.ones((1, 1))
    *_, dc0 = backward(dout, cache, dc_last=dc_last)
    assert_same([dc0], [[[1 / 64]]])
    *_, dcs = backward(dout, cache, dc_last=dc_last, return_dhs=True)
    assert_same(dcs[0], [[1 / 16], [1 / 4], [1]])


@each_direction
def test_cache_holds_cell_states_and_gates_in_order_of_time(reverse):
    x, w, u, b, h, c = draw("lstm")
    hs, cache = run("lstm", [x, w, u, b, h, c], reverse=reverse)
    gates = []
    for t in range(5)[:: -1 if reverse else 1]:
        (h, c), (*_, gates_of_step, c_next) = scratch.lstm_cell_forward(x[:, t], h, c, w, u, b)
        assert_same((hs[:, t], cache.cs[:, t]), (h, c_next))
        gates.append(gates_of_step)
        assert_same(np.split(cache.gates[:, t], 4, axis=-1), gates_of_step)
    x, w, u, b, h = draw("gru")
    hs, cache = run("gru", [x, w, u, b, h], reverse=reverse)
    for t in range(5)[:: -1 if reverse else 1]:
        h, (*_, gates_of_step, _) = scratch.gru_cell_forward(x[:, t], h, w, u, b)
        assert_same(np.split(cache.gates[:, t], 3, axis=-1), gates_of_step)


@pytest.mark.parametrize("sizes", [(4, 5, 2, 3), (1, 5, 3, 2), (4, 1, 2, 3), (3, 2, 1, 1)], ids=str)
@each_mask
@each_direction
@each_kind
def test_fast_equals_naive(kind, reverse, mask, sizes):
    arrays = draw(kind, *sizes)
    mask = None if mask is None else mask[-sizes[0] :, : sizes[1]]
    rng = np.random.default_rng(1)
    dout, dc_last = rng.normal(size=(*sizes[:2], sizes[3])), rng.normal(size=(sizes[0], sizes[3]))
    options = {"dc_last": dc_last} if kind == "lstm" else {}
    results = []
    for naive in (False, True):
        hs, cache = run(kind, arrays, naive, mask=mask, reverse=reverse)
        _, backward = operations(kind, naive)
        results.append((hs, *backward(dout, cache, return_dhs=True, **options)))
    assert_same(*results)


@each_form
@each_direction
@each_kind
def test_reverse_is_the_sequence_turned_round(kind, reverse, naive):
    arrays = draw(kind)
    hs, cache = run(kind, arrays, naive, mask=MASK, reverse=reverse)
    turned = [arrays[0][:, ::-1], *arrays[1:]]
    hs_turned, cache_turned = run(kind, turned, naive, mask=MASK[:, ::-1], reverse=not reverse)
    _, backward = operations(kind, naive)
    dx, *gradients = backward(hs, cache)
    dx_turned, *gradients_turned = backward(hs_turned, cache_turned)
    assert_same((hs, dx), (hs_turned[:, ::-1], dx_turned[:, ::-1]))
    assert_same(gradients, gradients_turned)


@each_form
@each_kind
def test_masked_steps_do_not_matter(kind, naive):
    arrays = draw(kind)
    other = np.where(MASK[..., None], arrays[0], 100)
    hs, cache = run(kind, arrays, naive, mask=MASK)
    hs_other, cache_other = run(kind, [other, *arrays[1:]], naive, mask=MASK)
    _, backward = operations(kind, naive)
    dout = np.random.default_rng(3).normal(size=hs.shape)
    gradients, gradients_other = backward(dout, cache), backward(dout, cache_other)
    assert_same((hs, *gradients), (hs_other, *gradients_other))
    assert not gradients[0][~MASK].any()
    assert_same(hs[0], [arrays[4][0]] * 5)  # nothing counts: h0 all along


@each_form
@each_kind
def test_dhs_is_the_gradient_of_what_follows(kind, naive):
    x, *weights = draw(kind)[:4]
    forward, backward = operations(kind, naive)
    hs, cache = forward(x, *weights)
    dout = np.random.default_rng(2).normal(size=hs.shape)
    plain, told = backward(dout, cache), backward(dout, cache, return_dhs=True)
    assert_same(plain, told[: len(plain)])
    dhs = told[len(plain)]
    assert_same([dhs[:, -1]], [dout[:, -1]])
    for t in range(4):
        states = {"h0": hs[:, t]}
        if kind == "lstm":
            (_, fast) = scratch.lstm_forward(x, *weights)
            states["c0"] = fast.cs[:, t]
        _, rest = forward(x[:, t + 1 :], *weights, **states)
        gradients = backward(dout[:, t + 1 :], rest)
        assert_same([dhs[:, t]], [dout[:, t] + gradients[4]])
        if kind == "lstm":
            o = np.split(fast.gates[:, t], 4, axis=-1)[3]
            through_h = dhs[:, t] * o * (1 - np.tanh(fast.cs[:, t]) ** 2)
            assert_same([told[-1][:, t]], [gradients[5] + through_h])


@pytest.mark.parametrize("cell", KINDS)
@each_mask
def test_bidirectional_is_two_layers(cell, mask):
    x, *there = draw(cell)[:4]
    _, *back = draw(cell, units=2)[:4]
    out, cache = scratch.bidirectional_forward(x, there, back, cell=cell, mask=mask)
    forward, backward = operations(cell)
    hs, cache_there = forward(x, *there, mask=mask)
    hs_back, cache_back = forward(x, *back, mask=mask, reverse=True)
    counts = np.ones((4, 5, 1)) if mask is None else mask[..., None]
    assert_same((out[..., :3], out[..., 3:]), (hs * counts, hs_back * counts))
    dout = np.random.default_rng(2).normal(size=out.shape)
    dx, *gradients = scratch.bidirectional_backward(dout, cache)
    dx_there, *weights = backward(dout[..., :3] * counts, cache_there)
    dx_back, *weights_back = backward(dout[..., 3:] * counts, cache_back)
    assert_same([dx], [dx_there + dx_back])
    assert_same(gradients[0], weights[:3])
    assert_same(gradients[1], weights_back[:3])


@each_kind
def test_views_of_any_memory_order(kind):
    x, w, u, b = draw(kind)[:4]
    views = x.swapaxes(0, 1).copy().swapaxes(0, 1), np.asfortranarray(w), np.asfortranarray(u), b
    hs, cache = run(kind, [*views, *draw(kind)[4:]])
    hs_copy, cache_copy = run(kind, draw(kind))
    _, backward = operations(kind)
    dout = np.asfortranarray(np.random.default_rng(0).normal(size=hs.shape))
    assert_same((hs, *backward(dout, cache)), (hs_copy, *backward(dout.copy(), cache_copy)))


def test_large_numbers_stay_finite():
    for kind in KINDS:
        x, *others = draw(kind)
        hs, cache = run(kind, [(1e4 * x).astype(np.float32), *others])
        assert np.isfinite(hs).all()
        assert all(np.isfinite(a).all() for a in operations(kind)[1](hs, cache))
