"""A mask for each thing in each frame, by colour; and what differences of frames give instead."""

import numpy as np

NEAR = 20  # grey levels: what has changed by less has not moved


def masks(frames, first):
    """Learn from frame 0 how each label looks; give each pixel the label that looks most alike."""
    labels = range(first.max() + 1)
    looks = np.array([frames[0][first == k].mean(axis=0) for k in labels])
    far = np.square(frames[..., None, :] - looks).sum(axis=-1)
    return far.argmin(axis=-1)


COLOURS = np.array([[50, 60, 70], [220, 70, 40], [50, 190, 90], [60, 70, 200]])
"""The background's, then three of equal grey."""


def two_things(*, noise=6, seed=0):
    """Make a short film of two things: one crosses and then stops, the other never moves.

    Parameters
    ----------
    noise : int
        Largest noise, in grey levels.
    seed : int
        Of the noise.

    Returns
    -------
    frames : ndarray
        (8, 24, 32, 3) uint8.
    truth : ndarray
        (8, 24, 32) labels: 0 the background, 1 what crosses, 2 what stays.
    """
    places = [[(3, 2 + 3 * min(t, 4)), (13, 20)] for t in range(8)]
    return _film((24, 32), places, (8, 9), noise=noise, seed=seed)


def _film(size, places, extent, *, noise=0, seed=0):
    """Paint things, label after label, at their places in each frame."""
    truth = np.zeros((len(places), *size), int)
    for labels, at in zip(truth, places, strict=True):
        for label, (row, column) in enumerate(at, 1):
            labels[row : row + extent[0], column : column + extent[1]] = label
    rng = np.random.default_rng(seed)
    shaken = COLOURS[truth] + rng.integers(-noise, noise + 1, (*truth.shape, 3))
    return shaken.astype(np.uint8), truth


def mask_cases():
    one = _film((1, 6), [[(0, 0)], [(0, 2)], [(0, 4)]], (1, 2))
    two = _film((1, 7), [[(0, 0), (0, 5)], [(0, 1), (0, 5)], [(0, 3), (0, 5)]], (1, 2))
    three = [[(1, 1 + t), (5, 9 - t), (9, 3)] for t in range(5)]
    many = _film((13, 14), three, (3, 4), noise=12, seed=1)
    films = (one, two, many, two_things())
    return [(frames, truth[0]) for frames, truth in films]


# What differences of frames give ---------------------------------------------------------------


def as_given(frames, first):
    """The function to repair: one mask for all that changed, from frame 1 on."""
    grey = frames.mean(axis=-1)
    return (np.abs(np.diff(grey, axis=0)) > NEAR).astype(int)


def _from_before(frames, first):
    return np.concatenate([np.zeros_like(first)[None], as_given(frames, first)])


def _first_then_changes(frames, first):
    return np.concatenate([first[None], as_given(frames, first)])


def _from_first(frames, first):
    grey = frames.mean(axis=-1)
    return (np.abs(grey - grey[0]) > NEAR).astype(int)


def _only_what_moves(frames, first):
    changed = _first_then_changes(frames, np.ones_like(first))
    return masks(frames, first) * changed


# What looks give when taken otherwise ----------------------------------------------------------


def _nearest(frames, looks):
    return np.square(frames[..., None, :] - looks).sum(axis=-1).argmin(axis=-1)


def _looks(frames, first, labels=None):
    labels = range(first.max() + 1) if labels is None else labels
    return np.array([frames[first == k].mean(axis=0) for k in labels])


def _things_only(frames, first):
    return _nearest(frames, _looks(frames[0], first, range(1, first.max() + 1)))


def _grey(frames, first):
    grey = frames.mean(axis=-1, keepdims=True)
    return _nearest(grey, _looks(grey[0], first))


def _one_channel(frames, first):
    red = frames[..., :1].astype(float)
    return _nearest(red, _looks(red[0], first))


def _wraps_round(frames, first):
    looks = _looks(frames[0], first).astype(np.uint8)
    return ((frames[..., None, :] - looks) ** 2).sum(axis=-1).argmin(axis=-1)


def _signed(frames, first):
    looks = _looks(frames[0], first)
    return (frames[..., None, :] - looks).sum(axis=-1).argmin(axis=-1)


def _farthest(frames, first):
    looks = _looks(frames[0], first)
    return np.square(frames[..., None, :] - looks).sum(axis=-1).argmax(axis=-1)


MASK_MISTAKES = {
    "as-given": as_given,
    "from-before": _from_before,
    "first-then-changes": _first_then_changes,
    "from-first": _from_first,
    "frozen": lambda frames, first: np.repeat(first[None], len(frames), axis=0),
    "no-background": lambda frames, first: _things_only(frames, first) + 1,
    "no-background-from-0": _things_only,
    "off-by-one": lambda frames, first: masks(frames, first) + 1,
    "one-mask": lambda frames, first: (masks(frames, first) > 0).astype(int),
    "old-place": lambda frames, first: np.array(
        [_nearest(frame, _looks(frame, first)) for frame in frames]
    ),
    "looks-of-all-frames": lambda frames, first: _nearest(
        frames, _looks(frames.mean(axis=0), first)
    ),
    "only-what-moves": _only_what_moves,
    "grey": _grey,
    "one-channel": _one_channel,
    "frame-0-left-out": lambda frames, first: masks(frames, first)[1:],
    "last-frame-only": lambda frames, first: masks(frames, first)[-1],
    "wraps-round": _wraps_round,
    "signed": _signed,
    "farthest": _farthest,
}
