"""The router worker: what users want is on their gateway host, whatever happens between."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from cyclades.adapters.simulated.router_driver import SimulatedRouterDriver
from cyclades.bootstrap import Application
from cyclades.domain.model.floating_ip import WantedFloatingIp
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import WantedPort
from cyclades.domain.model.router import WantedGateway, WantedRouter
from cyclades.domain.model.router_state import RouterState
from cyclades.domain.model.subnet import WantedSubnet
from cyclades.workers import router as module
from cyclades.workers.audits import audit_ledger
from cyclades.workers.router import RouterWorker
from tests.harness.api import CALLERS

MEMBER, ADMIN = CALLERS["member"], CALLERS["admin"]
ALWAYS = {"scan_interval": 0.000001}


class Site:
    """An application, its gateway host and the worker there."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.host = SimulatedRouterDriver(app.settings.gateway_host, app.documents)
        self.worker = RouterWorker(app)
        self.outside = app.atomically(
            lambda unit: unit.networks.create(ADMIN, WantedNetwork("ext", external=True)).id
        )
        self.subnet(ADMIN, self.outside, "203.0.113.0/24")

    def subnet(self, caller: Any, network_id: str, cidr: str) -> str:
        wanted = WantedSubnet(network_id, cidr)
        return self.app.atomically(lambda unit: unit.subnets.create(caller, wanted).id)

    def router(self, **more: Any) -> str:
        wanted = WantedRouter("r", **more)
        return self.app.atomically(lambda unit: unit.routers.create(MEMBER, wanted).id)

    def update(self, router_id: str, **changes: Any) -> None:
        self.app.atomically(lambda unit: unit.routers.update(MEMBER, router_id, changes, None))

    def delete(self, router_id: str) -> None:
        self.app.atomically(lambda unit: unit.routers.delete(MEMBER, router_id, None))

    def status(self, router_id: str) -> str:
        with self.app.reader() as unit:
            return unit.router_rows.get(router_id).status

    def trouble(self, router_id: str) -> str | None:
        with self.app.reader() as unit:
            report = unit.router_reports.of([router_id]).get(router_id)
        return report.trouble if report else None

    def divergences(self) -> list[tuple[str, str]]:
        """What an audit of the database finds; nothing of it is mended here."""
        found = audit_ledger(self.app)
        assert not found.mended
        return [(each.divergence.object_id, each.divergence.detail) for each in found.found]

    def agrees(self) -> bool:
        """The host has what is wanted, and has said so."""
        with self.app.reader() as unit:
            host = self.app.settings.gateway_host
            wanted = {each.id: each.digest for each in unit.router_reports.wanted(host)}
            said = {
                each.router_id: each.digest for each in unit.router_reports.of_host(host).values()
            }
        return wanted == dict(self.host.list()) == said

    def wakes(self) -> int:
        return self.app.queue.wait("router", 0, 0)


@pytest.fixture
def site(application_maker: Callable[..., Application], database_url: str) -> Site:
    return Site(application_maker(database_url, **ALWAYS))


def test_all_that_a_user_wants_is_on_the_host(site: Site) -> None:
    app = site.app
    router_id = site.router(gateway=WantedGateway(site.outside))
    site.worker.turn()
    assert site.agrees()
    network_id = app.atomically(lambda unit: unit.networks.create(MEMBER, WantedNetwork("n")).id)
    subnet_id = site.subnet(MEMBER, network_id, "10.7.0.0/24")
    app.atomically(lambda unit: unit.router_interfaces.add_subnet(MEMBER, router_id, subnet_id))
    port = app.atomically(lambda unit: unit.ports.create(MEMBER, WantedPort(network_id)))
    wanted = WantedFloatingIp(site.outside, "203.0.113.77", port_id=port.id)
    floating = app.atomically(lambda unit: unit.floating_ips.create(MEMBER, wanted))
    site.worker.turn()
    assert site.agrees()
    state = site.host.state(router_id)
    assert state["floating"] == [["203.0.113.77", port.fixed_ips[0].ip_address]]
    assert [link["addresses"] for link in state["interfaces"]] == [["10.7.0.1/24"]]
    assert state["external"]["link"]["addresses"] == [f"{state['snat']}/24"]
    app.atomically(lambda unit: unit.ports.delete(MEMBER, port.id, None))
    site.worker.turn()
    assert site.host.state(router_id)["floating"] == []
    assert site.agrees()
    app.atomically(lambda unit: unit.floating_ips.delete(MEMBER, floating.id, None))
    app.atomically(lambda unit: unit.router_interfaces.remove(MEMBER, router_id, subnet_id, None))
    site.delete(router_id)
    site.worker.turn()
    assert site.host.list() == {}
    assert site.agrees()


def test_a_router_that_is_down_is_not_there(site: Site) -> None:
    router_id = site.router()
    site.worker.turn()
    assert list(site.host.list()) == [router_id]
    site.update(router_id, admin_state_up=False)
    site.worker.turn()
    assert site.host.list() == {}
    site.update(router_id, admin_state_up=True)
    site.worker.turn()
    assert site.agrees()
    assert site.status(router_id) == "ACTIVE"


