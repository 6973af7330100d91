import numpy as np
import pytest

from vidlearn.synthetic.paths import CAMERAS, camera_path, object_paths


def paths(frames=200, world=(60, 90), radii=(8, 5, 11), *, speed=2.0, apart=False, seed=0):
    rng = np.random.default_rng(seed)
    spins = np.arange(len(radii)) % 2 == 0
    return object_paths(frames, world, radii, spins, speed=speed, apart=apart, rng=rng)


def test_objects_stay_inside_and_bounce():
    places, _ = paths()
    radii = np.array([8, 5, 11])[:, None]
    assert (places >= radii).all()
    assert (places <= np.array([90, 60]) - radii).all()
    steps = np.diff(places, axis=0)
    assert ((steps > 0).any(0) & (steps < 0).any(0)).all()  # each went both ways


@pytest.mark.parametrize("speed", [0.5, 3.0])
def test_speed_is_pixels_per_frame(speed):
    paces = np.median(
        np.linalg.norm(np.diff(paths(radii=[5] * 40, speed=speed)[0], axis=0), axis=-1), 0
    )
    assert (paces >= 0.6 * speed - 1e-9).all()
    assert (paces <= 1.4 * speed + 1e-9).all()
    assert paces.max() > 1.25 * speed > 0.75 * speed > paces.min()


@pytest.mark.parametrize("seed", range(4))
def test_objects_kept_apart_never_touch(seed):
    places, _ = paths(apart=True, speed=4.0, seed=seed)
    for i, j, free in [(0, 1, 13), (0, 2, 19), (1, 2, 16)]:
        assert np.linalg.norm(places[:, i] - places[:, j], axis=-1).min() >= free
    loose, _ = paths(speed=4.0, seed=seed)
    assert np.linalg.norm(loose[:, 0] - loose[:, 2], axis=-1).min() < 19


def test_some_turn_and_some_sway():
    _, angles = paths(frames=400)
    assert np.ptp(angles[:, 0]) > 2 * np.pi
    assert np.ptp(angles[:, 1]) <= 0.28


@pytest.mark.parametrize("camera", CAMERAS)
def test_camera_sees_only_the_world(camera):
    views, world = camera_path(camera, 240, (50, 70), np.random.default_rng(3))
    left, top, zoom = views.T
    assert (views[:, :2] >= -1e-9).all()
    assert (left + 70 / zoom <= world[1] + 1e-9).all()
    assert (top + 50 / zoom <= world[0] + 1e-9).all()
    moves = np.ptp(views, axis=0)
    assert (moves > 0.1).tolist() == {
        "still": [False, False, False],
        "pan": [True, False, False],
        "shake": [True, True, False],
        "zoom": [True, True, True],
    }[camera]
    assert np.abs(np.diff(left)).max() < 4  # smooth


def test_rejects_an_object_larger_than_the_world():
    with pytest.raises(ValueError, match=r"world of 20 x 90 pixels. Received: an object 22 pix"):
        paths(world=(20, 90))


def test_rejects_too_many_objects_to_keep_apart():
    with pytest.raises(ValueError, match=r"room to keep apart.*Received: 6 objects up to 40"):
        paths(radii=[20] * 6, apart=True)
