"""A place where a stranger's notebook can run and harm nothing: bubblewrap, limits and a guard.

In the sandbox there is no network, no process but its own, no file but the system's, Python's and
vidlearn's, all read-only, and a small folder in memory to write into. Outside, a guard counts
its memory and its processes and ends it at its limits.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

import vidlearn
from vidlearn.classroom.codec import read, write
from vidlearn.classroom.syscalls import denied
from vidlearn.messages import text

__all__ = ["Limits", "NoSandboxError", "Sandbox", "SandboxEnded", "expect_bubblewrap", "readable"]

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime")
HOME = "/home/student"  # inside
LOOK = 0.05  # seconds between two looks of the guard
GRACE = 15.0  # seconds beyond a request's own limit
THREADS = 400  # beyond one for each process
FILES = 20_000  # in each of its folders: small ones cost memory, too


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    seconds : float
        For the whole submission.
    cell_seconds : float
        For one cell.
    memory : int
        Megabytes, all its processes together.
    processes : int
        How many it may have at once.
    disk : int
        Megabytes it may write.
    """

    seconds: float = 300.0
    cell_seconds: float = 90.0
    memory: int = 3000
    processes: int = 40
    disk: int = 200


class NoSandboxError(OSError):
    """Raised when there is no bubblewrap, or it may not work here."""


