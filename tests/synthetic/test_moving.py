import cv2
import numpy as np
import pytest

from vidlearn.synthetic import moving_objects

SMALL = {"frames": 40, "size": (60, 84)}


def extents(mask):
    """Measure a box pixel by pixel, in another way than the library."""
    points = np.argwhere(mask)
    (top, left), (bottom, right) = points.min(0), points.max(0) + 1
    return [left, top, right, bottom]


@pytest.mark.parametrize("camera", ["still", "pan"])
def test_boxes_are_the_extents_of_the_masks(camera):
    scene = moving_objects(**SMALL, objects=5, seed=2, camera=camera)
    hidden = 0
    for t in range(40):
        for k in range(5):
            mask = scene.mask_of(k)[t]
            if mask.any():
                assert scene.boxes[t, k].tolist() == extents(mask)
            else:
                hidden += 1
                assert scene.boxes[t, k].tolist() == [0, 0, 0, 0]
                assert scene.visible[t, k] == 0
    assert bool(hidden) == (camera == "pan")


def test_shapes_and_types():
    scene = moving_objects(7, (50, 70), 2)
    assert (scene.frames.shape, scene.frames.dtype) == ((7, 50, 70, 3), np.uint8)
    assert (scene.masks.shape, scene.masks.dtype) == ((7, 50, 70), np.uint8)
    assert (scene.boxes.shape, scene.boxes.dtype) == ((7, 2, 4), np.float32)
    assert (scene.full_boxes.shape, scene.full_boxes.dtype) == ((7, 2, 4), np.float32)
    assert (scene.visible.shape, scene.visible.dtype) == ((7, 2), np.float32)
    assert (scene.labels.shape, scene.labels.dtype) == ((2,), np.int64)
    assert (scene.cuts, scene.shots, scene.fps) == ((), [(0, 7)], 25.0)


def test_full_box_holds_the_seen_box_and_equals_it_when_all_is_seen():
    scene = moving_objects(**SMALL, objects=4, seed=1, camera="pan")
    seen = scene.visible > 0
    assert (scene.full_boxes[seen][:, :2] <= scene.boxes[seen][:, :2]).all()
    assert (scene.full_boxes[seen][:, 2:] >= scene.boxes[seen][:, 2:]).all()
    whole = scene.visible == 1
    assert whole.any()
    assert (scene.full_boxes[whole] == scene.boxes[whole]).all()
    assert ((scene.visible > 0.05) & (scene.visible < 0.95)).any()


def test_the_last_object_is_in_front():
    scene = moving_objects(**SMALL, objects=6, seed=0)
    assert (scene.visible[:, -1] == 1).all()
    assert (scene.visible[:, 0] < 1).any()
    assert (scene.visible <= 1).all()


def test_masks_lie_where_the_picture_changes():
    scene = moving_objects(**SMALL, objects=1, seed=4, background="gravel", kinds=["flower"])
    ground = np.median(scene.frames.astype(np.int16), axis=0)
    change = np.abs(scene.frames - ground).max(-1)  # (T, H, W)
    mask = scene.mask_of(0)
    assert np.median(change[mask]) > 60
    assert np.median(change[~mask]) == 0


