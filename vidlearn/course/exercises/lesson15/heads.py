"""The head of one of SSD's maps, in Keras: shapes, weights, and which cell says what."""

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson13.heads import tried


def ssd_head(shape, boxes, classes):
    """Build the head of one map: class logits and four moves for every default box."""
    import keras
    from keras import layers

    features = keras.Input(shape)
    logits = layers.Conv2D(boxes * (classes + 1), 3, padding="same")(features)
    moves = layers.Conv2D(boxes * 4, 3, padding="same")(features)
    logits = layers.Reshape((-1, classes + 1))(logits)
    moves = layers.Reshape((-1, 4))(moves)
    return keras.Model(features, [logits, moves])


def head_cases():
    return [((3, 4, 8), 1, 2), ((4, 5, 8), 3, 4), ((5, 3, 6), 2, 5)]


def told(model, shape, boxes, classes):
    """Say what a head does; see `tried`."""
    try:
        found = tried(model, shape, boxes)
    except Refusal as refusal:
        raise Refusal(str(refusal).replace("scores", "logits")) from None
    return {name.replace("scores", "logits"): value for name, value in found.items()}


def _head(
    *, extra=1, size=3, padding="same", active=None, turn=None, hidden=False,
    boxes_of=lambda boxes: boxes, flat=False, swapped=False, bias=True, maps=False,
):  # fmt: skip
    """Return the reference with some of its parts changed."""

    def build(shape, boxes, classes):
        import keras
        from keras import layers

        features = keras.Input(shape)
        x = features
        if hidden:
            x = layers.Conv2D(shape[-1], 3, padding="same", activation="relu")(x)
        outs = []
        for numbers in (classes + extra, 4):
            count = boxes_of(boxes) * numbers
            y = layers.Conv2D(count, size, padding=padding, use_bias=bias)(x)
            if turn:
                y = layers.Permute(turn)(y)
            y = y if maps else layers.Reshape((-1, numbers))(y)
            if active and not outs:
                y = layers.Activation(active)(y)
            outs.append(layers.Flatten()(y) if flat else y)
        return keras.Model(features, outs[::-1] if swapped else outs)

    return build


HEAD_MISTAKES = {
    "no-background": _head(extra=0),
    "softmax": _head(active="softmax"),
    "no-background-softmax": _head(extra=0, active="softmax"),
    "one-by-one": _head(size=1),
    "not-padded": _head(padding="valid"),
    "hidden": _head(hidden=True),
    "one-box": _head(boxes_of=lambda boxes: 1),
    "columns-first": _head(turn=(2, 1, 3)),
    "kind-by-kind": _head(turn=(3, 1, 2)),
    "flat": _head(flat=True),
    "maps": _head(maps=True),
    "swapped": _head(swapped=True),
    "no-bias": _head(bias=False),
}
