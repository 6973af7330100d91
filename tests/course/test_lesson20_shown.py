"""What lesson 20 shows: windows, glowing films, where heads look, copies with true labels."""

import numpy as np
import pytest

from vidlearn.course.exercises.lesson20 import (
    boxed,
    copies,
    costs,
    glowing,
    habits,
    in_time,
    kernels_film,
    looked,
    padded,
    window_at,
    windows_of,
)
from vidlearn.synthetic import actions

FILM = np.random.default_rng(4).integers(0, 256, (3, 40, 52, 3)).astype(np.uint8)


def test_windows_are_cut_where_their_middles_say():
    tokens, places = windows_of(FILM)
    assert tokens.shape == (3, 7, 10, 8 * 8 * 3)
    np.testing.assert_array_equal(places[2, 5], [5 * 4 + 8, 2 * 4 + 8])
    window = FILM[1, 8:24:2, 20:36:2].astype(float)  # row 2, column 5
    np.testing.assert_allclose(
        tokens[1, 2, 5],
        ((window - window.mean()) / (window.std() + 8)).transpose(2, 0, 1).ravel(),
        rtol=1e-4,
        atol=1e-5,
    )
    assert window_at(places, 27, 17) == (2, 5)


def test_an_even_wall_asks_for_nothing():
    tokens, _ = windows_of(np.full((1, 32, 32, 3), 90, np.uint8))
    np.testing.assert_allclose(tokens, 0)


def test_weights_of_windows_cover_the_frame():
    weights = np.zeros((3, 7, 10))
    weights[1, 2, 5] = 1
    assert padded(weights).shape == (3, 11, 14)
    film = glowing(FILM, padded(weights), times=2)
    assert film.shape == (3, 80, 104, 3)
    brighter = film.astype(int)[..., 0] - (0.55 * film.astype(int)[..., 2])
    row, column = np.unravel_index(brighter[1].argmax(), brighter[1].shape)
    assert abs(row / 2 - (2 * 4 + 8)) < 6
    assert abs(column / 2 - (5 * 4 + 8)) < 6


def test_the_window_that_asks_is_drawn_in_its_frames():
    film = boxed(FILM, (1, 4, 4, 20, 20), times=2, last=1)
    edge = film[:, 8, 8:40]
    assert (edge[1] == (86, 180, 233)).all()
    assert not (edge[0] == (86, 180, 233)).all()
    assert not (edge[2] == (86, 180, 233)).all()


def test_habits_by_hand():
    grid = 2, 1, 2  # moments, rows, columns
    even = np.full((1, 1, 1, 4, 4), 1 / 4)
    told = habits(even, grid)
    assert told["moments away"].item() == pytest.approx(0.5)
    assert told["own place"].item() == pytest.approx(0.5)
    assert told["tokens"].item() == pytest.approx(4)
    other = np.zeros((1, 1, 1, 4, 4))
    other[..., [0, 1, 2, 3], [2, 3, 0, 1]] = 1  # the same place at the other moment
    told = habits(other, grid)
    assert told["moments away"].item() == 1
    assert told["own place"].item() == 1
    assert told["tokens"].item() == pytest.approx(1, abs=1e-6)


def test_copies_have_true_labels():
    some = actions(4, frames=4, size=(32, 32), labels=[0, 3, 8, 9], seed=1)
    frames, labels = copies(some)
    np.testing.assert_array_equal(labels, [0, 3, 8, 9, 1, 2, 9, 8, 0, 3, 9, 8])
    np.testing.assert_array_equal(frames[4:8], some.frames[:, ::-1])
    np.testing.assert_array_equal(frames[8:], some.frames[:, :, :, ::-1])


def test_kernels_play_slice_after_slice():
    w = np.zeros((3, 2, 2, 3, 5))
    w[0, 0, 1, :, 3] = 1
    w[2, 1, 0, :, 3] = -2
    w[:, :, :, :, [0, 1, 2, 4]] = 0.5
    film = kernels_film(w, large=4, columns=2)
    assert film.shape == (3, 4 * 8, 4 * 5, 3)
    top, left = 4 * 3, 4 * 3  # kernel 3: second row, second column
    first = film[0, top, left + 4].astype(int)
    last = film[2, top + 4, left].astype(int)
    assert first[2] > first[0]  # blue above 0
    assert last[0] > last[2]  # orange below
    assert in_time(np.ones((3, 2, 2, 3, 1))).item() == 0


def test_heads_of_a_network_are_found():
    keras = pytest.importorskip("keras")
    tokens = keras.Input((2, 3, 1, 2))
    x = keras.layers.Reshape((6, 2))(tokens)
    pairs = [keras.layers.Dense(4, name=f"{kind}{k}") for k in (1, 2) for kind in "qk"]
    q1, k1, q2, k2 = (layer(x) for layer in pairs)
    model = keras.Model(tokens, q1 + k1 + q2 + k2)
    some = np.random.default_rng(2).normal(size=(5, 2, 3, 1, 2)).astype("float32")
    found = looked(model, some, 2)
    assert found.shape == (5, 2, 2, 6, 6)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-5)
    q, k = (model.get_layer(f"{kind}2") for kind in "qk")
    q, k = (np.asarray(layer(some[3].reshape(6, 2))) for layer in (q, k))
    scores = q[:, 2:] @ k[:, 2:].T / np.sqrt(2)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        found[3, 1, 1], powers / powers.sum(axis=1, keepdims=True), rtol=1e-4, atol=1e-6
    )


def test_what_all_with_all_holds_grows_with_the_square():
    seconds = iter(range(1000))
    found = costs(("space-time", "divided"), (4, 8), size=16, rounds=1, clock=lambda: next(seconds))
    held = {key: value[1] for key, value in found.items()}
    assert held["space-time", 8] == pytest.approx(4 * held["space-time", 4])
    assert held["divided", 8] < 4 * held["divided", 4]
    assert held["space-time", 4] == pytest.approx(2 * 4 * (2 * 4) ** 2 * 4 / 1e6)
    assert found["divided", 4][0] == 500  # a tick for two clips
