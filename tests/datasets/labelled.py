"""Small labelled folders for tests: pictures that differ, labels by hand."""

import numpy as np
from PIL import Image

from vidlearn.boxes import Truth
from vidlearn.datasets import DetectionSet, LabelledPicture


def picture(path, seed, size=(60, 80), **how):
    """Write a picture of large random patches; another seed gives quite another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    patches = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    image = Image.fromarray(patches).resize(size[::-1], Image.Resampling.BICUBIC)
    image.save(path, **how)
    return path


def put(path, words, encoding="utf-8"):
    """Write a file as it is given, without turning line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(words if isinstance(words, bytes) else words.encode(encoding))
    return path


def told(report):
    """What a report says, as (kind, file, line)."""
    return [(one.kind, one.file, one.line) for one in report.faults]


def by_name(pictures):
    """The items by split and name."""
    return {(item.split, item.name): item for item in pictures}


def same(a, b, tolerance=0.0):
    """Assert that two sets hold the same pictures, boxes and classes."""
    assert a.classes == b.classes
    first, second = by_name(a), by_name(b)
    assert first.keys() == second.keys()
    for key, item in first.items():
        other = second[key]
        assert item.size == other.size
        assert item.truth.labels.tolist() == other.truth.labels.tolist()
        np.testing.assert_allclose(other.truth.boxes, item.truth.boxes, rtol=0, atol=tolerance)
        assert other.path.read_bytes() == item.path.read_bytes()


def toy(tmp_path):
    """Return a set with what is hard to hold: names, splits, flags, a picture without boxes."""
    rows = [
        ("train", "Straße 1.JPG", (60, 80), [[0, 0, 80, 60], [1.5, 2.25, 30.1, 40.7]], [2, 0]),
        ("train", "night/b.png", (50, 90), [[3, 4, 70, 45]], [0]),
        ("val", "night/b.png", (40, 44), [], []),
        (
            "test",
            "c.2.jpg",
            (33, 66),
            [[10, 11, 22, 23], [5, 6, 7, 9], [0.1, 0.2, 0.3, 33]],
            [0] * 3,
        ),
    ]
    items = []
    for seed, (split, name, size, boxes, labels) in enumerate(rows):
        path = picture(tmp_path / "toy" / split / name, seed, size)
        flags = np.arange(len(labels)) % 2 == 1
        truth = Truth(boxes, labels, difficult=flags)
        items.append(LabelledPicture(path, size, truth, split, name, truncated=~flags))
    return DetectionSet(("red cell", "unused, & <odd>", "Zelle"), items)
