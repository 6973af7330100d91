"""Films of detections for tests of tracking: things that cross, and what a detector makes of it."""

import numpy as np

from vidlearn.boxes import Detections, Tracks


def crossing(seed, frames=40, things=5, labels=2, size=(160, 120)):
    """Return the truth of things on straight ways through the middle of a picture, at times."""
    rng = np.random.default_rng(seed)
    angles = rng.uniform(0, 2 * np.pi, things)
    ways = rng.uniform(2, 4, things)[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    middles = np.array(size) / 2 + rng.normal(0, 6, (things, 2))
    sides = rng.uniform(12, 30, (things, 2))
    kinds = rng.integers(0, labels, things)
    rows = []
    for frame in range(frames):
        centres = middles + (frame - frames / 2) * ways
        rows += [
            (frame, k, *(centres[k] - sides[k] / 2), *(centres[k] + sides[k] / 2), kinds[k])
            for k in range(things)
        ]
    rows = np.array(rows)
    return Tracks(rows[:, 0], rows[:, 1], rows[:, 2:6], labels=rows[:, 6], length=frames)


def detected(truth, seed, *, miss=0.1, alarms=0.3, jitter=0.04, size=(160, 120)):
    """Return Detections for each frame: some missed, all jittered, some false, in any order."""
    rng = np.random.default_rng(seed)
    film = []
    for frame in range(truth.length):
        rows = truth[(truth.frames == frame) & ~truth.ignored]
        rows = rows[rng.random(len(rows)) >= miss]
        sides = np.tile(rows.boxes[:, 2:] - rows.boxes[:, :2], 2)
        boxes = rows.boxes + rng.normal(0, jitter, rows.boxes.shape) * sides
        wrong = rng.poisson(alarms)
        centres, halves = rng.uniform(0, 1, (wrong, 2)) * size, rng.uniform(5, 15, (wrong, 2))
        boxes = np.concatenate(
            [boxes, np.concatenate([centres - halves, centres + halves], axis=1)]
        )
        labels = np.concatenate([rows.labels, rng.integers(0, truth.labels.max() + 1, wrong)])
        order = rng.permutation(len(boxes))
        scores = rng.uniform(0.5, 1, len(boxes))
        film.append(Detections(boxes[order], scores, labels[order]))
    return film
