"""Who proposes: a model put together of trunk, RPN and head, and what each loss can teach."""

import warnings

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson13.kept import kept, once

SIZE = (64, 96)
STRIDE = 16
PARTS = ("trunk", "rpn", "head")


def faster_rcnn(size, trunk, rpn, head, anchors, count):
    """Return a model: pictures in, proposals, names and moves out."""
    import keras
    from keras import ops

    from vidlearn.layers import RoIAlign, decode_boxes

    pictures = keras.Input((*size, 3))
    features = trunk(pictures)
    scores, moves = rpn(features)
    best = ops.top_k(scores, count)[1]
    proposals = decode_boxes(moves, anchors)
    proposals = ops.take_along_axis(proposals, best[..., None], axis=1)
    proposals = ops.stop_gradient(proposals)
    pieces = RoIAlign(3, scale=features.shape[1] / size[0])(features, proposals)
    return keras.Model(pictures, [proposals, *head(pieces)])


def made_trunk(pictures):
    """Look at pictures once: (N, 64, 96, 3) to (N, 4, 6, 8)."""
    from keras import layers

    return layers.Conv2D(8, 16, 16, name="trunk", activation="tanh")(pictures)


def made_rpn(features):
    """Put out scores (N, A) and moves (N, A, 4) of the anchors."""
    from keras import layers

    scores = layers.Conv2D(2, 1, name="rpn_scores")(features)
    moves = layers.Conv2D(8, 1, name="rpn_moves")(features)
    return layers.Reshape((-1,))(scores), layers.Reshape((-1, 4))(moves)


def made_head(pieces):
    """Name each piece and move it: (N, R, 3, 3, 8) to (N, R, 3) and (N, R, 4)."""
    from keras import layers

    x = layers.Reshape((-1, 3 * 3 * 8))(pieces)
    return layers.Dense(3, name="head_names")(x), layers.Dense(4, name="head_moves")(x)


