"""The networks that lesson 07 trains, and wrong labels for one of them."""

import numpy as np

from vidlearn import scratch


def cnn(filters=(16, 32), units=64, silence=None, seed=0):
    """Build the network of lesson 06.

    Parameters
    ----------
    filters : sequence of int
        Of each stage of convolution and pooling.
    units : int
        Of the dense layer.
    silence : Layer, optional
        Stands before the last layer.
    seed : int

    Returns
    -------
    Network
        For pictures (N, 8, 8, 1).
    """
    stages = []
    for count in filters:
        stages += [
            scratch.Conv2D(count, 3, padding="same", activation="relu"),
            scratch.MaxPool2D(2),
        ]
    head = [scratch.Flatten(), scratch.Dense(units, activation="relu")]
    head += [silence] if silence else []
    return scratch.Network([*stages, *head, scratch.Dense(10)], input_shape=(8, 8, 1), seed=seed)


def small_cnn(seed=0):
    """Build a network that is too small: one filter, four numbers, ten scores."""
    return scratch.Network(
        [
            scratch.Conv2D(1, 3, padding="same", activation="relu"),
            scratch.MaxPool2D(4),
            scratch.Flatten(),
            scratch.Dense(10),
        ],
        input_shape=(8, 8, 1),
        seed=seed,
    )


def some_wrong(labels, count, seed=0):
    """Return labels of which `count` have become another digit's.

    Examples
    --------
    >>> int((some_wrong(np.zeros(50, int), 7) != 0).sum())
    7
    """
    rng, labels = np.random.default_rng(seed), labels.copy()
    which = rng.permutation(len(labels))[:count]
    labels[which] = (labels[which] + rng.integers(1, 10, count)) % 10
    return labels


def learn(x, y, decay, steps, seed=0):
    """Train a network of two numbers on all examples at each step.

    Parameters
    ----------
    x, y : ndarray
        (N, 2) and (N,).
    decay : float or None
        Weight decay: None for none.
    steps : list of int
        The steps to remember; the last one ends the training.
    seed : int

    Returns
    -------
    list of callable
        For each step a function that gives the probability of class 1 at places (M, 2).
    """
    net = scratch.Network(
        [
            scratch.Dense(64, activation="relu"),
            scratch.Dense(64, activation="relu"),
            scratch.Dense(2),
        ],
        input_shape=(2,),
        seed=seed,
    )
    adam, kept = scratch.Adam(0.01, weight_decay=decay), []
    for step in range(1, steps[-1] + 1):
        scratch.train_step(net, x, y, optimizer=adam)
        if step in steps:
            kept.append(_as_it_is(net))
    return kept


def _as_it_is(net):
    weights = net.get_weights()

    def chance(places):
        now = net.get_weights()
        net.set_weights(weights)
        chances, _ = scratch.softmax_forward(net.predict(places))
        net.set_weights(now)
        return chances[:, 1]

    return chance


def right(chance, x, y):
    """Say which share of the examples has its class above one half."""
    return float(np.mean((chance(x) > 0.5) == y))


def over_parts(x, y, order, parts=13):
    """Let each part of an order be new once, for a linear classifier.

    Parameters
    ----------
    x, y : ndarray
        (N, D) and (N,).
    order : ndarray
        (N,) whole numbers; it is cut into stretches.
    parts : int

    Returns
    -------
    ndarray
        (parts,) accuracies.
    """
    from sklearn.linear_model import LogisticRegression

    found = []
    for new in np.array_split(order, parts):
        rest = np.setdiff1d(order, new)
        line = LogisticRegression(max_iter=500).fit(x[rest], y[rest])
        found.append(line.score(x[new], y[new]))
    return np.array(found)


def most_alike(x):
    """Say for each example which other one is most like it, (N,) whole numbers."""
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=2).fit(x).kneighbors(x, return_distance=False)[:, 1]
