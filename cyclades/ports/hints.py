"""The way of hints from the nodes to the updates worker, through a broker or in the process.

At least once, in order as far as a broker can; never needed: the poller finds everything too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cyclades.domain.model.errors import Unavailable


class BrokerUnavailable(Unavailable):
    """The broker does not answer; what was not settled will be delivered again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it came. `tag` settles it in its channel; `again`: not for the first time."""

    tag: int
    body: bytes
    again: bool = False


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that nobody could use, and why.

    `id` is for the operator's commands; letters that say the same share it.
    """

    id: str
    cluster_id: str
    reason: str
    body: bytes


class HintChannel(Protocol):
    """One cluster's hints, for one consumer. Used by one thread.

    Of several channels on one cluster, one gets the messages at a time; when it closes or its
    process dies, what it has not settled goes to the next.
    """

    def receive(self, limit: int, timeout: float) -> Sequence[Delivery]:
        """Up to `limit` messages; waits up to `timeout` seconds for the first.

        Raises BrokerUnavailable.
        """
        ...

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """They are done with. Raises BrokerUnavailable: they come again then."""
        ...

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        """They could not be handled now: deliver them again, but not for ever.

        After a limit of deliveries a message is parked. Raises BrokerUnavailable.
        """
        ...

    def park(self, delivery: Delivery, reason: str) -> None:
        """It can never be used: put it where operators look. Raises BrokerUnavailable."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass without losing what is not settled. Raises BrokerUnavailable."""
        ...

    def close(self) -> None:
        """What is not settled is for somebody else."""
        ...


class HintBroker(Protocol):
    """Makes channels; shared by threads.

    Queues are bounded: a full one refuses what is published.
    """

    def open(self, cluster_id: str) -> HintChannel:
        """A channel on the cluster's hints; its queue is made if missing.

        Raises BrokerUnavailable.
        """
        ...

    def publish(self, cluster_id: str, body: bytes) -> None:
        """Send a message the way a cluster's nodes do, and know that it arrived.

        Raises BrokerUnavailable, also when the cluster has no queue or it is full.
        """
        ...

    def depths(self, cluster_ids: Sequence[str]) -> Mapping[str, int]:
        """How many messages wait, by cluster. Raises BrokerUnavailable."""
        ...

    def parked(self) -> Sequence[DeadLetter]:
        """All dead letters, oldest first. Raises BrokerUnavailable."""
        ...

    def retry(self, ids: Sequence[str]) -> int:
        """Deliver these again; how many there were. Raises BrokerUnavailable."""
        ...

    def drop(self, ids: Sequence[str]) -> int:
        """Forget these; how many there were. Raises BrokerUnavailable."""
        ...

    def close(self) -> None:
        """Release connections; channels are closed by those who opened them."""
        ...
