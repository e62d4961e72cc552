"""The updates worker: hints from the nodes, each answered by a look at the truth.

A thread for each cluster. Nothing is settled before what it came to is committed; while the
database does not answer, hints are kept and tried again, for they are as good later.
"""

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import structlog
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cyclades.bootstrap import Application
from cyclades.bootstrap.faultpoints import reached
from cyclades.domain.model.errors import Collision, StaleVersion
from cyclades.domain.model.hints import LARGEST, Hint, MalformedHint, read_hint
from cyclades.ports.hints import BrokerUnavailable, Delivery, HintChannel
from cyclades.workers.cluster_threads import ClusterThreads
from cyclades.workers.hint_handler import HintHandler, Later

log = structlog.get_logger("cyclades.updates")
DATABASE = (OperationalError, InterfaceError, InternalError, PoolTimeout, Collision, StaleVersion)
BATCH = 200  # hints
APPLYING = 4  # threads of a worker
IDLE = 1.0  # seconds to wait for the first hint
FIRST_BACKOFF, LONGEST_BACKOFF = 0.2, 5.0


class Item(NamedTuple):
    """A hint that is not settled."""

    delivery: Delivery
    hint: Hint


class ClusterListener:
    """Listens to one cluster."""

    def __init__(self, app: Application, cluster_id: str, threads: Executor | None = None) -> None:
        """Connected when first turned. `threads` apply what a batch came to."""
        self._app = app
        self._cluster_id = cluster_id
        self._channel: HintChannel | None = None
        self._kept: list[Item] = []  # to be handled now
        self._later: dict[str, tuple[float, Item]] = {}  # when that much time has passed
        self._handler = HintHandler(app, cluster_id, threads)
        self._backoff = 0.0
        self._trouble = ""

    def turn(self) -> float:
        """One batch; how long to wait until the next, in seconds."""
        try:
            channel = self._channel = self._channel or self._app.hints.open(self._cluster_id)
            if self._backoff and self._kept:
                channel.wait(self._backoff)
            self._receive(channel)
            self._handle(channel)
        except BrokerUnavailable as error:
            self._note_trouble("the broker does not answer", error)
            self.close()
            return self._backoff
        except DATABASE as error:
            self._note_trouble("the database does not answer", error)
            return 0
        self._backoff = 0.0
        if self._trouble:
            log.info("works again", cluster=self._cluster_id, after=self._trouble)
            self._trouble = ""
        return 0

    def close(self) -> None:
        """What is not settled goes to another worker, or comes again."""
        if self._channel is not None:
            self._channel.close()
        self._channel, self._kept, self._later = None, [], {}

    def _note_trouble(self, trouble: str, error: Exception) -> None:
        if trouble != self._trouble:
            log.warning(trouble, cluster=self._cluster_id, error=str(error)[:200])
        self._trouble = trouble
        self._backoff = min(max(2 * self._backoff, FIRST_BACKOFF), LONGEST_BACKOFF)

    def _receive(self, channel: HintChannel) -> None:
        now = self._app.clock.monotonic()
        due = [name for name, (moment, _) in self._later.items() if moment <= now]
        self._kept += [self._later.pop(name)[1] for name in due]
        moments = [moment - now for moment, _ in self._later.values()]
        patience = 0.0 if self._kept else max(0.0, min([IDLE, *moments]))
        for delivery in channel.receive(BATCH - len(self._kept), patience):
            try:
                hint = read_hint(self._cluster_id, delivery.body)
            except MalformedHint as error:
                log.warning("parked a hint", cluster=self._cluster_id, reason=str(error))
                channel.park(replace(delivery, body=delivery.body[:LARGEST]), str(error))
            else:
                self._kept.append(Item(delivery, hint))

    def _handle(self, channel: HintChannel) -> None:
        if not self._kept:
            return
        try:
            later = self._handler.handle([item.hint for item in self._kept])
        except (BrokerUnavailable, *DATABASE):
            raise
        except Exception as error:  # noqa: BLE001 - each hint says its own below
            said = type(error).__name__
            log.warning("a batch failed", cluster=self._cluster_id, error=said)
            self._handle_alone(channel)
            return
        reached("settling")
        self._settle(channel, self._kept, later)
        self._kept = []

    def _handle_alone(self, channel: HintChannel) -> None:
        """One by one, so that a hint over which we stumble holds up no other."""
        while self._kept:
            item = self._kept[0]
            try:
                later = self._handler.handle([item.hint])
            except (BrokerUnavailable, *DATABASE):
                raise
            except Exception:
                log.exception("a hint failed", cluster=self._cluster_id, hint=item.hint)
                channel.give_back([item.delivery])
            else:
                self._settle(channel, [item], later)
            del self._kept[0]

    def _settle(self, channel: HintChannel, items: Sequence[Item], later: Later) -> None:
        """All but the newest about each thing that is to be read again."""
        done = []
        for item in items:
            if item.hint in later:
                name, moment = later[item.hint]
                if name in self._later:
                    done.append(self._later[name][1].delivery)
                self._later[name] = (moment, item)
            else:
                done.append(item.delivery)
        channel.settle(done)


def applying(app: Application) -> Executor | None:
    """Threads for a database that takes several writers at a time."""
    if app.engine.dialect.name == "sqlite":
        return None
    return ThreadPoolExecutor(APPLYING, thread_name_prefix="apply")


class UpdatesWorker:
    """One thread a cluster. Of several processes, one at a time gets a cluster's hints."""

    name = "updates"

    def __init__(self, app: Application) -> None:
        """Nobody is listened to yet."""
        self._pause = app.settings.poll_slow
        self._pool = applying(app)
        self._threads = ClusterThreads(
            app, self.name, lambda cluster_id: ClusterListener(app, cluster_id, self._pool)
        )

    def turn(self) -> float:
        """Listen to the clusters that are there and not offline."""
        self._threads.follow()
        return self._pause

    def close(self) -> None:
        """End the threads."""
        self._threads.close()
        if self._pool:
            self._pool.shutdown()
