"""Answers to lesson 10 as learners write them: right ones in other words, and near misses."""

import ast
import importlib
import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from vidlearn.course import challenge
from vidlearn.course.answers import library_name
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson10 import circle, fooling, shown, training, turned
from vidlearn.course.exercises.lesson10.networks import CNN_RNN_MISTAKES, cnn_rnn, network_cases
from vidlearn.course.exercises.lesson10.orders import order_cases, somebodys_shuffle

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(scope="module", autouse=True)
def _keras_is_loaded():
    """Before an answer's time is measured, as in the lesson."""
    importlib.import_module("keras")


# The network --------------------------------------------------------------------------------


def in_turn(shape, classes, filters, features, units):
    """Wrap each layer of the CNN, in place of the two reshapes."""
    import keras
    from keras import layers

    every = layers.TimeDistributed
    clips = keras.Input(shape)
    x = layers.Rescaling(1 / 128, offset=-1)(clips)
    for count in filters:
        x = every(layers.Conv2D(count, 3, padding="same", activation="relu"))(x)
        x = every(layers.MaxPooling2D())(x)
    x = every(layers.Dense(features, activation="tanh"))(every(layers.Flatten())(x))
    return keras.Model(clips, layers.Dense(classes)(layers.GRU(units)(x)))


def one_cnn(shape, classes, filters, features, units):
    """Build the CNN as a model of its own, for clips of any length."""
    import keras
    from keras import layers

    cnn = keras.Sequential()
    for count in filters:
        cnn.add(layers.Conv2D(count, 3, padding="same", activation="relu"))
        cnn.add(layers.MaxPooling2D())
    cnn.add(layers.Flatten())
    cnn.add(layers.Dense(features, activation="tanh"))
    clips = keras.Input((None, *shape[1:]))
    x = layers.TimeDistributed(cnn)(layers.Rescaling(1 / 128, offset=-1)(clips))
    states = layers.GRU(units, return_sequences=True)(x)
    return keras.Model(clips, layers.Dense(classes)(states[:, -1]))


def packaged(shape, classes, filters, features, units):
    from vidlearn.models import build_cnn_rnn

    return build_cnn_rnn(shape, classes, filters=filters, features=features, units=units)


@pytest.mark.parametrize("answer", [cnn_rnn, in_turn, one_cnn])
def test_network_is_right_in_other_words(answer):
    assert grade(get("cnn-rnn"), answer).status == "right"


def test_network_is_the_packaged_one():
    from vidlearn.models import predict_clips

    case = network_cases()[0]
    ours, theirs = cnn_rnn(*case), packaged(*case)
    theirs.set_weights(ours.get_weights())
    clips = np.random.default_rng(1).integers(0, 256, (2, *case[0]))
    np.testing.assert_allclose(predict_clips(ours, clips), predict_clips(theirs, clips), atol=1e-6)


def every_state(shape, classes, filters, features, units):
    import keras
    from keras import layers

    model = cnn_rnn(shape, classes, filters, features, units)
    gru = next(layer for layer in model.layers if isinstance(layer, layers.GRU))
    states = layers.GRU(units, return_sequences=True)(gru.input)
    return keras.Model(model.input, layers.Dense(classes)(states))


def not_unfolded(shape, classes, filters, features, units):
    import keras
    from keras import layers, ops

    clips = keras.Input(shape)
    x = ops.reshape(layers.Rescaling(1 / 128, offset=-1)(clips), (-1, *shape[1:]))
    x = layers.Dense(features, activation="tanh")(layers.Flatten()(x))
    return keras.Model(clips, layers.Dense(classes)(x))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (every_state, "return_sequences"),
        (not_unfolded, "ops.reshape(x, (-1, frames, features))"),
        (lambda *sizes: cnn_rnn(*sizes).layers, "Return a `keras.Model`"),
        (lambda shape, *rest: cnn_rnn((shape[0] + 1, *shape[1:]), *rest), "takes clips of shape"),
    ],
)
def test_what_is_no_classifier_of_clips_is_told_why(answer, said):
    result = grade(get("cnn-rnn"), answer)
    assert result.status == "wrong"
    assert said in repr(result)


def test_every_mistake_of_the_network_is_named():
    for name in ("flattened-over-time", "mean-over-time", "torn", "mean-over-places", "softmax"):
        result = grade(get("cnn-rnn"), CNN_RNN_MISTAKES[name])
        assert (result.status, result.misconception) == ("wrong", name)


# The control --------------------------------------------------------------------------------


