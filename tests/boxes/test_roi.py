"""RoI pooling and align: by hand, fast against loops, against torchvision, and the borders."""

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn import boxes

each_form = pytest.mark.parametrize("naive", [False, True], ids=["fast", "naive"])
each_pair = pytest.mark.parametrize("name", ["roi_pool", "roi_align"])


def pool(naive):
    return boxes.roi_pool_naive if naive else boxes.roi_pool


def align(naive):
    return boxes.roi_align_naive if naive else boxes.roi_align


def ramp(height, width, down=10.0, right=1.0):
    y, x = np.mgrid[:height, :width]
    return (down * y + right * x)[..., None]


# What torchvision 0.29 gives for channel 0 of ((7y + 3x^2 + 5c) % 11) on 5 x 7 cells, half a cell a
# pixel, 2 x 3 bins: a box between cells, one across the border, one within a cell, one outside.
ROIS = [[1.0, 2.5, 9.5, 7.0], [-4.0, 1.0, 3.2, 12.0], [6.3, 5.0, 6.9, 5.2], [30, 4, 40, 8.0]]
TORCHVISION = {
    "pool": [
        [[10, 8, 7], [9, 10, 10]],
        [[0, 10, 10], [0, 9, 9]],
        [[4, 4, 4], [4, 4, 4]],
        [[0, 0, 0], [0, 0, 0]],
    ],
    "aligned": [
        [[7.7188, 6.1257, 2.6458], [4.7728, 3.4375, 5.7083]],
        [[0, 4.125, 5.4531], [0, 7.125, 7.0781]],
        [[6.7, 7.1, 7.5], [6.5, 6.9, 7.3]],
        [[0, 0, 0], [0, 0, 0]],
    ],
    "first": [
        [[6.0063, 5.6387, 4.7529], [3.2484, 3.2012, 4.7987]],
        [[0, 6.5891, 6.2141], [0, 3.1828, 3.9578]],
        [[4.6833, 4.35, 4.125], [3.5542, 4.1375, 4.7375]],
        [[0, 0, 0], [0, 0, 0]],
    ],
}


@each_form
@pytest.mark.parametrize("form", TORCHVISION)
def test_a_table_from_torchvision(form, naive):
    y, x, c = np.ogrid[:5, :7, :2]
    features = ((7 * y + 3 * x * x + 5 * c) % 11).astype(float)
    run = pool(naive) if form == "pool" else align(naive)
    options = {} if form == "pool" else {"aligned": form == "aligned"}
    out = run(features, ROIS, size=(2, 3), scale=0.5, **options)
    np.testing.assert_allclose(out[..., 0], TORCHVISION[form], atol=5e-5)
    assert out.shape == (4, 2, 3, 2)


@pytest.mark.skipif(not find_spec("torchvision"), reason="torchvision is not installed")
@pytest.mark.parametrize("seed", range(20))
def test_matches_torchvision(seed):
    import torch
    from torchvision import ops

    rng = np.random.default_rng(seed)
    features = rng.normal(size=(*rng.integers(1, 20, 2), 3))
    rois = random_rois(rng, 6)
    maps = torch.from_numpy(np.moveaxis(features, -1, 0)[None].copy())
    both = (maps, [torch.from_numpy(rois)], (3, 5), 1 / 16)
    ours = boxes.roi_pool(features, rois, size=(3, 5), scale=1 / 16)
    assert np.array_equal(ours, np.moveaxis(ops.roi_pool(*both).numpy(), 1, -1))
    for aligned in (True, False):
        ours = boxes.roi_align(features, rois, size=(3, 5), scale=1 / 16, aligned=aligned)
        theirs = ops.roi_align(*both, sampling_ratio=2, aligned=aligned).numpy()
        np.testing.assert_allclose(ours, np.moveaxis(theirs, 1, -1), rtol=1e-11, atol=1e-12)


def random_rois(rng, count):
    start = rng.uniform(-60, 330, (count, 2))
    return np.hstack([start, start + rng.uniform(-30, 200, (count, 2))])


