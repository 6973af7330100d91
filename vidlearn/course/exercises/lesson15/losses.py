"""The loss of SSD, to be repaired: what its softmax, its box loss and its mean are about."""

import numpy as np

from vidlearn.course.exercises.lesson15.negatives import hard_negatives


def ssd_loss(logits, moves, kinds, goals, hard):
    """Return the loss of a batch of pictures, one number."""
    from keras import ops

    thing = ops.cast(kinds > 0, "float32")  # (N, A)
    logs = ops.log_softmax(logits)
    right = ops.maximum(kinds, 0)[..., None]
    entropy = -ops.take_along_axis(logs, right, axis=-1)[..., 0]
    chosen = thing + hard(entropy, kinds, 3, 10)
    away = ops.abs(moves - goals)
    smooth = ops.where(away < 1, 0.5 * away**2, away - 0.5)
    box = ops.sum(smooth * thing[..., None])
    count = ops.maximum(ops.sum(thing), 1.0)
    return (ops.sum(entropy * chosen) + box) / count


def loss_cases():
    rng = np.random.default_rng(51)
    one = np.zeros((1, 14), int)
    one[0, 3], one[0, 4] = 2, -1
    cases = [(one, 2, 3.0)]
    for shape, classes in (((3, 20), 3),):
        share = [0.72, *[0.18 / classes] * classes, 0.1]
        cases.append((rng.choice([*range(classes + 1), -1], shape, p=share), classes, 1.5))
    cases[1][0][1] = np.where(cases[1][0][1] > 0, 0, cases[1][0][1])  # one picture without a thing
    cases.append((np.where(np.arange(24) % 7, 0, -1).reshape(2, 12), 2, 1.0))  # no thing at all
    made = []
    for kinds, classes, wild in cases:
        logits = rng.normal(0, 2, (*kinds.shape, classes + 1)).astype(np.float32)
        moves = rng.normal(0, wild, (*kinds.shape, 4)).astype(np.float32)
        goals = rng.normal(0, 1, (*kinds.shape, 4)).astype(np.float32)
        made.append((logits, moves, kinds.astype(np.int32), goals, hard_negatives))
    return made


def given(logits, moves, kinds, goals, hard):
    """Describe an input."""
    return (
        f"logits {logits.shape}, moves {moves.shape}, {(kinds > 0).sum()} boxes with a thing, "
        f"{(kinds == 0).sum()} of background, {(kinds < 0).sum()} ignored"
    )


def with_slopes(answer, logits, moves, kinds, goals, hard):
    """Run an answer as a training step does: the loss, and its gradients."""
    from keras import ops

    from vidlearn.course.exercises._gradients import with_gradients

    def run(logits, moves, kinds, goals):
        return answer(logits, moves, ops.cast(kinds, "int32"), goals, hard)

    return with_gradients(run, [logits, moves], [kinds, goals])


def _mended(
    *,
    background=True,
    masked=True,
    counted=True,
    mean=None,
    ignored=False,
    chosen=None,
    smooth=None,
):
    """Return the planted function with some of its three faults mended, or another one made."""

    def loss(logits, moves, kinds, goals, hard):
        from keras import ops

        thing = ops.cast(kinds > 0, "float32")
        first = 0 if background else 1
        logs = ops.log_softmax(logits[..., first:])
        right = ops.maximum(kinds - first, 0)[..., None]
        entropy = -ops.take_along_axis(logs, right, axis=-1)[..., 0]
        kept = ops.cast(kinds <= 0, "int32") if ignored else kinds
        picked = chosen(thing, kinds) if chosen else thing + hard(entropy, kinds, 3, 10)
        if ignored:
            picked = thing + hard(entropy, ops.where(kinds < 0, 0, kinds), 3, 10) + 0 * kept
        away = ops.abs(moves - goals)
        far = smooth(away) if smooth else ops.where(away < 1, 0.5 * away**2, away - 0.5)
        box = ops.sum(far * thing[..., None] if masked else far)
        count = ops.maximum(ops.sum(thing), 1.0)
        if mean:
            count = mean(thing, picked)
        if not counted:
            count = float(np.prod(kinds.shape[1:])) * ops.cast(ops.shape(kinds)[0], "float32")
        return (ops.sum(entropy * picked) + box) / count

    return loss