def shuffled_in_a_copy(clips, rng):
    out = clips.copy()
    for clip in out:
        rng.shuffle(clip)
    return out


def by_sorting_noise(clips, rng):
    orders = rng.random(clips.shape[:2]).argsort(axis=1)
    return clips[np.arange(len(clips))[:, None], orders]


def by_numpy_s_old_generator(clips, rng):
    return np.array([clip[np.random.permutation(len(clip))] for clip in clips])  # noqa: NPY002


def by_a_generator_of_its_own(clips, rng):
    rng = np.random.default_rng(7)
    return np.stack([clip[rng.permutation(len(clip))] for clip in clips])


def shuffled_in_place(clips, rng):
    for clip in clips:
        rng.shuffle(clip)
    return clips


def with_one_generator_per_clip(clips, rng):
    return np.stack([clip[np.random.default_rng(0).permutation(len(clip))] for clip in clips])


def with_the_order_thrown_away(clips, rng):
    out = clips.copy()
    for clip in out:
        rng.permutation(clip)
    return out


def with_two_frames_swapped(clips, rng):
    out = clips.copy()
    for clip in out:
        a, b = rng.choice(len(clip), 2, replace=False)
        clip[[a, b]] = clip[[b, a]]
    return out


def turned_or_rotated(clips, rng):
    some = [clip[:: rng.choice([-1, 1])] for clip in clips]
    return np.stack([np.roll(clip, rng.integers(len(clip)), axis=0) for clip in some])


def as_lists(clips, rng):
    return [[clip[k] for k in rng.permutation(len(clip))] for clip in clips]


@pytest.mark.parametrize("answer", [shuffled_in_a_copy, by_sorting_noise, as_lists])
def test_own_order_is_right_in_other_words(answer):
    assert grade(get("own-order"), answer).status == "right"


@pytest.mark.parametrize(
    ("answer", "misconception"),
    [
        (lambda clips, rng: [rng.choice(clip, len(clip)) for clip in clips], "with-replacement"),
        (by_numpy_s_old_generator, "own-generator"),
        (by_a_generator_of_its_own, "own-generator"),
        (shuffled_in_place, "input-changed"),
        (lambda clips, rng: rng.permutation(clips), "clips-not-frames"),
        (lambda clips, rng: np.flip(clips, 1), "reversed"),
        (lambda clips, rng: clips.copy(), "unchanged"),
        (with_the_order_thrown_away, "unchanged"),
        (with_two_frames_swapped, "two-swapped"),
        (turned_or_rotated, "rotated"),
        (with_one_generator_per_clip, "made-anew"),
        (lambda clips, rng: np.roll(clips, 3, axis=1), "made-anew"),
        (lambda clips, rng: rng.permutation(clips, axis=1), "whole-array"),
        (lambda clips, rng: clips / 255, None),
        (lambda clips, rng: clips[0], None),
        (lambda clips, rng: [*clips[1:], clips[0, :3]], None),
        (lambda clips, rng: clips.astype(str), None),
    ],
)
def test_near_misses_of_the_control_are_named(answer, misconception):
    result = grade(get("own-order"), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def shuffled_by_one_list(clips, rng):
    order = list(range(clips.shape[1]))
    rng.shuffle(order)
    return np.stack([clip[order] for clip in clips])


@pytest.mark.parametrize("answer", [somebodys_shuffle, shuffled_by_one_list])
def test_one_order_for_all_is_not_mended(answer):
    assert grade(get("own-order"), answer).status == "not_yet"


def test_what_became_of_the_frames_is_told_in_words():
    assert "not drawn with rng" in repr(grade(get("own-order"), by_numpy_s_old_generator))
    assert "neighbours" in repr(grade(get("own-order"), turned_or_rotated))
    for answer in (lambda clips, rng: [*clips[1:], clips[0, :3]], lambda clips, rng: rng):
        assert "no array of numbers" in repr(grade(get("own-order"), answer))


def test_the_function_to_repair_is_the_one_in_the_lesson():
    cells = json.loads((NOTEBOOKS / "10_cnn_rnn.ipynb").read_text(encoding="utf-8"))["cells"]
    (source,) = ("".join(c["source"]) for c in cells if "def my_own_order" in "".join(c["source"]))
    tree = ast.parse(source)
    space = {"np": np}
    stub = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    exec(compile(ast.Module(stub, []), "stub", "exec"), space)
    (clips, _), seed = order_cases()[0], 5
    given, ours = (
        f(clips, np.random.default_rng(seed)) for f in (space["my_own_order"], somebodys_shuffle)
    )
    np.testing.assert_array_equal(given, ours)
    assert inspect.signature(space["my_own_order"]) == inspect.signature(somebodys_shuffle)


FOOLS = circle(0.25, 0.25, 0.14, degrees=60)


# The challenge ------------------------------------------------------------------------------


def test_a_circle_turns_clockwise_by_equal_steps():
    path = circle(0.5, 0.4, 0.2, degrees=40, start=10)
    np.testing.assert_allclose(path[0], (0.5 + 0.2 * np.cos(np.radians(10)), 0.4347296), atol=1e-6)
    np.testing.assert_allclose(turned(circle(0.5, 0.5, 0.2)), 36, atol=1e-9)
    np.testing.assert_allclose(turned(circle(0.5, 0.5, 0.2)[::-1]), -36, atol=1e-9)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (circle(0.5, 0.5, 0.28)[:8], "10 places"),
        ("a circle", "no list of numbers"),
        (circle(0.5, 0.5, 0.45), "from 0.1 to 0.9"),
        (circle(0.5, 0.5, 0.28)[::-1], "clockwise by 20 to 110 degrees"),
        (circle(0.5, 0.5, 0.28, degrees=144), "clockwise by 20 to 110 degrees"),
        (np.tile((0.5, 0.5), (10, 1)), "clockwise by"),
        ([(0.5, 0.5)] * 9 + [(0.5, np.nan)], "That of frame 9 is not finite"),
        ([(10**400, 0.5)] * 10, "no list of numbers"),
    ],
)
def test_paths_that_are_none_are_refused(path, said):
    with pytest.raises(Refusal, match=said):
        fooling.checked(path)


