"""A thread for each cluster, so that a dead one delays only its own servers."""

import threading
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import structlog

from cyclades.bootstrap import Application
from cyclades.domain.model.errors import NotFound

log = structlog.get_logger("cyclades.worker")


class ClusterWorker(Protocol):
    """What one cluster's thread does."""

    def turn(self) -> float:
        """Do what there is to do; returns how long to wait until the next turn, in seconds."""
        ...


@runtime_checkable
class Closing(Protocol):
    """One that holds something."""

    def close(self) -> None:
        """Let go of it."""
        ...


class ClusterThreads:
    """Clusters come and go while these run."""

    def __init__(self, app: Application, name: str, make: Callable[[str], ClusterWorker]) -> None:
        """`name` is the queue's topic; `make` is given a cluster's id, in its thread."""
        self._app = app
        self._name = name
        self._make = make
        self._stopping = threading.Event()
        self._threads: dict[str, threading.Thread] = {}
        self._wanted: set[str] = set()

    def follow(self) -> None:
        """Threads for the clusters that are there and not offline; the others' end."""
        with self._app.reader() as unit:
            self._wanted = {cluster.id for cluster in unit.clusters.list() if not cluster.offline}
        for cluster_id in self._wanted - self._alive():
            thread = threading.Thread(
                target=self._run, args=(cluster_id,), name=f"{self._name}-{cluster_id}", daemon=True
            )
            self._threads[cluster_id] = thread
            thread.start()

    def close(self) -> None:
        """End the threads."""
        self._stopping.set()
        self._app.queue.wake(self._name)
        for thread in self._threads.values():
            thread.join(timeout=30)

    def _alive(self) -> set[str]:
        return {name for name, thread in self._threads.items() if thread.is_alive()}

    def _run(self, cluster_id: str) -> None:
        worker, seen = self._make(cluster_id), 0
        while cluster_id in self._wanted and not self._stopping.is_set():
            try:
                pause = worker.turn()
            except NotFound:
                break  # the operator removed the cluster
            except Exception:
                log.exception("a turn failed", worker=self._name, cluster=cluster_id)
                pause = self._app.settings.poll_slow
            if pause > 0:
                seen = self._app.queue.wait(self._name, seen, pause)
        if isinstance(worker, Closing):
            worker.close()
