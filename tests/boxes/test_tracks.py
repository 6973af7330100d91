"""What a tracker returns: its columns, their order, picking, and what is turned away."""

import numpy as np
import pytest

from vidlearn.boxes import Tracks

BOXES = [[0, 0, 4, 2], [1, 1, 3, 3], [5, 0, 9, 8]]


def test_rows_are_brought_into_the_order_of_frames_by_hand():
    tracks = Tracks([4, 1, 4], [7, 7, 2], BOXES, [0.9, 0.4, 0.7], [2, 0, 1], [0, 1, 0], length=9)
    assert tracks.frames.tolist() == [1, 4, 4]
    assert tracks.ids.tolist() == [7, 7, 2]
    assert tracks.boxes.tolist() == [BOXES[1], BOXES[0], BOXES[2]]
    assert tracks.scores.tolist() == [0.4, 0.9, 0.7]
    assert tracks.labels.tolist() == [0, 2, 1]
    assert tracks.ignored.tolist() == [True, False, False]
    one = tracks[tracks.ids == 7]
    assert (one.frames.tolist(), one.length, len(tracks[1])) == ([1, 4], 9, 1)
    assert one.ignored.tolist() == [True, False]
    assert repr(tracks) == "Tracks(2 in 9 frames, 3 boxes)"


def test_rows_of_a_frame_stay_in_the_order_given():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 3, 300)
    ids = rng.permutation(300)
    tracks = Tracks(frames, ids, np.zeros((300, 4)))
    for frame in range(3):
        assert tracks.ids[tracks.frames == frame].tolist() == ids[frames == frame].tolist()


def test_what_is_not_given():
    tracks = Tracks([0, 5, 5], [1, 1, 2.0], np.float32(BOXES))
    assert (tracks.length, tracks.ids.dtype, tracks.boxes.dtype) == (6, np.int64, np.float32)
    assert tracks.scores.tolist() == [1, 1, 1]
    assert not tracks.ignored.any()
    assert tracks.labels.tolist() == [0, 0, 0]
    empty = Tracks([], [], [], length=4)
    assert (len(empty), empty.boxes.shape, empty.length, Tracks([], [], []).length) == (
        *(0, (0, 4)),
        *(4, 0),
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([0, 0, 1], [1, 1, 1], BOXES), "identity 1 twice in frame 0"),
        (([0, 0], [1, 2, 3], BOXES), r"frames must have shape \(3,\)"),
        (([0, 0, 0.5], [1, 2, 3], BOXES), "frames must be whole numbers"),
        (([0, 0, 0], [1, 2, np.nan], BOXES), "ids must be whole numbers"),
        (([0, 0, 0], [1, 2, 1e20], BOXES), "ids must be whole numbers of 64 bits"),
        (([0, 0, 0], np.array([1, 2, 2**63], np.uint64), BOXES), "ids must be whole numbers of 64"),
        (([0, 0, -1e30], [1, 2, 3], BOXES), "frames must be whole numbers of 64 bits"),
        (([], [], [], None, None, None, -1), "length must be a whole number, 0 or more.*: -1"),
        (([], [], [], None, None, None, 2.5), "length must be a whole number, 0 or more.*: 2.5"),
        (([], [], [], None, None, None, np.nan), "length must be a whole number"),
        (([], [], [], None, None, None, "4"), "length must be a whole number"),
        (([-1, 0, 0], [1, 2, 3], BOXES), "Received: -1 to 0"),
        (([0, 0, 4], [1, 2, 3], BOXES, None, None, None, 4), "0 to length - 1 = 3"),
        (([0, 0, 0], [1, 2, 3], BOXES, [1, 1]), "scores"),
        (([0, 0, 0], [1, 2, 3], BOXES, None, None, [0, 2, 0]), "True or False"),
    ],
)
def test_tracks_rejects_what_does_not_fit(given, message):
    with pytest.raises(ValueError, match=message):
        Tracks(*given)
