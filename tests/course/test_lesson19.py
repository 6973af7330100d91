"""Answers to lesson 19 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn import metrics
from vidlearn.course import challenge
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get
from vidlearn.course.exercises.lesson19 import barred, first_filters, poked, same_accuracy
from vidlearn.course.exercises.lesson19.blocks import block_cases, temporal_block, told
from vidlearn.course.exercises.lesson19.calm import calm_score, noisy_scores
from vidlearn.course.exercises.lesson19.convolving import causal_conv, conv_cases
from vidlearn.course.exercises.lesson19.reaching import reach_cases, receptive_field
from vidlearn.models import receptive_field as library_field
from vidlearn.scratch import conv1d_forward

# The convolution ----------------------------------------------------------------------------


def frame_by_frame(x, w, dilation):
    out = np.zeros((len(x), w.shape[2]))
    for t in range(len(x)):
        for k in range(len(w)):
            then = t - (len(w) - 1 - k) * dilation
            if then >= 0:
                out[t] += x[then] @ w[k]
    return out.tolist()


def with_the_kernel_spread(x, w, dilation):
    """Put zeros between the kernel's rows, and convolve without dilation."""
    spread = np.zeros(((len(w) - 1) * dilation + 1, *w.shape[1:]))
    spread[::dilation] = w
    padded = np.concatenate([np.zeros((len(spread) - 1, x.shape[1])), x])
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(spread), axis=0)
    return np.einsum("tck,kcf->tf", windows, spread)


def to_lists(x, w, dilation):
    return causal_conv(x.astype("float32"), w.astype("float32"), dilation).tolist()


@pytest.mark.parametrize("answer", [causal_conv, frame_by_frame, with_the_kernel_spread, to_lists])
def test_causal_conv_accepts_other_words(answer):
    assert grade(get("causal-conv"), answer)


def moved_later(x, w, dilation):
    """Right as long as the film is longer than the kernel reaches."""
    back = (len(w) - 1) * dilation
    ago = [np.concatenate([np.zeros((back - k * dilation, x.shape[1])),
                           x[: len(x) - back + k * dilation]]) for k in range(len(w))]  # fmt: skip
    return sum(each @ row for each, row in zip(ago, w, strict=True))


def cleared(x, w, dilation):
    out = causal_conv(x, w, dilation)
    x[:] = 0
    return out


@pytest.mark.parametrize("answer", [moved_later, cleared])
def test_causal_conv_refuses(answer):
    assert grade(get("causal-conv"), answer).status == "wrong"


def test_causal_conv_by_hand():
    """100 times two frames ago, and now: 1, 2, then 4 + 100, 8 + 200, 16 + 400."""
    assert causal_conv(*conv_cases()[0]).ravel().tolist() == [1, 2, 104, 208, 416]


@pytest.mark.parametrize("case", range(8))
def test_causal_conv_is_the_librarys_and_keras(case):
    from keras import ops

    x, w, dilation = conv_cases()[case]
    found = causal_conv(x, w, dilation)
    back = (len(w) - 1) * dilation
    out, _ = conv1d_forward(x[None].astype(float), w, padding=((back, 0),), dilation=dilation)
    np.testing.assert_allclose(found, out[0], rtol=1e-9, atol=1e-12)
    padded = np.pad(x.astype("float32"), ((back, 0), (0, 0)))[None]
    keras = ops.conv(padded, w.astype("float32"), padding="valid", dilation_rate=dilation)
    np.testing.assert_allclose(found, np.asarray(keras)[0], rtol=1e-4, atol=1e-5)


def test_no_frame_hears_of_a_later_one():
    x, w, dilation = conv_cases()[2]
    moves = poked(lambda films: np.stack([causal_conv(f, w, dilation) for f in films]), x, 9)
    assert np.flatnonzero(moves).tolist() == [3, 6, 9]


# The receptive field ------------------------------------------------------------------------


def layer_by_layer(kernel_size, dilations, convolutions):
    seen = {0}
    for dilation in dilations:
        for _ in range(convolutions):
            seen = {t + k * dilation for t in seen for k in range(kernel_size)}
    return np.int64(max(seen) - min(seen) + 1)


@pytest.mark.parametrize("answer", [receptive_field, layer_by_layer, library_field])
def test_receptive_field_is_what_a_poke_finds(answer):
    for case in reach_cases():
        assert answer(*case) == receptive_field(*case)


def test_receptive_field_accepts_other_words():
    assert grade(get("receptive-field"), layer_by_layer)


# The block ----------------------------------------------------------------------------------


def padded_by_hand(features, filters, kernel_size, dilation):
    import keras
    from keras import layers

    x = keras.Input((None, features))
    around = x if features == filters else layers.Dense(filters)(x)
    y = x
    for _ in range(2):
        y = layers.ZeroPadding1D(((kernel_size - 1) * dilation, 0))(y)
        y = layers.Conv1D(filters, kernel_size, dilation_rate=dilation)(y)
        y = layers.Activation("relu")(y)
    return keras.Model(x, layers.Activation("relu")(around + y))


def test_temporal_block_accepts_other_words():
    assert grade(get("temporal-block"), temporal_block)


def test_a_block_may_go_around_by_a_dense_layer():
    assert grade(get("temporal-block"), padded_by_hand)


def test_a_block_with_a_name_could_not_be_stacked():
    import keras

    def named(*sizes):
        net = temporal_block(*sizes)
        return keras.Model(net.inputs, net.outputs, name="block")

    result = grade(get("temporal-block"), named)
    assert result.status == "wrong"
    assert "each name once" in repr(result)


