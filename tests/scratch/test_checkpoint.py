"""Checkpoints: a training broken off goes on to exactly the same numbers, or says why it cannot."""

import json
import subprocess
import sys

import numpy as np
import pytest

from tests.scratch.networks import LIBRARY, draw, sequences
from tests.scratch.training_checks import Break, goes_on
from vidlearn import scratch
from vidlearn.scratch import _files

X, Y = draw(30, 4).astype(np.float32), np.arange(30) % 3


def network(units=3, **options):
    layers = [scratch.Dense(8, "tanh"), scratch.Dropout(0.3), scratch.Dense(units)]
    return scratch.Network(layers, input_shape=(4,), **options)


def train(path, net=None, *, x=X, y=Y, broken=None, **options):
    options = {"optimizer": scratch.Adam(0.01), "epochs": 4, "batch_size": 8} | options
    if broken:
        options["callbacks"] = [*options.get("callbacks", ()), Break(*broken)]
    try:
        return scratch.fit(net or network(), x, y, checkpoint=path, **options)
    except KeyboardInterrupt:
        return None


def assert_same(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


SCHEDULE = scratch.exponential_decay(0.05, decay_steps=3, decay_rate=0.9)
OPTIMIZERS = {
    "plain": lambda: scratch.SGD(0.05),
    "nesterov": lambda: scratch.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda: scratch.Adam(0.01, clip_norm=1),
    "adamw, schedule": lambda: scratch.AdamW(SCHEDULE),
}


@pytest.mark.parametrize("where", [(0, 2), (1, 1), (1, 3), (3, 0), (3, 2), (4, 1)], ids=str)
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_goes_on_to_exactly_the_same_numbers(optimizer, where, tmp_path):
    assert goes_on(LIBRARY, optimizer, where, tmp_path / "run.npz")
    assert not list(tmp_path.iterdir())


def test_may_be_broken_off_again_and_again(tmp_path):
    path = tmp_path / "run.npz"
    net = network()
    straight = train(None, net)
    for where in ((0, 1), (1, 2), (1, 3), (3, 1)):
        assert train(path, network(), broken=where) is None
    last = network()
    assert train(path, last) == straight
    assert_same(last.get_weights(), net.get_weights())


def test_goes_on_in_the_same_notebook_too(tmp_path):
    """The network and the optimiser are further than the file when the cell is run again."""
    straight, path = train(None), tmp_path / "run.npz"
    net, optimizer = network(), scratch.Adam(0.01)
    train(path, net, optimizer=optimizer, broken=(2, 3))
    assert train(path, net, optimizer=optimizer) == straight


SCRIPT = """
import json, os, sys
import numpy as np
from vidlearn import scratch

class Die(scratch.Callback):
    def on_step(self, run):
        if [run.epoch, run.step] == json.loads(sys.argv[2]):
            os._exit(9)

x, y = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 3
layers = [scratch.Dense(8, "tanh"), scratch.Dropout(0.3), scratch.BatchNorm(), scratch.Dense(3)]
network = scratch.Network(layers, input_shape=(4,))
options = dict(optimizer=scratch.Adam(0.01), epochs=4, batch_size=8, checkpoint=sys.argv[1])
print(json.dumps(scratch.fit(network, x, y, callbacks=[Die()], **options)))
"""


def test_a_process_that_died_is_gone_on_with_by_another(tmp_path):
    def run(path, dies):
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / path), json.dumps(dies)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    straight, died = run("a.npz", None), run("b.npz", [2, 3])
    assert (straight.returncode, died.returncode) == (0, 9), straight.stderr + died.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["b.npz"]
    assert json.loads(run("b.npz", None).stdout) == json.loads(straight.stdout)


def test_recurrent_networks_go_on(tmp_path):
    x, y = sequences(12, 5, 3), np.arange(12) % 2

    def recurrent():
        layers = [scratch.Masking(), scratch.Bidirectional(scratch.GRU(4)), scratch.Dense(2)]
        return scratch.Network(layers, input_shape=(5, 3), dtype=np.float64)

    straight = train(None, recurrent(), x=x, y=y)
    train(tmp_path / "run.npz", recurrent(), x=x, y=y, broken=(2, 1))
    assert train(tmp_path / "run.npz", recurrent(), x=x, y=y) == straight


def test_a_shared_layer_goes_on(tmp_path):
    def shared():
        dense = scratch.Dense(4, "tanh")
        return scratch.Network([dense, dense, scratch.Dense(3)], input_shape=(4,))

    straight = train(None, shared())
    train(tmp_path / "run.npz", shared(), broken=(2, 1))
    assert train(tmp_path / "run.npz", shared()) == straight


def test_more_epochs_may_be_asked_for(tmp_path):
    path, straight = tmp_path / "run.npz", train(None, epochs=6)
    train(path, epochs=3, broken=(2, 1))
    assert train(path, epochs=6) == straight


def test_stopping_early_leaves_no_file(tmp_path):
    class Stop(scratch.Callback):
        def on_epoch(self, run):
            run.stop = run.epoch == 2

    assert len(train(tmp_path / "run.npz", callbacks=[Stop()])["loss"]) == 2
    assert not list(tmp_path.iterdir())


