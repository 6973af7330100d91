"""The walls: what can be seen through them, and what escapes those who count."""

import struct
import sys
import time

import pytest

from vidlearn.classroom import sandbox
from vidlearn.classroom.sandbox import (
    Limits,
    NoSandboxError,
    Sandbox,
    SandboxEnded,
    expect_bubblewrap,
    readable,
)
from vidlearn.classroom.syscalls import MACHINES, denied

LIMITS = Limits(seconds=60, cell_seconds=20, memory=900, processes=40, disk=60)


@pytest.fixture(scope="module", autouse=True)
def walls():
    try:
        expect_bubblewrap()
    except NoSandboxError as error:
        pytest.skip(str(error))


def shown(source, limits=LIMITS, **options):
    """Run a cell in a sandbox; return how it ended and what it printed."""
    with Sandbox(limits, **options) as box:
        reply = box.ask({"do": "cell", "source": source, "seconds": 20}, 20)
        said = [one.get("text") or "\n".join(one.get("traceback", [])) for one in reply["outputs"]]
        return reply["ended"], "".join(said)


def test_the_folder_in_which_python_was_started_is_not_seen(tmp_path, monkeypatch):
    (tmp_path / "gradebook.db").write_text("secret")
    monkeypatch.syspath_prepend(str(tmp_path))  # as `python -m vidlearn.cli` does
    look = f"import os\nprint(os.path.exists({str(tmp_path / 'gradebook.db')!r}))"
    assert shown(look) == ("fine", "False\n")


def test_what_is_read_is_python_and_the_package_alone(tmp_path, monkeypatch):
    folders = [tmp_path / "site-packages", tmp_path / "lib", tmp_path / "dist-packages"]
    for folder in folders[:2]:
        folder.mkdir()
    monkeypatch.setattr(sys, "path", [*map(str, folders), "", *sys.path])
    found = readable()
    assert str(folders[0]) in found
    assert not {str(folders[1]), str(folders[2]), str(tmp_path)} & set(found)
    assert not any(a != b and b.startswith(a + "/") for a in found for b in found)


DENIED = """
import ctypes, os, subprocess, threading
libc = ctypes.CDLL(None, use_errno=True)
calls = {
    "memfd": lambda: libc.memfd_create(b"x", 0),
    "shmget": lambda: libc.shmget(0, ctypes.c_size_t(1000), 0o1600),
    "keys": lambda: libc.syscall(KEYCTL, 0, -3, 0),
    "clone": lambda: libc.syscall(CLONE, 0x10000000 | 17, 0, 0, 0, 0),
    "cores": lambda: libc.sched_setaffinity(0, ctypes.c_size_t(8), ctypes.byref(ctypes.c_long(1))),
}
print([name for name, call in calls.items() if (call(), ctypes.get_errno()) != (-1, 1)])
own = subprocess.run(["unshare", "-Urm", "true"], capture_output=True).returncode
print(own != 0, subprocess.run(["echo", "echoed"], capture_output=True).stdout)
thread = threading.Thread(target=print, args=("a thread",))
thread.start()
thread.join()
print(sorted(os.readlink(f"/proc/self/fd/{n}")[:4] for n in (0, 1, 2)))
"""


def test_memory_that_is_counted_nowhere_is_not_to_be_had():
    import platform

    calls = MACHINES[platform.machine()][1]
    source = DENIED.replace("KEYCTL", str(calls["keyctl"])).replace("CLONE", str(calls["clone"]))
    ended, said = shown(source)
    assert ended == "fine"
    assert said.splitlines()[:3] == ["[]", "True b'echoed\\n'", "a thread"]


def test_the_filter_names_each_call_once_and_an_unknown_processor_has_none():
    for machine, (number, calls) in MACHINES.items():
        lines = list(struct.iter_unpack("=HBBI", denied(machine)))
        tried = [k for code, _, _, k in lines if code == 0x15]
        assert len(set(tried)) == len(tried)
        assert set(calls.values()) | {number, 435} < set(tried)
        assert lines[-1] == (6, 0, 0, 0x7FFF0000)
    assert denied("abacus") == b""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "import os\nfor i in range(10**6):\n"
            "    os.close(os.open(f'/tmp' f'/{i}', os.O_CREAT | os.O_WRONLY))",
            "disk",
        ),
        (
            "import threading, time\nthreading.stack_size(65536)\nfor i in range(600):\n"
            "    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
            "time.sleep(5)",
            "processes",
        ),
    ],
    ids=["files", "threads"],
)
def test_too_many_files_or_threads_end_it(source, reason):
    try:
        told = shown(source)
    except SandboxEnded as end:
        told = ("ended", end.reason)
    refused = "can't start new thread" in told[1]  # whoever is not root is stopped before
    assert told == ("ended", reason) or (refused and reason == "processes")


def test_few_files_and_threads_are_nobodys_concern():
    source = (
        "import os, threading, time\nfor i in range(2000):\n    open(f'{i}', 'w').close()\n"
        "for i in range(100):\n    threading.Thread(target=time.sleep, args=(1,)).start()\n"
        "time.sleep(1)\nprint(len(os.listdir('.')) >= 2000)"
    )
    assert shown(source) == ("fine", "True\n")


def test_files_of_a_process_without_walls_are_not_counted():
    import os

    assert sandbox._files(os.getpid()) == 0
    assert sandbox._files(2**30) == 0


def test_one_that_was_stopped_in_the_middle_of_an_answer_answers_no_more(monkeypatch):
    def stopped(stream):
        raise KeyboardInterrupt

    with Sandbox(LIMITS) as box:
        monkeypatch.setattr(sandbox, "read", stopped)
        with pytest.raises(KeyboardInterrupt):
            box.ask({"do": "name", "name": "x"}, 5)
        monkeypatch.undo()
        with pytest.raises(SandboxEnded, match="died"):
            box.ask({"do": "name", "name": "x"}, 5)


ORPHAN = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import os, time\\nif os.fork() == 0:\\n    os.setsid()\\n"
                "    if os.fork() == 0:\\n        time.sleep(MANY)"])
print("gone")
"""


def test_without_walls_who_loses_its_parent_is_ended_too():
    import psutil

    source = ORPHAN.replace("MANY", "5.0625e1")
    assert shown(source, unsafe=True) == ("fine", "gone\n")
    time.sleep(0.2)
    left = [p for p in psutil.process_iter(["cmdline"]) if "5.0625e1" in str(p.info["cmdline"])]
    assert not left
