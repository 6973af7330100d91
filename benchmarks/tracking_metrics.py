"""Tracking metrics beside TrackEval and motmetrics, on a film of 1,000 frames and 20 objects.

A run checks that the numbers are equal. Counted is, of ours, the whole call, from `Tracks` on; of
TrackEval, its IoU of every frame and its three metrics; of motmetrics, its distances, its
accumulator and the numbers it has in common with ours (no HOTA). One thread.
"""

import contextlib
import io
from importlib.util import find_spec

import numpy as np

from benchmarks.timing import Row, Target, table
from vidlearn.boxes import Tracks
from vidlearn.metrics import evaluate_tracks

FRAMES, OBJECTS = 1000, 20
OURS, EVAL, MOT = "vidlearn", "TrackEval", "motmetrics"


def main():
    """Print the table."""
    found, truth = made_up(np.random.default_rng(0))
    rows = [Row(OURS, lambda: evaluate_tracks(found, truth))]
    rows += [_trackeval(found, truth), _motmetrics(found, truth)]
    least = {EVAL: 1.5, MOT: 2.0}
    targets = [Target(OURS, row.name, least[row.name]) for row in rows[1:] if row.run]
    table(f"Tracking metrics, {FRAMES} frames, {OBJECTS} objects", rows, targets=targets, rounds=5)


def made_up(rng):
    """Make objects that wander over a picture, and tracks of them with gaps and switches."""
    frame, identity = (grid.ravel() for grid in np.indices((FRAMES, OBJECTS)))
    corner = rng.uniform(0, 900, (1, OBJECTS, 2)) + rng.normal(0, 3, (FRAMES, OBJECTS, 2)).cumsum(0)
    boxes = np.concatenate([corner, corner + rng.uniform(40, 90, (OBJECTS, 2))], axis=2)
    boxes = boxes.reshape(-1, 4)
    shifted = boxes + rng.normal(0, 4, boxes.shape)
    kept = rng.random(len(boxes)) < 0.9
    ids = identity + OBJECTS * (frame // rng.integers(100, 400, OBJECTS)[identity])
    return Tracks(frame[kept], ids[kept], shifted[kept]), Tracks(frame, identity, boxes)


def _trackeval(found, truth):
    """Return the row of TrackEval, its numbers checked."""
    if not find_spec("trackeval"):
        return Row(EVAL, None, note="not installed")
    with contextlib.redirect_stdout(io.StringIO()):
        from trackeval.datasets._base_dataset import _BaseDataset
        from trackeval.metrics import CLEAR, HOTA, Identity

        metrics = [
            CLEAR({"PRINT_CONFIG": False}),
            Identity({"PRINT_CONFIG": False}),
            HOTA(),
        ]
    data = {"num_timesteps": FRAMES}
    boxes = {}
    for name, tracks in (("gt", truth), ("tracker", found)):
        ends = np.searchsorted(tracks.frames, np.arange(1, FRAMES))
        ids, places = np.unique(tracks.ids, return_inverse=True)
        data |= {f"num_{name}_ids": len(ids), f"num_{name}_dets": len(tracks)}
        data[f"{name}_ids"], boxes[name] = np.split(places, ends), np.split(tracks.boxes, ends)

    def run():
        data["similarity_scores"] = [
            _BaseDataset._calculate_box_ious(*pair, box_format="x0y0x1y1")
            for pair in zip(boxes["gt"], boxes["tracker"], strict=True)
        ]
        with contextlib.redirect_stdout(io.StringIO()):
            return [metric.eval_sequence(data) for metric in metrics]

    ours, (clear, identity, hota) = evaluate_tracks(found, truth), run()
    told = clear["MOTA"], identity["IDF1"], hota["HOTA"].mean()
    np.testing.assert_allclose((ours.MOTA, ours.IDF1, ours.HOTA), told, atol=1e-9)
    return Row(EVAL, run)


def _motmetrics(found, truth):
    """Return the row of motmetrics, its numbers checked."""
    if not find_spec("motmetrics"):
        return Row(MOT, None, note="not installed")
    import motmetrics as mm

    frames = []
    for tracks in (truth, found):
        ends = np.searchsorted(tracks.frames, np.arange(1, FRAMES))
        corner, side = tracks.boxes[:, :2], tracks.boxes[:, 2:] - tracks.boxes[:, :2]
        frames.append((np.split(tracks.ids, ends), np.split(np.hstack([corner, side]), ends)))
    host = mm.metrics.create()

    def run():
        accumulator = mm.MOTAccumulator(auto_id=True)
        for own, own_boxes, other, boxes in zip(*frames[0], *frames[1], strict=True):
            distances = 1 - mm.distances.boxiou(own_boxes[:, None], boxes[None])
            accumulator.update(own, other, np.where(distances > 0.5, np.nan, distances))
        return host.compute(accumulator, metrics=mm.metrics.motchallenge_metrics).iloc[0]

    ours, theirs = evaluate_tracks(found, truth, rules="motmetrics"), run()
    told = theirs[["mota", "motp", "idf1"]].astype(float)
    np.testing.assert_allclose((ours.MOTA, ours.MOTP_distance, ours.IDF1), told, atol=1e-6)
    return Row(MOT, run)
