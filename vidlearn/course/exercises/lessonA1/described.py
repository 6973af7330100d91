"""The network that the article calls SegmenterNet, as it is described, in Keras."""

from vidlearn.course.exercises._over_time import told_of_films
from vidlearn.course.exercises.lesson13.kept import kept, once


def segmenter_net(features, filters, units):
    """Compare neighbours, remember what was before and what comes, score each frame alone."""
    import keras
    from keras import layers

    x = keras.Input((None, features))
    y = layers.Conv1D(filters, 5, padding="same", activation="relu")(x)
    y = layers.Bidirectional(layers.LSTM(units, return_sequences=True))(y)
    return keras.Model(x, layers.Dense(1, activation="sigmoid")(y))


def net_cases():
    return [(4, 5, 3), (6, 3, 4)]


@once
def told(model, features, filters, units):
    """Say what the network does with films of vectors; see `told_of_films`."""
    return told_of_films(model, features, seed=11)


def _net(
    *, order="conv-first", ways="both", over=None, last="sigmoid", answers=1, kind="LSTM",
    padding="same", relu="relu", size=5, every=True, merge="concat", twice=False, exchanged=False,
):  # fmt: skip
    """Return the reference with some of its parts changed; `over` is a softmax's axis."""

    def build(features, filters, units):
        import keras
        from keras import layers

        if exchanged:
            filters, units = units, filters

        def compared(y):
            return layers.Conv1D(filters, size, padding=padding, activation=relu)(y)

        def remembered(y):
            def memory(**more):
                return getattr(layers, kind)(units, return_sequences=every, **more)

            if ways == "both":
                return layers.Bidirectional(memory(), merge_mode=merge)(y)
            if ways == "unturned":  # Keras leaves what comes out in the order it was read
                return layers.Concatenate()([memory()(y), memory(go_backwards=True)(y)])
            return memory(go_backwards=ways == "backwards")(y)

        steps = {
            "conv-first": (compared, remembered),
            "lstm-first": (remembered, compared),
            "conv-twice": (compared, remembered, compared),
            "conv": (compared,),
            "lstm": (remembered,),
        }[order]
        x = y = keras.Input((None, features))
        for step in (*steps, remembered) if twice else steps:
            y = step(y)
        y = layers.Dense(answers, activation=None if over else last)(y)
        return keras.Model(x, layers.Softmax(axis=over)(y) if over else y)

    return build


LSTM_FIRST, ONE_WAY, COMPETE = {"order": "lstm-first"}, {"ways": "forwards"}, {"over": 1}
as_given = _net(**LSTM_FIRST, **ONE_WAY, **COMPETE)
"""The function to repair: it remembers before it compares, one way, and the frames compete."""

NET_MISTAKES = kept(
    {
        "as-given": as_given,
        # one of three mended, or two
        "one-way-softmax-over-time": _net(**ONE_WAY, **COMPETE),
        "lstm-first-softmax-over-time": _net(**LSTM_FIRST, **COMPETE),
        "lstm-first-one-way": _net(**LSTM_FIRST, **ONE_WAY),
        "softmax-over-time": _net(**COMPETE),
        "lstm-first": _net(**LSTM_FIRST),
        "one-way": _net(**ONE_WAY),
        # new ones
        "softmax-of-one": _net(last="softmax"),
        "one-way-softmax-of-one": _net(**ONE_WAY, last="softmax"),
        "no-activation": _net(last=None),
        "tanh": _net(last="tanh"),
        "two-numbers": _net(answers=2),
        "one-answer": _net(every=False),
        "backwards": _net(ways="backwards"),
        "unturned": _net(ways="unturned"),
        "twice": _net(twice=True),
        "conv-twice": _net(order="conv-twice"),
        "gru": _net(kind="GRU"),
        "simple-rnn": _net(kind="SimpleRNN"),
        "no-memory": _net(order="conv"),
        "no-convolution": _net(order="lstm"),
        "kernel-3": _net(size=3),
        "kernel-1": _net(size=1),
        "causal": _net(padding="causal"),
        "valid": _net(padding="valid"),
        "no-relu": _net(relu=None),
        "exchanged": _net(exchanged=True),
        "summed": _net(merge="sum"),
        "averaged": _net(merge="ave"),
    },
    key=lambda *sizes: sizes,
)
