"""The epoch loop: judged by what it does to a network that is watched."""

import copy

import numpy as np

from vidlearn import scratch
from vidlearn.course.describe import kind_of

RATE, SAME = 0.5, "those of the examples"
ALLOWED = ("softmax_cross_entropy_forward", "softmax_cross_entropy_backward")


def one_epoch(network, x, y, optimiser, batch_size, rng):
    """Show every example once, in a new order, batch by batch; return the mean loss."""
    order, losses = rng.permutation(len(x)), []
    for start in range(0, len(x), batch_size):
        batch = order[start : start + batch_size]
        scores, cache = network.forward(x[batch], training=True)
        loss, loss_cache = scratch.softmax_cross_entropy_forward(scores, y[batch])
        dscores = scratch.softmax_cross_entropy_backward(1.0, loss_cache)
        optimiser.step(network.parameters, network.backward(dscores, cache))
        losses.append(loss)
    return np.mean(losses)


def epoch_cases():
    """Numbers of examples, sizes of a batch, seeds."""
    return [(12, 4, 1), (23, 5, 2), (30, 30, 3), (17, 1, 4)]


def given(count, batch_size, seed):
    """Describe an input."""
    return f"{count} examples in batches of {batch_size}, two epochs with one network"


class Watched(scratch.Network):
    """A network that notes what is shown to it, whether in training, and by which labels."""

    def __init__(self, *args, **options):
        self.shown, self.told, self.labels = [], [], []
        super().__init__(*args, **options)

    def forward(self, x, training=False):
        """Note, then run."""
        self.shown.append(np.array(x))
        self.told.append(bool(training))
        return super().forward(x, training)

    def backward(self, dout, cache):
        """Note the labels, for which alone the gradient has another sign, then run."""
        grads, up = super().backward(dout, cache), np.asarray(dout) > 0
        one = up.sum(axis=1) == 1
        self.labels.append(np.where(one, up.argmax(axis=1), (~up).argmax(axis=1)))
        return grads


class Counted(scratch.SGD):
    """An optimiser that notes how often it steps."""

    def step(self, params, grads):
        """Note, then step."""
        self.count = getattr(self, "count", 0) + 1
        super().step(params, grads)


def _network(seed, kind=scratch.Network):
    layers = [scratch.Dense(4, "tanh"), scratch.Dense(3)]
    return kind(layers, input_shape=(2,), seed=seed, dtype=np.float64)


def _data(count, seed):
    rng = np.random.default_rng([6, seed])
    return rng.normal(size=(count, 2)), rng.integers(0, 3, count)


def at_work(answer, count, batch_size, seed):
    """Let an answer train for two epochs, and note all that it does; None of an empty one."""
    (x, y), epochs = _data(count, seed), []
    network, optimiser = _network(seed, Watched), Counted(RATE)
    rng = np.random.default_rng(seed)
    for _ in range(2):
        before = copy.deepcopy(rng.bit_generator.state)
        network.shown, network.told, network.labels, optimiser.count = [], [], [], 0
        given = x.copy(), y.copy()
        came = answer(network, *given, optimiser, batch_size, rng)
        if not network.shown and (came is None or came is Ellipsis):
            return None
        places = [_places(batch, x) for batch in network.shown]
        noted = {"came": came, "places": places, "told": network.told, "steps": optimiser.count}
        noted["labels"] = network.labels
        noted["kept"] = np.array_equal(given[0], x) and np.array_equal(given[1], y)
        noted["drawn"] = rng.bit_generator.state != before
        epochs.append(noted | {"weights": network.get_weights()})
    return epochs


def _places(batch, x):
    """Which of the examples stand in a batch; -1 for what is none of them."""
    same = (batch[:, None] == x[None]).all(axis=2)
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


def told(epochs, count, batch_size, seed):
    """Say in words what was done: the same of every right answer, whatever its order."""
    said = {}
    before = [_network(seed).get_weights(), *[noted["weights"] for noted in epochs]]
    for name, noted, weights in zip(("first", "second"), epochs, before, strict=False):
        said |= {
            f"{name} epoch: {key}": value
            for key, value in _epoch(noted, weights, _data(count, seed), batch_size, seed).items()
        }
    orders = [np.concatenate([[-1], *noted["places"]]) for noted in epochs]
    same = np.array_equal(*orders)
    shuffled = all(said[f"{name} epoch: order"] == "shuffled" for name in ("first", "second"))
    by_rng = same or not shuffled or all(noted["drawn"] for noted in epochs)
    return said | {
        "the two orders": "the same" if same else "different",
        "the orders are drawn": "with rng" if by_rng else "without rng",
    }


class Uphill(scratch.SGD):
    """An optimiser that goes the wrong way."""

    def step(self, params, grads):
        """Turn round, then step."""
        super().step(params, [-grad for grad in grads])


def _again(noted, weights, data, seed, *, left=False, kind=scratch.SGD):
    """Train a twin on the same batches; return its losses and weights. `left`: labels stay."""
    (x, y), twin, optimiser, losses, start = data, _network(seed), kind(RATE), [], 0
    twin.set_weights(weights)
    for place in filter(len, noted["places"]):
        labels = y[start : start + len(place)] if left else y[place]
        if len(labels) < len(place):
            break
        metrics = scratch.train_step(twin, x[place], labels, optimizer=optimiser)
        losses.append(metrics["loss"])
        start += len(place)
    return losses, twin.get_weights()


