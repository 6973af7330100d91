"""Marking in parallel: one that breaks a worker takes nothing from the others."""

import functools
import os
import resource
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import numpy as np
import pytest

from vidlearn.classroom import workers
from vidlearn.classroom.workers import MEMORY, mark_all


def pretended(job):
    """Stand in for `mark_one`, in a worker."""
    if job.startswith("kills"):
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)
    if job.startswith("raises"):
        raise RuntimeError("of ours")
    if job == "swells":
        return str(np.ones(2 * MEMORY, np.uint8).size)
    if job == "tells":
        return sorted(os.sched_getaffinity(0)), resource.getrlimit(resource.RLIMIT_DATA)[0]
    time.sleep(0.3)
    return job.upper()


class Loaded:
    """What loads jobs, and counts how many were loaded and not kept yet."""

    def __init__(self, jobs):
        self.kept, self.now, self.most = {}, 0, 0
        self.waiting = {job: functools.partial(self.load, job) for job in jobs}

    def load(self, job):
        if job.startswith("lost"):
            raise FileNotFoundError(job)
        self.now += 1
        self.most = max(self.now, self.most)
        return job, f"mark of {job}"

    def keep(self, student, result, mark):
        self.now -= 1
        if student == "full":
            raise OSError("No space left")
        self.kept[student] = (result, mark)


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    monkeypatch.setattr(workers, "mark_one", pretended)


def test_whoever_kills_its_worker_is_told_and_all_others_are_marked():
    loaded = Loaded(["kills", "a", "b"])
    failed = mark_all(loaded.waiting, loaded.keep, title="small", jobs=1)
    assert failed == {"kills": "the process that marked it was ended from outside, twice"}
    assert loaded.kept == {one: (one.upper(), f"mark of {one}") for one in "ab"}


def test_what_cannot_be_read_marked_or_kept_stops_nobody():
    loaded = Loaded(["lost", "a", "raises", "swells", "full", "b", "lost2"])
    failed = mark_all(loaded.waiting, loaded.keep, title="small", jobs=2)
    assert set(loaded.kept) == {"a", "b"}
    assert "MemoryError" in failed.pop("swells")
    assert failed.pop("full") == "OSError: No space left"
    assert failed == {"lost": "lost", "lost2": "lost2", "raises": "RuntimeError: of ours"}


def test_no_more_is_loaded_than_is_being_marked():
    loaded = Loaded("abcdefgh")
    assert mark_all(loaded.waiting, loaded.keep, title="small", jobs=2) == {}
    assert loaded.most == 3
    assert mark_all({}, None, title="small", jobs=2, scheduler="tcp://nobody") == {}


def test_each_worker_has_cores_of_its_own_and_so_much_memory():
    cores = os.sched_getaffinity(0)
    loaded = Loaded(["tells"])
    mark_all(loaded.waiting, loaded.keep, title="small", jobs=len(cores) + 1)
    (one, memory), _ = loaded.kept["tells"]
    assert len(one) == 1
    assert set(one) <= cores
    assert memory == MEMORY
    loaded = Loaded(["tells"])
    mark_all(loaded.waiting, loaded.keep, title="small", jobs=1)
    assert set(loaded.kept["tells"][0][0]) == cores


def test_in_one_process_one_is_marked_after_the_other(monkeypatch):
    monkeypatch.undo()
    now, most = [], []

    def examined(source, release, data, student, **options):
        now.append(student)
        time.sleep(0.1)
        most.append(len(now))
        now.remove(student)
        return data

    monkeypatch.setattr(workers, "examine", examined)
    empty = nbformat.writes(nbformat.v4.new_notebook())
    jobs = [{"source": empty, "release": empty, "data": d, "student": d} for d in "abc"]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(workers.mark_one, jobs)) == ["a", "b", "c"]
    assert most == [1, 1, 1]
