"""Answers to lesson 17 as learners write them: right ones in other words, and near misses."""

import ast
import importlib
import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from vidlearn.course import challenge, check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson17 import (
    by_thought,
    first_layer,
    forwards_score,
    networks,
    reversing,
)
from vidlearn.course.exercises.lesson17.copies import fair_cases, fair_clips, told
from vidlearn.course.exercises.lesson17.kernels import as_given, conv_in_time, fast, time_cases
from vidlearn.course.exercises.lesson17.networks import c3d, network_cases
from vidlearn.scratch import conv3d_forward

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(scope="module", autouse=True)
def _keras_is_loaded():
    """Before an answer's time is measured, as in the lesson."""
    importlib.import_module("keras")


# A kernel through time ----------------------------------------------------------------------


def plane_by_plane(clip, kernel):
    """Add up filtered planes, as one would with lesson 03's own function."""
    places = len(clip) - len(kernel) + 1
    out = [sum(fast(clip[t + q][None], k[None])[0] for q, k in enumerate(kernel))
           for t in range(places)]  # fmt: skip
    return np.array(out)


def by_einsum(clip, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(clip, kernel.shape)
    return np.einsum("tijquv,quv->tij", windows, kernel).tolist()


@pytest.mark.parametrize("answer", [conv_in_time, fast, plane_by_plane, by_einsum])
def test_conv_in_time_accepts_other_words(answer):
    assert grade(get("conv-in-time"), answer)


def test_conv_in_time_by_hand():
    """Frames (0, 1), (2, 3), (4, 5); slices 1 and 10: 0 + 20, 1 + 30; 2 + 40, 3 + 50."""
    assert conv_in_time(*time_cases()[0]).tolist() == [[[20, 31]], [[42, 53]]]


@pytest.mark.parametrize("case", range(5))
def test_conv_in_time_is_the_librarys(case):
    clip, kernel = time_cases()[case]
    out, _ = conv3d_forward(clip[None, ..., None], kernel[..., None, None])
    np.testing.assert_allclose(conv_in_time(clip, kernel), out[0, ..., 0], rtol=1e-9, atol=1e-12)


def test_cases_of_the_kernel_break_every_symmetry():
    for clip, kernel in time_cases()[1:4]:
        assert len(set(kernel.shape)) > 1
        assert not np.allclose(kernel, kernel[::-1])
        assert clip.shape[0] - kernel.shape[0] + 1 != clip.shape[0]


def test_a_kernel_that_sees_pictures_cannot_tell_an_order():
    """What the repair is about: pictures' answers only change places, those in time change."""
    clip, kernel = time_cases()[2]
    image = get("conv-in-time").mistakes["image-and-places"]
    np.testing.assert_allclose(image(clip[::-1], kernel), image(clip, kernel)[::-1])
    there, back = conv_in_time(clip, kernel), conv_in_time(clip[::-1], kernel)
    assert not np.allclose(np.sort(there.ravel()), np.sort(back.ravel()))


def test_going_on_over_the_end_is_named_though_it_stops_with_an_error():
    def written(clip, kernel):
        out = np.zeros((len(clip), *fast(clip, kernel).shape[1:]))
        for t in range(len(clip)):
            for q in range(len(kernel)):
                out[t] += fast(clip[t + q][None], kernel[q : q + 1])[0]
        return out

    assert grade(get("conv-in-time"), written).misconception == "over-the-end"


def lesson_code():
    """The code cells of the lesson."""
    cells = json.loads((NOTEBOOKS / "17_c3d.ipynb").read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def stub(name):
    (source,) = (cell for cell in lesson_code() if f"def {name}" in cell)
    tree = ast.parse(source)
    space = {"np": np}
    exec(compile(ast.Module([n for n in tree.body if isinstance(n, ast.FunctionDef)], []),
                 "stub", "exec"), space)  # fmt: skip
    return space[name]


def test_the_function_to_repair_is_the_one_in_the_lesson():
    given = stub("my_conv_in_time")
    for case in time_cases():
        np.testing.assert_allclose(given(*case), as_given(*case), rtol=1e-9, atol=1e-12)
    assert inspect.signature(given) == inspect.signature(conv_in_time)


# Fair clips ---------------------------------------------------------------------------------


def one_by_one(clips, labels, people, tested):
    """Go through the clips; the copies of each follow it at once."""
    found, names = [], []
    for clip, label, person in zip(clips, labels, people, strict=True):
        if person not in tested.tolist():
            found += [clip, clip[::-1], np.flip(clip, 2)]
            names += [label, label + 1 if label % 2 == 0 else label - 1,
                      {8: 9, 9: 8}.get(int(label), label)]  # fmt: skip
    return np.array(found), names


@pytest.mark.parametrize("answer", [fair_clips, one_by_one])
def test_fair_clips_accepts_other_words_and_any_order(answer):
    assert grade(get("fair-clips"), answer)


def test_fair_clips_by_hand():
    clips = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]).reshape(3, 2, 1, 2, 1)
    found, names = fair_clips(clips, np.array([2, 8, 5]), np.array([7, 4, 7]), np.array([4]))
    assert found.reshape(6, 4).tolist() == [
        [1, 2, 3, 4], [9, 10, 11, 12], [3, 4, 1, 2], [11, 12, 9, 10], [2, 1, 4, 3], [10, 9, 12, 11],
    ]  # fmt: skip
    assert names.tolist() == [2, 5, 3, 4, 2, 5]


