"""The digits of the lesson, the film of its first screen, and the smallest network that reads."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal

PARTS = [1000, 1297]  # training, validation, and 500 for the test
BLUE, ORANGE = (0, 72, 120), (200, 120, 0)
ALLOWED = (
    *("Conv2D", "MaxPool2D", "AvgPool2D", "GlobalMaxPool2D", "GlobalAvgPool2D"),
    *("Flatten", "Dense", "Activation", "BatchNorm", "LayerNorm", "Dropout", "Network"),
)
LEAST, EPOCHS, RATE, BATCH, SEEDS = 0.95, 30, 0.01, 32, 3


@cache
def parts():
    """Return training, validation and test: pictures (N, 8, 8, 1) and labels."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    pictures = (digits.images[..., None] / 16).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(pictures))
    return [(pictures[part], digits.target[part]) for part in np.split(order, PARTS)]


# The film ---------------------------------------------------------------------------------


def learning_film(network, epochs, rate):
    """Train a network, and film how it reads a hundred digits that it does not learn from.

    Parameters
    ----------
    network : vidlearn.scratch.Network
    epochs : int
    rate : float
        Of Adam.

    Returns
    -------
    ndarray, (T, H, W, 3) uint8
        A row for each digit, ten writers' in each: blue where it is read rightly, else orange. At
        the lower edge the share that is right.
    """
    from vidlearn import scratch

    (x, y), (x_new, y_new), _ = parts()
    shown = np.concatenate([np.flatnonzero(y_new == digit)[:10] for digit in range(10)])
    optimiser, rng, frames, step = scratch.Adam(rate), np.random.default_rng(0), [], 0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), BATCH):
            if step < 48 or step % 4 == 0:
                right = network.predict(x_new[shown]).argmax(axis=1) == y_new[shown]
                frames.append(wall(x_new[shown, ..., 0], right))
            batch = order[start : start + BATCH]
            scratch.train_step(network, x[batch], y[batch], optimizer=optimiser)
            step += 1
    return np.array([frames[0]] * 8 + frames + [frames[-1]] * 12)


def wall(pictures, right, times=4, gap=3):
    """Hang a hundred pictures in ten rows, blue where right, orange where not.

    Parameters
    ----------
    pictures : ndarray, (100, 8, 8)
        From 0 to 1.
    right : ndarray of bool, (100,)
    times : int
        How much larger than they are.
    gap : int
        Between two.

    Returns
    -------
    ndarray, (H, W, 3) uint8
    """
    ground = np.where(right[:, None], BLUE, ORANGE)[:, None, None]
    ink = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))[..., None]
    tiles = (255 * ink + ground * (1 - ink)).astype(np.uint8)
    tiles = tiles.repeat(times, axis=1).repeat(times, axis=2)
    tiles = np.pad(tiles, ((0, 0), (0, gap), (0, gap), (0, 0)), constant_values=255)
    side = 10 * times + gap
    rows = tiles.reshape(10, 10, side, side, 3).swapaxes(1, 2).reshape(10 * side, -1, 3)
    bar = np.full((14, rows.shape[1], 3), ORANGE, np.uint8)
    bar[:, : round(rows.shape[1] * right.mean())] = BLUE
    return np.concatenate([rows, bar])[: 10 * side + 14, :-gap]


# The challenge ----------------------------------------------------------------------------


def small_score(answer):
    """Train the network that an answer builds, and count its weights if it reads well enough.

    Parameters
    ----------
    answer : callable
        Returns a list of layers of vidlearn.scratch, which takes pictures (8, 8, 1).

    Returns
    -------
    int
        How many weights and biases it has; None where the answer returns nothing.

    Raises
    ------
    Refusal
        If it is no such list, if what it weighs cannot be told, or if it reads less than 95 of
        100 validation digits, the mean of three seeds.
    """
    from vidlearn import scratch

    (x, y), (x_new, y_new), _ = parts()
    found, sizes = [], set()
    for seed in range(SEEDS):
        layers = answer()
        if (layers is None or layers is Ellipsis) and seed == 0:
            return None
        network = _network(layers, seed)
        sizes.add(network.count_parameters())
        if len(sizes) > 1:
            one, other = sorted(sizes)
            raise Refusal(
                f"Return the same layers at every call. Yours have {one:,} weights at one call and "
                f"{other:,} at another."
            )
        scratch.fit(
            network, x, y, optimizer=scratch.Adam(RATE), epochs=EPOCHS, batch_size=BATCH, seed=seed
        )
        found.append(float(np.mean(network.predict(x_new).argmax(axis=1) == y_new)))
    if np.mean(found) < LEAST:
        each = ", ".join(f"{value:.3f}" for value in found)
        raise Refusal(
            f"It has {network.count_parameters():,} weights and reads {np.mean(found):.3f} of the "
            f"validation digits (three seeds: {each}). {LEAST} is asked for."
        )
    return network.count_parameters()


def _network(layers, seed):
    from vidlearn import scratch

    if isinstance(layers, scratch.Network):
        raise Refusal("Return the *list* of layers; the network is made of it afresh, three times.")
    if not isinstance(layers, list | tuple):
        raise Refusal(f"Return a list of layers. Yours is a {type(layers).__name__}.")
    for layer in (each for each in layers if isinstance(each, scratch.Layer)):
        if layer.params:
            raise Refusal(
                "Make the layers inside your function, new ones at every call. Yours have weights "
                "already, and the network is to learn afresh, three times."
            )
        if type(layer).__module__.split(".")[0] != "vidlearn":
            raise Refusal(
                f"Take layers of vidlearn.scratch alone. What a {type(layer).__name__} of your own "
                "keeps cannot be counted."
            )
    try:
        network = scratch.Network(list(layers), input_shape=(8, 8, 1), seed=seed)
    except (TypeError, ValueError) as error:
        raise Refusal(str(error)) from None
    if network.shapes[-1] != (10,):
        raise Refusal(f"Ten scores have to come out. Yours gives {network.shapes[-1]}.")
    return network
