"""The simulated cluster's state: plain data that fits in one JSON document.

Names and texts follow Ganeti's (opcodes, statuses, error codes), because the same
world also answers RAPI. Times are seconds since the epoch, memory and disk in MiB.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import UUID

import orjson

from cyclades.adapters.simulated.settings import Settings

VERSION: Final = "3.0.2"
DISK_TEMPLATES: Final = ("diskless", "ext", "file", "plain", "sharedfile")
GROUP: Final = "default"  # all nodes are in it
FINAL: Final = frozenset({"success", "error", "canceled"})

Opcode = dict[str, Any]
"""An opcode's input as Ganeti shows it in a job: `OP_ID`, `reason`, `depends`, parameters."""


@dataclass(slots=True)
class Node:
    """A machine; only one that is neither drained nor offline takes new instances."""

    name: str
    cpus: int
    memory: int
    disk: int
    drained: bool = False
    offline: bool = False


@dataclass(slots=True)
class Instance:
    """A virtual machine: `wanted` is the administrators' will, `running` is what it does."""

    name: str
    uuid: str
    node: str
    vcpus: int
    memory: int
    disk_template: str
    os_type: str
    nics: list[dict[str, Any]]
    disks: list[dict[str, Any]]
    tags: list[str]
    wanted: bool = False
    running: bool = False
    created: float = 0.0
    modified: float = 0.0
    serial: int = 1
    housed: bool = True  # it has had disks: there is a place for more
    hvparams: dict[str, Any] = field(default_factory=dict)

    @property
    def disk(self) -> int:
        """All disks together."""
        return sum(disk["size"] for disk in self.disks)


@dataclass(slots=True)
class Network:
    """A network: `groups` are [group, mode, link]."""

    name: str
    uuid: str
    cidr: str
    gateway: str | None = None
    mac_prefix: str | None = None
    tags: list[str] = field(default_factory=list)
    groups: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Job:
    """One job of one opcode. `finish` is when a running job will end, `error` how."""

    id: int
    op: Opcode
    received: float
    status: str = "queued"
    duration: float = 0.0
    finish: float = 0.0
    started: float | None = None
    ended: float | None = None
    error: list[Any] | None = None
    result: Any = None
    disk_names: list[str | None] = field(default_factory=list)
    log: list[list[Any]] = field(default_factory=list)

    @property
    def instance(self) -> str | None:
        """The instance the job is about."""
        name = self.op.get("instance_name")
        return name if isinstance(name, str) else None

    @property
    def locks(self) -> frozenset[str]:
        """The instances and networks that no other job may work on at the same time."""
        names = ("instance_name", "new_name", "network_name")
        return frozenset(self.op[name] for name in names if self.op.get(name))

    @property
    def final(self) -> bool:
        """True when nothing will change any more."""
        return self.status in FINAL


@dataclass(slots=True)
class Faults:
    """What goes wrong on demand: counters count down, switches stay."""

    swallow_requests: int = 0
    swallow_answers: int = 0
    refuse: int = 0
    fail_jobs: int = 0
    failure: list[Any] = field(
        default_factory=lambda: ["OpExecError", ["Made to fail on demand"]],
    )
    clinging_guests: int = 0
    slowness: float = 1.0
    drained: bool = False
    full: bool = False
    paused: bool = False
    unreachable: bool = False
    foreign_uuid: str = ""


@dataclass(slots=True)
class World:
    """A cluster. `time` never goes back; nor does `last_job`, unless a queue is restored."""

    name: str
    uuid: str
    seed: str
    time: float
    nodes: dict[str, Node]
    instances: dict[str, Instance] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    loose_disks: list[dict[str, Any]] = field(default_factory=list)
    jobs: dict[int, Job] = field(default_factory=dict)
    archive: dict[int, Job] = field(default_factory=dict)
    last_job: int = 0
    faults: Faults = field(default_factory=Faults)
    building: dict[str, float] = field(default_factory=dict)

    def chance(self, *about: object) -> Random:
        """A source of chance that depends on the seed and the subject, not on when it is asked."""
        return Random(":".join(map(str, (self.seed, *about))))  # noqa: S311 - not a secret

    def new_uuid(self, *about: object) -> str:
        """A UUID for this subject."""
        return str(UUID(int=self.chance("uuid", *about).getrandbits(128), version=4))

    def memory_free(self, node: Node) -> int:
        """Memory left when all instances of the node run."""
        return node.memory - sum(i.memory for i in self.instances.values() if i.node == node.name)

    def disk_free(self, node: Node) -> int:
        """Disk left on the node; disks that no instance has take room, too."""
        used = sum(i.disk for i in self.instances.values() if i.node == node.name)
        loose = sum(int(disk["size"]) for disk in self.loose_disks if disk["node"] == node.name)
        return node.disk - used - loose

    def job(self, job_id: int) -> Job | None:
        """A job, live or archived."""
        return self.jobs.get(job_id) or self.archive.get(job_id)

    def status_of(self, instance: Instance) -> str:
        """Ganeti's word for what the instance does."""
        if self.nodes[instance.node].offline:
            return "ERROR_nodeoffline"
        return {
            (True, True): "running",
            (True, False): "ERROR_down",
            (False, True): "ERROR_up",
            (False, False): "ADMIN_down",
        }[instance.wanted, instance.running]


def new_world(cluster_id: str, settings: Settings, now: float) -> World:
    """A fresh cluster: the same id and seed give the same UUID."""
    name = f"{cluster_id}.simulated.test"
    nodes = {
        node: Node(node, settings.node_cpus, settings.node_memory_mib, settings.node_disk_mib)
        for node in (f"node{n}.{name}" for n in range(1, settings.nodes + 1))
    }
    world = World(name, "", f"{settings.seed}:{cluster_id}", now, nodes)
    world.uuid = world.new_uuid("cluster")
    return world


def dump(world: World) -> bytes:
    """The world as JSON."""
    return orjson.dumps(world, option=orjson.OPT_NON_STR_KEYS)


def load(content: bytes) -> World:
    """What `dump` wrote."""
    data = orjson.loads(content)
    return World(
        **data
        | {
            "nodes": {name: Node(**node) for name, node in data["nodes"].items()},
            "instances": {name: Instance(**i) for name, i in data["instances"].items()},
            "networks": {name: Network(**n) for name, n in data.get("networks", {}).items()},
            "jobs": {int(number): Job(**job) for number, job in data["jobs"].items()},
            "archive": {int(number): Job(**job) for number, job in data["archive"].items()},
            "faults": Faults(**data["faults"]),
        }
    )