def _epoch(noted, weights, data, batch_size, seed):
    count, order = len(data[0]), np.concatenate([[], *noted["places"]]).astype(int)
    times = np.bincount(order[order >= 0], minlength=count)
    sizes = [len(place) for place in noted["places"]]
    uneven = ["some never"] * bool(min(times) == 0) + ["some more than once"] * bool(max(times) > 1)
    ordered = len(order) > 1 and (order == np.arange(len(order))).all()
    losses, right = _again(noted, weights, data, seed)
    ends = {"as those batches leave them": right, "where they were": weights}
    ends["as far on the other side"] = _again(noted, weights, data, seed, kind=Uphill)[1]
    if not ordered:
        ends["as if the labels had not been shuffled"] = _again(
            noted, weights, data, seed, left=True
        )[1]
    labels = _labels(noted, data[1])
    return {
        "examples": ", ".join(uneven) or "each once",
        "batches": f"{len(sizes)} of at most {max(sizes, default=0)}"
        if len(sizes) != -(-count // batch_size) or max(sizes) > batch_size
        else "as asked",
        "order": "as it came" if ordered else "shuffled",
        "training=True": all(noted["told"]),
        "steps of the optimiser": "one a batch"
        if noted["steps"] == len(sizes)
        else f"{noted['steps']} for {len(sizes)} batches",
        "labels": labels,
        "x and y afterwards": "changed" if labels == SAME and not noted["kept"] else "as they were",
        "the weights": _where(noted["weights"], ends),
        "what came back": _loss(noted["came"], losses, sizes),
    }


def _labels(noted, y):
    """Say whether the gradients were those of the labels that belong to what was shown."""
    pairs = zip(noted["places"], noted["labels"], strict=False)
    same = all(np.array_equal(y[place], labels) for place, labels in pairs)
    return SAME if same else "those of others"


def _where(came, ends):
    """Say where the weights are: the first of some places that they are near."""
    for name, weights in ends.items():
        if all(np.allclose(a, b, rtol=1e-6) for a, b in zip(came, weights, strict=True)):
            return name
    return "elsewhere"


def _loss(came, losses, sizes):
    """Call what came back by its name."""
    try:
        number = float("text" if isinstance(came, str | bytes) else came)
    except Exception:  # no number, too large a one, or an object that refuses
        return "nothing" if came is None else kind_of(came)
    if not losses:
        return "a number"
    names = {
        "the mean loss": (
            np.mean(losses),
            np.average(losses, weights=[size for size in sizes if size]),
        ),
        "the loss of the last batch": (losses[-1],),
        "the sum of the losses": (np.sum(losses),),
    }
    for name, values in names.items():
        if np.isclose(number, values, rtol=1e-6).any():
            return name
    return "another number"


def _made(
    *, order="new", labels="same", last=True, step="each", back="mean", training=True, spoils=False
):
    """Return the reference with some of its parts changed."""

    def epoch(network, x, y, optimiser, batch_size, rng):
        count, fixed = len(x), np.random.default_rng(0)
        untouched = copy.deepcopy(rng.bit_generator.state)
        chosen = {
            "new": rng.permutation(count),
            "old": np.arange(count),
            "drawn": rng.integers(0, count, count),
            "other": np.random.default_rng().permutation(count),
            "fixed": fixed.permutation(count),
        }[order]
        other = {"same": chosen, "old": np.arange(count), "apart": rng.permutation(count)}[labels]
        if spoils:
            x[:], y[:], chosen = x[chosen], y[chosen], np.arange(count)
            other = chosen
        if order == "other":
            rng.bit_generator.state = untouched
        stop = count if last else count - batch_size + 1
        size, losses, grads = batch_size if step != "whole" else count, [], None
        for start in range(0, stop, size):
            batch = slice(start, start + size)
            scores, cache = network.forward(x[chosen[batch]], training=training)
            loss, loss_cache = scratch.softmax_cross_entropy_forward(scores, y[other[batch]])
            grads = network.backward(scratch.softmax_cross_entropy_backward(1.0, loss_cache), cache)
            losses.append(loss)
            if step == "uphill":
                grads = [-grad for grad in grads]
            if step in ("each", "whole", "uphill", "first"):
                optimiser.step(network.parameters, grads)
            if step == "copies":
                optimiser.step([p.copy() for p in network.parameters], grads)
            if step == "first":
                break
        if step == "last":
            optimiser.step(network.parameters, grads)
        return {
            "mean": np.mean(losses),
            "last": losses[-1],
            "sum": np.sum(losses),
            "all": losses,
            "nothing": None,
        }[back]

    return epoch


EPOCH_MISTAKES = {
    "not-shuffled": _made(order="old"),
    "shuffled-apart": _made(labels="apart"),
    "labels-left-behind": _made(labels="old"),
    "last-left-out": _made(last=False),
    "first-batch-only": _made(step="first"),
    "no-step": _made(step="none"),
    "step-after-the-loop": _made(step="last"),
    "whole": _made(step="whole"),
    "drawn": _made(order="drawn"),
    "same-order-again": _made(order="fixed"),
    "without-rng": _made(order="other"),
    "last-loss": _made(back="last"),
    "sum": _made(back="sum"),
    "all-losses": _made(back="all"),
    "nothing-back": _made(back="nothing"),
    "not-training": _made(training=False),
    "uphill": _made(step="uphill"),
    "copies": _made(step="copies"),
    "shuffled-in-place": _made(spoils=True),
}
