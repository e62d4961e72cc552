"""Fifty at once for the same floating IP, fixed address, interface or way out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import pytest

from cyclades.domain.model.addresses import Pool
from cyclades.domain.model.floating_ip import WantedFloatingIp
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import WantedIp, WantedPort
from cyclades.domain.model.router import WantedGateway, WantedRouter
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.subnet import WantedSubnet
from tests.contracts.network_races import THREADS, race
from tests.harness.api import CALLERS, PROJECT

if TYPE_CHECKING:
    from cyclades.bootstrap import Application, Unit

pytestmark = pytest.mark.real_postgres
MEMBER, ADMIN = CALLERS["member"], CALLERS["admin"]
EVERYTHING = Listing(Scope(None, everything=True))


@pytest.fixture
def app(
    application_maker: "Callable[..., Application]", postgres_database_url: str
) -> "Application":
    return application_maker(
        postgres_database_url, quota_floatingip=-1, quota_router=-1, quota_port=-1
    )


def external(app: "Application", first: int = 10, last: int = 200) -> str:
    """An external network whose pool has these last octets."""

    def make(unit: "Unit") -> str:
        network = unit.networks.create(ADMIN, WantedNetwork("ext", external=True))
        pools = (Pool(f"203.0.113.{first}", f"203.0.113.{last}"),)
        unit.subnets.create(ADMIN, WantedSubnet(network.id, "203.0.113.0/24", pools=pools))
        return network.id

    return app.atomically(make)


def private(app: "Application") -> tuple[str, str]:
    """A private network and its subnet."""

    def make(unit: "Unit") -> tuple[str, str]:
        network = unit.networks.create(MEMBER, WantedNetwork("n"))
        subnet = unit.subnets.create(MEMBER, WantedSubnet(network.id, "10.7.0.0/24"))
        return network.id, subnet.id

    return app.atomically(make)


def behind(app: "Application", outside: str, count: int) -> tuple[str, list[str]]:
    """A router to the external network, and ports behind it."""
    network_id, subnet_id = private(app)

    def make(unit: "Unit") -> tuple[str, list[str]]:
        wanted = WantedRouter(gateway=WantedGateway(outside))
        router = unit.routers.create(MEMBER, wanted)
        unit.router_interfaces.add_subnet(MEMBER, router.id, subnet_id)
        ports = [unit.ports.create(MEMBER, WantedPort(network_id)) for _ in range(count)]
        return router.id, [port.id for port in ports]

    return app.atomically(make)


def used(app: "Application", resource: str) -> int:
    with app.transaction() as unit:
        return unit.quota.holdings(PROJECT, [resource])[resource].used


def test_the_same_floating_address(app: "Application") -> None:
    wanted = WantedFloatingIp(external(app), address="203.0.113.77")
    won, lost = race(app, lambda unit, _: unit.floating_ips.create(MEMBER, wanted))
    assert (len(won), lost) == (1, ["IpAddressAlreadyAllocated"])
    assert used(app, "floatingip") == 1


def test_the_last_floating_address(app: "Application") -> None:
    wanted = WantedFloatingIp(external(app, 10, 10))
    won, lost = race(app, lambda unit, _: unit.floating_ips.create(MEMBER, wanted))
    assert (len(won), lost) == (1, ["AddressesExhausted"])
    assert used(app, "floatingip") == 1


def test_one_floating_ip_for_many_ports_leads_to_the_last(app: "Application") -> None:
    outside = external(app)
    _, ports = behind(app, outside, THREADS)
    wanted = WantedFloatingIp(outside)
    floating = app.atomically(lambda unit: unit.floating_ips.create(MEMBER, wanted))
    won, lost = race(
        app,
        lambda unit, n: unit.floating_ips.update(MEMBER, floating.id, {"port_id": ports[n]}, None),
    )
    assert (len(won), lost) == (THREADS, [])
    last = max(won, key=lambda each: each.version)
    with app.transaction() as unit:
        assert unit.floating_ips.show(MEMBER, floating.id) == last
    assert last.version == THREADS + 1


def test_one_port_for_many_floating_ips_has_one(app: "Application") -> None:
    outside = external(app)
    _, (port,) = behind(app, outside, 1)
    wanted = WantedFloatingIp(outside, port_id=port)
    won, lost = race(app, lambda unit, _: unit.floating_ips.create(MEMBER, wanted))
    assert (len(won), lost) == (1, ["FloatingIPPortAlreadyAssociated"])
    assert used(app, "floatingip") == 1


def test_a_port_s_end_and_its_floating_ip(app: "Application") -> None:
    outside = external(app)
    _, ports = behind(app, outside, THREADS // 2)
    wanted = WantedFloatingIp(outside)
    floating = [
        app.atomically(lambda unit: unit.floating_ips.create(MEMBER, wanted)).id for _ in ports
    ]

    def act(unit: "Unit", number: int) -> None:
        which = number // 2
        if number % 2:
            unit.ports.delete(MEMBER, ports[which], None)
        else:
            unit.floating_ips.update(MEMBER, floating[which], {"port_id": ports[which]}, None)

    _, lost = race(app, act)
    assert set(lost) <= {"NotFound"}
    with app.transaction() as unit:
        left = unit.floating_ips.page(EVERYTHING)
    assert {(each.status, each.port_id, each.router_id) for each in left} == {("DOWN", None, None)}


def test_a_router_s_interface_and_the_floating_ips_through_it(app: "Application") -> None:
    outside = external(app)
    router, ports = behind(app, outside, THREADS - 1)
    with app.transaction() as unit:
        (inside,) = [t for t in unit.router_rows.touches(router) if t.network_id != outside]

    def act(unit: "Unit", number: int) -> None:
        if number == THREADS - 1:
            unit.router_interfaces.remove(MEMBER, router, inside.subnet_id, None)
        else:
            wanted = WantedFloatingIp(outside, port_id=ports[number])
            unit.floating_ips.create(MEMBER, wanted)

    _, lost = race(app, act)
    with app.transaction() as unit:
        touches = [t for t in unit.router_rows.touches(router) if t.network_id != outside]
        through = unit.floating_ip_rows.through(router)
    assert lost in (["RouterInterfaceInUseByFloatingIP"], ["ExternalGatewayForFloatingIPNotFound"])
    assert bool(touches) is through


def test_an_address_that_a_port_gives_up_while_a_floating_ip_is_led_there(
    app: "Application",
) -> None:
    """Somebody else's port may have it next: nothing leads there any more."""
    outside = external(app)
    _, (port_id,) = behind(app, outside, 1)
    floating = app.atomically(
        lambda unit: unit.floating_ips.create(MEMBER, WantedFloatingIp(outside))
    )
    other = {"fixed_ips": (WantedIp(ip_address="10.7.0.99"),)}
    with ThreadPoolExecutor() as threads:
        with app.transaction() as unit:
            unit.floating_ips.update(MEMBER, floating.id, {"port_id": port_id}, None)
            changing = threads.submit(
                app.atomically, lambda unit: unit.ports.update(MEMBER, port_id, other, None)
            )
            wait([changing], timeout=1)
        held = {fixed.ip_address for fixed in changing.result().fixed_ips}
    with app.transaction() as unit:
        after = unit.floating_ips.show(MEMBER, floating.id)
    assert held == {"10.7.0.99"}
    assert after.fixed_ip in {None, *held}


