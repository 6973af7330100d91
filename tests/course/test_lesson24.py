"""Answers to lesson 24 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn.boxes import Truth
from vidlearn.course import check, use
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson24 import batches, mirrors, recipes, thresholds

BUILT = ("mirror-boxes", "pictures", "threshold")


@pytest.mark.parametrize("name", BUILT)
def test_every_named_mistake_is_named(name):
    exercise = get(name)
    for mistake, answer in exercise.mistakes.items():
        result = grade(exercise, answer)
        if mistake == "as-given":
            assert result.status == "not_yet"
        else:
            assert (result.status, result.misconception) == ("wrong", mistake)


@pytest.mark.parametrize("name", BUILT)
def test_every_misconception_of_the_catalogue_is_a_mistake(name):
    exercise = get(name)
    assert set(exercise.words["mistakes"]) == set(exercise.mistakes)


# The mirror ---------------------------------------------------------------------------------


def mirrored_at_once(frame, boxes):
    width = frame.shape[1]
    return np.fliplr(frame), np.stack(
        [width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1
    )


def mirrored_box_by_box(frame, boxes):
    width = frame.shape[1]
    moved = [[width - x2, y1, width - x1, y2] for x1, y1, x2, y2 in boxes]
    return frame[:, ::-1].copy(), np.array(moved).reshape(-1, 4)


def mirrored_about_the_middle(frame, boxes):
    middle = frame.shape[1] / 2
    flat = boxes[:, [2, 1, 0, 3]]
    return np.flip(frame, 1), np.where([True, False, True, False], 2 * middle - flat, flat)


@pytest.mark.parametrize(
    "answer", [mirrored_at_once, mirrored_box_by_box, mirrored_about_the_middle]
)
def test_mirror_accepts_other_words(answer):
    assert grade(get("mirror-boxes"), answer)


def test_mirror_by_hand():
    frame = np.arange(2 * 10 * 3, dtype=np.uint8).reshape(2, 10, 3)
    picture, moved = mirrors.mirror_boxes(frame, np.array([[1.0, 0, 4, 2]]))
    assert moved.tolist() == [[6, 0, 9, 2]]
    assert picture[0, 0].tolist() == frame[0, 9].tolist()


def test_mirror_is_the_librarys():
    from vidlearn.datasets import flip

    for frame, boxes in mirrors.mirror_cases():
        picture, moved = mirrors.mirror_boxes(frame, boxes)
        theirs, truth = flip(frame, Truth(boxes), rng=np.random.default_rng(0), chance=1)
        np.testing.assert_array_equal(picture, theirs)
        np.testing.assert_allclose(moved, truth.boxes, rtol=1e-6)


def test_mirror_cases_break_symmetry():
    shapes = {frame.shape[:2] for frame, boxes in mirrors.mirror_cases() if len(boxes)}
    assert all(height != width for height, width in shapes)


def test_a_mirror_that_changes_its_input_is_told():
    def in_place(frame, boxes):
        boxes[:, [0, 2]] = frame.shape[1] - boxes[:, [2, 0]]
        return frame[:, ::-1], boxes

    assert check("mirror-boxes", in_place).status == "wrong"


# The dataset class --------------------------------------------------------------------------


def dataset_with_init(folder, classes, size, batch, most, augment):
    """Hold everything in the object, as books do, and read line by line."""
    import keras
    from PIL import Image

    from vidlearn.boxes import Truth
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


def test_dataset_accepts_other_words():
    assert grade(get("pictures"), dataset_with_init)


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


# The threshold ------------------------------------------------------------------------------


def threshold_in_a_loop(scores, right, things):
    best, chosen = -1, None
    for least in scores:
        kept = scores >= least
        hits = sum(right[kept])
        f1 = 2 * hits / (sum(kept) + things)
        if f1 > best:
            best, chosen = f1, least
    return chosen


def threshold_between(scores, right, things):
    """Half-way to the next lower score, as sound as the score itself."""
    least = thresholds.threshold(scores, right, things)
    below = scores[scores < least]
    return (least + below.max()) / 2 if len(below) else least


@pytest.mark.parametrize("answer", [threshold_in_a_loop, threshold_between])
def test_threshold_accepts_other_words(answer):
    assert grade(get("threshold"), answer)


def test_threshold_by_hand():
    scores, right, things = thresholds.threshold_cases()[0]
    # told 1 2 3 4 5, right 1 2 2 3 3, of 4 things: F1 2/5, 4/6, 4/7, 6/8, 6/9
    assert thresholds.threshold(scores, right, things) == 0.4
    assert thresholds.f1_at(0.4, scores, right, things) == pytest.approx(0.75)


@pytest.mark.parametrize("case", range(5))
def test_no_two_thresholds_are_equally_good(case):
    scores, right, things = thresholds.threshold_cases()[case]
    values = sorted(thresholds.f1_at(least, scores, right, things) for least in scores)
    assert values[-1] > values[-2] + 1e-6


@pytest.mark.parametrize("answer", [[0.1, 0.2], "much", float("nan"), 7, None, ...])
def test_threshold_takes_odd_answers(answer):
    assert check("threshold", answer).status in ("wrong", "not_yet")


# The challenge ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda frame, truth, rng: 3, "two things"),
        (lambda frame, truth, rng: (frame / 255, truth), "uint8"),
        (lambda frame, truth, rng: (frame[..., 0], truth), "uint8|\\(H, W, 3\\)"),
        (lambda frame, truth, rng: (frame[..., :2], truth), "\\(H, W, 3\\)"),
        (lambda frame, truth, rng: (frame, truth.boxes), "Truth"),
        (lambda frame, truth, rng: (frame, Truth(truth.boxes, truth.labels + 3)), "Labels"),
        (lambda frame, truth, rng: (frame, Truth([[0, 0, 9, 9]] * 61)), "At most 60"),
    ],
)
def test_the_challenge_refuses(answer, words):
    with pytest.raises(Refusal, match=words):
        recipes.recipe_score(answer)


def test_the_challenge_knows_nothing_from_an_answer(monkeypatch):
    monkeypatch.setattr(recipes, "STEPS", 2)
    assert recipes.recipe_score(lambda frame, truth, rng: None) is None
    assert 0 <= recipes.recipe_score(lambda frame, truth, rng: (frame, truth)) < 0.3


def test_the_pictures_that_judge_are_no_pictures_of_the_training():
    train, test = recipes._sets()
    sides = [np.concatenate([t.boxes[:, 2:] - t.boxes[:, :2] for t in s.truths]).max(axis=1)
             for s in (train, test)]  # fmt: skip
    assert sides[1].min() < 0.8 * sides[0].min()
    assert len(train) == 32
