"""What makes tracking hard, one thing at a time."""

import numpy as np

from vidlearn.course.exercises.lesson16.films import crossing_of, flickering

BRIDGE = 44  # pixels wide
SHAKE = 7.0  # pixels from frame to frame, standard deviation


def troubles(seeds=(21, 22, 23), frames=96):
    """Make films that are hard to track for one reason each.

    Parameters
    ----------
    seeds : sequence of int
        A film of each kind for each.
    frames : int
        Of each film.

    Returns
    -------
    dict of str to list
        For each trouble, films as (frames, detections, truth).
    """
    kinds = {name: [] for name in ("as it is", "a bridge", "all alike", "a camera that shakes",
                                   "a frame in three")}  # fmt: skip
    for seed in seeds:
        scene = crossing_of(seed, frames)
        found, truth = flickering(scene, seed=seed), scene.tracks()
        kinds["as it is"].append((scene.frames, found, truth))
        kinds["a bridge"].append(_bridged(scene.frames, found, truth))
        alike = crossing_of(seed, frames, kinds=("cup",))
        kinds["all alike"].append((alike.frames, flickering(alike, seed=seed), alike.tracks()))
        kinds["a camera that shakes"].append(_shaken(scene.frames, found, truth, seed))
        kinds["a frame in three"].append(_sampled(scene.frames, found, truth, 3))
    return kinds


def _bridged(frames, found, truth):
    """Lay a bridge over the film; what is under it is neither found nor counted."""
    left = (frames.shape[2] - BRIDGE) // 2
    frames = frames.copy()
    frames[:, :, left : left + BRIDGE] = (92, 84, 78)

    def hidden(boxes):
        return (boxes[:, 2] > left + 3) & (boxes[:, 0] < left + BRIDGE - 3)

    return (
        frames,
        [each[~hidden(each.boxes)] for each in found],
        truth[~hidden(truth.boxes)],
    )


def _shaken(frames, found, truth, seed):
    """Let the camera jump from frame to frame."""
    from vidlearn.boxes import Detections, Tracks

    rng = np.random.default_rng(seed)
    jumps = np.rint(rng.normal(0, SHAKE, (len(frames), 2))).astype(int)
    frames = np.array(
        [np.roll(frame, (y, x), (0, 1)) for frame, (x, y) in zip(frames, jumps, strict=True)]
    )
    off = np.tile(jumps, 2).astype(float)
    moved = [
        Detections(each.boxes + by, each.scores, each.labels)
        for each, by in zip(found, off, strict=True)
    ]
    boxes = truth.boxes + off[truth.frames]
    return frames, moved, Tracks(truth.frames, truth.ids, boxes, labels=truth.labels,
                                 ignored=truth.ignored, length=truth.length)  # fmt: skip


def _sampled(frames, found, truth, every):
    """Keep a frame in `every`."""
    from vidlearn.boxes import Tracks

    kept = truth[truth.frames % every == 0]
    rows = Tracks(kept.frames // every, kept.ids, kept.boxes, labels=kept.labels,
                  ignored=kept.ignored, length=len(found[::every]))  # fmt: skip
    return frames[::every], found[::every], rows
