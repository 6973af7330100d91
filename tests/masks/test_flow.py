"""Flow leads back to where things were, and the two ways fit where both frames show a thing."""

from importlib import import_module

import numpy as np
import pytest
from scipy import ndimage

from vidlearn.masks import backward_flow, carried, propagate, unseen_before, warp

RNG = np.random.default_rng(0)


def texture(height=64, width=96, seed=0):
    noise = np.random.default_rng(seed).normal(size=(height, width, 3))
    smooth = ndimage.gaussian_filter(noise, (2, 2, 0), mode="wrap")
    return np.clip(128 + 60 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def square(t, ground=(0, 0)):
    """A film's frame: a square of one texture goes right over another, 3 pixels a frame."""
    frame = np.roll(texture(), ground, axis=(0, 1))
    mask = np.zeros(frame.shape[:2], bool)
    mask[20:44, 20 + 3 * t : 48 + 3 * t] = True
    frame[mask] = texture(24, 28, seed=1).reshape(-1, 3)
    return frame, mask


@pytest.mark.parametrize("method", ["dis", "farneback"])
@pytest.mark.parametrize("move", [(2, 0), (0, 3), (-2, 1)])
def test_flow_leads_back(method, move):
    before = texture()
    flow = backward_flow(np.roll(before, move, axis=(0, 1)), before, method=method)
    assert flow.shape == (64, 96, 2)
    inside = flow[12:-12, 12:-12].reshape(-1, 2)
    away = np.hypot(inside[:, 0] + move[1], inside[:, 1] + move[0])
    assert np.quantile(away, 0.9) < 0.3


def test_warp_matches_scipy():
    values = RNG.random((13, 17, 2))
    flow = RNG.normal(scale=4, size=(13, 17, 2))
    y, x = np.mgrid[:13, :17]
    places = np.stack([y + flow[..., 1], x + flow[..., 0]])
    wanted = [
        ndimage.map_coordinates(values[..., k], places, order=1, mode="grid-constant")
        for k in range(2)
    ]
    # OpenCV may round places to 1/32 of a pixel.
    np.testing.assert_allclose(warp(values, flow), np.stack(wanted, axis=-1), atol=0.07)
    np.testing.assert_allclose(warp(values[..., 1], flow), wanted[1], atol=0.07)


def test_warp_keeps_the_shape_of_what_it_carries():
    flow = np.zeros((4, 6, 2))
    for shape in ((4, 6), (4, 6, 1), (4, 6, 128)):
        np.testing.assert_array_equal(warp(np.ones(shape), flow), np.ones(shape, np.float32))


def test_flows_of_small_numbers_are_squared_as_numbers():
    back, forth = np.zeros((1, 30, 2), np.int8), np.zeros((1, 30, 2), np.int8)
    back[0, 20] = -16, 0  # 16 * 16 is 0 in a byte
    assert np.flatnonzero(unseen_before(back, forth)).tolist() == [20]
    assert unseen_before(back.tolist(), forth.tolist())[0, 20]


def test_unseen_before_by_hand():
    """Fits within 0.01 (|b|^2 + |f|^2) + 0.5: 0.7^2 < 0.5 for short ways, 1^2 < 2.5 for long."""
    back = np.zeros((3, 40, 2), np.float32)
    forth = back.copy()
    forth[0, 3], forth[1, 3] = (0.7, 0), (0, 0.8)
    back[2, 20], forth[2, 8] = (-12, 0), (11, 0)
    wanted = np.zeros((3, 40), bool)
    wanted[1, 3] = wanted[2, 8] = True  # no way leads to 8 but that of the pixel 20
    np.testing.assert_array_equal(unseen_before(back, forth), wanted)


@pytest.mark.parametrize(
    ("at", "way"),
    [((1, 5), (0.5, 0)), ((1, 0), (-0.5, 0)), ((3, 2), (0, 0.5)), ((0, 2), (0, -0.5))],
)
def test_what_leads_out_of_the_frame_was_not_seen(at, way):
    back = np.zeros((4, 6, 2))
    back[at] = way
    assert np.argwhere(unseen_before(back, np.zeros((4, 6, 2)))).tolist() == [list(at)]


def test_what_comes_to_light_is_found():
    (before, _), (frame, _) = square(0), square(1)
    unseen = unseen_before(backward_flow(frame, before), backward_flow(before, frame))
    assert unseen[24:40, 20:22].mean() > 0.3  # behind the square, where it was
    assert unseen[24:40, 30:46].mean() < 0.05
    assert unseen[4:14].mean() < 0.05


def test_carried_leaves_out_what_was_hidden():
    (before, mask), (frame, after) = square(0), square(1)
    faults = [(carried(mask, frame, before, check=check) > 0.5) ^ after for check in (True, False)]
    assert faults[0].sum() < faults[1].sum()
    assert faults[0].mean() < 0.01


def test_propagate_follows_until_the_thing_is_hidden():
    frames, masks = map(np.stack, zip(*(square(t) for t in range(12)), strict=True))
    given = masks[0].copy()
    found = propagate(frames, given)
    assert found.dtype == bool
    np.testing.assert_array_equal(found[0], given)
    assert (found[-1] & masks[-1]).sum() > 0.65 * (found[-1] | masks[-1]).sum()
    bled = propagate(frames, given, check=False)[-1] & ~masks[-1]  # into what comes to light
    assert bled.sum() > 3 * (found[-1] & ~masks[-1]).sum()


def test_what_is_hidden_does_not_come_back():
    ways = [*range(12), *range(11, -1, -1)]  # behind a pillar, and back
    frames, masks = map(np.stack, zip(*(square(t) for t in ways), strict=True))
    frames[:, :, 50:] = texture(seed=2)[:, 50:]
    masks[:, :, 50:] = False
    assert not masks[11].any()
    found = propagate(frames, masks[0])
    assert (found[4] & masks[4]).sum() > 0.8 * (found[4] | masks[4]).sum()
    assert (found[-1] & masks[-1]).sum() < 0.1 * masks[-1].sum()


def test_a_still_film_keeps_any_mask():
    mask = RNG.random((64, 96)) < 0.5
    found = propagate(np.stack([texture()] * 4), mask)
    np.testing.assert_array_equal(found, np.stack([mask] * 4))


def test_both_ways_are_sought_by_the_method_that_was_asked_for(monkeypatch):
    asked = []

    def still(frame, before, *, method):
        asked.append(method)
        return np.zeros((*frame.shape[:2], 2), np.float32)

    monkeypatch.setattr(import_module("vidlearn.masks.propagate"), "backward_flow", still)
    propagate(np.stack([texture()] * 2), np.ones((64, 96), bool), method="farneback")
    assert asked == ["farneback"] * 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: backward_flow(texture(), texture(60)), "one size.*Received: "),
        (lambda: backward_flow(texture(12), texture(12)), "at least 16 x 16"),
        (lambda: backward_flow(texture() / 255, texture()), "frame must be .*float64"),
        (lambda: backward_flow(texture(), texture(), method="lk"), "method must be one of dis"),
        (lambda: warp(np.zeros((4, 6)), np.zeros((4, 7, 2))), r"Received: \(4, 6\) and \(4, 7, 2"),
        (lambda: warp(np.zeros((4, 6, 200)), np.zeros((4, 6, 2))), "C from 1 to 128.*6, 200"),
        (lambda: warp(np.zeros((4, 6)), np.full((4, 6, 2), np.nan)), "flow must be finite"),
        (lambda: unseen_before(np.zeros((4, 6, 3)), np.zeros((4, 6, 3))), "forward|backward"),
        (
            lambda: unseen_before(np.full((4, 6, 2), np.inf), np.zeros((4, 6, 2))),
            "backward must be",
        ),
        (lambda: carried(np.full((64, 96), 255), texture(), texture()), "mask > 0. Rec.*int64"),
        (lambda: carried(np.full((64, 96), np.nan), texture(), texture()), "from 0 to 1"),
        (lambda: carried(np.ones((64, 95)), texture(), texture()), r"mask must be \(64, 96\)"),
        (lambda: propagate(texture()[None] / 255, np.ones((64, 96), bool)), "frames must be"),
        (lambda: propagate(texture()[None], np.ones((64, 95), bool)), r"first must be \(64, 96\)"),
        (lambda: propagate(texture()[None], np.zeros((64, 96), bool)), "at least one pixel"),
        (lambda: propagate(texture()[None], np.full((64, 96), 3)), "of one thing.*ids == 3"),
        (lambda: propagate(texture()[None], np.full((64, 96), -1)), r"the numbers \[-1\]"),
    ],
)
def test_rejects_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
