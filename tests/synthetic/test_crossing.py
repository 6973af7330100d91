"""Objects that cross the picture."""

import numpy as np
import pytest

from vidlearn.synthetic import crossing


def middles(scene, k):
    boxes = scene.full_boxes[:, k]
    return (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.5])
def test_each_goes_its_way_at_its_speed_and_stays_in_its_lane(speed):
    scene = crossing(30, (90, 140), (1, -1, 1), seed=4, speed=speed)
    for k, way in enumerate((1, -1, 1)):
        x, y = middles(scene, k)
        steps = np.diff(x)
        steps = steps[np.abs(steps) < 20]  # one that left comes in again on the other side
        assert len(steps) >= 20
        np.testing.assert_allclose(steps.mean(), way * speed, atol=0.08)
        assert np.ptp(y) <= 1
        assert 30 * k <= y.min() <= y.max() <= 30 * (k + 1)


def test_the_photograph_stands_still():
    scene = crossing(12, (60, 100), (1,), seed=2, background="cat", speed=1.0)
    untouched = scene.frames.std(axis=0).sum(axis=-1) == 0
    assert untouched.mean() > 0.3
    assert (scene.masks > 0).any()
    assert not untouched[(scene.masks > 0).any(axis=0)].all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    first, again, other = (crossing(4, (40, 60), (1, -1), seed=seed).frames for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_noise_is_drawn_anew_for_each_frame():
    frames = crossing(3, (40, 60), (1,), seed=1, speed=0.0, noise=4.0).frames.astype(float)
    assert 3 < (frames[1] - frames[0]).std() < 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ways": ()}, "ways must hold 1"),
        ({"ways": (1, 0)}, r"Received: \[1, 0\]"),
        ({"speed": -1.0}, "speed must be"),
        ({"frames": 0}, "frames must be"),
        ({"kinds": ["ball"]}, "kinds must be"),
    ],
)
def test_crossing_rejects_what_makes_no_film(options, message):
    with pytest.raises(ValueError, match=message):
        crossing(**{"frames": 3, "size": (40, 60)} | options)
