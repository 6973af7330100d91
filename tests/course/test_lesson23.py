"""Lesson 23: J, a mask carried, a U-Net, what is drawn, and the challenge."""

import numpy as np
import pytest

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson23 import (
    cut_out,
    dream_of,
    dream_score,
    dreaming,
    film_of,
    measuring,
    moved,
    on_stage,
    one_thing,
    seeing,
    taught_by,
    tinted,
    warping,
    worst_frames,
)
from vidlearn.masks import load_base, warp
from vidlearn.metrics import region_similarity
from vidlearn.models import build_unet


def test_the_learners_j_is_the_librarys():
    for found, truth in measuring.region_cases():
        np.testing.assert_allclose(
            measuring.region(found, truth), region_similarity(found, truth), atol=1e-12
        )


def test_the_learners_warp_is_the_librarys_where_pixels_meet_pixels():
    for mask, flow in warping.warp_cases():
        whole = np.rint(flow)
        np.testing.assert_array_equal(warping.warp(mask, whole), warp(mask, whole) > 0.5)


def test_the_learners_unet_takes_the_weights_that_ship():
    import keras

    base = load_base()
    filters = [w.shape[-1] for w in base.weights if w.path.endswith("conv1/kernel")]
    filters = filters[: len(filters) // 2 + 1]
    ours = seeing.unet(filters)
    ours.set_weights(base.get_weights())
    pictures = np.random.default_rng(0).integers(0, 256, (1, 16, 24, 4)).astype(np.float32)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(ours(pictures)),
        keras.ops.convert_to_numpy(base(pictures)),
        atol=1e-4,
    )


def test_the_librarys_unet_is_right_and_what_is_cut_off_is_told():
    filters = (2, 4, 6)
    right = seeing.told(seeing.unet(filters), filters)
    library = seeing.told(build_unet((None, None, 4), filters=filters), filters)
    for name, value in right.items():
        np.testing.assert_allclose(library[name], value, rtol=1e-4) if "says" in name else None
        assert "says" in name or library[name] == value
    blind = seeing.told(seeing.UNET_MISTAKES["blind"](filters), filters)
    assert blind["channels on which it depends"] == [0, 1, 2]
    squeezed = seeing.told(seeing.UNET_MISTAKES["squeezed"](filters), filters)
    assert squeezed["what comes out may lie"] == "between 0 and 1 only"


@pytest.mark.parametrize("came", [3, "model"])
def test_what_is_no_network_is_refused_kindly(came):
    with pytest.raises(Refusal, match=r"keras\.Model"):
        seeing.told(came, (2, 4))


def test_a_network_of_three_channels_is_refused_kindly():
    with pytest.raises(Refusal, match="four channels"):
        seeing.told(build_unet((None, None, 3), filters=(2, 4)), (2, 4))


def test_films_hide_the_thing_and_show_it_again():
    for seed in (12, *dreaming.JUDGED[:2]):
        seen = film_of(seed).visible[:, 0]
        assert seen[0] > 0.9
        assert seen.min() < 0.1
        assert seen[-5:].mean() > 0.6


def test_masks_are_drawn_side_by_side():
    frames = np.full((2, 20, 30, 3), 100, np.uint8)
    masks = np.zeros((2, 20, 30), bool)
    masks[1, 5:15, 5:15] = True
    film = tinted(frames, masks, ~masks, times=4, words=("one", "other"))
    assert film.shape[0] == 2
    assert film.shape[2] == 2 * 120 + 4
    left = film[:, -80:, :120]
    assert (left[0] == 100).all()
    assert (left[1] != 100).any()


def test_the_largest_piece():
    mask = np.zeros((6, 8), bool)
    mask[0, 0] = mask[1, 1] = mask[4:, 5:] = True
    assert one_thing(mask).sum() == 6
    assert not one_thing(np.zeros((3, 3), bool)).any()


def test_worst_frames_are_apart():
    truth = np.ones((12, 2, 2), bool)
    found = truth.copy()
    found[4:7] = False
    found[10, 0] = False
    assert worst_frames(found, truth, 2) == [4, 10]


