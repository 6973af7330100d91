"""SORT beside the program of its authors: frames a second, and how well both track a crossing.

Theirs is Bewley's sort.py as packaged in sort-tracker-py, which stands on filterpy and lap. It is
under the GPL and no requirement of this project: where it is not installed, VIDLEARN_SORT may name
a folder of packages that holds it. Run it on one core, with OMP_NUM_THREADS=1.
"""

import os
import sys
from importlib.util import find_spec
from time import process_time

import numpy as np

from benchmarks.timing import Row, Target, table
from vidlearn.boxes import Detections, Tracks
from vidlearn.metrics import evaluate_tracks
from vidlearn.synthetic import junction
from vidlearn.tracking import Sort, track

OURS, THEIRS = "vidlearn", "sort.py"
SIZE = 1280, 720
LEAST = 2000  # frames a second, with 10 things, on one core
SEEDS = range(10)
SETTINGS = {
    OURS: {},
    f"{OURS}, without labels": {"by_label": False},
    f"{OURS}, only what is seen": {"by_label": False, "tell": 0},
    f"{OURS}, as the paper": {"by_label": False, "tell": 0, "coast": 1},
}


def main():
    """Print the speed with 1, 10 and 40 things, and the quality on ten crossings."""
    theirs = program()
    for things in (1, 10, 40):
        film = traffic(things, 300)
        rows = [
            Row(THEIRS, theirs and (lambda film=film: followed(theirs(), film)), len(film)),
            Row(OURS, lambda film=film: update_all(Sort(), film), len(film)),
        ]
        if not theirs:
            rows = [rows[1], rows[0]._replace(note="not installed, see benchmarks/tracking.py")]
        targets = [Target(OURS, THEIRS, 1)] if theirs and things >= 10 else []
        table(f"SORT, {things} things, 300 frames", rows, targets=targets, rounds=9)
        if things == 10:
            rate = max(per_second(film) for _ in range(5))
            verdict = "reached" if rate >= LEAST else "NOT REACHED"
            print(f"{verdict} {LEAST} frames a second: {rate:,.0f} of the processor's time")
    quality(theirs)


def program():
    """Return the class of sort.py, or None."""
    if folder := os.environ.get("VIDLEARN_SORT"):
        sys.path.append(folder)
    if not find_spec("sort_tracker"):
        return None
    from sort_tracker.sort import Sort as Theirs

    return Theirs


def traffic(things, frames, seed=0):
    """Return Detections of things that go straight on and bounce, a tenth missed, some false."""
    rng = np.random.default_rng(seed)
    sides, centres = rng.uniform(40, 120, (things, 2)), rng.uniform(0, 1, (things, 2)) * SIZE
    ways, film = rng.normal(0, 4, (things, 2)), []
    for _ in range(frames):
        centres = centres + ways
        ways = np.where((centres < 0) | (centres > SIZE), -ways, ways)
        boxes = np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)
        film.append(seen(boxes, np.zeros(things, int), 1, SIZE, rng))
    return film


def seen(boxes, labels, classes, size, rng):
    """Return what a detector makes of boxes: 1 in 10 missed, edges off by 4 %, 0.3 false ones."""
    sides = boxes[:, 2:] - boxes[:, :2]
    found = rng.random(len(boxes)) >= 0.1
    boxes = (boxes + rng.normal(0, 0.04, boxes.shape) * np.tile(sides, 2))[found]
    wrong = rng.poisson(0.3)
    corners = rng.uniform(0, 0.8, (wrong, 2)) * size
    alarms = np.concatenate([corners, corners + 0.15 * min(size)], axis=1)
    labels = np.concatenate([labels[found], rng.integers(0, classes, wrong)])
    boxes, order = np.concatenate([boxes, alarms]), rng.permutation(len(labels))
    return Detections(boxes[order], rng.uniform(0.5, 1, len(labels)), labels[order])


def update_all(tracker, film):
    """Let our tracker take every frame."""
    for found in film:
        tracker.update(found)


def followed(tracker, film):
    """Let theirs take every frame, in the form that it reads; return its rows."""
    told = [tracker.update(np.column_stack([found.boxes, found.scores])) for found in film]
    frames = np.repeat(np.arange(len(film)), [len(rows) for rows in told])
    rows = np.concatenate(told)
    return frames, rows[:, -1], rows[:, :4]


def per_second(film):
    """Return our frames a second of the processor's time."""
    start = process_time()
    update_all(Sort(), film)
    return len(film) / (process_time() - start)


def quality(theirs):
    """Print how well the crossings are tracked."""
    films, truths = [], []
    for seed in SEEDS:
        scene = junction(seed=seed)
        rng, truth = np.random.default_rng(seed), scene.tracks()
        films.append(
            [
                seen(*scene.truth(k)[:2], len(scene.names), scene.masks.shape[:0:-1], rng)
                for k in range(len(scene.frames))
            ]
        )
        truths.append(truth)
    print(f"\n{len(truths)} crossings of 120 frames, with the same detections")
    print(f"{'':28}{'MOTA':>8}{'IDF1':>8}{'HOTA':>8}{'switches':>10}")
    for name, options in SETTINGS.items():
        tell(name, [track(film, tracker=Sort(**options)) for film in films], truths)
    if not theirs:
        print(f"{THEIRS:28} not installed")
        return
    for age in (1, 10):
        found = [Tracks(*followed(theirs(max_age=age), film), length=len(film)) for film in films]
        tell(f"{THEIRS}, max_age {age}", found, truths)


def tell(name, found, truths):
    """Print a row of the table of quality."""
    result = evaluate_tracks(found, truths)
    numbers = "".join(f"{getattr(result, key):8.3f}" for key in ("MOTA", "IDF1", "HOTA"))
    print(f"{name:28}{numbers}{result.switches:10}")