def join_cases():
    from vidlearn.boxes import anchors

    laid = anchors((SIZE[0] // STRIDE, SIZE[1] // STRIDE), STRIDE, sizes=(14,), ratios=(0.8, 1.3))
    laid = laid.astype(np.float32)
    return [(SIZE, made_trunk, made_rpn, made_head, laid, count) for count in (3, 5)]


def given(size, trunk, rpn, head, anchors, count):
    """Describe an input."""
    return f"size = {size}, anchors of shape {anchors.shape}, count = {count}"


@once
def joined(model, size, trunk, rpn, head, anchors, count):
    """Say what a model of these parts takes, puts out, and learns from one step of all losses."""
    import keras

    if not isinstance(model, keras.Model):
        raise Refusal("Return a `keras.Model`, as the function did.")
    if not isinstance(model.output, list | tuple) or len(model.outputs) != 3:
        raise Refusal("Three things come out: `[proposals, names, moves]`.")
    inputs = ", ".join(str(tuple(x.shape[1:])) for x in model.inputs)
    shapes = ", ".join(str(tuple(x.shape[1:])) for x in model.outputs)
    if len(model.inputs) != 1 or tuple(model.outputs[0].shape[1:]) != (count, 4):
        own = not any(model.outputs[0] is x for x in model.inputs)
        come = "out of the model" if own else "from outside"
        return {"inputs": inputs, "outputs": shapes, "proposals come": come}
    _draw_weights(model)
    rng = np.random.default_rng(3)
    pictures = rng.normal(size=(2, *SIZE, 3)).astype(np.float32)
    proposals, names, _ = map(keras.ops.convert_to_numpy, model(pictures))
    return {
        "inputs": inputs,
        "outputs": shapes,
        "proposals come": "out of the model",
        "proposals": proposals[0],
        "names": names[0],
        "learns": _what_learns(model, pictures),
    }


def _draw_weights(model):
    """Give each layer numbers that hang on its name, in whatever order the layers were made."""
    for layer in model.layers:
        rng = np.random.default_rng(list(layer.name.encode()))
        layer.set_weights([rng.normal(0, 0.15, w.shape) for w in layer.get_weights()])


def _what_learns(model, pictures):
    """Name the parts that move in one step by the losses of everything that comes out."""
    import keras

    before = {layer.name: layer.get_weights() for layer in model.layers}
    wanted = [np.ones((len(pictures), *x.shape[1:]), np.float32) for x in model.outputs]
    model.compile(keras.optimizers.SGD(0.01), ["mse"] * 3, run_eagerly=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "Gradients do not exist": so it should be
        model.train_on_batch(pictures, wanted)
    moved = [
        layer.name
        for layer in model.layers
        if any((a != b).any() for a, b in zip(before[layer.name], layer.get_weights(), strict=True))
    ]
    parts = [part for part in PARTS if any(name.startswith(part) for name in moved)]
    return ", ".join(parts) or "nothing"


def as_given(size, trunk, rpn, head, anchors, count):
    import keras

    from vidlearn.layers import RoIAlign

    pictures = keras.Input((*size, 3))
    proposals = keras.Input((count, 4))
    features = trunk(pictures)
    pieces = RoIAlign(3, scale=features.shape[1] / size[0])(features, proposals)
    return keras.Model([pictures, proposals], [proposals, *head(pieces)])


def _top(scores, count):
    from keras import ops

    return ops.top_k(scores, count)[1]


def _lowest(scores, count):
    from keras import ops

    return ops.top_k(-scores, count)[1]


def _decoded(moves, anchors):
    from vidlearn.layers import decode_boxes

    return decode_boxes(moves, anchors)


def _plain(moves, anchors):
    from vidlearn.layers import decode_boxes

    return decode_boxes(moves, anchors, variances=(1, 1, 1, 1))


def _anchors_alone(moves, anchors):
    return _decoded(moves * 0, anchors)


def _moves_alone(moves, anchors):
    return moves


def _joined(*, best=_top, found=_decoded, stops=("proposals",)):
    """Return the reference with some of its parts changed."""

    def build(size, trunk, rpn, head, anchors, count):
        import keras
        from keras import ops

        from vidlearn.layers import RoIAlign

        def stopped(x, name):
            return ops.stop_gradient(x) if name in stops else x

        pictures = keras.Input((*size, 3))
        features = trunk(pictures)
        scores, moves = rpn(stopped(features, "rpn"))
        proposals = found(moves, anchors)
        if best:
            chosen = best(scores, count)
            proposals = ops.take_along_axis(proposals, chosen[..., None], axis=1)
        else:
            proposals = proposals[:, :count]
        proposals = stopped(proposals, "proposals")
        cut = RoIAlign(3, scale=features.shape[1] / size[0])
        pieces = cut(stopped(features, "head"), proposals)
        return keras.Model(pictures, [proposals, *head(pieces)])

    return build


def _all_of_them(size, trunk, rpn, head, anchors, count):
    return _joined()(size, trunk, rpn, head, anchors, len(anchors))


def _two_inputs(size, trunk, rpn, head, anchors, count):
    """The proposals are its own, but the model still asks for others."""
    import keras

    model = faster_rcnn(size, trunk, rpn, head, anchors, count)
    return keras.Model([model.inputs[0], keras.Input((count, 4))], model.outputs)


JOIN_MISTAKES = kept(
    {
        "as-given": as_given,
        "two-inputs": _two_inputs,
        "gradient-flows": _joined(stops=()),
        "trunk-stopped": _joined(stops=("proposals", "head")),
        "first-ones": _joined(best=None),
        "first-ones-flow": _joined(best=None, stops=()),
        "lowest": _joined(best=_lowest),
        "anchors-alone": _joined(found=_anchors_alone),
        "moves-alone": _joined(found=_moves_alone),
        "no-variances": _joined(found=_plain),
        "all-of-them": _all_of_them,
    },
    key=lambda size, trunk, rpn, head, anchors, count: count,
)
