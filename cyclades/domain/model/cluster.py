"""Clusters: where servers live, how full they are, whether they answer."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Capacity:
    """Sums over the nodes that can take instances, and their groups. Memory and disk in MiB."""

    nodes: int = 0
    cpus_total: int = 0
    memory_total: int = 0
    memory_free: int = 0
    disk_total: int = 0
    disk_free: int = 0
    instances: int = 0
    node_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterIdentity:
    """Who answered: `uuid` never changes in a cluster's life. `wipes_disks`: new ones, all."""

    uuid: str
    name: str
    version: str
    disk_templates: tuple[str, ...]
    hypervisors: tuple[str, ...]
    wipes_disks: bool = False


@dataclass(frozen=True, slots=True)
class ClusterConnection:
    """How to reach a cluster.

    `driver` names an entry point of group `cyclades.cluster_driver`. `endpoint` is a
    URL (`https://host:5080`), or several with spaces between, of which one answers at a
    time: the master's floating name first, then the nodes that may become master. Trust
    is either a pinned certificate (`fingerprint`, SHA-256 in hex of the DER form) or a CA
    bundle in PEM (`ca`). `options` are the driver's own.
    """

    id: str
    driver: str
    endpoint: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    fingerprint: str = ""
    ca: str = field(default="", repr=False)
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Cluster:
    """A cluster as the operator registered it and as the poller last saw it.

    `release` is Ganeti's version. `breaker_open`: it does not answer now; `trouble`: why.
    """

    id: str
    name: str
    connection: ClusterConnection
    uuid: str
    release: str
    disk_templates: tuple[str, ...]
    hypervisors: tuple[str, ...]
    capacity: Capacity
    availability_zone: str = "nova"
    drained: bool = False
    offline: bool = False
    breaker_open: bool = False
    trouble: str = ""
    created: datetime | None = None
    version: int = 1
