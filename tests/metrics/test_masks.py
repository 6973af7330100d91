"""Masks held against the truth: worked tables, DAVIS's way said again, what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tests.metrics.davis import contour, contours, region, statistics
from vidlearn.metrics import contour_accuracy, evaluate_masks, mask_boundary, region_similarity


def drawn(*rows):
    return np.array([[letter == "#" for letter in row] for row in rows])


def blob(size=(40, 50), at=(12, 14), sides=(10, 13)):
    mask = np.zeros(size, bool)
    mask[at[0] : at[0] + sides[0], at[1] : at[1] + sides[1]] = True
    return mask


def test_region_by_hand():
    truth = drawn("##..", "##..", "....")
    for found, j in (
        (drawn("##..", "##..", "...."), 1),
        (drawn(".##.", ".##.", "...."), 2 / 6),
        (drawn("####", "####", "####"), 4 / 12),
        (drawn("#...", "....", "...."), 1 / 4),
        (drawn("....", "....", "..##"), 0),
        (drawn("....", "....", "...."), 0),
    ):
        assert region_similarity(found, truth) == pytest.approx(j)
    ignore = drawn(".#..", ".#..", "....")
    assert region_similarity(drawn(".##.", "####", "...."), truth, ignore=ignore) == 1 / 5
    assert region_similarity(truth, truth & False, ignore=truth) == 1
    assert isinstance(region_similarity(truth, truth), float)


def test_contour_by_hand():
    mask = drawn("......", "..##..", "..##.#", "......", "#.....")
    wanted = drawn(".###..", ".#.###", ".#####", "#.....", "#.....")
    assert mask_boundary(mask).tolist() == wanted.tolist()
    assert mask_boundary(~mask).tolist() == wanted.tolist()


def test_what_leaves_the_picture_has_no_contour_there_by_hand():
    mask = drawn("##..", "##..", "....")
    assert mask_boundary(mask).tolist() == drawn(".#..", "##..", "....").tolist()
    turned = mask_boundary(mask[::-1, ::-1])
    assert turned.tolist() == drawn(".###", ".#..", ".#..").tolist()
    assert not mask_boundary(np.ones((4, 5), bool)).any()


def test_contour_accuracy_by_hand():
    # the contour of 10 x 13 pixels is 11 x 14 pixels around: 46. Found n columns to the right,
    # rows share 14 - n pixels of either side, and the columns meet rows at 2 ends already there.
    truth = blob()
    assert mask_boundary(truth).sum() == 46
    for n in (1, 2, 5):
        found = np.roll(truth, n, axis=1)
        assert contour_accuracy(found, truth, tolerance=0) == pytest.approx(2 * (14 - n) / 46)
        # within so many pixels everything is found
        assert contour_accuracy(found, truth, tolerance=n) == 1
    # of 40 x 50, the diagonal is 64.03: 0.008 are 0.51 pixels, so 1; 0.02 are 1.28, so 2
    one, two, three = (np.roll(truth, n, axis=1) for n in (1, 2, 3))
    assert contour_accuracy(one, truth) == 1 > contour_accuracy(two, truth)
    assert contour_accuracy(two, truth, tolerance=0.02) == 1
    assert contour_accuracy(three, truth, tolerance=0.02) < 1


def test_precision_and_recall_make_the_mean_by_hand():
    """The truth twice as far: all that was found is right, and it is half of the truth."""
    truth = blob(at=(5, 5)) | blob(at=(25, 30))
    assert contour_accuracy(blob(at=(5, 5)), truth) == pytest.approx(2 * 1 * 0.5 / 1.5)
    assert contour_accuracy(truth, blob(at=(5, 5))) == pytest.approx(2 * 1 * 0.5 / 1.5)


def test_who_has_no_contour_by_hand():
    nothing, everything, truth = np.zeros((40, 50), bool), np.ones((40, 50), bool), blob()
    assert contour_accuracy(nothing, nothing) == 1
    assert contour_accuracy(nothing, everything) == 1  # neither has one; J is 0
    assert contour_accuracy(nothing, truth) == contour_accuracy(truth, nothing) == 0
    assert contour_accuracy(truth, everything) == 0


def moving(frames=9, size=(30, 44), speed=2, label=1):
    maps = np.zeros((frames, *size), np.uint8)
    for t in range(frames):
        maps[t, 8:18, 3 + speed * t : 12 + speed * t] = label
    return maps


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("void", [None, 255])
def test_several_objects_as_davis_counts(ends, void):
    rng = np.random.default_rng(4)
    truth = moving()
    truth[:, 20:27, 10:20] = 3
    truth[4:, 20:27, 10:20] = 0  # hidden
    found = np.roll(truth, 1, axis=2)
    found[6:] = 0
    found[:2][rng.random((2, 30, 44)) < 0.1] = 3
    if void:
        truth[:, 5:12, 8:20] = void
    result = evaluate_masks(found, truth, ends=ends, void=void)
    assert result.objects == ((0, 1), (0, 3))
    frames = range(9) if ends else range(1, 8)
    means = []
    for k, label in enumerate((1, 3)):
        ours, theirs, out = found == label, truth == label, truth == 255
        j = np.array([region(ours[t], theirs[t], out[t]) for t in frames])
        f = np.array([contours(ours[t], theirs[t], out[t]) for t in frames])
        assert result.J[k] == pytest.approx(j)
        assert result.F[k] == pytest.approx(f)
        wanted = [*statistics(j), *statistics(f)]
        assert list(result.per_object[0, label].values()) == pytest.approx(wanted)
        means.append(wanted)
    means = np.mean(means, axis=0)
    assert list(result.summary.values()) == pytest.approx([(means[0] + means[3]) / 2, *means])
    assert "2 objects" in repr(result)


def test_statistics_by_hand():
    # 8 frames of 10 pixels, found for the first 10, 9, 8, 8, 6, 5, 4, 1 of them. The quarters
    # begin and end at frames 0, 2, 4, 5, 7: (1 + .9 + .8) / 3 and (.5 + .4 + .1) / 3.
    truth = np.ones((8, 1, 10), int)
    found = truth * (np.arange(10) < np.array([10, 9, 8, 8, 6, 5, 4, 1])[:, None, None])
    j = evaluate_masks(found, truth).per_object[0, 1]
    assert j["J mean"] == pytest.approx(0.6375)
    assert j["J recall"] == 5 / 8  # half is not above a half
    assert j["J decay"] == pytest.approx(0.9 - 1 / 3)
    single = evaluate_masks(found[:1], truth[:1]).per_object[0, 1]
    assert single["J decay"] == 0


def test_long_films_have_the_decay_of_their_own_last_quarter():
    truth = np.ones((1001, 1, 2), bool)
    found = truth.copy()
    found[750:] = False  # the last quarter: frames 750 to 1000
    assert evaluate_masks(found, truth).per_object[0, 1]["J decay"] == 1


def test_films_of_any_length_weigh_by_their_objects_by_hand():
    short, long = moving(3), moving(9, size=(24, 60), label=2)
    both = evaluate_masks([short, long * 0], [short, long])
    assert both.objects == ((0, 1), (1, 2))
    assert [len(values) for values in both.J] == [3, 9]
    assert both.summary["J&F"] == 0.5
    assert evaluate_masks(short > 0, short > 0).objects == ((0, 1),)
    assert evaluate_masks(short > 0, short).summary["J&F"] == 1


MASKS = arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([0, 0.008, 0.1, 1, 1.5, 3]))
def test_what_must_always_hold(data, tolerance):
    truth = data.draw(MASKS)
    found, void = (data.draw(arrays(bool, truth.shape)) for _ in range(2))
    options = {"tolerance": tolerance, "ignore": void}
    assert mask_boundary(truth).tolist() == contour(truth).tolist()
    assert region_similarity(found, truth, ignore=void) == pytest.approx(region(found, truth, void))
    f = contour_accuracy(found, truth, **options)
    assert 0 <= f <= 1
    if tolerance != 1.5:  # no disk has that radius
        assert f == pytest.approx(contours(found, truth, void, tolerance))
    assert contour_accuracy(truth, found, **options) == pytest.approx(f)
    assert region_similarity(found, truth) == region_similarity(truth, found)
    assert contour_accuracy(truth, truth, **options) == region_similarity(truth, truth) == 1
    assert contour_accuracy(~found, ~truth) == contour_accuracy(found, truth)
    wide = [np.pad(one, 9) for one in (found, truth)]
    moved = [np.roll(one, (5, -4), axis=(0, 1)) for one in wide]
    assert contour_accuracy(*moved) == contour_accuracy(*wide)
    options["ignore"] = np.stack([void, void])
    stacked = contour_accuracy(np.stack([found, truth]), np.stack([truth, truth]), **options)
    assert stacked.tolist() == [f, 1]


@pytest.mark.parametrize("function", [region_similarity, contour_accuracy])
@pytest.mark.parametrize(
    ("found", "said"),
    [
        (np.full((40, 50), 0.7), "scores > 0.5.*float64"),
        (np.full((40, 50), 2), "labels == object"),
        (np.full((40, 50), -1), "labels == object"),
        (np.zeros((40, 49), bool), r"one shape. Received: \(40, 49\), \(40, 50\)"),
        (np.zeros(50, bool), "found must be a mask"),
        (np.full((40, 50), 255, np.uint8), "mask > 0.*uint8"),
        (np.zeros((0, 50), bool), r"of a pixel at least.*\(0, 50\)"),
    ],
)
def test_rejects_what_are_no_masks_of_one_shape(function, found, said):
    with pytest.raises(ValueError, match=said):
        function(found, blob())


@pytest.mark.parametrize("function", [region_similarity, contour_accuracy])
def test_rejects_pixels_to_ignore_of_another_shape(function):
    with pytest.raises(ValueError, match=r"\(40, 50\) and \(50, 40\)"):
        function(blob(), blob(), ignore=blob().T)


@pytest.mark.parametrize("tolerance", [-1, "wide", np.nan, np.inf])
def test_rejects_a_tolerance_that_is_none(tolerance):
    with pytest.raises(ValueError, match="tolerance"):
        contour_accuracy(blob(), blob(), tolerance=tolerance)


@pytest.mark.parametrize(
    ("found", "truth", "options", "said"),
    [
        (moving(8), moving(9), {}, "one shape"),
        (moving()[0], moving()[0], {}, r"\(T, H, W\)"),
        (moving() / 1.0, moving(), {}, "float64"),
        (moving() * 0, moving() * 0, {}, "must have an object"),
        (moving(), moving() * 0 + 9, {"void": 9}, "must have an object"),
        (moving(label=4), moving(label=2), {}, r"truth, \[2\]. Received: \[0, 4\]"),
        (moving() > 0, moving() + moving(speed=1), {}, r"truth, \[1, 2\]. Received: \[False, T"),
        (moving(2), moving(2), {"ends": False}, "3 or more. Received: 2"),
        ([moving()], [moving(), moving()], {}, "as many films. Received: 1 and 2"),
        ([moving()] * 2, [moving(), moving() * 0], {}, r"truth\[1\] must have an object"),
        (moving(), moving(), {"void": 0}, "void"),
        (-moving().astype(int), moving(), {}, "from 0 on"),
    ],
)
def test_rejects_films_that_do_not_fit(found, truth, options, said):
    with pytest.raises(ValueError, match=said):
        evaluate_masks(found, truth, **options)
