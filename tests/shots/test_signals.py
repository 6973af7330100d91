import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from tests.shots.films import place, shot
from vidlearn import shots

PICTURE = arrays(np.uint8, (5, 7, 3))


@settings(max_examples=30)
@given(PICTURE, PICTURE)
def test_differences_are_those_of_plain_numbers(a, b):
    told = [abs(int(p) - int(q)) for p, q in zip(a.ravel(), b.ravel(), strict=True)]
    assert shots.pixel_difference(a, b) == pytest.approx(np.mean(told))
    assert shots.content_difference(a, b) == pytest.approx(np.mean(told))


@settings(max_examples=30)
@given(PICTURE, st.sampled_from([2, 16, 256]))
def test_a_histogram_counts_each_pixel_and_no_place(picture, bins):
    grey = picture[..., 0]
    found = shots.histogram(grey, bins=bins)
    assert found.sum() == pytest.approx(1)
    assert found[grey[2, 3] // (256 // bins)] > 0
    assert (shots.histogram(grey[::-1, ::-1].copy(), bins=bins) == found).all()


@settings(max_examples=20)
@given(arrays(bool, (9, 11)), arrays(bool, (9, 11)))
def test_edge_change_is_a_share_and_the_same_both_ways(a, b):
    assert 0 <= shots.edge_change(a, b) == shots.edge_change(b, a) <= 1


def test_edge_change_by_hand():
    before = np.zeros((20, 30), np.uint8)
    before[5:15, 5:15] = 200
    one, far = np.roll(before, 1, axis=1), np.roll(before, 12, axis=1)
    a, b, c = map(shots.edges, (before, one, far))
    assert a.sum() == 39  # the sides, 10 pixels each, one of which is of two
    assert shots.edge_change(a, b) == 0
    assert shots.edge_change(a, c) == 1


def test_what_moved_is_found_again_and_what_is_new_is_not():
    clip, other = shot(1, 20, pan=9.0), shot(2, 1)[0]
    darker = (0.5 * clip[3] + 20).astype(np.uint8)
    assert shots.found_again(clip[2], clip[3]) > 0.8
    assert shots.likeness(clip[2], clip[3]) < 0.8
    assert shots.likeness(clip[3], darker) > 0.99
    assert shots.found_again(clip[3], darker) < 0.5
    assert shots.found_again(clip[2], other) < 0.2
    assert shots.found_again(clip[2], np.full_like(other, 255)) == 0


def test_what_shows_nothing_sags_not_and_bytes_are_mixed_as_numbers():
    assert shots.spread_parabola([0, 0, 0, 0]) == (0, 0)
    assert np.isnan(shots.likeness([[1, np.nan]], [[1, 2]]))
    old, new = np.full((2, 3), 250, np.uint8), np.full((2, 3), 50, np.uint8)
    assert shots.unmixed(old, np.full((2, 3), 150, np.uint8), new) == 0


def test_bars_are_cut_off_alike_in_both():
    a, b = place(1, (60, 100)), place(2, (60, 100))
    for picture in (a, b):
        picture[:12] = picture[-12:] = 16
    parts = shots.without_bars(a, b)
    assert [part.shape for part in parts] == [(34, 100, 3)] * 2  # a 50th of the side goes, too
    assert (parts[0] == a[13:-13]).all()
    blank = np.zeros((60, 100, 3), np.uint8)
    assert shots.without_bars(blank, blank)[0].shape == blank.shape


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: shots.pixel_difference(np.zeros((2, 2)), np.zeros((2, 2))), "uint8.*float64"),
        (lambda: shots.pixel_difference(place(1)[:9], place(1)[:8]), "one shape"),
        (lambda: shots.to_hsv(place(1)[..., 0]), r"\(H, W, 3\) RGB"),
        (lambda: shots.histogram(place(1)[..., 0], bins=10), "power of 2.*10"),
        (lambda: shots.histogram_distance([0.5, 0.5], [1.0]), "one shape"),
        (lambda: shots.pixel_difference(*[np.zeros((9, 9, 4), np.uint8)] * 2), r"\(9, 9, 4\)"),
        (lambda: shots.histogram(place(1)), r"\(H, W\), grey"),
        (lambda: shots.histogram(place(1)[..., 0], bins=16.0), "power of 2.*16.0"),
        (lambda: shots.histogram_distance([3, 1], [1, 3]), "divide counts by their sum"),
        (lambda: shots.histogram_distance([0.5, 0.5], [0.5, np.nan]), "must be shares"),
        (lambda: shots.edges(place(1)), r"\(H, W\), grey"),
        (lambda: shots.edge_change(np.ones(3), np.ones(3)), r"\(H, W\)"),
        (lambda: shots.edge_change(*[place(1)[..., 0]] * 2), "must be bool, of edges.*uint8"),
        (lambda: shots.without_bars(place(1), place(1)[1:]), "one height and width"),
        (lambda: shots.without_bars(), "one height and width"),
        (lambda: shots.spread_parabola([1, 2]), "3 at least"),
        (lambda: shots.spread_parabola([1, np.nan, 2]), "spreads must be finite.*frame 1"),
        (lambda: shots.find_fades([1, 2], [1]), "one length. Received: 2 and 1"),
        (lambda: shots.fixed_threshold([[1, 40]]), r"differences must be numbers of shape \(T,\)"),
        (lambda: shots.adaptive_threshold([1, np.nan, 40]), "finite. Received: nan at frame 1"),
        (lambda: shots.local_ratio([1, 2], window=0), "window must be a whole number from 1"),
        (lambda: shots.local_ratio([1, 2], still=0), "still must be above 0"),
        (lambda: shots.across([place(1)] * 3, 0, reach=2), "before and at frame t.*t = 0"),
        (lambda: shots.find_cuts(np.zeros((3, 0, 4), np.uint8)), r"\(3, 0, 4\)"),
    ],
)
def test_signals_rejects_what_they_cannot_take(call, told):
    with pytest.raises(ValueError, match=told):
        call()