def test_a_block_sees_what_its_receptive_field_says():
    for sizes in block_cases():
        reads = told(temporal_block(*sizes), *sizes)["frame 8 depends on frames"]
        reach = receptive_field(sizes[2], [sizes[3]], 2)
        assert reads == sorted(range(8, max(-1, 8 - reach), -sizes[3]))


def test_a_block_with_a_memory_depends_on_all_that_was():
    sizes = block_cases()[0]
    found = told(get("temporal-block").mistakes["gru"](*sizes), *sizes)
    assert found["frame 8 depends on frames"] == list(range(9))


# What is shown ------------------------------------------------------------------------------


def test_two_labellings_of_one_accuracy():
    truth = np.repeat([3, 0, 5, 1, 3], [40, 25, 60, 30, 45])
    flickering, late = same_accuracy(truth, 6, seed=4)
    for each in (flickering, late):
        assert metrics.frame_accuracy(each, truth) == 0.9
    assert len(metrics.segments(late)) == 5
    assert len(metrics.segments(flickering)) > 35
    assert metrics.segmental_f1(late, truth) == 1
    short = np.repeat([0, 1, 2, 0], [40, 3, 40, 17])
    assert len(metrics.segments(same_accuracy(short, 3)[1])) == 4  # none is lost


def test_bars_fill_up_and_keep_their_colours():
    frames = np.full((4, 6, 40, 3), 7, np.uint8)
    film = barred(frames, {"truth": np.array([0, 0, 1, 1])}, colours=["#ff0000", "#00ff00"])
    assert film.shape[0] == 4
    assert film.shape[1] % 2 == film.shape[2] % 2 == 0
    red, green = ((film == colour).all(axis=-1).sum(axis=(1, 2))
                  for colour in ([255, 0, 0], [0, 255, 0]))  # fmt: skip
    assert 0 < red[0] < red[1] == red[2] == red[3]
    assert green[:2].tolist() == [0, 0]
    assert 0 < green[2] < green[3]


def test_no_two_actions_look_alike_in_a_bar():
    frames = np.zeros((2, 6, 60, 3), np.uint8)
    looks = {barred(frames, {"": np.full(2, label)})[-1].tobytes() for label in range(13)}
    assert len(looks) == 13


def test_first_filters_are_those_of_one_difference_then_those_of_the_other():
    kernels = np.random.default_rng(1).normal(size=(3, 3, 6, 5))
    shown = first_filters(kernels)
    assert [each.shape for each in shown] == [(3, 3)] * 10
    assert np.abs(shown).max() == 1
    for found, at, f in ((shown[1], slice(0, 3), 1), (shown[7], slice(3, 6), 2)):
        wanted = kernels[:, :, at, f].sum(axis=2)
        np.testing.assert_allclose(found / found[0, 0], wanted / wanted[0, 0])


# The challenge ------------------------------------------------------------------------------


def mean_around(window):
    def answer(scores):
        kernel = np.ones(window) / window
        smooth = [np.convolve(column, kernel, mode="same") for column in scores.T]
        return np.argmax(smooth, axis=0)

    return answer


def viterbi(scores, price=10.0):
    likely = np.log(scores + 1e-9)
    best, choices = likely[0], []
    for now in likely[1:]:
        change = best.argmax()
        stays = best >= best[change] - price
        choices.append(np.where(stays, np.arange(len(best)), change))
        best = np.where(stays, best, best[change] - price) + now
    labels = [best.argmax()]
    for choice in choices[::-1]:
        labels.append(choice[labels[-1]])
    return np.array(labels[::-1])


def none_is_short(scores, least=8):
    """Give segments that are too short to be true to the longer of their neighbours."""
    labels = mean_around(5)(scores)
    while True:
        parts = metrics.segments(labels)
        lengths = parts[:, 1] - parts[:, 0]
        k = lengths.argmin()
        if lengths[k] >= least:
            return labels
        around = [n for n in (k - 1, k + 1) if 0 <= n < len(parts)]
        longer = max(around, key=lambda n: lengths[n])
        labels[parts[k, 0] : parts[k, 1]] = parts[longer, 2]


def test_the_bar_lies_above_a_mean_and_below_two_ideas():
    """The scores are those that the lesson tells."""
    bar = get("calm-labels").bar
    shares = {n: calm_score(mean_around(n)) for n in (1, 3, 5, 7, 9, 11, 13, 15, 17, 21, 31)}
    assert max(shares.values()) == shares[15] < bar - 0.02
    told = [shares[9], shares[15], calm_score(none_is_short), calm_score(viterbi)]
    assert np.round(told, 2).tolist() == [0.55, 0.80, 0.92, 0.94]
    assert min(told[2:]) > bar


@pytest.mark.parametrize(
    "labels", [np.zeros(599, int), np.full(600, 6), -np.ones(600, int), np.zeros(600), "walk"]
)
def test_what_are_no_labels_is_refused(labels):
    assert "whole numbers from 0 to 5" in repr(challenge("calm-labels", lambda scores: labels))


def test_a_class_too_high_is_told():
    assert "from 1 to 6" in repr(challenge("calm-labels", lambda s: 1 + s.argmax(axis=1)))


def test_an_empty_challenge_is_no_answer():
    assert calm_score(lambda scores: None) is None


def test_films_of_the_challenge_have_long_actions_and_short_ones():
    scores, labels = noisy_scores(3)
    assert scores.shape == (600, 6)
    assert np.allclose(scores.sum(axis=1), 1)
    lengths = np.diff(metrics.segments(labels)[:, :2], axis=1)[:-1]
    assert 8 <= lengths.min() < 20
    assert 50 < lengths.max() <= 90
    found = scores.argmax(axis=1)
    assert metrics.frame_accuracy(found, labels) > 0.6
    assert len(metrics.segments(found)) > 5 * len(lengths)