def test_fair_clips_agree_with_the_worlds_own_copies():
    from vidlearn.synthetic import actions

    some = actions(20, frames=4, size=(32, 32), seed=4)
    found, names = fair_clips(some.frames, some.labels, some.people, some.people[:1])
    rest = some.people != some.people[0]
    back, mirrored = some.backwards(), some.mirrored()
    n = rest.sum()
    np.testing.assert_array_equal(found[n : 2 * n], back.frames[rest])
    np.testing.assert_array_equal(names[n : 2 * n], back.labels[rest])
    np.testing.assert_array_equal(found[2 * n :], mirrored.frames[rest])
    np.testing.assert_array_equal(names[2 * n :], mirrored.labels[rest])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda clips, names: clips, "two things|each clip has a label"),
        (lambda clips, names: (clips, names, names), "two things"),
        (lambda clips, names: (clips, names[:-1]), "each clip has a label"),
        (lambda clips, names: (clips[:, 0], names), "as they went in"),
    ],
)
def test_fair_clips_rejects_another_form(change, said):
    case = fair_cases()[2]
    with pytest.raises(Refusal, match=f"(?i){said}"):
        told(change(*fair_clips(*case)), *case)


def test_cases_of_fair_clips_hold_turns_and_several_clips_of_one_person():
    labels = np.concatenate([case[1] for case in fair_cases()])
    assert {8, 9} <= set(labels.tolist())
    assert any(len(case[2]) > len(set(case[2].tolist())) for case in fair_cases())


# C3D ----------------------------------------------------------------------------------------


