"""The outbox: effects between the transaction that wants them and the job that does them.

States: queued -> claimed -> submitted -> finished (done, failed or cancelled). One effect
of a subject (a server, or a network in a cluster) is in flight at a time, in order; one that
waits for another is not claimed before that has ended. A claim is a lease with a fence:
whoever comes with an old fence changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.effects import Effect
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import JobRank


@dataclass(frozen=True, slots=True)
class Claim:
    """An effect to submit. `uncertain`: an earlier attempt may have reached the cluster.

    `overdue`: its user was told that it has not happened in time. `crashes`: how many
    attempts met an error that nobody foresaw.
    """

    effect: Effect
    fence: int
    attempts: int
    uncertain: bool
    created: datetime
    overdue: bool
    crashes: int


@dataclass(frozen=True, slots=True)
class InFlight:
    """An effect that is not finished, and how far its job was seen.

    `overdue`: it is past its deadline, its user was told, and it is still waited for.
    `error`: what its last attempt met, for operators. `nic`: the interface that it is about,
    by its name, and `mac` by its address;
    `network` and `group`: the network (by its name in the cluster) and the node group.
    `disk`: the disk by its name, and how large it is to be.
    `waits_for`: another effect, which has to end before. `task_id`: its task on disks.
    """

    effect_id: str
    cluster_id: str
    server_id: str
    operation: Operation
    instance: str
    generation: int
    request_id: str
    purpose: str
    state: str
    job_id: int | None
    job_rank: int
    fence: int
    uncertain: bool
    overdue: bool
    attempts: int
    error: str | None
    created: datetime
    network_id: str = ""
    subject: str = ""
    nic: str = ""
    network: str = ""
    group: str = ""
    waits_for: str | None = None
    mac: str = ""
    task_id: str = ""
    disk: str = ""
    disk_mib: int = 0

    @property
    def unsent(self) -> bool:
        """Surely never sent to its cluster."""
        return self.state == "queued" and not self.uncertain


class Outbox(Protocol):
    """In the caller's transaction, all of it."""

    def put(self, effect: Effect, now: datetime) -> None:
        """Queue an effect behind its server's others; the guest part is sealed."""
        ...

    def claim(
        self, now: datetime, lease_until: datetime, limit: int, per_cluster: int
    ) -> Sequence[Claim]:
        """Take up to `limit` effects that are due, each its server's oldest, or whose lease ended.

        Clusters with `per_cluster` effects in flight get no more; several workers that claim
        at the same moment may go beyond it by their number. What cannot be read is set aside
        for a while, so that it stops nobody else; a lease or a moment far in the future was
        written before a clock was set back, and is over.
        """
        ...

    def submitted(self, effect_id: str, fence: int, job_id: int) -> bool:
        """A job exists; the guest part is forgotten. False when the fence is old."""
        ...

    def postpone(
        self,
        effect_id: str,
        fence: int,
        due: datetime,
        *,
        uncertain: bool,
        error: str,
        crashed: bool = False,
    ) -> bool:
        """Try again later. `uncertain`: this attempt may have reached the cluster.

        `crashed`: it met an error that nobody foresaw.
        """
        ...

    def cancel_unsent(self, server_id: str, now: datetime) -> Mapping[str, Operation]:
        """Cancel the server's effects that surely never reached a cluster; which, by their ids.

        Not those of tasks on disks, which end by themselves.
        """
        ...

    def lock(self, effect_id: str) -> InFlight | None:
        """An effect that is not finished, claimed for this transaction."""
        ...

    def advance(self, effect_id: str, job_id: int, rank: JobRank) -> None:
        """The job was seen this far."""
        ...

    def finish(self, effect_id: str, state: str, error: str | None, now: datetime) -> None:
        """Done, failed or cancelled; the guest part is forgotten."""
        ...

    def unfinished(self, effect_ids: Collection[str]) -> Collection[str]:
        """Which of these effects are not finished."""
        ...

    def in_flight(self, cluster_id: str) -> Sequence[InFlight]:
        """The cluster's effects that are not finished, oldest first."""
        ...

    def late(self, before: Mapping[Operation, datetime], limit: int) -> Sequence[str]:
        """The ids of effects that were put before their operation's moment, oldest first.

        Neither those that are finished nor those that are overdue already.
        """
        ...

    def overdue(self) -> Sequence[InFlight]:
        """All effects that are overdue and not finished, oldest first."""
        ...

    def mark_overdue(self, effect_id: str) -> None:
        """It is waited for no longer by its user, and no longer counts for its cluster's limit."""
        ...
