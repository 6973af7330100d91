"""Merging regions: by hand, and every step counted again from the pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proposals.partitions import frames_with_segments, picture
from vidlearn.proposals import (
    SIMILARITIES,
    Merging,
    colour_histograms,
    graph_segments,
    merge_regions,
    neighbours,
    texture_histograms,
)


def recounted(frame, labels, a, b, names, rises=None):
    """The similarities of the regions numbered a and b in labels, from their pixels alone."""
    numbers, dense = np.unique(labels, return_inverse=True)
    dense = dense.reshape(labels.shape)
    i, j = np.searchsorted(numbers, [a, b])
    rows, columns = np.nonzero((labels == a) | (labels == b))
    box = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    colours, textures = (f(frame, dense) for f in (colour_histograms, texture_histograms))
    values = {
        "colour": np.minimum(colours[i], colours[j]).sum(),
        "texture": np.minimum(textures[i], textures[j]).sum(),
        "size": 1 - len(rows) / labels.size,
        "fill": 1 - (box - len(rows)) / labels.size,
    }
    return [values[name] for name in names]


def test_by_hand():
    # Sizes 2, 1, 3 of 6 pixels; 1 is as far from both in colour, so that size decides.
    frame = np.array([[0, 0, 100], [255, 255, 255]], np.uint8)
    merging = merge_regions(frame, [[0, 0, 1], [2, 2, 2]], similarities=("size", "colour", "fill"))
    assert merging.merges.tolist() == [[0, 1], [2, 3]]
    # 1 - 3/6; no bin in common; the box of both is just them. Then 1 - 6/6, 0 and 1 - 0.
    np.testing.assert_allclose(merging.parts, [[0.5, 0, 1], [0, 0, 1]])
    np.testing.assert_allclose(merging.similarities, [1.5, 1])
    assert merging.names == ("size", "colour", "fill")
    assert merging.sizes.tolist() == [2, 1, 3, 3, 6]
    assert merging.boxes.tolist() == [
        [0, 0, 2, 1],
        [2, 0, 3, 1],
        [0, 1, 3, 2],
        [0, 0, 3, 1],
        [0, 0, 3, 2],
    ]
    assert [merging.after(m).tolist() for m in range(3)] == [
        [[0, 0, 1], [2, 2, 2]],
        [[3, 3, 3], [2, 2, 2]],
        [[4, 4, 4], [4, 4, 4]],
    ]
    assert repr(merging) == "Merging(3 segments, 2 merges)"


def test_fill_by_hand():
    # 1 fills the hole in 2; the box of 0 and 1 holds 2 pixels of 12 that are neither's.
    segments = [[0, 2, 2, 2], [0, 1, 2, 2], [0, 2, 2, 2]]
    frame = np.zeros((3, 4), np.uint8)
    merging = merge_regions(frame, segments, similarities="fill")
    assert merging.merges.tolist() == [[1, 2], [0, 3]]
    assert merging.similarities.tolist() == [1, 1]
    segments = [[0, 2, 2, 2], [0, 1, 3, 3], [0, 4, 4, 4]]
    merging = merge_regions(frame, segments, similarities="fill")
    assert merging.merges[0].tolist() == [1, 3]  # a row of 3; 0 and 1 come to 1 - 2 / 12


def test_colour_and_texture_decide_alone():
    frame = picture("coffee", (40, 60))
    segments = np.arange(60) // 20 + np.zeros((40, 1), int)
    frame[:, 20:40] = frame[:, 40:]  # the middle is like the right
    for name in ("colour", "texture"):
        assert merge_regions(frame, segments, similarities=name).merges[0].tolist() == [1, 2]


@settings(max_examples=60, deadline=None)
@given(
    drawn=frames_with_segments(),
    names=st.lists(st.sampled_from(SIMILARITIES), min_size=1, max_size=4, unique=True),
)
def test_every_step_equals_the_pixels(drawn, names):
    """Formulas for merged regions tell what counting again would tell, and the best pair merges."""
    frame, segments = drawn
    merging = merge_regions(frame, segments, similarities=names)
    first = int(segments.max()) + 1
    assert len(merging) == first - 1
    for m, (a, b) in enumerate(merging.merges.tolist()):
        labels = merging.after(m)
        assert a < b < first + m
        np.testing.assert_allclose(
            merging.parts[m], recounted(frame, labels, a, b, names), atol=1e-9
        )
        numbers, dense = np.unique(labels, return_inverse=True)
        pairs = numbers[neighbours(dense.reshape(labels.shape))]
        assert [a, b] in pairs.tolist()
        best = max(sum(recounted(frame, labels, *pair, names)) for pair in pairs.tolist())
        assert merging.similarities[m] == pytest.approx(best, abs=1e-9)
    labels = merging.after(len(merging))
    assert (labels == labels[0, 0]).all()
    for region in range(first + len(merging)):
        step = max(region - first + 1, 0)
        rows, columns = np.nonzero(merging.after(step) == region)
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert merging.boxes[region].tolist() == box
        assert merging.sizes[region] == len(rows)


@pytest.mark.parametrize("space", ["hsv", "lab", "grey"])
def test_every_space_merges_a_photograph_to_one(space):
    frame = picture("chelsea", (60, 90))
    merging = merge_regions(frame, graph_segments(frame, scale=50, least=15), space=space)
    assert isinstance(merging, Merging)
    assert len(merging) == merging.segments.max() > 10
    assert ((merging.parts >= -1e-12) & (merging.parts <= 1 + 1e-12)).all()
    assert merging.boxes[-1].tolist() == [0, 0, 90, 60]
    grey = merge_regions(frame, merging.segments, space="rgb")
    assert grey.similarities.tolist() != merging.similarities.tolist()


def test_of_equals_the_lower_regions_merge_first():
    merging = merge_regions(np.zeros((1, 4), np.uint8), [[3, 2, 1, 0]], similarities="size")
    assert merging.merges.tolist() == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize("shape", [(1, 1), (3, 5)])
def test_one_segment_has_nothing_to_merge(shape):
    merging = merge_regions(np.zeros(shape, np.uint8), np.zeros(shape, int))
    assert merging.merges.shape == (0, 2)
    assert merging.parts.shape == (0, 4)
    assert merging.boxes.tolist() == [[0, 0, shape[1], shape[0]]]
    assert not merging.after(0).any()


def test_merging_does_not_touch_what_it_is_given():
    frame, segments = picture("coffee", (12, 16)), np.arange(192).reshape(12, 16) // 48
    before = frame.copy(), segments.copy()
    merging = merge_regions(frame, segments)
    merging.segments[:] = 0
    assert np.array_equal(frame, before[0])
    assert np.array_equal(segments, before[1])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"frame": np.zeros((2, 3, 3))}, "frame must be"),
        ({"segments": [[0, 1, 3], [0, 1, 3]]}, "segments must use every number"),
        ({"segments": [[0, 1], [0, 1]]}, "as high and wide as the frame"),
        ({"similarities": ()}, "similarities must be among"),
        ({"similarities": ("color",)}, "similarities must be among 'colour'"),
        ({"similarities": ("size", "size")}, "each one once"),
        ({"space": "yuv"}, "space must be among"),
    ],
)
def test_rejects_what_makes_no_sense(given, message):
    arguments = {"frame": np.zeros((2, 3, 3), np.uint8), "segments": [[0, 1, 2], [0, 1, 2]]} | given
    with pytest.raises(ValueError, match=message):
        merge_regions(arguments.pop("frame"), arguments.pop("segments"), **arguments)


@pytest.mark.parametrize("count", [-1, 3, 1.0])
def test_rejects_steps_that_are_not_there(count):
    merging = merge_regions(np.zeros((1, 3), np.uint8), [[0, 1, 2]])
    with pytest.raises(ValueError, match="count must be"):
        merging.after(count)


def test_many_pairs_are_compared_in_blocks():
    """As many pairs as do not fit one block, in the order of a single one."""
    frame = picture("coffee", (50, 60))
    segments = np.random.default_rng(2).permutation(3000).reshape(50, 60)
    merging = merge_regions(frame, segments, similarities=("colour", "size"))
    pairs = neighbours(segments)
    assert len(pairs) == 5890
    colours = colour_histograms(frame, segments)
    alike = np.minimum(colours[pairs[:, 0]], colours[pairs[:, 1]]).sum(axis=1)
    assert merging.merges[0].tolist() == pairs[alike.argmax()].tolist()
