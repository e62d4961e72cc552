"""Connections to the broker; whatever goes wrong with them is BrokerUnavailable."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import amqp
import kombu
from kombu.exceptions import KombuError

from cyclades.ports.hints import BrokerUnavailable

TIMEOUT = 10.0  # seconds, for each answer of the broker
# The library says AttributeError when a connection was lost between two of its lines.
BROKEN = (OSError, amqp.AMQPError, KombuError, AttributeError)


@contextmanager
def speaking() -> Iterator[None]:
    """Errors of the broker become BrokerUnavailable, without its address or password."""
    try:
        yield
    except BROKEN as error:
        said = getattr(error, "reply_text", "") or type(error).__name__
        raise BrokerUnavailable(f"The broker: {said}") from error


def connected(url: str, heartbeat: float) -> kombu.Connection:
    """A connection, tried at each of the URL's hosts. Raises BrokerUnavailable."""
    connection = kombu.Connection(
        url,
        heartbeat=heartbeat,
        connect_timeout=TIMEOUT,
        transport_options={"read_timeout": TIMEOUT, "write_timeout": TIMEOUT},
    )
    try:
        with speaking():
            connection.ensure_connection(
                max_retries=len(connection.alt or ()), interval_start=0, interval_step=0
            )
    except BrokerUnavailable:
        close(connection)
        raise
    return connection


def channel_of(connection: kombu.Connection) -> Any:
    """A channel of py-amqp that leaves bodies alone, whatever their properties claim."""
    channel = connection.channel()
    channel.auto_decode = False
    return channel


def body_of(message: Any) -> bytes:
    """What a message says; the library has an empty text for an empty body."""
    return bytes(message.body or b"")


def close(connection: kombu.Connection) -> None:
    """Say goodbye, if anybody listens."""
    with suppress(*BROKEN):
        connection.close()


def send(
    channel: Any,
    exchange: str,
    routing_key: str,
    body: bytes,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Publish, and wait until it lies in a queue.

    The channel cannot be used again after an error: its next answer may belong to this message.
    """
    message = amqp.Message(body, delivery_mode=2, application_headers=dict(headers or {}))
    channel.basic_publish_confirm(
        message, exchange, routing_key, mandatory=True, timeout=TIMEOUT, confirm_timeout=TIMEOUT
    )
