"""Commands in processes of their own: run to their end, or killed in the middle."""

import os
import subprocess
import sys
import time

LONGEST = 600.0  # seconds


def _environment():
    return os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"}


def run_command(words, folder):
    """Run a Python program in a process of its own and return what it prints.

    Parameters
    ----------
    words : sequence of str
        What stands behind ``python``.
    folder : str or Path
        Where it runs.

    Returns
    -------
    str
        Its output stream.

    Raises
    ------
    RuntimeError
        If it ends with an error; its error stream is told.
    """
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=LONGEST,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise RuntimeError(f"{words[0]} ended with code {done.returncode}: {last}")
    return done.stdout


def killed_after(words, folder, file, lines):
    """Run a Python program and kill it, without a warning, when a file has so many lines.

    Parameters
    ----------
    words : sequence of str
        What stands behind ``python``.
    folder : str or Path
        Where it runs.
    file : Path
        What it writes as it goes.
    lines : int

    Returns
    -------
    bool
        Whether it was killed; False if it ended before.
    """
    with subprocess.Popen(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        begun = time.monotonic()
        while process.poll() is None and time.monotonic() - begun < LONGEST:
            if file.exists() and len(file.read_text(encoding="utf-8").splitlines()) >= lines:
                break
            time.sleep(0.1)
        alive = process.poll() is None
        process.kill()
    return alive
