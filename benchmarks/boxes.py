"""Non-maximum suppression of 5,000 boxes, next to OpenCV and torchvision, on one thread."""

from importlib.util import find_spec

import numpy as np

from benchmarks.timing import Row, Target, table
from vidlearn.boxes import convert, nms, nms_naive

COUNT, OBJECTS = 5000, 30
OURS, THEIRS = "vidlearn", "OpenCV"
FRAME = 1280, 720


def scattered(rng, count):
    """Lay boxes of many sizes anywhere, as an untrained network does."""
    sides = np.exp(rng.normal(np.log(40), 0.6, (count, 2)))
    centres = rng.uniform(0, 1, (count, 2)) * FRAME
    return np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)


def heaped(rng, count):
    """Lay boxes on a few objects only, as a trained detector does above a low score."""
    own = rng.integers(0, OBJECTS, count)
    sides = np.exp(rng.normal(np.log(120), 0.5, (OBJECTS, 2)))[own]
    centres = (rng.uniform(0, 1, (OBJECTS, 2)) * FRAME)[own]
    centres = centres + sides * rng.normal(0, 0.12, (count, 2))
    sides = sides * np.exp(rng.normal(0, 0.15, (count, 2)))
    return np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)


def both(rng, count):
    """Lay half on objects, half anywhere, as proposals are before suppression."""
    return np.concatenate([heaped(rng, count // 2), scattered(rng, count - count // 2)])


def rows_of(corners, scores, threshold):
    """Return a row for each library, all of which keep the same boxes."""
    import cv2

    cv2.setNumThreads(1)
    # Lists, which OpenCV reads faster than arrays.
    wide, listed = convert(corners, "xyxy", "xywh").tolist(), scores.tolist()
    kept = nms(corners, scores, threshold=threshold)
    np.testing.assert_array_equal(kept, cv2.dnn.NMSBoxes(wide, listed, 0.0, threshold))
    half = corners.astype(np.float32)
    return [
        Row(THEIRS, lambda: cv2.dnn.NMSBoxes(wide, listed, 0.0, threshold)),
        Row(OURS, lambda: nms(corners, scores, threshold=threshold), note=f"{len(kept)} kept"),
        Row(f"{OURS}, float32", lambda: nms(half, scores, threshold=threshold)),
        *torchvision(half, scores, threshold),
    ]


def torchvision(corners, scores, threshold):
    """Return torchvision's row, on float32."""
    if not find_spec("torchvision"):
        return [Row("torchvision", None, note="not installed")]
    import torch
    from torchvision.ops import nms as suppress

    torch.set_num_threads(1)
    corners, scores = torch.from_numpy(corners), torch.from_numpy(scores)
    return [Row("torchvision", lambda: suppress(corners, scores, threshold))]


def main():
    """Print how fast boxes are suppressed, laid out in three ways."""
    targets = [Target(OURS, THEIRS, 2)]
    for lay in (both, scattered, heaped):
        rng = np.random.default_rng(0)
        corners, scores = lay(rng, COUNT), rng.random(COUNT).astype(np.float32)
        for threshold in (0.5, 0.7):
            title = f"Suppression of {COUNT} boxes, {lay.__name__}, IoU above {threshold}"
            table(title, rows_of(corners, scores, threshold), targets=targets)
    corners, scores = both(rng, 500), rng.random(500).astype(np.float32)
    rows = [
        Row("in loops", lambda: nms_naive(corners, scores)),
        Row(OURS, lambda: nms(corners, scores)),
    ]
    table("Suppression of 500 boxes, both, IoU above 0.5", rows, rounds=5)
