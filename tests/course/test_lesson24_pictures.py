"""Dataset classes for lesson 24 as learners write them: right ones, and near misses."""

import numpy as np
import pytest

from vidlearn.boxes import Truth
from vidlearn.course import check, use
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get
from vidlearn.course.exercises.lesson24 import batches


def dataset_with_init(folder, classes, size, batch, most, augment):
    """Hold everything in the object, as books do, and read line by line."""
    import keras
    from PIL import Image

    from vidlearn.models import letterbox, pad_truths

    class Own(keras.utils.PyDataset):
        def __init__(self, paths):
            super().__init__()
            self.paths = paths

        def __len__(self):
            return int(np.ceil(len(self.paths) / batch))

        def truth(self, path):
            corners, labels = [], []
            for line in path.with_suffix(".txt").read_text(encoding="utf-8").split("\n")[:-1]:
                *name, x1, y1, x2, y2 = line.split()
                labels.append(classes.index(" ".join(name)))
                corners.append([float(x) for x in (x1, y1, x2, y2)])
            return Truth(corners, labels)

        def __getitem__(self, k):
            frames, truths = [], []
            for path in self.paths[k * batch : k * batch + batch]:
                frame, truth = augment(np.asarray(Image.open(path)), self.truth(path))
                frame, factor = letterbox(frame, size)
                frames.append(frame)
                truths.append(Truth([b * factor for b in truth.boxes], truth.labels))
            return np.array(frames), pad_truths(truths, most)

    return Own(sorted(path for path in folder.iterdir() if path.suffix == ".jpg"))


def read_with(read=None, split=None, files=None):
    """A dataset class as many write it, with one part of one's own."""
    from vidlearn.models import letterbox, pad_truths

    def answer(folder, classes, size, batch, most, augment):
        import keras

        names = files(folder) if files else sorted(folder.glob("*.jpg"))

        def picture(file):
            if read:
                return read(file, size)
            return np.array(keras.utils.load_img(file))

        class Own(keras.utils.PyDataset):
            def __len__(self):
                return -(-len(names) // batch)

            def __getitem__(self, k):
                frames, truths = [], []
                for file in names[k * batch : (k + 1) * batch]:
                    corners, labels = [], []
                    for line in file.with_suffix(".txt").read_text("utf-8").splitlines():
                        name, *box = split(line) if split else line.rsplit(maxsplit=4)
                        corners.append([float(x) for x in box])
                        labels.append(classes.index(name))
                    frame, truth = augment(picture(file), Truth(corners, labels))
                    frame, factor = letterbox(frame, size)
                    frames.append(frame)
                    truths.append(Truth(truth.boxes * factor, truth.labels))
                return np.stack(frames), pad_truths(truths, most)

        return Own()

    return answer


def by_tensorflow(file, size):
    import tensorflow as tf

    return tf.io.decode_jpeg(tf.io.read_file(str(file)), channels=3).numpy()


def by_opencv(file, size):
    import cv2

    return cv2.imread(str(file))[..., ::-1]


@pytest.mark.parametrize(
    "answer", [dataset_with_init, read_with(), read_with(by_tensorflow), read_with(by_opencv)]
)
def test_dataset_accepts_other_words(answer):
    assert grade(get("pictures"), answer)


def to_floats(file, size):
    import keras

    return keras.utils.img_to_array(keras.utils.load_img(file))


def to_size(file, size):
    import keras

    return np.array(keras.utils.load_img(file, target_size=size))


def unpacked(line):
    name, x1, y1, x2, y2 = line.split()
    return name, x1, y1, x2, y2


def with_things(folder):
    return [file for file in sorted(folder.glob("*.jpg"))
            if file.with_suffix(".txt").stat().st_size]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (read_with(to_floats), "as-floats"),
        (read_with(to_size), "target-size"),
        (read_with(split=unpacked), "spaces-unpacked"),
        (read_with(split=lambda line: [line.split()[0], *line.split()[1:]]), "spaces-as-numbers"),
        (read_with(split=lambda line: [line.split()[0], *line.split()[1:5]]), "spaces-as-numbers"),
        (read_with(split=lambda line: [line.split()[0], *line.split()[-4:]]), "spaces-first-word"),
        (read_with(files=with_things), "empty-skipped"),
    ],
)
def test_dataset_names_slips_in_other_words(answer, name):
    assert grade(get("pictures"), answer).misconception == name


