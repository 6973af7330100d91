"""Files of others, killed writes and full disks: a ValueError that names the file, or no trace."""

import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from tests.scratch.networks import draw
from tests.scratch.training_checks import Break
from vidlearn import scratch
from vidlearn.scratch import _files

X, Y = draw(12, 4).astype(np.float32), np.arange(12) % 2


def network():
    return scratch.Network([scratch.Dense(3, "tanh"), scratch.Dense(2)], input_shape=(4,))


def train(path, net=None, *, broken=None, **options):
    callbacks = [scratch.EarlyStopping("loss", patience=9), *([Break(*broken)] if broken else ())]
    options = {"optimizer": scratch.Adam(0.01), "epochs": 4, "batch_size": 8} | options
    options.setdefault("callbacks", callbacks)
    try:
        return scratch.fit(net or network(), X, Y, checkpoint=path, **options)
    except KeyboardInterrupt:
        return None


def spoil(**arrays):
    return lambda path: _files.write_arrays(path, _files.read_arrays(path) | arrays)


def without(name):
    def remove(path):
        arrays = _files.read_arrays(path)
        del arrays[name]
        _files.write_arrays(path, arrays)

    return remove


def encrypted(path):
    content = bytearray(path.read_bytes())
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):
        place = content.index(mark) + (8 if mark == b"PK\x01\x02" else 6)
        content[place] |= 1
    path.write_bytes(content)


def with_header(header):
    """A file in which one array has a header that someone else has written."""

    def write(path):
        import zipfile

        text = header.encode() + b"\n"
        with zipfile.ZipFile(path, "w") as file:
            start = b"\x93NUMPY\x02\x00" + len(text).to_bytes(4, "little")
            file.writestr("settings.npy", start + text)

    return write


W = np.ones((4, 3), np.float32)
HUGE = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,), }"
HOSTILE = {
    "encrypted": encrypted,
    "a huge array": with_header(HUGE),
    "brackets": with_header("[" * 9000),
    "deep settings": spoil(settings=np.array("[" * 100_000)),
    "settings of another kind": spoil(settings=np.array("[1]")),
    "no settings": without("settings"),
    "epoch inf": spoil(epoch=np.array(np.inf)),
    "epoch 3.7": spoil(epoch=np.array(1.7)),
    "epoch -1": spoil(epoch=np.array(-1)),
    "two epochs": spoil(epoch=np.array([1, 2])),
    "steps -5": spoil(**{"optimizer/steps": np.array(-5)}),
    "weights complex": spoil(**{"weights/0": W * 1j}),
    "weights text": spoil(**{"weights/0": W.astype(str)}),
    "weights of another shape": spoil(**{"weights/3": np.ones(7)}),
    "no weights": without("weights/2"),
    "memory whole": spoil(**{"optimizer/0/1": W.astype(int)}),
    "memory of another shape": spoil(**{"optimizer/3/1": np.ones(7)}),
    "no memory": without("optimizer/2/1"),
    "history of one number": spoil(**{"history/loss": np.array(1.0)}),
    "history too short": spoil(**{"history/loss": np.array([1.0])}),
    "history too long": spoil(**{"history/accuracy": np.ones(9)}),
    "history of text": spoil(**{"history/loss": np.array(["a", "b"])}),
    "no history": without("history/loss"),
    "no numbers of a callback": without("callback/0/numbers"),
    "best weights of another shape": spoil(**{"callback/0/0": np.ones((2, 2))}),
    "best weights text": spoil(**{"callback/0/0": W.astype(str)}),
}


