"""What lesson 17 shows: films of clips, of kernels through time, and of what filters answer."""

import numpy as np

DOWN = np.repeat(np.array([[0, -1, -1], [1, 2, 1], [-1, -1, 0]])[:, :, None], 3, axis=2) / 3
"""A kernel (frames, rows, columns) that answers to what goes down by a row a frame."""
WEAK = 0.25  # share of the strongest answer below which none is painted


def guess_film(some, *, still=24, times=1):
    """Show a clip of each class: first a frame that stands still, then all of them, named.

    Parameters
    ----------
    some : vidlearn.synthetic.Actions
        Clips; of each class the first is shown, the first of each pair above its reverse.
    still : int
        For how many frames nothing moves.
    times : int
        How often the clips are played.

    Returns
    -------
    ndarray
        (still + times * T, height, width, 3) uint8.
    """
    from vidlearn.course.exercises._actions import film_of

    order = [*range(0, 10, 2), *range(1, 10, 2)]
    first = [int(np.flatnonzero(some.labels == k)[0]) for k in order]
    frames = some.frames[first]
    middle = frames[:, [frames.shape[1] // 2]]
    held = film_of(middle, ["?"] * 10).repeat(still, axis=0)
    played = film_of(frames, [some.names[k] for k in order])
    return np.concatenate([held, *[played] * times])


def signed_film(clips, answers, *, limit=0.5, times=3):
    """Put clips and what a kernel and its opposite make of them side by side, clip under clip.

    Parameters
    ----------
    clips : ndarray
        (N, T, H, W, 3) uint8.
    answers : sequence of (ndarray, ndarray)
        For each clip two maps (T', H', W'), of the kernel and of its opposite.
    limit : float
        The answer that gets the full colour.
    times : int
        By how much all is enlarged.

    Returns
    -------
    ndarray
        (T', height, width, 3) uint8.
    """
    from vidlearn.plots import paint, side_by_side

    rows = []
    for clip, (one, other) in zip(clips, answers, strict=True):
        cut = (len(clip) - len(one)) // 2, (clip.shape[1] - one.shape[1]) // 2
        inside = clip[cut[0] : cut[0] + len(one), cut[1] : cut[1] + one.shape[1]]
        inside = inside[:, :, cut[1] : cut[1] + one.shape[2]]
        signed = paint(np.maximum(one, 0) - np.maximum(other, 0), limit)
        rows.append(side_by_side(inside, signed, height=times * inside.shape[1]))
    gap = np.full((len(rows[0]), 6, rows[0].shape[2], 3), 255, np.uint8)
    parts = [part for one in rows for part in (one, gap)]
    return np.concatenate(parts[:-1], axis=1)


def filters_film(model, before, clip, *, count=6, large=72):
    """Film the first layer's filters, before and after learning, and what they make of a clip.

    Parameters
    ----------
    model : keras.Model
        A network for clips whose first convolution has kernels (3, 3, 3, 3, F), and looks at
        clips as exercise 3 wants it: times 1 / 128, without their mean over time.
    before : ndarray
        Those kernels before the training.
    clip : ndarray
        (T, H, W, 3) uint8.
    count : int
        Filters that are shown, those that change most in time first.
    large : int
        Pixels of a picture.

    Returns
    -------
    ndarray
        (T, 3 * large + gaps, count * large + gaps, 3) uint8: above the filters as they began,
        then as they are, their three slices one after another; below their answers to the clip.
    """
    import keras

    layer = first_layer(model)
    after = keras.ops.convert_to_numpy(layer.kernel)
    chosen = np.argsort(-in_time(after))[:count]
    scaled = (clip / 128 - clip.mean(axis=0) / 128).astype("float32")
    seen = keras.ops.convert_to_numpy(layer(scaled[None]))[0][..., chosen]
    rows = [_slices(kernel[..., chosen], len(clip), large) for kernel in (before, after)]
    return np.concatenate([*rows, _answers(seen, large)], axis=1)


def first_layer(model):
    """Return the first convolution over time of a network.

    Parameters
    ----------
    model : keras.Model
        Made of layers, or of models in it.

    Returns
    -------
    keras.layers.Conv3D, or None
    """
    import keras

    for layer in model.layers:
        inside = first_layer(layer) if hasattr(layer, "layers") else None
        if inside or isinstance(layer, keras.layers.Conv3D):
            return inside or layer
    return None


def in_time(kernel):
    """Say how much of each filter is change over time: 0 (a picture) to 1 (nothing stays).

    Parameters
    ----------
    kernel : ndarray
        (KT, KH, KW, C, F).

    Returns
    -------
    ndarray
        (F,).
    """
    still = len(kernel) * np.square(kernel.mean(axis=0)).sum(axis=(0, 1, 2))
    return 1 - still / np.square(kernel).sum(axis=(0, 1, 2, 3))


def middling(model, some, classes):
    """Choose a clip of each class: in the middle of those named rightly, the surest first.

    Parameters
    ----------
    model : keras.Model
        Gives logits.
    some : vidlearn.synthetic.Actions
        N clips.
    classes : sequence of int

    Returns
    -------
    list of int
        Numbers of clips; where none of a class is named rightly, there is none of it. Never
        empty: the first clip stands in.
    """
    from vidlearn.models import predict_clips

    chances, chosen = predict_clips(model, some.frames), []
    for k in classes:
        right = np.flatnonzero((some.labels == k) & (chances.argmax(axis=1) == k))
        order = right[np.argsort(-chances[right, k], kind="stable")]
        chosen += order[len(order) // 2 :][:1].tolist()
    return chosen or [0]


def fallen(model, some, chosen):
    """Cover three frames in turn, and say on which of them answers fall, and what is said then.

    Parameters
    ----------
    model : keras.Model
        Gives logits.
    some : vidlearn.synthetic.Actions
        N clips.
    chosen : sequence of int
        Those that are looked at.

    Returns
    -------
    on : float
        Share of all that the probabilities of the right class lose which they lose while the
        middle one of the covered frames is one in which something moves.
    share : float
        Share of such frames among all.
    reverse : float
        Of the other names that are given then, the share of the action's reverse.
    """
    from vidlearn.models import occlusion, predict_clips

    lost, moving, wrong, reverse = [], [], 0, 0
    for n in chosen:
        k = some.labels[n]
        found = occlusion(lambda clips: predict_clips(model, clips), some.frames[n],
                          window=3, fill="previous")  # fmt: skip
        names = found.frames.argmax(axis=1)
        wrong += (names != k).sum()
        reverse += (names == k ^ 1).sum()
        lost.append(np.maximum(found.drop(k), 0))
        moving.append(some.actions[n] >= 0)
    lost, moving = np.array(lost), np.array(moving)
    return (
        float(lost[moving].sum() / max(lost.sum(), 1e-9)),
        float(moving.mean()) if moving.size else 0.0,
        float(reverse / max(wrong, 1)),
    )


def _slices(kernel, frames, large):
    """Play the slices of kernels (3, 3, 3, C, F) side by side, each slice for two frames."""
    limits = np.abs(kernel).max(axis=(0, 1, 2, 3))
    colours = (127.5 + 127.5 * kernel / limits).round().astype(np.uint8)  # (3, 3, 3, C, F)
    which = np.arange(frames) // 2 % len(kernel)
    return _beside([colours[which, ..., f] for f in range(kernel.shape[-1])], large)


def _answers(seen, large):
    """Paint answers (T, H, W, F) with a sign, each by its own largest ones, the weak left out."""
    from vidlearn.plots import paint

    painted = []
    for f in range(seen.shape[-1]):
        one = seen[..., f] - np.median(seen[..., f])
        limit = max(np.percentile(np.abs(one), 99.5), 1e-6)
        painted.append(paint(np.where(np.abs(one) > WEAK * limit, one, 0), limit))
    return _beside(painted, large)


def _beside(films, large):
    """Put films (T, h, w, 3) side by side, each `large` pixels each way, its pixels as squares."""
    from vidlearn.plots import side_by_side

    squares = []
    for film in films:
        rows, columns = (np.arange(large) * side // large for side in film.shape[1:3])
        squares.append(film[:, rows][:, :, columns])
    row = side_by_side(*squares)
    return np.pad(row, ((0, 0), (0, 6), (0, 0), (0, 0)), constant_values=255)