def test_a_thing_is_cut_out_of_its_box():
    film = film_of(12)
    truth = film.mask_of(0)[0]
    rows, columns = np.nonzero(truth)
    box = columns.min() - 3, rows.min() - 3, columns.max() + 4, rows.max() + 4
    assert region_similarity(cut_out(film.frames[0], box), truth) > 0.7


@pytest.mark.parametrize("box", [(5, 5, 5, 20), (-1, 0, 9, 9), (0, 0, 96, 72), (50, 40, 30, 60)])
def test_a_box_that_is_none_is_told(box):
    with pytest.raises(ValueError, match="box must be"):
        cut_out(film_of(12).frames[0], box)


def test_a_thing_before_another_picture():
    frames = np.full((1, 10, 12, 3), 200, np.uint8)
    mask = np.zeros((1, 10, 12), bool)
    mask[0, 3:8, 3:9] = True
    film = on_stage(frames, mask, times=4)
    empty = on_stage(frames, ~mask & mask, times=4)
    assert (film[0, 20, 24] == 200).all()
    assert (film[0, 0, 0] == empty[0, 0, 0]).all()
    assert not (empty[0, 20, 24] == 200).all()


def test_a_picture_and_its_mask_move_alike():
    picture = np.zeros((20, 30, 3), np.uint8)
    picture[5:9, 6:12] = 200
    mask = picture[..., 0] > 0
    how = {"shift": (4, 3), "angle": np.pi / 2, "about": (8.5, 6.5)}
    over, where = moved(picture, **how), moved(mask, **how)
    np.testing.assert_array_equal(where, over[..., 0] > 100)
    assert where[7:13, 11:15].all()
    assert where.sum() == 24
    assert moved(mask, scale=2, about=(8.5, 6.5)).sum() > 3 * mask.sum()


@pytest.fixture
def quick(monkeypatch):
    """Four steps of training in place of 175."""
    monkeypatch.setenv("VIDLEARN_PRESET", "tiny")


def test_dreams_that_are_right_teach_more_than_dreams_that_are_wrong(quick):
    right = taught_by(lambda frame, mask, ground, rng: (frame, mask), 22)
    nothing = taught_by(lambda frame, mask, ground, rng: (frame, mask & ~mask), 22)
    assert 0 <= nothing < right <= 1


def test_no_dream_no_score(quick):
    assert dream_score(lambda frame, mask, ground, rng: None) is None


def test_the_ground_is_the_frame_without_the_thing():
    seen = {}

    def dream(frame, mask, ground, rng):
        seen.update(frame=frame, mask=mask, ground=ground)
        return ground, mask & ~mask

    pictures, known = dream_of(dream, 22)
    assert pictures.shape == (8, 72, 96, 3)
    assert not known.any()
    apart = np.abs(seen["frame"].astype(int) - seen["ground"]).sum(axis=-1)
    assert apart[seen["mask"]].mean() > 10 * apart[~seen["mask"]].mean()


@pytest.mark.parametrize(
    "came",
    [
        7,
        (1, 2, 3),
        (np.zeros((72, 96)), np.zeros((72, 96), bool)),
        (np.zeros((72, 96, 3)), np.zeros((72, 96))),
        (np.full((72, 96, 3), np.nan), np.zeros((72, 96), bool)),
    ],
)
def test_what_is_no_dream_is_refused_kindly(quick, came):
    with pytest.raises(Refusal, match="True where the thing is to be seen"):
        taught_by(lambda frame, mask, ground, rng: came, 22)


def test_a_picture_from_0_to_1_is_told(quick):
    with pytest.raises(Refusal, match="multiply it by 255"):
        taught_by(lambda frame, mask, ground, rng: (frame / 255, mask), 22)


def test_maps_of_two_sizes_are_told():
    import keras
    from keras import layers

    pictures = keras.Input((None, None, 4))
    small = layers.MaxPooling2D(2)(pictures)
    model = keras.Model(pictures, layers.Conv2D(1, 1)(layers.Concatenate()([pictures, small])))
    with pytest.raises(Refusal, match="of one size"):
        seeing.told(model, (2, 4))
