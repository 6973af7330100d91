"""Detections and truths through pycocotools, the reference."""

import contextlib
import io

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def xywh(boxes):
    """Return x, y, width, height in float64."""
    boxes = boxes.astype(np.float64)
    return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])


def load(detections, truths, classes):
    """Return a COCOeval that has read everything."""
    annotations, results = [], []
    for picture, truth in enumerate(truths):
        boxes = xywh(truth.boxes)
        areas = boxes[:, 2] * boxes[:, 3] if truth.areas is None else truth.areas
        for k, box in enumerate(boxes.tolist()):
            annotation = {"image_id": picture + 1, "category_id": int(truth.labels[k]) + 1}
            annotation |= {"bbox": box, "area": float(areas[k]), "iscrowd": int(truth.crowd[k])}
            annotations.append(annotation | {"id": len(annotations) + 1})  # 0 would read as none
    for picture, found in enumerate(detections):
        for box, score, label in zip(
            xywh(found.boxes).tolist(), found.scores, found.labels, strict=True
        ):
            result = {"image_id": picture + 1, "category_id": int(label) + 1}
            results.append(result | {"bbox": box, "score": float(score)})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": [{"id": k + 1} for k in range(len(truths))],
            "categories": [{"id": k + 1} for k in range(classes)],
            "annotations": annotations,
        }
        coco.createIndex()
        found = coco.loadRes(results) if results else empty(coco)
        return COCOeval(coco, found, "bbox")


def empty(coco):
    """Return results without any, which loadRes cannot read."""
    nothing = COCO()
    nothing.dataset = {**coco.dataset, "annotations": []}
    nothing.createIndex()
    return nothing


def evaluate(evaluation):
    """Return the evaluation after its whole work: matching, accumulation and summary."""
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


def arrays(detections, truths, classes, **params):
    """Return precision and recall with other parameters, which summarize does not know."""
    evaluation = load(detections, truths, classes)
    for name, value in params.items():
        setattr(evaluation.params, name, np.array(value) if name == "iouThrs" else value)
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation.eval


def same(metrics, evaluation):
    """Raise an AssertionError unless all that both compute is equal."""
    for name, ours in (("precision", metrics.precision), ("recall", metrics.recall)):
        theirs = evaluation.eval[name]
        np.testing.assert_allclose(
            np.where(np.isnan(ours), -1, ours), theirs, rtol=0, atol=1e-12, err_msg=name
        )
    ours = np.array(list(metrics.summary.values()))
    np.testing.assert_allclose(np.where(np.isnan(ours), -1, ours), evaluation.stats, atol=1e-9)
