"""Dataset classes with one fault each, as they go round."""

import numpy as np


def _changed(
    *, names=None, pair=None, rows=None, place=None, moved=None, fit=None, last=None,
    count=None, part=None, paint=None, rim=None, read=None,
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
    read : callable
        ``read(file, size)``: the picture.
    """

    def build(folder, classes, size, batch, most, augment):
        import keras

        from vidlearn import boxes, models
        from vidlearn.course.exercises.lesson24.project import picture_of

        files = names(folder) if names else sorted(folder.glob("*.jpg"))

        def one(file):
            frame = read(file, size) if read else picture_of(file)
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


def _as_numbers(text):
    return [[line.split()[0], *map(float, line.split()[1:])] for line in text.splitlines()]


def _unpacked(text):
    """Expect five words in each line."""
    rows = []
    for line in text.splitlines():
        name, x1, y1, x2, y2 = line.split()
        rows.append((name, x1, y1, x2, y2))
    return rows


def _first_word(text):
    return [[line.split()[0], *line.split()[-4:]] for line in text.splitlines()]


def _as_floats(file, size):
    import keras

    return keras.utils.img_to_array(keras.utils.load_img(file))


def _target_size(file, size):
    import keras

    return np.array(keras.utils.load_img(file, target_size=size))


def _in_no_order(folder):
    """Take the pictures as the disk tells them; if sorted by chance, the last first."""
    found = [path for path in folder.iterdir() if path.suffix == ".jpg"]
    return found[::-1] if len(found) > 3 and found == sorted(found) else found


def _with_things(folder):
    files = sorted(folder.glob("*.jpg"))
    return [file for file in files if file.with_suffix(".txt").read_text("utf-8").strip()]


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
    "spaces-as-numbers": _changed(rows=_as_numbers),
    "spaces-unpacked": _changed(rows=_unpacked),
    "spaces-first-word": _changed(rows=_first_word),
    "as-floats": _changed(read=_as_floats),
    "target-size": _changed(read=_target_size),
    "order": _changed(names=_in_no_order),
    "empty-skipped": _changed(names=_with_things),
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
