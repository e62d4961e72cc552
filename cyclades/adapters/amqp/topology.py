"""What there is in the broker, and how it is called; config/ganeti/ uses the same names."""

from typing import Any

from kombu import Exchange, Queue

from cyclades.domain.model.hints import MOST_DELIVERIES

ROUTE = "ganeti."  # a cluster's nodes publish with this and our id of the cluster
QUEUE = "cyclades.hints."
MOST_WAITING = 200_000  # hints; then publishers are refused, and spool
MOST_DEAD = 100_000

GANETI = Exchange("cyclades.ganeti", type="topic", durable=True)
DEAD = Exchange("cyclades.dead", type="fanout", durable=True)
DEAD_LETTERS = Queue(
    "cyclades.dead",
    exchange=DEAD,
    durable=True,
    queue_arguments={"x-queue-type": "quorum", "x-max-length": MOST_DEAD},
)
HINTS = {
    "x-queue-type": "quorum",
    "x-single-active-consumer": True,
    "x-delivery-limit": MOST_DELIVERIES,
    "x-dead-letter-exchange": DEAD.name,
    # A hint that is delivered too often leaves this queue when it has arrived in the other.
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    "x-max-length": MOST_WAITING,
}


def hints_queue(cluster_id: str) -> Queue:
    """Where one cluster's hints wait."""
    return Queue(
        f"{QUEUE}{cluster_id}",
        exchange=GANETI,
        routing_key=f"{ROUTE}{cluster_id}",
        durable=True,
        queue_arguments=HINTS,
    )


def declare(channel: Any, cluster_id: str | None = None) -> None:
    """Make what is missing, for this cluster too."""
    for entity in (DEAD_LETTERS, GANETI, *([hints_queue(cluster_id)] if cluster_id else [])):
        entity(channel).declare()
