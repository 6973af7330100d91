"""Hostile submissions. Each is a cell, what becomes of the kernel is its own; no mark moves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """A hostile cell, where it stands, and what the report says of it."""

    source: str
    place: str = "first"
    says: str = ""
    quick: bool = False


SPY = """
import os
found = []
for root, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if f not in ("proc", "sys", "dev", "usr", "site-packages")]
    for name in files:
        if name.endswith((".ipynb", ".db", ".csv", ".toml", ".json")):
            try:
                inside = open(os.path.join(root, name)).read()
                found += [name] if "HIDDEN " + "TESTS" in inside else []
            except (OSError, UnicodeDecodeError):
                pass
print("FOUND" if found or os.path.exists(FOLDER) else "nothing", found)
"""
OVERWRITE = """
import os, pathlib, shutil
for path in (FOLDER, FOLDER + "/source", "/usr/bin", os.path.dirname(os.__file__)):
    for act in (lambda: pathlib.Path(path, "planted").write_text("x"), lambda: shutil.rmtree(path),
                lambda: os.makedirs(path + "/planted")):
        try:
            act()
            print("" if path.startswith(FOLDER) else "WROTE")  # of what is its own it may
        except OSError:
            pass
"""
PATCH = """
import numpy as np
import vidlearn.classroom.exam as exam, vidlearn.course.compare as compare
compare.difference = exam.difference = lambda *a, **k: ""
exam.Exam.gives = exam.Exam.value = exam.Exam.learns = lambda self, *a, **k: None
exam.Exam.points = lambda self, most: exam.Points(most)
np.allclose = np.array_equal = lambda *a, **k: True
"""
FORK = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
MEMORY = "kept = []\nwhile True:\n    kept.append(bytearray(30_000_000))"
DISK = """
import itertools
for folder in ("/tmp", "/home/student", "/dev/shm", "/dev", "/", "/var/tmp"):
    for k in itertools.count():
        try:
            with open(f"{folder}/{k}", "wb") as file:
                file.write(bytes(20_000_000))
        except OSError:
            break
        assert k < 100, "WROTE without end"
"""
SLEEP = """
import time
while True:
    try:
        time.sleep(1000)
    except BaseException:
        pass
"""
NETWORK = """
import socket, urllib.request
for call in (lambda: socket.create_connection(("127.0.0.1", PORT), 2),
             lambda: socket.create_connection(("1.1.1.1", 53), 2),
             lambda: urllib.request.urlopen("http://example.com", timeout=2)):
    try:
        call()
        print("FOUND the network")
    except OSError:
        pass
"""
PRINT = "line = 'x' * 1_000_000\nfor _ in range(1000):\n    print(line)"
NUMPY = """
import sys, types
class Fake(types.ModuleType):
    def __getattr__(self, name):
        return lambda *a, **k: True
sys.modules["numpy"] = Fake("numpy")
"""
PICKLE = """
import pathlib, pickle
class Bomb:
    __array__ = None
    def __reduce__(self):
        return (pathlib.Path(FOLDER, "planted").write_text, ("x",))
    def __eq__(self, other):
        return True
    def __call__(self, *args, **options):
        return pickle.dumps(self), self
class Odd(dict):
    def items(self):
        return [(Bomb(), Bomb())]
for name in [name for name in globals() if name.startswith("my_")] or ["my_bomb"]:
    globals()[name + "_bomb"] = Bomb()
"""
LINKS = """
import os
for k, target in enumerate(("/etc/shadow", "/etc/passwd", FOLDER, "/root", "/home",
                            "/proc/1/environ", "/proc/1/root", "/proc/self/cwd/../../..")):
    os.symlink(target, f"link{k}")
    try:
        inside = os.listdir(f"link{k}") if os.path.isdir(f"link{k}") else open(f"link{k}").read()
        print("FOUND", target) if FOLDER in target or "root:" in inside else None
    except OSError:
        pass
"""
FRAMES = """
import gc, inspect, sys
def _told(frame):
    while frame:
        for name, value in frame.f_locals.items():
            if name in ("want", "exam", "card", "secret", "__points__"):
                print("FOUND", name)
        frame = frame.f_back
_told(inspect.currentframe())
mark = "BEGIN HIDDEN " + "TESTS"
print("FOUND" if any(mark in x for x in gc.get_objects() if type(x) is str) else "")
"""
FORGE = """
import os, struct
for p in os.listdir("/proc"):
    for fd in range(24) if p.isdigit() else ():
        try:
            out = os.open(f"/proc/{p}/fd/{fd}", os.O_WRONLY | os.O_NONBLOCK)
            os.write(out, struct.pack("<Q", 10**15) + b'{"kind": "value"}')
        except OSError:
            pass
"""
KILL = """
import os
for p in [*range(2, 400), -1]:
    try:
        os.kill(p, 9)
    except OSError:
        pass
"""
THREADS = """
import threading
def burn():
    while True:
        sum(range(10**6))
for _ in range(1):
    threading.Thread(target=burn, daemon=True).start()
"""
EQUAL = """
import numpy as np
class Right(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)
    def __array_function__(self, *a):
        return True
class Yes:
    shape, dtype = (), float
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.zeros(()).view(Right)
    def __float__(self): return 1.0
"""
DEEP = """
import sys
deep, big = [], "\\x00" * 10**7
for _ in range(200_000):
    deep = [deep]
sys.setrecursionlimit(10**6)
"""
UNSHARE = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None)
print("FOUND a way" if libc.mount(b"none", b"/", b"tmpfs", 0, None) == 0 else "")
for command in (["mount", "-o", "remount,rw", "/"], ["chroot", "/proc/1/root"], ["sudo", "id"]):
    try:
        done = subprocess.run(command, capture_output=True, timeout=5)
        print("FOUND a way" if done.returncode == 0 else "")
    except (OSError, subprocess.SubprocessError):
        pass
"""
HOOKS = """
import builtins, sys
builtins.print = builtins.len = builtins.callable = lambda *a, **k: True
builtins.__import__ = None
"""

ATTACKS = {
    "reads the solution": Attack(SPY, quick=True),
    "overwrites the tests": Attack(OVERWRITE),
    "patches the checker": Attack(PATCH, quick=True),
    "forks endlessly": Attack(FORK, says="left out", quick=True),
    "fills memory": Attack(MEMORY, says="left out"),
    "fills the disk": Attack(DISK, says="left out"),
    "sleeps for ever": Attack(SLEEP, says="time limit"),
    "calls the network": Attack(NETWORK),
    "prints 1 GB": Attack(PRINT),
    "exits the kernel": Attack("import os\nos._exit(0)", says="left out", quick=True),
    "raises SystemExit": Attack("raise SystemExit"),
    "replaces numpy": Attack(NUMPY, place="last"),
    "unpickles": Attack(PICKLE, place="last"),
    "follows links": Attack(LINKS),
    "looks into frames": Attack(FRAMES),
    "forges replies": Attack(FORGE, says="left out"),
    "kills all it can": Attack(KILL, says="left out"),
    "burns in threads": Attack(THREADS),
    "equals everything": Attack(EQUAL),
    "nests and swells": Attack(DEEP, place="last"),
    "looks for a way out": Attack(UNSHARE),
    "replaces builtins": Attack(HOOKS, place="last"),
}
