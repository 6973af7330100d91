"""The part of a boundary network that looks over time, in Keras: what a frame may know."""

from vidlearn.course.exercises._over_time import told_of_films
from vidlearn.course.exercises.lesson13.kept import kept, once


def segmenter(features, units, kernel_size):
    """Compare neighbours, remember what was before and what comes, answer for each frame."""
    import keras
    from keras import layers

    x = keras.Input((None, features))
    y = layers.Conv1D(units, kernel_size, padding="same", activation="relu")(x)
    y = layers.Bidirectional(layers.LSTM(units, return_sequences=True))(y)
    return keras.Model(x, layers.Dense(2)(y))


def segmenter_cases():
    return [(4, 5, 3), (6, 3, 5)]


@once
def told(model, features, units, kernel_size):
    """Say what the network does with films of vectors; see `told_of_films`."""
    return told_of_films(model, features, seed=22)


def _net(
    *, padding="same", relu="relu", kind="LSTM", ways="both", every=True, last=None, answers=2,
    over=None, size=None, bias=True, twice=False, norm=False, conv=True, merge="concat",
    hidden=False, wide=1.0,
):  # fmt: skip
    """Return the reference with some of its parts changed."""

    def build(features, units, kernel_size):
        import keras
        from keras import layers

        x = y = keras.Input((None, features))
        if conv:
            width = size or kernel_size
            y = layers.Conv1D(units, width, padding=padding, activation=relu, use_bias=bias)(y)
        y = layers.BatchNormalization()(y) if norm else y

        def memory(**more):
            return getattr(layers, kind)(int(wide * units), return_sequences=every, **more)

        if ways == "both":
            y = layers.Bidirectional(memory(), merge_mode=merge)(y)
        elif ways == "forwards":
            y = memory()(y)
        elif ways == "backwards":  # Keras leaves what comes out in the order it was read
            y = memory(go_backwards=True)(y)
        elif ways == "unturned":
            y = layers.Concatenate()([memory()(y), memory(go_backwards=True)(y)])
        if twice:
            y = layers.Bidirectional(memory())(y)
        y = layers.Dense(units, activation="relu")(y) if hidden else y
        y = layers.Dense(answers, activation=last)(y)
        y = layers.Softmax(axis=over)(y) if over else y
        return keras.Model(x, y)

    return build


ONE_WAY, ONE_ANSWER, SIGMOID = {"ways": "forwards"}, {"every": False}, {"last": "sigmoid"}
as_given = _net(**ONE_WAY, **ONE_ANSWER, **SIGMOID)
"""The function to repair: it never looks back, answers once for a film, and squeezes the answer."""

SEGMENTER_MISTAKES = kept(
    {
        "as-given": as_given,
        # one of three mended, or two
        "one-answer-sigmoid": _net(**ONE_ANSWER, **SIGMOID),
        "one-way-sigmoid": _net(**ONE_WAY, **SIGMOID),
        "one-way-one-answer": _net(**ONE_WAY, **ONE_ANSWER),
        "sigmoid": _net(**SIGMOID),
        "one-answer": _net(**ONE_ANSWER),
        "one-way": _net(**ONE_WAY),
        # new ones
        "softmax-over-time": _net(over=1),
        "softmax": _net(last="softmax"),
        "one-way-softmax": _net(**ONE_WAY, last="softmax"),
        "backwards": _net(ways="backwards"),
        "unturned": _net(ways="unturned"),
        "two-one-way": _net(ways="forwards", twice=True),
        "twice": _net(twice=True),
        "gru": _net(kind="GRU"),
        "simple-rnn": _net(kind="SimpleRNN"),
        "no-memory": _net(ways="none"),
        "no-convolution": _net(conv=False),
        "kernel-1": _net(size=1),
        "causal": _net(padding="causal"),
        "valid": _net(padding="valid"),
        "no-relu": _net(relu=None),
        "no-bias": _net(bias=False),
        "norm": _net(norm=True),
        "summed": _net(merge="sum"),
        "averaged": _net(merge="ave"),
        "multiplied": _net(merge="mul"),
        "one-number": _net(answers=1),
        "tanh": _net(last="tanh"),
        "relu-at-the-end": _net(last="relu"),
        "hidden": _net(hidden=True),
        "half-units": _net(wide=0.5),
        "double-units": _net(wide=2),
    },
    key=lambda *sizes: sizes,
)