def _shifted(logits, moves, kinds, goals, hard):
    """The softmax has its background, but the first class stands in its place."""
    from keras import ops

    other = ops.where(kinds > 0, kinds - 1, kinds)
    return _with_right(logits, moves, kinds, goals, hard, other)


def _with_right(logits, moves, kinds, goals, hard, right):
    from keras import ops

    thing = ops.cast(kinds > 0, "float32")
    logs = ops.log_softmax(logits)
    entropy = -ops.take_along_axis(logs, ops.maximum(right, 0)[..., None], axis=-1)[..., 0]
    away = ops.abs(moves - goals)
    smooth = ops.where(away < 1, 0.5 * away**2, away - 0.5)
    total = ops.sum(entropy * (thing + hard(entropy, kinds, 3, 10)))
    return (total + ops.sum(smooth * thing[..., None])) / ops.maximum(ops.sum(thing), 1.0)


def _background_last(logits, moves, kinds, goals, hard):
    """Background stands behind the classes: class k is logit k - 1."""
    from keras import ops

    last = logits.shape[-1] - 1
    return _with_right(logits, moves, kinds, goals, hard, ops.where(kinds > 0, kinds - 1, last))


def _no_least(thing, picked):
    from keras import ops

    return ops.sum(thing)


def _averaged(logits, moves, kinds, goals, hard):
    """Huber as Keras's loss class has it: the mean of the four moves."""
    from keras import ops

    away = ops.abs(moves - goals)
    smooth = ops.where(away < 1, 0.5 * away**2, away - 0.5)
    thing = ops.cast(kinds > 0, "float32")
    too_much = 0.75 * ops.sum(smooth * thing[..., None]) / ops.maximum(ops.sum(thing), 1.0)
    return ssd_loss(logits, moves, kinds, goals, hard) - too_much


def _moves_of_background(logits, moves, kinds, goals, hard):
    """The moves of the hard negatives count, too."""
    from keras import ops

    thing = ops.cast(kinds > 0, "float32")
    logs = ops.log_softmax(logits)
    entropy = -ops.take_along_axis(logs, ops.maximum(kinds, 0)[..., None], axis=-1)[..., 0]
    away = ops.abs(moves - goals)
    smooth = ops.where(away < 1, 0.5 * away**2, away - 0.5)
    more = ops.sum(smooth * hard(entropy, kinds, 3, 10)[..., None])
    return ssd_loss(logits, moves, kinds, goals, hard) + more / ops.maximum(ops.sum(thing), 1.0)


def _everything(thing, kinds):
    from keras import ops

    return ops.cast(kinds >= 0, "float32")


def _things_alone(thing, kinds):
    return thing


def _all_chosen(thing, picked):
    from keras import ops

    return ops.maximum(ops.sum(picked), 1.0)


def _pictures(thing, picked):
    from keras import ops

    return ops.cast(ops.shape(thing)[0], "float32")


LOSS_MISTAKES = {
    "as-given": _mended(background=False, masked=False, counted=False),
    "background-and-mask": _mended(background=False, masked=False),
    "background-and-count": _mended(background=False, counted=False),
    "mask-and-count": _mended(masked=False, counted=False),
    "background": _mended(background=False),
    "mask": _mended(masked=False),
    "count": _mended(counted=False),
    "label-shifted": _shifted,
    "ignored-as-background": _mended(ignored=True),
    "all-background": _mended(chosen=_everything),
    "things-alone": _mended(chosen=_things_alone),
    "by-chosen": _mended(mean=_all_chosen),
    "by-pictures": _mended(mean=_pictures),
    "background-last": _background_last,
    "no-least": _mended(mean=_no_least),
    "averaged": _averaged,
    "moves-of-background": _moves_of_background,
    "squares": _mended(smooth=lambda away: 0.5 * away**2),
}
