"""Tracks in frames: one colour for an identity, dashes where nothing was seen, trails that fade."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor, ImageDraw

from vidlearn import plots
from vidlearn.boxes import Tracks
from vidlearn.plots.tracks import _dashed

FRAME = np.full((120, 200, 3), 30, np.uint8)
BOX = [60, 40, 121, 101]


def rows(ids, boxes, frame=3, **more):
    return Tracks([frame] * len(ids), ids, boxes, **more)


def colour(identity):
    return ImageColor.getrgb(plots.COLOURS[identity % 7])


def test_a_box_lies_on_its_pixels_by_hand():
    drawn = plots.draw_tracks(FRAME, rows([5], [BOX]))
    changed = np.argwhere((drawn == colour(5)).all(axis=2))
    assert changed.max(axis=0).tolist() == [100, 120]  # x2 and y2 are edges
    assert changed[:, 1].min() == 60
    assert (drawn[70, 80] == 30).all()
    assert (FRAME == 30).all()


def test_an_identity_keeps_its_colour_whatever_its_place_label_and_neighbours():
    first = plots.draw_tracks(FRAME, rows([4, 9], [BOX, [5, 60, 50, 110]]))
    later = plots.draw_tracks(FRAME, rows([2, 9], [[5, 60, 50, 110], BOX], labels=[0, 1], frame=8))
    assert first[109, 20].tolist() == later[100, 90].tolist() == list(colour(9))
    assert len({colour(k) for k in range(7)}) == 7
    assert colour(1) == colour(8)


def test_identity_and_class_are_written():
    bare = plots.draw_tracks(FRAME, rows([5], [BOX]))
    for other in (
        plots.draw_tracks(FRAME, rows([12], [BOX])),  # 12 and 5 are of one colour
        plots.draw_tracks(FRAME, rows([5], [BOX], labels=[1]), names=["cup", "person"]),
    ):
        away = np.argwhere((bare != other).any(axis=2))
        assert len(away)
        assert away[:, 0].max() < 60  # only on the plate


def test_no_line_crosses_a_number():
    """The second box runs through the plate of the first: what is written lies on top."""
    alone = plots.draw_tracks(FRAME, rows([1], [[20, 40, 120, 110]]))
    both = plots.draw_tracks(FRAME, rows([1, 2], [[20, 40, 120, 110], [23, 20, 90, 43]]))
    plate = np.s_[42:46, 20:26]
    assert (alone[plate] == colour(1)).all(axis=2).any()
    assert (both[plate] == alone[plate]).all()


def test_what_coasts_is_dashed():
    whole = (plots.draw_tracks(FRAME, rows([5], [BOX])) == colour(5)).all(axis=2)
    dashed = plots.draw_tracks(FRAME, rows([5], [BOX]), coasting=np.array([5, 77]))
    dashed = (dashed == colour(5)).all(axis=2)
    assert not (dashed & ~whole).any()
    for side in (np.s_[100, 60:121], np.s_[60:101, 120], np.s_[60:101, 60]):
        assert whole[side].all()
        assert 0.3 < dashed[side].mean() < 0.75
    other = plots.draw_tracks(FRAME, rows([5], [BOX]), coasting=[6])
    assert (other == plots.draw_tracks(FRAME, rows([5], [BOX]))).all()


@given(st.tuples(*[st.floats(-20, 150)] * 2, *[st.floats(5, 130)] * 2), st.integers(1, 5))
def test_dashes_lie_on_the_lines_wherever_a_box_is(box, width):
    corners = box[0], box[1], box[0] + box[2], box[1] + box[3]
    whole, dashed = Image.new("L", (200, 120)), Image.new("L", (200, 120))
    ImageDraw.Draw(whole).rectangle(corners, outline=255, width=width)
    _dashed(ImageDraw.Draw(dashed), corners, 255, width)
    whole, dashed = np.asarray(whole) > 0, np.asarray(dashed) > 0
    assert not (dashed & ~whole).any()


def test_trails_fade_towards_the_past_and_stay_without_a_row():
    trail = [[x, 20] for x in range(20, 181, 10)]
    drawn = plots.draw_tracks(FRAME, rows([], np.zeros((0, 4))), trails={6: trail})
    along = drawn[20, 22:178].astype(int)
    away = np.abs(along - 30).sum(axis=1)
    assert (np.diff(away) >= 0).all()
    assert away[-1] > 4 * away[0] > 0
    assert np.abs(drawn[20, 175].astype(int) - colour(6)).max() < 12
    assert (drawn[30:] == 30).all()
    assert (drawn[20, :17] == 30).all()
    assert (drawn[:, 100] != 30).any(axis=1).sum() == 2  # as wide as the line of a box


def test_a_trail_of_one_point_or_none_draws_nothing():
    nothing = rows([], np.zeros((0, 4)))
    for trail in ([], [[3, 4]]):
        assert (plots.draw_tracks(FRAME, nothing, trails={1: trail}) == FRAME).all()


def test_a_box_far_out_and_one_without_area_are_drawn_all_the_same():
    plots.draw_tracks(FRAME, rows([1, 2], [[-500, -400, -300, -200], [9, 9, 9, 9]]), coasting=[1])


@pytest.mark.parametrize(
    ("frame", "told", "options", "message"),
    [
        (FRAME[..., 0], rows([1], [BOX]), {}, r"frame must be \(H, W, 3\) uint8"),
        (FRAME, [[1, 2, 3, 4]], {}, "rows must be the Tracks of one frame"),
        (FRAME, Tracks([1, 2], [1, 1], [BOX, BOX]), {}, "rows must be the Tracks of one frame"),
        (FRAME, rows([1], [BOX]), {"trails": {4: [1, 2, 3]}}, r"\(3,\) for identity 4"),
        (FRAME, rows([1], [BOX]), {"trails": {4: [[1, np.nan]] * 2}}, "finite centres"),
        (FRAME, rows([1], [BOX], labels=[2]), {"names": ["a"]}, "Received 1 names and label 2"),
    ],
)
def test_draw_tracks_rejects(frame, told, options, message):
    with pytest.raises(ValueError, match=message):
        plots.draw_tracks(frame, told, **options)
