"""Whatever gives a server an address, or takes one from it, is in its history."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from cyclades.domain.model.floating_ip import WantedFloatingIp
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import WantedInterface, WantedIp, WantedPort
from cyclades.domain.model.router import WantedGateway, WantedRouter
from cyclades.domain.model.subnet import WantedSubnet
from tests.harness.cloud import ADMIN, MEMBER, Cloud


class History:
    """What is written down of one server."""

    def __init__(self, cloud: Cloud, server_id: str) -> None:
        self.cloud = cloud
        self.server_id = server_id

    def has(self) -> set[str]:
        return {each.address for each in self._all() if each.until is None}

    def had(self) -> set[str]:
        return {each.address for each in self._all() if each.until is not None}

    def users(self) -> set[str | None]:
        return {each.user_id for each in self._all()}

    def _all(self) -> Any:
        with self.cloud.app.reader() as unit:
            return unit.address_history_rows.held(server_id=self.server_id)


def do(cloud: Cloud, work: Callable[[Any], Any]) -> Any:
    return cloud.app.atomically(work)


def wired(cloud: Cloud, cidr: str = "10.0.0.0/24", **more: Any) -> tuple[str, str]:
    """A private network and its subnet."""

    def make(unit: Any) -> tuple[str, str]:
        network = unit.networks.create(MEMBER, WantedNetwork("n")).id
        return network, unit.subnets.create(MEMBER, WantedSubnet(network, cidr, **more)).id

    made: tuple[str, str] = do(cloud, make)
    return made


def port_of(cloud: Cloud, server_id: str) -> str:
    with cloud.app.reader() as unit:
        return unit.port_rows.of_device(server_id)[-1].id


def public(cloud: Cloud) -> str:
    with cloud.app.reader() as unit:
        found = unit.network_rows.public()
    return found[0].id


@pytest.fixture
def server(cloud: Cloud) -> str:
    network, _ = wired(cloud)
    return cloud.running(interfaces=[WantedInterface(network)])


@pytest.fixture
def history(cloud: Cloud, server: str) -> History:
    return History(cloud, server)


def test_a_server_s_life(cloud: Cloud, server: str, history: History) -> None:
    assert (history.has(), history.had(), history.users()) == (
        {"10.0.0.2"},
        set(),
        {MEMBER.user_id},
    )
    cloud.delete(server)
    cloud.converge()
    assert (history.has(), history.had()) == (set(), {"10.0.0.2"})


def test_an_interface_comes_and_goes(cloud: Cloud, server: str, history: History) -> None:
    network, _ = wired(cloud, "10.1.0.0/24")
    wanted = WantedInterface(network)
    port = do(
        cloud, lambda unit: unit.server_interfaces.attach(MEMBER, cloud.request(), server, wanted)
    )
    assert history.has() == {"10.0.0.2", "10.1.0.2"}
    cloud.converge()
    do(cloud, lambda unit: unit.server_interfaces.detach(MEMBER, cloud.request(), server, port))
    cloud.converge()
    assert (history.has(), history.had()) == ({"10.0.0.2"}, {"10.1.0.2"})


def test_other_fixed_addresses(cloud: Cloud, server: str, history: History) -> None:
    fixed = (WantedIp(ip_address="10.0.0.7"),)
    port = port_of(cloud, server)
    do(cloud, lambda unit: unit.ports.update(MEMBER, port, {"fixed_ips": fixed}, None))
    assert (history.has(), history.had()) == ({"10.0.0.7"}, {"10.0.0.2"})


def test_a_subnet_that_gives_everybody_an_address(
    cloud: Cloud, server: str, history: History
) -> None:
    with cloud.app.reader() as unit:
        (port,) = unit.port_rows.of_device(server)
    six = WantedSubnet(port.network_id, "fd00::/64", ipv6_address_mode="slaac")
    subnet = do(cloud, lambda unit: unit.subnets.create(MEMBER, six).id)
    (own,) = history.has() - {"10.0.0.2"}
    assert own.startswith("fd00::")
    do(cloud, lambda unit: unit.subnets.delete(MEMBER, subnet, None))
    assert (history.has(), history.had()) == ({"10.0.0.2"}, {own})


def floating(cloud: Cloud, **more: Any) -> Any:
    wanted = WantedFloatingIp(public(cloud), **more)
    return do(cloud, lambda unit: unit.floating_ips.create(MEMBER, wanted))


def test_a_floating_address_by_a_router(cloud: Cloud, server: str, history: History) -> None:
    port = port_of(cloud, server)

    def route(unit: Any) -> None:
        gateway = WantedGateway(public(cloud))
        router = unit.routers.create(MEMBER, WantedRouter(gateway=gateway)).id
        subnet = unit.port_rows.get(port).fixed_ips[0].subnet_id
        unit.router_interfaces.add_subnet(MEMBER, router, subnet)

    do(cloud, route)
    moves(cloud, history, port)


def test_a_floating_address_directly(cloud: Cloud) -> None:
    server = cloud.running(interfaces=[WantedInterface(public(cloud))])
    moves(cloud, History(cloud, server), port_of(cloud, server))


def moves(cloud: Cloud, history: History, port: str) -> None:
    """A floating IP comes by an association, and goes in each way there is."""
    before = history.has()
    first = floating(cloud, port_id=port)
    assert history.has() == before | {first.address}
    nowhere = {"port_id": None}
    do(cloud, lambda unit: unit.floating_ips.update(MEMBER, first.id, nowhere, None))
    assert (history.has(), history.had()) == (before, {first.address})
    back = {"port_id": port}
    do(cloud, lambda unit: unit.floating_ips.update(MEMBER, first.id, back, None))
    assert history.has() == before | {first.address}
    do(cloud, lambda unit: unit.floating_ips.delete(MEMBER, first.id, None))
    assert history.has() == before
    second = floating(cloud, port_id=port)
    assert history.has() == before | {second.address}
    cloud.delete(history.server_id)
    cloud.converge()
    assert history.has() == set()


def test_a_server_with_a_floating_address_of_its_own(cloud: Cloud) -> None:
    mine = floating(cloud)
    wanted = WantedInterface(public(cloud), fixed_ip=mine.address)
    history = History(cloud, cloud.running(interfaces=[wanted]))
    assert mine.address in history.has()
    cloud.delete(history.server_id)
    cloud.converge()
    assert history.has() == set()


def test_who_holds_nothing_has_no_history(cloud: Cloud) -> None:
    network, _ = wired(cloud)
    port = do(cloud, lambda unit: unit.ports.create(MEMBER, WantedPort(network)))
    do(cloud, lambda unit: unit.ports.update(ADMIN, port.id, {"fixed_ips": ()}, None))
    do(cloud, lambda unit: unit.ports.delete(MEMBER, port.id, None))
    with cloud.app.reader() as unit:
        assert unit.address_history_rows.held() == []


def test_it_costs_one_statement_to_come_and_one_to_go(cloud: Cloud) -> None:
    """However many interfaces a server has."""
    first, second = (wired(cloud, f"10.{number}.0.0/24")[0] for number in (1, 2))
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.extend(["history"] if "address_history" in statement else [])

    event.listen(cloud.app.engine, "before_cursor_execute", note)
    server = cloud.running(interfaces=[WantedInterface(first), WantedInterface(second)])
    assert len(sent) == 1
    cloud.delete(server)
    cloud.converge()
    assert len(sent) == 2
