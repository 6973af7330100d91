"""Answers to lesson 12 as learners write them: right ones in other words, and near misses."""

import math

import numpy as np
import pytest

from vidlearn import boxes, proposals
from vidlearn.course import challenge, hint
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson12 import held_out, proposal_score, scene
from vidlearn.course.exercises.lesson12.regions import grow_cases, grow_regions, partition
from vidlearn.course.exercises.lesson12.rois import align_cases, roi_align


def with_sets(count, edges, weights, k):
    sets = [{p} for p in range(count)]
    heaviest = [0.0] * count
    for weight, (a, b) in sorted(zip(weights.tolist(), edges.tolist(), strict=True)):
        i = next(n for n, s in enumerate(sets) if a in s)
        j = next(n for n, s in enumerate(sets) if b in s)
        bound = min(heaviest[n] + k / len(sets[n]) for n in (i, j))
        if i != j and weight <= bound:
            sets[i] |= sets[j]
            heaviest[i] = weight
            del sets[j], heaviest[j]
    return [next(100 + n for n, s in enumerate(sets) if p in s) for p in range(count)]


def with_parents(count, edges, weights, k):
    parent, size, heaviest = list(range(count)), [1] * count, [0.0] * count

    def root(p):
        while parent[p] != p:
            p = parent[p]
        return p

    for e in np.argsort(weights):
        a, b = root(edges[e][0]), root(edges[e][1])
        bound = min(heaviest[a] + k / size[a], heaviest[b] + k / size[b])
        if a != b and weights[e] <= bound:
            parent[b] = a
            size[a] += size[b]
            heaviest[a] = weights[e]
    return np.array([root(p) for p in range(count)])


@pytest.mark.parametrize("answer", [with_sets, with_parents, grow_regions])
def test_grow_regions_accepts_other_words(answer):
    assert grade(get("grow-regions"), answer)


def test_grow_regions_by_hand():
    # 1 2 4 9 9.5 with k = 4: 9-9.5 (0.5 <= 4), 1-2 (1 <= 4), then 2-4 (2 <= min(1 + 4/2, 4)),
    # last 4-9: 5 > min(2 + 4/3, 0.5 + 4/2)
    assert partition(grow_regions(*grow_cases()[0]), *grow_cases()[0]).tolist() == [0, 0, 0, 1, 1]


def bounds_turned_round(count, edges, weights, k):
    region, size, inside = np.arange(count), np.ones(count), np.zeros(count)
    for e in np.argsort(weights):
        a, b = region[edges[e]]
        if a != b and max((weights[e] - inside[r]) * size[r] for r in (a, b)) <= k:
            region[region == b] = a
            size[a] += size[b]
            inside[a] = weights[e]
    return region


def test_grow_regions_does_not_hang_on_the_last_digit():
    assert grade(get("grow-regions"), bounds_turned_round)


