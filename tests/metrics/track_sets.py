"""Random films on which every rule of the tracking metrics has its say."""

import numpy as np

from vidlearn.boxes import Tracks


def random_film(seed, *, frames=14, objects=6, gaps=True, ignored=0.0, whole=False):
    """Make a truth of boxes that cross, and tracks of it with all that goes wrong.

    Boxes that stand close or in a row, gaps in the truth and in what was found, frames without
    rows on either side, identities that swap, end, begin anew and are used again, false boxes, and
    now and then nothing at all on a side. Without `gaps`, every truth is found in every frame.
    """
    rng = np.random.default_rng(seed)
    objects = int(rng.integers(1, objects + 1))
    truth = _truth(rng, frames, objects, whole)
    found = truth.copy()
    found[:, :, 1] = rng.permutation(objects)[None] + 20
    for _ in range(rng.integers(0, 4)):
        _confuse(rng, found[:, :, 1])
    scale = rng.choice([0, 0.4, 1.5, 4])
    if rng.random() < 0.2:  # a row of boxes; what is found stands one step on, so near to the next
        truth[:, :, 2:] = truth[:, :1, 2:] + 3 * np.arange(objects)[:, None] * [1, 0, 1, 0]
        truth[:, :, 4] = truth[:, :, 2] + 10
        found[:, :, 2:] = truth[:, :, 2:] + [3, 0, 3, 0]
        scale = 0.1
    found[:, :, 2:] += rng.normal(0, scale, found[:, :, 2:].shape)
    found[:, :, 4:] = np.maximum(found[:, :, 4:], found[:, :, 2:4])
    found = found.round() if whole else found
    truth, found = truth.reshape(-1, 6), found.reshape(-1, 6)
    if gaps:
        truth, found = (_thinned(rng, rows, frames) for rows in (truth, found))
        found = _with_false(rng, found, frames)
    skipped = rng.random(len(truth)) < ignored
    return _tracks(rng, found, frames), _tracks(rng, truth, frames, skipped)


def _truth(rng, frames, objects, whole):
    """Return rows (T, K, 6): frame, identity, box; everything moves through one small place."""
    start, speed = rng.uniform(0, 30, (objects, 2)), rng.normal(0, 1.5, (objects, 2))
    corner = start + np.arange(frames)[:, None, None] * speed
    size = rng.uniform(6, 16, (objects, 2)) + np.zeros_like(corner)
    boxes = np.concatenate([corner, corner + size], axis=2)
    if objects > 2 and rng.random() < 0.3:
        boxes[:, 1] = boxes[:, 0]
    frame, identity = np.indices((frames, objects))
    rows = np.concatenate([frame[:, :, None], identity[:, :, None] + 3, boxes], axis=2)
    return rows.round() if whole else rows


def _confuse(rng, ids):
    """Swap two identities, give one a new number, or use the number of one that has ended."""
    frame, kind = rng.integers(0, len(ids)), rng.integers(0, 3)
    a, b = rng.integers(0, ids.shape[1], 2)
    if kind == 0:
        ids[frame:, [a, b]] = ids[frame:, [b, a]]
    elif kind == 1:
        ids[frame:, a] = ids.max() + 1
    elif a != b:
        late, old = ids[frame:], ids[0, b]
        late[late == old] = ids.max() + 1
        late[:, a] = old


def _thinned(rng, rows, frames):
    """Take out single rows, stretches of an identity, whole frames, or everything."""
    kept = rng.random(len(rows)) > rng.choice([0, 0.05, 0.3])
    for _ in range(rng.integers(0, 3)):
        first = rng.integers(0, frames)
        one = rows[:, 1] == rng.choice(rows[:, 1])
        kept &= ~(one & (rows[:, 0] >= first) & (rows[:, 0] < first + rng.integers(1, 6)))
    kept &= ~np.isin(rows[:, 0], rng.integers(0, frames, rng.integers(0, 3)))
    return rows[kept & (rng.random() > 0.04)]


def _with_false(rng, rows, frames):
    count = rng.integers(0, 12)
    corner = rng.uniform(0, 30, (count, 2))
    false = np.column_stack(
        [rng.integers(0, frames, count), 50 + np.arange(count) // 3, corner, corner + 8]
    )
    rows = np.concatenate([rows, false])
    _, first = np.unique(rows[:, :2], axis=0, return_index=True)
    return rows[first]


def _tracks(rng, rows, frames, ignored=None):
    order = rng.permutation(len(rows))
    rows, ignored = rows[order], None if ignored is None else ignored[order]
    return Tracks(rows[:, 0], rows[:, 1], rows[:, 2:], ignored=ignored, length=frames)
