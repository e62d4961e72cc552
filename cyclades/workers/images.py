"""The images worker: does imports, several at once."""

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import structlog

from cyclades.bootstrap import Application
from cyclades.domain.model.image_task import ImageTask

log = structlog.get_logger("cyclades.images")
IDLE = 2.0  # seconds between looks when nobody wakes us
PATIENCE = 1.0  # seconds to wait for one to end before looking again


class ImagesWorker:
    """Any number of these may run at once: claims are leases with fences."""

    name = "images"

    def __init__(self, app: Application) -> None:
        """Threads, so that a slow server elsewhere does not hold up the others."""
        self._app = app
        self._room = app.settings.image_imports
        self._pool = ThreadPoolExecutor(self._room, thread_name_prefix="import")
        self._running: set[Future[None]] = set()
        self._ending = threading.Event()

    def turn(self) -> float:
        """Begin what there is to do, while there is room."""
        self._running = {future for future in self._running if not future.done()}
        if len(self._running) == self._room:
            wait(self._running, timeout=PATIENCE, return_when=FIRST_COMPLETED)
            return 0
        task = self._app.image_importer.claim()
        if task is None:
            return IDLE
        self._running.add(self._pool.submit(self._work, task))
        return 0

    def close(self) -> None:
        """Stop imports in progress: whoever comes next goes on."""
        self._ending.set()
        self._pool.shutdown(wait=True)

    def _work(self, task: ImageTask) -> None:
        try:
            self._app.image_importer.work(task, lambda: not self._ending.is_set())
        except Exception:
            # The task is put off: nothing is lost, and others are not held up.
            log.exception("an import failed", task=task.id, image=task.image_id)
