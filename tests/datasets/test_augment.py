"""Augmentation: boxes move with the pixels."""

from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vidlearn.boxes import Truth, box_of_mask
from vidlearn.datasets.augment import Augment, clipped, colour, crop, flip, scale
from vidlearn.datasets.mosaics import mosaic

RED, BLUE, GREEN, WHITE = (250, 20, 10), (15, 25, 240), (10, 230, 30), (255, 255, 255)
SIDES = st.integers(16, 47)
few = settings(max_examples=60, deadline=None)


@st.composite
def painted(draw, least=1, margin=0, sides=SIDES):
    """A picture of odd or even sides with a red rectangle, and the rectangle."""
    height, width = draw(sides), draw(sides)
    x1 = draw(st.integers(margin, width - least - margin))
    y1 = draw(st.integers(margin, height - least - margin))
    x2 = draw(st.integers(x1 + least, width - margin))
    y2 = draw(st.integers(y1 + least, height - margin))
    return paint((height, width), [(x1, y1, x2, y2)]), (x1, y1, x2, y2)


def paint(size, boxes, colours=(RED, BLUE, GREEN, WHITE)):
    frame = np.zeros((*size, 3), np.uint8)
    for (x1, y1, x2, y2), ink in zip(boxes, colours, strict=False):
        frame[y1:y2, x1:x2] = ink
    return frame


def seen(frame, colour=RED):
    """The box of the pixels that are more than half of the colour, or None."""
    ink = (frame.astype(float) @ np.array(colour, float)) / np.dot(colour, colour)
    other = np.abs(frame - ink[..., None] * np.array(colour)).max(axis=2)
    mask = (ink > 0.5) & (other < 60)
    return box_of_mask(mask).tolist() if mask.any() else None


def rng(seed):
    return np.random.default_rng(seed)


@given(painted(), st.integers(0, 99), st.sampled_from([np.float32, np.float64]))
@few
def test_flip_and_crop_move_boxes_with_the_pixels_exactly(made, seed, dtype):
    frame, box = made
    for step in (partial(flip, chance=1), partial(crop, area=(0.1, 1), ratio=(0.3, 3), visible=0)):
        after, truth = step(frame, Truth(np.array([box], dtype)), rng=rng(seed))
        pixels = seen(after)
        assert truth.boxes.dtype == dtype
        assert truth.boxes.tolist() == ([] if pixels is None else [pixels])


@given(painted(least=8, margin=4), st.floats(0.5, 2.9), st.integers(0, 9))
@few
def test_scale_moves_boxes_with_the_pixels(made, by, seed):
    frame, box = made
    after, truth = scale(frame, Truth([box]), rng=rng(seed), factor=(by, by))
    assert np.abs(truth.boxes[0] - seen(after)).max() <= 0.51  # a pixel is red or not


@given(painted(), st.integers(2, 5), st.integers(2, 5))
@few
def test_scale_by_whole_numbers_is_exact(made, across, down):
    frame, box = made
    size = (frame.shape[0] * down, frame.shape[1] * across)
    after, truth = scale(frame, Truth([box]), rng=rng(0), size=size)
    assert truth.boxes.tolist() == [
        [box[0] * across, box[1] * down, box[2] * across, box[3] * down]
    ]
    if min(box[2] - box[0], box[3] - box[1]) > 1:  # one pixel alone becomes a blur
        assert np.abs(truth.boxes[0] - seen(after)).max() <= 0.51


