"""Hints within one process: a queue for each cluster, in memory."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from cyclades.domain.model.hints import MOST_DELIVERIES, TOO_OFTEN, letter_id
from cyclades.ports.hints import BrokerUnavailable, DeadLetter, Delivery, HintBroker, HintChannel

MOST = 10_000  # messages that wait in one queue


@dataclass(slots=True)
class _Queue:
    """What waits for one cluster, and who takes it: the first channel that was opened."""

    waiting: deque[tuple[Delivery, int]] = field(default_factory=deque)  # deliveries until now
    channels: list["InProcessChannel"] = field(default_factory=list)


class InProcessHints(HintBroker):
    """Everything is gone with the process; then the poller finds what was lost."""

    def __init__(self) -> None:
        """No cluster has a queue."""
        self.changed = threading.Condition()
        self._queues: dict[str, _Queue] = {}
        self._dead: list[DeadLetter] = []
        self._tags = count(1)

    def open(self, cluster_id: str) -> "InProcessChannel":
        """Stand in the line of those who want this cluster's hints."""
        with self.changed:
            queue = self._queues.setdefault(cluster_id, _Queue())
            channel = InProcessChannel(self, cluster_id, queue)
            queue.channels.append(channel)
            return channel

    def publish(self, cluster_id: str, body: bytes) -> None:
        with self.changed:
            queue = self._queues.get(cluster_id)
            if queue is None or len(queue.waiting) >= MOST:
                raise BrokerUnavailable(f"no room for hints of cluster {cluster_id}")
            queue.waiting.append((Delivery(next(self._tags), body), 0))
            self.changed.notify_all()

    def depths(self, cluster_ids: Sequence[str]) -> Mapping[str, int]:
        with self.changed:
            known = {name: self._queues[name] for name in cluster_ids if name in self._queues}
            return {name: len(queue.waiting) for name, queue in known.items()}

    def parked(self) -> Sequence[DeadLetter]:
        with self.changed:
            return tuple(self._dead)

    def retry(self, ids: Sequence[str]) -> int:
        letters = self._take(ids)
        for letter in letters:
            self.publish(letter.cluster_id, letter.body)
        return len(letters)

    def drop(self, ids: Sequence[str]) -> int:
        return len(self._take(ids))

    def close(self) -> None:
        """Nothing is held."""

    def bury(self, cluster_id: str, reason: str, body: bytes) -> None:
        """Keep a dead letter, of the newest so many."""
        letter = DeadLetter(letter_id(cluster_id, reason, body), cluster_id, reason, body)
        self._dead = [*self._dead, letter][-MOST:]

    def _take(self, ids: Sequence[str]) -> Sequence[DeadLetter]:
        with self.changed:
            chosen = [letter for letter in self._dead if letter.id in ids]
            self._dead = [letter for letter in self._dead if letter.id not in ids]
        return chosen


class InProcessChannel(HintChannel):
    """A place in the line."""

    def __init__(self, broker: InProcessHints, cluster_id: str, queue: _Queue) -> None:
        """Nothing was delivered yet."""
        self._broker = broker
        self._cluster_id = cluster_id
        self._queue = queue
        self._open: dict[int, tuple[Delivery, int]] = {}

    def receive(self, limit: int, timeout: float) -> Sequence[Delivery]:
        with self._broker.changed:
            self._broker.changed.wait_for(self._may_take, timeout)
            if not self._may_take():
                return ()
            waiting = self._queue.waiting
            taken = [waiting.popleft() for _ in range(min(limit, len(waiting)))]
            self._open |= {delivery.tag: (delivery, times + 1) for delivery, times in taken}
            return [delivery for delivery, _ in taken]

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        with self._broker.changed:
            for delivery in deliveries:
                self._open.pop(delivery.tag, None)

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        with self._broker.changed:
            self._return([self._open.pop(d.tag) for d in deliveries if d.tag in self._open])

    def park(self, delivery: Delivery, reason: str) -> None:
        with self._broker.changed:
            if self._open.pop(delivery.tag, None):
                self._broker.bury(self._cluster_id, reason, delivery.body)

    def wait(self, seconds: float) -> None:
        with self._broker.changed:
            self._broker.changed.wait_for(lambda: False, seconds)

    def close(self) -> None:
        with self._broker.changed:
            self._return([*self._open.values()])
            self._open.clear()
            self._queue.channels.remove(self)

    def _may_take(self) -> bool:
        return bool(self._queue.waiting) and self._queue.channels[0] is self

    def _return(self, taken: Sequence[tuple[Delivery, int]]) -> None:
        for delivery, times in reversed(taken):
            if times > MOST_DELIVERIES:
                self._broker.bury(self._cluster_id, TOO_OFTEN, delivery.body)
            else:
                self._queue.waiting.appendleft((replace(delivery, again=True), times))
        self._broker.changed.notify_all()


def make(_app: object) -> InProcessHints:
    """Entry point `inprocess` of group `cyclades.hints`."""
    return InProcessHints()