def test_a_gateway_s_address_that_changes_while_a_router_comes(app: "Application") -> None:
    _, subnet_id = private(app)
    router = app.atomically(lambda unit: unit.routers.create(MEMBER, WantedRouter())).id
    with ThreadPoolExecutor() as threads:
        with app.transaction() as unit:
            moved = {"gateway_ip": "10.7.0.254", "pools": (Pool("10.7.0.1", "10.7.0.253"),)}
            unit.subnets.update(MEMBER, subnet_id, moved, None)
            joining = threads.submit(
                app.atomically,
                lambda unit: unit.router_interfaces.add_subnet(MEMBER, router, subnet_id),
            )
            wait([joining], timeout=1)
        joining.result()
    with app.transaction() as unit:
        assert [touch.address for touch in unit.router_rows.touches(router)] == ["10.7.0.254"]


def test_a_subnet_for_many_routers(app: "Application") -> None:
    _, subnet_id = private(app)
    routers = [
        app.atomically(lambda unit: unit.routers.create(MEMBER, WantedRouter())).id
        for _ in range(THREADS)
    ]
    won, lost = race(
        app,
        lambda unit, n: unit.router_interfaces.add_subnet(MEMBER, routers[n], subnet_id),
    )
    assert (len(won), lost) == (1, ["IpAddressAlreadyAllocated"])
    assert used(app, "port") == 1


def test_a_router_joins_a_subnet_once(app: "Application") -> None:
    _, subnet_id = private(app)
    router = app.atomically(lambda unit: unit.routers.create(MEMBER, WantedRouter())).id
    won, lost = race(
        app, lambda unit, _: unit.router_interfaces.add_subnet(MEMBER, router, subnet_id)
    )
    assert (len(won), lost) == (1, ["BadRequest"])
    assert used(app, "port") == 1
