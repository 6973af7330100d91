"""Single pictures of things: exact boxes, apart, seeded, every photograph."""

import re
import sys
from itertools import combinations

import numpy as np
import pytest

from vidlearn.boxes import Truth
from vidlearn.synthetic import Stills, render, stills
from vidlearn.synthetic.pictures import BACKGROUNDS, PICTURES

KINDS = ("coin", "cup", "flower", "horse", "digit")


def before(value, monkeypatch, **options):
    """Pictures without shadows before a ground of one grey level, as float."""

    def plain(name, size, rng):
        return np.full((*size, 3), value, np.float32)

    with monkeypatch.context() as patch:
        patch.setattr(render, "SHADE", 0)
        patch.setattr(sys.modules["vidlearn.synthetic.stills"], "_ground", plain)
        made = stills(**options)
    return made.frames.astype(float), made.truths


def test_boxes_are_those_of_the_pixels_that_hide_half_of_the_ground(monkeypatch):
    """The same things before black and before white: what differs is the ground that is seen."""
    options = {"count": 40, "size": (77, 121), "seed": 5, "objects": (2, 4), "scale": (0.2, 0.4)}
    black, truths = before(0, monkeypatch, **options)
    white, again = before(255, monkeypatch, **options)
    hidden = 1 - (white - black).mean(axis=-1) / 255  # (N, H, W), exact to a grey level or so
    count = 0
    for shown, truth, other in zip(hidden, truths, again, strict=True):
        assert truth.boxes.tolist() == other.boxes.tolist()
        for box in truth.boxes:
            x1, y1, x2, y2 = box.astype(int)
            inner, outer = shown >= 0.5 + 0.006, shown >= 0.5 - 0.006
            rows, columns = (outer[y1:y2, x1:x2].any(axis=a) for a in (1, 0))
            assert rows[[0, -1]].all()
            assert columns[[0, -1]].all()
            count += 1
        everywhere = np.zeros_like(shown, bool)
        for x1, y1, x2, y2 in truth.boxes.astype(int):
            everywhere[y1:y2, x1:x2] = True
        assert not (inner & ~everywhere).any()
    assert count == sum(map(len, truths)) > 80


def test_things_lie_apart_and_inside():
    made = stills(60, (90, 140), seed=2, objects=(3, 5), scale=(0.2, 0.45))
    for truth in made.truths:
        assert (truth.boxes[:, :2] >= 0).all()
        assert (truth.boxes[:, 2:] <= [140, 90]).all()
        for one, two in combinations(truth.boxes, 2):
            low, high = np.maximum(one[:2], two[:2]), np.minimum(one[2:], two[2:])
            assert (low - high).max() >= 1  # a column or a row between them


def test_things_may_touch_each_border():
    made = stills(60, (32, 40), kinds=["coin"], objects=(1, 1), scale=(0.7, 0.8), seed=3)
    boxes = np.concatenate([truth.boxes for truth in made.truths])
    assert boxes.min(axis=0)[:2].tolist() == [0, 0]
    assert boxes.max(axis=0)[2:].tolist() == [40, 32]


def test_shapes_types_and_names():
    made = stills(3, (48, 70), seed=1, objects=(1, 2))
    assert isinstance(made, Stills)
    assert len(made) == 3
    assert (made.frames.shape, made.frames.dtype) == ((3, 48, 70, 3), np.uint8)
    assert made.names == KINDS
    assert all(isinstance(truth, Truth) for truth in made.truths)
    assert {truth.boxes.dtype for truth in made.truths} == {np.dtype(np.float32)}
    assert "3 pictures of 48 x 70" in repr(made)


def test_a_picture_is_the_same_whatever_the_count_and_another_with_another_seed():
    few, many = stills(2, (60, 80), seed=9), stills(5, (60, 80), seed=9)
    assert (few.frames == many.frames[:2]).all()
    for one, two in zip(few.truths, many.truths, strict=False):
        assert one.boxes.tolist() == two.boxes.tolist()
        assert one.labels.tolist() == two.labels.tolist()
    other = stills(5, (60, 80), seed=10)
    same = many.frames[:, None] == other.frames[None]
    assert not same.reshape(5, 5, -1).all(axis=-1).any()
    distinct = many.frames[:, None] == many.frames[None]
    assert (distinct.reshape(5, 5, -1).all(axis=-1) == np.eye(5, dtype=bool)).all()


def test_classes_numbers_and_scales_are_drawn_evenly():
    made = stills(400, (48, 64), seed=3, objects=(1, 3), scale=(0.2, 0.5))
    labels = np.concatenate([truth.labels for truth in made.truths])
    shares = np.bincount(labels, minlength=5) / len(labels)
    assert np.abs(shares - 0.2).max() < 0.045  # 3 standard deviations of 800
    numbers = np.bincount([len(truth) for truth in made.truths], minlength=4) / 400
    assert numbers[0] == 0
    assert np.abs(numbers[1:] - 1 / 3).max() < 0.08
    coins = np.concatenate([truth.boxes[truth.labels == 0] for truth in made.truths])
    sides = np.log((coins[:, 2:] - coins[:, :2]).max(axis=1) / 48)
    assert abs(np.exp(np.median(sides)) / np.sqrt(0.2 * 0.5) - 1) < 0.15
    assert sides.min() < np.log(0.24)
    assert sides.max() > np.log(0.44)


