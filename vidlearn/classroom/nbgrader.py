"""nbgrader in an environment of its own: make it, find it, run its commands.

nbgrader brings a second notebook server and extensions that a student's JupyterLab should not
have, so it does not stand beside vidlearn. It never runs a student's code here.
"""

import os
import secrets
import shutil
import subprocess
import sys
import venv
from importlib.resources import files
from pathlib import Path

import platformdirs

from vidlearn.messages import text

__all__ = ["NbgraderError", "environment", "install", "run"]

VARIABLE = "VIDLEARN_NBGRADER"  # where the environment lies, if not at the usual place


class NbgraderError(OSError):
    """Raised when nbgrader is missing, or says that something went wrong.

    Attributes
    ----------
    killed : bool
        Whether it was ended from outside, in the middle of something.
    """

    killed = False


def environment():
    """Return the folder of nbgrader's environment.

    Returns
    -------
    pathlib.Path
        It need not exist.
    """
    if told := os.environ.get(VARIABLE):
        return Path(told).expanduser().absolute()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Path(platformdirs.user_data_dir("vidlearn", appauthor=False)) / f"nbgrader-{version}"


def install(say=print):
    """Make nbgrader's environment, if it is not there.

    Parameters
    ----------
    say : callable, default print
        Told what is going on.

    Returns
    -------
    pathlib.Path
        The environment.

    Raises
    ------
    NbgraderError
        If the installation fails; the next call begins it anew.
    """
    folder, words = environment(), text("classroom")
    stamp = folder / "complete"
    if stamp.exists():
        return folder
    begun = folder / "begun"  # what has neither mark is not ours to clear
    if folder.exists() and not begun.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NbgraderError(words["not_ours"].format(folder=folder, name=VARIABLE))
    say(words["installing"].format(folder=folder))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    begun.touch()
    venv.create(folder, with_pip=True)
    constraints = files("vidlearn") / "classroom" / "nbgrader_constraints.txt"
    command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", "-c", constraints, "nbgrader>=0.9.5,<1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NbgraderError(words["not_installed"].format(error=done.stderr.strip()[-600:]))
    stamp.touch()
    return folder


def run(folder, *arguments, on_line=None):
    """Run a command of nbgrader in a course folder.

    Parameters
    ----------
    folder : pathlib.Path
        The course.
    *arguments : str
        What follows ``nbgrader``.
    on_line : callable, optional
        Given each line that it logs, as it comes.

    Returns
    -------
    list of str
        The lines that it logged.

    Raises
    ------
    NbgraderError
        If it is not installed, or ends with an error: its last lines are told.
    """
    words, program = text("classroom"), environment() / "bin" / "nbgrader"
    if not (environment() / "complete").exists():
        raise NbgraderError(words["no_nbgrader"])
    command = [str(program), *map(str, arguments)]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_surroundings(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            if on_line:
                on_line(lines[-1])
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.wait():
        told = "\n".join(lines[-12:])
        error = NbgraderError(words["nbgrader_failed"].format(command=arguments[0], error=told))
        error.killed = process.returncode < 0
        raise error
    return lines


def _surroundings():
    """Return the variables for nbgrader: not the settings of this process's own Jupyter."""
    dropped = {"PYTHONPATH", "PYTHONHOME", "JUPYTER_CONFIG_DIR", "JUPYTER_PATH", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    path = f"{environment() / 'bin'}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "PYTHONWARNINGS": "ignore", "JUPYTER_PLATFORM_DIRS": "1"}


def formgrader(folder, port, browser):
    """Serve nbgrader's formgrader until it is stopped.

    Parameters
    ----------
    folder : pathlib.Path
        The course.
    port : int
        Where to serve.
    browser : bool
        Whether to open a browser.

    Returns
    -------
    int
        The server's exit code.
    """
    if not (environment() / "complete").exists():
        raise NbgraderError(text("classroom")["no_nbgrader"])
    token = secrets.token_hex(16)
    command = [environment() / "bin" / "jupyter", "notebook", f"--port={port}", "--ip=127.0.0.1"]
    command += [f"--IdentityProvider.token={token}", "--ServerApp.port_retries=0", "--allow-root"]
    command += ["--log-level=ERROR", "--JupyterNotebookApp.default_url=/formgrader"]
    command += [] if browser else ["--no-browser"]
    address = f"http://127.0.0.1:{port}/formgrader?token={token}"
    print(text("classroom")["formgrader"].format(address=address), flush=True)
    try:
        return subprocess.run(command, cwd=folder, env=_surroundings(), check=False).returncode
    except KeyboardInterrupt:
        return 0