def test_what_is_given_shows_the_labels():
    shown = batches.given(*batches.picture_cases()[3])
    assert r"train/h.txt: 'red cup 4 6 40 22\ncoin 10.5 0 20 12\n'" in shown
    assert "train/i.txt: ''" in shown


def test_dataset_by_hand():
    case = batches.picture_cases()[3]  # 48 x 48 into 24 x 32: half as large
    found = batches.told(batches.at_work(batches.pictures, *case), *case)
    assert found["number of batches"] == 2
    first = found["batch 0, boxes"][0]
    assert first[:2].tolist() == [[2, 3, 20, 11], [5.25, 0, 10, 6]]
    assert found["batch 0, labels"].tolist() == [[0, 1, -1, -1], [-1] * 4]  # i.txt is empty
    assert found["batch 0, pictures"].shape == (2, 24, 32, 3)
    assert found["batch 0, pictures"][0, 10, 30].tolist() == [128] * 3


def test_cases_hold_each_trap():
    files = [case[0] for case in batches.picture_cases()]
    assert any("train/classes.txt" in names for names in files)
    assert any(name.startswith("val/") for names in files for name in names)
    assert any(isinstance(text, str) and not text for names in files for text in names.values())
    left = set()
    for names, _, _, batch, _, _ in batches.picture_cases():
        pictures = [n for n in names if n.startswith("train/") and n.endswith(".jpg")]
        left.add(len(pictures) % batch == 0)
    assert left == {True, False}


def stub(folder, classes, size, batch, most, augment):
    import keras

    class Pictures(keras.utils.PyDataset):
        def __len__(self): ...

        def __getitem__(self, k): ...

    return Pictures()


def half_a_stub(folder, classes, size, batch, most, augment):
    import keras

    class Pictures(keras.utils.PyDataset):
        def __len__(self):
            return 1

        def __getitem__(self, k): ...

    return Pictures()


def a_list(folder, classes, size, batch, most, augment):
    return [1, 2]


def a_plain_class(folder, classes, size, batch, most, augment):
    class Plain:
        def __len__(self):
            return 1

        def __getitem__(self, k):
            return 1

    return Plain()


def not_padded(folder, classes, size, batch, most, augment):
    made = dataset_with_init(folder, classes, size, batch, most, augment)

    class Bare(type(made)):
        def __getitem__(self, k):
            frames, truths = super().__getitem__(k)
            return frames, list(truths["boxes"])

    return Bare(made.paths)


def in_one(folder, classes, size, batch, most, augment):
    made = dataset_with_init(folder, classes, size, batch, most, augment)

    class One(type(made)):
        def __getitem__(self, k):
            return super().__getitem__(k)[0]

    return One(made.paths)


def the_class(folder, classes, size, batch, most, augment):
    return type(dataset_with_init(folder, classes, size, batch, most, augment))


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (stub, "not_yet", "returns nothing"),
        (lambda *args: None, "not_yet", "returns nothing"),
        (half_a_stub, "wrong", "`__getitem__` returns nothing so far"),
        (lambda *args: 3, "wrong", "not a int"),
        (a_list, "wrong", "Yours is a list"),
        (a_plain_class, "wrong", "Derive your class"),
        (not_padded, "wrong", "pad_truths"),
        (in_one, "wrong", "A batch is two things"),
        (the_class, "wrong", ""),
    ],
)
def test_dataset_says_what_is_not_one(answer, status, words):
    result = check("pictures", answer)
    assert result.status == status
    assert words in repr(result)


def test_a_right_dataset_is_handed_on_and_trains(tmp_path):
    import keras

    from vidlearn import models
    from vidlearn.course.exercises.lesson24 import CLASSES, write_pictures

    folder = write_pictures(tmp_path / "data", {"train": 9, "val": 2}, (48, 64)) / "val"
    mine = use("pictures", dataset_with_init)
    assert mine.yours
    assert "Trained by your own" in mine.credit
    made = mine(folder, list(CLASSES), (48, 64), 2, 9, lambda frame, truth: (frame, truth))
    keras.utils.set_random_seed(0)
    model = models.build_ssd((48, 64, 3), CLASSES, width=4, depth=1)
    model.compile()
    assert np.isfinite(model.fit(made, verbose=0).history["loss"][-1])
