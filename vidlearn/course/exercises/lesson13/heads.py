"""A head on a feature map, in Keras: what it puts out, how large it is, which cell says what."""

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson13.kept import kept, once


def rpn_head(shape, per_cell):
    """Build the head of an RPN: a score and four moves for every anchor of every cell."""
    import keras
    from keras import layers

    features = keras.Input(shape)
    x = layers.Conv2D(shape[-1], 3, padding="same", activation="relu")(features)
    scores = layers.Conv2D(per_cell, 1)(x)
    moves = layers.Conv2D(4 * per_cell, 1)(x)
    scores = layers.Reshape((-1,))(scores)
    moves = layers.Reshape((-1, 4))(moves)
    return keras.Model(features, [scores, moves])


def head_cases():
    return [((3, 4, 8), 1), ((4, 5, 8), 3), ((5, 3, 6), 2)]


@once
def tried(model, shape, per_cell):
    """Say what a head does, whatever its layers are called.

    Parameters
    ----------
    model : keras.Model
        The answer.
    shape : (int, int, int)
        Of the map.
    per_cell : int
        Anchors of a cell.

    Returns
    -------
    dict

    Raises
    ------
    Refusal
        If it is no model with one input and two outputs, or will not run.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise Refusal("Return a `keras.Model`: `keras.Model(features, [scores, moves])`.")
    one = isinstance(model, keras.Sequential)  # a single output, and no `output` before a call
    if not one and not (hasattr(model, "inputs") and hasattr(model, "output")):
        raise Refusal(
            "A class of your own has no inputs to look at. Begin with `keras.Input`, and end with "
            "`keras.Model(features, [scores, moves])`."
        )
    if one or len(model.inputs or ()) != 1 or not isinstance(model.output, list | tuple):
        raise Refusal("The model takes one map, and puts out a list of two: `[scores, moves]`.")
    if len(model.outputs) != 2:
        raise Refusal(f"Two things come out, scores and moves; yours are {len(model.outputs)}.")
    found = {
        "scores": f"shape {_plain(model.outputs[0].shape)}",
        "moves": f"shape {_plain(model.outputs[1].shape)}",
        "weights": sum(int(np.prod(w.shape)) for w in model.trainable_weights),
    }
    rng = np.random.default_rng(5)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    return found | _behaviour(model, shape, rng)


def _plain(shape):
    return tuple("N" if side is None else side for side in shape)


def _behaviour(model, shape, rng):
    """Which rows a cell answers for, whether scores are bounded, whether a ReLU bends them."""

    def run(x):
        return [np.asarray(part)[0] for part in map(_numpy, model(x[None].astype("float32")))]

    cell = (1, 2)
    changed = [set(), set()]
    for _ in range(4):
        x = rng.normal(size=shape)
        other = x.copy()
        other[cell] += rng.normal(size=shape[-1])
        for rows, a, b in zip(changed, run(x), run(other), strict=True):
            away = np.abs(a - b).reshape(len(a), -1).max(axis=1)
            rows |= set(np.flatnonzero(away > 1e-6).tolist())
    x = rng.normal(size=shape)
    there, back, middle = (run(s * x) for s in (1, -1, 0))
    bent = any(
        np.abs(a + b - 2 * m).max() > 1e-3 for a, b, m in zip(there, back, middle, strict=True)
    )
    wide = [np.array(parts) for parts in zip(run(30 * x), run(-30 * x), strict=True)]
    return {
        "scores' range": _range(wide[0]),
        "moves' range": _range(wide[1]),
        "ReLU in between": "yes" if bent else "no",
        "rows of scores that a change in cell (1, 2) reaches": np.array(sorted(changed[0])),
        "rows of moves that a change in cell (1, 2) reaches": np.array(sorted(changed[1])),
    }


def _range(numbers):
    """Say what an activation has left of the numbers."""
    if np.abs(numbers).max() <= 1 + 1e-6:
        return "0 to 1" if numbers.min() >= 0 else "-1 to 1"
    return "0 and above" if numbers.min() >= 0 else "any number"


def _numpy(x):
    from keras import ops

    return ops.convert_to_numpy(x)


def _head(
    *,
    filters=None,
    size=3,
    padding="same",
    active="relu",
    score=None,
    move=None,
    each=1,
    turn=None,
    last=1,
    hidden=1,
    rows=True,
    bias=True,
    swapped=False,
):
    """Return the reference with some of its parts changed."""

    def build(shape, per_cell):
        import keras
        from keras import layers

        features = keras.Input(shape)
        trunks = [features, features]
        for k in range(2 if hidden == 2 else hidden):
            conv = layers.Conv2D(
                filters or shape[-1], size, padding=padding, activation=active, use_bias=bias
            )
            trunks = [conv(features)] * 2 if k == 0 else [trunks[0], conv(features)]
        outs = []
        for x, count in zip(trunks, (each * per_cell, 4 * per_cell), strict=True):
            x = layers.Conv2D(
                count, last, padding="same", activation=move if outs else score, use_bias=bias
            )(x)
            outs.append(layers.Permute(turn)(x) if turn else x)
        if rows:
            last_axis = (-1,) if each == 1 else (-1, each)
            outs = [layers.Reshape(last_axis)(outs[0]), layers.Reshape((-1, 4))(outs[1])]
        return keras.Model(features, outs[::-1] if swapped else outs)

    return build


def _flat_moves(shape, per_cell):
    import keras

    model = rpn_head(shape, per_cell)
    scores, moves = model.outputs
    return keras.Model(model.inputs[0], [scores, keras.layers.Flatten()(moves)])


def _columns_of_scores(shape, per_cell):
    """A last axis of 1 is left."""
    import keras

    model = rpn_head(shape, per_cell)
    scores, moves = model.outputs
    return keras.Model(model.inputs[0], [keras.layers.Reshape((-1, 1))(scores), moves])


HEAD_MISTAKES = kept(
    {
        "sigmoid": _head(score="sigmoid"),
        "moves-bounded": _head(move="sigmoid"),
        "moves-tanh": _head(move="tanh"),
        "relu-at-the-end": _head(score="relu", move="relu"),
        "no-relu": _head(active=None),
        "no-hidden": _head(hidden=0),
        "two-hidden": _head(hidden=2),
        "not-padded": _head(padding="valid"),
        "maps": _head(rows=False),
        "two-scores": _head(each=2),
        "flat-moves": _flat_moves,
        "columns-of-scores": _columns_of_scores,
        "swapped": _head(swapped=True),
        "kind-by-kind": _head(turn=(3, 1, 2)),
        "columns-first": _head(turn=(2, 1, 3)),
        "one-by-one": _head(size=1),
        "three-by-three-last": _head(last=3),
        "wide": _head(filters=256),
        "no-bias": _head(bias=False),
    },
    key=lambda shape, per_cell: (shape, per_cell),
)
