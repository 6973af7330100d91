"""A training of three epochs of four steps that ends in the middle of the second."""

import signal
import subprocess
import sys

from vidlearn import cli, runs
from vidlearn.runs import watch

KILLED = """
import os, signal, sys
from vidlearn import runs
from vidlearn.runs.watch import Watch
step = Watch._on_step
def on_step(self):
    step(self)
    if self.seen == 6:
        os.kill(os.getpid(), signal.SIGKILL)
Watch._on_step = on_step
runs.train(*sys.argv[1:], preset="tiny", epochs=3, seed=3)
"""


def killed(kind, data, out):
    """Train in a process of its own that is killed; its first epoch is on the disk."""
    told = [sys.executable, "-c", KILLED, kind, data, out]
    run = subprocess.run(told, capture_output=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert len(runs.Run(out).metrics()) == 1


def interrupted(monkeypatch, capsys, told):
    """Run a command that trains, press Ctrl-C, and see that it says where it would go on."""
    step = watch.Watch._on_step

    def on_step(self):
        step(self)
        if self.seen == 6:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as changed:
        changed.setattr(watch.Watch, "_on_step", on_step)
        assert cli.main([*told, "--preset", "tiny", "--epochs", "3", "--seed", "3"]) == 130
    said = capsys.readouterr().err.strip().splitlines()
    assert said[-1] == "vidlearn: Stopped and saved: --resume goes on at epoch 2, step 3."
