"""Hints through RabbitMQ: quorum queues, confirms, one consumer at a time for each cluster."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

import kombu
from amqp import spec
from amqp.exceptions import NotFound

from cyclades.adapters.amqp.connection import body_of, channel_of, close, connected, send, speaking
from cyclades.adapters.amqp.dead_letters import again, bury, letters, settle
from cyclades.adapters.amqp.topology import GANETI, ROUTE, declare, hints_queue
from cyclades.ports.hints import BrokerUnavailable, DeadLetter, Delivery, HintBroker, HintChannel

T = TypeVar("T")
HEARTBEAT = 10.0  # seconds; a consumer that is silent for two of them has died
PREFETCH = 400  # messages: while one batch is handled, the next one travels


class AmqpChannel(HintChannel):
    """A connection of its own, with one consumer."""

    def __init__(self, url: str, cluster_id: str) -> None:
        """Connect. Raises BrokerUnavailable."""
        self._cluster_id = cluster_id
        self._arrived: deque[Delivery] = deque()
        self._open: set[int] = set()  # tags that were handed out
        self._connection = connected(url, HEARTBEAT)
        try:
            with speaking():
                self._begin()
        except BrokerUnavailable:
            self.close()
            raise

    def receive(self, limit: int, timeout: float) -> Sequence[Delivery]:
        end = time.monotonic() + timeout
        while not self._arrived and (left := end - time.monotonic()) > 0:
            self._listen(min(left, 1))
        while len(self._arrived) < limit and self._listen(0):
            pass
        taken = [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]
        self._open.update(delivery.tag for delivery in taken)
        return taken

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        tags = {delivery.tag for delivery in deliveries} & self._open
        self._open -= tags
        with speaking():
            if tags and (not self._open or max(tags) < min(self._open)):
                self._channel.basic_ack(max(tags), multiple=True)
                return
            for tag in tags:
                self._channel.basic_ack(tag)

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        with speaking():
            for tag in {delivery.tag for delivery in deliveries} & self._open:
                self._open.discard(tag)
                self._channel.basic_reject(tag, requeue=True)

    def park(self, delivery: Delivery, reason: str) -> None:
        with speaking():
            bury(self._parking, self._cluster_id, delivery.body, reason)
        self.settle([delivery])

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._listen(min(left, 1))

    def close(self) -> None:
        close(self._connection)

    def _begin(self) -> None:
        self._parking = channel_of(self._connection)
        self._channel = channel_of(self._connection)
        declare(self._channel, self._cluster_id)
        self._channel.basic_qos(0, PREFETCH, a_global=False)
        queue = hints_queue(self._cluster_id).name
        self._channel.basic_consume(queue, callback=self._arrive)

    def _arrive(self, message: Any) -> None:
        info = message.delivery_info
        self._arrived.append(Delivery(info["delivery_tag"], body_of(message), info["redelivered"]))

    def _listen(self, seconds: float) -> bool:
        """Whether anything came; a sign of life goes out when it is time."""
        with speaking():
            try:
                self._connection.drain_events(timeout=seconds)
            except TimeoutError:
                self._connection.heartbeat_check()
                return False
            return True


class AmqpHints(HintBroker):
    """Operators' side: one connection, one question at a time."""

    def __init__(self, url: str) -> None:
        """Connected when first used."""
        self._url = url
        self._lock = threading.Lock()
        self._connection: kombu.Connection | None = None
        self._publishing: Any = None

    def open(self, cluster_id: str) -> AmqpChannel:
        return AmqpChannel(self._url, cluster_id)

    def publish(self, cluster_id: str, body: bytes) -> None:
        self._ask(lambda: send(self._sender(), GANETI.name, f"{ROUTE}{cluster_id}", body))

    def depths(self, cluster_ids: Sequence[str]) -> Mapping[str, int]:
        def count() -> dict[str, int | None]:
            with self._channel() as channel:
                return {name: _depth(channel, name) for name in cluster_ids}

        found = self._ask(count)
        return {name: depth for name, depth in found.items() if depth is not None}

    def parked(self) -> Sequence[DeadLetter]:
        def look() -> Sequence[DeadLetter]:
            with self._channel() as channel:
                return [letter for _, letter in letters(channel)]

        return self._ask(look)

    def retry(self, ids: Sequence[str]) -> int:
        return self._take(ids, lambda letter: again(self._sender(), letter))

    def drop(self, ids: Sequence[str]) -> int:
        return self._take(ids, lambda _: None)

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    def _take(self, ids: Sequence[str], deed: Callable[[DeadLetter], None]) -> int:
        def take() -> int:
            with self._channel() as channel:
                return settle(channel, ids, deed)

        return self._ask(take)

    def _ask(self, question: Callable[[], T]) -> T:
        """Once more when a connection that lay idle turns out to be dead."""
        with self._lock:
            if self._connection is not None:
                with suppress(BrokerUnavailable):
                    return self._once(question)
            return self._once(question)

    def _once(self, question: Callable[[], T]) -> T:
        try:
            if self._connection is None:
                # Nobody would say its heartbeats while nothing is asked.
                self._connection = connected(self._url, 0)
            with speaking():
                return question()
        except BrokerUnavailable:
            self._hang_up()
            raise

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        """What was taken in the block and not acknowledged goes back at its end."""
        channel = channel_of(self._connection)
        declare(channel)
        yield channel
        # In words, and not by closing alone: so it is there for the next who looks.
        channel.send_method(spec.Basic.Nack, "Lbb", (0, True, True))
        channel.close()

    def _sender(self) -> Any:
        if self._publishing is None:
            self._publishing = channel_of(self._connection)
            declare(self._publishing)
        return self._publishing

    def _hang_up(self) -> None:
        if self._connection is not None:
            close(self._connection)
        self._connection = self._publishing = None


def _depth(channel: Any, cluster_id: str) -> int | None:
    try:
        queue = hints_queue(cluster_id)(channel)
        count: int = queue.queue_declare(passive=True).message_count
    except NotFound:
        return None
    return count


class Needs(Protocol):
    """What the adapter wants of the application."""

    @property
    def settings(self) -> Any:
        """With `broker_url`."""
        ...


def make(app: Needs) -> AmqpHints:
    """Entry point `amqp` of group `cyclades.hints`."""
    if not app.settings.broker_url:
        raise ValueError("cyclades.hints = amqp needs cyclades.broker_url")
    return AmqpHints(app.settings.broker_url)
