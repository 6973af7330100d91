"""Films with a time line below."""

import numpy as np
import pytest

from vidlearn.plots import PALETTE, shot_bar


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
    ],
)
def test_the_bar_rejects_what_is_no_film_and_cuts_outside(frames, cuts, message):
    with pytest.raises(ValueError, match=message):
        shot_bar(frames, cuts)
