"""Hard negatives: which background boxes of a picture a training step looks at."""

import numpy as np

from vidlearn.course.exercises import Refusal


def hard_negatives(losses, kinds, ratio, least):
    """Mark the background boxes of each picture that are hardest."""
    from keras import ops

    things = ops.sum(ops.cast(kinds > 0, "int32"), axis=1, keepdims=True)
    count = ops.maximum(ratio * things, least)  # (N, 1): of this picture
    losses = ops.where(kinds == 0, losses, -1.0)
    rank = ops.argsort(ops.argsort(-losses, axis=1), axis=1)  # 0: the hardest
    chosen = ops.logical_and(kinds == 0, ops.cast(rank, "int32") < count)
    return ops.cast(chosen, "float32")


def negative_cases():
    rng = np.random.default_rng(15)
    first = np.array([[0.1, 3.0, 0.5, 2.0, 9.0, 0.2, 0.3]])
    cases = [(first, np.array([[0, 2, 0, 0, -1, 0, 0]]), 2, 1)]
    for shape, share, ratio, least in (((2, 9), 0.2, 1, 1), ((3, 24), 0.12, 3, 2)):
        kinds = rng.choice([0, 1, 3, -1], shape, p=[0.9 - share, share / 2, share / 2, 0.1])
        cases.append((_apart(rng, shape), kinds, ratio, least))
    scarce = np.array([[3, 0, -1, 0, 1, -1, 0, 0]])  # four of background; six might be marked
    cases.append((_apart(rng, (1, 8)), scarce, 3, 1))
    crowded = np.zeros((2, 30), int)  # all things of the batch are in one picture
    crowded[0, [2, 5, 11, 17]] = [1, 1, 2, 3]
    crowded[1, [0, 8]] = -1
    cases.append((_apart(rng, (2, 30)), crowded, 3, 4))
    return [(losses.astype(np.float32), kinds.astype(np.int32), *n) for losses, kinds, *n in cases]


def _apart(rng, shape):
    """Losses above 0, no two alike."""
    return (1 + rng.permutation(np.prod(shape)).reshape(shape)) / 10


def at_work(answer, losses, kinds, ratio, least):
    """Call an answer on numbers; the first input also as a compiler does."""
    import keras

    from vidlearn.course.exercises._gradients import compiled

    tensors = map(keras.ops.convert_to_tensor, (losses, kinds))
    found = answer(*tensors, ratio, least)
    if found is None or found is Ellipsis:
        return None
    if len(losses) == 1 and losses.shape[1] == 7:
        compiled(
            lambda x, k: answer(x, keras.ops.cast(k, "int32"), ratio, least),
            [losses, kinds.astype(np.float32)],
        )
    return np.asarray(keras.ops.convert_to_numpy(found))


def told(marks, losses, kinds, ratio, least):
    """Return the marks, if they are numbers that a loss can add."""
    marks = np.asarray(marks)
    if marks.dtype.kind != "f":
        raise Refusal(
            "Return numbers, 1.0 and 0.0, for the loss adds them up: "
            f'`ops.cast(chosen, "float32")`. Yours are of the type {marks.dtype}.'
        )
    return marks


def _choosing(*, count=None, among=None, rank=None, only=None):
    """Return the reference with one of its parts changed, in NumPy and once more in symbols.

    Parameters
    ----------
    count : callable
        ``count(things, ratio, least)``: how many of each picture; things are (N, 1).
    among : callable
        ``among(kinds)``: which boxes stand in line.
    rank : callable
        ``rank(losses)``: the place of each in line, 0 for the first.
    only : callable
        ``only(kinds)``: which boxes may be marked.
    """

    def choose(losses, kinds, ratio, least):
        from keras import ops

        background = among(kinds) if among else kinds == 0
        things = ops.sum(ops.cast(kinds > 0, "int32"), axis=1, keepdims=True)
        many = count(things, ratio, least) if count else ops.maximum(ratio * things, least)
        ranked = (rank or _by_loss)(ops.where(background, losses, -1.0))
        marked = ops.logical_and(
            only(kinds) if only else background, ops.cast(ranked, "int32") < many
        )
        return ops.cast(marked, "float32")

    return choose


def _by_loss(losses):
    from keras import ops

    return ops.argsort(ops.argsort(-losses, axis=1), axis=1)


def _easiest(losses):
    from keras import ops

    return ops.argsort(ops.argsort(ops.where(losses < 0, 1e9, losses), axis=1), axis=1)


def _sorted_once(losses):
    from keras import ops

    return ops.argsort(-losses, axis=1)


def _all_in_one_line(losses):
    """The rank in the whole batch."""
    from keras import ops

    flat = ops.reshape(losses, (-1,))
    return ops.reshape(ops.argsort(ops.argsort(-flat)), ops.shape(losses))


def _with_things(losses, kinds, ratio, least):
    from keras import ops

    return hard_negatives(losses, kinds, ratio, least) + ops.cast(kinds > 0, "float32")


def _of_the_batch(things, ratio, least):
    from keras import ops

    return ops.maximum(ratio * ops.sum(things), least)


def _most(x, y):
    from keras import ops

    return ops.maximum(x, y)


def _least(x, y):
    from keras import ops

    return ops.minimum(x, y)


def _by_rank_alone(losses, kinds, ratio, least):
    """Whose rank is below the count, background or not."""
    choose = _choosing(among=lambda kinds: kinds == 0, only=lambda kinds: kinds >= -1)
    return choose(losses, kinds, ratio, least)


def _ignored_counted(losses, kinds, ratio, least):
    """Take all that is no background for a thing when counting."""
    from keras import ops

    things = ops.sum(ops.cast(kinds != 0, "int32"), axis=1, keepdims=True)
    count = _choosing(count=lambda _, ratio, least: _most(ratio * things, least))
    return count(losses, kinds, ratio, least)


NEGATIVE_MISTAKES = {
    "per-batch": _choosing(count=_of_the_batch, rank=_all_in_one_line),
    "count-of-the-batch": _choosing(count=_of_the_batch),
    "line-of-the-batch": _choosing(rank=_all_in_one_line),
    "easiest": _choosing(rank=_easiest),
    "sorted-once": _choosing(rank=_sorted_once),
    "things-too": _choosing(among=lambda kinds: kinds >= 0),
    "things-added": _with_things,
    "things-in-line": _choosing(among=lambda kinds: kinds >= 0, only=lambda kinds: kinds == 0),
    "ignored-too": _choosing(among=lambda kinds: kinds <= 0),
    "ignored-in-line": _choosing(among=lambda kinds: kinds <= 0, only=lambda kinds: kinds == 0),
    "all-in-line": _choosing(among=lambda kinds: kinds >= -1, only=lambda kinds: kinds == 0),
    "all-of-them": _choosing(count=lambda things, ratio, least: 10**6 + 0 * things),
    "no-ratio": _choosing(count=lambda things, ratio, least: _most(things, least)),
    "no-least": _choosing(count=lambda things, ratio, least: ratio * things),
    "least-added": _choosing(count=lambda things, ratio, least: ratio * things + least),
    "least-as-most": _choosing(count=lambda things, ratio, least: _least(ratio * things, least)),
    "by-rank-alone": _by_rank_alone,
    "ignored-counted": _ignored_counted,
    "one-more": _choosing(count=lambda things, ratio, least: _most(ratio * things, least) + 1),
}
