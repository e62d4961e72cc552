"""TCP through routers: who reaches whom, and whom they are seen as."""

from dataclasses import replace

import pytest

from cyclades.domain.model.router_state import FloatingAddress, RouterExternal, RouterState
from cyclades.domain.model.subnet import HostRoute
from tests.routing.fixtures import Site
from tests.routing.hosts import NEVER
from tests.routing.remote import RemoteDriver
from tests.routing.states import (
    APP,
    DB,
    FLOATING,
    INSIDE,
    OTHER_FLOATING,
    OUTSIDE,
    OWN,
    WEB,
    link,
    router,
)

pytestmark = pytest.mark.namespaces
GATE = "203.0.113.1"


def test_servers_leave_as_the_router_and_nobody_comes_in(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    empty_gateway.apply(router())
    assert site.web.seen_by(site.outside, GATE) == OWN
    site.outside.run("ip", "route", "add", "10.0.0.0/8", "via", OWN)
    assert not site.outside.reaches(site.web, WEB)
    assert not site.outside.reaches(site.web, OWN)


def test_networks_of_one_router_reach_each_other(site: Site, empty_gateway: RemoteDriver) -> None:
    empty_gateway.apply(router())
    assert site.web.seen_by(site.app, APP) == WEB
    assert site.app.seen_by(site.db, DB) == APP


def test_a_floating_address_works_both_ways(site: Site, empty_gateway: RemoteDriver) -> None:
    empty_gateway.apply(router((FLOATING, WEB)))
    assert site.outside.seen_by(site.web, FLOATING) == GATE
    assert site.web.seen_by(site.outside, GATE) == FLOATING
    assert site.db.seen_by(site.outside, GATE) == OWN


def test_servers_reach_each_other_by_floating_addresses(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    empty_gateway.apply(router((FLOATING, WEB), (OTHER_FLOATING, DB)))
    assert site.web.seen_by(site.db, OTHER_FLOATING) == FLOATING
    assert site.web.seen_by(site.web, FLOATING) == FLOATING
    assert site.app.seen_by(site.db, OTHER_FLOATING) == OWN


def test_a_floating_address_moves_and_takes_no_connection_along(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    empty_gateway.apply(router((FLOATING, WEB)))
    with (
        site.outside.talking(site.web, FLOATING) as coming,
        site.db.talking(site.outside, GATE) as another,
    ):
        with site.web.talking(site.outside, GATE) as leaving:
            empty_gateway.apply(router((FLOATING, DB)))
            assert not leaving.goes_on(NEVER)
        assert not coming.goes_on(NEVER)
        assert another.goes_on()
    assert site.outside.seen_by(site.db, FLOATING) == GATE
    assert site.web.seen_by(site.outside, GATE) == OWN


def test_a_floating_address_moves_to_another_router(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    """Its neighbours had the first one's MAC address."""
    first, second = router((FLOATING, WEB)), _tenants()
    empty_gateway.apply(first)
    empty_gateway.apply(second)
    assert site.outside.seen_by(site.web, FLOATING) == GATE
    empty_gateway.apply(replace(first, floating=()))
    empty_gateway.apply(replace(second, floating=(FloatingAddress(FLOATING, WEB),)))
    assert site.outside.seen_by(site.tenant, FLOATING) == GATE


def test_tenants_have_the_same_addresses(site: Site, empty_gateway: RemoteDriver) -> None:
    empty_gateway.apply(router((FLOATING, WEB)))
    empty_gateway.apply(replace(_tenants(), floating=(FloatingAddress(OTHER_FLOATING, WEB),)))
    assert site.outside.seen_by(site.web, FLOATING) == GATE
    assert site.outside.seen_by(site.tenant, OTHER_FLOATING) == GATE
    assert site.tenant.seen_by(site.web, FLOATING) == OTHER_FLOATING


def _tenants() -> RouterState:
    outside = RouterExternal(link("br-out", 5, "203.0.113.6/24"), (GATE,))
    inside = (link("br-tenant", 4, "10.0.0.1/24"),)
    return router(id="router-2", external=outside, snat="203.0.113.6", interfaces=inside)


def test_a_route_of_the_users_own_leads_through_a_server(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    site.db.run("ip", "address", "add", "10.9.0.1/32", "dev", "lo")
    empty_gateway.apply(router())
    assert not site.app.reaches(site.db, "10.9.0.1")
    empty_gateway.apply(router(routes=(HostRoute("10.9.0.0/16", DB),)))
    assert site.app.seen_by(site.db, "10.9.0.1") == APP
    empty_gateway.apply(router())
    assert not site.app.reaches(site.db, "10.9.0.1")


def test_addresses_that_are_not_hidden_are_routed(site: Site, empty_gateway: RemoteDriver) -> None:
    site.outside.run("ip", "route", "replace", "10.0.0.0/8", "via", OWN)
    empty_gateway.apply(router((FLOATING, DB), snat=None))
    assert site.web.seen_by(site.outside, GATE) == WEB
    assert site.outside.seen_by(site.web, WEB) == GATE
    assert site.db.seen_by(site.outside, GATE) == FLOATING


def test_addresses_of_another_prefix_of_the_outside_work_too(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    site.outside.run("ip", "address", "add", "198.51.100.1/24", "dev", "eth0")
    external = replace(OUTSIDE, on_link=("198.51.100.0/24",))
    empty_gateway.apply(router(("198.51.100.7", WEB), external=external))
    assert site.outside.seen_by(site.web, "198.51.100.7") == "198.51.100.1"
    assert site.web.seen_by(site.outside, "198.51.100.1") == "198.51.100.7"


def test_frames_of_other_networks_on_the_bridge_do_not_enter(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    empty_gateway.apply(router())
    assert site.stranger.reaches(site.app, APP)
    filtered = replace(INSIDE, mac_prefix="aa:0d:01")
    empty_gateway.apply(router(interfaces=(filtered, *router().interfaces[1:])))
    assert not site.stranger.reaches(site.app, APP)
    site.stranger.run("ip", "neighbour", "flush", "dev", "eth0")
    assert not site.stranger.reaches(site.app, APP)
    assert "aa:0d:01:00:01:01" not in site.stranger.run("ip", "neighbour")
    assert site.web.seen_by(site.app, APP) == WEB


def test_a_router_without_a_way_out_routes_inside(site: Site, empty_gateway: RemoteDriver) -> None:
    empty_gateway.apply(router(external=None, snat=None))
    assert site.web.seen_by(site.app, APP) == WEB
    assert not site.web.reaches(site.outside, GATE)
