"""An answer that never ends is stopped, and the kernel lives on."""

import contextlib
import ctypes
import io
import signal
import threading
import time
from weakref import WeakSet

KEPT = 2000  # characters of what an answer prints


class TimeUp(BaseException):
    """Raised inside an answer that has run too long; no `except Exception` catches it."""


_ran_out = WeakSet()  # functions that did not end in their time, the last time they were judged


def note_time(answer, *, over):
    """Remember whether an answer did not end in its time.

    Parameters
    ----------
    answer : object
        The learner's function; what cannot be kept track of is not.
    over : bool
        Whether its time was over.
    """
    with contextlib.suppress(TypeError):
        (_ran_out.add if over else _ran_out.discard)(answer)


def ran_out(answer):
    """Tell whether an answer, the last time it was judged, did not end in its time.

    Parameters
    ----------
    answer : object
        The learner's function.

    Returns
    -------
    bool
    """
    try:
        return answer in _ran_out
    except TypeError:
        return False


class Clock:
    """The time an answer has, all its runs together.

    Parameters
    ----------
    seconds : float
        How long.
    """

    def __init__(self, seconds):
        self.seconds = self.left = seconds

    def run(self, function, *args):
        """Call a function and take the time it needs off the clock.

        Parameters
        ----------
        function : callable
            What is called.
        *args : object
            With what.

        Returns
        -------
        object
            What it returned.

        Raises
        ------
        TimeUp
            When the time is over. Then no time is left.
        """
        start = time.monotonic()
        try:
            if self.left <= 0:
                raise TimeUp
            with _alarm(self.left):
                return function(*args)
        except TimeUp:
            self.left = 0
            raise
        finally:
            self.left -= time.monotonic() - start


def _alarm(seconds):
    """Choose the alarm that works here: the system's, or a thread that knocks."""
    main = threading.current_thread() is threading.main_thread()
    return _signal(seconds) if main and hasattr(signal, "setitimer") else _thread(seconds)


@contextlib.contextmanager
def _signal(seconds):
    """Let the system wake us, out of a `sleep` too; again where a bare `except:` caught it."""
    armed = True

    def ring(number, frame):
        if armed:
            raise TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    rest = signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, *rest)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _thread(seconds):
    """Raise from a thread beside this one: on Windows, and away from the main thread."""
    lock, over = threading.Lock(), threading.Event()
    here = ctypes.c_ulong(threading.get_ident())
    throw = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch():
        wait = seconds
        while not over.wait(wait):
            with lock:
                if not over.is_set():
                    throw(here, ctypes.py_object(TimeUp))
            wait = 0.5

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()
        with lock:  # what was thrown and has not arrived yet is taken back
            throw(here, None)


class Heard(io.TextIOBase):
    """Take what an answer prints and keep its beginning."""

    def __init__(self):
        super().__init__()
        self.kept, self.more = "", False

    def writable(self):
        return True

    def write(self, words):
        room = KEPT - len(self.kept)
        self.more = self.more or len(words) > room
        self.kept += words[: max(room, 0)]
        return len(words)

    def told(self, lines=12):
        """Return the first lines of what was printed.

        Parameters
        ----------
        lines : int

        Returns
        -------
        str
        """
        rows = self.kept.rstrip("\n").split("\n")
        more = self.more or len(rows) > lines
        return "\n".join(rows[:lines] + ["…"] * more)