@pytest.mark.parametrize("seed", range(25))
def test_fast_and_naive_agree(seed):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(*rng.integers(1, 20, 2), 3)).astype([float, np.float32][seed % 2])
    options = {"size": tuple(rng.integers(1, 8, 2).tolist()), "scale": 1 / rng.integers(4, 20)}
    rois = random_rois(rng, 7)
    fast, naive = (pool(n)(features, rois, **options) for n in (False, True))
    assert np.array_equal(fast, naive)
    assert fast.dtype == naive.dtype == features.dtype
    options |= {"samples": int(rng.integers(1, 4)), "aligned": bool(rng.integers(2))}
    fast, naive = (align(n)(features, rois, **options) for n in (False, True))
    assert fast.dtype == naive.dtype == features.dtype
    close = {"rtol": 1e-4, "atol": 1e-5} if seed % 2 else {"rtol": 1e-11, "atol": 1e-12}
    np.testing.assert_allclose(fast, naive, **close)


@each_form
def test_pool_rounds_by_hand(naive):
    features = ramp(4, 6)
    # 1.25 -> 1, 4.5 -> 5 (half away from zero): cells 1..5, and rows 0..1: the last one belongs.
    out = pool(naive)(features, [[1.25, 0.4, 4.5, 1.4]], size=(1, 2))
    # 5 cells in 2 bins of 2.5: cells 1, 2, 3 and 3, 4, 5 share one.
    assert out[0, 0, :, 0].tolist() == [10 + 3, 10 + 5]


@each_form
def test_pool_rounds_negative_halves_away_from_zero(naive):
    # -0.5 -> -1: cells -1..0, one outside: the first of two bins is empty, the second has cell 0.
    out = pool(naive)(ramp(3, 3) + 7, [[-0.5, 1, 0.2, 1]], size=(1, 2))
    assert out[0, 0, :, 0].tolist() == [0, 17]


@each_form
def test_pool_gives_zero_to_empty_bins_below_zero(naive):
    out = pool(naive)(np.full((2, 2, 1), -3.0), [[1, 0, 4, 1]], size=(1, 4))
    assert out[0, 0, :, 0].tolist() == [-3, 0, 0, 0]


@each_form
def test_align_by_hand(naive):
    # One bin, samples at a quarter and three quarters of the box 2..4 by 1..2, half a cell back:
    # x = 2, 3 and y = 0.75, 1.25; on a ramp the mean is the value in the middle.
    out = align(naive)(ramp(4, 6), [[2, 1, 4, 2]], size=1)
    assert out.item() == pytest.approx(10 * 1.0 + 2.5)
    # Without the half cell: x = 2.5, 3.5, y = 1.25, 1.75.
    out = align(naive)(ramp(4, 6), [[2, 1, 4, 2]], size=1, aligned=False)
    assert out.item() == pytest.approx(10 * 1.5 + 3)
    # A single sample lies in the middle of each bin: x = 0.5 + 0.5 - 0.5, then 1.5.
    out = align(naive)(ramp(4, 6), [[0.5, 1, 2.5, 2]], size=(1, 2), samples=1)
    assert out[0, 0, :, 0] == pytest.approx([10.5, 11.5])


@each_form
def test_align_follows_a_shift_that_pool_does_not_see(naive):
    features = ramp(8, 9)
    roi, moved = [[16, 16, 80, 64]], [[19, 16, 83, 64]]  # by 3 / 16 of a cell
    options = {"size": (3, 4), "scale": 1 / 16}
    shift = align(naive)(features, moved, **options) - align(naive)(features, roi, **options)
    np.testing.assert_allclose(shift, 3 / 16)
    assert np.array_equal(
        pool(naive)(features, moved, **options), pool(naive)(features, roi, **options)
    )


