"""The job watcher: tells of every change in the master's job queue."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from cyclades_node import inotify
from cyclades_node.conf import Conf
from cyclades_node.ganeti import JOB_FILE, Job, is_master, job_ids, read_job
from cyclades_node.inotify import Event, Inotify
from cyclades_node.jobs import ToldJobs
from cyclades_node.publisher import Publisher
from cyclades_node.said import Trouble
from cyclades_node.spool import Spool, SpoolBusy

MOST_REPLAYED = 500  # jobs; with more, one message stands for all
LOOK = 1.0  # seconds between two looks at who is master
SAVED_EVERY = 0.2
QUEUE_NEWS = inotify.MOVED_TO | inotify.MOVED_FROM | inotify.DELETE | inotify.FOLDER_GONE
log = logging.getLogger("cyclades.watcher")


class SpoolGone(Exception):
    """Without its folder there is nothing to do but to start again."""


class Watcher:
    """Master: what changes goes into the spool. Any other: nothing is told, nothing is kept."""

    def __init__(self, conf: Conf, publisher: Publisher, spool: Spool) -> None:
        """Watch nothing yet. Raises OSError."""
        self._conf = conf
        self._publisher = publisher
        self._spool = spool
        self._told = ToldJobs(conf.spool / "jobs.json")
        self._news = Inotify()
        self._master: bool | None = None
        self._spool_watch = self._news.add(conf.spool, inotify.MOVED_TO | inotify.FOLDER_GONE)
        self._queue_watch = 0  # none
        self._trouble = Trouble(log, f"watching {conf.queue}")
        self._looked = self._saved = float("-inf")

    def step(self) -> None:
        """Wait for news, deal with it. Call it for ever."""
        try:
            if time.monotonic() - self._looked >= LOOK:
                self._look()
            self._handle(self._news.events(LOOK if self._told.saved else SAVED_EVERY))
            if time.monotonic() - self._saved >= SAVED_EVERY:
                self._told.save()
                self._saved = time.monotonic()
        except (OSError, SpoolBusy) as error:
            # A full disk, most likely. What is told is known: read the queue again.
            self._trouble.note(f"{type(error).__name__}: {error}")
            self._leave_queue()
            time.sleep(LOOK)

    def close(self) -> None:
        """Remember what was told. Raises OSError."""
        self._told.save()
        self._news.close()

    def _look(self) -> None:
        self._looked = time.monotonic()
        master = is_master(self._conf)
        if master and not self._master:
            log.info("this node is the master")
            if self._master is False or not self._told.load():
                self._begin()
            self._publisher.allow()
        elif not master and self._master is not False:
            log.info("this node is not the master")
            self._publisher.forbid()
            self._leave_queue()
            self._told.clear()
            self._spool.clear()
        self._master = master
        if master and not self._queue_watch:
            self._join_queue()

    def _begin(self) -> None:
        """Master from now on: one message tells of all that was before."""
        self._told.begin()
        if self._join():
            for job in self._read(job_ids(self._conf.queue)):
                self._told.note(job)
        # Last: whatever changes after it was read here is told by itself.
        self._spool.put_sync()

    def _join(self) -> bool:
        try:
            self._queue_watch = self._news.add(self._conf.queue, QUEUE_NEWS)
        except OSError as error:
            self._trouble.note(str(error))
            return False
        self._trouble.over()
        return True

    def _join_queue(self) -> None:
        if self._join():
            self._replay()

    def _leave_queue(self) -> None:
        if self._queue_watch:
            self._news.remove(self._queue_watch)
        self._queue_watch = 0

    def _replay(self) -> None:
        """Tell what is not told; of jobs that were archived meanwhile, too."""
        there = job_ids(self._conf.queue)
        archived = sorted(set(self._told.ids()) - set(there))
        changed = [job for job in self._read(there + archived) if not self._told.told(job)]
        if len(changed) > MOST_REPLAYED:
            self._spool.put_sync()
            for job in changed:
                self._told.note(job)
        else:
            self._tell(changed)
        for job_id in archived:
            self._told.forget(job_id)

    def _catch_up(self) -> None:
        """The kernel has dropped news."""
        if self._queue_watch:
            log.warning("too much at once: reading the whole queue")
            self._replay()

    def _read(self, job_ids: Iterable[int]) -> Iterable[Job]:
        return (read_job(self._conf.queue, job_id) for job_id in job_ids)

    def _handle(self, events: list[Event]) -> None:
        changed: dict[int, None] = {}
        for event in events:
            if event.mask & inotify.OVERFLOW:
                self._catch_up()
            elif event.watch == self._spool_watch:
                if event.mask & inotify.FOLDER_GONE:
                    raise SpoolGone(str(self._conf.spool))
                self._publisher.wake()
            elif event.watch != self._queue_watch:
                continue
            elif event.mask & inotify.FOLDER_GONE:
                log.warning("%s is gone", self._conf.queue)
                self._leave_queue()
            elif found := JOB_FILE.fullmatch(event.name):
                job_id = int(found.group(1))
                if event.mask & inotify.MOVED_TO:
                    changed[job_id] = None
                elif job_id not in changed:
                    self._told.forget(job_id)
        self._tell(job for job in self._read(changed) if not self._told.told(job))

    def _tell(self, jobs: Iterable[Job]) -> None:
        telling = list(jobs)
        if not telling:
            return
        self._spool.put(job.hint(self._conf.cluster) for job in telling)
        for job in telling:
            self._told.note(job)
