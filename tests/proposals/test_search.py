"""Selective search: what it finds, its order, its seed, odd pictures, and what is turned away."""

import os
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from tests.proposals.partitions import picture
from vidlearn import boxes, synthetic
from vidlearn.proposals import graph_segments, merge_regions, selective_search

ONE = {"scale": 60, "space": "rgb", "similarities": ("colour", "size", "fill"), "least": 20}


def rows(found):
    return sorted(map(tuple, found.tolist()))


def found_share(proposals, truth):
    return float((boxes.iou(truth, proposals).max(axis=1) >= 0.5).mean())


def test_one_strategy_gives_the_boxes_of_its_merging():
    frame = picture("coffee", (60, 90))
    merging = merge_regions(
        frame, graph_segments(frame, scale=60, least=20), similarities=ONE["similarities"]
    )
    found = selective_search(frame, **ONE)
    assert rows(found) == sorted(set(map(tuple, merging.boxes.tolist())))
    assert len(found) > 20


def test_several_strategies_put_their_boxes_together():
    frame = picture("coffee", (60, 90))
    several = {"scale": (60, 150), "space": ("rgb", "hsv"), "similarities": ("size", ("colour",))}
    single = [
        selective_search(frame, least=20, scale=scale, space=space, similarities=name)
        for scale in (60, 150)
        for space in ("rgb", "hsv")
        for name in ("size", "colour")
    ]
    found = selective_search(frame, least=20, **several)
    assert rows(found) == sorted(set(map(tuple, np.concatenate(single).tolist())))


def test_seeds_shuffle_the_order_and_repeat():
    frame = picture("chelsea", (60, 90))
    first, again, other = (selective_search(frame, seed=seed, **ONE) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert rows(first) == rows(other)
    assert not np.array_equal(first, other)
    assert np.array_equal(selective_search(frame, most=7, **ONE), first[:7])
    assert selective_search(frame, most=0, **ONE).shape == (0, 4)


def test_the_order_follows_the_rank():
    """The last region has the rank of its random number, the first of n has n times its own."""
    frame = picture("coffee", (60, 90))
    merging = merge_regions(
        frame, graph_segments(frame, scale=60, least=20), similarities=ONE["similarities"]
    )
    count = len(merging.boxes)
    draws = np.random.default_rng(5).random(count)
    ranks = {}
    for i, box in enumerate(map(tuple, merging.boxes.tolist())):
        ranks[box] = min(ranks.get(box, np.inf), draws[i] * (count - i))
    found = selective_search(frame, seed=5, **ONE)
    assert list(map(tuple, found.tolist())) == sorted(ranks, key=ranks.get)


@settings(max_examples=40, deadline=None)
@given(
    frame=arrays(
        np.uint8,
        st.one_of(
            st.tuples(st.integers(1, 9), st.integers(1, 8)),
            st.tuples(st.integers(1, 9), st.integers(1, 8), st.just(3)),
        ),
        elements=st.sampled_from([0, 40, 41, 160, 255]),
    )
)
def test_boxes_are_inside_whole_and_unique(frame):
    found = selective_search(frame, scale=(10, 50), sigma=0, least=1)
    height, width = frame.shape[:2]
    assert found.dtype == np.float32
    assert (found == found.round()).all()
    assert len(set(map(tuple, found.tolist()))) == len(found)
    assert (found[:, :2] >= 0).all()
    assert (found[:, 2:] > found[:, :2]).all()
    assert (found[:, 2:] <= [width, height]).all()
    assert [0, 0, width, height] in found.tolist()


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (30, 50), (20, 40, 3)])
def test_a_constant_picture_is_one_box(shape):
    found = selective_search(np.full(shape, 128, np.uint8))
    assert found.tolist() == [[0, 0, shape[1], shape[0]]]


def test_finds_objects_over_photographs():
    shares, windows = [], []
    for seed in range(8):
        scene = synthetic.moving_objects(2, (180, 240), seed=seed)
        found = selective_search(scene.frames[0], least=50, most=300)
        shares.append(found_share(found, scene.boxes[0]))
        corners = np.random.default_rng(seed).uniform(0, 1, (300, 2, 2)) * [240, 180]
        guesses = np.hstack([corners.min(axis=1), corners.max(axis=1)])
        windows.append(found_share(guesses, scene.boxes[0]))
    assert np.mean(shares) >= 0.85
    assert np.mean(shares) > np.mean(windows) + 0.2


BCCD = os.environ.get("VIDLEARN_BCCD")


@pytest.mark.skipif(not BCCD, reason="VIDLEARN_BCCD names no folder")
def test_finds_cells_under_the_microscope():
    shares = []
    for path in sorted(Path(BCCD, "Annotations").glob("*.xml"))[5::60]:
        with Image.open(Path(BCCD, "JPEGImages", f"{path.stem}.jpg")) as photo:
            frame = np.array(photo.convert("RGB").resize((480, 360)))
        ends = [[float(end.text) for end in box] for box in ET.parse(path).iter("bndbox")]
        shares.append(found_share(selective_search(frame, most=500), 0.75 * np.array(ends)))
    assert np.mean(shares) >= 0.6


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"frame": np.zeros((4, 5, 3), np.float32)}, "frame must be"),
        ({"frame": np.zeros((0, 5, 3), np.uint8)}, "at least one pixel"),
        ({"scale": ()}, "scale must be a number"),
        ({"scale": (100, -1)}, "scale must be a number of at least 0"),
        ({"space": ()}, "space must be among"),
        ({"space": ("hsv", "hsv")}, "each one once"),
        ({"similarities": ()}, "similarities must be among"),
        ({"similarities": (("size",), ("shape",))}, "similarities must be among"),
        ({"sigma": None}, "sigma must be a number"),
        ({"least": 2.5}, "least must be a whole number"),
        ({"most": -1}, "most must be a whole number of at least 0"),
    ],
)
def test_rejects_what_makes_no_sense(given, message):
    arguments = {"frame": np.zeros((4, 5, 3), np.uint8)} | given
    with pytest.raises(ValueError, match=message):
        selective_search(arguments.pop("frame"), **arguments)
