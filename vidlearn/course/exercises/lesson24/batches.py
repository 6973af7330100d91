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
        """Tiles of one colour, 8 by 8: every decoder reads them alike out of a JPEG."""
        tiles = rng.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
        return tiles.repeat(8, axis=0).repeat(8, axis=1)

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
        "train/i.jpg": picture(16, 24),
        "train/i.txt": "",
        "train/j.jpg": picture(32, 24),
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
    names = [
        f"{name}: {what!r}" if isinstance(what, str) else f"{name} {np.shape(what)}"
        for name, what in files.items()
    ]
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
                Image.fromarray(what).save(path, quality=95, subsampling=0)
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
