"""A small transformer for clips: tubelets become tokens, and attention mixes them.

Attention over all tokens of a clip costs the square of their number. Two forms cost less: one
encoder within each moment and a second one over moments; or in every block, first over moments at
each place and then over places at each moment.

References
----------
A. Arnab et al., "ViViT: A Video Vision Transformer", ICCV 2021 (space-time; factorised encoder).
G. Bertasius et al., "Is Space-Time Attention All You Need for Video Understanding?", ICML 2021
(divided).
"""

from .clips import (
    as_batch,
    check_choice,
    check_clip,
    check_count,
    check_counts,
    check_share,
    full_precision,
    scaled,
)

FORMS = {  # each block's attentions: over time, over space, or over both
    "space-time": ("both",),
    "factorised": ("space",),  # and blocks over time behind them
    "divided": ("time", "space"),
}
AXES = {"time": 1, "space": 2, "both": 1}  # of tokens (N, T', S, D); for both, (N, T' S, D)


def build_video_transformer(
    shape,
    classes,
    *,
    tubelet=(2, 8, 8),
    width=64,
    heads=4,
    depth=4,
    form="divided",
    dropout=0.0,
    centred=False,
):
    """Build the network: tubelets, positions, blocks of attention, their mean, logits.

    Parameters
    ----------
    shape : (int, int, int, int)
        T, H, W and C of a clip, each of T, H and W divisible by the tubelet's. The positions
        depend on them.
    classes : int
        Number of classes, K.
    tubelet : (int, int, int)
        Frames, rows and columns that one token is made of.
    width : int
        Length of a token, D, divisible by `heads`.
    heads : int
        Heads of each attention, of D / heads features.
    depth : int
        Blocks, L. The factorised form has L within moments, then max(L // 2, 1) over them.
    form : str
        "space-time": every token attends to all. "factorised": to those of its moment, then the
        means of moments to each other. "divided": in every block to those of its place, then to
        those of its moment.
    dropout : float
        Share of what each part of a block adds that is left out in training, 0 to below 1.
    centred : bool
        Whether each pixel's mean over the clip is taken away first: what stands still vanishes,
        and what moves is learned sooner.

    Returns
    -------
    keras.Model
        Takes clips (N, T, H, W, C) of 0 to 255, gives logits (N, K). Of its layers, "tubelets"
        gives (N, T', H', W', D); "attention1_both" and so on are the attentions, one for each
        block and axis, which `attention_maps` reads.

    Raises
    ------
    ValueError
        If an argument is out of range, or the tubelet does not divide the clip.

    Notes
    -----
    Normalisation stands before each part of a block. In place of a class token, the mean of all
    tokens is classified: without long training before, it learns sooner. The papers start from
    weights of an image transformer; this one is small and starts from nothing.

    References
    ----------
    Arnab et al. 2021, sections 3.2 and 3.3 (models 1 and 2). Bertasius et al. 2021, section 3.

    Examples
    --------
    >>> model = build_video_transformer((8, 32, 48, 3), 10, width=32, depth=1, form="space-time")
    >>> model.get_layer("tubelets").output.shape[1:], model.output_shape
    ((4, 4, 6, 32), (None, 10))

    Lesson 20 teaches it.
    """
    _check(shape, classes, tubelet, width, heads, depth, form, dropout)
    from keras import Input, Model, layers, ops

    from vidlearn.layers import Positions

    clips = Input(shape, name="clips")  # (N, T, H, W, C)
    x = scaled(clips, centred=centred)
    x = layers.Conv3D(width, tubelet, strides=tubelet, name="tubelets")(x)
    frames, rows, columns = x.shape[1:4]
    x = ops.reshape(x, (-1, frames, rows * columns, width))  # (N, T', S, D)
    x = Positions((2,) if form == "factorised" else (1, 2), name="positions")(x)
    for k in range(1, depth + 1):
        x = _block(x, FORMS[form], heads, dropout, k)
    if form == "factorised":
        x = ops.mean(x, axis=2, keepdims=True)  # (N, T', 1, D)
        x = Positions((1,), name="moments")(x)
        for k in range(depth + 1, depth + 1 + max(depth // 2, 1)):
            x = _block(x, ("time",), heads, dropout, k)
    x = layers.LayerNormalization(name="norm")(x)
    x = ops.mean(x, axis=(1, 2))  # (N, D)
    logits = layers.Dense(classes, dtype=full_precision(), name="logits")(x)
    return Model(clips, logits, name="video_transformer")


def _block(x, over, heads, dropout, k):
    """Add to each token what its attentions find, then what a dense layer makes of it."""
    from keras import layers, ops

    shape, width = x.shape[1:], x.shape[-1]
    for axes in over:
        attention = layers.MultiHeadAttention(
            heads, width // heads, attention_axes=(AXES[axes],), name=f"attention{k}_{axes}"
        )
        made = layers.LayerNormalization(name=f"norm{k}_{axes}")(x)
        if axes == "both":  # one row of tokens is attended to much faster than a grid
            made = ops.reshape(made, (-1, shape[0] * shape[1], width))
        made = ops.reshape(attention(made, made), (-1, *shape))  # (N, T', S, D)
        x = x + layers.Dropout(dropout, name=f"dropout{k}_{axes}")(made)
    made = layers.LayerNormalization(name=f"norm{k}")(x)
    made = layers.Dense(4 * width, activation="gelu", name=f"wide{k}")(made)
    made = layers.Dense(width, name=f"narrow{k}")(made)
    return x + layers.Dropout(dropout, name=f"dropout{k}")(made)


def attention_maps(model, clips, *, batch_size=16):
    """Return how much each token looks at each other one, for every head of every block.

    All of them stand in memory at once: "both" takes 4 N L heads (T' S)^2 bytes, so ask for few
    clips.

    Parameters
    ----------
    model : keras.Model
        What `build_video_transformer` gave.
    clips : array_like
        (N, T, H, W, C) of 0 to 255, or one clip (T, H, W, C).
    batch_size : int
        Clips at a time.

    Returns
    -------
    dict of str to ndarray
        Weights in float32, of which each row (the last axis) sums to 1: what the token of the
        last axis but one takes from each. T' moments, S = H' W' places row by row, L blocks.

        - "both": (N, L, heads, T' S, T' S), tokens moment by moment.
        - "space": (N, L, heads, T', S, S), within each moment.
        - "time": (N, L, heads, S, T', T'), at each place; S is 1 in the factorised form.

        The space-time form has the first, the others have the other two.

    Raises
    ------
    ValueError
        If the model has no such attention, or the clips are not as it was built for.

    Examples
    --------
    >>> import numpy as np
    >>> model = build_video_transformer((4, 16, 24, 3), 5, width=8, heads=2, depth=3)
    >>> maps = attention_maps(model, np.zeros((4, 16, 24, 3)))
    >>> {axes: found.shape for axes, found in sorted(maps.items())}
    {'space': (3, 2, 2, 6, 6), 'time': (3, 2, 6, 2, 2)}

    Lesson 20 teaches it.
    """
    import numpy as np
    from keras import Model, ops

    check_count(batch_size=batch_size)
    clips, single = as_batch(model, clips)
    attentions = [layer for layer in model.layers if layer.name.startswith("attention")]
    if not attentions:
        raise ValueError(
            "model must be of build_video_transformer. Received one without attention: "
            f"{model.name!r}"
        )
    front = Model(model.input, [layer.input[0] for layer in attentions])
    maps = {}
    for k in range(0, len(clips), batch_size):
        tokens = front(clips[k : k + batch_size], training=False)
        tokens = tokens if isinstance(tokens, list | tuple) else [tokens]
        found = {}
        for layer, x in zip(attentions, tokens, strict=True):
            axes = layer.name.rpartition("_")[2]
            _, weights = layer(x, x, return_attention_scores=True)
            weights = ops.convert_to_numpy(ops.cast(weights, "float32"))
            # (N, heads, T' S, T' S), or (N, T' or S, heads, ...)
            weights = weights if axes == "both" else weights.swapaxes(1, 2)
            found.setdefault(axes, []).append(weights)
        for axes, parts in found.items():
            maps.setdefault(axes, []).append(np.stack(parts, axis=1))
    maps = {axes: np.concatenate(parts) for axes, parts in maps.items()}
    return {axes: found[0] if single else found for axes, found in maps.items()}


def _check(shape, classes, tubelet, width, heads, depth, form, dropout):
    check_choice("form", form, tuple(FORMS))
    check_clip(shape, classes, 0)
    check_counts(tubelet=tubelet)
    check_count(width=width, heads=heads, depth=depth)
    check_share("dropout", dropout)
    if len(tubelet) != 3:
        raise ValueError(f"tubelet must be (frames, rows, columns). Received: {tubelet}")
    if any(n % step for n, step in zip(shape, tubelet, strict=False)):
        raise ValueError(
            f"tubelet must divide T, H and W of the shape. Received: {tubelet} for {tuple(shape)}"
        )
    if width % heads:
        raise ValueError(f"width must be divisible by heads. Received: {width} and {heads}")
