import warnings

import numpy as np
import pytest

from vidlearn.synthetic import along, laps, pieces

SIZE = (36, 44)


@pytest.fixture(scope="module")
def cut():
    things, photographs = pieces(["cup", "7"], ["cat", "grass"], size=SIZE, seed=3)
    return things["cup"], photographs["cat"]


def test_pieces_are_whole_numbers_of_the_size_asked_for():
    things, photographs = pieces(["cup", "7"], ["cat", "grass"], size=SIZE, seed=3)
    assert (list(things), list(photographs)) == (["cup", "7"], ["cat", "grass"])
    for thing in things.values():
        assert (thing.dtype, thing.shape[2]) == (np.uint8, 5)
        opaque = np.argwhere(thing[..., 3] > 100)
        assert np.ptp(opaque, axis=0).max() + 1 == pytest.approx(0.38 * 36, abs=2)
        assert (thing[..., :3] <= thing[..., 3:4].astype(int) + 1).all()  # colour times opacity
        assert thing[..., 4].max() > 100  # its shadow, from 0 to 255 too
    assert {photo.shape for photo in photographs.values()} == {(*SIZE, 3)}


def test_the_thing_is_where_the_path_says(cut):
    path = [(0.3, 0.4), (0.7, 0.4), (0.7, 0.6)]
    clip = along(path, *cut)
    changed = np.abs(clip.astype(int) - cut[1]).sum(axis=-1) > 60
    for (x, y), where in zip(path, changed, strict=True):
        rows, columns = np.nonzero(where)
        assert rows.mean() / SIZE[0] == pytest.approx(y, abs=0.05)
        assert columns.mean() / SIZE[1] == pytest.approx(x, abs=0.05)


def test_far_outside_there_is_only_the_photograph(cut):
    assert (along([(-2.0, 0.5), (0.5, 3.0)], *cut) == cut[1]).all()


def test_it_looks_as_in_a_lap(cut):
    """Nothing but the numbers drawn differs: the same thing, as large, with the same shadow."""
    lap = laps(1, frames=8, size=SIZE, things=["cup"], photographs=["cat"], seed=2).frames[0]
    path = [(0.5 + 0.2 * np.cos(a), 0.5 + 0.2 * np.sin(a)) for a in np.arange(8) * np.pi / 4]
    ours = along(path, *cut)
    spread = [np.abs(np.diff(clip.astype(float), axis=0)).mean() for clip in (lap, ours)]
    assert 0.6 < spread[0] / spread[1] < 1.7


@pytest.mark.parametrize(
    "path",
    [
        [],
        [0.5, 0.5],
        [(0.5, np.nan)],
        np.zeros((3, 3)),
        [("a", "b")],
        [(1, 2), (3,)],
        [(1j, 0)],
        None,
    ],
)
def test_along_rejects_what_is_no_path(cut, path):
    with pytest.raises(ValueError, match="path must be"):
        along(path, *cut)


def test_a_path_may_lead_to_the_end_of_the_world(cut):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clip = along([(1e30, -1e300), (0.5, 0.5)], *cut)
    assert (clip[0] == cut[1]).all()
    assert (clip[1] == along([(0.5, 0.5)], *cut)[0]).all()


def test_along_rejects_what_is_no_thing_and_no_photograph(cut):
    thing, photograph = cut
    for odd in (None, thing[..., :4], thing[:1], thing / 255, {"cup": thing}, thing[None]):
        with pytest.raises(ValueError, match=r"thing must be uint8 \(h, w, 5\)"):
            along([(0.5, 0.5)], odd, photograph)
    for odd in (None, photograph[..., 0], photograph[:0], photograph / 255, photograph[None]):
        with pytest.raises(ValueError, match=r"photograph must be uint8 \(h, w, 3\)"):
            along([(0.5, 0.5)], thing, odd)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((["elephant"], ["cat"]), {}, "things must be of"),
        ((["cup"], ["nowhere"]), {}, "photographs must be of"),
        (("7", ["cat"]), {}, "things must be of .*, in a list. Received: '7'"),
        ((["cup"], "cat"), {}, "photographs must be of"),
        (([["cup"]], ["cat"]), {}, "things must be of"),
        ((None, ["cat"]), {}, "things must be of"),
        (((name for name in ["cup"]), ["cat"]), {}, "things must be of"),
        ((["cup"], ["cat"]), {"size": 32}, "size must be at least 8 pixels"),
        ((["cup"], ["cat"]), {"size": (0, 10)}, "size must be"),
        ((["cup"], ["cat"]), {"size": (32.0, 32)}, "size must be"),
        ((["cup"], ["cat"]), {"seed": -1}, "seed must be"),
        ((["cup"], ["cat"]), {"seed": None}, "seed must be"),
    ],
)
def test_pieces_rejects_what_is_not_there(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        pieces(*arguments, **options)
