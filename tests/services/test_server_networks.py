"""The networks that servers are on when nobody says so, and whatever anybody says."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cyclades.domain.model.errors import Conflict, NoCapacity
from cyclades.domain.model.floating_ip import WantedFloatingIp
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.network_errors import IpAddressAlreadyAllocated
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.subnet import WantedSubnet
from tests.harness.cloud import ADMIN, MEMBER, Cloud, cloud_on
from tests.workers.invariants import violations

pytestmark = pytest.mark.slow
Maker = Callable[..., Cloud]


@pytest.fixture
def made(sqlite_database_url: str, tmp_path: Path) -> Iterator[Maker]:
    """A cloud with these settings."""
    clouds: list[Cloud] = []

    def make(**settings: Any) -> Cloud:
        clouds.append(cloud_on(sqlite_database_url, tmp_path, **settings))
        return clouds[-1]

    yield make
    for cloud in clouds:
        cloud.close()


def public(cloud: Cloud, *cidrs: str, name: str = "more", external: bool = True) -> str:
    """One more network that everybody may use."""

    def make(unit: Any) -> str:
        wanted = WantedNetwork(name, external=external, shared=True)
        network_id: str = unit.networks.create(ADMIN, wanted).id
        for cidr in cidrs:
            unit.subnets.create(ADMIN, WantedSubnet(network_id, cidr))
        return network_id

    return cloud.app.atomically(make)


def names(cloud: Cloud, server_id: str) -> list[str]:
    """The networks that it is on, in order."""
    with cloud.app.reader() as unit:
        ports = unit.port_rows.of_device(server_id)
        return [unit.network_rows.get(port.network_id).name for port in ports]


def used(cloud: Cloud) -> int:
    with cloud.app.reader() as unit:
        return unit.quota.holdings(MEMBER.project_id or "", ["port"])["port"].used


@pytest.mark.parametrize(
    ("setting", "networks"),
    [
        ("SNF:ANY_PUBLIC_IPV4", ["public"]),
        ("SNF:ANY_PUBLIC_IPV6", ["six"]),
        ("SNF:ANY_PUBLIC", ["public"]),
        ("nonsense|SNF:ANY_PUBLIC_IPV6", ["six"]),
        ("SNF:ANY_PUBLIC_IPV6|SNF:ANY_PUBLIC_IPV4", ["six"]),
    ],
)
def test_the_usual_networks(made: Maker, setting: str, networks: list[str]) -> None:
    cloud = made(default_networks=(setting,))
    public(cloud, "2001:db8:9::/64", name="six")
    assert names(cloud, cloud.create()) == networks
    assert names(cloud, cloud.create(interfaces="none")) == []
    attached = cloud.running(interfaces="none")
    cloud.attach(attached)
    assert names(cloud, attached) == networks


def test_the_first_that_has_room_is_taken(made: Maker) -> None:
    cloud = made(
        public_subnet="203.0.113.0/30", public_subnet6="", default_networks=("SNF:ANY_PUBLIC",)
    )
    public(cloud, "198.51.100.0/30")
    assert [names(cloud, cloud.create()) for _ in range(2)] == [["public"], ["more"]]
    with pytest.raises(Conflict, match="No network is available"):
        cloud.create()


def test_forced_networks_are_the_operator_s(made: Maker) -> None:
    cloud = made(public_subnet="203.0.113.0/29", forced_networks=("SNF:ANY_PUBLIC_IPV4",))
    other = public(cloud, "198.51.100.0/24", external=False)
    for wanted in ("none", "auto", [WantedInterface(other)]):
        before = used(cloud)
        server_id = cloud.running(interfaces=wanted)
        found = names(cloud, server_id)
        assert found[0] == "public"
        assert used(cloud) - before == len(found) - 1
        forced = next(iter(cloud.ports_of(server_id).values()))
        assert (forced.project_id, forced.keep) == ("", False)
    assert violations(cloud.app) == []
    for _ in range(2):
        cloud.create(interfaces="none")
    with pytest.raises(NoCapacity, match="every server"):
        cloud.create(interfaces="none")


def test_the_operator_s_interface_stays(made: Maker) -> None:
    cloud = made(forced_networks=("SNF:ANY_PUBLIC",))
    server_id = cloud.running(interfaces="none")
    (port_id,) = cloud.ports_of(server_id)
    with pytest.raises(Conflict, match="operator"):
        cloud.detach(server_id, port_id)
    cloud.detach(server_id, port_id, ADMIN)
    cloud.converge()
    assert cloud.ports_of(server_id) == {}
    assert violations(cloud.app) == []


def test_an_address_that_is_an_owned_floating_ip(made: Maker) -> None:
    cloud = made()
    network_id = public(cloud, "198.51.100.0/24")
    floating = cloud.app.atomically(
        lambda unit: unit.floating_ips.create(MEMBER, WantedFloatingIp(network_id))
    )
    wanted = [WantedInterface(network_id, fixed_ip=floating.address)]
    server_id = cloud.running(interfaces=wanted)
    (port,) = cloud.ports_of(server_id).values()
    assert port.fixed_ips == ()
    with cloud.app.reader() as unit:
        after = unit.floating_ips.show(MEMBER, floating.id)
    assert (after.port_id, after.fixed_ip, after.router_id) == (port.id, floating.address, None)
    other = cloud.running(interfaces="none")
    with pytest.raises(IpAddressAlreadyAllocated):
        cloud.attach(other, network_id=network_id, fixed_ip=floating.address)
    cloud.detach(server_id, port.id)
    cloud.converge()
    port_id, _ = cloud.attach(other, network_id=network_id, fixed_ip=floating.address)
    cloud.converge()
    with cloud.app.reader() as unit:
        assert unit.floating_ips.show(MEMBER, floating.id).port_id == port_id
    assert violations(cloud.app) == []


def test_a_port_that_changes_its_address_tells_its_cluster(made: Maker) -> None:
    cloud = made()

    def make(unit: Any) -> str:
        network_id: str = unit.networks.create(MEMBER, WantedNetwork("inner")).id
        unit.subnets.create(MEMBER, WantedSubnet(network_id, "10.0.0.0/24"))
        return network_id

    network_id = cloud.app.atomically(make)
    server_id = cloud.running(interfaces=[WantedInterface(network_id)])
    act: Callable[[Any], None]
    for act, address in (
        (lambda unit: unit.server_addresses.add(MEMBER, server_id, network_id), "10.0.0.2"),
        (lambda unit: unit.server_addresses.remove(MEMBER, server_id, "10.0.0.2"), "10.0.0.3"),
        (lambda unit: unit.server_addresses.remove(MEMBER, server_id, "10.0.0.3"), None),
    ):
        cloud.app.atomically(act)
        cloud.converge()
        seen = cloud.cluster().instance(f"cyclades-{server_id}")
        assert seen is not None
        assert [nic.ip for nic in seen.nics] == [address]
    assert violations(cloud.app) == []
