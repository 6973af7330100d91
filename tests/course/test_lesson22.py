"""Lesson 22: joins and their truth, what learns from them, what it draws, and the challenge."""

import numpy as np
import pytest

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson22 import (
    as_spans,
    both_curves,
    differing,
    dissolving,
    first_film,
    fooling,
    learning,
    order_lost,
    segmenting,
    shrunk,
    trick_score,
)
from vidlearn.shots import Transition
from vidlearn.synthetic import targets


def test_a_dissolve_by_hand():
    old, new = (np.full((n, 1, 1, 3), level, np.uint8) for n, level in ((4, 30), (5, 180)))
    film, begins, during = dissolving.dissolve(old, new, 2)
    assert film[:, 0, 0, 0].tolist() == [30, 30, 80, 130, 180, 180, 180]
    assert begins.tolist() == [0, 0, 0, 1, 0, 0, 0]
    assert during.tolist() == [0, 0, 1, 1, 0, 0, 0]


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_its_marks_are_those_that_networks_learn(length):
    old, new = np.zeros((9, 2, 2, 3), np.uint8), np.full((8, 2, 2, 3), 90, np.uint8)
    film, begins, during = dissolving.dissolve(old, new, length)
    start = 9 - length
    single, many = targets([(start, start + length)], len(film))
    np.testing.assert_array_equal(begins, single)
    np.testing.assert_array_equal(during, many)


def test_the_segmenter_hears_the_whole_film_and_the_given_one_does_not():
    sizes = segmenting.segmenter_cases()[0]
    right = segmenting.told(segmenting.segmenter(*sizes), *sizes)
    assert right["frame 8 depends on frames"] == list(range(16))
    assert right["the shape, for a film of 16 frames"] == ("N", 16, 2)
    one_way = segmenting.told(segmenting.SEGMENTER_MISTAKES["one-way"](*sizes), *sizes)
    assert one_way["frame 8 depends on frames"] == list(range(10))
    given = segmenting.told(segmenting.as_given(*sizes), *sizes)
    assert given["the shape, for a film of 16 frames"] == ("N", 2)


@pytest.mark.parametrize("came", [3, "model"])
def test_what_is_no_network_is_refused_kindly(came):
    with pytest.raises(Refusal, match=r"keras\.Model"):
        segmenting.told(came, 4, 5, 3)


def test_frames_out_of_order_find_back():
    frames = np.arange(40)[:, None, None, None] * np.ones((1, 2, 2, 3), int)
    mixed, back = order_lost(frames, span=16)
    np.testing.assert_array_equal(mixed[back], frames)
    assert (mixed[:, 0, 0, 0] != np.arange(40)).any()
    assert set(mixed[:16, 0, 0, 0]) == set(range(16))


def test_each_frame_is_seen_alone_however_long_the_film():
    import keras

    cnn = keras.Sequential([keras.Input((4, 6, 3)), keras.layers.Flatten(), keras.layers.Dense(2)])
    film = np.random.default_rng(0).normal(size=(2, 5, 4, 6, 3)).astype("float32")
    layer = learning.each_frame(cnn)
    said = keras.ops.convert_to_numpy(layer(film))
    alone = keras.ops.convert_to_numpy(cnn(film[1]))
    np.testing.assert_allclose(said[1], alone, atol=1e-5)


def test_training_goes_down(monkeypatch):
    import keras

    monkeypatch.setenv("VIDLEARN_PRESET", "tiny")
    monkeypatch.setenv("VIDLEARN_PROGRESS", "off")
    rng = np.random.default_rng(22)
    frames = np.repeat(rng.integers(0, 256, (8, 2, 1, 1, 3)), 8, 1).astype(np.uint8)
    frames = np.broadcast_to(frames, (8, 16, 4, 6, 3)).copy()
    marks = np.zeros((8, 16, 2), np.float32)
    marks[:, 8] = 1

    def build():
        film = keras.Input((None, 4, 6, 3))
        x = keras.layers.Rescaling(1 / 128, offset=-1)(film)
        x = keras.layers.Reshape((-1, 72))(x)
        x = keras.layers.Conv1D(8, 3, padding="same", activation="relu")(x)
        return keras.Model(film, keras.layers.Dense(2)(x))

    model = learning.learn_scores(build, (frames, marks), epochs=30, rate=0.02, name="test-22")
    losses = model.history.history["loss"]
    assert losses[-1] < losses[0] / 2


def test_the_first_film_holds_what_the_text_says():
    film = first_film()
    assert {"cut", "dissolve"} == set(film.kinds)
    assert {"flash", "jolt", "crossing"} <= {name for name, _, _ in film.traps}
    assert shrunk(film.frames[:3]).shape == (3, 27, 48, 3)


def test_curves_grow_with_the_film():
    frames = np.full((6, 20, 40, 3), 128, np.uint8)
    curves = {"a": np.array([0, 1, 9, 1, 8, 1.0]), "b": np.arange(6) / 6}
    film = both_curves(frames, curves, truth=[(2, 2)], traps=[("flash", 4, 5)], times=2)
    assert film.shape[0] == 6
    assert film.shape[2] == 80
    assert film.shape[1] % 2 == 0
    blue = (film == (207, 227, 241)).all(axis=-1).any(axis=(1, 2))
    orange = (film == (246, 223, 207)).all(axis=-1).any(axis=(1, 2))
    assert blue.tolist() == [False, False, True, True, True, True]
    assert orange.tolist() == [False, False, False, False, True, True]


def test_where_two_methods_differ():
    rules = [Transition(10, 10, "cut", 1.0), Transition(40, 40, "cut", 1.0)]
    network = [Transition(11, 11, "cut", 1.0), Transition(60, 70, "wipe", 1.0)]
    assert differing(rules, network) == [("first", 40), ("second", 65)]
    spans, kinds = as_spans(network)
    assert spans.tolist() == [[11, 11], [60, 70]]
    assert kinds == ["cut", "wipe"]


@pytest.fixture
def seen(monkeypatch):
    """Two grey shots; the network falls for a white stripe of two columns and more."""
    shots = {seed: np.full((60, 27, 48, 3), 100 + k, np.uint8) for k, seed in enumerate((1, 2))}
    monkeypatch.setattr(fooling, "SEEDS", tuple(shots))
    monkeypatch.setattr(fooling, "one_shot", shots.get)
    monkeypatch.setattr(
        fooling, "doubt", lambda film: float((film == 255).mean(axis=(1, 2, 3)).max() > 1 / 48)
    )


def striped(columns):
    def trick(frames):
        frames[30:, :, :columns] = 255
        return frames

    return trick


@pytest.mark.parametrize(("columns", "score"), [(12, 0.25), (2, 2 / 48), (1, 1.0), (0, 1.0)])
def test_a_trick_is_worth_what_it_changes_where_the_network_falls_for_it(seen, columns, score):
    assert trick_score(striped(columns)) == pytest.approx(score)


def test_no_trick_no_score(seen):
    assert trick_score(lambda frames: None) is None


@pytest.mark.parametrize(
    "came", [7, "film", np.zeros((60, 27, 48, 3)), np.zeros((2, 27, 48, 3), int),
             np.full((60, 27, 48, 3), 300), np.full((60, 27, 48, 3), -1)],
)  # fmt: skip
def test_what_is_no_film_is_refused_kindly(seen, came):
    with pytest.raises(Refusal, match=r"whole numbers|from 0 to 255"):
        trick_score(lambda frames: came)
