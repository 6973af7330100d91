"""mAP of detections beside pycocotools, and faster-coco-eval where it is installed.

All rows end with the same arrays of precision and recall, at ten thresholds, four sizes and three
numbers of detections; a run checks that they are equal. Counted is, of ours, the whole call, from
lists of `Detections` and `Truth` on; of the others, ``evaluate()`` and ``accumulate()``, not
loading their annotations and results. One thread.
"""

import contextlib
import copy
import io
from importlib.util import find_spec

import numpy as np

from benchmarks.timing import Row, Target, table
from vidlearn.boxes import Detections, Truth
from vidlearn.metrics import evaluate_detections

PICTURES, TRUTHS, FOUND = 500, 7, 100
OURS, COCO, FASTER = "vidlearn", "pycocotools", "faster-coco-eval"


def main():
    """Print a table for sets as COCO has them, and one for a single class."""
    for classes in (80, 1):
        detections, truths = made_up(np.random.default_rng(0), classes)
        names = [str(k) for k in range(classes)]

        def ours(detections=detections, truths=truths, names=names):
            return evaluate_detections(detections, truths, classes=names)

        rows = [Row(OURS, ours)]
        rows += [_peer(peer, detections, truths, classes, ours()) for peer in (COCO, FASTER)]
        targets = [Target(OURS, COCO, 1 / 0.12)] if find_spec(COCO) else []
        title = f"mAP, {PICTURES} pictures, {classes} classes, {FOUND} detections a picture"
        table(title, rows, targets=targets, rounds=7)


def made_up(rng, classes):
    """Make truths, and detections of which four in ten are truths that were shifted."""
    detections, truths = [], []
    for _ in range(PICTURES):
        truth = Truth(_boxes(rng, 1 + rng.poisson(TRUTHS - 1)))
        labels = rng.integers(0, classes, len(truth))
        crowd = rng.random(len(truth)) < 0.02
        truths.append(Truth(truth.boxes, labels, crowd=crowd))
        chosen = rng.integers(0, len(truth), int(0.4 * FOUND))
        sides = np.tile(truth.boxes[chosen, 2:] - truth.boxes[chosen, :2], 2)
        near = truth.boxes[chosen] + rng.normal(0, 0.08, sides.shape) * sides
        near = np.sort(near.reshape(-1, 2, 2), axis=1).reshape(-1, 4)
        boxes = np.vstack([near, _boxes(rng, FOUND - len(near))])
        other = rng.integers(0, classes, FOUND)
        own = np.concatenate([labels[chosen], other[len(chosen) :]])
        own = np.where(rng.random(FOUND) < 0.9, own, other)
        detections.append(Detections(boxes, rng.random(FOUND), own))
    return detections, truths


def _boxes(rng, count):
    start = rng.uniform(0, 600, (count, 2))
    return np.hstack([start, start + np.exp(rng.uniform(np.log(10), np.log(300), (count, 2)))])


def _peer(name, detections, truths, classes, metrics):
    """Return the row of a tool that works as pycocotools does, its numbers checked."""
    if name == COCO and find_spec("pycocotools"):
        from pycocotools.coco import COCO as Set
        from pycocotools.cocoeval import COCOeval as Evaluation
    elif name == FASTER and find_spec("faster_coco_eval"):
        from faster_coco_eval import COCO as Set
        from faster_coco_eval import COCOeval_faster as Evaluation
    else:
        return Row(name, None, note="not installed")
    with contextlib.redirect_stdout(io.StringIO()):
        known = Set()
        known.dataset = _dataset(truths, classes)
        known.createIndex()
        loaded = Evaluation(known, known.loadRes(_results(detections)), "bbox")

    def run():
        evaluation = copy.copy(loaded)
        with contextlib.redirect_stdout(io.StringIO()):
            evaluation.evaluate()
            evaluation.accumulate()
        return evaluation.eval

    theirs = run()
    for key in ("precision", "recall"):
        values = np.nan_to_num(getattr(metrics, key), nan=-1)
        np.testing.assert_allclose(values, np.reshape(theirs[key], values.shape), atol=1e-9)
    return Row(name, run)


def _dataset(truths, classes):
    """Return the truths as COCO has them; numbers start at 1."""
    annotations = [
        {
            "image_id": picture,
            "category_id": int(truth.labels[k]) + 1,
            "bbox": box,
            "area": box[2] * box[3],
            "iscrowd": int(truth.crowd[k]),
        }
        for picture, truth in enumerate(truths, 1)
        for k, box in enumerate(_xywh(truth.boxes))
    ]
    return {
        "images": [{"id": k + 1} for k in range(len(truths))],
        "categories": [{"id": k + 1, "name": str(k)} for k in range(classes)],
        "annotations": [{**one, "id": k} for k, one in enumerate(annotations, 1)],
    }


def _results(detections):
    """Return the detections as COCO has them."""
    return [
        {"image_id": picture, "category_id": label + 1, "bbox": box, "score": score}
        for picture, found in enumerate(detections, 1)
        for box, score, label in zip(
            _xywh(found.boxes), found.scores.tolist(), found.labels.tolist(), strict=True
        )
    ]


def _xywh(boxes):
    return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]]).tolist()
