"""Answers to lesson 06 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course import challenge
from vidlearn.course.checks import grade, judge
from vidlearn.course.exercises import get
from vidlearn.course.exercises.lesson06 import digits, learning_film, rates


def epoch_by_split(network, x, y, optimiser, batch_size, rng):
    """Batches of about the same size, by the library's own step; the mean by examples."""
    order, total = np.arange(len(x)), 0.0
    rng.shuffle(order)
    for batch in np.array_split(order, -(-len(x) // batch_size)):
        metrics = scratch.train_step(network, x[batch], y[batch], optimizer=optimiser)
        total += metrics["loss"] * len(batch)
    return total / len(x)


def epoch_shuffled_first(network, x, y, optimiser, batch_size, rng):
    order = rng.permutation(len(x))
    x, y, losses, start = x[order], y[order], [], 0
    while start < len(x):
        scores, cache = network.forward(x[start : start + batch_size], True)
        loss, kept = scratch.softmax_cross_entropy_forward(scores, y[start : start + batch_size])
        grads = network.backward(scratch.softmax_cross_entropy_backward(1.0, kept), cache)
        optimiser.step(network.parameters, grads)
        losses.append(float(loss))
        start += batch_size
    return sum(losses) / len(losses)


def adam_as_in_keras(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    m = m + (g - m) * (1 - beta_1)
    v = v + (g * g - v) * (1 - beta_2)
    alpha = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - m * alpha / (np.sqrt(v) + eps), m, v


def adam_in_place(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    m *= beta_1
    m += (1 - beta_1) * g
    v *= beta_2
    v += (1 - beta_2) * g**2
    w -= learning_rate * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps)
    return w, m, v


def adam_as_in_keras_in_32_bits(*args):
    return [x.astype(np.float32) for x in adam_as_in_keras(*args)]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("one-epoch", epoch_by_split),
        ("one-epoch", epoch_shuffled_first),
        ("adam-step", adam_as_in_keras),
        ("adam-step", adam_as_in_keras_in_32_bits),
        ("adam-step", adam_in_place),
        ("learning-rate", lambda: 3e-3),
        ("learning-rate", lambda: np.float32(0.01)),
        ("learning-rate", lambda: [10**-2.5]),
        ("learning-rate", lambda: 0.002),
        ("learning-rate", lambda: 0.02),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def epoch_without_rng(network, x, y, optimiser, batch_size, rng):
    """Look at the whole pile at every step, and step by its gradient, as many times."""
    losses = []
    for _ in range(0, len(x), batch_size):
        losses.append(scratch.train_step(network, x, y, optimizer=optimiser)["loss"])
    return np.mean(losses)


def first_of(losses):
    return losses[0]


def epoch_over(draw, back=np.mean, inside=False):
    """Train on what is drawn for each batch; return after the first where that stands inside."""

    def answer(network, x, y, optimiser, batch_size, rng):
        losses, order = [], draw(len(x), len(x), rng)
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            if draw in (by_choice, by_distinct_choice):
                batch = draw(len(x), batch_size, rng)
            metrics = scratch.train_step(network, x[batch], y[batch], optimizer=optimiser)
            losses.append(metrics["loss"])
            if inside:
                return back(losses)
        return back(losses)

    return answer


def epoch_with(backward=lambda loss, cache: None, back=lambda loss: loss, own=None):
    """Train as asked, with another gradient of the loss, another result, another optimiser."""

    def answer(network, x, y, optimiser, batch_size, rng):
        order, losses = rng.permutation(len(x)), []
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            scores, cache = network.forward(x[batch], training=True)
            loss, kept = scratch.softmax_cross_entropy_forward(scores, y[batch])
            dscores = backward(loss, kept)
            if dscores is None:
                dscores = scratch.softmax_cross_entropy_backward(1.0, kept)
            (own or optimiser).step(network.parameters, network.backward(dscores, cache))
            losses.append(loss)
        return back(np.mean(losses))

    return answer


def epoch_in_place_apart(network, x, y, optimiser, batch_size, rng):
    rng.shuffle(y)
    return epoch_in_place(network, x, y, optimiser, batch_size, rng, apart=True)


def epoch_in_place(network, x, y, optimiser, batch_size, rng, apart=False):
    """Shuffle both of the arrays that are given, by the same order."""
    state = rng.bit_generator.state
    rng.shuffle(x)
    if not apart:
        rng.bit_generator.state = state
        rng.shuffle(y)
    losses = []
    for start in range(0, len(x), batch_size):
        batch = slice(start, start + batch_size)
        losses.append(scratch.train_step(network, x[batch], y[batch], optimizer=optimiser)["loss"])
    return np.mean(losses)


def by_rng(count, size, rng):
    return rng.permutation(count)


def by_another(count, size, rng):
    return np.random.default_rng().permutation(count)


def by_integers(count, size, rng):
    return rng.integers(0, count, size)


def by_choice(count, size, rng):
    return rng.choice(count, size)


def by_distinct_choice(count, size, rng):
    return rng.choice(count, size, replace=False)


def adam_not_squared(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g
    return w - learning_rate * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps), m, v


def adam_without(what):
    def answer(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g * g
        m_hat = m if what in ("correction", "first") else m / (1 - beta_1**t)
        v_hat = v if what in ("correction", "second") else v / (1 - beta_2**t)
        if what == "order":
            return w - learning_rate * m_hat / np.sqrt(v_hat + eps), m, v
        return w - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v

    return answer


def adam_without_power(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g * g
    return w - learning_rate * (m / (1 - beta_1)) / ((v / (1 - beta_2)) ** 0.5 + eps), m, v


def adam_of_two_parts(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    """Return two parts for three, one of them no number."""
    return w, "m"


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("one-epoch", epoch_without_rng, None),
        ("one-epoch", lambda *a: 0.5, None),
        ("one-epoch", epoch_in_place, "shuffled-in-place"),
        ("one-epoch", epoch_with(scratch.softmax_cross_entropy_backward), None),  # loss for 1.0
        (
            "one-epoch",
            epoch_with(lambda loss, kept: scratch.softmax_cross_entropy_backward(-1.0, kept)),
            "uphill",
        ),
        ("one-epoch", epoch_with(own=scratch.SGD(0.1)), None),
        ("one-epoch", epoch_with(back="{:.9f}".format), None),
        ("one-epoch", epoch_with(back=lambda loss: [loss, loss]), "all-losses"),
        ("one-epoch", epoch_in_place_apart, "shuffled-apart"),
        ("one-epoch", epoch_with(back=lambda loss: 10**400), None),
        ("one-epoch", epoch_over(by_another), "without-rng"),
        ("one-epoch", epoch_over(by_integers), "drawn"),
        ("one-epoch", epoch_over(by_choice), "drawn"),
        ("one-epoch", epoch_over(by_distinct_choice), "drawn"),
        ("one-epoch", epoch_over(by_rng, inside=True), "first-batch-only"),
        (
            "one-epoch",
            epoch_over(by_rng, back=first_of, inside=True),
            "first-batch-only",
        ),
        ("adam-step", adam_not_squared, "not-squared"),
        ("adam-step", adam_without("first"), "only-second-corrected"),
        ("adam-step", adam_without("second"), "only-first-corrected"),
        ("adam-step", adam_without("correction"), "no-correction"),
        ("adam-step", adam_without("order"), "eps-inside"),
        ("adam-step", adam_without_power, "no-power"),
        ("adam-step", lambda w, g, m, v, *rest: w, None),
        ("adam-step", adam_of_two_parts, None),
        ("adam-step", lambda *args: 7, None),
        ("learning-rate", lambda: 1e-4, "timid"),
        ("learning-rate", lambda: 0.3, "wild"),
        ("learning-rate", lambda: 0.1, "restless"),
        ("learning-rate", lambda: (0.001, 0.01), None),
        ("learning-rate", lambda: "0.01", None),
        ("learning-rate", lambda: [[0.1, 0.2], [0.01]], None),
        ("adam-step", lambda *args: np.array(3.0), None),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt")
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_what_an_epoch_returns_is_called_by_its_name():
    said = repr(grade(get("one-epoch"), epoch_with(back="{:.9f}".format)))
    assert "what came back: it is 'a text'; it should be 'the mean loss'" in said
    said = repr(grade(get("one-epoch"), epoch_with(back=lambda loss: np.array([loss]))))
    assert "what came back: it is 'an array'" in said


def test_an_optimiser_of_ones_own_is_not_called_no_step():
    said = repr(grade(get("one-epoch"), epoch_with(own=scratch.SGD(0.1))))
    assert "nothing is learned" not in said
    assert "0 for 3 batches" in said


def test_what_is_no_rate_and_no_step_is_told_without_the_words_of_numpy():
    said = repr(judge("learning-rate", lambda: [[0.1, 0.2], [0.01]]))
    assert "One number is asked for, the rate. Yours: [[0.1, 0.2], [0.01]]." in said
    said = repr(grade(get("adam-step"), lambda *args: np.array(3.0)))
    assert "It returned 1 value; 3 are expected" in said


def test_the_wrong_result_is_named():
    def answer(*args):
        w, m, v = adam_as_in_keras(*args)
        return w, m, v + 1

    assert grade(get("adam-step"), answer).lines[0].startswith("v:")


def test_what_an_epoch_did_wrong_is_told():
    said = repr(grade(get("one-epoch"), epoch_without_rng))
    assert "examples" in said
    assert "more than once" in said


def test_a_rate_is_answered_with_a_number_and_the_right_one_is_not_told():
    assert judge("learning-rate", 0.004).status == "right"
    assert judge("learning-rate", None).status == "not_yet"
    assert "0.002" not in repr(judge("learning-rate", lambda: 1.0))


def test_adam_equals_the_library():
    rng = np.random.default_rng(3)
    w, g = rng.normal(size=(2, 5))
    m = v = np.zeros(5)
    ours, theirs, adam = w.copy(), w.copy(), scratch.Adam(0.01)
    for t in (1, 2, 3):
        ours, m, v = get("adam-step").solution(ours, g, m, v, t, 0.01, 0.9, 0.999, 1e-7)
        adam.step([theirs], [g])
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def loss_after(rate, epochs=2):
    """The validation loss of a small network after two epochs."""
    (x, y), validation, _ = digits.parts()
    layers = [
        scratch.Conv2D(8, 3, padding="same", activation="relu"),
        scratch.MaxPool2D(2),
        scratch.Flatten(),
        scratch.Dense(32, "relu"),
        scratch.Dense(10),
    ]
    network = scratch.Network(layers, input_shape=(8, 8, 1))
    scratch.fit(network, x, y, optimizer=scratch.Adam(rate), epochs=epochs)
    return scratch.evaluate(network, *validation)["loss"]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_rates_called_good_are_better_than_those_beyond():
    good = [loss_after(rate) for rate in (rates.LOW, rates.learning_rate(), rates.HIGH)]
    beyond = [loss_after(rate) for rate in (rates.SLOW, rates.WILD)]
    assert max(good) < min(beyond)


def test_the_parts_have_no_picture_in_common():
    pictures = [part[0].reshape(len(part[0]), -1) for part in digits.parts()]
    assert [len(part) for part in pictures] == [1000, 297, 500]
    assert len(np.unique(np.concatenate(pictures), axis=0)) == 1797


def test_the_film_turns_blue():
    layers = [scratch.Flatten(), scratch.Dense(10)]
    film = learning_film(scratch.Network(layers, input_shape=(8, 8, 1)), 3, 0.01)
    assert film.dtype == np.uint8
    bar = (film[:, -1] == digits.BLUE).all(axis=-1).mean(axis=1)
    assert bar[0] < 0.4
    assert bar[-1] > 0.7


def test_the_wall_by_hand():
    pictures, right = np.zeros((100, 8, 8)), np.zeros(100, bool)
    pictures[12, 0, 3], right[12] = 1, True  # the third of the second row
    shown = digits.wall(pictures, right, times=2, gap=1)
    assert shown.shape == (10 * 21 + 14, 10 * 21 - 1, 3)
    assert (shown[23:25, 2 * 21 + 8 : 2 * 21 + 10] == 255).all()  # within a rim of one
    assert tuple(shown[22, 2 * 21 + 8]) == digits.BLUE
    assert tuple(shown[22, 21 + 8]) == digits.ORANGE


def linear():
    return [scratch.Flatten(), scratch.Dense(10)]


def test_the_challenge_counts_weights(kept, monkeypatch):
    monkeypatch.setattr(digits, "SEEDS", 1)
    monkeypatch.setattr(digits, "EPOCHS", 12)
    monkeypatch.setattr(digits, "LEAST", 0.9)
    assert digits.small_score(linear) == 650
    assert challenge("small-network", linear).status == "wrong"
    assert challenge("small-network", lambda: None).status == "not_yet"
    monkeypatch.setattr(digits, "EPOCHS", 1)
    assert "is asked for" in challenge("small-network", linear).lines[0]


class Keeps(scratch.Layer):
    """A layer of one's own, whose numbers are among no parameters."""

    def __init__(self):
        super().__init__()
        self.hidden = np.random.default_rng(0).normal(size=(64, 10)).astype(np.float32)

    def forward(self, x, *, training=False, rng=None, mask=None):
        return x.reshape(len(x), -1) @ self.hidden, x.shape

    def backward(self, dout, shape):
        return (dout @ self.hidden.T).reshape(shape), {}


def one_that_shrinks():
    """Build a large network for the first two seeds, and a small one to be counted."""
    sizes = iter((16, 16, 1))

    def answer():
        return [scratch.Conv2D(next(sizes), 3), scratch.Flatten(), scratch.Dense(10)]

    return answer


def one_that_goes_on():
    layers = linear()
    return lambda: layers


def one_that_forgets():
    """Return layers at the first call alone."""
    layers = [linear()]
    return lambda: layers.pop() if layers else None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (one_that_shrinks(), "Yours have 380 weights at one call and 5,930 at another"),
        (one_that_goes_on(), "have weights already"),
        (one_that_forgets(), "Yours is a NoneType"),
        (lambda: [Keeps()], "What a Keeps of your own keeps cannot be counted"),
        (lambda: 3, "Return a list of layers"),
        (lambda: scratch.Network(linear(), input_shape=(8, 8, 1)), "Return the *list* of layers"),
        (lambda: [scratch.Flatten(), scratch.Dense(9)], "Ten scores have to come out"),
        (lambda: [scratch.Flatten()], "Ten scores have to come out"),
        (lambda: [3], "a Layer is needed"),
    ],
)
def test_the_challenge_says_what_it_cannot_train(kept, monkeypatch, answer, words):
    monkeypatch.setattr(digits, "EPOCHS", 1)
    assert words in repr(challenge("small-network", answer))


def test_the_bar_can_be_reached(kept):
    def small():
        return [
            scratch.Conv2D(5, 3, activation="relu"),
            scratch.MaxPool2D(2),
            scratch.Flatten(),
            scratch.Dense(10),
        ]

    result = challenge("small-network", small)
    assert result.status == "right", result
