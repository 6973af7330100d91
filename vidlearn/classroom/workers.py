"""Mark many submissions at once, on one machine or a Dask cluster; one that breaks a worker
takes nothing from the others."""

import collections
import concurrent.futures
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import threading

import nbformat
from tqdm import tqdm

from vidlearn.classroom.examine import examine
from vidlearn.messages import text

__all__ = ["mark_all", "mark_one"]

MANY = 100  # submissions that are on their way to a cluster at once
MEMORY = 8 * 2**30  # bytes for the tests of one submission
ONE = threading.Lock()  # a process has one seed and one output, whatever threads a cluster gives it


def mark_one(job):
    """Mark one submission. Needs nothing of the course's folder, so it runs anywhere.

    Parameters
    ----------
    job : dict
        ``source``, ``release`` (JSON text), ``data``, ``files`` (bytes), ``student``, and the
        options of `vidlearn.classroom.examine.examine`.

    Returns
    -------
    dict
        As `examine` returns it.
    """
    job = dict(job)
    for part in ("source", "release"):
        job[part] = nbformat.reads(job[part], as_version=4)
    with ONE:
        return examine(
            job.pop("source"), job.pop("release"), job.pop("data"), job.pop("student"), **job
        )


def mark_all(waiting, keep, *, title, jobs, scheduler=None):
    """Mark in parallel.

    Parameters
    ----------
    waiting : dict
        For each student's id what loads the submission: it returns the job for `mark_one`, and
        a mark of its content.
    keep : callable
        Given the id, the result and the mark, as soon as there is a result.
    title : str
        Stands before the bar.
    jobs : int
        How many at once, on this machine.
    scheduler : str, optional
        Address of a Dask cluster's scheduler.

    Returns
    -------
    dict
        For each student whose work could not be marked why.
    """
    if not waiting:
        return {}
    queue, suspects, failed = collections.deque(waiting), [], {}
    with tqdm(total=len(queue), desc=title, unit="notebook", file=sys.stderr, mininterval=1) as bar:

        def done(student, error=None):
            bar.update()
            if error:
                failed[student] = error

        def marked(queue, jobs):
            return _marked(waiting, queue, jobs, scheduler, keep, done)

        while queue or suspects:
            if not suspects:
                suspects = marked(queue, jobs)
            elif marked(collections.deque([suspects[0]]), 1):  # once more, by itself
                done(suspects.pop(0), text("classroom")["worker_killed"])
            else:
                suspects.pop(0)
    return failed


def _marked(waiting, queue, jobs, scheduler, keep, done):
    """Mark until the queue is empty or a worker is killed; return who was being marked then."""
    pool, running = _cluster(scheduler) if scheduler else _pool(jobs), {}
    most, broken = MANY if scheduler else jobs + 1, False
    try:
        while (queue or running) and not broken:
            while queue and len(running) < most and not broken:
                try:  # of what was handed in no more lies in memory than is being marked
                    job, mark = waiting[queue[0]]()
                    running[pool.submit(mark_one, job)] = queue[0], mark
                    queue.popleft()
                except concurrent.futures.BrokenExecutor:
                    broken = True
                except OSError as error:
                    done(queue.popleft(), str(error))
            for future in concurrent.futures.wait(running, return_when="FIRST_COMPLETED").done:
                student, mark = running[future]
                try:
                    keep(student, future.result(), mark)
                    done(student)
                except concurrent.futures.BrokenExecutor:  # a worker was killed from outside
                    broken = True
                    continue
                except Exception as error:  # of ours: the others are marked all the same
                    done(student, f"{type(error).__name__}: {error}")
                del running[future]
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        for future in running:
            future.cancel()
        pool.shutdown(wait=False)
    return [student for student, _ in running.values()]


def _pool(jobs):
    context = multiprocessing.get_context("spawn")
    places = context.SimpleQueue()
    for place in range(jobs):
        places.put(place)
    return concurrent.futures.ProcessPoolExecutor(jobs, context, _begin, (places, jobs))


def _begin(places, jobs):
    """In a worker: end with the process that marks, however that ends, and leave Ctrl-C to it;
    keep to cores and memory of its own, so that no submission takes them from another.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    place = places.get()
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[place::jobs] or {cores[place % len(cores)]})
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        if most == resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, most))


def _cluster(address):
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(text("classroom")["no_dask"]) from None
    try:
        return Client(address, timeout=10, set_as_default=False).get_executor(pure=False)
    except (OSError, TimeoutError, ValueError) as error:
        line = text("classroom")["no_scheduler"].format(address=address, error=error)
        raise ValueError(line) from None
