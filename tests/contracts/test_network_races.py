"""Fifty at once for the last of something: one wins, the others lose nothing but the race."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from cyclades.domain.model.addresses import Pool
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import WantedInterface, WantedIp, WantedPort
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.subnet import WantedSubnet
from tests.contracts.network_races import THREADS, race
from tests.harness.api import CALLERS, PROJECT

if TYPE_CHECKING:
    from cyclades.bootstrap import Application, Unit

pytestmark = pytest.mark.real_postgres
MEMBER = CALLERS["member"]
EVERYTHING = Listing(Scope(None, everything=True))


@pytest.fixture
def app(
    application_maker: "Callable[..., Application]", postgres_database_url: str
) -> "Application":
    return application_maker(
        postgres_database_url,
        network_flavors=("PHYSICAL_VLAN",),
        vlan_links=("a", "b"),
        quota_port=-1,
        quota_network=-1,
    )


def network_with(app: "Application", first: int, last: int) -> str:
    """A network whose pool has these last octets."""

    def make(unit: "Unit") -> str:
        network = unit.networks.create(MEMBER, WantedNetwork("n"))
        pools = (Pool(f"10.0.0.{first}", f"10.0.0.{last}"),)
        unit.subnets.create(MEMBER, WantedSubnet(network.id, "10.0.0.0/24", pools=pools))
        return str(network.id)

    return app.atomically(make)


def holds(app: "Application") -> tuple[int, int, int]:
    """Ports, addresses that they hold, and ports that quota knows of."""
    with app.transaction() as unit:
        ports = unit.ports.page(EVERYTHING)
        used = unit.quota.holdings(PROJECT, ["port"])["port"].used
        return len(ports), sum(len(port.fixed_ips) for port in ports), used


def test_the_last_address(app: "Application") -> None:
    network = network_with(app, 10, 10)
    won, lost = race(app, lambda unit, _: unit.ports.create(MEMBER, WantedPort(network)))
    assert (len(won), lost) == (1, ["AddressesExhausted"])
    assert holds(app) == (1, 1, 1)


def test_the_same_address(app: "Application") -> None:
    network = network_with(app, 10, 200)
    wanted = WantedPort(network, fixed_ips=(WantedIp(ip_address="10.0.0.50"),))
    won, lost = race(app, lambda unit, _: unit.ports.create(MEMBER, wanted))
    assert (len(won), lost) == (1, ["IpAddressAlreadyAllocated"])
    assert holds(app) == (1, 1, 1)


def test_an_address_for_everybody(app: "Application") -> None:
    network = network_with(app, 10, 200)
    won, lost = race(app, lambda unit, _: unit.ports.create(MEMBER, WantedPort(network)))
    assert (len(won), lost) == (THREADS, [])
    assert len({port.fixed_ips[0].ip_address for port in won}) == THREADS
    assert holds(app) == (THREADS, THREADS, THREADS)


def test_the_same_mac_address(app: "Application") -> None:
    network = network_with(app, 10, 200)
    wanted = WantedPort(network, mac="aa:00:00:00:00:01")
    won, lost = race(app, lambda unit, _: unit.ports.create(MEMBER, wanted))
    assert (len(won), lost) == (1, ["MacAddressInUse"])
    assert holds(app) == (1, 1, 1)


def test_the_last_link(app: "Application") -> None:
    network_with(app, 10, 10)
    won, lost = race(app, lambda unit, _: unit.networks.create(MEMBER, WantedNetwork("x")))
    assert (len(won), lost) == (1, ["NoNetworkAvailable"])
    with app.transaction() as unit:
        networks = unit.networks.page(EVERYTHING)
        assert sorted(network.link for network in networks) == ["a", "b"]
        assert unit.quota.holdings(PROJECT, ["network"])["network"].used == 2


def test_a_port_for_several_servers(app: "Application") -> None:
    network = network_with(app, 10, 200)
    port = app.atomically(lambda unit: unit.ports.create(MEMBER, WantedPort(network)))
    wanted = [WantedInterface(port_id=port.id)]
    won, lost = race(
        app, lambda unit, n: unit.server_ports.wire(MEMBER, f"server{n}", "nova", wanted)
    )
    assert (len(won), lost) == (1, ["PortInUse"])


def test_a_network_s_end_and_its_next_port(app: "Application") -> None:
    network = network_with(app, 10, 200)

    def act(unit: "Unit", number: int) -> None:
        if number == THREADS // 2:
            unit.networks.delete(MEMBER, network, None)
        else:
            unit.ports.create(MEMBER, WantedPort(network))

    _, lost = race(app, act)
    assert lost in (["NetworkInUse"], ["NotFound"])
    with app.transaction() as unit:
        left = len(unit.networks.page(EVERYTHING))
    ports, addresses, used = holds(app)
    assert ports == addresses == used
    assert bool(ports) == bool(left)


def test_the_first_use_of_a_project_s_default_group(app: "Application") -> None:
    won, lost = race(app, lambda unit, _: unit.security_groups.chosen("p" * 32, ()))
    assert (len(won), lost, len(set(won))) == (THREADS, [], 1)
