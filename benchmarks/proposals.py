"""Selective search beside OpenCV contrib's "fast" mode: time, and how many objects it finds.

The pictures are photographs with objects pasted in, 480 x 320, and, where VIDLEARN_BCCD names the
folder of that set, 40 photographs of blood cells, 480 x 360. Segmentation alone is compared with
scikit-image's.
"""

import os
import xml.etree.ElementTree as ET
from pathlib import Path
from time import process_time

import numpy as np
from PIL import Image

from benchmarks.timing import Row, Target, table
from vidlearn import boxes, synthetic
from vidlearn.proposals import graph_segments, selective_search

OURS, THEIRS, SCIKIT = "vidlearn", "OpenCV contrib, fast", "scikit-image"
COUNTS = (100, 300, 500, 1000)


def main():
    """Print the tables of time, and the recall at IoU 0.5 by the number of proposals."""
    cv2 = contrib()
    if cv2:
        cv2.setNumThreads(1)
    scenes = [scene(seed) for seed in range(40)]
    frame = scenes[0][0]
    rows = [
        Row(OURS, lambda: selective_search(frame)),
        Row(THEIRS, cv2 and (lambda: opencv(cv2, frame)), note="" if cv2 else "not installed"),
    ]
    table("selective search, 480 x 320", rows, rounds=7)
    start = process_time()
    selective_search(frame)
    seconds = process_time() - start
    print(f"{'reached' if seconds <= 3 else 'NOT REACHED'} 3 s: {seconds:.2f} s of the processor")
    rows = [Row(OURS, lambda: graph_segments(frame)), Row(SCIKIT, scikit_image(frame))]
    table("graph segments, 480 x 320", rows, targets=[Target(OURS, SCIKIT, 0.33)], rounds=7)
    sets = {"pasted objects": scenes}
    if folder := os.environ.get("VIDLEARN_BCCD"):
        sets["blood cells"] = blood_cells(Path(folder))
    print(f"\nrecall at IoU 0.5 of {COUNTS} proposals and of all")
    for name, pictures in sets.items():
        recall(f"{name}, {OURS}", pictures, selective_search)
        if cv2:
            recall(f"{name}, {THEIRS}", pictures, lambda frame: opencv(cv2, frame))


def contrib():
    """Return cv2 where it has selective search, or None."""
    import cv2

    return cv2 if hasattr(cv2, "ximgproc") else None


def opencv(cv2, frame):
    """Return the proposals of OpenCV contrib as xyxy."""
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(np.ascontiguousarray(frame[..., ::-1]))
    search.switchToSelectiveSearchFast()
    found = search.process().astype(np.float32)
    found[:, 2:] += found[:, :2]
    return found


def scikit_image(frame):
    """Return a call of scikit-image's segmentation with the same settings."""
    from skimage.segmentation import felzenszwalb

    return lambda: felzenszwalb(frame, scale=100, sigma=0.8, min_size=50)


def scene(seed):
    """Return a frame (320, 480, 3) and the boxes of its objects."""
    made = synthetic.moving_objects(2, (320, 480), seed=seed)
    return made.frames[0], made.boxes[0]


def blood_cells(folder):
    """Return 40 photographs (360, 480, 3) and the boxes of their cells."""
    pictures = []
    for path in sorted(folder.glob("Annotations/*.xml"))[4::9][:40]:
        with Image.open(folder / "JPEGImages" / f"{path.stem}.jpg") as photo:
            frame = np.array(photo.convert("RGB").resize((480, 360)))
        ends = [[float(end.text) for end in box] for box in ET.parse(path).iter("bndbox")]
        pictures.append((frame, 0.75 * np.array(ends)))  # from 640 x 480
    return pictures


def recall(name, pictures, propose):
    """Print the share of objects that some of the first proposals overlap by a half."""
    found = {count: [] for count in (*COUNTS, None)}
    for frame, truth in pictures:
        overlaps = boxes.iou(truth, propose(frame))
        for count, best in found.items():
            best.append(overlaps[:, :count].max(axis=1) >= 0.5)
    shares = [np.concatenate(best).mean() for best in found.values()]
    print(f"{name:40}" + "".join(f"{share:8.3f}" for share in shares))


if __name__ == "__main__":
    main()
