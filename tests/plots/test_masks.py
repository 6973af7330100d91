"""A mask's tint lies on its pixels and nowhere else, and its line on its edge."""

import numpy as np
import pytest

from vidlearn import plots

FRAME = np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)


def ids():
    masks = np.zeros((40, 60), np.uint8)
    masks[5:15, 10:30], masks[20:39, 40:60] = 1, 3
    return masks


def test_each_thing_has_its_line_and_its_tint_by_hand():
    before = FRAME.copy()
    drawn = plots.draw_masks(FRAME, ids(), tint=0.25)
    np.testing.assert_array_equal(FRAME, before)
    np.testing.assert_array_equal(drawn[ids() == 0], FRAME[ids() == 0])
    blue, green = np.array([0, 114, 178]), np.array([0, 158, 115])
    for (y, x), colour in {(5, 20): blue, (14, 29): blue, (30, 40): green, (25, 59): green}.items():
        assert drawn[y, x].tolist() == colour.tolist()
    np.testing.assert_allclose(drawn[10, 20], 0.75 * FRAME[10, 20] + 0.25 * blue, atol=0.5)
    np.testing.assert_allclose(drawn[30, 50], 0.75 * FRAME[30, 50] + 0.25 * green, atol=0.5)


def test_a_bool_mask_is_thing_1_and_without_tint_only_the_line_is_drawn():
    first = ids() == 1
    np.testing.assert_array_equal(
        plots.draw_masks(FRAME, first), plots.draw_masks(FRAME, first.astype(np.uint8))
    )
    changed = (plots.draw_masks(FRAME, first, tint=0) != FRAME).any(axis=-1)
    assert changed.sum() == 2 * 20 + 2 * 8


@pytest.mark.parametrize(
    ("masks", "tint", "message"),
    [
        (np.zeros((40, 61), bool), 0.5, r"masks must be \(40, 60\).*Received: bool of shape"),
        (np.zeros((40, 60)), 0.5, "Received: float64"),
        (np.full((40, 60), -1), 0.5, "whole numbers from 0"),
        (np.zeros((40, 60), bool), 1.5, "tint must be 0 to 1. Received: 1.5"),
    ],
)
def test_draw_masks_rejects_what_does_not_fit(masks, tint, message):
    with pytest.raises(ValueError, match=message):
        plots.draw_masks(FRAME, masks, tint=tint)
