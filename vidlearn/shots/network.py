"""The learned method: a network that was trained on generated joins looks at every frame."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import numpy as np

from .types import Transition

SIZE = (27, 48)  # height and width of what the network sees
THRESHOLD = 0.8  # of what it says, chosen on generated films and on joins of real ones
OTHER = 8.0  # grey levels by which pictures before and behind a gradual transition differ
STAYS = (0.4, 0.2)  # share of the structure that is left by no cut, by no gradual transition
TINY = (9, 16)  # of what is kept of each frame, to tell the kinds apart
PLAIN = 5.0  # grey levels: a picture that varies less shows nothing
BARE = 3.0  # grey levels: a part that varies less shows nothing
PART, LEAST = 3, 10  # side of a part whose structure is looked at, and how many must show some


@lru_cache(1)
def shipped_network():
    """Load the network that comes with the library; `weights/README.md` tells what it is.

    Returns
    -------
    keras.Model
        As `vidlearn.models.build_shotnet` builds it.
    """
    from vidlearn.models import load_boundaries

    with resources.as_file(resources.files(__package__) / "weights" / "shotnet.keras") as path:
        return load_boundaries(path)


def learned_boundaries(pictures, *, model=None, threshold=None, min_length=1, gradual=True):
    """Find transitions by a network.

    Parameters
    ----------
    pictures : iterable of ndarray
        (H, W, 3) uint8 RGB, of any size, the frames of a film one after another.
    model : keras.Model, optional
        A trained network as `vidlearn.models.build_shotnet` builds it; default: the one that comes
        with the library.
    threshold : float, optional
        Of what the network says, above 0 and below 1; default `THRESHOLD`.
    min_length : int
        Frames of the shortest shot; of two transitions nearer to each other, the one of the lower
        score is dropped.
    gradual : bool
        Whether transitions that take time are told, too.

    Returns
    -------
    frames : int
        How many pictures came.
    transitions : list of Transition

    Notes
    -----
    The network looks at the film and at its mirror image; what it says is averaged.

    A window of frames is in memory at a time, and 432 bytes of each frame, by which the kinds of
    gradual transitions are told apart. By them, too, is left out what leads to no other picture:
    light that changes and stays, and things that come, go or pass by.

    Lesson 22 uses it.
    """
    from vidlearn.models import frame_scores, transitions_of

    tiny = []
    scores = frame_scores(_BothWays(model or shipped_network()), _fitted(pictures, tiny))
    threshold = THRESHOLD if threshold is None else threshold
    spans, found = transitions_of(scores, threshold=threshold)
    found = 0.5 + 0.5 * (found - threshold) / (1 - threshold)  # 0.5: it just decides so
    changes = [
        Transition(a, b, kind_of(tiny, a, b), float(score))
        for (a, b), score in zip(spans.tolist(), found, strict=True)
        if (a == b or gradual) and _differ(tiny, a, b)
    ]
    return len(tiny), _apart(changes, len(tiny), min_length)


class _BothWays:
    """A network that looks at films and at their mirror images: the mean of its logits."""

    def __init__(self, model):
        self.model, self.input_shape = model, model.input_shape

    def __call__(self, films, *, training=False):
        logits = self.model(np.concatenate([films, films[:, :, :, ::-1]]), training=training)
        return (logits[: len(films)] + logits[len(films) :]) / 2


def _differ(tiny, start, end):
    """Say whether a span leads to another picture; changed light and things in it do not."""
    before, behind = tiny[start - 1], tiny[end]
    apart = np.abs(behind - before.astype(float)).mean()
    if start < end and apart < OTHER:
        return False
    return kept_structure(before, behind) < STAYS[start < end]


def kept_structure(before, behind):
    """Measure how much of what two pictures show is the same in both, in whatever light.

    Parts of `PART` x `PART` pixels are compared by their correlation, over all colours, without
    the mean of each. Parts that show nothing in either picture do not count, and neither do bars
    at the edges.

    Parameters
    ----------
    before, behind : ndarray
        (h, w, 3) uint8, small.

    Returns
    -------
    float
        Share of the parts that correlate by more than 0.9, 0 to 1; 0 where fewer than `LEAST`
        parts show something.

    Examples
    --------
    >>> room = np.random.default_rng(0).integers(0, 200, (9, 16, 3), dtype=np.uint8)
    >>> kept_structure(room, room // 2), kept_structure(room, room[::-1])
    (1.0, 0.0)
    """
    both = np.stack([before, behind]).astype(np.float32)
    for axis in (1, 2):
        shown = np.flatnonzero(both.std(axis=3 - axis).max(axis=(0, 2)) > BARE)
        if not len(shown):
            return 0.0
        inner = np.arange(
            shown[0] + (shown[0] > 0), shown[-1] + (shown[-1] + 1 == both.shape[axis])
        )
        both = both.take(inner, axis)
    if min(both.shape[1:3]) < PART:
        return 0.0
    parts = np.lib.stride_tricks.sliding_window_view(both, (PART, PART), axis=(1, 2))
    parts = parts - parts.mean(axis=(-2, -1), keepdims=True)
    strong = (parts**2).mean(axis=(-3, -2, -1))  # (2, h', w')
    alike = parts.prod(axis=0).mean(axis=(-3, -2, -1)) > 0.9 * np.sqrt(strong.prod(axis=0))
    seen = strong.max(axis=0) > BARE**2
    return float(alike[seen].mean()) if seen.sum() >= LEAST else 0.0


def _fitted(pictures, tiny):
    """Yield pictures as the network takes them, and keep smaller ones."""
    import cv2

    for picture in pictures:
        small = picture
        if picture.shape[:2] != SIZE:
            smaller = picture.shape[0] >= SIZE[0] and picture.shape[1] >= SIZE[1]
            way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
            small = cv2.resize(picture, SIZE[::-1], interpolation=way)
        tiny.append(cv2.resize(small, TINY[::-1], interpolation=cv2.INTER_AREA))
        yield small


def kind_of(pictures, start, end):
    """Tell the kind of a transition by the pictures in it.

    In a fade some picture is plain, or one right beside it is of one colour. In a dissolve each
    one is a mixture of the last old picture and the first new one; in a wipe each of its parts is
    of the one or the other.

    Parameters
    ----------
    pictures : sequence of ndarray
        (h, w, 3) uint8, all frames of the film, small.
    start, end : int
        The transition, [start, end).

    Returns
    -------
    str
        "cut", "fade", "dissolve" or "wipe".

    Examples
    --------
    >>> old = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 8
    >>> new = old[:, ::-1]
    >>> half = old // 2 + new // 2
    >>> parted = np.concatenate([new[:, :2], old[:, 2:]], axis=1)
    >>> kind_of([old, half, new], 1, 2), kind_of([old, parted, new], 1, 2)
    ('dissolve', 'wipe')
    """
    if start == end:
        return "cut"
    around = np.stack(pictures[start - 1 : end + 1]).astype(np.float32)  # a span may be short
    spread = around.std(axis=(1, 2)).mean(axis=-1)
    if spread[1:-1].min() < PLAIN or spread.min() < PLAIN / 5:  # a faint shot is no black one
        return "fade"
    old, inside, new = around[0], around[1:-1], around[-1]
    way = new - old
    share = ((inside - old) * way).sum(axis=(1, 2, 3)) / max((way * way).sum(), 1.0)
    mixed = old + np.clip(share, 0, 1)[:, None, None, None] * way
    as_mixture = np.abs(inside - mixed).mean()
    as_parts = np.minimum(np.abs(inside - old), np.abs(inside - new)).max(axis=-1).mean()
    return "dissolve" if as_mixture <= as_parts else "wipe"


def _apart(changes, total, min_length):
    """Keep transitions with shots between them that are long enough, the surest first."""
    kept = []
    for change in sorted(changes, key=lambda c: -c.score):
        edges = [(0, 0), (total, total), *((c.start, c.end) for c in kept)]
        if all(_gap(change, edge) >= max(min_length, 1) for edge in edges):
            kept.append(change)
    return sorted(kept, key=lambda c: c.start)


def _gap(change, edge):
    """Return how many frames lie between a transition and another."""
    return max(edge[0] - change.end, change.start - edge[1])
