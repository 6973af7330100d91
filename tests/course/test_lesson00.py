"""Answers to lesson 00 as learners write them: right ones in other words, and near misses."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import ndimage

from vidlearn import motion, video
from vidlearn.course import challenge, check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson00 import (
    TROUBLES,
    alone,
    annotated,
    crowd_recall,
    drawn,
    hit_rates,
    opening,
    own_clip,
    trouble,
)


def vectorised(frames, threshold):
    steps = np.abs(np.diff(frames.astype(np.int16), axis=0)).mean((1, 2))
    return np.flatnonzero(steps > threshold) + 1


def by_squares_of_nothing(frames, threshold):
    frames = frames.astype(np.float32)
    return [t for t in range(1, len(frames)) if np.mean(abs(frames[t] - frames[t - 1])) > threshold]


def without_signs(frames, threshold):
    """Take the larger less the smaller, which stays in uint8."""
    larger, smaller = np.maximum(frames[1:], frames[:-1]), np.minimum(frames[1:], frames[:-1])
    return [1 + t for t, change in enumerate(larger - smaller) if change.mean() > threshold]


def one_after_another(frames, threshold):
    before = None
    for t, frame in enumerate(frames):
        if before is not None and np.abs(frame - 1.0 * before).mean() > threshold:
            yield t
        before = frame


def by_slices(mask):
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return [xs[0], ys[0], xs[-1] + 1, ys[-1] + 1]


def by_argmax(mask):
    rows, columns = mask.any(axis=1), mask.any(axis=0)
    ends = [len(a) - np.argmax(a[::-1]) for a in (columns, rows)]
    return np.argmax(columns), np.argmax(rows), *ends


def by_loops(mask):
    places = [(x, y) for y in range(len(mask)) for x in range(len(mask[0])) if mask[y][x]]
    xs, ys = zip(*places, strict=True)
    return min(xs), min(ys), max(xs) + 1, max(ys) + 1


def by_points(mask):
    points = np.argwhere(mask)
    (y1, x1), (y2, x2) = points.min(0), points.max(0) + 1
    return int(x1), int(y1), int(x2), int(y2)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("find-cuts", vectorised),
        ("find-cuts", by_squares_of_nothing),
        ("find-cuts", without_signs),
        ("find-cuts", lambda frames, limit: list(one_after_another(frames, limit))),
        ("find-cuts", lambda frames, limit: tuple(vectorised(frames, limit))),
        ("box-of-mask", by_slices),
        ("box-of-mask", by_argmax),
        ("box-of-mask", by_loops),
        ("box-of-mask", by_points),
        ("box-of-mask", lambda mask: np.array(by_slices(mask), np.float32)),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def by_change(kind, reduce, frames, threshold):
    changed = [
        reduce(np.abs(now.astype(kind) - before.astype(kind))) > threshold
        for before, now in pairwise(frames)
    ]
    return [t for t, cut in enumerate(changed, 1) if cut]


def returns_in_the_loop(frames, threshold):
    cuts = []
    for t in range(1, len(frames)):
        change = np.abs(frames[t].astype(float) - frames[t - 1].astype(float)).mean()
        if change > threshold:
            cuts.append(t)
        return cuts


def puts_none_for_the_list(frames, threshold):
    cuts = []
    for t in range(1, len(frames)):
        if np.abs(frames[t] - 1.0 * frames[t - 1]).mean() > threshold:
            cuts = cuts.append(t)
    return cuts


def changes_in_a_row(frames):
    return np.abs(np.diff(frames * 1.0, axis=0)).mean((1, 2))


def returns_in_the_condition(frames, threshold):
    cuts = []
    for t in range(1, len(frames)):
        change = np.abs(frames[t].astype(float) - frames[t - 1].astype(float)).mean()
        if change > threshold:
            cuts += [t]
            return cuts
    return cuts


def forgets_the_mean(frames, threshold):
    cuts = []
    for t in range(1, len(frames)):
        if abs(frames[t] - 1.0 * frames[t - 1]) > threshold:
            cuts.append(t)
    return cuts


def ends_of_where(mask):
    ys, xs = mask.nonzero()
    return xs[0], ys[0], xs[-1] + 1, ys[-1] + 1


def looks_ahead(frames, threshold):
    f = frames.astype(float)
    return [t + 1 for t in range(len(f)) if np.abs(f[t + 1] - f[t]).mean() > threshold]


def rms(frames, threshold):
    return by_change(float, lambda d: (d * d).mean() ** 0.5, frames, threshold)


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("find-cuts", lambda f, limit: vectorised(f, limit) - 1, "frame-before"),
        ("find-cuts", lambda f, limit: np.flatnonzero(np.diff(f, axis=0).mean((1, 2)) > limit) + 1,
         "wraps-round"),
        ("find-cuts", lambda f, limit: by_change(np.uint8, np.mean, f, limit), "wraps-round"),
        ("find-cuts", lambda f, limit: [
            t for t in range(len(f)) if abs(f[t] - 1.0 * f[t - 1]).mean() > limit
        ], "from-zero"),
        ("find-cuts", returns_in_the_loop, "early-return"),
        ("find-cuts", lambda f, limit: [], "empty-list"),
        ("find-cuts", puts_none_for_the_list, "append-gives-none"),
        ("find-cuts", lambda f, limit: np.where(changes_in_a_row(f) > limit), "where-of-pairs"),
        ("find-cuts", lambda f, limit: [False, *(changes_in_a_row(f) > limit)],
         "booleans-of-frames"),
        ("find-cuts", lambda f, limit: np.array([False, *(changes_in_a_row(f) > limit)]),
         "booleans-of-frames"),
        ("find-cuts", returns_in_the_condition, "returns-the-first"),
        ("find-cuts", forgets_the_mean, "no-mean"),
        ("find-cuts", lambda f, limit: [t for t in vectorised(f, limit) if t > 1], "from-two"),
        ("find-cuts", lambda f, limit: [t for t in vectorised(f, limit) if t < len(f) - 1],
         "misses-the-last"),
        ("find-cuts", lambda f, limit: vectorised(f, limit) + 1, "one-too-late"),
        ("find-cuts", lambda f, limit: [
            t for t in range(1, len(f)) if (f[t] != f[t - 1]).any()
        ], "any-change"),
        ("find-cuts", lambda f, limit: [
            t for t in range(1, len(f)) if (abs(f[t] - 1.0 * f[t - 1]) > limit).mean() > 0.5
        ], "median"),
        ("find-cuts", looks_ahead, "past-the-end"),
        ("find-cuts", rms, "root-mean-square"),
        ("find-cuts", lambda f, limit: by_change(float, lambda d: (d**2).mean(), f, limit),
         "squares"),
        ("find-cuts", lambda f, limit: by_change(float, np.sum, f, limit), "sum"),
        ("find-cuts", lambda f, limit: abs(np.diff(f * 1.0, axis=0)).mean((1, 2)) > limit,
         "booleans"),
        ("find-cuts", lambda f, limit: [
            abs(a - 1.0 * b).mean() > limit for a, b in pairwise(f)
        ], "booleans"),
        ("find-cuts", lambda f, limit: np.argwhere(
            abs(np.diff(f * 1.0, axis=0)).mean((1, 2)) > limit
        ) + 1, "inside-lists"),
        ("find-cuts", lambda f, limit: (np.argwhere(
            abs(np.diff(f * 1.0, axis=0)).mean((1, 2)) > limit
        ) + 1).tolist(), "inside-lists"),
        ("find-cuts", lambda f, limit: (vectorised(f, limit),), "tuple-of-where"),
        ("find-cuts", lambda f, limit: [0, *vectorised(f, limit)], "with-zero"),
        ("find-cuts", lambda f, limit: vectorised(f, limit - 1e-9), "at-threshold"),
        ("find-cuts", lambda f, limit: by_change(np.int8, np.mean, f, limit), "int8"),
        ("find-cuts", lambda f, limit: by_change(float, np.max, f, limit), "maximum"),
        ("find-cuts", lambda f, limit: by_change(float, np.median, f, limit), "median"),
        ("box-of-mask", lambda m: np.array(by_slices(m))[[1, 3, 0, 2]], "rows-then-columns"),
        ("box-of-mask", ends_of_where, "first-and-last-found"),
        ("box-of-mask", lambda m: [m.argmax(), 0, 1, 2], None),
        ("box-of-mask", lambda m: np.array(by_slices(m))[[1, 0, 3, 2]], "rows-first"),
        ("box-of-mask", lambda m: np.array(by_slices(m))[[1, 0, 3, 2]] - [0, 0, 1, 1],
         "rows-first-last-pixel"),
        ("box-of-mask", lambda m: np.array(by_slices(m)) - [0, 0, 1, 1], "last-pixel"),
        ("box-of-mask", lambda m: [
            *by_slices(m)[:2], np.ptp(np.where(m)[1]), np.ptp(np.where(m)[0])
        ], "short-width"),
        ("box-of-mask", lambda m: (tuple(by_slices(m)[:2]), tuple(by_slices(m)[2:])), "in-pairs"),
    ],
)  # fmt: skip
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_a_clip_is_described_by_its_changes():
    said = repr(grade(get("find-cuts"), lambda frames, threshold: [1]))
    assert "to the next: 0, 110, 0, 0, 120" in said


def test_the_first_hint_gives_no_call_away():
    assert "np." not in get("box-of-mask").hints[0]


def test_the_library_is_refused():
    from vidlearn import boxes

    def my_box(mask):
        return boxes.box_of_mask(mask)

    assert check("find-cuts", motion.find_cuts).status == "not_yet"
    assert check("box-of-mask", my_box).status == "not_yet"


def boxes_without_gaps(frames, threshold=60):
    """What the hints lead to: a higher threshold, and gaps that stay."""
    background, found = np.median(frames, axis=0), []
    for frame in frames:
        far = np.abs(frame - background).max(axis=-1) > threshold
        groups, _ = ndimage.label(ndimage.binary_opening(far))
        areas = np.bincount(groups.ravel())[1:]
        parts = [
            (columns.start, rows.start, columns.stop, rows.stop)
            for (rows, columns), area in zip(ndimage.find_objects(groups), areas, strict=True)
            if area >= 40
        ]
        found.append(parts[:6])
    return found


def test_the_crowds_bar_lies_above_the_plain_method_and_below_what_the_hints_lead_to(kept):
    assert crowd_recall(motion.moving_boxes) < 0.15
    assert challenge("finder", boxes_without_gaps).status == "right"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda frames: 5, "list with the boxes"),
        (lambda frames: [[]] * 7, "40 frames, and your list 7 entries"),
        (lambda frames: [[(1, 2, 3)]] * 40, "not all of four numbers"),
        (lambda frames: [["a box"]] * 40, "not all of four numbers"),
        (lambda frames: [[(0, 0, np.nan, 9)]] * 40, "not all of four numbers"),
        (lambda frames: [[(0, 0, 9, 1e308)]] * 40, "not all of four numbers"),
        (lambda frames: [[(9, 1, 5, 4)]] * 40, "frame 0 ends before it begins"),
        (lambda frames: [[(1, 9, 5, 4)]] * 40, "frame 0 ends before it begins"),
        (lambda frames: np.array(3), "list with the boxes"),
    ],
)
def test_the_crowd_rejects_what_are_no_boxes(answer, message):
    with pytest.raises(Refusal, match=message):
        crowd_recall(answer)


def test_of_many_boxes_the_six_largest_count():
    everywhere = [(x, y, x + 40, y + 40) for x in range(0, 120, 8) for y in range(0, 80, 8)]
    assert crowd_recall(lambda frames: [[*everywhere, (0, 0, 160, 120)]] * len(frames)) < 0.2


def test_a_finder_that_finds_nothing_scores_0_and_an_empty_stub_nothing(kept):
    assert crowd_recall(lambda frames: [[]] * len(frames)) == 0
    assert challenge("finder", lambda frames: None).status == "not_yet"


def test_hits_are_counted_once_by_hand():
    scene = trouble("kind", 1)
    truth = [scene.truth(t)[0] for t in range(len(scene.frames))]
    twice = [np.concatenate([boxes, boxes]) for boxes in truth]
    assert hit_rates(truth, scene) == (1, 1)
    assert hit_rates(twice, scene) == (1, 0.5)
    assert hit_rates([[]] * len(truth), scene) == (0, 0)


def test_the_opening_film_is_taken_apart_well():
    scene = opening()
    cuts = motion.find_cuts(scene.frames)
    assert tuple(cuts) == scene.cuts
    recall, precision = hit_rates(motion.moving_boxes(scene.frames, cuts=cuts), scene)
    assert recall > 0.9
    assert 0.8 < precision < 1  # a ghost is there to be found
    assert scene.masks[: cuts[0]].any(axis=(1, 2)).all()  # the street is never empty


def test_films_are_drawn_as_wide_as_they_are():
    scene = trouble("flicker", 1)
    assert "flicker" in TROUBLES
    film = annotated(scene.frames, [[(3, 4, 30, 40)]] * 40, [12])
    assert film.shape == (40, 130, 160, 3)
    assert not alone(scene.frames, scene.masks > 0)[scene.masks == 0].any()
    boxed = drawn(scene.frames, lambda frames: [[(3, 4, 30, 40)]] * 40)
    assert (boxed != scene.frames).any()
    for odd in (lambda frames: None, lambda frames: 1 / 0, lambda frames: [[(1, 2)]] * 40):
        assert np.array_equal(drawn(scene.frames, odd), scene.frames)


@pytest.mark.parametrize(("size", "wanted"), [((96, 160), (96, 160)), ((320, 200), (240, 150))])
def test_an_own_film_keeps_its_proportions(tmp_path, size, wanted):
    path = video.write_video(tmp_path / "own.mp4", np.zeros((4, *size, 3), np.uint8), fps=30)
    film, fps = own_clip(path)
    assert (film.shape, fps) == ((4, *wanted, 3), 30)
