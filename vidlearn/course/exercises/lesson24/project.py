"""The folder of the lesson's project: written with its faults, and brought to one size."""

from pathlib import Path

import numpy as np

from vidlearn.course.exercises._scenes import TESTED, TRAINED, VALIDATION

CLASSES = ("coin", "cup", "flower")
"""The things of the pictures that the lesson makes."""
BATCH = 16  # pictures that a detector looks at together
NEAR, FAR, ANY = (0.3, 0.5), (0.12, 0.3), (0.12, 0.5)  # longer side / height of the picture
PARTS = {  # how large the things are, how many, before what, from which seed
    "train": (NEAR, (2, 3), TRAINED, 1),
    "val": (ANY, (3, 5), VALIDATION, 2),
    "test": (ANY, (3, 5), TESTED, 3),
}
NEW = FAR, (4, 6), TRAINED, 4


def write_pictures(folder, counts, size=(96, 128)):
    """Write labelled pictures as a project has them: a .txt beside each, four faults among them.

    Parameters
    ----------
    folder : str or Path
        A new folder.
    counts : dict of str to int
        How many pictures in "train", "val" and "test".
    size : (int, int)
        Height and width of the pictures.

    Returns
    -------
    Path
        The folder. In training everything is near; validation and test have things far away, too.
    """
    folder = Path(folder)
    for part, count in counts.items():
        _write(folder / part, count, size, *PARTS[part])
    _spoil(folder)
    return folder


def new_pictures(folder, count, size=(96, 128)):
    """Add pictures of things far away to a folder of labelled pictures.

    Parameters
    ----------
    folder : str or Path
        Such as "train" of a project.
    count : int
        How many.
    size : (int, int)
        Height and width.

    Returns
    -------
    list of Path
        The new pictures; their labels are right.
    """
    return _write(Path(folder), count, size, *NEW)


def _write(folder, count, size, scale, objects, places, seed):
    """Write pictures and labels, numbered in no order; return the paths of the pictures."""
    from PIL import Image

    from vidlearn.synthetic import stills

    options = {"kinds": CLASSES, "backgrounds": places, "objects": objects, "scale": scale}
    made = stills(count, size, seed=seed, **options)
    folder.mkdir(parents=True, exist_ok=True)
    numbers = 1000 + 4 * np.random.default_rng(seed).permutation(2250)[:count] + seed - 1
    paths = []
    for number, frame, truth in zip(numbers, made.frames, made.truths, strict=True):
        path = folder / f"IMG_{number}.jpg"
        Image.fromarray(frame).save(path, quality=92)
        path.with_suffix(".txt").write_text(_lines(truth, made.names), encoding="utf-8")
        paths.append(path)
    return paths


def _lines(truth, names):
    """Write a truth in the form ``class x1 y1 x2 y2``."""
    rows = zip(truth.labels, truth.boxes.astype(float).round(2), strict=True)
    return "".join(f"{names[k]} {' '.join(f'{x:g}' for x in box)}\n" for k, box in rows)


def _spoil(folder):
    """Plant the faults of a tired evening, each in a file of its own."""
    train = sorted((folder / "train").glob("*.txt"))
    beyond = max(train[3:], key=lambda path: float(path.read_text().split()[3]))
    turned, misspelt = [path for path in train[3:] if path != beyond][:: len(train) // 2][:2]
    name, x1, y1, x2, y2 = turned.read_text().split("\n")[0].split()
    _first_line(turned, f"{name} {x2} {y1} {x1} {y2}")
    name, x1, y1, x2, y2 = beyond.read_text().split("\n")[0].split()
    _first_line(beyond, f"{name} {x1} {y1} {float(x2) + 30:g} {y2}")
    _first_line(misspelt, misspelt.read_text().split("\n")[0].capitalize())
    for suffix in (".jpg", ".txt"):
        copy = folder / "val" / f"holiday{suffix}"
        copy.write_bytes(train[0].with_suffix(suffix).read_bytes())


def _first_line(path, line):
    rest = path.read_text().split("\n")[1:]
    path.write_text("\n".join([line, *rest]), encoding="utf-8")


def as_project(pictures, folder, size):
    """Write a set of labelled pictures anew: of the network's size, a .txt beside each.

    Parameters
    ----------
    pictures : DetectionSet
        Undivided pictures are divided: whole films on one side where the names tell of some.
    folder : str or Path
        A new folder; it gets "train" and "val", and "test" where the set has one.
    size : (int, int)
        Height and width into which a picture is made to fit.

    Returns
    -------
    DetectionSet
        The pictures that were written.
    """
    from PIL import Image

    from vidlearn import datasets
    from vidlearn.boxes import Truth
    from vidlearn.runs.data import divided, fitted

    folder = Path(folder)
    train, val, _ = divided(pictures)
    for part, some in {"train": train, "val": val, "test": pictures.split("test")}.items():
        home = folder / part
        if len(some):
            home.mkdir(parents=True)
        for k, item in enumerate(some):
            frame, factor = fitted(item.frame(), size)
            path = home / f"{item.path.stem.replace(' ', '_')}.jpg"
            path = path if not path.exists() else path.with_stem(f"{path.stem}_{k}")
            Image.fromarray(frame).save(path, quality=92)
            truth = Truth(item.truth.boxes * factor, item.truth.labels)
            path.with_suffix(".txt").write_text(_lines(truth, pictures.classes), encoding="utf-8")
    return datasets.read(folder, form="txt")


def picture_of(path):
    """Read a picture, (H, W, 3) uint8."""
    from PIL import Image

    return np.array(Image.open(path).convert("RGB"))


def score(model, pictures):
    """Let a detector look at labelled pictures.

    Parameters
    ----------
    model : vidlearn.models.Detector
    pictures : sequence of LabelledPicture

    Returns
    -------
    found : list of Detections
        With scores from 0.05 on.
    truths : list of Truth
    ap50 : float
        mAP at an IoU of 0.5.
    """
    from vidlearn.metrics import evaluate_detections

    found = looked_at(model, [item.frame() for item in pictures])
    truths = [item.truth for item in pictures]
    return found, truths, evaluate_detections(found, truths, classes=model.classes).AP50


def looked_at(model, frames, threshold=0.05):
    """Find things in pictures of any number; the last batch is filled up, and compiled once.

    Parameters
    ----------
    model : vidlearn.models.Detector
    frames : sequence of ndarray
    threshold : float

    Returns
    -------
    list of Detections
        One for each frame.
    """
    frames = list(frames)
    filled = frames + [frames[-1]] * (-len(frames) % BATCH)
    return model.predict(filled, threshold=threshold, batch_size=BATCH)[: len(frames)]
