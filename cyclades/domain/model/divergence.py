"""Divergences: where the database and a cluster, or the database and itself, do not agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class DivergenceKind(StrEnum):
    """What does not agree."""

    STALE_SERVER = "stale_server"
    ORPHAN_INSTANCE = "orphan_instance"
    DOUBLED_INSTANCE = "doubled_instance"
    FOREIGN_PREFIX = "foreign_prefix"
    UNKNOWN_INSTANCE = "unknown_instance"
    POWER = "power"
    SIZE = "size"
    NICS = "nics"
    DISKS = "disks"
    TAGS = "tags"
    MISSING_NETWORK = "missing_network"
    ORPHAN_NETWORK = "orphan_network"
    FOREIGN_NETWORK = "foreign_network"
    FUSE = "fuse"
    STUCK_OPERATION = "stuck_operation"
    LEAKED_ADDRESS = "leaked_address"
    QUOTA_DRIFT = "quota_drift"
    ROUTER_TROUBLE = "router_trouble"
    MISSING_DISK = "missing_disk"
    MOVED_DISK = "moved_disk"
    DISK_SIZE = "disk_size"
    ORPHAN_HOLDER = "orphan_holder"
    MISSING_HOLDER = "missing_holder"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind says, and what mends it, both for operators.

    `alarming`: something is wrong; else it is worth knowing and no more.
    """

    says: str
    mended_by: str
    alarming: bool = True


MEANINGS: Final[Mapping[DivergenceKind, Meaning]] = {
    DivergenceKind.STALE_SERVER: Meaning(
        "A server whose instance its cluster positively does not know.",
        "After two looks the server is in ERROR, for its user to see and delete.",
    ),
    DivergenceKind.ORPHAN_INSTANCE: Meaning(
        "An instance whose server is deleted, or could not be built.",
        "The second audit in a row that sees it has it removed.",
    ),
    DivergenceKind.DOUBLED_INSTANCE: Meaning(
        "An instance that another cluster should have.",
        "An operator decides which of the two is the server, and removes the other.",
    ),
    DivergenceKind.FOREIGN_PREFIX: Meaning(
        "An instance that is named like ours, and no server has ever had that name.",
        "Nothing touches it; an operator may adopt it into a project.",
    ),
    DivergenceKind.UNKNOWN_INSTANCE: Meaning(
        "An instance that is not ours.",
        "Nothing touches it; an operator may adopt it into a project.",
        alarming=False,
    ),
    DivergenceKind.POWER: Meaning(
        "An instance runs or not, and its server says otherwise.",
        "The server takes over what its cluster shows.",
    ),
    DivergenceKind.SIZE: Meaning(
        "An instance has other CPUs or memory than its server.",
        "The server takes over what its cluster shows, and its project's usage follows.",
    ),
    DivergenceKind.NICS: Meaning(
        "An instance has other interfaces than its server has ports.",
        "A port without an interface is shown as DOWN; audit --fix plugs it in again.",
    ),
    DivergenceKind.DISKS: Meaning(
        "An instance has other disks than its server's size says.",
        "An operator mends it.",
    ),
    DivergenceKind.TAGS: Meaning(
        "An instance lacks the tag that names its server.",
        "A job sets it.",
    ),
    DivergenceKind.MISSING_NETWORK: Meaning(
        "A network that its cluster, or a node group of it, should have and has not.",
        "Jobs make and connect it.",
    ),
    DivergenceKind.ORPHAN_NETWORK: Meaning(
        "A network of ours that no server in the cluster needs.",
        "The second audit in a row that sees it has it removed.",
    ),
    DivergenceKind.FOREIGN_NETWORK: Meaning(
        "A network that is named like ours, and none of ours has ever had that name.",
        "Nothing touches it.",
    ),
    DivergenceKind.FUSE: Meaning(
        "So much is missing or too much in a cluster that nothing of it is believed.",
        "An operator looks, and then audits this cluster with --fix --without-fuse.",
    ),
    DivergenceKind.STUCK_OPERATION: Meaning(
        "An operation has not ended in its time.",
        "Its user was told; its cluster ends it, or an operator cancels its job.",
    ),
    DivergenceKind.LEAKED_ADDRESS: Meaning(
        "An address or a port is held by a server that is gone.",
        "It is free again.",
    ),
    DivergenceKind.QUOTA_DRIFT: Meaning(
        "A project's usage as booked is not what it has.",
        "It is counted anew.",
    ),
    DivergenceKind.ROUTER_TROUBLE: Meaning(
        "A gateway host does not have a router as it should be.",
        "The host tries again; an operator looks at what it says, or moves the router.",
    ),
    DivergenceKind.MISSING_DISK: Meaning(
        "A volume or snapshot whose disk no instance of its cluster has.",
        "The second audit looks for it by name, once: in its holder it is usable again. Else an "
        "operator looks (gnt-instance attach, then audit --fix), or its user deletes it.",
    ),
    DivergenceKind.MOVED_DISK: Meaning(
        "The disk of a volume or snapshot is in another instance than it should be.",
        "One that was lost is where it was found, if that is its holder or a server of its "
        "project; else an operator moves it back (gnt-instance modify --disk NAME:detach).",
    ),
    DivergenceKind.DISK_SIZE: Meaning(
        "The disk of a volume or snapshot is not as large as it should be.",
        "An operator grows it (gnt-instance grow-disk), or its user extends the volume.",
    ),
    DivergenceKind.ORPHAN_HOLDER: Meaning(
        "An instance that kept a disk for something that is gone.",
        "audit --fix removes it, with the disk.",
    ),
    DivergenceKind.MISSING_HOLDER: Meaning(
        "A holder that is not there, and did not have the disk.",
        "The second audit that sees it writes it down; another is made when it is needed.",
    ),
}


@dataclass(frozen=True, slots=True)
class Divergence:
    """One of them. `cluster_id` is empty when it is about no cluster.

    `object_id`: what it is about: a server's id, an instance's name, an effect's id, a
    port's id, or project and resource. `detail` is for operators. `repairable`: it mends
    itself, as its kind says.
    """

    kind: DivergenceKind
    cluster_id: str
    object_id: str
    detail: str
    repairable: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """A divergence, and since when it is known. `sightings` counts audits in a row."""

    divergence: Divergence
    sightings: int
    first_seen: datetime
    last_seen: datetime
    healed: datetime | None = None


FUSE_SHARE, FUSE_FLOOR = 0.2, 3


def too_many(count: int, servers: int) -> bool:
    """Whether so many missing or superfluous instances at once say that the sight is wrong."""
    return count > max(FUSE_FLOOR, FUSE_SHARE * servers)
