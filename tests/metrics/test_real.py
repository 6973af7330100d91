"""Real truths, 4,888 blood cells: detections made of them, against pycocotools and VOC's kit."""

import os
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.metrics import coco, voc
from vidlearn.boxes import Detections, Truth
from vidlearn.metrics import average_precision, evaluate_detections, precision_recall

CLASSES = ("RBC", "WBC", "Platelets")


@pytest.fixture(scope="module")
def truths():
    """The truth of every picture of BCCD."""
    folder = os.environ.get("VIDLEARN_BCCD")
    if not folder:
        pytest.skip("needs the set BCCD in VIDLEARN_BCCD")
    found = []
    for path in sorted(Path(folder, "Annotations").glob("*.xml")):
        things = ElementTree.parse(path).findall("object")
        sides = ("xmin", "ymin", "xmax", "ymax")
        boxes = [[float(thing.findtext(f"bndbox/{side}")) for side in sides] for thing in things]
        labels = [CLASSES.index(thing.findtext("name")) for thing in things]
        found.append(Truth(np.sort(np.reshape(boxes, (-1, 2, 2)), axis=1).reshape(-1, 4), labels))
    return found


def detector(truths, rng):
    """Return what a middling detector might: shifted, doubled, missed, mixed up and false."""
    detections = []
    for truth in truths:
        chosen = np.flatnonzero(rng.random(len(truth)) < 0.85)
        chosen = np.concatenate([chosen, chosen[rng.random(len(chosen)) < 0.3]])
        boxes = truth.boxes[chosen]
        sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
        boxes = boxes + rng.normal(0, 0.07, boxes.shape) * sides
        false = rng.uniform(0, 400, (rng.integers(0, 8), 2))
        false = np.hstack([false, false + rng.uniform(10, 120, false.shape)])
        boxes = np.sort(np.vstack([boxes, false]).reshape(-1, 2, 2), axis=1).reshape(-1, 4)
        labels = np.concatenate([truth.labels[chosen], rng.integers(0, 3, len(false))])
        labels = np.where(rng.random(len(labels)) < 0.95, labels, rng.integers(0, 3, len(labels)))
        detections.append(Detections(boxes, rng.random(len(boxes)).round(2), labels))
    return detections


def test_blood_cells_match_pycocotools(truths):
    detections = detector(truths, np.random.default_rng(0))
    metrics = evaluate_detections(detections, truths, classes=CLASSES)
    coco.same(metrics, coco.evaluate(coco.load(detections, truths, 3)))
    assert metrics.truths[:, 0].tolist() == [4155, 372, 361]
    assert 0.1 < metrics.AP < 0.9


@pytest.mark.parametrize("label", range(3), ids=CLASSES)
def test_blood_cells_match_vocs_kit(truths, label):
    detections = detector(truths, np.random.default_rng(1))
    curve = precision_recall(detections, truths, label=label, matching="voc", inclusive=True)
    true, false, count = voc.evaluate(detections, truths, label, 0.5)
    assert curve.correct.tolist() == true
    for form in ("voc2007", "voc2010"):
        expected = voc.average_precision(true, false, count, form)
        assert average_precision(curve, form=form) == pytest.approx(expected, abs=1e-12)
