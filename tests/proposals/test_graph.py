"""Graph-based segments: by hand, against the loop of the paper, scikit-image, and odd pictures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from skimage.segmentation import felzenszwalb

from tests.proposals.partitions import picture
from vidlearn.proposals import graph_segments


def by_the_paper(frame, scale, least=1):
    """Algorithm 1 as it stands, on sets, without smoothing: the measure of the fast form."""
    height, width = frame.shape[:2]
    pixels = frame.reshape(height, width, -1).astype(np.float32)
    edges = []
    for order, (down, right) in enumerate([(0, 1), (1, 0), (1, 1), (-1, 1)]):
        for y, x in np.ndindex(height, width):
            if 0 <= y + down < height and x + right < width:
                apart = pixels[y, x] - pixels[y + down, x + right]
                weight = np.sqrt((apart**2).sum())
                edges.append((weight, order, y, x, (y, x), (y + down, x + right)))
    home = {spot: frozenset([spot]) for spot in np.ndindex(height, width)}
    inner = {c: 0.0 for c in home.values()}

    def join(a, b, weight):
        both = a | b
        inner[both] = weight
        home.update(dict.fromkeys(both, both))

    for weight, *_, a, b in sorted(edges):
        a, b = home[a], home[b]
        if a != b and weight <= min(inner[c] + scale / len(c) for c in (a, b)):
            join(a, b, weight)
    for _, *_, a, b in sorted(edges):
        a, b = home[a], home[b]
        if a != b and min(len(a), len(b)) < least:
            join(a, b, 0)
    names = {}
    return [[names.setdefault(home[y, x], len(names)) for x in range(width)] for y in range(height)]


def test_by_hand():
    # 10-13 joins at 3 <= 0 + 6 / 1. 13-20: 7 > 3 + 6 / 2 = 6 stays apart. 20-25: 5 <= 6 joins.
    frame = np.array([[10, 13, 20, 25]], np.uint8)
    assert graph_segments(frame, scale=6, sigma=0, least=1).tolist() == [[0, 0, 1, 1]]
    # 3 + 8 / 2 = 7 joins, equality included; by then 5 + 8 / 2 = 9 on the other side.
    assert graph_segments(frame, scale=8, sigma=0, least=1).tolist() == [[0, 0, 0, 0]]


def test_a_component_is_its_pixels_not_its_neighbourhood():
    # The same grey left and right of a wall: never one segment.
    frame = np.array([[50, 200, 50], [50, 200, 50]], np.uint8)
    assert graph_segments(frame, scale=10, sigma=0, least=1).tolist() == [[0, 1, 2], [0, 1, 2]]


def test_diagonal_neighbours_are_neighbours():
    frame = np.array([[50, 200], [200, 50]], np.uint8)
    assert graph_segments(frame, scale=10, sigma=0, least=1).tolist() == [[0, 1], [1, 0]]


def test_colours_differ_by_their_distance_in_all_channels():
    frame = np.array([[[10, 10, 10], [13, 14, 22]]], np.uint8)  # sqrt(9 + 16 + 144) = 13
    assert graph_segments(frame, scale=13, sigma=0, least=1).tolist() == [[0, 0]]
    assert graph_segments(frame, scale=12.99, sigma=0, least=1).tolist() == [[0, 1]]


def test_small_segments_join_over_the_lightest_edge():
    frame = np.array([[10, 10, 10, 60, 130, 130, 130]], np.uint8)  # 50 to the left, 70 to the right
    assert graph_segments(frame, scale=1, sigma=0, least=1).tolist() == [[0, 0, 0, 1, 2, 2, 2]]
    assert graph_segments(frame, scale=1, sigma=0, least=3).tolist() == [[0, 0, 0, 0, 1, 1, 1]]
    assert graph_segments(frame, scale=1, sigma=0, least=4).tolist() == [[0] * 7]


@settings(max_examples=150, deadline=None)
@given(
    frame=arrays(
        np.uint8,
        st.one_of(
            st.tuples(st.integers(1, 6), st.integers(1, 7)),
            st.tuples(st.integers(1, 5), st.integers(1, 6), st.just(3)),
        ),
        elements=st.sampled_from([0, 3, 10, 11, 40, 90, 255]),
    ),
    scale=st.sampled_from([0, 1, 5, 20, 100, 1000]),
    least=st.integers(1, 5),
)
def test_equals_the_algorithm_of_the_paper(frame, scale, least):
    found = graph_segments(frame, scale=scale, sigma=0, least=least)
    assert found.tolist() == by_the_paper(frame, scale, least)
    sizes = np.bincount(found.ravel())
    assert (sizes >= min(least, found.size)).all()
    for k in range(len(sizes)):  # connected, over corners too
        assert ndimage.label(found == k, np.ones((3, 3)))[1] == 1


@pytest.mark.parametrize("scale", [30, 200])
@pytest.mark.parametrize("name", ["coffee", "chelsea", "camera"])
def test_matches_scikit_image(name, scale):
    """Equal but for a handful of pixels, where edges are equally heavy."""
    frame = picture(name, (90, 130))
    axis = None if frame.ndim == 2 else -1
    theirs = felzenszwalb(frame, scale=scale, sigma=0.8, min_size=20, channel_axis=axis)
    ours = graph_segments(frame, scale=scale, least=20)
    pairs, counts = np.unique([ours.ravel(), theirs.ravel()], axis=1, return_counts=True)
    agree = sum(counts[pairs[0] == k].max() for k in range(ours.max() + 1))
    assert agree >= 0.995 * ours.size
    assert abs(ours.max() - theirs.max()) <= 1
    assert ours.max() > 5


def test_larger_scales_make_larger_segments():
    frame = picture("coffee", (90, 130))
    counts = [graph_segments(frame, scale=k, least=1).max() for k in (10, 50, 250)]
    assert counts[0] > counts[1] > counts[2] > 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (1, 9), (7, 1, 3), (5, 8)])
def test_a_constant_picture_is_one_segment(shape):
    found = graph_segments(np.full(shape, 77, np.uint8))
    assert found.shape == shape[:2]
    assert not found.any()
    assert found.dtype == np.int64


@pytest.mark.parametrize(
    ("frame", "given", "message"),
    [
        (np.zeros((4, 5, 3)), {}, "frame must be .* Received: float64 of shape"),
        (np.full((4, 5), np.nan), {}, "frame must be"),
        (np.zeros((4, 5, 4), np.uint8), {}, r"shape \(4, 5, 4\)"),
        (np.zeros((2, 4, 5, 3), np.uint8), {}, "frame must be"),
        (np.zeros((0, 5, 3), np.uint8), {}, "at least one pixel"),
        ([[1, 2]], {}, "Received: list"),
        (np.zeros((4, 5), np.uint8), {"scale": -1}, "scale must be a number of at least 0"),
        (np.zeros((4, 5), np.uint8), {"scale": np.nan}, "scale must be"),
        (np.zeros((4, 5), np.uint8), {"sigma": -0.1}, "sigma must be"),
        (np.zeros((4, 5), np.uint8), {"least": 0}, "least must be a whole number"),
    ],
)
def test_rejects_what_makes_no_sense(frame, given, message):
    with pytest.raises(ValueError, match=message):
        graph_segments(frame, **given)