def test_digits_are_one_class_or_the_one_that_is_named():
    made = stills(30, (48, 48), kinds=["7", "digit"], objects=(1, 1), seed=4)
    assert made.names == ("7", "digit")
    assert {int(truth.labels[0]) for truth in made.truths} == {0, 1}


def test_coins_turn_by_any_angle_and_cups_by_a_little(monkeypatch):
    angles = {}
    globals_ = stills.__globals__
    real = globals_["placed"]

    def placed(sprite, centre, angle, zoom):
        angles.setdefault(kind, []).append(angle)
        return real(sprite, centre, angle, zoom)

    monkeypatch.setitem(globals_, "placed", placed)
    for kind in ("coin", "flower", "cup", "horse", "digit"):
        stills(12, (40, 40), kinds=[kind], objects=(1, 1), scale=(0.5, 0.5))
    for kind, drawn in angles.items():
        assert (max(drawn) > 3) == (kind in ("coin", "flower"))
        assert kind in ("coin", "flower") or np.abs(drawn).max() <= 0.14


@pytest.mark.parametrize("name", PICTURES)
def test_every_photograph_is_cut_without_stretching_at_random_places(name, monkeypatch):
    """A photograph of two ramps tells which part is shown: its place and its enlargement."""
    globals_ = stills.__globals__
    photo = globals_["picture"](name)
    height, width = photo.shape[:2]
    ramps = np.stack(
        np.broadcast_arrays(
            np.linspace(0, 255, width),
            np.linspace(0, 255, height)[:, None],
            0,
        ),
        axis=-1,
    ).round().astype(np.uint8)  # fmt: skip
    monkeypatch.setitem(globals_, "picture", lambda which: ramps if which == name else None)
    frames = stills(6, (40, 70), backgrounds=[name], objects=(0, 0), seed=1).frames.astype(float)
    seen, parts = set(), []
    for frame in frames:
        across = (frame[20, 60, 0] - frame[20, 10, 0]) / 255 * width / 50
        down = (frame[35, 30, 1] - frame[5, 30, 1]) / 255 * height / 30
        assert down == pytest.approx(across, rel=0.12)
        most = min(width / 70, height / 40)
        assert 0.42 * most < across < 1.04 * most
        parts.append(across / most)
        seen.add((round(frame[0, 0, 0]), round(frame[0, 0, 1])))
    assert len(seen) == 6
    assert max(parts) > min(parts) + 0.1


def test_backgrounds_are_those_named_and_else_those_of_scenes(monkeypatch):
    globals_ = stills.__globals__
    asked, real = [], globals_["picture"]
    monkeypatch.setitem(globals_, "picture", lambda name: asked.append(name) or real(name))
    stills(20, (32, 32), backgrounds=("cat", "brick"), objects=(0, 0))
    assert set(asked) == {"cat", "brick"}
    asked.clear()
    stills(120, (32, 32), objects=(0, 0))
    assert set(asked) == set(BACKGROUNDS)


def test_a_picture_may_hold_nothing():
    made = stills(8, (32, 48), objects=(0, 1), scale=(0.3, 0.4))
    assert {len(truth) for truth in made.truths} == {0, 1}
    assert all(truth.boxes.shape == (len(truth), 4) for truth in made.truths)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"count": 0}, "count must be at least 1. Received: 0"),
        ({"count": 2.5}, "count must be at least 1. Received: 2.5"),
        ({"size": (120,)}, "size must be"),
        ({"size": (12, 160)}, "at least 16 each. Received: (12, 160)"),
        ({"seed": -1}, "seed must be a whole number of 0 or above. Received: -1"),
        ({"seed": np.random.default_rng(0)}, "seed must be a whole number"),
        ({"kinds": ["digits"]}, "kinds must be a list of one or more of digit, 0, 1"),
        ({"kinds": "coin"}, "Received: 'coin'"),
        ({"kinds": []}, "Received: none"),
        ({"backgrounds": ["china", "moon"]}, "backgrounds must be a list of one or more of astr"),
        ({"backgrounds": "cat"}, "Received: 'cat'"),
        ({"objects": 3}, "objects must be (least, most), whole numbers, such as (3, 4)"),
        ({"objects": (4, 3)}, "objects must be (least, most) within 0 to 255. Received: (4, 3)"),
        ({"scale": 0.3}, "scale must be (least, most), such as"),
        ({"scale": (0.4, 0.2)}, "scale must be (least, most), above 0 to 1"),
        ({"scale": (0.2, 1.4)}, "scale must be (least, most), above 0 to 1"),
        ({"size": (16, 20), "objects": (3, 3)}, "of 4 pixels at least in a picture of this size"),
        (
            {"size": (16, 20), "objects": (3, 3), "scale": (0.8, 0.9)},
            "objects must find room apart. Received: 3 things up to",
        ),
    ],
)
def test_rejects_what_cannot_be(options, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        stills(**({"count": 1} | options))
