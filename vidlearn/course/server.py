"""JupyterLab, opened on the learner's copies."""

from __future__ import annotations

import logging
import os
import socket
import sys
from pathlib import Path

from vidlearn.course.lab import find_lessons
from vidlearn.messages import text

JUPYTER = Path(__file__).with_name("jupyter")
PORTS = 50


def free_port(first: int) -> int:
    """Find a port that nothing listens on.

    Parameters
    ----------
    first : int
        The first port to try, then the next, fifty in all.

    Returns
    -------
    int
        The port.

    Raises
    ------
    OSError
        When all of them are taken.
    """
    last = min(first + PORTS, 65536) - 1
    for port in range(first, last + 1):
        with socket.socket() as probe:
            if os.name == "posix":  # elsewhere this option would take a port that is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    words = text("lab")["no_port"]
    raise OSError(words.format(port=first, last=last, suggestion=(first + 1000) % 60000))


def can_open_browser() -> bool:
    """Say whether a page would open in a window (a text browser would take the terminal)."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def serve(work: Path, *, port: int = 8888, browser: bool = True, options: list[str] = ()) -> None:
    """Open JupyterLab on lesson 00 and stay until it is ended.

    The settings in ``vidlearn/course/jupyter`` join the learner's own for this run (no news, no
    questions, interactives saved with the notebook); nothing is written to them.

    Parameters
    ----------
    work : Path
        The learner's folder.
    port : int
        The first port to try.
    browser : bool
        Whether to open a page.
    options : list of str
        For JupyterLab, as on its command line.
    """
    words, first = text("lab"), next(iter(find_lessons().values())).name
    free = free_port(port)
    if free != port:
        print(words["busy"].format(port=port, free=free))
    if browser and not can_open_browser():
        browser = False
        print(words["no_browser"])
    print(words["opening"].format(lesson=first), flush=True)
    paths = [str(JUPYTER), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for kernels: no banners in the lessons
    arguments = [
        f"--ServerApp.root_dir={work}",
        f"--ServerApp.port={free}",
        f"--LabApp.default_url=/lab/tree/{first}",
        f"--LabApp.workspaces_dir={work / '.jupyter'}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--ServerApp.use_redirect_file=False",  # a file that a browser in a sandbox cannot read
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        *(["--KernelManager.transport_encryption=auto"] if _can_encrypt() else []),
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),
        *options,
    ]
    logging.getLogger("tornado.general").addFilter(_worth_saying)
    _find_fonts()
    from jupyterlab.labapp import main

    main(arguments)


def _find_fonts() -> None:
    """Let Matplotlib look for the fonts now: in the first lesson it would announce it in red."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    import matplotlib.font_manager  # noqa: F401


def _can_encrypt() -> bool:
    """Say whether server and kernels can talk in cipher: each kernel warns where they do not."""
    import zmq
    from jupyter_client.manager import KernelManager

    return zmq.has("curve") and hasattr(KernelManager, "transport_encryption")


def _worth_saying(record: logging.LogRecord) -> bool:
    """Leave out what Jupyter's own settings make Tornado say at each start, and nothing else."""
    return not record.getMessage().startswith("The websocket_ping_timeout (")
