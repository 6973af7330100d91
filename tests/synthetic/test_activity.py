from itertools import pairwise

import numpy as np
import pytest

from vidlearn.synthetic import NATURAL, activity
from vidlearn.synthetic.motions import SPEED
from vidlearn.synthetic.playing import BLEND, FPS, played, schedule
from vidlearn.synthetic.skeleton import AT

SMALL = {"size": (36, 48)}


def changes(labels):
    """The labels of a film without their lengths."""
    return labels[np.flatnonzero(np.diff(labels, prepend=-9))]


def test_shapes_types_and_truth():
    film = activity(70, **SMALL, people=3, seed=1)
    assert (film.frames.shape, film.frames.dtype) == ((70, 36, 48, 3), np.uint8)
    assert (film.labels.shape, film.labels.dtype) == ((70,), np.int64)
    assert (film.actions.shape, film.actions.dtype) == ((70, 3), np.int64)
    assert (film.keypoints.shape, film.keypoints.dtype) == ((70, 3, 17, 2), np.float32)
    assert (film.visible.shape, film.visible.dtype) == ((70, 3, 17), bool)
    assert (film.labels == film.actions[:, 0]).all()
    assert (film.names, film.fps, len(film.joints)) == (NATURAL, 12, 17)
    assert (film.actions[:, 1] != film.actions[:, 0]).any()  # each acts for itself


def test_same_seed_same_bytes_other_seed_another_film():
    one, same, other = (activity(40, **SMALL, seed=seed) for seed in (4, 4, 5))
    assert (one.frames == same.frames).all()
    assert (one.labels == same.labels).all()
    assert (one.frames != other.frames).any()


@pytest.mark.parametrize("seed", range(6))
def test_a_schedule_has_no_gaps_and_who_is_down_gets_up(seed):
    spans = schedule(900, NATURAL, np.random.default_rng(seed))
    assert (spans[0][1], spans[-1][2]) == (0, 900)
    assert all(a[2] == b[1] for a, b in pairwise(spans))
    assert all(stop - first >= BLEND for _, first, stop in spans[:-1])
    kinds = [kind for kind, _, _ in spans]
    for kind, following in pairwise(kinds):
        assert (kind in ("sit down", "fall")) == (following == "stand up")
    assert set(kinds) == set(NATURAL)


def test_who_stands_between_is_told_to():
    rng = np.random.default_rng(0)
    kinds = [kind for kind, _, _ in schedule(2000, ("wave", "clap", "stand"), rng)]
    assert 0.25 < kinds.count("stand") / len(kinds) < 0.5
    assert {kind for kind, _, _ in schedule(500, ("walk", "clap"), rng)} == {"walk", "clap"}


@pytest.mark.parametrize("kind", ["walk", "run"])
def test_who_walks_gets_on_and_bends_back_before_the_stage_ends(kind):
    rng = np.random.default_rng(1)
    pose, _, _ = played([(kind, 0, 240)], 240, (0.3, 0.0), rng)
    steps = np.diff(pose[:, [AT["x"], AT["depth"]]], axis=0) * FPS
    fast = np.linalg.norm(steps, axis=1)
    assert np.median(fast) == pytest.approx(SPEED[kind], rel=0.2)
    assert (fast > 0.7 * np.median(fast)).mean() > 0.97
    yaw = pose[:-1, AT["yaw"]]
    along = (steps * np.stack([np.sin(yaw), -np.cos(yaw)], 1)).sum(1)
    assert np.median(along) > 0.9 * np.median(fast)  # it looks where it goes


def test_labels_follow_the_pictures():
    """What is labelled as lying is low, what is labelled as a jump leaves the floor."""
    film = activity(700, kinds=("stand", "fall", "stand up", "walk"), size=(48, 64), seed=3)
    ankles = film.keypoints[:, 0, -2:, 1].mean(1)
    heads = film.keypoints[:, 0, 0, 1]
    tall = (ankles - heads) / 48
    fall, walk = (film.labels == film.names.index(kind) for kind in ("fall", "walk"))
    late = fall & np.roll(fall, 15)
    assert late.sum() > 20
    assert np.median(tall[late]) < 0.25
    assert np.median(tall[walk]) > 0.4


def test_motions_pass_softly_into_each_other():
    film = activity(500, **SMALL, seed=2)
    steps = np.linalg.norm(np.diff(film.keypoints[:, 0], axis=0), axis=-1)  # (T - 1, J)
    assert len(changes(film.labels)) > 12
    assert steps[:, [11, 12]].max() < 0.2 * 36  # hips
    assert steps.max() < 0.5 * 36  # the hand that throws


def test_people_keep_to_the_picture():
    films = [activity(300, **SMALL, seed=seed) for seed in range(3)]
    x = np.concatenate([film.keypoints[:, 0, [11, 12], 0].mean(1) for film in films])
    assert (x > 0).mean() > 0.97
    assert (x < 48).mean() > 0.97
    assert np.mean([film.visible.mean() for film in films]) > 0.5


def test_what_kinds_leave_out_is_minus_one():
    film = activity(200, kinds=("sit down", "walk"), **SMALL, seed=1)
    assert set(film.labels) == {-1, 0, 1}
    found = changes(film.labels)
    assert (found[1:][found[:-1] == 0] == -1).all()  # behind sitting down comes standing up


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames": 3}, "frames must be at least 4. Received: 3"),
        ({"kinds": ("open",)}, "kinds must be names of walk, run.*Received: .'open'"),
        ({"kinds": ()}, "kinds must be names of walk"),
        ({"size": (40, 31)}, "size must be at least 32 pixels each way"),
        ({"people": 0}, "people must be 1 to 4. Received: 0"),
        ({"people": 5}, "people must be 1 to 4. Received: 5"),
        ({"world": "old"}, "world must be one of seen"),
        ({"noise": -2}, "noise must not be negative"),
    ],
)
def test_rejects_what_it_cannot_make(options, message):
    with pytest.raises(ValueError, match=message):
        activity(**{"frames": 20, **options})
