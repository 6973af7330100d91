"""Neighbours, boxes and histograms of segments, and colour spaces: by hand and recounted."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage
from skimage.color import rgb2hsv, rgb2lab

from tests.proposals.partitions import frames_with_segments, partitions, picture
from vidlearn.proposals import (
    SPACES,
    colour_histograms,
    neighbours,
    region_boxes,
    texture_histograms,
    to_space,
)


@settings(max_examples=100, deadline=None)
@given(segments=partitions())
def test_neighbours_and_boxes_recounted(segments):
    pairs, spots = set(), {}
    for y, x in np.ndindex(segments.shape):
        spots.setdefault(int(segments[y, x]), []).append((y, x))
        for v, u in ((y, x + 1), (y + 1, x)):
            if v < segments.shape[0] and u < segments.shape[1]:
                pair = sorted((int(segments[y, x]), int(segments[v, u])))
                pairs |= {tuple(pair)} if pair[0] != pair[1] else set()
    assert neighbours(segments).tolist() == sorted(map(list, pairs))
    for k, box in enumerate(region_boxes(segments).tolist()):
        rows, columns = zip(*spots[k], strict=True)
        assert box == [min(columns), min(rows), max(columns) + 1, max(rows) + 1]


def test_corners_do_not_make_neighbours():
    assert neighbours([[0, 1], [2, 0]]).tolist() == [[0, 1], [0, 2]]
    assert neighbours([[0, 0]]).shape == (0, 2)


def test_colours_by_hand():
    # Bins of 64: each channel counts by itself, and all bins of a segment sum to 1.
    frame = np.array([[[0, 64, 255], [63, 65, 128], [200, 0, 0]]], np.uint8)
    found = colour_histograms(frame, [[1, 1, 0]], bins=4).reshape(2, 3, 4)
    assert (3 * found[0]).round(9).tolist() == [[0, 0, 0, 1], [1, 0, 0, 0], [1, 0, 0, 0]]
    assert (3 * found[1]).round(9).tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0.5, 0.5]]


@settings(max_examples=40, deadline=None)
@given(drawn=frames_with_segments())
def test_histograms_recounted(drawn):
    frame, segments = drawn
    found = colour_histograms(frame, segments)
    assert found.shape == (segments.max() + 1, 75)
    for k, row in enumerate(found.reshape(-1, 3, 25)):
        for c in range(3):
            counts, _ = np.histogram(frame[segments == k, c], 25, (0, 256))
            np.testing.assert_allclose(row[c], counts / counts.sum() / 3)
    texture = texture_histograms(frame, segments)
    assert texture.shape == (segments.max() + 1, 240)
    np.testing.assert_allclose(texture.sum(axis=1), 1)
    np.testing.assert_allclose(texture.reshape(-1, 24, 10).sum(axis=2), 1 / 24)


def test_texture_turns_with_the_picture():
    """A quarter turn of the picture moves every direction on by two."""
    frame = picture("coffee", (31, 43))
    segments = (np.arange(31)[:, None] > 13) * 1 + (np.arange(43) > 20) * 2
    turned = texture_histograms(np.rot90(frame, -1).copy(), np.rot90(segments, -1))
    straight = texture_histograms(frame, segments)
    moved = np.roll(straight.reshape(4, 3, 8, 10), 2, axis=2)
    np.testing.assert_allclose(turned.reshape(4, 3, 8, 10), moved, atol=0.01)
    assert abs(turned - straight).max() > 0.01


def test_texture_slopes_by_hand():
    """Of a slanted edge, dark above and left, bright below and right: the direction between."""
    y, x = np.mgrid[:21, :21]
    frame = np.where(x + y > 20, 200, 30).astype(np.uint8)
    counts = texture_histograms(frame, np.zeros((21, 21), int), space="grey").reshape(8, 10)
    rise = ndimage.gaussian_filter(frame.astype(np.float32), 1, order=(0, 1))
    steep = (8 * counts[:, 5:].sum(axis=1) * frame.size).round()
    assert steep[1] >= 21  # down and right: steep along the whole edge
    assert steep[0] == steep[2] == (rise / rise.max() >= 0.5).sum()
    assert (counts[4:7, 1:] == 0).all()  # nowhere does it rise to the left, or up


def test_faint_edges_are_not_stretched_to_steep_ones():
    """A step of one level rises 0.4 a pixel: bin 3 or 4 of 10, though nothing else is steeper."""
    frame = np.full((12, 17, 3), (201, 77, 30), np.uint8)
    for space in SPACES:
        counts = texture_histograms(frame, np.zeros((12, 17), int), space=space)
        assert (counts.reshape(-1, 10)[:, 1:] == 0).all()
    frame[:, 8:] += 1
    counts = texture_histograms(frame, np.zeros((12, 17), int)).reshape(3, 8, 10)
    assert (counts[:, 0, 3:5].sum(axis=1) > 0).all()
    assert (counts[:, :, 5:] == 0).all()


def test_spaces_match_scikit_image():
    frame = np.random.default_rng(3).integers(0, 256, (20, 30, 3), np.uint8)
    frame[:4, :, 1] = frame[:4, :, 0]
    frame[:2, :, 2] = frame[:2, :, 0]  # grey
    np.testing.assert_allclose(to_space(frame, "hsv") / [256, 255, 255], rgb2hsv(frame), atol=1e-6)
    lab = (to_space(frame, "lab") - [0, 128, 128]) / [2.55, 1, 1]
    np.testing.assert_allclose(lab, rgb2lab(frame), atol=0.01)
    assert np.array_equal(to_space(frame, "rgb"), frame)
    grey = to_space(frame, "grey")[..., 0]
    np.testing.assert_allclose(grey, frame @ [0.299, 0.587, 0.114], rtol=1e-5)


@pytest.mark.parametrize("space", SPACES)
def test_spaces_of_every_colour_lie_within_0_and_256(space):
    levels = np.array([0, 1, 77, 128, 254, 255], np.uint8)
    every = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(12, 18, 3)
    for frame in (every, every[..., 0].copy()):
        found = to_space(frame, space)
        assert found.dtype == np.float32
        assert found.min() >= 0
        assert found.max() < 256


@pytest.mark.parametrize("function", [neighbours, region_boxes])
@pytest.mark.parametrize(
    ("segments", "message"),
    [
        ([[0, 2]], "segments must use every number"),
        ([[-1, 0]], "segments must use every number"),
        ([[0.0, 1.0]], "whole numbers"),
        ([0, 1], "segments must be an array"),
        (np.zeros((0, 3), int), "segments must be an array"),
    ],
)
def test_rejects_segments(function, segments, message):
    with pytest.raises(ValueError, match=message):
        function(segments)


@pytest.mark.parametrize("function", [colour_histograms, texture_histograms])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"frame": np.zeros((2, 3, 3))}, "frame must be"),
        ({"segments": [[0, 0, 0]]}, "as high and wide as the frame, 2 x 3. Received: 1 x 3"),
        ({"space": "cmyk"}, "space must be among 'rgb', 'grey', 'hsv', 'lab'"),
        ({"bins": 0}, "bins must be a whole number"),
    ],
)
def test_rejects_what_makes_no_sense(function, given, message):
    arguments = {"frame": np.zeros((2, 3, 3), np.uint8), "segments": np.zeros((2, 3), int)} | given
    with pytest.raises(ValueError, match=message):
        function(arguments.pop("frame"), arguments.pop("segments"), **arguments)
