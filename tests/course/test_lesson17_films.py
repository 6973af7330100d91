"""What lesson 17 shows: its films, what it says of filters, its curve."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from vidlearn import synthetic
from vidlearn.course.exercises.lesson17 import (
    DOWN,
    curves,
    fallen,
    filters_film,
    first_layer,
    guess_film,
    in_time,
    middling,
    signed_film,
)
from vidlearn.course.exercises.lesson17.kernels import fast
from vidlearn.course.exercises.lesson17.networks import c3d


@pytest.fixture(scope="module")
def some():
    return synthetic.actions(20, frames=6, size=(32, 40), seed=6)


def test_the_first_film_stands_still_and_then_plays_twice(some):
    film = guess_film(some, still=5, times=2)
    assert film.shape[0] == 5 + 2 * 6
    assert all((film[0] == frame).all() for frame in film[:5])
    assert (film[5:11] == film[11:]).all()
    assert any((film[5] != frame).any() for frame in film[6:11])
    assert 384 <= film.shape[2] <= 960


def bar(step):
    """A clip of a bright bar that moves `step` rows a frame."""
    clip = np.full((9, 24, 20, 3), 60, np.uint8)
    for t in range(9):
        row = 8 + step * (t - 4)
        clip[t, row : row + 2] = 220
    return clip


def test_the_kernel_answers_to_what_goes_down_and_its_mirror_image_to_what_goes_up():
    for step in (1, -1):
        grey = bar(step).mean(axis=-1) / 255
        down, up = (np.maximum(fast(grey, k), 0).sum() for k in (DOWN, DOWN[:, ::-1]))
        assert (down > 2 * up) if step > 0 else (up > 2 * down)
    still = np.repeat(bar(1)[:1], 9, axis=0).mean(axis=-1) / 255
    assert np.abs(fast(still, DOWN)).max() < 1e-12


def test_down_is_painted_blue_and_up_orange():
    clips = [bar(1), bar(-1)]
    answers = [tuple(fast(c.mean(axis=-1) / 255, k) for k in (DOWN, DOWN[:, ::-1])) for c in clips]
    film = signed_film(clips, answers, times=2).astype(int)
    assert film.shape == (7, 2 * 44 + 6, 2 * 36 + 4, 3)
    above, below = film[:, :44, 40:], film[:, 50:, 40:]
    assert (above[..., 2] - above[..., 0]).mean() > 3 > -3 > (below[..., 2] - below[..., 0]).mean()
    inside = film[:, :44:2, :36:2]
    assert np.abs(inside - bar(1)[1:8, 1:23, 1:19]).max() == 0


def test_change_over_time_by_hand():
    kernel = np.zeros((3, 1, 1, 1, 3))
    kernel[:, 0, 0, 0, 0] = 2, 2, 2
    kernel[:, 0, 0, 0, 1] = -1, 0, 1
    kernel[:, 0, 0, 0, 2] = 0, 0, 3
    np.testing.assert_allclose(in_time(kernel), [0, 1, 2 / 3], atol=1e-12)
    random = in_time(np.random.default_rng(0).normal(size=(3, 3, 3, 3, 500)))
    assert abs(random.mean() - 2 / 3) < 0.01


def test_filters_are_played_slice_by_slice_above_their_answers(some):
    import keras

    keras.utils.set_random_seed(2)
    model = c3d(some.frames.shape[1:], 10, (5, 6))
    before = first_layer(model).get_weights()[0]
    first_layer(model).set_weights([before[::-1]])
    film = filters_film(model, before, some.frames[0], count=4, large=30)
    assert film.shape == (6, 3 * 36, 4 * 30 + 3 * 4, 3)
    for t in range(6):
        np.testing.assert_array_equal(film[t, :30], film[(4 - t // 2 * 2) % 6, 36:66])
    chosen = np.argsort(-in_time(before[::-1]))[:4]
    colours = before[0, 0, 0, :, chosen[1]] / np.abs(before[..., chosen[1]]).max()
    np.testing.assert_allclose(film[0, 5, 34 + 5], 127.5 + 127.5 * colours, atol=0.6)


def test_the_first_layer_is_found_inside_a_network_of_networks():
    import keras
    from keras import layers

    inner = keras.Sequential([layers.ReLU(), layers.Conv3D(2, 3), layers.Conv3D(3, 1)])
    clips = keras.Input((5, 8, 8, 3))
    model = keras.Model(clips, layers.Flatten()(inner(layers.Rescaling(2.0)(clips))))
    assert first_layer(model) is inner.layers[1]
    assert first_layer(keras.Sequential([layers.Dense(3)])) is None


def asked_for_brightness(shape):
    """Name 1 what is bright somewhere, else 0; the surer, the brighter."""
    import keras
    from keras import ops

    clips = keras.Input(shape)
    most = ops.max(ops.reshape(clips, (-1, int(np.prod(shape)))), axis=1)
    return keras.Model(clips, ops.stack([most * 0, most / 50 - 2], axis=1))


class Flashes:
    """Six clips of eight frames; those of class 1 flash in one frame, the one that moves."""

    labels = np.array([1, 1, 1, 0, 0, 0])
    frames = np.zeros((6, 8, 8, 8, 3), np.uint8)
    actions = np.full((6, 8), -1)
    for n, (bright, when) in enumerate([(250, 3), (150, 2), (200, 5)]):
        frames[n, when] = bright
        actions[n, when - 1 : when + 2] = 1


def test_the_middling_clip_is_between_the_surest_and_the_least_sure():
    model = asked_for_brightness(Flashes.frames.shape[1:])
    assert middling(model, Flashes, (1,)) == [2]
    assert middling(model, Flashes, (0, 1)) == [4, 2]

    class Wrong(Flashes):
        labels = 1 - Flashes.labels

    assert middling(model, Wrong, (0, 1)) == [0]


def test_what_falls_falls_where_something_moves_by_hand():
    """Covered by the frame before, a flash is gone on three frames: all of them move."""
    model = asked_for_brightness(Flashes.frames.shape[1:])
    on, share, reverse = fallen(model, Flashes, [0, 2, 4])
    assert on == pytest.approx(1)
    assert share == pytest.approx(6 / 24)
    assert reverse == 1

    class Elsewhere(Flashes):
        actions = np.roll(Flashes.actions, 4, axis=1)

    assert fallen(model, Elsewhere, [0, 2])[0] == pytest.approx(0, abs=0.2)


def test_curves_show_both_and_chance():
    figure = curves({"accuracy": [0.2, 0.7, 0.9], "val_accuracy": [0.1, 0.6, 0.8]})
    (ax,) = figure.axes
    learned, other, chance = ax.lines
    assert list(learned.get_ydata()) == [0.2, 0.7, 0.9]
    assert list(other.get_ydata()) == [0.1, 0.6, 0.8]
    assert list(chance.get_ydata()) == [0.1, 0.1]
    plt.close(figure)
