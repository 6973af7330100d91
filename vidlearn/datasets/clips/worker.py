"""The process that decodes clips: jobs come in on its input, clips go out on its output.

It is started as a program of its own, not as a copy of the one that asks: nothing of that one is
imported, neither a notebook nor a script nor the network's library. It ends when its input does,
also where the process that started it was killed.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import traceback
import warnings

from vidlearn.video import VideoError, film

PROGRAM = "import sys; sys.path[:] = {path!r}; from {module} import main; main()"


class Answer:
    """What came of a job: the clip, or why there is none, and what is to be told.

    Attributes
    ----------
    clip : ndarray or None
        (V, T, H, W, 3) uint8.
    why : str or None
        What is wrong with the file.
    notes : list of str
        Warnings, and the cache's trouble.
    """

    def __init__(self, clip=None, why=None, notes=()):
        self.clip, self.why, self.notes = clip, why, list(notes)


def answer(decoder, job):
    """Decode a clip; a file at fault is an answer, too."""
    clip = why = None
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            clip = decoder(*job)
        except (VideoError, OSError) as error:
            why = str(error)
    notes = [str(one.message) for one in told]
    if decoder.cache is not None and decoder.cache.trouble:
        notes.append(decoder.cache.trouble)
    return Answer(clip, why, notes)


def main():
    """Answer jobs until there are no more."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the clips
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that asked ends this one
    film.THREADS = 1  # there is a process for each core
    jobs = sys.stdin.buffer
    try:
        decoder = pickle.load(jobs)
        while True:
            job = pickle.load(jobs)
            try:
                found = answer(decoder, job)
            except Exception:
                found = traceback.format_exc()
            pickle.dump(found, out, pickle.HIGHEST_PROTOCOL)
            out.flush()
    except (EOFError, BrokenPipeError):
        os._exit(0)  # nobody listens


class Worker:
    """A process that decodes, seen from the one that asks."""

    def __init__(self, decoder):
        program = PROGRAM.format(path=sys.path, module=__name__)
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=os.name != "nt",  # Ctrl-C is for the one that asks
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.first = decoder

    def ask(self, job):
        """Return the answer to a job.

        Raises
        ------
        ChildProcessError
            If the process has ended.
        """
        jobs, clips = self.process.stdin, self.process.stdout
        try:
            if self.first is not None:
                pickle.dump(self.first, jobs, pickle.HIGHEST_PROTOCOL)
                self.first = None
            pickle.dump(job, jobs, pickle.HIGHEST_PROTOCOL)
            jobs.flush()
            found = pickle.load(clips)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            raise ChildProcessError(self._ended()) from None
        if isinstance(found, str):
            raise RuntimeError(f"A process that decodes clips failed:\n{found}")
        return found

    def _ended(self):
        self.process.kill()
        code = self.process.wait()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return (
            f"A process that decodes clips {how}. Is memory short? Decode fewer at a time "
            "(workers), or in this process (workers=0)."
        )

    def close(self):
        """End the process."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # of what was on its way to it
                pipe.close()
