"""An LSTM that reads where a thing was and tells where it will be.

It reads the steps from frame to frame, not the places, and tells offsets from the last place: a
path that is moved as a whole has its forecast moved with it. All frames of the future are told at
once, from the LSTM's last state. The other form tells one step, reads it as if it had happened and
tells the next: it learns from every step of a path, but each of its errors is read again, and a
bend that it began too late is never made good.

References
----------
A. Alahi et al., "Social LSTM: Human Trajectory Prediction in Crowded Spaces", CVPR 2016 (an LSTM
for each path; here without the pooling over neighbours).
"""

from numbers import Integral, Real


def build_forecaster(past=12, future=12, *, units=64, scale=3.0):
    """Build the network: steps between past places, an LSTM, a dense layer, future places.

    Its five weights are those of ``scratch.LSTM(units), scratch.Dense(2 * future)``, in that
    order, which reads `vidlearn.tracking.encode_past` and tells
    `vidlearn.tracking.encode_future`.

    Parameters
    ----------
    past : int
        Frames that are known, P, at least 2.
    future : int
        Frames that are foretold, F, at least 1.
    units : int
        Length of the LSTM's state, at least 1.
    scale : float
        Unit of the numbers inside, in pixels, above 0: about the step of a frame.

    Returns
    -------
    keras.Model
        Takes centres (N, P, 2) in pixels, gives centres (N, F, 2) in pixels. Two layers have
        names: "memory", the LSTM (N, units), and "offsets" (N, 2 F).

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    It learns well with Adam at 0.01, falling along a cosine, by the mean absolute or the mean
    squared error (in pixels, or square pixels). Give it pasts as noisy in training as it will meet:
    one that was trained on exact paths takes the tremble of measured ones for turns.

    Examples
    --------
    >>> model = build_forecaster(12, 8, units=16)
    >>> model.output_shape, [w.shape for w in model.get_weights()]
    ((None, 8, 2), [(2, 64), (16, 64), (64,), (16, 16), (16,)])

    Lesson 16 teaches it.
    """
    for name, value, least in (("past", past, 2), ("future", future, 1), ("units", units, 1)):
        if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
            raise ValueError(
                f"{name} must be a whole number of at least {least}. Received: {value!r}"
            )
    if not (isinstance(scale, Real) and 0 < scale < float("inf")):
        raise ValueError(f"scale must be above 0 pixels. Received: {scale!r}")
    from keras import Input, Model, config, layers, ops

    full = config.dtype_policy().compute_dtype
    full = "float32" if full in ("float16", "bfloat16") else full  # too coarse for places
    places = Input((past, 2), dtype=full, name="past")  # (N, P, 2)
    steps = (places[:, 1:] - places[:, :-1]) / scale  # (N, P - 1, 2)
    state = layers.LSTM(units, name="memory")(steps)  # (N, units)
    offsets = layers.Dense(2 * future, dtype=full, name="offsets")(state)
    offsets = ops.reshape(offsets, (-1, future, 2))
    return Model(places, places[:, -1:] + offsets * scale, name="forecaster")