def test_trouble_is_told_until_it_is_over(site: Site) -> None:
    router_id, other = site.router(), site.router()
    site.worker.turn()
    site.update(router_id, name="x", gateway=WantedGateway(site.outside))
    site.host.fail("no space left")
    site.worker.turn()
    assert (site.status(router_id), site.trouble(router_id)) == ("ERROR", "no space left")
    assert (site.status(other), site.trouble(other)) == ("ACTIVE", "")
    assert site.divergences() == [(router_id, "on gateway: no space left")]
    with site.app.reader() as unit:
        version = unit.router_rows.get(router_id).version
    site.worker.turn()
    with site.app.reader() as unit:
        assert unit.router_rows.get(router_id).version == version
    site.host.fail(unreachable="nobody answers")
    site.worker.turn()
    assert [site.status(each) for each in (router_id, other)] == ["ERROR", "ERROR"]
    site.host.fail()
    site.worker.turn()
    assert [site.status(each) for each in (router_id, other)] == ["ACTIVE", "ACTIVE"]
    assert site.agrees()
    assert site.divergences() == []


def test_what_cannot_be_removed_is_removed_later(site: Site) -> None:
    router_id = site.router()
    site.worker.turn()
    site.delete(router_id)
    site.host.fail("busy")
    site.worker.turn()
    assert list(site.host.list()) == [router_id]
    site.host.fail()
    site.worker.turn()
    assert site.agrees()


def test_a_host_that_was_rebooted_gets_all_of_it_again(site: Site) -> None:
    for _ in range(3):
        site.router(gateway=WantedGateway(site.outside))
    site.worker.turn()
    site.host.forget()
    site.worker.turn()
    assert len(site.host.list()) == 3
    assert site.agrees()


class Died(BaseException):
    """As kill -9 would end it."""


@pytest.mark.parametrize("place", ["router-applied", "router-reported", "router-removed"])
def test_a_worker_that_dies_leaves_its_work_to_the_next(
    site: Site, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = site.router()
    site.worker.turn()
    site.delete(gone)
    kept = [site.router() for _ in range(2)]

    def die(reached: str) -> None:
        if reached == place:
            raise Died

    monkeypatch.setattr(module, "reached", die)
    with pytest.raises(Died):
        site.worker.turn()
    monkeypatch.undo()
    site.worker.close()  # or its lease ends
    RouterWorker(site.app).turn()
    assert sorted(site.host.list()) == sorted(kept)
    assert site.agrees()


def test_one_worker_a_host(site: Site) -> None:
    second = RouterWorker(site.app)
    site.worker.turn()
    router_id = site.router()
    second.turn()
    assert site.host.list() == {}
    site.worker.close()
    second.turn()
    assert list(site.host.list()) == [router_id]


def test_a_host_is_kept_for_as_long_as_its_routers_take(
    application_maker: Callable[..., Application],
    sqlite_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LEASE", 3.0)
    site = Site(application_maker(sqlite_database_url, **ALWAYS))
    second, others = RouterWorker(site.app), []
    apply = SimulatedRouterDriver.apply

    def slowly(driver: SimulatedRouterDriver, state: RouterState) -> None:
        time.sleep(1.2)
        others.append(second._is_ours())
        apply(driver, state)

    monkeypatch.setattr(SimulatedRouterDriver, "apply", slowly)
    for _ in range(3):
        site.router()
    site.worker.turn()
    assert others == [False] * 3
    assert site.agrees()


def test_routers_are_spread_and_can_be_moved(
    application_maker: Callable[..., Application], sqlite_database_url: str
) -> None:
    hosts = {"gateway_hosts": ("one", "two")} | ALWAYS
    one = Site(application_maker(sqlite_database_url, gateway_host="one", **hosts))
    other = application_maker(sqlite_database_url, gateway_host="two", **hosts)
    routers = [one.router() for _ in range(4)]
    two = RouterWorker(other)
    far = SimulatedRouterDriver("two", other.documents)
    one.worker.turn()
    two.turn()
    assert [len(one.host.list()), len(far.list())] == [2, 2]
    moved = next(each for each in routers if each in one.host.list())
    one.app.atomically(lambda unit: unit.routers.move(moved, "two"))
    two.turn()
    one.worker.turn()
    assert [len(one.host.list()), len(far.list())] == [1, 3]
    assert one.trouble(moved) == ""
    assert one.agrees()


def test_who_changes_routing_wakes_the_worker_and_who_looks_does_not(site: Site) -> None:
    assert site.wakes() == 0
    router_id = site.router()
    assert site.wakes() == 1
    site.worker.turn()
    site.host.fail(unreachable="nobody answers")
    site.worker.turn()
    assert site.status(router_id) == "ERROR"
    assert site.wakes() == 1


def test_without_news_the_host_is_left_in_peace(
    application_maker: Callable[..., Application], sqlite_database_url: str
) -> None:
    site = Site(application_maker(sqlite_database_url, scan_interval=3600.0))
    site.router()
    site.worker.turn()  # which is news in itself: what it said
    site.worker.turn()
    site.host.forget()
    site.worker.turn()
    assert site.host.list() == {}
    site.router()
    site.worker.turn()
    assert site.agrees()