def in_a_row(shape, classes, filters):
    """Write most of it as a Sequential, with activations as layers of their own."""
    import keras
    from keras import layers

    clips = keras.Input(shape)
    x = layers.Rescaling(1 / 128, offset=-1)(clips)
    x = layers.Subtract()([x, layers.AveragePooling3D((shape[0], 1, 1))(x)])
    model = keras.Sequential()
    for k, count in enumerate(filters):
        size = (1, 2, 2) if k == 0 else 2
        model.add(layers.Conv3D(count, (3, 3, 3), padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.Activation("relu"))
        model.add(layers.MaxPool3D(size))
    model.add(layers.GlobalAveragePooling3D())
    model.add(layers.Dense(classes))
    return keras.Model(clips, model(x))


def packaged(shape, classes, filters):
    from vidlearn.models import build_c3d

    return build_c3d(shape, classes, filters=filters, centred=True)


def all_in_a_row(shape, classes, filters):
    """A Sequential that learns the shape of its clips when it sees some."""
    import keras
    from keras import layers

    model = keras.Sequential([layers.Rescaling(1 / 128)])
    model.add(layers.Lambda(lambda x: x - keras.ops.mean(x, axis=1, keepdims=True)))
    for k, count in enumerate(filters):
        model.add(layers.Conv3D(count, (3, 3, 3), padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9, epsilon=1e-5))
        model.add(layers.ReLU())
        model.add(layers.MaxPooling3D((min(k, 1) + 1, 2, 2), padding="same"))
    model.add(layers.GlobalAvgPool3D())
    model.add(layers.Dense(classes, activation="linear"))
    return model


def of_ones_own_class(shape, classes, filters):
    """A model that is a class, its layers in an order of their own."""
    import keras
    from keras import layers, ops

    class C3D(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = layers.Dense(classes)
            self.norms = [layers.BatchNormalization(momentum=0.9) for _ in filters]
            self.convs = [layers.Conv3D(f, 3, padding="same", use_bias=False) for f in filters]
            self.pools = [layers.MaxPooling3D((2 if k else 1, 2, 2)) for k in range(len(filters))]

        def call(self, x, training=False):
            x = ops.cast(x, "float32") / 128
            x = x - ops.mean(x, axis=1, keepdims=True)
            for conv, norm, pool in zip(self.convs, self.norms, self.pools, strict=True):
                x = pool(ops.relu(norm(conv(x), training=training)))
            return self.head(ops.mean(x, axis=(1, 2, 3)))

    return C3D()


@pytest.mark.parametrize("answer", [c3d, in_a_row, packaged, all_in_a_row, of_ones_own_class])
def test_c3d_accepts_other_words(answer):
    assert grade(get("c3d"), answer)


def test_the_first_layer_of_ones_own_class_is_found():
    shape, classes, filters = network_cases()[0]
    model = of_ones_own_class(shape, classes, filters)
    model(np.zeros((1, *shape), np.uint8))
    assert first_layer(model).kernel.shape == (3, 3, 3, 3, filters[0])


def test_two_faults_of_a_c3d_at_once_are_both_said():
    result = grade(get("c3d"), networks._network(momentum=0.99, last="softmax"))
    assert result.status == "wrong"
    result = grade(get("c3d"), networks._network(momentum=0.99, bias=True))
    assert result.misconception == "usual-momentum-and-biases"


@pytest.mark.parametrize("fault", [{"momentum": 0.99}, {"dropout": 0.5}])
def test_what_shows_in_training_alone_is_measured(fault):
    shape, classes, filters = network_cases()[0]
    ours = networks.told(c3d(shape, classes, filters), shape, classes, filters)
    other = networks.told(networks._network(**fault)(shape, classes, filters),
                          shape, classes, filters)  # fmt: skip
    assert ours["momentum of the batch normalisation"] == 0.9
    assert sum(bool(np.any(ours[key] != other[key])) for key in ours) == 1


def test_c3d_is_the_packaged_one():
    shape, classes, filters = network_cases()[1]
    ours, theirs = c3d(shape, classes, filters), packaged(shape, classes, filters)
    rng = np.random.default_rng(2)
    weights = [np.abs(rng.normal(size=w.shape)) for w in ours.get_weights()]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    x = rng.integers(0, 256, (2, *shape)).astype("float32")
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-4, atol=1e-4)


def two_inputs(shape, classes, filters):
    import keras

    one, other = keras.Input(shape), keras.Input(shape)
    return keras.Model([one, other], one + other)


def maps(shape, classes, filters):
    import keras
    from keras import layers

    clips = keras.Input(shape)
    return keras.Model(clips, layers.Conv3D(classes, 3)(clips))


def columns_first(shape, classes, filters):
    return in_a_row((shape[0], shape[2], shape[1], 3), classes, filters)


def without_axis(shape, classes, filters):
    import keras
    from keras import layers, ops

    clips = keras.Input(shape)
    x = clips - ops.mean(clips, axis=1)
    return keras.Model(clips, layers.Dense(classes)(layers.GlobalAveragePooling3D()(x)))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (without_axis, "keepdims=true"),
        (two_inputs, "one thing goes in"),
        (maps, "a row of"),
        (columns_first, "clips of shape"),
    ],
)
def test_c3d_rejects_another_form(answer, said):
    result = check("c3d", answer)
    assert result.status == "wrong"
    assert said in repr(result).lower()


# The challenge ------------------------------------------------------------------------------


def test_the_challenge_is_over_the_bar_by_thought_and_below_it_as_it_stands():
    exercise = get("forwards")
    assert forwards_score(stub("my_forwards")) < exercise.bar - 0.1
    assert forwards_score(by_thought) == pytest.approx(0.81, abs=0.02)  # the lesson says it


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(reversing, "CLIPS", 20)
    reversing._clips.cache_clear()
    yield
    reversing._clips.cache_clear()


@pytest.mark.parametrize("answer", [lambda c, p: "first", lambda c, p: 2, lambda c, p: c])
def test_the_challenge_rejects_what_is_no_truth(few, answer):
    assert "True" in repr(challenge("forwards", answer))


def test_who_always_says_the_same_scores_a_half_and_who_knows_all_scores_one(few):
    for same in (True, 0, np.bool_(True)):
        assert forwards_score(lambda clip, pair, same=same: same) == 0.5
    some = reversing._clips()
    known = {clip.tobytes(): n for n, clip in enumerate(some.frames)}
    assert forwards_score(lambda clip, pair: some.labels[known[clip.tobytes()]] % 2 == 0) == 1
