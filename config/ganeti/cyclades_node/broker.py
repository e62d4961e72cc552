"""One connection to the broker, and messages that are known to have arrived."""

from __future__ import annotations

import socket
import time
from typing import Any, Callable
from urllib.parse import unquote, urlsplit

import amqp

from cyclades_node.conf import PORTS, Conf

CONNECT_TIMEOUT = 3.0  # seconds
WRITE_TIMEOUT = 5.0
CONFIRM_TIMEOUT = 10.0
HEARTBEAT = 30
SLICE = 0.5  # how long we do not look whether we should end


class BrokerTrouble(Exception):
    """The message has not arrived, as far as we know; the text says why, for the log."""


class Broker:
    """Used by one thread. Connects when first needed and after every trouble."""

    def __init__(self, conf: Conf, going_on: Callable[[], bool] = lambda: True) -> None:
        """`going_on` says whether there is still a reason to wait."""
        self._conf = conf
        self._going_on = going_on
        self._turn = 0
        self._connection: Any = None
        self._channel: Any = None
        self._settled: list[str] = []
        self._blocked = False

    def publish(self, body: bytes) -> None:
        """Send, and wait until a queue has it. Raises BrokerTrouble."""
        try:
            if self._connection is None:
                self._connect()
            self._publish(body)
        except BrokerTrouble:
            self.close()
            raise
        except (OSError, amqp.AMQPError, ValueError, AttributeError) as error:
            # The library says AttributeError of connections that ended under it.
            self.close()
            raise BrokerTrouble(f"{type(error).__name__}: {error}") from error

    def idle(self) -> None:
        """Keep the connection alive; call it every few seconds."""
        if self._connection is None:
            return
        try:
            self._connection.heartbeat_tick()
            self._drain(0.001)
        except (OSError, amqp.AMQPError, AttributeError):
            self.close()  # the next message tells, if there is one

    def close(self) -> None:
        """Hang up without a word: the broker may be the one who does not listen."""
        connection, self._connection, self._channel = self._connection, None, None
        self._blocked = False
        if connection is not None:
            connection.collect()

    def _connect(self) -> None:
        url = urlsplit(self._conf.brokers[self._turn % len(self._conf.brokers)])
        self._turn += 1  # the next try is another broker's
        connection = amqp.Connection(
            host=f"{url.hostname}:{url.port or PORTS[url.scheme]}",
            userid=unquote(url.username or ""),
            password=unquote(url.password or ""),
            virtual_host=unquote(url.path[1:]) or "/",
            ssl=self._tls(url.hostname or "") if url.scheme == "amqps" else False,
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=CONFIRM_TIMEOUT,
            write_timeout=WRITE_TIMEOUT,
            heartbeat=HEARTBEAT,
            on_blocked=lambda _reason: self._block(blocked=True),
            on_unblocked=lambda: self._block(blocked=False),
        )
        self._connection = connection
        connection.connect()
        self._channel = connection.channel()
        self._channel.confirm_select()
        for event in ("basic_ack", "basic_nack", "basic_return"):
            self._channel.events[event].add(self._note(event))

    def _tls(self, host: str) -> dict[str, Any]:
        """Always verified: against `ca`, or the system's authorities."""
        import ssl  # noqa: PLC0415  slow to load, and not always needed

        files = {
            "ca_certs": self._conf.ca,
            "certfile": self._conf.certificate,
            "keyfile": self._conf.key,
        }
        given = {name: path for name, path in files.items() if path}
        return {"server_hostname": host, "cert_reqs": ssl.CERT_REQUIRED, **given}

    def _publish(self, body: bytes) -> None:
        self._settled = []
        self._channel.basic_publish(
            amqp.Message(body, delivery_mode=2, content_type="application/json"),
            exchange=self._conf.exchange,
            routing_key=self._conf.routing_key,
            mandatory=True,
            timeout=WRITE_TIMEOUT,
        )
        deadline = time.monotonic() + CONFIRM_TIMEOUT
        while not {"basic_ack", "basic_nack"} & set(self._settled):
            if not self._going_on():
                raise BrokerTrouble("it has not confirmed yet, and we wait no longer")
            if not self._blocked and time.monotonic() > deadline:
                raise BrokerTrouble("the broker does not confirm")
            self._drain(SLICE)
            self._connection.heartbeat_tick()
        if "basic_return" in self._settled:
            raise BrokerTrouble(f"no queue takes {self._conf.routing_key}")
        if "basic_nack" in self._settled:
            raise BrokerTrouble("the broker refuses")

    def _drain(self, seconds: float) -> None:
        try:
            self._connection.drain_events(timeout=seconds)
        except socket.timeout:
            return

    def _note(self, event: str) -> Callable[..., None]:
        return lambda *_more: self._settled.append(event)

    def _block(self, *, blocked: bool) -> None:
        self._blocked = blocked