@pytest.mark.parametrize("camera", ["still", "shake"])
def test_same_seed_same_bytes(camera):
    options = {**SMALL, "camera": camera, "light": "flicker", "noise": 5.0}
    first, again = moving_objects(**options, seed=9), moving_objects(**options, seed=9)
    for name in ("frames", "masks", "boxes", "full_boxes", "visible", "labels"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
    assert moving_objects(**options, seed=10).frames.tobytes() != first.frames.tobytes()
    rng = np.random.default_rng(9)
    assert moving_objects(**options, seed=rng).frames.tobytes() == first.frames.tobytes()
    assert moving_objects(**options, seed=rng).frames.tobytes() != first.frames.tobytes()


def test_kinds_become_names_and_labels():
    scene = moving_objects(1, (60, 84), 60, seed=0, kinds=["coin", "digits", "7"])
    assert scene.names == ("coin", *"0123456789")
    counts = np.bincount(scene.labels, minlength=11)
    assert 10 <= counts[0] <= 30  # a third are coins
    assert counts[8] == counts[1:].max()  # sevens come twice
    assert moving_objects(1, (60, 84), 9, kinds=["cup"]).labels.tolist() == [0] * 9


def test_scale_is_a_fraction_of_the_shorter_side():
    scene = moving_objects(1, (60, 200), 40, kinds=["horse"], scale=0.4, camera="still")
    longest = (scene.full_boxes[0, :, 2:] - scene.full_boxes[0, :, :2]).max(-1)
    assert longest.min() >= 0.75 * 24 - 2
    assert longest.max() <= 1.25 * 24 + 3
    assert np.ptp(longest) > 6


def test_occlusion_none_hides_nothing():
    scene = moving_objects(**SMALL, objects=3, seed=0, occlusion="none", speed=4)
    assert (scene.visible == 1).all()


def test_pillars_hide_what_passes_behind():
    options = {"frames": 60, "size": (60, 84), "objects": 1, "seed": 3, "speed": 4}
    free, behind = moving_objects(**options), moving_objects(**options, occlusion="pillars")
    assert (free.full_boxes == behind.full_boxes).all()
    assert behind.visible.min() < 0.7
    assert behind.visible.max() == 1
    assert ((behind.masks == 0) | (behind.masks == free.masks)).all()


@pytest.mark.parametrize("seed", [0, 1])
def test_objects_move_along_with_a_shaking_camera(seed):
    scene = moving_objects(
        30, (96, 128), 1, seed=seed, kinds=["5"], camera="shake", background="gravel", speed=0
    )
    grey = scene.frames.mean(-1).astype(np.float32)
    grey[scene.mask_of(0)] = grey.mean()
    (dx, dy), _ = cv2.phaseCorrelate(grey[0], grey[12], cv2.createHanningWindow((128, 96), 5))
    assert np.hypot(dx, dy) > 1
    middle = (scene.full_boxes[:, 0, :2] + scene.full_boxes[:, 0, 2:]) / 2
    np.testing.assert_allclose(middle[12] - middle[0], [dx, dy], atol=1.3)


def test_zoom_enlarges_objects():
    scene = moving_objects(120, (60, 84), 1, seed=5, kinds=["coin"], camera="zoom", speed=0)
    sides = scene.full_boxes[:, 0, 2:] - scene.full_boxes[:, 0, :2]
    assert 1.2 < sides.mean(-1).max() / sides.mean(-1).min() < 1.5


@pytest.mark.parametrize("light", ["flicker", "sweep"])
def test_light_changes_the_picture_and_not_the_truth(light):
    steady = moving_objects(60, (40, 60), 2, seed=6, background="china")
    scene = moving_objects(60, (40, 60), 2, seed=6, background="china", light=light)
    assert (scene.masks == steady.masks).all()
    gain = scene.frames.mean((1, 3)) / steady.frames.mean((1, 3))  # (T, W)
    if light == "flicker":
        assert gain.mean(1).std() > 0.04
        assert gain.std(1).max() < 0.12
    else:
        assert gain.min() < 0.6
        assert gain.std(1).max() > 0.12
        assert gain.max() <= 1.01


def test_noise_has_its_standard_deviation():
    clean = moving_objects(4, (60, 84), 0, background="gravel")
    noisy = moving_objects(4, (60, 84), 0, background="gravel", noise=6.0)
    inside = (clean.frames > 40) & (clean.frames < 215)  # not clipped
    difference = noisy.frames.astype(float)[inside] - clean.frames[inside]
    assert abs(difference.std() - 6) < 0.15
    assert abs(difference.mean()) < 0.1


def test_no_objects_and_one_frame():
    scene = moving_objects(1, (20, 30), 0)
    assert scene.boxes.shape == (1, 0, 4)
    assert not scene.masks.any()
    boxes, labels, tracks = scene.truth(0)
    assert (boxes.shape, labels.shape, tracks.shape) == ((0, 4), (0,), (0,))
    assert repr(scene) == "Scene(1 frames of 20 x 30, no objects)"


def test_truth_leaves_out_what_is_hidden():
    scene = moving_objects(**SMALL, objects=5, seed=2, camera="pan")
    for t in range(40):
        boxes, labels, tracks = scene.truth(t, min_visible=0.5)
        wanted = [k for k in range(5) if scene.visible[t, k] >= 0.5]
        assert tracks.tolist() == wanted
        assert (boxes == scene.boxes[t, wanted]).all()
        assert (labels == scene.labels[wanted]).all()
        assert (scene.visible[t, scene.truth(t, min_visible=0)[2]] > 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames": 0}, "frames must be at least 1. Received: 0"),
        ({"size": (8, 40)}, r"size must be height and width of at least 16.*\(8, 40\)"),
        ({"objects": 256}, "objects must be from 0 to 255. Received: 256"),
        ({"scale": 0}, "scale must be above 0"),
        ({"scale": 1.5}, "scale must let each object fit"),
        ({"speed": -1}, "speed must be 0 or more"),
        ({"noise": -1}, "noise must be 0 or more"),
        ({"kinds": []}, "kinds must name at least one"),
        ({"kinds": ["dog"]}, "kinds must be a list of 'digits'.*Received: 'dog'"),
        ({"background": "lena"}, "picture must be one of.*Received: 'lena'"),
        ({"occlusion": "some"}, "occlusion must be one of objects, none, pillars"),
        ({"camera": "tilt"}, "camera must be one of still, pan, shake, zoom"),
        ({"light": "dark"}, "light must be one of steady, flicker, sweep. Received: 'dark'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_rejects_what_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        moving_objects(**{"frames": 2, "size": (40, 40), **options})
