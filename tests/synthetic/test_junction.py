"""A crossing of two ways in pictures."""

import numpy as np
import pytest

from vidlearn.synthetic import Scene, junction
from vidlearn.synthetic.junction import _timetable
from vidlearn.synthetic.moving import seen_boxes

SIZE = (90, 120)


@pytest.fixture(scope="module")
def scene():
    return junction(110, SIZE, 7, seed=3, background="china")


def middles(boxes):
    return (boxes[..., :2] + boxes[..., 2:]) / 2


def there(scene):
    """Where each thing has a full box: (T, K) bool."""
    return scene.full_boxes.any(axis=-1)


def inside(boxes, size=SIZE):
    return (boxes[..., :2] >= 0).all(axis=-1) & (boxes[..., 2:] <= size[::-1]).all(axis=-1)


def test_boxes_are_tight_round_the_masks(scene):
    boxes, areas = seen_boxes(scene.masks, len(scene.labels))
    np.testing.assert_array_equal(scene.boxes, boxes)
    assert ((areas > 0) == (scene.visible > 0)).all()
    assert set(np.unique(scene.masks)) == set(range(len(scene.labels) + 1))


def test_full_boxes_hold_what_is_seen(scene):
    seen = scene.visible > 0
    whole, part = scene.full_boxes[seen], scene.boxes[seen]
    assert (whole[:, :2] <= part[:, :2]).all()
    assert (whole[:, 2:] >= part[:, 2:]).all()
    assert there(scene)[seen].all()
    complete = scene.visible == 1
    np.testing.assert_array_equal(scene.full_boxes[complete], scene.boxes[complete])
    assert scene.visible.max() == 1


def test_identities_are_born_and_die(scene):
    seen = scene.visible > 0
    assert seen.any(axis=0).all()
    first, last = seen.argmax(axis=0), 109 - seen[::-1].argmax(axis=0)
    assert (first > 0).sum() >= 4
    assert (last < 109).sum() >= 4
    assert ((first > 0) & (last < 109)).any()
    for k in range(seen.shape[1]):  # one stay, without a break
        on = np.flatnonzero(there(scene)[:, k])
        assert np.ptp(on) + 1 == len(on)


def test_they_come_and_go_at_the_borders(scene):
    for k in range(len(scene.labels)):
        on = np.flatnonzero(there(scene)[:, k])
        for t in on[[0, -1]]:
            if 0 < t < 109:
                assert not scene.visible[t, k]
                assert not inside(scene.full_boxes[t, k])


def test_so_many_at_a_time(scene):
    counts = there(scene).sum(axis=1)
    assert counts.max() == 7
    assert counts.mean() > 6
    assert there(scene)[0].sum() >= 4  # in full swing from the first frame


def test_the_nearer_one_hides_the_other(scene):
    """Of two whose full boxes overlap and one is partly hidden: a nearer one lies over it."""
    y = middles(scene.full_boxes)[..., 1]
    cases = 0
    for t, k in np.argwhere((scene.visible < 0.8) & (scene.visible > 0)):
        if not inside(scene.full_boxes[t, k]):
            continue
        box = scene.full_boxes[t, k].astype(int)
        part = scene.masks[t, box[1] : box[3], box[0] : box[2]]
        over = [n - 1 for n in np.unique(part) if n and n != k + 1]
        assert any(y[t, n] > y[t, k] - 2 for n in over)
        cases += 1
    assert cases >= 10


def test_the_nearest_of_two_is_never_covered_by_the_other():
    made = junction(60, SIZE, 12, seed=1, kinds=["coin"])
    y = middles(made.full_boxes)[..., 1]
    nearest = np.where(there(made), y, -np.inf).argmax(axis=1)
    rows = np.arange(60)
    whole = inside(made.full_boxes[rows, nearest])
    assert whole.sum() > 5
    assert (made.visible[rows, nearest][whole] == 1).all()


def test_nearer_is_larger():
    made = junction(80, (100, 100), 6, seed=2, kinds=["coin"])
    grew = []
    for k in range(len(made.labels)):
        on = np.flatnonzero(there(made)[:, k])
        sides = (made.full_boxes[on, k, 2:] - made.full_boxes[on, k, :2]).mean(axis=1)
        rise = np.polyfit(middles(made.full_boxes[on, k])[:, 1], sides, 1)[0]
        if np.ptp(middles(made.full_boxes[on, k])[:, 1]) > 40:
            grew.append(rise * 100 / sides.mean())
    assert len(grew) >= 4
    assert 0.2 < np.median(grew) < 0.4  # 0.3 of the size in the middle, from edge to edge


def test_they_keep_to_their_lanes(scene):
    """Until it has come far, each is right of the middle line of its way."""
    found = []
    for k in range(len(scene.labels)):
        on = np.flatnonzero(there(scene)[:, k])
        if on[0] == 0:
            continue
        x, y = middles(scene.full_boxes[on[0], k])
        side = np.argmax([y > 90, x < 0, y < 0, x > 120])
        aside = [x - 60, y - 45, 60 - x, 45 - y][side]
        assert 0.05 * 90 < aside < 0.19 * 90
        found.append(side)
    assert len(set(found)) >= 3


def test_who_left_before_the_film_has_no_number():
    """With this seed one had left before the first frame: numbers and labels close up."""
    for seed in range(200):
        journeys = _timetable(12, SIZE, 6, 3.0, "right", np.random.default_rng(seed))
        if any(start + len(places) <= 1 for start, places in journeys[:2]):
            break
    made = junction(12, SIZE, 6, seed=seed, kinds=["1", "cup"], background="cat")
    assert len(made.labels) < len(journeys)
    assert set(made.labels) == {0, 1}
    assert (made.visible > 0).any(axis=0).all()
    boxes, _ = seen_boxes(made.masks, len(made.labels))
    np.testing.assert_array_equal(made.boxes, boxes)
    for k, label in enumerate(made.labels):  # a digit has a white border, the cup is dark red
        blue = made.frames[made.mask_of(k), 2]
        assert (np.quantile(blue, 0.8) > 200) == (made.names[label] == "1")


