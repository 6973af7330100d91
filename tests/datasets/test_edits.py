import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn.datasets import DatasetError, Edited, draw_stretch, edits, made_films, read_uncut
from vidlearn.datasets.film_changes import CHANGES, change_film
from vidlearn.video import write_video


def numbered(transitions, frames=60):
    """A film whose every frame is as bright as its number; shots differ in their red."""
    film = np.zeros((frames, 2, 3, 3), np.uint8)
    film[..., 2] = np.arange(frames)[:, None, None]
    shot = 0
    for t in range(frames):
        shot = sum(end <= t for _, end in transitions)
        inside = any(start <= t < end for start, end in transitions)
        film[t, ..., 0] = 255 if inside else shot
    return Edited(film, np.array(transitions).reshape(-1, 2))


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 3, -2]))
@settings(max_examples=60, deadline=None)
def test_transitions_follow_every_speed(seed, speed):
    """Behind each the next shot has begun, before it the last is not over, within is neither."""
    rng = np.random.default_rng(seed)
    film = numbered([(9, 9), (20, 27), (33, 33), (41, 44)])
    found = edits._cut_out(film, 24, speed, rng)
    red, total = found.frames[:, 0, 0, 0].astype(int), 24
    inside = np.zeros(total, bool)
    for start, end in found.transitions:
        inside[start:end] = True
        if start > 0 and end < total:
            assert red[end] == red[start - 1] + 1
    np.testing.assert_array_equal(red == 255, inside)
    changes = 1 + np.flatnonzero((red[1:] != red[:-1]) & (red[1:] != 255) & (red[:-1] != 255))
    cuts = [s for s, e in found.transitions.tolist() if s == e]
    assert cuts == changes.tolist()


def test_what_is_gradual_may_become_a_cut_by_hand():
    """Of frames 20 and 21, both mixed, every third frame leaves out both: 18, then 24 or 21..."""
    film = numbered([(19, 21)])

    class First:
        def integers(self, most):
            return 0

    found = edits._cut_out(film, 20, 3, First())  # frames 0, 3, ... 18, 21
    assert found.transitions.tolist() == [[7, 7]]
    assert found.frames[6:8, 0, 0, 0].tolist() == [0, 1]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_played_backwards_and_spliced_the_truth_stays(seed):
    """The unchanged pictures of a stretch tell where a shot ends: so must its transitions."""
    rng = np.random.default_rng(seed)
    film = numbered([(15, 15), (30, 38)])
    other = Edited(film.frames + np.uint8(60), film.transitions)
    one = edits._one([film], 24, rng)
    both = edits._spliced(one, edits._one([other], 24, rng), rng)
    assert both.frames.shape == (24, 2, 3, 3)
    blue = both.frames[:, 0, 0, 2].astype(int)
    jumps = 1 + np.flatnonzero(np.abs(np.diff(blue)) > 3)
    cuts = {s for s, e in both.transitions.tolist() if s == e}
    assert set(jumps.tolist()) <= cuts
    assert (np.diff(both.transitions.ravel()) >= 0).all()


def test_stretches_repeat_and_are_long_enough():
    films = made_films(2, frames=50, seed=1)
    one = draw_stretch(films, np.random.default_rng(3), frames=64)
    two = draw_stretch(films, np.random.default_rng(3), frames=64)
    np.testing.assert_array_equal(one.frames, two.frames)
    assert one.frames.shape == (64, 27, 48, 3)
    assert one.targets().shape == (64, 2)
    assert (one.targets().sum(axis=0) >= len(one.transitions)).all()


def test_every_change_keeps_what_stands_still():
    """A still film stays one, but for noise, light and groups of pictures; no change is none."""
    rng = np.random.default_rng(0)
    still = np.broadcast_to(rng.integers(0, 256, (1, 9, 15, 3)), (12, 9, 15, 3)).astype(np.float32)
    for _, change in CHANGES:
        made = change(still.copy(), np.random.default_rng(1))
        assert made.shape == still.shape
        assert np.abs(made - still).max() > 0.4
        if change.__name__ in ("_colour", "_gamma", "_soft", "_overlay"):
            assert np.abs(np.diff(made, axis=0)).max() < 1e-4
    found = [change_film(still.astype(np.uint8), np.random.default_rng(k)) for k in range(8)]
    assert all(one.dtype == np.uint8 for one in found)


def test_own_films_are_read_and_joined(tmp_path):
    rng = np.random.default_rng(0)
    for name, level in (("a.mp4", 40), ("b.mp4", 200), ("deep/c.mp4", 120)):
        film = np.full((30, 36, 64, 3), level, np.uint8) + rng.integers(0, 9, (30, 36, 64, 3))
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_video(tmp_path / name, film.astype(np.uint8))
    clips = read_uncut(tmp_path)
    assert list(clips) == ["a.mp4:0", "b.mp4:0", "deep/c.mp4:0"]
    assert {clip.shape for clip in clips.values()} == {(30, 27, 48, 3)}
    seen = 0
    for film in made_films(8, frames=60, seed=2, clips=list(clips.values()))[1::2]:
        levels = film.frames.mean(axis=(1, 2, 3))
        for start, end in film.transitions.tolist():
            assert start != end or abs(levels[end] - levels[start - 1]) > 30
            seen += start == end
    assert seen
    (tmp_path / "b.mp4").unlink()
    (tmp_path / "deep/c.mp4").write_bytes(b"no film")
    with pytest.warns(match="is left out"), pytest.raises(DatasetError, match="two films at least"):
        read_uncut(tmp_path)
