"""The network that comes with the library, and the training that made it."""

import signal

import keras
import numpy as np
import pytest

from vidlearn.masks import adapt, load_base, predict_masks, propagate, train
from vidlearn.metrics import region_similarity
from vidlearn.runs import RunError
from vidlearn.synthetic import hide_and_seek

SMALL = {"films": 1, "frames": 6, "window": (32, 32), "count": 24}


def test_the_base_takes_any_size_and_is_a_new_one_each_time():
    base, other = load_base(), load_base()
    frames = hide_and_seek(2, (37, 50), world="seen", seed=3).frames
    assert predict_masks(base, frames).shape == (2, 37, 50)
    other.set_weights([0 * value for value in other.get_weights()])
    assert any(value.any() for value in base.get_weights())


def test_the_base_finds_things_and_its_copy_beats_flow():
    keras.utils.set_random_seed(0)
    film = hide_and_seek(24, world="unseen", seed=102)
    truth = film.mask_of(0)
    base = load_base()
    things = predict_masks(base, film.frames) > 0.5
    assert region_similarity(things, film.masks > 0).mean() > 0.4
    copy = adapt(base, film.frames[0], truth[0], pairs=800)
    found = predict_masks(copy, film.frames) > 0.5
    by_flow = region_similarity(propagate(film.frames, truth[0]), truth).mean()
    assert region_similarity(found, truth).mean() > by_flow + 0.1


def test_a_training_that_was_stopped_ends_as_one_that_was_not(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "FILTERS", (2, 4))
    whole = train.train(tmp_path / "whole", seed=4, chunks=3, **SMALL)
    draw, asked = train.chunk_pairs, []

    def stopping(seed, chunk, **options):
        if chunk == 1 and not asked:
            asked.append(chunk)
            signal.raise_signal(signal.SIGINT)
        return draw(seed, chunk, **options)

    monkeypatch.setattr(train, "chunk_pairs", stopping)
    out = tmp_path / "parts"
    with pytest.raises(KeyboardInterrupt, match="chunk 2 comes anew"):
        train.train(out, seed=4, chunks=3, **SMALL)
    saved = keras.saving.load_model(out / "unet.keras").get_weights()
    again = train.train(out, seed=4, chunks=3, **SMALL)
    for one, two in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)
    assert any(np.abs(a - b).max() > 1e-3 for a, b in zip(saved, again.get_weights(), strict=True))
    ready = keras.saving.load_model(out / "unet.keras")
    assert not ready.compiled
    np.testing.assert_array_equal(ready.get_weights()[0], again.get_weights()[0])
    with pytest.raises(ValueError, match="holds a training with"):
        train.train(out, seed=5, chunks=3, **SMALL)
    (out / "last.npz").write_bytes(b"PK")
    with pytest.raises(RunError):
        train.train(out, seed=4, chunks=3, **SMALL)


def test_pairs_of_a_chunk_are_its_own():
    one, same, other = (train.chunk_pairs(0, k, **SMALL) for k in (0, 0, 1))
    np.testing.assert_array_equal(one[0], same[0])
    assert one[0].shape == (24, 32, 32, 4)
    assert one[1].shape == (24, 32, 32)
    assert not np.array_equal(one[0], other[0])