def test_grow_regions_says_whose_numbers_it_tells():
    result = grade(get("grow-regions"), lambda count, edges, weights, k: np.arange(count) // 2)
    assert "numbered from 0, in the order they appear" in repr(result)


def test_grow_regions_rejects_lists_of_pixels():
    result = grade(get("grow-regions"), lambda count, edges, weights, k: [[0, 1, 2], [3, 4]])
    assert "not a list of pixels" in repr(result)


def test_grow_regions_takes_one_number_for_each_pixel():
    result = grade(get("grow-regions"), lambda count, edges, weights, k: [[0, 1], [2, 3]])
    assert result.status == "wrong"
    assert "one number for each of the 5 pixels" in repr(result)


@pytest.mark.parametrize("case", range(6))
def test_roi_align_is_the_librarys_with_one_sample(case):
    x, roi, rows, columns = align_cases()[case]
    ours = boxes.roi_align(x, [roi], size=(rows, columns), samples=1)[0]
    np.testing.assert_allclose(roi_align(x, roi, rows, columns), ours, rtol=1e-12)


def test_roi_align_by_hand():
    # On the ramp 10 i + j the number at row v, column u (in cells) is 10 v + u.
    x, roi, rows, columns = align_cases()[1]  # 1.25, 1.5 to 4.25, 3.5 into 2 x 3
    expected = 10 * (np.array([[1.5], [2.5]])) + np.array([1.25, 2.25, 3.25])
    np.testing.assert_allclose(roi_align(x, roi, rows, columns)[..., 0], expected)


def by_distances(x, roi, rows, columns):
    x1, y1, x2, y2 = roi
    out = np.zeros((rows, columns, x.shape[-1]))
    for i, j in np.ndindex(rows, columns):
        v = y1 + (2 * i + 1) / (2 * rows) * (y2 - y1)
        u = x1 + (2 * j + 1) / (2 * columns) * (x2 - x1)
        for r, c in np.ndindex(x.shape[:2]):
            near = max(0, 1 - abs(v - r - 0.5)) * max(0, 1 - abs(u - c - 0.5))
            out[i, j] += near * x[r, c]
    return out


def with_modulus(x, roi, rows, columns):
    x1, y1, x2, y2 = roi
    rows_at = np.linspace(y1, y2, 2 * rows + 1)[1::2] - 0.5
    columns_at = np.linspace(x1, x2, 2 * columns + 1)[1::2] - 0.5
    result = []
    for v in rows_at:
        (b, top), line = math.modf(v), []
        for u in columns_at:
            a, left = math.modf(u)
            four = x[int(top) : int(top) + 2, int(left) : int(left) + 2]
            line.append(np.einsum("i,j,ijc->c", [1 - b, b], [1 - a, a], four))
        result.append(line)
    return result


@pytest.mark.parametrize("answer", [by_distances, with_modulus])
def test_roi_align_accepts_other_words(answer):
    assert grade(get("roi-align"), answer)


def test_size_and_fill_by_hand():
    size, fill = get("size-and-fill").solution((0, 0, 4, 2), (2, 1, 7, 6), 6, 18, 100)
    assert (size, fill) == (1 - 24 / 100, 1 - (7 * 6 - 24) / 100)


def test_films_are_made_before_other_photographs_than_those_that_judge():
    assert not np.array_equal(scene(4).frames, held_out(4).frames)
    assert scene(4).frames.shape == (1, 120, 160, 3)


def test_the_challenge_wants_more_than_a_grid():
    def grid(frame):
        tops, lefts = np.meshgrid([0, 35, 70], [0, 40, 80], indexing="ij")
        corner = np.stack([lefts.ravel(), tops.ravel()], axis=1)
        return np.concatenate([corner, corner + 45], axis=1)

    everything = proposal_score(lambda frame: [[0, 0, 160, 120]])
    assert everything == 0.0
    assert 0.0 < proposal_score(grid) < 0.4
    assert proposal_score(lambda frame: None) is None


def test_the_challenge_is_won_by_votes_and_not_by_one_filter():
    def filtered(frame):
        found = proposals.selective_search(frame)
        width, height = (found[:, 2:] - found[:, :2]).T
        fits = (np.minimum(width, height) > 12) & (np.maximum(width, height) < 90)
        return found[fits & (np.maximum(width / height, height / width) < 2)]

    def voted(frame):
        found = filtered(frame)
        votes = (boxes.iou(found, found) > 0.7).sum(axis=1)
        return found[boxes.nms(found, votes, threshold=0.5)][:10]

    # The lesson tells these numbers.
    assert proposal_score(lambda f: proposals.selective_search(f)[:10]) == pytest.approx(0.43, 0.03)
    assert proposal_score(lambda f: filtered(f)[:10]) == pytest.approx(0.67, abs=0.03)
    assert proposal_score(voted) == pytest.approx(0.89, abs=0.03)


def test_the_hints_of_a_challenge_promise_no_solution(capsys):
    """`solution` has none to show."""
    below = challenge("ten-boxes", lambda frame: [[0, 0, 160, 120]])
    assert "Hint 3 of 3" in below._repr_html_()
    hint("ten-boxes", 3)
    assert "solution(" not in below._repr_html_() + capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros((11, 4)), "At most 10"),
        ([[0, 0, np.nan, 3]], "not finite"),
        ([[1, 2, 3]], "shape"),
        ("boxes", "shape"),
        ([[30, 40, 20, 20]], "ends before it begins"),
    ],
)
def test_the_challenge_refuses(answer, words):
    with pytest.raises(Refusal, match=words):
        proposal_score(lambda frame: answer)