@given(st.data(), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_mosaic_moves_four_boxes_with_their_pixels(data, seed):
    sides = st.integers(30, 61)
    made = [data.draw(painted(least=12, margin=6, sides=sides)) for _ in range(4)]
    colours = (RED, BLUE, GREEN, WHITE)
    pictures = [
        (paint(frame.shape[:2], [box], [ink]), Truth([box], [k]))
        for k, ((frame, box), ink) in enumerate(zip(made, colours, strict=True))
    ]
    after, truth = mosaic(
        *pictures[0], rng=rng(seed), others=pictures[1:], visible=0, size=(90, 71)
    )
    assert after.shape == (90, 71, 3)
    for label, box in zip(truth.labels, truth.boxes, strict=True):
        assume((box[2:] - box[:2]).min() >= 4)
        pixels = seen(after, colours[label])
        assert pixels is not None
        assert np.abs(box - pixels).max() <= 1.01  # half a pixel, and the clip at the seam


def test_mosaic_by_hand():
    # Four pictures of 4 x 6, the point in the middle: each is brought to 2 x 3 by one half.
    picture = paint((4, 6), [(2, 0, 4, 2)]), Truth(np.float32([[2, 0, 4, 2]]), [7])
    after, truth = mosaic(*picture, rng=rng(0), others=[picture] * 3, centre=(0.5, 0.5))
    assert after.shape == (4, 6, 3)
    assert truth.boxes.tolist() == [[1, 0, 2, 1], [4, 0, 5, 1], [1, 2, 2, 3], [4, 2, 5, 3]]
    assert truth.boxes.dtype == np.float32
    assert truth.labels.tolist() == [7] * 4


def test_mosaic_fills_every_pixel_and_draws_three_of_many():
    white = np.full((20, 33, 3), 255, np.uint8)
    others = [(white, Truth([[0, 0, 33, 20]], [k])) for k in range(1, 9)]
    seen = set()
    for seed in range(30):
        after, truth = mosaic(
            white, Truth([]), rng=rng(seed), others=others, size=(41, 30), visible=0
        )
        assert after.min() == 255
        assert len(set(truth.labels)) == 3
        seen |= set(truth.labels.tolist())
    assert seen == set(range(1, 9))
    by_function = mosaic(white, Truth([]), rng=rng(0), others=lambda rng: others[rng.integers(2)])
    assert set(by_function[1].labels) <= {1, 2}


def test_mosaic_keeps_areas_where_only_some_tell_them():
    told = paint((4, 6), []), Truth([[0, 0, 6, 4]], areas=[12.0])  # half of the box
    silent = paint((4, 6), []), Truth([[0, 0, 6, 4]])
    _, truth = mosaic(*told, rng=rng(0), others=[silent] * 3, centre=(0.5, 0.5))
    assert truth.areas.tolist() == [3.0, 6.0, 6.0, 6.0]


def test_what_is_left_of_a_box_by_hand():
    boxes = np.array(
        [[-6.0, 0, 4, 5], [-7, 0, 3, 5], [-8, 0, 2, 5], [8, 0, 20, 5], [9.5, 0, 11, 9]]
    )
    truth = Truth(
        *(boxes, [0, 1, 2, 3, 4], [0, 1, 0, 0, 0], [0, 0, 0, 1, 1]), areas=[10, 20, 30, 60, 5]
    )
    left = clipped(truth, truth.boxes, (8, 10), 0.3)
    # Left of them: 0.4, 0.3, 0.2 (dropped), 1/6 of a crowd (kept), half a pixel of one (dropped).
    assert left.boxes.tolist() == [[0, 0, 4, 5], [0, 0, 3, 5], [8, 0, 10, 5]]
    assert left.labels.tolist() == [0, 1, 3]
    assert left.difficult.tolist() == [False, True, False]
    assert left.crowd.tolist() == [False, False, True]
    assert np.allclose(left.areas, [4, 6, 10])


def test_boxes_without_area_or_outside_are_dropped_when_cut():
    truth = Truth([[3, 3, 3, 5], [20, 0, 30, 5], [-9, -9, -1, -1], [2, 2, 4, 4]])
    assert clipped(truth, truth.boxes, (8, 10), 0).boxes.tolist() == [[2, 2, 4, 4]]


def test_areas_follow_scale_and_stay_under_a_flip():
    truth = Truth([[2, 2, 8, 6]], areas=[10])
    frame = paint((10, 20), [])
    assert scale(frame, truth, rng=rng(0), size=(30, 10))[1].areas.tolist() == [15]
    assert flip(frame, truth, rng=rng(0), chance=1)[1].areas.tolist() == [10]


@given(painted(), st.integers(0, 99))
@few
def test_colour_leaves_boxes_bit_for_bit(made, seed):
    frame, box = made
    truth = Truth(np.array([box], np.float32) + np.float32(0.1))
    after, same = colour(frame, truth, rng=rng(seed), hue=0.5)
    assert same.boxes.tobytes() == truth.boxes.tobytes()
    assert after.shape == frame.shape
    assert after.dtype == np.uint8


def test_colour_by_hand():
    frame = np.random.default_rng(5).integers(0, 256, (9, 14, 3), np.uint8)
    off = {"brightness": 0, "contrast": 0, "saturation": 0, "hue": 0}
    assert np.abs(colour(frame, Truth([]), rng=rng(1), **off)[0].astype(int) - frame).max() == 0
    factors = 1 + 0.4 * rng(3).uniform(-1, 1, 3)
    only = colour(frame, Truth([]), rng=rng(3), **{**off, "brightness": 0.4})[0]
    assert np.abs(only - np.clip(frame * factors[0], 0, 255)).max() <= 0.51
    only = colour(frame, Truth([]), rng=rng(3), **{**off, "contrast": 0.4})[0]
    mean = (frame @ [0.299, 0.587, 0.114]).mean()
    assert np.abs(only - np.clip(mean + factors[1] * (frame - mean), 0, 255)).max() <= 0.51
    only = colour(frame, Truth([]), rng=rng(3), **{**off, "saturation": 0.4})[0]
    grey = (frame @ [0.299, 0.587, 0.114])[..., None]
    assert np.abs(only - np.clip(grey + factors[2] * (frame - grey), 0, 255)).max() <= 0.51


def test_hue_leaves_grey_and_turns_colour():
    frame = np.full((3, 4, 3), 90, np.uint8)
    frame[0] = RED
    after = colour(frame, Truth([]), rng=rng(2), brightness=0, contrast=0, saturation=0, hue=0.4)[0]
    assert (after[1:] == 90).all()
    assert np.abs(after[0].astype(int) - RED).max() > 40


STEPS = {
    "flip": partial(flip, chance=1),
    "crop": crop,
    "scale": scale,
    "colour": colour,
    "mosaic": partial(mosaic, others=[(paint((9, 12), []), Truth([[1, 1, 5, 5]]))] * 3),
    "scale by 1": partial(scale, factor=(1, 1)),
    "flip never": partial(flip, chance=0),
}


@pytest.mark.parametrize("name", STEPS)
def test_steps_never_change_what_they_are_given(name):
    frame = np.random.default_rng(1).integers(0, 256, (15, 22, 3), np.uint8)
    truth = Truth(np.float32([[1, 2, 9, 8], [4, 0, 22, 15]]), [3, 1], [1, 0], [0, 1], [20, 40])
    before = frame.copy(), truth.boxes.copy(), truth.areas.copy()
    frame.setflags(write=False)
    truth.boxes.setflags(write=False)
    after, _ = STEPS[name](frame, truth, rng=rng(4))
    assert (frame == before[0]).all()
    assert (truth.boxes == before[1]).all()
    assert (truth.areas == before[2]).all()
    assert not np.shares_memory(after, frame)
    assert after.flags.c_contiguous


@pytest.mark.parametrize("name", STEPS)
def test_steps_take_pictures_without_boxes_and_of_one_pixel(name):
    for size in ((1, 1), (1, 7), (5, 1)):
        step = partial(mosaic, others=STEPS["mosaic"].keywords["others"], size=(6, 5))
        step = step if name == "mosaic" else STEPS[name]
        after, truth = step(np.zeros((*size, 3), np.uint8), Truth([]), rng=rng(0))
        assert after.size
        assert name == "mosaic" or truth.boxes.shape == (0, 4)


def test_augment_is_one_series_for_one_seed():
    frame = np.random.default_rng(1).integers(0, 256, (40, 61, 3), np.uint8)
    truth = Truth([[5, 6, 30, 20]])
    first, again = (Augment([flip, crop, scale, colour], seed=8) for _ in range(2))
    series = [first(frame, truth)[0] for _ in range(5)]
    assert all(np.array_equal(a, again(frame, truth)[0]) for a in series)
    assert len({a.tobytes() for a in series}) == 5
    by_number = [first(frame, truth, draw=(3, k))[0] for k in (1, 2, 1)]
    assert np.array_equal(by_number[0], by_number[2])
    assert not np.array_equal(by_number[0], by_number[1])
    other = Augment([flip, crop, scale, colour], seed=9)
    assert not np.array_equal(other(frame, truth)[0], series[0])


@given(painted(least=6, margin=3), st.integers(0, 99))
@few
def test_a_chain_moves_boxes_with_the_pixels(made, seed):
    frame, box = made
    chain = Augment([partial(crop, visible=0), partial(flip, chance=0.5)], seed=seed)
    after, truth = chain(frame, Truth([box]))
    pixels = seen(after)
    assert truth.boxes.tolist() == ([] if pixels is None else [pixels])


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (partial(flip, chance=2), "chance must be 0 to 1. Received: 2"),
        (partial(crop, area=(0, 1)), "area must be"),
        (partial(crop, area=(0.9, 0.5)), "area must be"),
        (partial(crop, ratio=(-1, 1)), "ratio must be"),
        (partial(crop, visible=1.5), "visible must be 0 to 1"),
        (partial(scale, factor=(0, 1)), "factor must be"),
        (partial(scale, size=(0, 4)), "size must be"),
        (partial(colour, hue=0.7), "hue must be 0 to 0.5"),
        (partial(colour, contrast=-1), "contrast must be 0 to 1"),
        (partial(mosaic, others=[]), "others must hold at least 3"),
        (partial(mosaic, others=[], size=(1, 9)), "at least 2 each"),
        (partial(mosaic, others=[], centre=(0.7, 0.3)), "centre must be"),
    ],
)
def test_rejects_options(step, message):
    with pytest.raises(ValueError, match=message):
        step(paint((8, 9), []), Truth([[1, 1, 4, 4]]), rng=rng(0))


@pytest.mark.parametrize(
    "frame",
    [np.zeros((4, 5), np.uint8), np.zeros((4, 5, 3)), np.zeros((0, 5, 3), np.uint8)],
    ids=["grey", "float", "empty"],
)
@pytest.mark.parametrize("step", [flip, crop, scale, colour])
def test_rejects_frames(step, frame):
    with pytest.raises(ValueError, match="frame must be a picture"):
        step(frame, Truth([]), rng=rng(0))


def test_rejects_steps_that_are_no_functions():
    with pytest.raises(ValueError, match="steps must be functions"):
        Augment(["flip"])