@pytest.mark.parametrize("damage", HOSTILE.values(), ids=HOSTILE)
def test_a_file_of_someone_else_changes_nothing(damage, tmp_path):
    path = tmp_path / "run.npz"
    train(path, broken=(2, 1))
    damage(path)
    net, optimizer = network(), scratch.Adam(0.01)
    early = scratch.EarlyStopping("loss", patience=9)
    before = net.get_weights()
    with pytest.raises(ValueError, match=r"checkpoint .*run\.npz: .* Delete the file"):
        train(path, net, optimizer=optimizer, callbacks=[early])
    for ours, theirs in zip(net.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert (optimizer.steps, optimizer.memory) == (0, [])
    assert (early.best, early.best_epoch, early.weights) == (np.inf, 0, [])


@pytest.mark.parametrize("damage", [encrypted, with_header(HUGE), with_header("[" * 9000)])
def test_load_tells_of_the_file_too(damage, tmp_path):
    path = tmp_path / "weights.npz"
    net = network()
    net.save(path)
    damage(path)
    with pytest.raises(ValueError, match=r"weights\.npz cannot be read"):
        net.load(path)


@pytest.mark.parametrize("wrong", [np.full(2, 1j), np.array(["1", "2"])], ids=["complex", "text"])
def test_load_takes_over_all_or_nothing(wrong, tmp_path):
    path, net = tmp_path / "weights.npz", network()
    before = net.get_weights()
    arrays = dict(zip(net._named(), [w + 1 for w in before], strict=True))
    _files.write_arrays(path, arrays | {"2.Dense.b": wrong})
    with pytest.raises(ValueError, match=r"weights\.npz .*2\.Dense\.b must hold real numbers"):
        net.load(path)
    for ours, theirs in zip(net.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    train(path, broken=(2, 1))

    def refused(self, *arguments):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(type(path), "open", refused)
    with pytest.raises(PermissionError, match=r"Permission denied: .*run\.npz"):
        train(path)


def test_a_folder_that_cannot_be_written_is_known_before_the_first_step(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr("vidlearn.scratch.training.train_step", None)
    with pytest.raises(OSError, match=r"run\.npz cannot be written: .*file"):
        train(tmp_path / "file" / "run.npz")


def test_a_full_disk_is_told_with_the_file(tmp_path, monkeypatch):
    def full(file, **arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_files.np, "savez", full)
    with pytest.raises(OSError, match=r"run\.npz cannot be written: No space left .*run\.npz"):
        network().save(tmp_path / "run.npz")
    assert not list(tmp_path.iterdir())


def test_a_training_broken_off_in_its_first_epoch_begins_again(tmp_path):
    """With the same network and optimiser, as when a cell of a notebook is run again."""
    path, straight, early = tmp_path / "run.npz", train(None), network()
    optimizer = scratch.Adam(0.01)
    assert train(path, early, optimizer=optimizer, broken=(0, 2)) is None
    assert train(path, early, optimizer=optimizer) == straight
    assert not list(tmp_path.iterdir())


def test_nothing_is_lost_by_other_settings_before_an_epoch_is_done(tmp_path):
    path = tmp_path / "run.npz"
    train(path, broken=(0, 1))
    assert train(path, batch_size=5) == train(None, batch_size=5)


def test_an_error_in_the_first_epoch_leaves_no_file(tmp_path):
    class Fails(scratch.Callback):
        def on_step(self, run):
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        train(tmp_path / "run.npz", callbacks=[Fails()])
    assert not list(tmp_path.iterdir())


KILLED = """
import os, signal, sys
import numpy as np
from vidlearn import scratch
from vidlearn.scratch import _files

def killed(file, **arrays):
    file.write(b"half of it")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)

_files.np.savez = killed
scratch.Network([scratch.Dense(2)], input_shape=(3,), seed=1).save(sys.argv[1])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_write_that_is_killed_leaves_the_file_before_and_no_trace(tmp_path):
    path = tmp_path / "weights.npz"
    net = scratch.Network([scratch.Dense(2)], input_shape=(3,))
    net.save(path)
    (tmp_path / "weights.npz.mine.part").touch()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 3
    again = scratch.Network([scratch.Dense(2)], input_shape=(3,), seed=2)
    again.load(path)
    np.testing.assert_array_equal(again.get_weights()[0], net.get_weights()[0])
    net.save(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["weights.npz", "weights.npz.mine.part"]


def test_threads_may_write_to_one_path(tmp_path):
    path, errors = tmp_path / "weights.npz", []

    def save(seed):
        try:
            net = scratch.Network([scratch.Dense(2)], input_shape=(3,), seed=seed)
            for _ in range(20):
                net.save(path)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=save, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert os.listdir(tmp_path) == ["weights.npz"]
    network_of_three = scratch.Network([scratch.Dense(2)], input_shape=(3,), seed=9)
    network_of_three.load(path)


def test_what_cannot_be_read_again_is_not_written(tmp_path):
    class Mine(scratch.Callback):
        def get_state(self):
            return {"thing": np.array([{}], object)}

    with pytest.raises(TypeError, match="callback/0/thing must be an array of numbers or of text"):
        train(tmp_path / "run.npz", callbacks=[Mine()])


def test_the_settings_are_text(tmp_path):
    path = tmp_path / "run.npz"
    train(path, broken=(2, 1))
    assert "network" in json.loads(str(_files.read_arrays(path)["settings"]))