def test_the_network_that_ships_knows_laps_and_the_challenge_is_open():
    from vidlearn.synthetic import laps

    test = laps(60, frames=10, things=["cup", "horse", "flower"], photographs=["cat", "grass"],
                seed=7)  # fmt: skip
    assert training.accuracy(fooling.shipped_network(), test.frames, test.labels) > 0.9
    assert fooling.fooling_score(lambda: circle(0.5, 0.5, 0.28)) < 0.05
    assert fooling.fooling_score(lambda: None) is None
    assert challenge("fooling-path", lambda: FOOLS)


def test_a_path_may_be_searched_for_with_what_the_hints_name():
    from vidlearn import models, synthetic
    from vidlearn.course.exercises.lesson10 import answers_along

    def searched():
        paths = [circle(0.5, 0.5, r) for r in (0.2, 0.3)]
        films = [synthetic.along(path, None, None) for path in paths]
        said = [answers_along(None, film)[9] for film in films]
        said += [models.predict_clips(None, film) for film in films]
        return max(paths, key=lambda path: turned(path).sum() + len(said))

    assert library_name(searched, get("fooling-path").allows) is None


# What is shown ------------------------------------------------------------------------------


def test_answers_along_asks_about_the_last_frames():
    network = fooling.shipped_network()
    clip = np.random.default_rng(2).integers(0, 256, (12, 32, 32, 3), np.uint8)
    found = training.answers_along(network, clip)
    from vidlearn.models import predict_clips

    np.testing.assert_allclose(found[10], predict_clips(network, clip[1:11]), atol=1e-5)
    first = predict_clips(network, clip[[0] * 9 + [1]])
    np.testing.assert_allclose(found[1], first, atol=1e-5)
    film = shown.answer_film(clip, found, ["a", "b", "c", "d"], side=128)
    assert film.shape[:2] == (12, 128)


def test_answers_along_looks_back_as_far_as_the_network():
    """In another preset a network takes more frames, or fewer."""
    clip = np.random.default_rng(2).integers(0, 256, (9, 8, 12, 3), np.uint8)
    network = cnn_rnn((4, 8, 12, 3), 5, (3, 4), 6, 7)
    found = training.answers_along(network, clip)
    np.testing.assert_allclose(found, training.answers_along(network, clip, window=4))


def test_errors_are_counted_by_thing_and_photograph():
    network, names = fooling.shipped_network(), (["cup", "horse"], ["cat", "tissue", "grass"])
    shape = {"frames": 10, "size": (32, 32)}
    wrong, table = training.where_it_errs([network, network], *names, count=8, shape=shape)
    assert wrong.shape == (2, 2, 3)
    assert table.sum() == 2 * 6 * 8
    assert (table.sum() - np.trace(table)) / table.sum() == pytest.approx(wrong.mean())