def test_two_in_a_lane_keep_their_distance_as_they_come():
    journeys = _timetable(200, (100, 100), 14, 2.0, "right", np.random.default_rng(1))
    starts = {}
    for start, places in journeys:
        starts.setdefault(np.argmax([*(places[0] - 100), *-places[0]]), []).append(start)
    assert len(starts) == 4
    gaps = np.concatenate([np.diff(sorted(lane)) for lane in starts.values()])
    assert gaps.min() >= 1.5 * 19 / 2  # one and a half times a thing's longer side
    assert gaps.min() < 20
    # Where a lane is taken, another lane's next one comes first: nobody waits for nothing.
    full = [sum(s <= t < s + len(places) for s, places in journeys) for t in range(200)]
    assert np.mean(full) > 12.7


def test_pictures_stand_where_the_paths_lead(scene):
    journeys = _timetable(110, SIZE, 7, 3.0, "right", np.random.default_rng(3))
    films = []
    for start, places in journeys:
        on = np.arange(max(start, 0), min(start + len(places), 110))
        films.append((on, places[on - start]))
    for k in range(len(scene.labels)):
        on = np.flatnonzero(there(scene)[:, k])
        found = middles(scene.full_boxes[on, k])
        off = [
            np.abs(found - places).max() for frames, places in films if np.array_equal(frames, on)
        ]
        assert min(off) < 2.5


def test_left_hand_traffic_is_the_mirror_image(scene):
    mirrored = junction(110, SIZE, 7, seed=3, background="china", drive="left")
    np.testing.assert_array_equal(scene.labels, mirrored.labels)
    both = there(scene) & there(mirrored)
    assert both.sum() > 400
    one, two = middles(scene.full_boxes[both]), middles(mirrored.full_boxes[both])
    np.testing.assert_allclose(two, one * [-1, 1] + [120, 0], atol=2.1)  # things are not mirrored


def test_the_ground_stands_still(scene):
    free = (scene.masks == 0).all(axis=0)
    untouched = scene.frames.std(axis=0).sum(axis=-1) == 0
    assert untouched.mean() > 0.2
    assert not untouched[~free].all()


def test_it_is_a_scene_of_twelve_frames_a_second(scene):
    assert isinstance(scene, Scene)
    assert scene.fps == 12.0
    assert scene.cuts == ()
    assert scene.frames.shape == (110, *SIZE, 3)
    assert scene.names == (*"0123456789", "coin", "cup", "flower", "horse")


def test_speed_is_that_of_the_motion():
    for speed in (2.0, 5.0):
        made = junction(60, SIZE, 5, seed=8, speed=speed)
        both = there(made)[1:] & there(made)[:-1]
        steps = np.linalg.norm(np.diff(middles(made.full_boxes), axis=0), axis=-1)[both]
        assert 0.7 * speed < steps.mean() < 1.15 * speed


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    first, again, other = (junction(4, (60, 80), 3, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(first.frames, again.frames)
    assert np.array_equal(first.full_boxes, again.full_boxes)
    assert not np.array_equal(first.frames, other.frames)


def test_a_longer_film_is_well_formed_and_kinds_are_kept():
    made = junction(300, (40, 48), 5, seed=1, kinds=["cup", "7"], speed=2.0)
    assert made.names == ("cup", "7")
    assert set(made.labels) == {0, 1}
    assert len(made.labels) > 20


def test_noise_is_drawn_anew_for_each_frame():
    frames = junction(2, (60, 80), 0, seed=1, noise=4.0).frames.astype(float)
    assert 4 < (frames[1] - frames[0]).std() < 7


def test_an_empty_crossing():
    made = junction(3, (40, 60), 0, seed=1)
    assert made.boxes.shape == (3, 0, 4)
    assert not made.masks.any()
    assert len(made.tracks()) == 0


@pytest.mark.parametrize(("objects", "least", "most"), [(6, 5.4, 6), (32, 18, 26)])
def test_so_many_are_on_their_way_at_most(objects, least, most):
    counts = np.zeros((10, 300), int)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        for start, places in _timetable(300, (120, 160), objects, 3.0, "right", rng):
            counts[seed, max(start, 0) : start + len(places)] += 1
    assert counts.max() <= objects
    assert least < counts.mean() < most


def test_things_that_cross_within_a_frame():
    made = junction(3, (40, 60), 2, seed=1, speed=200.0)
    assert made.frames.shape == (3, 40, 60, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames": 0}, "frames must be a whole number of at least 1. Received: 0"),
        ({"size": (10, 60)}, "size must be"),
        ({"objects": 33}, "objects must be from 0 to 32, and whole. Received: 33"),
        ({"objects": 2.5}, "objects must be from 0 to 32, and whole. Received: 2.5"),
        ({"size": 40}, "size must be"),
        ({"objects": -1}, "objects must be"),
        ({"speed": 0.0}, "speed must be at least 0.1"),
        ({"drive": "both"}, "drive must be one of right, left"),
        ({"noise": -1}, "noise must be"),
        ({"kinds": ["ball"]}, "kinds must be"),
        ({"frames": 2000, "speed": 9.0, "objects": 32}, "at most 255 things come.*2000 frames"),
    ],
)
def test_junction_rejects_what_makes_no_film(options, message):
    with pytest.raises(ValueError, match=message):
        junction(**{"frames": 3, "size": (40, 60), "objects": 2} | options)
