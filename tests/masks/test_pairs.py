"""Pairs show the thing where the truth says it is."""

from types import SimpleNamespace

import numpy as np
import pytest

from vidlearn.masks import dreamed_pairs, dreams, training_pairs
from vidlearn.masks.pairs import roughened


def film(frames=6):
    """A red square and a green one on grey, as a Scene has them."""
    masks = np.zeros((frames, 40, 60), np.uint8)
    for t in range(frames):
        masks[t, 8:20, 4 + 2 * t : 18 + 2 * t], masks[t, 24:34, 40:52] = 1, 2
    colours = np.array([(90, 90, 90), (220, 30, 30), (30, 200, 30)], np.uint8)
    visible = np.ones((frames, 2), np.float32)
    return SimpleNamespace(frames=colours[masks], masks=masks, visible=visible)


def redness(frames):
    return frames[..., 0].astype(int) - frames[..., 1]


def test_training_pairs_name_one_thing_or_all():
    scene = film()
    inputs, truths = training_pairs([scene], 200, seed=1)
    guided = inputs[..., 3].any(axis=(1, 2))
    assert 0.6 < guided.mean() < 0.8
    things = inputs[..., :3].max(axis=-1) > 100  # of all pairs, flipped or not
    np.testing.assert_array_equal(truths[~guided], things[~guided])
    of_red = (redness(inputs[..., :3]) > 60) & truths
    told, some = inputs[..., 3] > 0, truths.any(axis=(1, 2))
    for k in np.flatnonzero(guided):
        assert of_red[k].sum() in (0, truths[k].sum())  # one thing alone
        if some[k]:  # and the rough mask is where it is, about
            assert told[k, truths[k]].mean() > 2 * told[k, ~truths[k]].mean()
        else:  # or where nothing is
            assert not (told[k] & things[k]).any()
    assert 0.02 < (guided & ~some).mean() < 0.2
    both = (told & things & ~truths).sum(axis=(1, 2))[some & guided]
    assert 0.1 < (both > 20).mean() < 0.4  # some rough masks hold half of the other thing


def test_the_same_seed_draws_the_same_pairs():
    one, two, other = (training_pairs([film()], 20, seed=s)[0] for s in (3, 3, 4))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    args = film().frames[0], film().masks[0] == 1, 5
    np.testing.assert_array_equal(dreamed_pairs(*args, seed=3)[0], dreamed_pairs(*args, seed=3)[0])


def test_dreams_show_the_thing_where_their_truth_is(monkeypatch):
    monkeypatch.setattr(dreams, "OTHERS", (0,))
    scene = film()
    inputs, truths = dreamed_pairs(scene.frames[0], scene.masks[0] == 1, 120, seed=2)
    assert inputs.shape == (120, 40, 60, 4)
    red = redness(inputs[..., :3]) > 60
    assert (red & truths).sum() > 0.9 * (red | truths).sum()
    green = redness(inputs[..., :3]) < -60  # the other one stays, and is never part of the truth
    assert not (green & truths).any()
    assert green.any(axis=(1, 2)).mean() > 0.8
    there = truths.any(axis=(1, 2))
    assert 0.75 < there.mean() < 1
    middles = np.array([np.argwhere(truth).mean(axis=0) for truth in truths[there]])
    assert (np.ptp(middles, axis=0) > [20, 30]).all()


def test_other_things_are_beside_it_and_before_it(monkeypatch):
    scene, found = film(), []
    for others in (0, 3):
        monkeypatch.setattr(dreams, "OTHERS", (others,))
        inputs, truths = dreamed_pairs(scene.frames[0], scene.masks[0] == 1, 80, seed=2)
        colours = inputs[..., :3].reshape(-1, 3) // 32
        found.append(len(np.unique(colours, axis=0)))
        red = redness(inputs[..., :3]) > 60
        assert (red & truths).sum() > 0.95 * truths.sum()  # none lies in the truth
    assert found[1] > 2 * found[0]


def test_a_part_of_the_frame_is_drawn_round_the_thing():
    scene, rng = film(), np.random.default_rng(0)
    drawn = dreams.Dreams(scene.frames[0], scene.masks[0] == 1, rng, window=(24, 40))
    inputs, truths = drawn.batch(100, rng)
    assert inputs.shape == (100, 24, 40, 4)
    assert 0.5 < truths.any(axis=(1, 2)).mean() < 0.95
    green = redness(inputs[..., :3]) < -60
    assert green.any()
    assert (green & truths).mean() < 0.01


def test_a_rough_mask_is_near_and_never_quite_right():
    mask = film().masks[0] == 1
    rng = np.random.default_rng(0)
    overlaps = [
        (rough & mask).sum() / (rough | mask).sum()
        for rough in (roughened(mask, rng) for _ in range(100))
    ]
    assert 0.4 < np.mean(overlaps) < 0.9
    assert np.std(overlaps) > 0.05
    assert not roughened(np.zeros((40, 60), bool), rng).all()


def test_rejects_what_does_not_fit():
    scene = film()
    scene.visible[:] = 0
    with pytest.raises(ValueError, match="at least one thing"):
        training_pairs([scene], 3)
    with pytest.raises(ValueError, match="frame must be"):
        dreamed_pairs(scene.frames, scene.masks[0] == 1, 3)
    with pytest.raises(ValueError, match="mask must hold at least one pixel"):
        dreamed_pairs(scene.frames[0], np.zeros((40, 60), bool), 3)
