"""What a detector found, as COCO's results: JSON that evaluation servers and pycocotools take."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from vidlearn.boxes import Detections

from .coco import ids, numbers, pixels
from .types import DatasetError


def write_results(detections, pictures, path):
    """Write detections in COCO's form of results.

    Parameters
    ----------
    detections : sequence of Detections
        One for each picture.
    pictures : DetectionSet
        The pictures; their own numbers and those of the classes are used where they have some.
    path : str or Path
        The JSON file.

    Raises
    ------
    DatasetError
        If there are not as many detections as pictures, or a label is no class.

    Examples
    --------
    >>> from vidlearn.boxes import Truth
    >>> from vidlearn.datasets import DetectionSet, LabelledPicture
    >>> item = LabelledPicture(Path("a.jpg"), (48, 64), Truth([]), id=139)
    >>> pictures = DetectionSet(("cat",), [item], category_ids=(17,))
    >>> import tempfile; path = Path(tempfile.mkdtemp()) / "found.json"
    >>> write_results([Detections([[1, 2, 4, 8]], [0.5])], pictures, path)
    >>> print(path.read_text(), end="")
    [
    {"image_id": 139, "category_id": 17, "bbox": [1.0, 2.0, 3.0, 6.0], "score": 0.5}
    ]

    Lesson 11 teaches it.
    """
    if len(detections) != len(pictures):
        raise DatasetError(
            f"detections must be {len(pictures)}, one for each picture. Received: {len(detections)}"
        )
    images, categories = ids(pictures)
    lines = []
    for found, image in zip(detections, images, strict=True):
        for box, score, label in zip(found.boxes, found.scores, found.labels, strict=True):
            if not 0 <= label < len(categories):
                raise DatasetError(
                    f"labels must be 0 to {len(categories) - 1}, the set's classes. "
                    f"Received: {label}"
                )
            one = {"image_id": image, "category_id": categories[label]}
            one |= {"bbox": list(numbers(box, None, 1)), "score": float(score)}
            lines.append(json.dumps(one))
    path = Path(path)
    fresh = path.with_name(f".{path.name}-new")
    fresh.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8", newline="\n")
    os.replace(fresh, path)


def read_results(path, pictures):
    """Read detections in COCO's form of results.

    Parameters
    ----------
    path : str or Path
        The JSON file: a list of ``{"image_id", "category_id", "bbox", "score"}``.
    pictures : DetectionSet
        The pictures that were looked at.

    Returns
    -------
    list of Detections
        One for each picture, in the order of the file.

    Raises
    ------
    DatasetError
        If the file is not such a list, or names a picture or a class that the set has not.

    Examples
    --------
    >>> from vidlearn.boxes import Truth
    >>> from vidlearn.datasets import DetectionSet, LabelledPicture
    >>> item = LabelledPicture(Path("a.jpg"), (48, 64), Truth([]), id=139)
    >>> pictures = DetectionSet(("cat",), [item], category_ids=(17,))
    >>> import tempfile; path = Path(tempfile.mkdtemp()) / "found.json"
    >>> told = {"image_id": 139, "category_id": 17, "bbox": [1, 2, 3, 6], "score": 0.5}
    >>> _ = path.write_text(json.dumps([told]))
    >>> read_results(path, pictures)[0].boxes.tolist()
    [[1.0, 2.0, 4.0, 8.0]]

    Lesson 11 teaches it.
    """
    try:
        told = json.loads(Path(path).read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path} is not JSON: {error}") from error
    if not isinstance(told, list):
        raise DatasetError(f"{path} must hold a list of results. Received: {type(told).__name__}")
    images, categories = ids(pictures)
    places = {number: k for k, number in enumerate(images)}
    if len(places) < len(images):
        raise DatasetError("pictures must have different numbers; pick one split of the set first")
    labels = {number: k for k, number in enumerate(categories)}
    rows = [[] for _ in images]
    for at, one in enumerate(told):
        try:
            box, score = [float(value) for value in one["bbox"]], float(one["score"])
            finite = np.isfinite([*box, score]).all()
            row = (*(pixels(box, None, 1) if finite else box), score, labels[one["category_id"]])
            place = places[one["image_id"]]
        except (KeyError, TypeError, ValueError) as error:
            why = f"{type(error).__name__}: {error}"
            raise DatasetError(f"{path}, result {at}: not of these pictures ({why})") from error
        if not finite or not np.isfinite(row[:5]).all():
            raise DatasetError(f"{path}, result {at}: numbers must be finite. Received: {one}")
        rows[place].append(row)
    found = [np.array(row, np.float64).reshape(-1, 6) for row in rows]
    return [Detections(row[:, :4], row[:, 4], row[:, 5].astype(int)) for row in found]
