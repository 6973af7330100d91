import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn.layers import ColourHistogram, FrameSimilarity


def test_similarity_by_hand():
    """Angles of 0, 60 and 90 degrees, whatever the lengths; nothing beyond the ends."""
    up, slant, right = [0, 3.0], [3**0.5, 1.0], [7.0, 0]
    found = np.array(FrameSimilarity(2)(np.array([[up, slant, right, right]])))
    c = np.cos(np.pi / 6)
    expected = [[0, 0, 1, 0.5, 0], [0, 0.5, 1, c, c], [0, c, 1, 1, 0], [c, 1, 1, 0, 0]]
    expected[2][0] = 0  # of up and right
    np.testing.assert_allclose(found[0], expected, atol=1e-5)


@given(st.integers(1, 12), st.integers(1, 15), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_similarity_is_the_plain_loop(frames, reach, seed):
    x = np.random.default_rng(seed).normal(size=(2, frames, 3)).astype("float32")
    found = np.array(FrameSimilarity(reach)(x))
    assert found.shape == (2, frames, 2 * reach + 1)
    unit = x / np.linalg.norm(x, axis=-1, keepdims=True)
    for t in range(frames):
        for k in range(-reach, reach + 1):
            there = 0 <= t + k < frames
            expected = (unit[:, t] * unit[:, t + k]).sum(-1) if there else 0
            np.testing.assert_allclose(found[:, t, reach + k], expected, atol=1e-4)


def test_colours_by_hand():
    """Two pixels in three bins (0, 1/2, 1): one on a middle, one between two of them in green."""
    film = np.array([[[[[0.5, 1.0, 0.0], [0.0, 0.25, 1.0]]]]])
    found = np.array(ColourHistogram(3)(film)).reshape(3, 3, 3)
    expected = np.zeros((3, 3, 3))
    expected[1, 2, 0] = 0.5
    expected[0, 0, 2] = expected[0, 1, 2] = 0.25
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_colours_do_not_know_where_they_are():
    rng = np.random.default_rng(0)
    film = rng.random((2, 3, 4, 5, 3)).astype("float32")
    found = np.array(ColourHistogram(4)(film))
    assert found.shape == (2, 3, 64)
    np.testing.assert_allclose(found.sum(-1), 1, atol=1e-5)
    mixed = rng.permutation(film.reshape(2, 3, 20, 3), axis=2).reshape(film.shape)
    np.testing.assert_allclose(ColourHistogram(4)(mixed), found, atol=1e-5)
    assert np.abs(found - ColourHistogram(4)(film[..., ::-1].copy())).max() > 0.01


def test_both_work_where_the_length_is_open_and_are_saved(tmp_path):
    film = keras.Input((None, 4, 5, 3))
    made = FrameSimilarity(2)(ColourHistogram(3)(film))
    model = keras.Model(film, made)
    assert model.output_shape == (None, None, 5)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(1).random((2, 7, 4, 5, 3)).astype("float32")
    np.testing.assert_allclose(again.predict(x, verbose=0), model(x), atol=1e-6)


@pytest.mark.parametrize("bad", [0, -1, 1.5, True, None])
def test_layers_of_likeness_rejects_no_counts(bad):
    with pytest.raises(ValueError, match="reach must be a whole number of at least 1"):
        FrameSimilarity(bad)
    with pytest.raises(ValueError, match="bins must be a whole number of at least 2"):
        ColourHistogram(bad)
