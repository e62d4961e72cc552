"""What audits read of the database, and the recount of usage.

Each method is one sight: what it gives was true at one moment.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AuditedServer:
    """A live server as audits compare it. ram in MiB, disk in GiB.

    `quiet`: nothing is being done by us, and there was an instance. `failed`: nothing is
    being done, and it could not be built. `ports`: status by MAC address. `addresses`: theirs.
    """

    id: str
    instance: str
    version: int
    vm_state: str
    power: str
    vcpus: int
    ram: int
    disk: int
    absences: int
    quiet: bool
    failed: bool
    ports: Mapping[str, str]
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamedServer:
    """Whose name an instance has; `idle` when nothing is being done by us."""

    id: str
    cluster_id: str
    deleted: bool
    idle: bool


@dataclass(frozen=True, slots=True)
class Leak:
    """A server that is gone and still holds ports with addresses."""

    server_id: str
    ports: int
    addresses: Sequence[str]


@dataclass(frozen=True, slots=True)
class Drift:
    """A project's usage as the book has it, and as it is."""

    project_id: str
    resource: str
    booked: int
    counted: int


@dataclass(frozen=True, slots=True)
class LostOperation:
    """A server that waits for an operation which is not there."""

    server_id: str
    cluster_id: str
    vm_state: str
    task_state: str | None


@dataclass(frozen=True, slots=True)
class RouterTrouble:
    """A router that its gateway host has trouble with."""

    router_id: str
    gateway_host: str
    trouble: str


class Audit(Protocol):
    """Reads, and one repair."""

    def servers(self, cluster_id: str) -> Sequence[AuditedServer]:
        """The cluster's live servers."""
        ...

    def named(self, instances: Collection[str]) -> Mapping[str, NamedServer]:
        """The servers of any cluster, deleted ones too, that these instances are named after."""
        ...

    def leaks(self) -> Sequence[Leak]:
        """Servers that are gone and hold something."""
        ...

    def drifts(self) -> Sequence[Drift]:
        """Where the book of usage is wrong."""
        ...

    def lost_operations(self) -> Sequence[LostOperation]:
        """Servers that would wait for ever."""
        ...

    def troubled_routers(self) -> Sequence[RouterTrouble]:
        """Routers that are not as they should be, says the host that carries them."""
        ...

    def recount(self, project_id: str, resource: str) -> bool:
        """Book what there is, in the caller's transaction; whether that changed anything.

        Charges wait meanwhile, so none is counted twice or not at all.
        """
        ...
