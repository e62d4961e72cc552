"""The queue of those that nobody could use: read, sent again, thrown away."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from cyclades.adapters.amqp.connection import body_of, send
from cyclades.adapters.amqp.topology import DEAD, DEAD_LETTERS, GANETI, MOST_DEAD, ROUTE
from cyclades.domain.model.hints import TOO_OFTEN, letter_id
from cyclades.ports.hints import DeadLetter

REASON = "x-cyclades-reason"


def bury(channel: Any, cluster_id: str, body: bytes, reason: str) -> None:
    """Park a message."""
    send(channel, DEAD.name, f"{ROUTE}{cluster_id}", body, {REASON: reason})


def letters(channel: Any) -> Iterator[tuple[int, DeadLetter]]:
    """All that lie there now, with their tags; what is not acknowledged goes back."""
    for _ in range(MOST_DEAD):
        message = channel.basic_get(DEAD_LETTERS.name)
        if message is None:
            return
        yield message.delivery_tag, _letter(message)


def settle(
    channel: Any, ids: Collection[str], deed: Callable[[DeadLetter], None] = lambda _: None
) -> int:
    """Do this to the letters with these ids, and take them away; how many there were."""
    found = 0
    for tag, letter in letters(channel):
        if letter.id in ids:
            deed(letter)
            channel.basic_ack(tag)
            found += 1
    return found


def again(channel: Any, letter: DeadLetter) -> None:
    """Deliver it once more, as if its cluster had just sent it."""
    send(channel, GANETI.name, f"{ROUTE}{letter.cluster_id}", letter.body)


def _letter(message: Any) -> DeadLetter:
    headers = message.properties.get("application_headers") or {}
    reason = headers.get(REASON) or _of_broker(headers.get("x-death"))
    # The key with which it was published once; dead letters keep it.
    cluster_id = message.delivery_info["routing_key"].removeprefix(ROUTE)
    body = body_of(message)
    return DeadLetter(letter_id(cluster_id, reason, body), cluster_id, reason, body)


def _of_broker(deaths: Any) -> str:
    reason = deaths[0].get("reason", "unknown") if deaths else "unknown"
    return TOO_OFTEN if reason == "delivery_limit" else f"the broker says: {reason}"
