import dataclasses

import numpy as np
import pytest

from vidlearn.synthetic import edited_video, join, moving_objects


@pytest.mark.parametrize("seed", range(3))
def test_a_cut_at_t_separates_t_minus_1_from_t(seed):
    video = edited_video(5, (40, 60), seed=seed, lengths=(6, 12))
    steps = np.abs(np.diff(video.frames.astype(float), axis=0)).mean((1, 2, 3))  # t - 1 to t
    assert len(video.cuts) == 4
    assert sorted(np.argsort(steps)[-4:] + 1) == list(video.cuts)
    lengths = [end - start for start, end in video.shots]
    assert sum(lengths) == len(video.frames)
    assert 6 <= min(lengths) <= max(lengths) <= 12


def test_same_seed_same_bytes():
    first, again, other = (edited_video(3, (40, 60), seed=seed) for seed in (4, 4, 5))
    assert first.cuts == again.cuts
    assert first.frames.tobytes() == again.frames.tobytes()
    assert first.frames.tobytes() != other.frames.tobytes()


def test_more_shots_than_photographs():
    video = edited_video(25, (20, 30), objects=0, lengths=(1, 1))
    assert video.cuts == tuple(range(1, 25))
    for t in range(1, 25):
        assert (video.frames[t] != video.frames[t - 1]).mean() > 0.5


def test_join_keeps_the_truth_by_hand():
    first = moving_objects(4, (30, 40), 2, seed=1, kinds=["coin", "cup"])
    second = moving_objects(3, (30, 40), 1, seed=2, kinds=["horse", "cup"], occlusion="pillars")
    video = join([first, second])
    assert video.cuts == (4,)
    assert video.shots == [(0, 4), (4, 7)]
    assert video.names == ("coin", "cup", "horse")
    kinds = [video.names[label] for label in video.labels]
    assert kinds == [s.names[label] for s in (first, second) for label in s.labels]
    assert (video.frames[:4] == first.frames).all()
    assert (video.frames[4:] == second.frames).all()
    assert (video.mask_of(1)[:4] == first.mask_of(1)).all()
    assert (video.mask_of(2)[4:] == second.mask_of(0)).all()
    assert not video.mask_of(2)[:4].any()
    for name in ("boxes", "full_boxes", "visible"):
        joined = getattr(video, name)
        assert (joined[:4, :2] == getattr(first, name)).all()
        assert (joined[4:, 2:] == getattr(second, name)).all()
        assert not joined[:4, 2:].any()
        assert not joined[4:, :2].any()


def test_join_keeps_the_cuts_inside_its_parts():
    parts = [moving_objects(n, (20, 30), 1, seed=n) for n in (3, 5, 2, 4)]
    assert join([join(parts[:2]), join(parts[2:])]).cuts == (3, 8, 10)
    assert join(parts[:1]).cuts == ()


def test_any_camera_draws_several():
    video = edited_video(12, (40, 60), lengths=(5, 5), objects=0, camera="any", seed=2)
    still = [(video.frames[a] == video.frames[b - 1]).all() for a, b in video.shots]
    assert 0 < sum(still) < 12


def test_rejects_what_cannot_be():
    small, large = moving_objects(2, (20, 30), 1), moving_objects(2, (24, 30), 1)
    with pytest.raises(ValueError, match="at least one scene"):
        join([])
    with pytest.raises(ValueError, match=r"agree in height.*20, 30.*24, 30"):
        join([small, large])
    with pytest.raises(ValueError, match="frames per second"):
        join([small, dataclasses.replace(small, fps=30.0)])
    crowd = moving_objects(1, (20, 30), 130, kinds=["coin"])
    with pytest.raises(ValueError, match=r"at most 255 objects together\. Received: 260"):
        join([crowd, crowd])
    with pytest.raises(ValueError, match=r"shots must be at least 1\. Received: 0"):
        edited_video(0)
    with pytest.raises(ValueError, match=r"lengths must be least and greatest.*\(9, 3\)"):
        edited_video(2, lengths=(9, 3))
