import socket

import numpy as np
import pytest

from vidlearn.synthetic import BACKGROUNDS, background, picture
from vidlearn.synthetic.cutouts import KINDS, cutout
from vidlearn.synthetic.pictures import PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_lies_in_a_package(name, monkeypatch):
    def refuse(*_):
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    photo = picture.__wrapped__(name)
    assert photo.dtype == np.uint8
    assert photo.shape[2] == 3
    assert photo.std() > 5
    assert not photo.flags.writeable


def test_background_is_the_middle_of_the_photograph_by_hand():
    photo = picture("cat")  # (300, 451, 3): 400 of its 451 columns fit 3 : 4
    cut = background("cat", (150, 200)).astype(float)
    halved = photo[:, 26:426].reshape(150, 2, 200, 2, 3).mean((1, 3))
    assert np.abs(cut - halved).mean() < 3
    assert np.abs(cut - halved[:, ::-1]).mean() > 20


def test_background_by_seed():
    assert (background(5, (40, 70)) == background(5, (40, 70))).all()
    drawn = [background(seed, (20, 30)) for seed in range(40)]
    assert len({cut.tobytes() for cut in drawn}) > 35
    assert drawn[0].shape == (20, 30, 3)


def test_no_background_holds_a_kind_that_moves():
    assert not {"coins", "coffee", "flower", "horse"} & set(BACKGROUNDS)


@pytest.mark.parametrize("call", [picture, lambda name: background(name, (20, 20))])
def test_rejects_an_unknown_picture(call):
    with pytest.raises(ValueError, match=r"picture must be one of astronaut.*Received: 'lena'"):
        call("lena")


@pytest.mark.parametrize("kind", KINDS)
def test_cutouts_are_opaque_inside_and_transparent_outside(kind):
    rgba = cutout(kind, np.random.default_rng(0))
    alpha = rgba[..., 3]
    assert rgba.dtype == np.uint8
    assert (alpha > 250).mean() > 0.3
    assert (alpha[[0, -1]][:, [0, -1]] < 128).all()  # no kind fills its box to the corners
    for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]):
        assert edge.max() > 5  # trimmed


@pytest.mark.parametrize(("kind", "least"), [("3", 15), ("coin", 15), ("horse", 4)])
def test_cutouts_vary(kind, least):
    rng = np.random.default_rng(1)
    assert len({cutout(kind, rng).tobytes() for _ in range(20)}) >= least


def test_rejects_an_unknown_kind():
    with pytest.raises(ValueError, match=r"kind must be one of 0, 1.*Received: 'dog'"):
        cutout("dog", np.random.default_rng(0))
