"""What lesson 05 does with films: pixels, what is around them, and networks that learn them."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson05.layers import network_backward
from vidlearn.messages import text
from vidlearn.plots import side_by_side

FRAMES, SIZE, EACH = 40, (72, 96), 20_000
UNSEEN = 100, 101, 102


@cache
def film_of(seed):
    """Return a film of three things that move over a photograph, with its truth.

    Parameters
    ----------
    seed : int

    Returns
    -------
    vidlearn.synthetic.Scene
        40 frames of 72 x 96.
    """
    from vidlearn.synthetic import moving_objects

    return moving_objects(FRAMES, SIZE, 3, seed=seed, speed=3, noise=8.0)


def surroundings(frames):
    """Say of each pixel how much the 5 x 5 pixels round it differ from the background.

    Parameters
    ----------
    frames : ndarray, (T, H, W, 3), uint8
        A film of a camera that stands still; its background is the median over time.

    Returns
    -------
    ndarray, (T * H * W, 75), float32
        For red, green and blue 25 differences each, from 0 to 4.
    """
    return _windows(frames).reshape(-1, 75)


def _windows(frames):
    values = np.asarray(frames, np.float32) / 255
    differences = 4 * np.abs(values - np.median(values, axis=0))
    padded = np.pad(differences, ((0, 0), (2, 2), (2, 2), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(1, 2))


@cache
def pixels(films):
    """Draw pixels from films to learn from.

    Parameters
    ----------
    films : int
        How many films.

    Returns
    -------
    x : ndarray, (N, 75), float32
        What is around each pixel; 20,000 pixels of each film.
    y : ndarray, (N, 1), float32
        1 where it belongs to a moving thing, else 0.
    """
    rng, xs, ys = np.random.default_rng(0), [], []
    for seed in range(films):
        scene = film_of(seed)
        mask = scene.masks > 0
        places = np.unravel_index(rng.integers(0, mask.size, EACH), mask.shape)
        xs.append(_windows(scene.frames)[places].reshape(EACH, 75))
        ys.append(mask[places][:, None])
    return np.concatenate(xs), np.concatenate(ys).astype(np.float32)


def he_start(seed, inputs=75, hidden=16):
    """Return weights at random by He's rule, and biases of 0.

    Parameters
    ----------
    seed : int
    inputs, hidden : int

    Returns
    -------
    list of ndarray, float32
        w (inputs, hidden), b (hidden,), v (hidden, 1), c (1,).
    """
    rng = np.random.default_rng(seed)
    w = rng.normal(0, np.sqrt(2 / inputs), (inputs, hidden))
    v = rng.normal(0, np.sqrt(2 / hidden), (hidden, 1))
    weights = w, np.zeros(hidden), v, np.zeros(1)
    return [value.astype(np.float32) for value in weights]


def logits(x, weights):
    """Return what the network says of each row, before the sigmoid.

    Parameters
    ----------
    x : ndarray, (N, 75)
    weights : list of ndarray
        w, b, v, c.

    Returns
    -------
    ndarray, (N, 1)
    """
    w, b, v, c = weights
    return np.maximum(0, x @ w + b) @ v + c


def overlap(found, truth):
    """Return the pixels that both masks have over the pixels that either has.

    Parameters
    ----------
    found, truth : ndarray of bool

    Returns
    -------
    float
        From 0 to 1; lesson 11 calls it IoU.
    """
    return float((found & truth).sum() / max(1, (found | truth).sum()))


def middle(x):
    """Return how much the middle one of the 25 pixels differs, in one of its colours.

    Parameters
    ----------
    x : ndarray, (N, 75)

    Returns
    -------
    ndarray, (N,)
    """
    return np.median(x.reshape(-1, 3, 25).max(axis=1), axis=1)


def best_limit(values, truth):
    """Return the threshold whose mask overlaps the truth most.

    Parameters
    ----------
    values : ndarray, (N,)
    truth : ndarray of bool, (N,)

    Returns
    -------
    float
        One of 0.1, 0.12 and so on, below 1.2.
    """
    limits = np.arange(0.1, 1.2, 0.02)
    return limits[np.argmax([overlap(values > limit, truth) for limit in limits])]


def apart(a, b):
    """Return the angle between two arrays of one shape, in degrees.

    Parameters
    ----------
    a, b : ndarray

    Returns
    -------
    float
    """
    cosine = np.vdot(a, b) / np.sqrt(np.vdot(a, a) * np.vdot(b, b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def learning_clip(films, seed=101):
    """Show a network while it learns: as the film runs, the training goes on.

    Parameters
    ----------
    films : int
        How many films it learns from.
    seed : int
        The film that it looks at, which is none of those.

    Returns
    -------
    film, said, truth : ndarray, (T, 72, 96, 3) or (T, 72, 96), uint8
    """
    x, y = pixels(films)
    scene, weights, done, said = film_of(seed), he_start(0), 0, []
    until = np.rint(np.geomspace(1, 401, 30)).astype(int) - 1
    around = surroundings(scene.frames).reshape(FRAMES, -1, 75)
    rng = np.random.default_rng(0)
    for t, row in enumerate(around):
        for _ in range(done, until[min(t, len(until) - 1)]):
            batch = rng.integers(0, len(x), 256)
            _step(weights, network_backward(x[batch], y[batch], *weights))
            done += 1
        sure = 1 / (1 + np.exp(-logits(row, weights)))
        said.append((255 * sure).astype(np.uint8).reshape(SIZE))
    return scene.frames, np.stack(said), (255 * (scene.masks > 0)).astype(np.uint8)


def _step(weights, gradients, rate=0.2):
    for value, slope in zip(weights, gradients, strict=True):
        value -= rate * slope


def mosaic(masks):
    """Put six masks into two rows of three, so that they play in step.

    Parameters
    ----------
    masks : list of ndarray of bool, (T, H, W)
        Six, row by row.

    Returns
    -------
    ndarray, (T, 2 * H + 4, 3 * W + 8, 3), uint8
    """
    clips = [np.where(mask, 255, 0).astype(np.uint8) for mask in masks]
    above, below = side_by_side(*clips[:3]), side_by_side(*clips[3:])
    line = np.full((len(above), 4, *above.shape[2:]), 255, np.uint8)
    return np.concatenate([above, line, below], axis=1)


def loss_curves(history, x, y, tests):
    """Return the mean cross-entropy along a training, on what is learned from and on the unseen.

    Parameters
    ----------
    history : list
        The weights at the start and after each step.
    x, y : ndarray, (N, 75) and (N, 1)
        What is learned from.
    tests : list of (ndarray, (M, 75), ndarray of bool, (M,))
        Films that are not.

    Returns
    -------
    dict
        ``"step"`` (counted from 1, the start), ``"learned"`` and ``"unseen"``, and ``"constant"``:
        the loss on the unseen of one answer for all pixels, the share of `y` that is 1.
    """
    steps = np.unique(np.rint(np.geomspace(1, len(history), 14)).astype(int))
    x, y = x[::20], y[::20, 0]
    around = np.concatenate([values[::20] for values, _ in tests])
    truth = np.concatenate([mask[::20] for _, mask in tests])
    kept = [history[step - 1] for step in steps]
    share, common = truth.mean(), y.mean()
    return {
        "step": steps,
        "learned": [_entropy(logits(x, weights)[:, 0], y) for weights in kept],
        "unseen": [_entropy(logits(around, weights)[:, 0], truth) for weights in kept],
        "constant": -share * np.log(common) - (1 - share) * np.log(1 - common),
    }


def _entropy(z, y):
    return float(np.mean(np.logaddexp(0, z) - y * z))


STEPS, LEAST, RIGHT = 800, 0.75, 0.79


def astray(answer):
    """Score a wrong gradient: degrees away from the right one, if the network learns by it.

    Parameters
    ----------
    answer : callable
        ``answer(gradients, rng)`` takes the list dw, db, dv, dc and returns one in its place.

    Returns
    -------
    float
        Over all 800 steps together, the larger steps counting more.
    """
    x, y = pixels(3)
    rng, own, weights = np.random.default_rng(5), np.random.default_rng(6), he_start(5)
    dot = right = wrong = 0.0
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            batch = rng.integers(0, len(x), 256)
            true = network_backward(x[batch], y[batch], *weights)
            given = _given(answer, true, own)
            dot += sum(float(np.vdot(a, b)) for a, b in zip(true, given, strict=True))
            right += sum(float(np.vdot(a, a)) for a in true)
            wrong += sum(float(np.vdot(a, a)) for a in given)
            _step(weights, given)
        reached = np.mean([_seen(weights, seed) for seed in UNSEEN])
    if not reached >= LEAST:
        told = text("lesson05")["astray"]["not_learned"]
        raise Refusal(told.format(reached=reached, least=LEAST, right=RIGHT))
    angle = np.degrees(np.arccos(np.clip(dot / np.sqrt(right * wrong), -1, 1)))
    return round(float(angle), 1)


def _given(answer, true, rng):
    """What the learner makes of the gradients, as arrays of their shapes."""
    given = answer([value.copy() for value in true], rng)
    try:
        given = [np.asarray(value, np.float64) for value in given]
        shapes = [value.shape for value in given]
    except (TypeError, ValueError):
        shapes = None
    if shapes != [value.shape for value in true]:
        raise Refusal(text("lesson05")["astray"]["shapes"])
    return given


def _seen(weights, seed):
    """The overlap on a film that was not learned from."""
    x, mask = _unseen(seed)
    return overlap(logits(x, weights)[:, 0] > 0, mask)


def unseen_pixels(films):
    """Return films that are not learned from, every fourth frame, pixel by pixel.

    Parameters
    ----------
    films : int
        How many.

    Returns
    -------
    list of (ndarray, (M, 75), ndarray of bool, (M,))
        What is around each pixel, and whether it belongs to a moving thing.
    """
    return [_unseen(100 + k) for k in range(films)]


@cache
def _unseen(seed):
    scene = film_of(seed)
    return _windows(scene.frames)[::4].reshape(-1, 75), (scene.masks[::4] > 0).ravel()


def within(masks):
    """Return the pixels of masks that are no rim: all 5 x 5 around them belong to it too.

    Parameters
    ----------
    masks : ndarray of bool, (T, H, W)

    Returns
    -------
    ndarray of bool, (T, H, W)
    """
    padded = np.pad(masks, ((0, 0), (2, 2), (2, 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(1, 2))
    return windows.all(axis=(3, 4))
