"""A scene's truth as tracks."""

import numpy as np
import pytest

from vidlearn.synthetic import Scene, join, moving_objects


def scene_of(visible, boxes=None):
    """A scene of which only boxes, labels and what is seen matter."""
    visible = np.array(visible, np.float32)
    count, things = visible.shape
    if boxes is None:
        boxes = np.arange(count * things * 4, dtype=np.float32).reshape(count, things, 4)
        boxes[..., 2:] += 10
    pictures = np.zeros((count, 8, 9, 3), np.uint8)
    labels = np.arange(things)[::-1] % 2
    return Scene(pictures, pictures[..., 0], boxes, boxes, visible, labels, ("cup", "coin"))


def test_rows_by_hand():
    """Object 1 is half seen, hardly seen, hidden, seen; object 0 is there at the end only."""
    scene = scene_of([[0, 0.5], [0, 0.2], [0, 0], [0.25, 1]])
    tracks = scene.tracks()
    assert tracks.frames.tolist() == [0, 1, 3, 3]
    assert tracks.ids.tolist() == [1, 1, 0, 1]
    assert tracks.ignored.tolist() == [False, True, False, False]
    assert tracks.labels.tolist() == [0, 0, 1, 0]
    np.testing.assert_array_equal(tracks.boxes, scene.boxes[[0, 1, 3, 3], [1, 1, 0, 1]])
    assert tracks.boxes.dtype == np.float32
    assert tracks.length == 4


def test_frames_without_a_row_count():
    tracks = scene_of([[0.0], [1.0], [0.0], [0.0]]).tracks()
    assert (tracks.length, len(tracks)) == (4, 1)


@pytest.mark.parametrize(("least", "ignored"), [(0.0, 0), (0.2, 0), (0.5, 1), (0.500001, 2)])
def test_least_seen(least, ignored):
    tracks = scene_of([[0.2, 0.5], [1.0, 1.0]]).tracks(min_visible=least)
    assert len(tracks) == 4
    assert tracks.ignored.sum() == ignored


def test_rows_that_count_are_those_of_truth():
    scene = moving_objects(20, (60, 80), 5, seed=2)
    tracks = scene.tracks(min_visible=0.6)
    for frame in range(20):
        boxes, labels, ids = scene.truth(frame, min_visible=0.6)
        rows = tracks[(tracks.frames == frame) & ~tracks.ignored]
        np.testing.assert_array_equal(rows.boxes, boxes)
        assert rows.labels.tolist() == labels.tolist()
        assert rows.ids.tolist() == ids.tolist()
    assert tracks.ignored.any()


def test_after_a_cut_others_are_there():
    scenes = [moving_objects(4, (40, 60), k, seed=k) for k in (1, 2)]
    tracks = join(scenes).tracks()
    assert set(tracks.ids[tracks.frames < 4]) == {0}
    assert set(tracks.ids[tracks.frames >= 4]) == {1, 2}
    assert tracks.length == 8


def test_no_objects():
    tracks = moving_objects(3, (40, 60), 0).tracks()
    assert (len(tracks), tracks.length) == (0, 3)


@pytest.mark.parametrize("least", [25, -0.1, np.nan, None])
def test_tracks_rejects_what_is_no_share(least):
    with pytest.raises(ValueError, match=r"min_visible must lie in 0 to 1\. Received"):
        scene_of([[1.0]]).tracks(min_visible=least)
