import keras
import numpy as np
import pytest

from vidlearn.models import boundary_loss, build_segmenter, build_shotnet

SMALL = {
    "shotnet": lambda shape=(20, 16, 24, 3), **k: build_shotnet(
        shape, **{"filters": (2,), "dilations": (1, 2), "reach": 5, "bins": 3, "units": 16} | k
    ),
    "segmenter": lambda shape=(20, 16, 24, 3), **k: build_segmenter(
        shape, **{"filters": (4, 8), "features": 12, "units": 12, "kernel_size": 3} | k
    ),
}


def films(count, seed=0):
    """Plain frames, dark before a frame and light behind it, and that frame's number."""
    rng = np.random.default_rng(seed)
    film = rng.integers(0, 40, (count, 20, 16, 24, 3)).astype(np.uint8)
    at = rng.integers(4, 17, count)
    for one, t in zip(film, at, strict=True):
        one[t:] += np.uint8(rng.integers(90, 200))
    targets = np.zeros((count, 20, 2), "float32")
    targets[np.arange(count), at] = 1
    return film, targets, at


@pytest.mark.parametrize("name", SMALL)
def test_a_toy_is_learned(name):
    keras.utils.set_random_seed(0)
    model = SMALL[name](dropout=0.0)
    film, targets, _ = films(48)
    plain = keras.backend.backend() == "tensorflow"  # compiling would take longer than training
    how = {"jit_compile": False if plain else "auto"}
    model.compile(keras.optimizers.Adam(1e-2), loss=boundary_loss, **how)
    history = model.fit(film, targets, batch_size=12, epochs=12, verbose=0).history["loss"]
    assert history[-1] < 0.4 * history[0], history
    unseen, _, at = films(12, seed=1)
    found = model.predict(unseen, verbose=0)
    assert found.shape == (12, 20, 2)
    assert (np.abs(found[..., 0].argmax(axis=1) - at) <= 1).mean() > 0.8


@pytest.mark.parametrize("name", SMALL)
def test_it_comes_back_from_its_file(name, tmp_path):
    model, (film, _, _) = SMALL[name](), films(2)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(film), model(film), atol=1e-6)


def test_a_film_of_any_length():
    model, (film, _, _) = SMALL["shotnet"]((None, 16, 24, 3)), films(2)
    assert model(film[:, :9]).shape == (2, 9, 2)
    fixed = SMALL["shotnet"]()
    fixed.set_weights(model.get_weights())
    np.testing.assert_allclose(fixed(film), model(film), atol=1e-5)


def test_the_convolutions_reach_as_far_as_told():
    """One cell of two blocks with dilations 1 and 2: two frames each way in every block."""
    model = SMALL["shotnet"]()
    seen = keras.Model(model.input, model.get_layer("seen").output)
    film = films(1)[0]
    moved = film.repeat(20, axis=0)
    moved[np.arange(20), np.arange(20)] += np.uint8(100)
    changed = np.abs(np.array(seen(moved)) - np.array(seen(film)))[:, 10].max(axis=-1) > 1e-6
    assert np.flatnonzero(changed).tolist() == list(range(6, 15))


def test_the_segmenter_sees_single_frames_then_their_neighbours():
    keras.utils.set_random_seed(0)
    model = SMALL["segmenter"](dropout=0.3)
    parts = [model.get_layer(name).output for name in ("vectors", "neighbours")]
    film = films(1)[0]
    moved = film.repeat(20, axis=0)
    moved[np.arange(20), np.arange(20)] += np.uint8(100)
    for found, still, frames in zip(
        *(keras.Model(model.input, parts)(x) for x in (moved, film)),
        ([10], [9, 10, 11]),
        strict=True,
    ):
        changed = np.abs(np.array(found) - np.array(still))[:, 10].max(axis=-1) > 1e-6
        assert np.flatnonzero(changed).tolist() == frames
    assert model.get_layer("dropout").rate == 0.3


@pytest.mark.parametrize("name", SMALL)
def test_logits_stay_float32_in_half_precision(name):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = SMALL[name]()
    finally:
        keras.config.set_dtype_policy(before)
    assert model.layers[-2].compute_dtype == "float16"
    assert model.output.dtype == "float32"


def test_the_loss_by_hand():
    """Logits of log 3 are probabilities of 3/4. Of two frames one is meant, and both lie within."""
    targets = [[[1, 1], [0, 1]]]
    logits = np.log(3) * np.array([[[1.0, 1.0], [1.0, -1.0]]])
    one = 5 * -np.log(3 / 4) - np.log(1 / 4)
    every = -np.log(3 / 4) - np.log(1 / 4)
    found = np.array(boundary_loss(targets, logits, weight=5.0, share=0.5))
    np.testing.assert_allclose(found, [(one + 0.5 * every) / 2], rtol=1e-5)
    assert np.isfinite(boundary_loss(targets, [[[900.0, -900.0]] * 2])).all()


def test_the_builders_and_the_loss_rejects_what_is_none():
    for build in (build_shotnet, build_segmenter):
        with pytest.raises(ValueError, match=r"shape must be \(T, H, W, 3\)"):
            build((20, 27, 48, 1))
        with pytest.raises(ValueError, match="filters must"):
            build(filters=())
        with pytest.raises(ValueError, match="H and W of at least"):
            build((20, 6, 48, 3))
    with pytest.raises(ValueError, match="kernel_size must be odd"):
        build_segmenter(kernel_size=4)
    with pytest.raises(ValueError, match=r"must be \(N, T, 2\)"):
        boundary_loss(np.zeros((2, 5)), np.zeros((2, 5, 2)))
    with pytest.raises(ValueError, match="weight must be"):
        boundary_loss(np.zeros((2, 5, 2)), np.zeros((2, 5, 2)), weight=0)
