"""What is measured of video transformers: where their heads look, and what they cost."""

import numpy as np


def copies(some):
    """Return clips and labels to learn from: as they are, backwards, and mirrored.

    Parameters
    ----------
    some : vidlearn.synthetic.Actions
        N clips of the classes TIMED.

    Returns
    -------
    frames : ndarray
        (3 N, T, H, W, 3) uint8.
    labels : ndarray
        (3 N,).
    """
    from vidlearn.course.exercises.lesson17.copies import fair_clips

    return fair_clips(some.frames, some.labels, some.people, [])


def looked(model, clips, heads):
    """Return what each head of each block looks at, from layers named q1, k1, q2, k2 ...

    Parameters
    ----------
    model : keras.Model
        Whose layers q1 and k1, and so on, give (N, Q, D).
    clips : ndarray
        (N, T, H, W, 3) uint8.
    heads : int
        Of each block.

    Returns
    -------
    ndarray
        (N, L, heads, Q, Q): rows of queries, each with the sum 1.
    """
    import keras

    from vidlearn.scratch import attention_forward

    pairs = []
    while f"q{len(pairs) + 1}" in {layer.name for layer in model.layers}:
        number = len(pairs) + 1
        pairs.append([model.get_layer(f"{kind}{number}").output for kind in "qk"])
    front = keras.Model(model.input, pairs)
    found = []
    for q, k in front.predict(clips, verbose=0, batch_size=16):
        count, tokens, width = q.shape
        split = (a.reshape(count, tokens, heads, width // heads).swapaxes(1, 2) for a in (q, k))
        q, k = (a.astype(np.float32) for a in split)
        found.append(attention_forward(q, k, k)[1].weights)
    return np.stack(found, axis=1)


def habits(weights, grid):
    """Say of each head how far in time it looks, how much at its own place, at how many tokens.

    Parameters
    ----------
    weights : ndarray
        (N, L, heads, Q, Q).
    grid : (int, int, int)
        Moments, rows and columns of the Q tokens.

    Returns
    -------
    dict of str to ndarray
        (L, heads) each: "moments away", "own place" (a share) and "tokens" (the exponential of
        the entropy).
    """
    moments, places = grid[0], grid[1] * grid[2]
    when, where = np.divmod(np.arange(moments * places), places)
    away = np.abs(when[:, None] - when)
    same = where[:, None] == where
    sure = np.log(np.maximum(weights, 1e-12))
    spread = np.exp(-(weights * sure).sum(axis=-1)).mean(axis=(0, 3))
    return {
        "moments away": (weights * away).sum(axis=-1).mean(axis=(0, 3)),
        "own place": (weights * same).sum(axis=-1).mean(axis=(0, 3)),
        "tokens": spread,
    }


def costs(forms, lengths, *, size=48, rounds=3, clock):
    """Measure video transformers on longer and longer clips.

    Parameters
    ----------
    forms : sequence of str
        Of `vidlearn.models.build_video_transformer`.
    lengths : sequence of int
        Frames.
    size : int
        Rows and columns of a frame.
    rounds : int
        Runs, of which the fastest counts.
    clock : callable
        Tells seconds.

    Returns
    -------
    dict
        For (form, frames): milliseconds for a clip, and megabytes of its attention weights.
    """
    from vidlearn import models

    found = {}
    for form in forms:
        for frames in lengths:
            shape = frames, size, size, 3
            model = models.build_video_transformer(shape, 10, width=32, depth=2, form=form)
            clip = np.zeros((2, *shape), np.uint8)
            maps = models.attention_maps(model, clip[:1])
            held = sum(each.nbytes for each in maps.values()) / 1e6
            models.predict_clips(model, clip)
            best = np.inf
            for _ in range(rounds):
                began = clock()
                models.predict_clips(model, clip)
                best = min(best, clock() - began)
            found[form, frames] = 1e3 * best / len(clip), held
    return found