@each_form
@pytest.mark.parametrize(
    ("x", "value"),
    [(-1.01, 0), (-0.99, 5), (-0.2, 5), (0.5, 5.5), (3, 8), (3.4, 8), (3.99, 8), (4.01, 0)],
)
def test_align_at_the_border(x, value, naive):
    # Features 5, 6, 7, 8 at 0..3: one cell further they still count, beyond that 0.
    features = ramp(3, 4) + 5
    roi = [[x + 0.5 - 0.1, 0.4, x + 0.5 + 0.1, 0.6]]  # its only sample is at (0, x)
    assert align(naive)(features, roi, size=1, samples=1).item() == pytest.approx(value)


@each_form
def test_align_of_the_first_form_is_one_cell_wide_at_least(naive):
    out = align(naive)(ramp(4, 6), [[2, 1, 2, 1]], size=(1, 2), samples=1, aligned=False)
    assert out[0, 0, :, 0] == pytest.approx([15 + 2.25, 15 + 2.75])
    out = align(naive)(ramp(4, 6), [[2.5, 1.5, 2.5, 1.5]], size=(1, 2), samples=1)
    assert out[0, 0, :, 0] == pytest.approx([12, 12])


@settings(max_examples=60, deadline=None)
@given(
    x=st.floats(0.5, 5),
    y=st.floats(0.5, 3),
    width=st.floats(0.1, 4),
    height=st.floats(0.1, 3),
    samples=st.integers(1, 4),
)
def test_align_is_exact_on_a_plane(x, y, width, height, samples):
    """Interpolation of a plane is the plane: each bin gives its middle, half a cell back."""
    out = boxes.roi_align(
        ramp(8, 11, down=-2, right=3), [[x, y, x + width, y + height]], size=(2, 3), samples=samples
    )
    middle_y = y - 0.5 + (np.arange(2)[:, None] + 0.5) * height / 2
    middle_x = x - 0.5 + (np.arange(3) + 0.5) * width / 3
    np.testing.assert_allclose(out[0, :, :, 0], -2 * middle_y + 3 * middle_x, atol=1e-9)


@each_pair
@each_form
def test_no_boxes_and_whole_numbers(name, naive):
    run = {"roi_pool": pool, "roi_align": align}[name](naive)
    assert run(np.zeros((3, 4, 2), np.float32), [], size=(2, 5)).shape == (0, 2, 5, 2)
    assert run(np.zeros((3, 4, 0)), [[0, 0, 3, 2]], size=(2, 5)).shape == (1, 2, 5, 0)
    out = run(np.arange(12).reshape(3, 4, 1), [[0, 0, 3, 2]], size=1)
    assert out.dtype == np.float64


@each_pair
@each_form
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"features": np.zeros((1, 3, 4, 2))}, "features must be .* without a batch axis"),
        ({"features": np.zeros((0, 4, 2))}, "features must be"),
        ({"features": np.full((3, 4, 2), np.nan)}, "features must be finite"),
        ({"rois": [[0, 0, 1]]}, "rois must be"),
        ({"rois": [[0, 0, np.nan, 1]]}, "rois must be finite"),
        ({"size": (2, 0)}, "size must be"),
        ({"size": 2.0}, "size must be"),
        ({"size": (2, 3, 4)}, "size must be"),
        ({"scale": 0}, "scale must be above 0"),
        ({"scale": np.inf}, "scale must be finite"),
    ],
)
def test_rejects_what_makes_no_sense(name, naive, given, message):
    arguments = {"features": np.zeros((3, 4, 2)), "rois": [[0, 0, 1, 1]], "size": 2, "scale": 1.0}
    arguments |= given
    run = {"roi_pool": pool, "roi_align": align}[name](naive)
    with pytest.raises(ValueError, match=message):
        run(arguments.pop("features"), arguments.pop("rois"), **arguments)


@each_form
def test_rejects_samples_that_are_none(naive):
    with pytest.raises(ValueError, match="samples=0"):
        align(naive)(np.zeros((3, 4, 2)), [[0, 0, 1, 1]], size=2, samples=0)
