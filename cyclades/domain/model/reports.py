"""What a cluster says: jobs and instances, as reported, before we believe them."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class JobRank(IntEnum):
    """How far a job has come; a report of a lower rank is old news.

    Ganeti's statuses queued, waiting | canceling, running, and the three final ones.
    """

    QUEUED = 0
    WAITING = 1
    RUNNING = 2
    FINAL = 3


class JobOutcome(StrEnum):
    """How a finished job ended."""

    SUCCESS = "success"
    ERROR = "error"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class DiskPath:
    """Where a disk can be read: on this node, at this path. Never shown to users."""

    name: str
    node: str
    path: str


@dataclass(frozen=True, slots=True)
class JobReport:
    """A job as its cluster shows it.

    `effect_id` and `request_id` come from the job's reason: None when the job is
    not ours (an administrator's). `instance` is the instance's name, if the job is
    about one. `error_code` is Ganeti's ecode ("already_exists", "unknown_entity",
    "insufficient_resources", ...); `message` is the cluster's own text and may name
    nodes: never shown to users as it is. `disks`: what an ActivateDisks made readable.
    `hotplug_failed`: the guest kept the disk that left the configuration, or did not get the one
    that entered it.
    """

    cluster_id: str
    job_id: int
    rank: JobRank
    outcome: JobOutcome | None
    opcode: str
    instance: str | None
    effect_id: str | None = None
    error_code: str | None = None
    message: str = ""
    request_id: str | None = None
    disks: tuple[DiskPath, ...] = ()
    hotplug_failed: bool = False


class Power(StrEnum):
    """What an instance does, as its cluster sees it."""

    RUNNING = "running"
    STOPPED = "stopped"
    CRASHED = "crashed"  # should run, does not (ERROR_down)
    UNKNOWN = "unknown"  # its node does not answer: no evidence of anything


@dataclass(frozen=True, slots=True)
class NicSeen:
    """One interface as configured in the cluster; `network` is its network's name, if any."""

    name: str | None
    mac: str
    ip: str | None
    link: str
    network: str | None = None


@dataclass(frozen=True, slots=True)
class DiskSeen:
    """One disk as configured in the cluster."""

    name: str | None
    uuid: str
    size_mib: int


@dataclass(frozen=True, slots=True)
class InstanceReport:
    """An instance as its cluster shows it.

    `node` is for operators only and never leaves the administrators' view. `disk_template` is
    what its disks are kept on; empty or "diskless" when it has none.
    `server_version` is the version our server had before the cluster was read: the reader
    adds it, and a report about an older server is not believed.
    """

    cluster_id: str
    instance: str
    uuid: str
    power: Power
    vcpus: int
    memory_mib: int
    nics: tuple[NicSeen, ...] = ()
    disks: tuple[DiskSeen, ...] = ()
    tags: frozenset[str] = frozenset()
    node: str | None = None
    server_version: int = 0
    disk_template: str = ""


@dataclass(frozen=True, slots=True)
class GroupLink:
    """How a node group is connected to a network."""

    group: str
    mode: str
    link: str


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """A network as its cluster shows it; `cidr` is IPv4."""

    cluster_id: str
    name: str
    cidr: str
    mac_prefix: str | None = None
    groups: tuple[GroupLink, ...] = ()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NetworkLacking:
    """The cluster does not have a network, or not in all groups, that it should have.

    `version` is what was asked for last, when the cluster was read.
    """

    cluster_id: str
    network_id: str
    version: int


@dataclass(frozen=True, slots=True)
class NetworkLeft:
    """The cluster has a network of ours that nobody needs there; `version` is 0 for no row."""

    cluster_id: str
    network_id: str
    groups: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class InstanceAbsent:
    """The right cluster positively does not know this instance, and no job is making it.

    `removed`: the cluster also shows a successful job that removed it.
    """

    cluster_id: str
    instance: str
    removed: bool
    server_version: int


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """What the scripts that fill an instance's disk say while they do.

    `progress` in percent or None; `message` is theirs and fit for users.
    """

    cluster_id: str
    instance: str
    progress: int | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class InstanceLeft:
    """A job of ours made this instance, and no server that lives stands for it.

    So it is when a request that was given up for lost arrives late, after all.
    """

    cluster_id: str
    instance: str


@dataclass(frozen=True, slots=True)
class HolderLeft:
    """An instance that keeps disks for us, and for nothing that lives: `object_id` has gone.

    Or its volume lives, and its disk is elsewhere, surely, and `version` is the volume's.
    """

    cluster_id: str
    instance: str
    object_id: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class DiskAstray:
    """The disk of a volume or a snapshot is not where its row of this `version` says.

    `instance`: the one that has it, empty for none. `holder_gone`: the cluster positively does
    not know its holder.
    """

    cluster_id: str
    object_id: str
    version: int
    instance: str = ""
    holder_gone: bool = False