class SandboxEnded(Exception):
    """Raised when the sandbox ended before it answered.

    Parameters
    ----------
    reason : {"memory", "processes", "time", "disk", "died"}
        What ended it.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def expect_bubblewrap():
    """Make certain that a sandbox can be made here.

    Raises
    ------
    NoSandboxError
        If bubblewrap is missing, or the system does not let it work; how to mend it is said.
    """
    words = text("classroom")
    if not sys.platform.startswith("linux"):
        raise NoSandboxError(words["only_linux"])
    if shutil.which("bwrap") is None:
        raise NoSandboxError(words["no_bubblewrap"])
    look = [sys.executable, "-P", "-c", "import vidlearn.classroom.inside"]
    with _rules() as rules:
        tried = subprocess.run(
            [*_walls(Limits(), {}, rules), *look],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            pass_fds=rules,
        )
    if tried.returncode:
        raise NoSandboxError(words["bubblewrap_fails"].format(error=tried.stderr.strip()[-300:]))


class Sandbox:
    """A running sandbox.

    Parameters
    ----------
    limits : Limits
        What may be used.
    threads : int, default 1
        Cores for its arithmetic.
    files : dict, optional
        Name and bytes of files that lie beside the notebook.
    unsafe : bool, default False
        Whether to run without walls, where no bubblewrap is. Limits still hold.
    """

    def __init__(self, limits, *, threads=1, files=None, unsafe=False):
        self.limits, self.reason, self._closed = limits, None, False
        self._folder = None
        environment = _environment(threads)
        command = [sys.executable, "-P", "-m", "vidlearn.classroom.inside"]
        if unsafe:
            import tempfile

            self._folder = tempfile.mkdtemp(prefix="unsafe")
            environment |= {"HOME": self._folder, "TMPDIR": self._folder}
            environment["PATH"] = os.environ.get("PATH", "")
        with _rules() as rules:
            self._process = subprocess.Popen(
                command if unsafe else [*_walls(limits, environment, rules), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=self._folder or "/",
                start_new_session=True,
                pass_fds=rules,
            )
        self._end = time.monotonic() + limits.seconds
        self._due = self._end
        self._guard = threading.Thread(target=self._watch, daemon=True)
        self._guard.start()
        kept = {name: np.frombuffer(data, np.uint8) for name, data in (files or {}).items()}
        self.ask({"do": "start", "files": kept, "limits": vars(limits)}, 120)

    def ask(self, request, seconds):
        """Ask and wait for the answer.

        Parameters
        ----------
        request : dict
            What to do.
        seconds : float
            How long that may take; some more is given before the sandbox is ended.

        Returns
        -------
        dict

        Raises
        ------
        SandboxEnded
            If no answer came.
        """
        self._due = min(self._end, time.monotonic() + seconds + GRACE)
        try:
            write(self._process.stdin, request)
            reply = read(self._process.stdout)
            if not isinstance(reply, dict):
                raise ValueError("no reply")
            return reply
        except (OSError, EOFError, ValueError):
            self.close()
            raise SandboxEnded(self.reason or "died") from None
        except BaseException:  # stopped in the middle: the next answer would be to this request
            self.close()
            raise
        finally:
            self._due = self._end

    def close(self):
        """End it, with every process in it."""
        self._closed = True
        self._kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _watch(self):
        """Look again and again whether it keeps to its limits."""
        while not self._closed and self._process.poll() is None:
            self.reason = self.reason or self._too_much()
            if self.reason:
                self._kill()
                return
            time.sleep(LOOK)

    def _too_much(self):
        if time.monotonic() > self._due:
            return "time"
        try:
            inside = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.Error:
            return None
        if len(inside) > self.limits.processes:
            return "processes"
        used = threads = 0
        for process in inside:
            with contextlib.suppress(psutil.Error):
                used += process.memory_info().rss
                threads += process.num_threads()
        if threads > self.limits.processes + THREADS:
            return "processes"
        if used > self.limits.memory * 2**20:
            return "memory"
        return "disk" if any(_files(process.pid) > FILES for process in inside[:2]) else None

    def _kill(self):
        """Kill bubblewrap: the first process inside dies with it, and all others with that one."""
        with contextlib.suppress(psutil.Error, OSError):
            children = psutil.Process(self._process.pid).children(recursive=True)
            self._process.kill()
            for child in children:
                with contextlib.suppress(psutil.Error):
                    child.kill()


def _files(pid):
    """Return how many files a process has in its folders in memory; 0 where they are not there."""
    count = 0
    try:
        for folder in (HOME, "/tmp"):
            inside = f"/proc/{pid}/root{folder}"
            if os.path.exists(folder) and os.path.samefile(folder, inside):
                return 0  # it has no walls, or not yet
            told = os.statvfs(inside)
            count = max(count, told.f_files - told.f_ffree)
    except OSError:  # it has just ended
        return 0
    return count


@contextlib.contextmanager
def _rules():
    """Hand out the filter of system calls as a file to be inherited; an empty tuple for none."""
    found = denied()
    if not found:
        yield ()
        return
    reading, writing = os.pipe()
    os.write(writing, found)  # shorter than a pipe is
    os.close(writing)
    try:
        yield (reading,)
    finally:
        os.close(reading)


def _environment(threads):
    count = str(threads)
    keep = {
        key: os.environ[key] for key in ("KERAS_BACKEND", "VIDLEARN_PRESET") if key in os.environ
    }
    return keep | {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": HOME,
        "TMPDIR": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": count,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "MPLCONFIGDIR": f"{HOME}/matplotlib",
        "VIDLEARN_PROGRESS": "off",
    }


def _walls(limits, environment, rules):
    """Return the command that builds the walls."""
    disk = str(limits.disk * 2**20)
    argv = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    for number in rules:
        argv += ["--seccomp", str(number)]
    argv += ["--uid", "1000", "--gid", "1000", "--hostname", "classroom", "--clearenv"]
    for name, value in environment.items():
        argv += ["--setenv", name, value]
    for path in SYSTEM:
        if os.path.islink(path):
            argv += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            argv += ["--ro-bind", path, path]
    for name in SETTINGS:
        argv += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    argv += ["--proc", "/proc", "--dev", "/dev", "--size", "16777216", "--tmpfs", "/dev/shm"]
    argv += ["--remount-ro", "/dev", "--size", disk, "--tmpfs", "/tmp"]
    argv += ["--size", disk, "--tmpfs", HOME, "--chdir", HOME]
    for path in readable():  # Python may lie in a folder that was just made empty
        argv += ["--ro-bind", path, path]
    return [*argv, "--remount-ro", "/", "--"]


def readable():
    """Return the folders that Python and vidlearn are read from; all of them can be read inside.

    Returns
    -------
    list of str
        None inside another, none of the system's.
    """
    package = Path(vidlearn.__file__).resolve().parent
    found = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]}
    for entry in sys.path:
        # Where Python looks, there may be the folder in which it was started, with a course.
        if Path(entry).name in ("site-packages", "dist-packages") and Path(entry).is_dir():
            found.add(Path(entry))
    found |= {package}
    paths = sorted({path.absolute() for path in found} | {path.resolve() for path in found})
    kept = []
    for path in paths:
        inside = any(path.is_relative_to(other) for other in [*kept, *map(Path, SYSTEM)])
        if path != Path("/") and path.exists() and not inside:
            kept.append(path)
    return [str(path) for path in kept]
