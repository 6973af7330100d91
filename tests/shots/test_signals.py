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


def test_edges_by_hand():
    picture = np.array([[0, 47, 47], [0, 0, 0], [48, 20, 0]], np.uint8)
    assert shots.edges(picture).astype(int).tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_blocks_are_found_within_reach_by_hand():
    a = np.random.default_rng(0).integers(0, 256, (48, 64), np.uint8)
    for way, axis, share in (
        (8, 0, 8),
        (-8, 0, 8),
        (12, 1, 9),
        (-12, 1, 9),
        (13, 1, 0),
        (-13, 0, 0),
    ):
        assert shots.found_again(a, np.roll(a, way, axis)) == share / 12  # what was rolled in, not
    flat = np.full((20, 20), 100, np.uint8)
    assert shots.found_again(flat, flat + np.uint8(5)) == 1
    assert shots.found_again(flat, flat + np.uint8(6)) == 0
    b = a[:24, :24].copy()  # one block of 16, in the middle
    b[:4], b[20:], b[:, :4], b[:, 20:] = 0, 0, 0, 0
    assert shots.found_again(a[:24, :24], b) == 1


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
    assert shots.likeness([[0.0, 1e-5]], [[0.0, 9.0]]) == 0
    old, new = np.full((2, 3), 250, np.uint8), np.full((2, 3), 50, np.uint8)
    assert shots.unmixed(old, np.full((2, 3), 150, np.uint8), new) == 0


def fades(light, blank=0, **other):
    light = np.array(light, float)
    return shots.find_fades(blank + (100 - blank) * light, other.get("spreads", 900 * light**2))


UP = [0.2, 0.4, 0.6, 0.8]


def test_fades_by_hand():
    cut, whole = [1] * 5, [1] * 4
    assert fades([*cut, 0, *UP, *whole]) == [(5, 10)]  # to black at once, and back step by step
    assert fades([*cut, 0, *UP, *whole], blank=255) == []  # in white that is a flash
    assert fades([*cut, *UP[::-1], 0, *UP, *whole], blank=255) == [(5, 14)]
    assert fades([*cut, 0, 0.5, 0.9, *whole]) == []  # two steps are too few
    assert fades([*UP, *whole, *UP[::-1], 0]) == []  # ends of the film
    slow = np.r_[1, 1, 1.02 ** -np.arange(170.0), 1, 1, 1]  # black from 165 on
    assert fades(slow, spreads=1e4 * slow**2) == [(67, 172)]  # 98 frames before it, and no more


def test_what_is_of_one_colour_does_not_fade():
    levels = [100] * 150 + [0] * 30 + [200] * 150
    assert shots.find_fades(levels, np.zeros(330)) == []
    film = np.repeat(np.uint8(levels), 12 * 16 * 3).reshape(330, 12, 16, 3)
    assert shots.detect_shots(film).cuts == [150, 180]


def test_fades_do_not_overlap():
    spreads = np.r_[[900] * 5, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 300, 450, 600, 750, [900] * 5]
    levels = np.r_[[100] * 5, 0, [100] * 3, [0] * 3, [100] * 9]
    ((start, end),) = shots.find_fades(levels, spreads)
    assert start == 5 < end


def test_twin_comparison_by_hand():
    def found(*share, low=0.25, high=0.5):
        return list(
            shots.twin_comparison(np.stack([share, 1 - np.array(share)], 1), low=low, high=high)
        )

    assert found(0, 0, 0.25, 0.5, 0.75, 0.75) == [(2, 4)]  # steps of just the lower threshold
    assert found(0, 0, 0.25, 0.5, 0.75, 0, 0) == [(2, 5)]  # a cut out of the midst of it
    assert found(0, 0, 0.25, 0.5) == [(2, 3)]  # of just the upper one, up to the last frame
    assert found(0, 0, 0.25, 0.25, 0.5, 0.5) == []


def test_a_flash_may_last_as_long_as_told():
    film = [np.full((4, 4, 3), v, np.uint8) for v in (10, 10, 200, 200, 11, 11, 11)]
    assert [shots.across(film, t, reach=2) for t in (2, 4)] == [1, 1]
    assert [shots.across(film, t, reach=1) for t in (2, 4)] == [190, 189]


def test_bars_are_cut_off_alike_in_both():
    a, b = place(1, (60, 100)), place(2, (60, 100))
    for picture in (a, b):
        picture[:12] = picture[-12:] = 16
    parts = shots.without_bars(a, b)
    assert [part.shape for part in parts] == [(34, 100, 3)] * 2  # a 50th of the side goes, too
    assert (parts[0] == a[13:-13]).all()
    for level, rows in ((12, 34), (20, 18), (21, 60)):  # below a third nothing goes
        picture = place(1, (60, 100))
        picture[:level] = picture[60 - level :] = 16
        assert len(shots.without_bars(picture)[0]) == rows
    window = place(1, (60, 100))
    window[:, :20] = window[:, -20:] = 60  # bars at the sides, of another level
    window[:12] = window[-12:] = 16
    assert shots.without_bars(window)[0].shape == (34, 56, 3)
    blank = np.zeros((60, 100, 3), np.uint8)
    assert shots.without_bars(blank, blank)[0].shape == blank.shape


def test_thresholds_are_reached_by_hand():
    assert shots.fixed_threshold([0, 26.9, 27, 28], 27).tolist() == [2, 3]
    assert shots.local_ratio([99, 4, 4, 8]).round(2).tolist() == [0, 0.67, 0.67, 2]
    assert shots.adaptive_threshold([0, 4, 4, 10, 4, 4], 2.5, least=10).tolist() == [3]


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
