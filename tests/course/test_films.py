"""Films that lessons 18 and 19 share: seen in windows, and with a line above each frame."""

import numpy as np
import pytest

from vidlearn.course.exercises._films import (
    captioned,
    film_vectors,
    home_films,
    own_film,
    windows,
)
from vidlearn.plots import draw_label


def moments(frames):
    """Sum each frame's differences from the two before it, a vector of two for a frame."""
    import keras
    from keras import layers, ops

    clips = keras.Input((frames, 4, 6, 3))
    x = layers.Rescaling(1 / 32)(clips)
    since = [ops.pad(x[:, n:] - x[:, :-n], [[0, 0], [n, 0]] + 3 * [[0, 0]]) for n in (1, 2)]
    x = ops.stack([ops.mean(each, axis=(2, 3, 4)) for each in since], axis=-1)
    return keras.Model(clips, layers.Activation("linear", name="vectors")(x))


@pytest.mark.parametrize("total", [8, 9, 14, 15, 40, 41])
def test_a_film_seen_in_windows_is_the_film_seen_whole(total):
    film = np.random.default_rng(total).integers(0, 256, (total, 4, 6, 3)).astype(np.uint8)
    parts = film_vectors(moments(8), film)
    assert parts.shape == (total, 2)
    whole = np.asarray(moments(total)(film[None].astype("float32")))[0]
    np.testing.assert_allclose(parts, whole, rtol=1e-4, atol=1e-5)


def test_windows_overlap_by_half():
    films = home_films("train")[:2]
    pictures, labels = windows(films, 16)
    each = (len(films[0].frames) - 16) // 8 + 1
    assert len(pictures) == len(labels) == 2 * each
    np.testing.assert_array_equal(pictures[1], films[0].frames[8:24])
    np.testing.assert_array_equal(labels[each], films[1].labels[:16])


@pytest.mark.parametrize("word", ["run", "jump", "squat", "walk"])
def test_no_letter_of_a_caption_leaves_its_plate(word):
    drawn = draw_label(np.zeros((210, 192, 3), np.uint8), 0, names=[word]).astype(int)
    plate = np.flatnonzero((drawn == (0, 114, 178)).all(axis=-1).any(axis=1))
    white = np.flatnonzero((drawn[..., 0] > 90).any(axis=1))
    assert plate[0] < white[0] < white[-1] < plate[-1]


def test_a_caption_says_by_its_colour_whether_it_is_right():
    grey = np.full((2, 48, 40, 3), 99, np.uint8)
    film = captioned(grey, ["run", "turn right"], right=[True, False])
    line = film.shape[1] - 5 * 48
    assert film.shape[2] == 200
    blue, vermilion = (
        (film == colour).all(axis=-1).sum(axis=(1, 2)) for colour in ((0, 114, 178), (213, 94, 0))
    )
    assert blue[0] > 100
    assert vermilion[1] > blue[0]  # more words, a longer plate
    assert blue[1] == vermilion[0] == 0
    assert (film[:, line:] == 99).all()  # nothing of the frame is covered
    assert (film[1, :line, -20:] == 255).all()  # and nothing of the line cut off


@pytest.mark.parametrize(("fps", "step"), [(30, 2), (24, 2), (12, 1), (50, 4), (8, 1)])
def test_an_own_film_is_square_and_about_as_fast(tmp_path, fps, step):
    from vidlearn.video import write_video

    frames = np.zeros((40, 60, 100, 3), np.uint8)
    frames[:, :, :20] = 255  # what lies outside the middle
    frames[:, :, 20:80] = 6 * np.arange(40)[:, None, None, None]
    film = own_film(write_video(tmp_path / "me.mp4", frames, fps=fps), 32)
    assert film.shape == (-(-40 // step), 32, 32, 3)
    assert np.abs(film[..., 16, 1].mean(axis=1) - 6 * np.arange(0, 40, step)).max() < 12
    assert film[0, :, 2:].max() < 40
    assert len(own_film(tmp_path / "me.mp4", 32, seconds=1)) <= 12
