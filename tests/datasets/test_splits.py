"""Splits: the same each time, exact, every class on both sides, whole films on one."""

import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn.boxes import Truth
from vidlearn.datasets.splits import _sizes, name_groups, split
from vidlearn.datasets.types import DatasetWarning, DetectionSet, LabelledPicture


def picture(name, labels=()):
    boxes = [[k, 0, k + 2, 3] for k in range(len(labels))]
    return LabelledPicture(Path(name), (10, 20), Truth(boxes, list(labels)))


@pytest.mark.parametrize(
    ("count", "shares", "sizes"),
    [
        (10, (0.8, 0.2), [8, 2]),
        (7, (0.7, 0.2, 0.1), [5, 1, 1]),  # 4.9, 1.4, 0.7: the remainders .9 and .7 are the largest
        (30, (0.9, 0.1), [27, 3]),  # 0.1 * 30 is 3.0000000000000004 to a computer
        (3, (0.98, 0.01, 0.01), [1, 1, 1]),  # nobody goes without
        (5, (0.5, 0.5), [3, 2]),
        (5, (0.7, 0.3), [4, 1]),  # 3.5 and 1.5: a tie, though a computer has 1.5000000000000002
    ],
)
def test_sizes_by_hand(count, shares, sizes):
    assert _sizes(count, shares).tolist() == sizes


@given(st.integers(3, 60), st.lists(st.integers(1, 9), min_size=2, max_size=3), st.integers(0, 5))
def test_every_picture_is_in_one_part_and_sizes_are_exact(count, weights, seed):
    shares = {f"part{k}": weight / sum(weights) for k, weight in enumerate(weights)}
    names = [f"{k}.jpg" for k in range(count)]
    parts = split(names, shares, seed=seed)
    assert sorted(name for part in parts.values() for name in part) == sorted(names)
    assert [len(part) for part in parts.values()] == _sizes(count, list(shares.values())).tolist()
    exact = np.array(list(shares.values())) * count
    if exact.min() >= 1:
        assert (np.abs([len(part) for part in parts.values()] - exact) < 1).all()


def test_the_order_given_does_not_matter_and_the_seed_does():
    names = [f"{k}.jpg" for k in range(40)]
    first = split(names, seed=1)
    again = split(names[::-1], seed=1)
    assert {k: set(v) for k, v in first.items()} == {k: set(v) for k, v in again.items()}
    assert set(first["val"]) != set(split(names, seed=2)["val"])
    assert first["train"] == sorted(first["train"], key=names.index)  # a part keeps the order


def test_a_rare_class_is_on_both_sides():
    pictures = [picture(f"{k}.jpg", [0, 0, 1] if k < 5 else [0]) for k in range(50)]
    for seed in range(20):
        parts = split(DetectionSet(("common", "rare"), tuple(pictures)), (0.8, 0.2), seed=seed)
        rare = Counter(item.split for item in parts if 1 in item.truth.labels)
        assert rare == {"train": 4, "val": 1}
        assert len(parts.split("val")) == 10


def test_a_set_keeps_its_items_and_their_order():
    made = DetectionSet(("a",), tuple(picture(f"{k}.jpg", [0]) for k in range(9)), form="voc")
    parts = split(made, {"fit": 2 / 3, "judge": 1 / 3})
    assert isinstance(parts, DetectionSet)
    assert parts.form == "voc"
    assert [item.path for item in parts] == [item.path for item in made]
    assert Counter(item.split for item in parts) == {"fit": 6, "judge": 3}
    assert {item.split for item in made} == {""}  # what was given is as it was


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["film1_0001.jpg", "film1_0002.jpg", "film2_0001.jpg"], {"film1": 2, "film2": 1}),
        (["v_Run_g01_c01.avi", "v_Run_g01_c02.avi", "v_Run_g02_c01.avi"], 2),
        (["v_Run_g01_c01_0001.jpg", "v_Run_g01_c02_0009.jpg"], {"v_Run_g01": 2}),
        (["walk_frame7.png", "walk_frame12.png", "walk-f13.png"], {"walk": 3}),
        (["film1/0001.jpg", "film1/0002.jpg", "film2/frame_1.jpg"], {"film1": 2, "film2": 1}),
        (["a/x_1.jpg", "b/x_2.jpg"], {"a/x": 1, "b/x": 1}),
        (["golf12.jpg", "golf13.jpg"], {"golf": 2}),  # the f is no word of its own
        (["1.jpg", "2.jpg", "cat.jpg", "dog.jpg"], 4),
        (["a\\x_1.jpg", "a\\x_2.jpg"], {"a/x": 2}),
        (["film.1.0001.jpg", "film.1.0002.jpg", "film.2.0001.jpg"], {"film.1": 2, "film.2": 1}),
    ],
)
def test_groups_by_name_by_hand(names, groups):
    found = {group: len(members) for group, members in name_groups(names).items()}
    assert (found == groups) if isinstance(groups, dict) else (len(found) == groups)


@given(st.lists(st.integers(1, 12), min_size=3, max_size=12), st.integers(0, 9))
def test_no_film_is_on_both_sides_and_no_part_is_empty(lengths, seed):
    names = [f"film{f}_{t:03}.jpg" for f, length in enumerate(lengths) for t in range(length)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        parts = split(names, (0.6, 0.2, 0.2), seed=seed, groups="name")
    films = [{name[: name.index("_")] for name in part} for part in parts.values()]
    assert all(films)
    assert sum(len(part) for part in films) == len(lengths) == len(set.union(*films))


def test_groups_by_a_function_of_the_item():
    pictures = [picture(f"{k:02}.jpg", [k % 2]) for k in range(12)]
    parts = split(pictures, (0.5, 0.5), groups=lambda item: int(item.path.stem) // 4)
    sides = {name: {int(i.path.stem) // 4 for i in part} for name, part in parts.items()}
    assert not sides["train"] & sides["val"]


def test_groups_too_large_for_the_shares_are_told():
    names = [f"long_{k}.jpg" for k in range(95)] + [f"short_{k}.jpg" for k in range(5)]
    with pytest.warns(DatasetWarning, match="pictures train 95 for 60, val 5 for 40"):
        split(names, (0.6, 0.4), groups="name")


@pytest.mark.parametrize(
    "shares", [(0.8,), (0.5, 0.6), (1.2, -0.2), (1.0, 0.0), {"a": 1.0}, (0.4, 0.3, 0.2, 0.1)]
)
def test_rejects_shares(shares):
    with pytest.raises(ValueError, match=r"shares must be .* Received"):
        split(["a", "b", "c", "d", "e"], shares)


def test_rejects_fewer_groups_than_parts():
    with pytest.raises(ValueError, match=r"2 parts, and there are only 1 groups \(film\)"):
        split(["film_1.jpg", "film_2.jpg"], groups="name")
    with pytest.raises(ValueError, match=r"3 parts, and there are only 2 pictures\."):
        split(["a.jpg", "b.jpg"], (0.4, 0.3, 0.3))
    with pytest.raises(ValueError, match="groups must be"):
        split(["a.jpg", "b.jpg"], groups="film")


@pytest.mark.parametrize("shares", [0.8, "ab", (1,)])
def test_rejects_what_are_no_shares(shares):
    with pytest.raises(ValueError, match="shares must be 2 or 3 numbers"):
        split(["a", "b", "c"], shares)


def test_a_share_that_comes_out_whole_is_not_a_crumb_less():
    for count in (10, 20, 30, 70, 90):
        assert _sizes(count, [0.7, 0.1, 0.2]).tolist() == [
            round(count * share) for share in (0.7, 0.1, 0.2)
        ]
