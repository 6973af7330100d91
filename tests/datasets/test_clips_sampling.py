"""Which frames make a clip: by hand, against `vidlearn.video`, never beyond the end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn.datasets import clip_indices
from vidlearn.datasets.clips.sampling import MODES
from vidlearn.video import read_video, sample_clips, sample_indices, write_video

numbers = {"total": st.integers(1, 400), "frames": st.integers(1, 40), "step": st.integers(1, 9)}


@given(mode=st.sampled_from(MODES), views=st.integers(1, 6), seed=st.integers(0, 9), **numbers)
def test_never_beyond_the_end_and_never_backwards(mode, views, seed, total, frames, step):
    chosen = clip_indices(total, frames, mode=mode, step=step, views=views, rng=seed)
    assert chosen.shape == (views, frames)
    assert chosen.dtype == np.int64
    assert chosen.min() >= 0
    assert chosen.max() <= total - 1
    assert (np.diff(chosen, axis=1) >= 0).all()
    again = clip_indices(total, frames, mode=mode, step=step, views=views, rng=seed)
    np.testing.assert_array_equal(chosen, again)


@given(mode=st.sampled_from(["uniform", "dense", "random"]), seed=st.integers(0, 9), **numbers)
def test_one_view_is_that_of_sample_indices(mode, seed, total, frames, step):
    expected = sample_indices(total, frames, mode=mode, step=step, rng=seed)
    found = clip_indices(total, frames, mode=mode, step=step, rng=seed)
    np.testing.assert_array_equal(found, expected[np.newaxis])


def test_dense_views_are_those_of_sample_clips(tmp_path):
    frames = (np.arange(37) * 6)[:, None, None, None] + np.zeros((37, 32, 48, 3))
    path = write_video(tmp_path / "a.mp4", frames.astype(np.uint8))
    film = read_video(path)
    for views in (1, 2, 3, 7):
        chosen = clip_indices(37, 5, mode="dense", step=3, views=views)
        expected = sample_clips(path, clips=views, frames=5, step=3)
        np.testing.assert_array_equal(film[chosen], expected)


@given(total=st.integers(1, 300), frames=st.integers(1, 40), seed=st.integers(0, 50))
def test_segments_take_a_frame_of_each_part(total, frames, seed):
    chosen = clip_indices(total, frames, mode="segments", views=3, rng=seed)
    edges = np.arange(frames + 1) * total // frames
    assert (chosen >= edges[:-1]).all()
    assert (chosen < np.maximum(edges[1:], edges[:-1] + 1)).all()


def test_segments_reach_every_frame_of_a_part_alike():
    chosen = clip_indices(20, 4, mode="segments", views=2000, rng=0)
    assert {tuple(np.unique(part)) for part in chosen.T} == {
        (0, 1, 2, 3, 4),
        (5, 6, 7, 8, 9),
        (10, 11, 12, 13, 14),
        (15, 16, 17, 18, 19),
    }
    counts = np.unique(chosen, return_counts=True)[1]
    assert counts.min() > 320  # 400 are expected of each; six standard deviations are 107


def test_uniform_views_lie_between_one_another_by_hand():
    # 24 frames in 3 parts of 8; two views at a quarter and three quarters of each.
    assert clip_indices(24, 3, views=2).tolist() == [[2, 10, 18], [6, 14, 22]]
    assert clip_indices(24, 3).tolist() == [[4, 12, 20]]


def test_a_film_that_is_too_short_by_hand():
    assert clip_indices(3, 6).tolist() == [[0, 0, 1, 1, 2, 2]]
    assert clip_indices(3, 6, mode="segments", rng=1).tolist() == [[0, 0, 1, 1, 2, 2]]
    for mode in ("random", "dense"):
        found = clip_indices(3, 6, mode=mode, views=2)
        assert found.tolist() == [[0, 1, 2, 2, 2, 2]] * 2
        far = clip_indices(10, 3, mode=mode, views=2, step=2**62)
        assert far.tolist() == [[0, 9, 9]] * 2


def test_random_windows_begin_anywhere_and_end_at_the_last_frame():
    chosen = clip_indices(10, 3, mode="random", step=2, views=500, rng=3)
    assert set(chosen[:, 0]) == set(range(6))  # 5 + 2 * 2 is the last frame, 9
    assert (np.diff(chosen) == 2).all()


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"total": 0}, "total"),
        ({"frames": 0}, "frames"),
        ({"step": 0}, "step"),
        ({"views": 0}, "views"),
        ({"mode": "middle"}, "mode"),
        ({"rng": "x"}, "rng"),
    ],
)
def test_rejects_arguments_out_of_range(wrong, name):
    with pytest.raises(ValueError, match=f"{name} must be"):
        clip_indices(**{"total": 9, "frames": 3} | wrong)
