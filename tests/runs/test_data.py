"""The pictures of a training: divided, fitted, kept, told apart; sizes and anchors from boxes."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tests.runs.conftest import labelled
from vidlearn import cli, datasets, runs
from vidlearn.boxes import Truth
from vidlearn.runs import data, table


def test_the_folders_own_splits_are_taken(toy):
    train, val, how = data.divided(datasets.read(toy))
    assert [item.name for item in val] == ["val0.png", "val1.png", "val2.png"]
    assert (len(train), how) == (7, "found")


def test_what_is_for_the_test_is_never_dealt_out(tmp_path):
    pictures = datasets.read(labelled(tmp_path, {"train": 8, "test": 6}))
    train, val, how = data.divided(pictures, seed=2)
    assert (len(train), len(val), how) == (6, 2, "each")
    assert all(item.name.startswith("train") for item in [*train, *val])
    again = data.divided(pictures, seed=2)[1]
    assert [item.name for item in again] == [item.name for item in val]
    others = {tuple(i.name for i in data.divided(pictures, seed=s)[1]) for s in range(6)}
    assert len(others) > 1


def test_pictures_of_one_film_stay_together(tmp_path):
    flat = labelled(tmp_path, {"": 12})
    for k in range(12):
        for end in ("png", "txt"):
            (flat / f"p{k}.{end}").rename(flat / f"film{'abc'[k // 4]}_{k:03}.{end}")
    train, val, how = data.divided(datasets.read(flat))
    assert how == "name"
    assert {i.name[:5] for i in train} & {i.name[:5] for i in val} == set()
    assert len(train) + len(val) == 12


@pytest.mark.parametrize("count", [0, 1])
def test_divided_rejects_too_few(count, tmp_path):
    pictures = datasets.read(labelled(tmp_path, {"": 2}))[:count]
    with pytest.raises(runs.RunError, match=f"two pictures at least.*Received: {count}"):
        data.divided(pictures)


def test_frames_are_fitted_with_their_boxes_and_kept_while_there_is_room(tmp_path):
    sizes = [(96, 128), (40, 200), (30, 40), (64, 48)]
    items = []
    for k, (h, w) in enumerate(sizes):
        frame = np.zeros((h, w, 3), np.uint8)
        frame[h // 2 :, w // 4 : w // 2] = 255
        Image.fromarray(frame).save(tmp_path / f"{k}.png")
        box, flags = [w // 4, h // 2, w // 2, h], ([k % 2 == 0], [k % 2 == 1])
        truth = Truth([box], [k], *flags, areas=[h * w / 8])
        items.append(datasets.LabelledPicture(tmp_path / f"{k}.png", (h, w), truth))
    pictures = datasets.DetectionSet(tuple("abcd"), items)
    frames = data.Frames(pictures, (48, 64), room=48 * 64 * 3 + 13 * 64 * 3)
    assert [frame.shape[:2] for frame in frames] == [(48, 64), (13, 64), (30, 40), (48, 36)]
    for frame, truth in zip(frames, data.truths_of(pictures, (48, 64)), strict=True):
        rows, columns = np.nonzero(frame[..., 0] > 127)
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_allclose(truth.boxes[0], box, atol=1)
        assert truth.areas[0] == pytest.approx(np.prod(truth.boxes[0, 2:] - truth.boxes[0, :2]))
    fitted = data.truths_of(pictures, (48, 64))
    assert [int(truth.labels[0]) for truth in fitted] == [0, 1, 2, 3]
    assert [bool(truth.difficult[0]) for truth in fitted] == [True, False, True, False]
    assert [bool(truth.crowd[0]) for truth in fitted] == [False, True, False, True]
    assert list(frames.kept) == [0, 1]
    for k in range(4):
        (tmp_path / f"{k}.png").unlink()
    assert frames[0].shape == (48, 64, 3)
    with pytest.raises(datasets.DatasetError, match="cannot be read"):
        frames[2]
    with pytest.raises(IndexError):
        frames[4]


def test_a_fingerprint_changes_with_what_is_learnt_but_not_with_the_folder(tmp_path):
    first = datasets.read(labelled(tmp_path / "a", {"": 3}))
    same = datasets.read(labelled(tmp_path / "b", {"": 3}))
    mark = data.fingerprint(first)
    assert data.fingerprint(same) == mark
    assert data.fingerprint(first[:2]) != mark
    assert data.fingerprint(datasets.DetectionSet(("blue", "other"), first.items)) != mark
    (tmp_path / "b" / "p1.txt").write_text("red 1 2 13 14\n")
    assert data.fingerprint(datasets.read(tmp_path / "b")) != mark


def test_a_picture_is_told_by_its_path_within_the_set(tmp_path):
    labelled(tmp_path / "train", {"night": 2})
    pictures = datasets.read(labelled(tmp_path, {"val": 1}))
    assert data.keys(pictures) == [
        "train/night/night0.png",
        "train/night/night1.png",
        "val/val0.png",
    ]
    assert data.common_folder(pictures) == str(tmp_path)


@pytest.mark.parametrize(
    ("sizes", "preset", "size"),
    [
        ([(480, 640)], "cpu", (192, 256)),
        ([(640, 480), (640, 480), (100, 900)], "cpu", (256, 192)),
        ([(60, 80)], "cpu", (64, 80)),
        ([(20, 20)], "gpu", (64, 64)),
        ([(720, 1280)], "tiny", (48, 80)),
        ([(720, 1280)], "gpu", (288, 544)),
        ([(200, 2000)], "cpu", (64, 704)),
    ],
)
def test_the_size_is_like_the_pictures(sizes, preset, size):
    assert table.fitting_size(sizes, preset) == size
    assert table.checked_size(size) == size


@pytest.mark.parametrize("size", [(100, 128), (16, 64), (4096, 64), (64,), "64", (64.5, 64), 64])
def test_checked_size_rejects(size):
    with pytest.raises(runs.RunError, match="size must be height x width, multiples of 16"):
        table.checked_size(size)


def test_anchors_come_from_the_boxes_each_class_alike():
    """A hundred boxes of side 40 do not hide the five of 10 and the five of 160."""
    sides = np.repeat([40.0, 10, 160], [100, 5, 5])
    truths = [
        Truth([[3, 5, 3 + side, 5 + side]], [label])
        for side, label in zip(sides, np.repeat([1, 0, 2], [100, 5, 5]), strict=True)
    ]
    told = table.options_from("ssd", truths, "cpu")
    assert told["width"] == 16
    # From 10 to 160 is sixteenfold: four sides twofold apart, half a step from the ends.
    assert np.ravel(told["sizes"]) == pytest.approx(
        10 * 2 ** np.array([0.5, 1.5, 2.5, 3.5]), abs=0.1
    )
    assert told["ratios"] == pytest.approx((2**-0.5, 2**0.5), abs=0.01)
    assert table.options_from("faster_rcnn", truths, "cpu")["sizes"] == told["sizes"]
    assert table.options_from("yolo", truths, "tiny") == {"width": 4, "depth": 1, "limits": (40.0,)}


@pytest.mark.parametrize("spread", [1, 1.5, 30])
def test_ratios_are_those_of_the_boxes_twofold_apart_and_ninefold_at_most(spread):
    ratios = 3 * spread ** np.linspace(-1, 1, 101)  # height / width
    boxes = [[10, 10, 10 + 20 / r**0.5, 10 + 20 * r**0.5] for r in ratios]
    low, high = table.options_from("ssd", [Truth(boxes)], "tiny")["ratios"]
    apart = min(max(spread ** (2 * 0.6), 2), 9)  # the middle three fifths
    assert high / low == pytest.approx(apart, rel=0.03)
    assert (high * low) ** 0.5 == pytest.approx(3, rel=0.02)


def test_a_box_without_a_height_makes_no_anchor_without_one():
    told = table.options_from("ssd", [Truth([[1.0, 2, 9, 2]]), Truth([])], "tiny")
    assert min(min(own) for own in told["sizes"]) > 1
    assert np.isfinite(told["ratios"]).all()


def test_pictures_are_changed_by_the_epoch_and_their_place_alone(toy):
    train = datasets.read(toy).split("train")
    frames, truths = data.Frames(train, (48, 64)), data.truths_of(train, (48, 64))

    def batches(epoch, first=0):
        how = {"size": (48, 64), "batch_size": 3, "steps": 4, "seed": 5, "epoch": epoch}
        augment = data.augmenter("mild", True, 5)
        made = runs.Batches(frames, truths, augment=augment, **how, first=first)
        return [made[k] for k in range(len(made))]

    whole, rest = batches(2), batches(2, first=1)
    assert (len(whole), len(rest)) == (4, 3)
    for (x, y), (other, truth) in zip(whole[1:], rest, strict=True):
        np.testing.assert_array_equal(x, other)
        np.testing.assert_array_equal(y["boxes"], truth["boxes"])
    assert not np.array_equal(whole[0][0], batches(3)[0][0])


def test_the_command_hands_on_how_labels_are_read(monkeypatch, capsys):
    def read(folder, **how):
        raise ValueError(f"{folder} {how}")

    monkeypatch.setattr(datasets, "read", read)
    how = ["--form", "voc", "--origin", "0", "--skip"]
    assert cli.main(["train", "ssd", "--data", "here", "--out", "there", *how]) == 1
    assert "here {'form': 'voc', 'origin': 0, 'skip': True}" in capsys.readouterr().err


def test_changes_of_pictures_depend_on_the_seed():
    frame = np.random.default_rng(2).integers(0, 255, (40, 50, 3)).astype(np.uint8)
    first, same, other = (
        data.augmenter("mild", False, seed)(frame, Truth([]), draw=(1, 4))[0] for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_validation_looks_at_some_of_the_whole_range(tmp_path):
    val = datasets.read(labelled(tmp_path, {"": 40}))
    training = SimpleNamespace(val=val, size=(48, 64))
    most = table.preset_of("ssd", "tiny").looked_at
    table.task_of("ssd").choose_validation(training, most)
    names = [item.name for item in training.val]
    assert len(training.looked_at) == len(training.wanted) == len(set(names)) == 16
    assert (names[0], names[-1]) == ("p0.png", "p39.png")


@pytest.mark.parametrize("colour", ["mild", "strong"])
def test_colours_change_as_much_as_is_asked(colour):
    frame = np.full((40, 40, 3), (200, 60, 20), np.uint8)
    augment = data.augmenter(colour, False, 0)
    seen = np.array([augment(frame, Truth([]))[0][20, 20].astype(int) for _ in range(40)])
    red = (seen.argmax(axis=1) == 0).mean()
    assert (red == 1) if colour == "mild" else (red < 0.9)


def test_upside_down_only_where_it_is_asked():
    frame = np.zeros((40, 40, 3), np.uint8)
    frame[:12] = 250
    for upside_down in (False, True):
        augment = data.augmenter("mild", upside_down, 0)
        bottom = [augment(frame, Truth([]))[0][36].mean() for _ in range(30)]
        assert (max(bottom) > 180) == upside_down
