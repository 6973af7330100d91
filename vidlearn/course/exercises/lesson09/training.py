"""Training by the learner's own step and gradients."""

import sys
import timeit

import numpy as np
from tqdm import trange

from vidlearn import scratch
from vidlearn.course.exercises.lesson09.films import sequences
from vidlearn.course.exercises.lesson09.lstm import lstm_gate_gradients, lstm_step
from vidlearn.course.mine import Mine
from vidlearn.messages import text

SLOW = 0.002  # seconds for a batch of 64; some 30,000 follow


def gates(x, h, w, u, b):
    """Return i, f, g, o of a step, each (N, U)."""
    i, f, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
    i, f, o = (scratch.sigmoid_forward(v)[0] for v in (i, f, o))
    return i, f, np.tanh(g), o


def in_good_time(step, back):
    """Return the step and the gradients where they are fast enough to train with, else ours.

    Parameters
    ----------
    step, back : vidlearn.course.mine.Mine
        From ``use("lstm-step", ...)`` and ``use("lstm-gate-gradients", ...)``.

    Returns
    -------
    step, back : callable
    """
    rng = np.random.default_rng(0)
    state, weights = rng.normal(size=(64, 24)), [rng.normal(size=s) for s in ((5, 96), (24, 96))]
    given = {
        "step": (rng.normal(size=(64, 5)), state, state, *weights, np.zeros(96)),
        "back": [rng.uniform(0.1, 0.9, size=(64, 24)) for _ in range(8)],
    }
    chosen = []
    for name, mine, ours in (("step", step, lstm_step), ("back", back, lstm_gate_gradients)):
        mine(*given[name])  # warm
        seconds = min(timeit.repeat(lambda m=mine, n=name: m(*given[n]), number=1, repeat=3))
        if mine.yours and seconds > SLOW:
            words = text("lesson09")["in_good_time"]
            print(words["slow"].format(name=words[name], seconds=seconds))
            mine = Mine(ours, mine, yours=False, credit=words["credit"])
        chosen.append(mine)
    return chosen


def learn(slopes, *, units, frames, steps, keep=3.0, seed=0):
    """Train an LSTM and a dense layer on fresh films of the lamp.

    Parameters
    ----------
    slopes : callable
        ``slopes(x, y, w, u, b, v, a)`` returns the gradients of the five.
    units, frames, steps : int
    keep : float
        Bias of the forget gates at the start.
    seed : int
        Of start and films.

    Returns
    -------
    list of ndarray
        w, u, b of the LSTM, v and a of the dense layer.
    """
    network = scratch.Network(
        [scratch.LSTM(units), scratch.Dense(4)], input_shape=(frames, 5), seed=seed
    )
    weights = network.parameters
    weights[2][units : 2 * units] = keep
    optimizer, rng = scratch.Adam(0.005, global_clip_norm=1.0), np.random.default_rng(seed)
    for _ in trange(steps, file=sys.stdout):
        x, y = sequences(rng, 64, frames)
        found = slopes(x, y, *weights)
        optimizer.step(weights, [np.asarray(s, np.float32) for s in found])
    return weights


def run(step, x, w, u, b):
    """Let a step of an LSTM go through one film.

    Parameters
    ----------
    step : callable
        ``step(x, h, c, w, u, b)`` returns h and c after it.
    x : ndarray, (T, D)
    w, u, b : ndarray

    Returns
    -------
    h, c : ndarray, (T, U)
        The states after each frame.
    """
    h = c = np.zeros((1, len(u)))
    states = []
    for row in x:
        h, c = step(row[None], h, c, w, u, b)
        states.append((h[0], c[0]))
    hs, cs = zip(*states, strict=True)
    return np.array(hs), np.array(cs)


def judged(slopes):
    """Print which of the five gradients agree with nudging every number.

    Parameters
    ----------
    slopes : callable
        As in `learn`.
    """
    rng = np.random.default_rng(8)
    x, y = sequences(rng, 3, 6)
    weights = [rng.normal(size=size) for size in ((5, 8), (2, 8), 8, (2, 4), 4)]

    def loss(k, values):
        w, u, b, v, a = [*weights[:k], values, *weights[k + 1 :]]
        out = scratch.lstm_forward(x.astype(float), w, u, b)[0][:, -1] @ v + a
        return np.array(scratch.softmax_cross_entropy_forward(out, y)[0])

    words, same, names = text("lesson09")["judged"], [], ("dw", "du", "db", "dv", "da")
    for k, mine in enumerate(slopes(x.astype(float), y, *weights)):
        nudged = scratch.numerical_gradient(
            lambda values, k=k: loss(k, values), weights[k], np.array(1.0)
        )
        good = scratch.relative_error(mine, nudged) < 1e-6
        same.append(words["line"].format(name=names[k], word=words[str(good)]))
    print(", ".join(same))
