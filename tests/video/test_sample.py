"""Which frames a clip takes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.media import make_clip, painted, read_number
from vidlearn.video import VideoError, VideoWarning, sample_clip, sample_clips, sample_indices

whole = st.integers(1, 200)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return make_clip(path, frames=50, options={"g": "10", "bf": "2"})


def numbers(clip):
    return [read_number(frame) for frame in clip]


def test_uniform_takes_the_middles_by_hand():
    # parts of 90 / 4 = 22.5 frames: 11.25, 33.75, 56.25, 78.75
    assert sample_indices(90, 4).tolist() == [11, 33, 56, 78]
    assert sample_indices(7, 7).tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert sample_indices(5, 1).tolist() == [2]
    assert sample_indices(2, 5).tolist() == [0, 0, 1, 1, 1]


def test_dense_takes_neighbours_by_hand():
    # 5 frames 3 apart span 13; 20 - 13 = 7 are left, 3 of them in front
    assert sample_indices(20, 5, mode="dense", step=3).tolist() == [3, 6, 9, 12, 15]
    assert sample_indices(13, 5, mode="dense", step=3).tolist() == [0, 3, 6, 9, 12]
    assert sample_indices(12, 5, mode="dense", step=3).tolist() == [0, 3, 6, 9, 11]


def test_random_reaches_each_place_and_repeats_by_seed():
    starts = {sample_indices(10, 4, mode="random", step=2, rng=seed)[0] for seed in range(60)}
    assert starts == {0, 1, 2, 3}
    again = [sample_indices(500, 4, mode="random", rng=7).tolist() for _ in range(2)]
    assert again[0] == again[1]
    rng = np.random.default_rng(7)
    assert sample_indices(500, 4, mode="random", rng=rng).tolist() == again[0]


@given(total=whole, frames=whole, step=whole, mode=st.sampled_from(["uniform", "dense", "random"]))
def test_indices_are_within_the_video_and_never_fall(total, frames, step, mode):
    indices = sample_indices(total, frames, mode=mode, step=step, rng=0)
    assert indices.shape == (frames,)
    assert indices.dtype == np.int64
    assert indices.min() >= 0
    assert indices.max() <= total - 1
    assert (np.diff(indices) >= 0).all()


@given(total=whole, frames=whole)
def test_uniform_is_the_same_backwards(total, frames):
    indices = sample_indices(total, frames)
    exact = (np.arange(frames) + 0.5) * total / frames
    mirrored = total - exact[::-1]
    np.testing.assert_allclose(exact, mirrored)
    assert (np.abs(indices + 0.5 - exact) <= 0.5).all()


def test_a_clip_holds_the_frames_of_its_indices(film):
    for mode, step in (("uniform", 1), ("dense", 4), ("random", 3)):
        clip = sample_clip(film, frames=6, mode=mode, step=step, rng=3)
        assert clip.shape == (6, 96, 160, 3)
        assert numbers(clip) == sample_indices(50, 6, mode=mode, step=step, rng=3).tolist()
    assert sample_clip(film, frames=3, size=(24, 40), colour="gray").shape == (3, 24, 40)


def test_a_short_video_repeats_frames(film):
    assert numbers(sample_clip(film, frames=60))[:4] == [0, 1, 2, 2]
    assert numbers(sample_clip(film, frames=60, mode="dense"))[-11:] == [49] * 11


def test_clips_are_spread_by_hand(film):
    # 4 frames 5 apart span 16; starts go from 0 to 50 - 16 = 34
    clips = sample_clips(film, clips=3, frames=4, step=5)
    assert clips.shape == (3, 4, 96, 160, 3)
    assert [numbers(clip) for clip in clips] == [
        [0, 5, 10, 15],
        [17, 22, 27, 32],
        [34, 39, 44, 49],
    ]
    assert numbers(sample_clips(film, clips=1, frames=2, step=1)[0]) == [24, 25]


def test_random_clips_repeat_by_seed(film):
    first, again = (
        sample_clips(film, clips=4, frames=3, mode="random", size=(24, 40), rng=5) for _ in range(2)
    )
    assert np.array_equal(first, again)
    assert len({read_number(clip[0]) for clip in first}) > 1


def test_a_clip_of_a_damaged_folder_comes_from_what_is_there(tmp_path):
    for number in range(8):
        Image.fromarray(painted(number)).save(tmp_path / f"{number}.png")
    (tmp_path / "6.png").write_bytes((tmp_path / "6.png").read_bytes()[:500])
    with pytest.warns(VideoWarning, match=r"6\.png cannot be read; left out"):
        clip = sample_clip(tmp_path, frames=8)
    assert numbers(clip) == [0, 1, 2, 3, 3, 4, 5, 7]


def test_a_step_asks_for_neighbours(film):
    near = sample_clip(film, frames=6, mode="dense", step=2)
    assert numbers(sample_clip(film, frames=6, step=2)) == numbers(near)
    assert numbers(sample_clip(film, frames=6)) == sample_indices(50, 6).tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda film: sample_indices(0, 4), "total must be a whole number >= 1"),
        (lambda film: sample_clip(film, frames=0), "frames must be a whole number >= 1"),
        (lambda film: sample_clip(film, frames=2, mode="best"), "one of uniform, dense, random"),
        (lambda film: sample_clip(film, frames=2, step=0), "step must be"),
        (lambda film: sample_clips(film, clips=0, frames=2), "clips must be"),
        (lambda film: sample_clips(film, clips=2, frames=2, mode="dense"), "'uniform' or 'random'"),
    ],
    ids=["total", "frames", "mode", "step", "clips", "clips_mode"],
)
def test_rejects_samples_that_make_no_sense(film, call, message):
    with pytest.raises(VideoError, match=message):
        call(film)
