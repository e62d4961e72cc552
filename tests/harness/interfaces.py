"""Interfaces of the servers of a small cloud, as the database and its cluster have them."""

from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import Port, WantedInterface, WantedPort
from cyclades.domain.model.subnet import WantedSubnet
from tests.harness.cloud import MEMBER, Cloud

PREFIX = "cyclades-"


def network(cloud: Cloud, cidr: str = "10.0.0.0/24") -> str:
    """A private network with a subnet."""

    def make(unit: Any) -> str:
        made: str = unit.networks.create(MEMBER, WantedNetwork("private")).id
        unit.subnets.create(MEMBER, WantedSubnet(made, cidr))
        return made

    return cloud.app.atomically(make)


def user_port(cloud: Cloud, network_id: str) -> str:
    """A port that a user made."""
    return cloud.app.atomically(lambda unit: unit.ports.create(MEMBER, WantedPort(network_id)).id)


def running(cloud: Cloud) -> str:
    """A server on the public network."""
    with cloud.app.reader() as unit:
        (public,) = unit.network_rows.public()
    return cloud.running(interfaces=[WantedInterface(public.id)])


def port(cloud: Cloud, port_id: str) -> Port | None:
    """As it is in the database, if it is."""
    with cloud.app.reader() as unit:
        try:
            return unit.port_rows.get(port_id)
        except NotFound:
            return None


def plugged(cloud: Cloud, server_id: str) -> dict[str, str | None]:
    """Addresses by port as its cluster has them."""
    seen = cloud.cluster().instance(f"{PREFIX}{server_id}")
    assert seen is not None
    return {(nic.name or "").removeprefix(f"{PREFIX}nic-"): nic.ip for nic in seen.nics}


def resolve(cloud: Cloud, effect_id: str) -> bool:
    """Give up what comes too late."""
    return cloud.app.atomically(lambda unit: unit.deadlines.resolve(effect_id))


def used(cloud: Cloud) -> int:
    with cloud.app.reader() as unit:
        return unit.quota.holdings(MEMBER.project_id or "", ["port"])["port"].used


def fail_next(cloud: Cloud) -> None:
    cloud.cluster().faults.set(fail_jobs=1)
