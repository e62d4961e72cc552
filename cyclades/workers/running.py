"""Running workers: threads that stop when told, and go on after an error."""

import threading
from collections.abc import Callable
from typing import Protocol

import structlog

log = structlog.get_logger("cyclades.worker")
AFTER_ERROR = 1.0  # seconds


class Worker(Protocol):
    """One kind of worker."""

    name: str

    def turn(self) -> float:
        """Do what there is to do; returns how long to wait until the next turn, in seconds."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class Running:
    """Workers in threads of this process."""

    def __init__(self, wait: Callable[[str, int, float], int]) -> None:
        """`wait(topic, seen, timeout)` is the queue's."""
        self._wait = wait
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._workers: list[Worker] = []

    def start(self, worker: Worker) -> None:
        """Run a worker in a thread of its own."""
        thread = threading.Thread(target=self._run, args=(worker,), name=worker.name, daemon=True)
        self._threads.append(thread)
        self._workers.append(worker)
        thread.start()

    def stop(self, wake: Callable[[str], None]) -> None:
        """Finish the turns in progress and end."""
        self._stopping.set()
        for worker in self._workers:
            wake(worker.name)
        for thread in self._threads:
            thread.join(timeout=30)
        for worker in self._workers:
            worker.close()

    def wait_for_stop(self) -> None:
        """Block until somebody calls `stop` or the process is interrupted."""
        self._stopping.wait()

    def _run(self, worker: Worker) -> None:
        seen = 0
        while not self._stopping.is_set():
            try:
                pause = worker.turn()
            except Exception:
                # Nothing is lost: what a turn began is in the database, under a lease.
                log.exception("a turn failed", worker=worker.name)
                pause = AFTER_ERROR
            if pause > 0 and not self._stopping.is_set():
                seen = self._wait(worker.name, seen, pause)
