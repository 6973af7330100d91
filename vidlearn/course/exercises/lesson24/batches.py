"""The batches of a folder in the form of a .txt beside each picture: a dataset class."""

import tempfile
from pathlib import Path

import numpy as np

from vidlearn.course.exercises import Refusal

ALLOWED = ("Truth", "letterbox", "pad_truths", "boxes", "models")


def pictures(folder, classes, size, batch, most, augment):
    """Return a keras.utils.PyDataset: the labelled pictures of a folder, batch by batch."""
    import keras

    from vidlearn import boxes, models

    files = sorted(folder.glob("*.jpg"))

    def one(file):
        lines = file.with_suffix(".txt").read_text("utf-8").splitlines()
        rows = np.array([line.rsplit(maxsplit=4) for line in lines]).reshape(-1, 5)
        truth = boxes.Truth(rows[:, 1:].astype(float), [classes.index(x) for x in rows[:, 0]])
        frame, truth = augment(np.array(keras.utils.load_img(file)), truth)
        frame, factor = models.letterbox(frame, size)
        return frame, boxes.Truth(truth.boxes * factor, truth.labels)

    class Pictures(keras.utils.PyDataset):
        def __len__(self):
            return -(-len(files) // batch)

        def __getitem__(self, k):
            frames, truths = zip(*map(one, files[k * batch : (k + 1) * batch]), strict=True)
            return np.stack(frames), models.pad_truths(truths, most)

    return Pictures()


# Inputs: the files of a folder, by name; pictures as arrays, labels as text ------------------


def picture_cases():
    rng = np.random.default_rng(2424)

    def picture(height, width):
        return rng.integers(0, 256, (height, width, 3), np.uint8)

    plain = {
        "train/a.jpg": picture(24, 32),
        "train/a.txt": "cup 2 3 12.5 20\n",
        "train/b.jpg": picture(24, 32),
        "train/b.txt": "coin 5 1 9 8\ncup 20 10 31 23\n",
    }
    other = {"val/c.jpg": picture(24, 32), "val/c.txt": "coin 1 2 30 20\n"}
    labelled = {"train/classes.txt": "coin\ncup\n"}
    for k, name in enumerate("defg"):
        labelled[f"train/{name}.jpg"] = picture(24, 32)
        labelled[f"train/{name}.txt"] = f"cup {k} {2 * k} {9 + 2 * k} {15 + k}\n"
    sizes = {
        "train/h.jpg": picture(48, 48),
        "train/h.txt": "red cup 4 6 40 22\ncoin 10.5 0 20 12\n",
        "train/i.jpg": picture(12, 16),
        "train/i.txt": "",
        "train/j.jpg": picture(30, 20),
        "train/j.txt": "coin 3 6 9 18\n",
    }
    two, three = ["coin", "cup"], ["red cup", "coin", "cup"]
    return [
        (plain, two, (24, 32), 2, 3, as_it_is),
        (plain | labelled, two, (24, 32), 4, 2, as_it_is),
        (plain | labelled | other, two, (24, 32), 3, 2, as_it_is),
        (sizes, three, (24, 32), 2, 4, as_it_is),
        (plain | sizes | other, three, (24, 32), 3, 2, shifted),
    ]


def as_it_is(frame, truth):
    """An augmentation that changes nothing."""
    return frame, truth


def shifted(frame, truth):
    """An augmentation: all moves to the right by a quarter of the width, boxes too."""
    from vidlearn.boxes import Truth

    by = frame.shape[1] // 4
    inside = np.minimum(truth.boxes + np.array([by, 0, by, 0]), frame.shape[1])
    return np.roll(frame, by, axis=1), Truth(inside, truth.labels)


def given(files, classes, size, batch, most, augment):
    """Describe an input."""
    names = [f"{name} {np.shape(what)}" if np.ndim(what) else name for name, what in files.items()]
    lines = [f"classes {classes}, size {size}, batch {batch}, most {most}"]
    lines += [f"augment: {augment.__doc__.removeprefix('An augmentation').strip(': ')}"]
    return "\n".join([*lines, *names])


def at_work(answer, files, classes, size, batch, most, augment):
    """Write the files, let an answer make its dataset of "train", and take all batches."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as root:
        for name, what in files.items():
            path = Path(root, name)
            path.parent.mkdir(exist_ok=True)
            if isinstance(what, str):
                path.write_text(what, encoding="utf-8")
            else:
                Image.fromarray(what).save(path, quality=95)
        made = answer(Path(root, "train"), list(classes), size, batch, most, augment)
        return _taken(made, files, batch)


def _taken(made, files, batch):
    """Return the number of batches and the batches; None of what is still empty."""
    if made is None or made is Ellipsis or _is_empty(made):
        return None
    if not (hasattr(made, "__len__") and hasattr(made, "__getitem__")):
        return made
    pictures = [name for name in files if name.startswith("train/") and name.endswith(".jpg")]
    count, expected = len(made), -(-len(pictures) // batch)
    return {"made": made, "count": count, "all": [made[k] for k in range(min(count, expected))]}


def _is_empty(made):
    """Whether it is the stub, whose methods return nothing."""
    try:
        return getattr(type(made), "__len__", lambda _: 0)(made) in (None, Ellipsis)
    except Exception:
        return False


def told(taken, files, classes, size, batch, most, augment):
    """Return the number of batches and what is in each, by name."""
    import keras

    if not isinstance(taken, dict):
        raise Refusal(f"Return a keras.utils.PyDataset, not a {type(taken).__name__}.")
    if not isinstance(taken["made"], keras.utils.PyDataset):
        raise Refusal(
            "Derive your class from keras.utils.PyDataset, and return one object of it. "
            f"Yours is a {type(taken['made']).__name__}."
        )
    found = {"number of batches": taken["count"]}
    for k, one in enumerate(taken["all"]):
        found |= _parts(k, one)
    return found


def _parts(k, one):
    if one is None or one is Ellipsis:
        raise Refusal("`__getitem__` returns nothing so far: pictures, and what `pad_truths` says.")
    if not isinstance(one, tuple | list) or len(one) != 2:
        raise Refusal("A batch is two things: pictures, and what `pad_truths` makes of the truths.")
    frames, truths = one
    if not isinstance(truths, dict) or not {"boxes", "labels"} <= set(truths):
        raise Refusal(
            "The second part of a batch is the dict that `models.pad_truths(truths, most)` makes, "
            f"with one row for each picture, filled up. Yours is a {type(truths).__name__}."
        )
    try:
        frames = np.asarray(frames, float)
    except ValueError:
        raise Refusal("The pictures of a batch have several sizes: `letterbox` each.") from None
    named = {"pictures": frames, "boxes": truths["boxes"], "labels": truths["labels"]}
    return {f"batch {k}, {name}": np.asarray(what) for name, what in named.items()}


# Mistakes ----------------------------------------------------------------------------------


def _changed(
    *, names=None, pair=None, rows=None, place=None, moved=None, fit=None, last=None,
    count=None, part=None, paint=None, rim=None,
):  # fmt: skip
    """Return the reference with one of its parts changed.

    Parameters
    ----------
    names : callable
        ``names(folder)``: the pictures.
    pair : callable
        ``pair(file, number, folder)``: the label file of a picture.
    rows : callable
        ``rows(text)``: classes and corners.
    place : callable
        ``place(classes, name)``: the label.
    moved : callable
        ``moved(augment, frame, truth)``.
    fit : callable
        ``fit(frame, size)``: the picture, and by what its boxes are multiplied.
    last : bool
        Augment after the letterbox.
    count, part : callable
        ``count(files, batch)`` batches; ``part(files, k, batch)`` are those of one.
    paint : callable
        Of the stacked pictures.
    rim : callable
        ``rim(truth)``, in place of the truth.
    """

    def build(folder, classes, size, batch, most, augment):
        import keras

        from vidlearn import boxes, models
        from vidlearn.course.exercises.lesson24.project import picture_of

        files = names(folder) if names else sorted(folder.glob("*.jpg"))

        def one(file):
            frame = picture_of(file)
            path = pair(file, files.index(file), folder) if pair else file.with_suffix(".txt")
            told = (rows or _rows)(path.read_text(encoding="utf-8"))
            corners = np.array([row[1:] for row in told], float)
            label = place or (lambda classes, name: classes.index(name))
            truth = boxes.Truth(corners, [label(classes, row[0]) for row in told])
            if not last:
                frame, truth = (moved or _both)(augment, frame, truth)
            frame, factor = (fit or models.letterbox)(frame, size)
            truth = boxes.Truth(truth.boxes * factor, truth.labels)
            if last:
                frame, truth = augment(frame, truth)
            return frame, rim(truth) if rim else truth

        class Made(keras.utils.PyDataset):
            def __len__(self):
                return count(files, batch) if count else -(-len(files) // batch)

            def __getitem__(self, k):
                chosen = part(files, k, batch) if part else files[k * batch : (k + 1) * batch]
                frames, truths = zip(*map(one, chosen), strict=True)
                stacked = np.stack(frames)
                return paint(stacked) if paint else stacked, models.pad_truths(truths, most)

        return Made()

    return build


def _rows(text):
    return [line.rsplit(maxsplit=4) for line in text.splitlines()]


def _split_at_spaces(text):
    return [line.split() for line in text.splitlines()]


def _both(augment, frame, truth):
    return augment(frame, truth)


def _picture_only(augment, frame, truth):
    return augment(frame, truth)[0], truth


def _truth_only(augment, frame, truth):
    return frame, augment(frame, truth)[1]


def _by_position(file, number, folder):
    return sorted(folder.glob("*.txt"))[number]


def _not_scaled(frame, size):
    from vidlearn.models import letterbox

    return letterbox(frame, size)[0], 1.0


def _divided(frame, size):
    from vidlearn.models import letterbox

    picture, factor = letterbox(frame, size)
    return picture, 1 / factor


def _by_both_sides(frame, size):
    from vidlearn.models import letterbox

    stretch = [size[1] / frame.shape[1], size[0] / frame.shape[0]] * 2
    return letterbox(frame, size)[0], np.array(stretch)


def _stretched(frame, size):
    from PIL import Image

    picture = np.array(Image.fromarray(frame).resize(size[::-1]))
    return picture, np.array([size[1] / frame.shape[1], size[0] / frame.shape[0]] * 2)


def _as_xywh(truth):
    from vidlearn.boxes import Truth

    corners = truth.boxes.copy()
    corners[:, 2:] -= corners[:, :2]
    return Truth(corners, truth.labels)


def _wrapped(files, k, batch):
    return [files[place % len(files)] for place in range(k * batch, (k + 1) * batch)]


PICTURE_MISTAKES = {
    "read-together": _changed(names=lambda folder: sorted(folder.parent.rglob("*.jpg"))),
    "by-position": _changed(pair=_by_position),
    "last-batch-lost": _changed(count=lambda files, batch: len(files) // batch),
    "one-batch-more": _changed(count=lambda files, batch: len(files) // batch + 1),
    "counts-pictures": _changed(count=lambda files, batch: len(files)),
    "one-picture-on": _changed(part=lambda files, k, batch: files[k : k + batch]),
    "always-the-first": _changed(part=lambda files, k, batch: files[:batch]),
    "wrapped": _changed(part=_wrapped),
    "labels-from-1": _changed(place=lambda classes, name: classes.index(name) + 1),
    "labels-by-alphabet": _changed(place=lambda classes, name: sorted(classes).index(name)),
    "all-of-one-class": _changed(place=lambda classes, name: 0),
    "spaces": _changed(rows=_split_at_spaces),
    "first-line-alone": _changed(rows=lambda text: _rows(text)[:1]),
    "not-scaled": _changed(fit=_not_scaled),
    "divided": _changed(fit=_divided),
    "by-both-sides": _changed(fit=_by_both_sides),
    "stretched": _changed(fit=_stretched),
    "xywh": _changed(rim=_as_xywh),
    "not-augmented": _changed(moved=lambda augment, frame, truth: (frame, truth)),
    "left-behind": _changed(moved=_picture_only),
    "truth-alone": _changed(moved=_truth_only),
    "augmented-last": _changed(last=True),
    "to-one": _changed(paint=lambda stacked: stacked / 255),
    "bgr": _changed(paint=lambda stacked: stacked[..., ::-1]),
}
