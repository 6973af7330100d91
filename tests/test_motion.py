"""Plain motion: by hand, on generated worlds, and where it is known to fail."""

import numpy as np
import pytest

from vidlearn import motion
from vidlearn.boxes import iou
from vidlearn.synthetic import edited_video, moving_objects


def flat(*levels, shape=(6, 8)):
    """Frames of one grey level each."""
    return np.array(levels, np.uint8)[:, None, None] * np.ones(shape, np.uint8)


def test_frame_differences_by_hand():
    clip = np.zeros((3, 2, 2, 3), np.uint8)
    clip[1, 0, 0] = [255, 0, 12]  # 3 of 12 numbers change, by 255, 0 and 12
    np.testing.assert_allclose(motion.frame_differences(clip), [0, 267 / 12, 267 / 12])
    assert motion.frame_differences(flat(7)).tolist() == [0]


def test_differences_do_not_wrap_round():
    assert motion.frame_differences(flat(10, 250, 10)).tolist() == [0, 240, 240]


@pytest.mark.parametrize(
    ("levels", "cuts"),
    [
        ((0, 90, 90), [1]),
        ((0, 0, 90), [2]),
        ((0, 90, 0, 90), [1, 2, 3]),
        ((0, 25, 51), [2]),  # 25 is not above 25, 26 is
        ((5,), []),
    ],
    ids=["first", "last", "every", "threshold", "one-frame"],
)
def test_find_cuts_by_hand(levels, cuts):
    assert motion.find_cuts(flat(*levels)) == cuts


@pytest.mark.parametrize("seed", range(3))
def test_find_cuts_of_edited_video(seed):
    video = edited_video(4, (60, 80), seed=seed, lengths=(6, 12))
    assert tuple(motion.find_cuts(video.frames)) == video.cuts


def test_boxes_of_edited_video():
    video = edited_video(2, seed=4, lengths=(26, 30), speed=3.0, occlusion="none")
    found = motion.moving_boxes(video.frames, cuts=video.cuts)
    assert len(found) == len(video.frames)
    best = [iou(video.truth(t)[0], found[t]).max(1) for t in range(len(found)) if len(found[t])]
    assert (np.concatenate(best) > 0.5).mean() > 0.9
    without = motion.moving_boxes(video.frames)  # one background for two places
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], 1).sum() for boxes in without]
    assert np.mean(areas) > 4000


def test_a_thing_that_reaches_the_border_keeps_its_box():
    frames = np.zeros((9, 40, 60, 3), np.uint8)
    frames[4, 20:40, 50:60] = 200
    boxes = motion.moving_boxes(frames)
    assert boxes[4].tolist() == [[50, 20, 60, 40]]
    assert [len(b) for b in boxes] == [0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert boxes[0].shape == (0, 4)


def test_specks_and_small_groups_are_left_out():
    frames = np.zeros((5, 40, 60, 3), np.uint8)
    frames[2, 3, 3] = 255
    frames[2, 20:26, 20:26, 1] = 31  # one channel, just above the threshold
    assert motion.moving_pixels(frames)[2].sum() == 36 - 4  # opening rounds the corners ...
    assert motion.moving_boxes(frames)[2].tolist() == []
    assert motion.moving_boxes(frames, min_area=30)[2].tolist() == [[20, 20, 26, 26]]
    assert not motion.moving_pixels(frames, threshold=31)[2].any()


def test_what_stands_still_too_long_becomes_background():
    scene = moving_objects(20, (60, 80), 1, seed=0, speed=0, kinds=["cup"])
    found = motion.moving_boxes(scene.frames)
    overlap = [iou(scene.boxes[t], found[t]).max(initial=0) for t in range(20)]
    assert max(overlap) < 0.3


RGB = np.zeros((5, 8, 9, 3), np.uint8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: motion.find_cuts(RGB / 255.0), r"uint8, 0 to 255. Received: float64.*\* 255"),
        (lambda: motion.frame_differences(RGB.astype(np.uint16)), "Received: uint16"),
        (lambda: motion.frame_differences(RGB[0]), r"shape \(8, 9, 3\)"),
        (lambda: motion.frame_differences(list(RGB)), "Received: list"),
        (lambda: motion.find_cuts(RGB, threshold=-1), "threshold must be 0 to 255"),
        (lambda: motion.find_cuts(RGB, threshold=None), "threshold must be 0 to 255"),
        (lambda: motion.find_cuts(RGB, threshold=float("nan")), "threshold must be 0 to 255"),
        (lambda: motion.moving_boxes(RGB[..., 0]), r"\(T, H, W, 3\) of uint8"),
        (lambda: motion.moving_boxes(RGB / 255), "Received: float64"),
        (lambda: motion.moving_boxes(list(RGB)), "Received: list"),
        (lambda: motion.moving_boxes(RGB, cuts=[3, 2]), "cuts must be whole numbers that rise"),
        (lambda: motion.moving_boxes(RGB, cuts=[0, 2]), "from 1 to 4"),
        (lambda: motion.moving_boxes(RGB, cuts=[5]), "from 1 to 4"),
        (lambda: motion.moving_boxes(RGB, cuts=[1.5]), "cuts must be whole"),
    ],
)
def test_rejects_what_is_no_film(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_no_frame_has_no_motion():
    assert motion.moving_boxes(RGB[:0]) == []
    assert motion.find_cuts(RGB[:0]) == []
