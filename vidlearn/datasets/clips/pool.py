"""Several processes that decode, and the queue before them."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future

from .worker import Worker


class Pool:
    """Processes that answer jobs, the first free one the next job.

    Parameters
    ----------
    count : int
        How many.
    decoder : callable
        What answers a job in each of them: a `Decoder`, or a `Looker`.
    """

    def __init__(self, count, decoder):
        self.jobs = queue.SimpleQueue()
        self.workers = [Worker(decoder) for _ in range(count)]
        for worker in self.workers:  # daemons: a program that ends need not wait for a clip
            threading.Thread(target=_serve, args=(worker, self.jobs), daemon=True).start()

    def submit(self, job):
        """Return a Future that holds the answer once it is there."""
        future = Future()
        self.jobs.put((future, job))
        return future

    def close(self):
        """End all processes; what was asked for is not answered any more."""
        while not self.jobs.empty():
            self.jobs.get()[0].cancel()
        for worker in self.workers:
            self.jobs.put(None)  # a thread each
            worker.close()
        self.workers = []


def _serve(worker, jobs):
    while (job := jobs.get()) is not None:
        future, job = job
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(worker.ask(job))
            except Exception as error:
                future.set_exception(error)
