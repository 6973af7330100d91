"""Films with a time line below."""

import numpy as np
import pytest

from vidlearn.plots import PALETTE, paint, shot_bar, side_by_side


def test_the_bar_shows_shots_in_turn_and_how_far_the_film_has_run_by_hand():
    frames = np.full((4, 6, 8, 3), 9, np.uint8)
    film = shot_bar(frames, [1, 3], height=2)
    assert film.shape == (4, 10, 8, 3)
    assert (film[:, :6] == 9).all()
    assert not film[:, 6:8].any()
    sky, orange = (
        [int(PALETTE[name][i : i + 2], 16) for i in (1, 3, 5)] for name in ("sky", "orange")
    )
    first = film[0, 8].tolist()  # eight columns: two for each frame, the mark on the first three
    assert first[:3] == [[255] * 3] * 3
    assert first[3] == [value // 3 for value in orange]
    assert first[6] == [value // 3 for value in sky]
    last = film[3, 9].tolist()
    assert [last[0], last[3]] == [sky, orange]
    assert last[7] == [255] * 3


@pytest.mark.parametrize(
    ("frames", "cuts", "message"),
    [
        (np.zeros((4, 6, 8), np.uint8), [], r"\(T, H, W, 3\) uint8"),
        (np.zeros((4, 6, 8, 3)), [], "float64"),
        (np.zeros((4, 6, 8, 3), np.uint8), [0], "from 1 to 3"),
        (np.zeros((4, 6, 8, 3), np.uint8), [4], "from 1 to 3"),
        (np.zeros((4, 6, 8, 3), np.uint8), [1.5], r"cuts must be whole numbers.*\[1.5\]"),
        (np.zeros((4, 6, 8, 3), np.uint8), [True], "cuts must be whole numbers"),
        (np.zeros((4, 6, 8, 3), np.uint8), None, "cuts must be whole numbers"),
        (np.zeros((4, 6, 8, 3), np.uint8), "12", "cuts must be whole numbers"),
        (np.zeros((4, 6, 8, 3), np.uint8), [[1, 2]], "cuts must be whole numbers"),
        (np.zeros((0, 6, 8, 3), np.uint8), [], "frames must be"),
        (np.zeros((4, 6, 0, 3), np.uint8), [], "frames must be"),
    ],
)
def test_the_bar_rejects_what_is_no_film_and_cuts_outside(frames, cuts, message):
    with pytest.raises(ValueError, match=message):
        shot_bar(frames, cuts)


@pytest.mark.parametrize("height", [0, -1, 2.0, None, True])
def test_the_bar_rejects_a_height_that_shows_nothing(height):
    with pytest.raises(ValueError, match="height must be a whole number, at least 1"):
        shot_bar(np.zeros((4, 6, 8, 3), np.uint8), height=height)


def test_cuts_may_come_in_any_order_and_from_any_iterable():
    frames = np.zeros((6, 4, 12, 3), np.uint8)
    expected = shot_bar(frames, [2, 4])
    for cuts in ([4, 2], np.array([2, 4]), {2, 4}, iter([2, 4])):
        assert (shot_bar(frames, cuts) == expected).all()


@pytest.mark.parametrize("signed", [True, False])
def test_what_is_unknown_is_painted_grey(signed):
    painted = paint([[np.nan, 2.0], [-1.0, np.inf]], signed=signed)
    assert painted[0, 0].tolist() == [128] * 3
    assert painted[0, 1].tolist() == painted[1, 1].tolist()
    assert (painted[1, 0] == paint([[-1.0, 2.0]], signed=signed)[0, 0]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda clip: paint(clip, np.nan), "limit must be above 0, a number. Received: nan"),
        (lambda clip: paint(clip, "9"), "limit must be above 0"),
        (lambda clip: paint([["a"]]), "values must be an array, numbers"),
        (lambda clip: side_by_side(clip[0, ..., 0]), r"Received: shapes \[\(6, 8\)\]"),
        (lambda clip: side_by_side(clip, clip[:0]), r"clips must be \(T, H, W, 3\)"),
        (lambda clip: side_by_side(clip[..., :2]), r"clips must be \(T, H, W, 3\)"),
        (lambda clip: side_by_side(clip, clip[None]), r"clips must be \(T, H, W, 3\)"),
        (lambda clip: side_by_side(clip, height=-3), "height must be a whole number, at least 1"),
        (lambda clip: side_by_side(clip, gap=-1), "gap must be a whole number, at least 0"),
        (lambda clip: side_by_side(clip, gap=1.5), "gap must be a whole number"),
    ],
)
def test_paint_and_side_by_side_reject_what_cannot_be_seen(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.zeros((4, 6, 8, 3), np.uint8))


def test_what_has_run_includes_the_frame_shown_and_the_mark_stays_whole_at_the_end():
    wide = shot_bar(np.zeros((4, 2, 40, 3), np.uint8), height=1)
    sky = [int(PALETTE["sky"][i : i + 2], 16) for i in (1, 3, 5)]
    assert wide[1, -1, [12, 19]].tolist() == [sky, sky]  # columns 10 to 19 are frame 1
    assert wide[1, -1, 20].tolist() == [value // 3 for value in sky]
    narrow = shot_bar(np.zeros((40, 2, 8, 3), np.uint8), height=1)
    assert (narrow[-1, -1] == 255).all(axis=-1).tolist() == [False] * 5 + [True] * 3


def test_clips_stand_side_by_side_by_hand():
    film, kernel = np.full((5, 9, 4, 3), 10, np.uint8), np.full((3, 2, 3, 3), 20, np.uint8)
    still = np.full((9, 2, 3), 30, np.uint8)
    made = side_by_side(film, kernel, still, gap=1)
    assert made.shape == (3, 9, 4 + 1 + 4 * 3 + 1 + 2, 3)  # the shorter ends it; 2 rows times 4
    assert (made[:, :, :4] == 10).all()
    assert (made[:, :, [4, 17]] == 255).all()
    assert (made[:, :, 5:17].max(axis=(0, 2, 3)) == [20] * 8 + [255]).all()
    assert (made[:, :, 18:] == 30).all()
    low = side_by_side(film, film[:, :3], height=9)
    assert low.shape == (5, 9, 4 + 4 + 3 * 4, 3)
    middle = side_by_side(film, film[:, :5], gap=0)[0, :, 4:, 0]
    assert (middle == 10).all(axis=1).tolist() == [False] * 2 + [True] * 5 + [False] * 2
    assert side_by_side(film, height=20).shape == (5, 20, 8, 3)
