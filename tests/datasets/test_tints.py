"""Tints: a rule for each channel, and the boxes as they were."""

from functools import partial
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn.boxes import Truth
from vidlearn.datasets import Augment, tint

TRUTH = Truth([[1, 2, 5, 6]], [3])


def rng(seed):
    return np.random.default_rng(seed)


def test_gain_and_offset_by_hand():
    """One gain and one offset: in [0, 1] a channel of its own, cut off and rounded."""
    row = np.array([0, 1, 2, 101, 255], np.uint8)
    frame = np.repeat(row[None, :, None], 3, axis=2)
    half, truth = tint(frame, TRUTH, rng=rng(0), chance=1, gain=(0.5, 0.5), offset=0)
    assert half[0, :, 1].tolist() == [0, 0, 1, 50, 128]  # halves to the even number
    assert truth is TRUTH
    twice, _ = tint(frame, TRUTH, rng=rng(0), chance=1, gain=(2, 2), offset=0)
    assert twice[0, :, 2].tolist() == [0, 2, 4, 202, 255]


@given(st.integers(0, 500), st.booleans())
@settings(max_examples=40, deadline=None)
def test_each_channel_is_a_line_of_one_channel(seed, shuffled):
    """Fit a line to what came, channel by channel; six ramps that no other order could give."""
    ramps = rng(7).permuted(np.tile(np.arange(256, dtype=np.uint8), (3, 1)), axis=1)
    frame = ramps.T.reshape(16, 16, 3)
    before = frame.copy()
    made, _ = tint(frame, TRUTH, rng=rng(seed), chance=1, shuffle=float(shuffled))
    assert (frame == before).all()
    assert not np.shares_memory(made, frame)
    came_from = []
    for channel in range(3):
        out = made[..., channel].ravel().astype(float)
        kept = (out > 0) & (out < 255)
        fits = []
        for source in range(3):
            line = np.polyfit(frame[..., source].ravel()[kept].astype(float), out[kept], 1)
            fits.append(
                (np.abs(np.polyval(line, frame[..., source].ravel()[kept]) - out[kept]), line)
            )
        errors = [error.max() for error, _ in fits]
        source = int(np.argmin(errors))
        assert errors[source] < 1
        gain, offset = fits[source][1]
        assert 0.39 < gain < 1.31
        assert abs(offset) < 81
        came_from.append(source)
    assert sorted(came_from) == [0, 1, 2]
    assert shuffled or came_from == [0, 1, 2]


def test_shares_of_what_is_changed_and_shuffled():
    frame = np.arange(27, dtype=np.uint8).reshape(3, 3, 3) * 9
    changed, orders = 0, {order: 0 for order in permutations(range(3))}
    for seed in range(900):
        made, _ = tint(frame, TRUTH, rng=rng(seed), chance=0.6, gain=(1, 1), offset=0)
        order = tuple(
            int(np.flatnonzero((frame == made[..., [c]]).all((0, 1)))[0]) for c in (0, 1, 2)
        )
        orders[order] += 1
        changed += not (made == frame).all()
    # 0.6 are changed, half of those shuffled, five in six of those to another order.
    assert changed / 900 == pytest.approx(0.6 * 0.5 * 5 / 6, abs=0.045)
    for order, count in orders.items():
        if order != (0, 1, 2):
            assert count / 900 == pytest.approx(0.05, abs=0.022)


@pytest.mark.parametrize("options", [{"offset": 0}, {"gain": (1, 1)}], ids=["gain", "offset"])
def test_channels_are_changed_apart(options):
    grey = np.full((2, 2, 3), 128, np.uint8)
    made = [tint(grey, TRUTH, rng=rng(seed), chance=1, **options)[0] for seed in range(20)]
    assert np.median([np.ptp(frame[0, 0]) for frame in made]) > 20


def test_a_chance_of_nothing_copies():
    frame = rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    made, truth = tint(frame, TRUTH, rng=rng(1), chance=0)
    assert (made == frame).all()
    assert not np.shares_memory(made, frame)
    assert truth is TRUTH


def test_it_is_a_step_of_augment_and_takes_views():
    frame = rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    augment = Augment([partial(tint, chance=1)], seed=4)
    one, truth = augment(frame[:, ::-1], TRUTH, draw=(2, 5))
    two, _ = augment(frame[:, ::-1].copy(), TRUTH, draw=(2, 5))
    other, _ = augment(frame[:, ::-1], TRUTH, draw=(2, 6))
    assert one.shape == (6, 8, 3)
    assert one.dtype == np.uint8
    assert one.flags.c_contiguous
    assert (one == two).all()
    assert (one != other).any()
    assert truth is TRUTH


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"chance": 1.5}, "chance must be 0 to 1. Received: 1.5"),
        ({"shuffle": -0.1}, "shuffle must be 0 to 1. Received: -0.1"),
        ({"gain": (0, 1)}, r"gain must be \(least, most\) above 0. Received: \(0, 1\)"),
        ({"gain": (2, 1)}, r"gain must be \(least, most\) above 0. Received: \(2, 1\)"),
        ({"offset": 300}, "offset must be 0 to 255 grey levels. Received: 300"),
        ({"frame": np.zeros((4, 4))}, "frame must be a picture of shape"),
    ],
)
def test_rejects_what_makes_no_sense(options, says):
    frame = options.pop("frame", np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match=says):
        tint(frame, TRUTH, rng=rng(0), **options)