OTHERS = {
    "batch size": ({"batch_size": 9}, "batch_size was 8 and is 9"),
    "seed": ({"seed": 1}, "seed was 0 and is 1"),
    "loss": (
        {"loss": "mse", "y": np.eye(3)[Y]},
        "data was .*loss was softmax_cross_entropy and is mse",
    ),
    "rate": ({"optimizer": scratch.Adam(0.02)}, r"learning rate was 0\.01 and is 0\.02"),
    "schedule": ({"optimizer": scratch.Adam(SCHEDULE)}, r"learning rate was 0\.01 and is \[0\.05"),
    "optimizer": ({"optimizer": scratch.SGD(0.01)}, r"optimizer was Adam\(.*and is SGD\("),
    "clipping": ({"optimizer": scratch.Adam(0.01, clip_norm=1)}, "and is Adam.*clip_norm=1"),
    "examples": ({"x": X[:29], "y": Y[:29]}, r"data was .*\(30, 4\).* and is .*\(29, 4\)"),
    "numbers": ({"x": X + 1}, "data was .*checksum.* and is .*checksum"),
    "validation": ({"validation": (X, Y)}, r"validation was \[\] and is \["),
    "units": ({"net": network(4)}, r"network was .*Dense\(3\).* and is .*Dense\(4\)"),
    "dtype": ({"net": network(dtype=np.float64)}, "in float32 and is .*in float64"),
    "early": (
        {"callbacks": [scratch.EarlyStopping("loss", patience=2)]},
        r"callbacks was \[\] and is \[EarlyStopping",
    ),
    "epochs": ({"epochs": 1}, "epochs is 1, and 2 are done"),
}


@pytest.mark.parametrize(("options", "message"), OTHERS.values(), ids=OTHERS)
def test_another_training_is_turned_away(options, message, tmp_path):
    path = tmp_path / "run.npz"
    train(path, broken=(2, 1))
    content = path.read_bytes()
    net = options.get("net") or network()
    before = net.get_weights()
    with pytest.raises(ValueError, match=f"run.npz belongs to another training: .*{message}"):
        train(path, **{"net": net} | options)
    assert path.read_bytes() == content
    assert_same(net.get_weights(), before)


def _drop(name):
    def drop(path):
        arrays = _files.read_arrays(path)
        del arrays[name]
        _files.write_arrays(path, arrays)

    return drop


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("no training"),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-50]),
    "weights only": lambda path: network().save(path),
    "settings are no JSON": lambda path: _files.write_arrays(
        path, _files.read_arrays(path) | {"settings": np.array("{")}
    ),
    "settings are a list": lambda path: _files.write_arrays(
        path, _files.read_arrays(path) | {"settings": np.array("[]")}
    ),
    "a weight is missing": _drop("weights/1"),
    "a memory is missing": _drop("optimizer/2/1"),
    "a weight has another shape": lambda path: _files.write_arrays(
        path, _files.read_arrays(path) | {"weights/0": np.ones((2, 2))}
    ),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_told(damage, tmp_path):
    path = tmp_path / "run.npz"
    train(path, broken=(2, 1))
    damage(path)
    net, optimizer = network(), scratch.Adam(0.01)
    before = net.get_weights()
    with pytest.raises(ValueError, match=r"checkpoint .*run\.npz: .* Delete the file"):
        train(path, net, optimizer=optimizer)
    assert path.exists()
    assert_same(net.get_weights(), before)
    assert optimizer.steps == 0
    path.unlink()
    assert train(path, net, optimizer=optimizer) == train(None)


def test_another_schedule_and_another_momentum_are_found(tmp_path):
    path = tmp_path / "run.npz"
    slower = scratch.exponential_decay(0.05, decay_steps=9, decay_rate=0.9)
    train(path, optimizer=scratch.SGD(SCHEDULE, momentum=0.5), broken=(2, 1))
    with pytest.raises(ValueError, match=r"momentum=0\.5.* and is .*momentum=0\.75"):
        train(path, optimizer=scratch.SGD(SCHEDULE, momentum=0.75))
    with pytest.raises(ValueError, match=r"learning rate was \[.* and is \["):
        train(path, optimizer=scratch.SGD(slower, momentum=0.5))
    straight = train(None, optimizer=scratch.SGD(SCHEDULE, momentum=0.5))
    assert train(path, optimizer=scratch.SGD(SCHEDULE, momentum=0.5)) == straight


def test_a_callback_of_your_own_is_kept(tmp_path):
    class Count(scratch.Callback):
        count = 0

        def on_step(self, run):
            self.count += 1

        def get_state(self):
            return {"count": np.array(self.count)}

        def set_state(self, state):
            self.count = int(state["count"])

    train(tmp_path / "run.npz", callbacks=[Count()], broken=(2, 3))
    count = Count()
    train(tmp_path / "run.npz", callbacks=[count])
    assert count.count == 4 * 4


def test_callbacks_without_a_state_may_come_and_go(tmp_path):
    def early():
        return scratch.EarlyStopping("loss", patience=3)

    path, straight = tmp_path / "run.npz", early()
    history = train(None, callbacks=[straight])
    train(path, callbacks=[scratch.Callback(), early()], broken=(2, 1))
    again = early()
    assert train(path, callbacks=[again]) == history
    assert (again.best, again.best_epoch) == (straight.best, straight.best_epoch)


def test_a_full_disk_leaves_the_file_before(tmp_path, monkeypatch):
    path, straight = tmp_path / "run.npz", train(None)

    savez = np.savez

    def full(file, **arrays):
        if arrays["epoch"] == 3:
            file.write(b"half of it")
            raise OSError(28, "No space left on device")
        savez(file, **arrays)

    with monkeypatch.context() as patch:
        patch.setattr(_files.np, "savez", full)
        with pytest.raises(OSError, match="No space left"):
            train(path)
    assert [one.name for one in tmp_path.iterdir()] == ["run.npz"]
    assert train(path) == straight
