"""Clusters to try a ClusterDriver on: simulated, simulated behind RAPI, and real Ganeti."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from uuid import UUID, uuid4

from cyclades.adapters.ganeti.driver import make as make_ganeti
from cyclades.adapters.simulated.certificates import self_signed
from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.simulated.driver import make as make_simulated
from cyclades.adapters.simulated.rapi import RapiServer
from cyclades.adapters.system.clock import SystemClock
from cyclades.adapters.system.documents import MemoryDocuments
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.model.disk_commands import DiskWanted
from cyclades.domain.model.effects import (
    Command,
    CreateInstance,
    Effect,
    GuestConfig,
    NetworkCommand,
    NicWanted,
)
from cyclades.domain.model.reports import JobReport, Power
from cyclades.ports.cluster_driver import ClusterDriver
from cyclades.ports.documents import Documents
from tests.ganeti.cluster import GanetiCluster
from tests.harness.processes import wait_until

CLOCK = SystemClock()
USER, PASSWORD = "cyclades", "only for tests"


class Administrator(Protocol):
    """Who works in the cluster behind our back."""

    def start(self, name: str) -> object: ...

    def stop(self, name: str) -> object: ...

    def remove(self, name: str) -> object: ...

    def crash(self, name: str) -> None: ...


@dataclass(slots=True)
class Ground:
    """A cluster that the driver under test and an administrator share.

    `again` makes a driver that expects a certain UUID.
    """

    again: Callable[[str | None], ClusterDriver]
    administrator: Administrator
    driver: ClusterDriver = field(init=False)

    def __post_init__(self) -> None:
        self.driver = self.again(None)

    def do(self, command: Command, guest: GuestConfig | None = None) -> JobReport:
        """Submit a command and wait for its job's end."""
        return self.wait(self.driver.submit(effect(command, guest)))

    def wait(self, job_id: int) -> JobReport:
        """Wait for a job's end."""
        wait_until(lambda: self.report(job_id).outcome is not None, f"end of job {job_id}")
        return self.report(job_id)

    def report(self, job_id: int) -> JobReport:
        """A job that must be known."""
        report = self.driver.job(job_id)
        assert report is not None
        return report

    def wait_for(self, name: str, power: Power | None) -> None:
        """Wait until an instance is seen so, or is gone."""
        wait_until(lambda: self.power(name) is power, f"{name} to be {power}")

    def power(self, name: str) -> Power | None:
        """What an instance does, None when it is not there."""
        report = self.driver.instance(name)
        return report.power if report else None


@dataclass(frozen=True, slots=True)
class GanetiAdministrator:
    """The command line on the master node."""

    cluster: GanetiCluster

    def start(self, name: str) -> object:
        return self.cluster.gnt("instance", "start", name)

    def stop(self, name: str) -> object:
        return self.cluster.gnt("instance", "stop", "--timeout=0", name)

    def remove(self, name: str) -> object:
        return self.cluster.gnt("instance", "remove", "--force", "--shutdown-timeout=0", name)

    def crash(self, name: str) -> None:
        self.cluster.crash(name)


def simulated(
    options: dict[str, str] | None = None, documents: Documents | None = None
) -> SimulatedDriver:
    """A simulated cluster, ten times as fast as usual; a fresh one without `documents`."""
    connection = ClusterConnection(
        id="one", driver="simulated", options={"speed": "10"} | (options or {})
    )
    return make_simulated(connection, None, clock=CLOCK, documents=documents or MemoryDocuments())


@contextmanager
def rapi(world: SimulatedDriver) -> Iterator[tuple[RapiServer, ClusterConnection]]:
    """A simulated cluster answering RAPI, and how to reach it."""
    certificate = self_signed(CLOCK.now())
    with RapiServer(world.store, certificate, USER, PASSWORD) as server:
        yield (
            server,
            ClusterConnection(
                id="one",
                driver="ganeti",
                endpoint=server.endpoint,
                username=USER,
                password=PASSWORD,
                fingerprint=certificate.fingerprint,
            ),
        )


def over_rapi(connection: ClusterConnection, uuid: str | None = None) -> ClusterDriver:
    """The ganeti driver for a connection."""
    return make_ganeti(connection, uuid, clock=CLOCK, documents=MemoryDocuments())


def simulated_ground() -> Ground:
    world = simulated()
    return Ground(partial(SimulatedDriver, world.store), world.administrator)


@contextmanager
def rapi_ground() -> Iterator[Ground]:
    world = simulated()
    with rapi(world) as (_, connection):
        yield Ground(partial(over_rapi, connection), world.administrator)


def ganeti_ground(cluster: GanetiCluster) -> Ground:
    return Ground(partial(over_rapi, cluster.connection), GanetiAdministrator(cluster))


def new_id() -> str:
    """A UUIDv7 of now."""
    milliseconds = int(CLOCK.now().timestamp() * 1000)
    chance = uuid4().int & ((1 << 80) - 1)
    number = (milliseconds << 80) | chance
    number = number & ~(0xF << 76) | (7 << 76)
    return str(UUID(int=number & ~(3 << 62) | (2 << 62)))


def effect(command: Command, guest: GuestConfig | None = None) -> Effect:
    """An effect of its own for a command."""
    return Effect(
        id=new_id(),
        cluster_id="one",
        server_id="" if isinstance(command, NetworkCommand) else "server",
        generation=1,
        request_id="req-1234",
        command=command,
        guest=guest or GuestConfig(),
        network_id="network" if isinstance(command, NetworkCommand) else "",
    )


def wanted(name: str, image: str = "cirros", memory: int = 128, mac: str = "") -> CreateInstance:
    """A small instance with a disk and an interface."""
    last = sum(name.encode()) % 256
    return CreateInstance(
        instance=name,
        vcpus=2,
        memory_mib=memory,
        disk_template="sharedfile",
        disks=(DiskWanted(f"vol-{name}", 64),),
        nics=(NicWanted(f"nic-{name}", mac or f"aa:00:07:00:01:{last:02x}", "snf_public"),),
        image_id=image,
        image_format="diskdump",
        tags=("cyclades:one",),
    )
