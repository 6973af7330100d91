"""Recurrent layers: every gradient against the difference quotient, entry by entry."""

import numpy as np
import pytest

from tests.scratch.recurrent import (
    KINDS,
    MASK,
    draw,
    each_direction,
    each_form,
    each_kind,
    each_mask,
    operations,
    run,
)
from vidlearn import scratch
from vidlearn.scratch import check_gradients


@each_kind
def test_cell_gradients(kind):
    x, w, u, b, *states = draw(kind)
    forward = getattr(scratch, f"{kind}_cell_forward")
    backward = getattr(scratch, f"{kind}_cell_backward")

    def both_states(*arrays):
        out, cache = forward(*arrays)
        return np.stack(out if kind == "lstm" else [out]), cache

    arrays = [x[:, 0], *states, w, u, b]
    errors = check_gradients(both_states, lambda dout, cache: backward(*dout, cache), *arrays)
    assert max(errors) < 1e-7


@each_form
@each_mask
@each_direction
@each_kind
def test_layer_gradients(kind, reverse, mask, naive):
    def forward(*arrays):
        return run(kind, arrays, naive, mask=mask, reverse=reverse)

    _, backward = operations(kind, naive)
    assert max(check_gradients(forward, backward, *draw(kind))) < 1e-7


@each_mask
@each_direction
def test_gradients_through_the_last_cell_state(reverse, mask):
    def forward(*arrays):
        hs, cache = run("lstm", arrays, mask=mask, reverse=reverse)
        last = cache.cs[:, :1] if reverse else cache.cs[:, -1:]
        return np.concatenate([hs, last], axis=1), cache

    def backward(dout, cache):
        return scratch.lstm_backward(dout[:, :-1], cache, dc_last=dout[:, -1])

    assert max(check_gradients(forward, backward, *draw("lstm"))) < 1e-7


@pytest.mark.parametrize(
    "mask", [MASK[:1], MASK[1:2], MASK[2:3]], ids=["all masked", "holes", "ends masked"]
)
@each_kind
def test_gradients_of_one_masked_sequence(kind, mask):
    arrays = draw(kind, batch=1)
    _, backward = operations(kind)
    assert max(check_gradients(lambda *a: run(kind, a, mask=mask), backward, *arrays)) < 1e-7


@each_mask
@pytest.mark.parametrize("cell", KINDS)
def test_bidirectional_gradients(cell, mask):
    x, *there = draw(cell)[:4]
    _, *back = draw(cell, units=2)[:4]

    def forward(x, *weights):
        return scratch.bidirectional_forward(x, weights[:3], weights[3:], cell=cell, mask=mask)

    def backward(dout, cache):
        dx, gradients, gradients_back = scratch.bidirectional_backward(dout, cache)
        return dx, *gradients, *gradients_back

    assert max(check_gradients(forward, backward, x, *there, *back)) < 1e-7
