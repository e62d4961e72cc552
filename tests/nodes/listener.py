"""The other end: a cluster's queue on a real broker, as the updates worker makes one."""

from contextlib import suppress
from uuid import uuid4

import amqp

from cyclades.domain.model.hints import Hint, read_hint
from tests.harness.processes import wait_until
from tests.harness.rabbitmq import RabbitServer

EXCHANGE = "cyclades.ganeti"
PASSWORD = "only-for-tests"


class Listener:
    """`cluster` is an id of its own, so that tests can share a broker."""

    def __init__(self, server: RabbitServer, *, bound: bool = True) -> None:
        self.server = server
        self.cluster = str(uuid4())
        self._queue = f"test.{self.cluster}"
        with self._connection() as connection:
            channel = connection.channel()
            channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
        if bound:
            self.bind()

    def bind(self) -> None:
        with self._connection() as connection:
            channel = connection.channel()
            channel.queue_declare(self._queue, durable=True, auto_delete=False)
            channel.queue_bind(self._queue, EXCHANGE, f"ganeti.{self.cluster}")

    def unbind(self) -> None:
        """Nobody is there to hear this cluster."""
        with self._connection() as connection:
            connection.channel().queue_delete(self._queue)

    def user(self) -> str:
        """A user that may write to our routing key only; its URL."""
        self.server.ctl("add_user", self.cluster, PASSWORD)
        write = r"^cyclades\.ganeti$"
        self.server.ctl("set_permissions", "-p", "/", self.cluster, "^$", write, "^$")
        key = f"^ganeti\\.{self.cluster}$"
        self.server.ctl("set_topic_permissions", "-p", "/", self.cluster, EXCHANGE, key, "^$")
        return self.server.url(self.cluster, PASSWORD)

    def take(self) -> list[Hint]:
        """What has come since the last time."""
        found = []
        with self._connection() as connection:
            channel = connection.channel()
            while message := channel.basic_get(self._queue, no_ack=True):
                found.append(read_hint(self.cluster, message.body))
        return found

    def until(self, count: int, seconds: float = 30) -> list[Hint]:
        """The next `count` messages, and more if there are."""
        found: list[Hint] = []

        def enough() -> bool:
            found.extend(self.take())
            return len(found) >= count

        wait_until(enough, f"{count} messages", seconds=seconds)
        return found

    def jobs(self, count: int) -> list[int | None]:
        return [hint.job_id for hint in self.until(count)]

    def close(self) -> None:
        with suppress(OSError, amqp.AMQPError):
            self.unbind()

    def _connection(self) -> amqp.Connection:
        return amqp.Connection(f"127.0.0.1:{self.server.port}", connect_timeout=5)
