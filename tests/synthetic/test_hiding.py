"""Hide and seek: the thing is whole at first, hidden later, and its truth is exact."""

import numpy as np
import pytest

from vidlearn.synthetic import hide_and_seek
from vidlearn.synthetic.hiding import HIDING, _filmed
from vidlearn.synthetic.render import Sprite

SMALL = (40, 56)


@pytest.mark.parametrize("world", sorted(HIDING))
def test_the_first_is_seen_then_hidden(world):
    hidden = []
    for seed in range(6):
        film = hide_and_seek(24, SMALL, 2, world=world, seed=seed)
        assert film.frames.shape == (24, *SMALL, 3)
        assert film.visible[0, 0] > 0.85
        np.testing.assert_allclose(film.mask_of(0).any(axis=(1, 2)), film.visible[:, 0] > 0, atol=0)
        hidden.append(film.visible[:, 0].min())
    assert np.mean(hidden) < 0.4


def test_worlds_share_nothing():
    (things, photos), (others, places) = HIDING.values()
    assert not set(things) & set(others)
    assert not set(photos) & set(places)
    names = {hide_and_seek(1, SMALL, 3, world="unseen", seed=s).names for s in range(3)}
    assert names == {("cup", "flower", "horse")}


def test_the_pillar_alone_hides_it():
    hidden = [hide_and_seek(24, SMALL, 1, seed=seed).visible[:, 0].min() for seed in range(5)]
    assert max(hidden) < 0.6


def test_labels_name_the_things():
    films = [hide_and_seek(1, SMALL, 3, world="unseen", seed=seed) for seed in range(4)]
    assert all(sorted(film.labels) == [0, 1, 2] for film in films)
    assert len({tuple(film.labels) for film in films}) > 1


def test_a_camera_shows_things_where_they_are_by_hand():
    thing = Sprite.made_of(np.full((10, 10, 4), 255, np.uint8), 10)
    cast = [(thing, np.tile([40.0, 30.0], (2, 1)), np.zeros(2), np.ones(2), 1)]
    ground, views = np.zeros((72, 96, 3), np.float32), [(0, 0, 1), (10, 5, 2)]
    _, masks, _, boxes, _ = _filmed(ground, views, (72, 96), cast, 1, 0, np.random.default_rng(0))
    corners = boxes[:, 0].reshape(2, 2, 2)
    np.testing.assert_allclose(corners.mean(axis=1), [[40, 30], [60, 50]], atol=1)
    np.testing.assert_allclose(masks.sum(axis=(1, 2)), [100, 400], rtol=0.15)


def test_it_grows_and_shrinks():
    film = hide_and_seek(40, (72, 96), 1, seed=3, noise=0)
    sides = np.diff(film.full_boxes[:, 0].reshape(-1, 2, 2), axis=1).max(axis=(1, 2))
    assert sides.max() > 1.3 * sides.min()


def test_the_same_seed_gives_the_same_film():
    one, two, other = (hide_and_seek(4, SMALL, seed=s, camera="shake") for s in (5, 5, 6))
    np.testing.assert_array_equal(one.frames, two.frames)
    np.testing.assert_array_equal(one.masks, two.masks)
    assert not np.array_equal(one.frames, other.frames)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objects": 0}, "objects must be 1 to 16. Received: 0"),
        ({"objects": 2.0}, "objects must be a whole number, 1 to 16. Received: 2.0"),
        ({"frames": 2.5}, "frames must be a whole number"),
        ({"scale": "small"}, "scale must be a number above 0. Received: 'small'"),
        ({"noise": "much"}, "noise must be a finite number"),
        ({"seed": "x"}, "seed must be a whole number"),
        ({"world": ["seen"]}, "world must be one of seen, unseen"),
        ({"world": "train"}, "world must be one of seen, unseen. Received: 'train'"),
        ({"camera": "pan"}, "camera must be one of still, shake, zoom"),
        ({"size": (8, 8)}, "size must be"),
        ({"size": 72}, "size must be"),
    ],
)
def test_rejects_what_it_cannot_film(options, message):
    with pytest.raises(ValueError, match=message):
        hide_and_seek(**{"frames": 2, **options})
