"""Saved networks: round trip, one clear error for what cannot be loaded, and whole files only."""

from pathlib import Path

import numpy as np
import pytest

from tests.scratch.networks import CASES, LIBRARY, make
from vidlearn import scratch
from vidlearn.scratch import _files


def dense(*units, features=3, seed=0):
    layers = [scratch.Dense(u) for u in units]
    return scratch.Network(layers, input_shape=(features,), seed=seed)


def assert_same(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", CASES)
def test_round_trip(name, tmp_path):
    network, x, *_ = make(LIBRARY, name)
    network.save(tmp_path / "folder" / "weights.npz")
    again, *_ = make(LIBRARY, name, seed=8)
    again.load(tmp_path / "folder" / "weights.npz")
    assert_same(again.get_weights(), network.get_weights())
    np.testing.assert_array_equal(again.predict(x), network.predict(x))


def test_the_name_of_the_file_is_taken_as_it_is(tmp_path):
    dense(2).save(str(tmp_path / "weights"))
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]
    dense(2).load(str(tmp_path / "weights"))


def test_names_stand_in_the_file(tmp_path):
    dense(4, 2).save(tmp_path / "weights.npz")
    with np.load(tmp_path / "weights.npz") as file:
        assert file.files == ["1.Dense.w", "1.Dense.b", "2.Dense.w", "2.Dense.b"]


def _nothing(path):
    pass


def _truncated(path):
    dense(4, 2).save(path)
    path.write_bytes(path.read_bytes()[:-100])


def _flipped(path):
    dense(40, 2).save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 255
    path.write_bytes(content)


def _unknown_compression(path):
    dense(4, 2).save(path)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 10] = 99  # the method in the list of contents
    path.write_bytes(content)


def _pickled(path):
    with path.open("wb") as file:
        np.savez(file, **{"1.Dense.w": np.array([{}], object)})


def _one_array(path):
    with path.open("wb") as file:
        np.save(file, np.ones(3))


BAD = {
    "missing": (_nothing, FileNotFoundError, "there is no file .*weights.npz"),
    "empty": (lambda path: path.touch(), ValueError, "weights.npz cannot be read: it is damaged"),
    "text": (lambda path: path.write_text("hello"), ValueError, "cannot be read: .* no .npz file"),
    "one array": (_one_array, ValueError, "no .npz file"),
    "truncated": (_truncated, ValueError, "cannot be read: it is damaged"),
    "flipped bits": (_flipped, ValueError, "cannot be read: it is damaged"),
    "unknown compression": (_unknown_compression, ValueError, "cannot be read: it is damaged"),
    "pickled": (_pickled, ValueError, "cannot be read: it is damaged"),
    "folder": (Path.mkdir, ValueError, "must be the path of a file; received the folder"),
    "fewer layers": (
        lambda path: dense(4).save(path),
        ValueError,
        r"must hold the weights 1\.Dense\.w, .* 2\.Dense\.b; it holds 1\.Dense\.w, 1\.Dense\.b\.",
    ),
    "units": (
        lambda path: dense(5, 2).save(path),
        ValueError,
        r"another network: .* 1\.Dense\.w must have shape \(3, 4\); received \(3, 5\)",
    ),
    "another kind": (
        lambda path: scratch.Network([scratch.BatchNorm()], input_shape=(3,)).save(path),
        ValueError,
        r"it holds 1\.BatchNorm\.gamma",
    ),
}


@pytest.mark.filterwarnings("error")  # also where a file is left open
@pytest.mark.parametrize(("spoil", "error", "message"), BAD.values(), ids=BAD)
def test_load_rejects(spoil, error, message, tmp_path):
    path = tmp_path / "weights.npz"
    spoil(path)
    network = dense(4, 2, seed=1)
    before = network.get_weights()
    with pytest.raises(error, match=message):
        network.load(path)
    assert_same(network.get_weights(), before)


def _full(file, **arrays):
    file.write(b"half of it")
    raise OSError(28, "No space left on device")


def _interrupted(file, **arrays):
    file.write(b"half of it")
    raise KeyboardInterrupt


@pytest.mark.parametrize("savez", [_full, _interrupted], ids=["disk full", "interrupted"])
def test_an_older_file_survives_a_failed_write(savez, tmp_path, monkeypatch):
    path = tmp_path / "weights.npz"
    network = dense(4, 2)
    network.save(path)
    monkeypatch.setattr(_files.np, "savez", savez)
    with pytest.raises((OSError, KeyboardInterrupt)):
        dense(4, 2, seed=1).save(path)
    assert [one.name for one in tmp_path.iterdir()] == ["weights.npz"]
    again = dense(4, 2, seed=2)
    again.load(path)
    assert_same(again.get_weights(), network.get_weights())
