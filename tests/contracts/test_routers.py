"""What any RouterRepository and any RouterReports do."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.port import FixedIp
from cyclades.domain.model.router import GATEWAY_OWNER, INTERFACE_OWNER, Touch
from cyclades.domain.model.router_state import (
    Advertisement,
    FloatingAddress,
    RouterExternal,
    RouterLink,
    RouterState,
)
from cyclades.domain.model.subnet import HostRoute
from cyclades.ports.routers import RouterReport
from tests.contracts.network_rows import ALL, MINE, THEIRS, THEN, Rows


@pytest.fixture
def rows(connection: Connection) -> Rows:
    """A private network with two subnets, and an external one with two."""
    rows = Rows(connection)
    rows.network(mac_prefix="aa:0d:07")
    rows.network("ext", external=True, link="br-ex", mtu=1400)
    rows.subnet()
    rows.subnet(
        "six",
        cidr="fd00::/64",
        gateway_ip="fd00::1",
        ip_version=6,
        ipv6_ra_mode="slaac",
        ipv6_address_mode="slaac",
        dns_nameservers=("fd00::53",),
    )
    outside = {"network_id": "ext", "pools": ()}
    rows.subnet("out", cidr="203.0.113.0/24", gateway_ip="203.0.113.1", **outside)
    rows.subnet("more", cidr="198.51.100.0/24", gateway_ip="198.51.100.1", **outside)
    return rows


def wired(rows: Rows) -> None:
    """The router with a way out and an interface for each version."""
    rows.router(external_network_id="ext", routes=(HostRoute("10.9.0.0/16", "10.0.0.7"),))
    ports = {"gw": ("ext", GATEWAY_OWNER), "in4": ("net", INTERFACE_OWNER)}
    for port_id, (network_id, owner) in (ports | {"in6": ("net", INTERFACE_OWNER)}).items():
        rows.port(port_id, network_id=network_id, device_id="router", device_owner=owner)
    for subnet_id, address, port_id in (
        ("out", "203.0.113.5", "gw"),
        ("sub", "10.0.0.1", "in4"),
        ("six", "fd00::1", "in6"),
    ):
        rows.addresses.claim(rows.subnets.get(subnet_id), address, port_id)


def test_what_goes_in_comes_out(rows: Rows) -> None:
    router = rows.router(
        external_network_id="ext",
        enable_snat=False,
        routes=(HostRoute("10.9.0.0/16", "10.0.0.7"),),
        tags=("t",),
    )
    assert rows.routers.get("router") == router
    assert rows.routers.hold("router") == rows.routers.lock("router") == router
    assert rows.routers.list(Listing(ALL)) == rows.routers.list(Listing(MINE)) == [router]
    assert rows.routers.list(Listing(THEIRS)) == []
    rows.routers.remove("router")
    for get in (rows.routers.get, rows.routers.hold, rows.routers.lock):
        with pytest.raises(NotFound):
            get("router")


def test_its_network_is_there(rows: Rows) -> None:
    with pytest.raises(NotFound):
        rows.router(external_network_id="none")
    router = rows.router()
    with pytest.raises(NotFound):
        rows.routers.save(replace(router, external_network_id="none", version=2))


def test_who_saw_an_old_version_loses(rows: Rows) -> None:
    router = rows.router()
    rows.routers.save(replace(router, name="new", version=2))
    with pytest.raises(StaleVersion):
        rows.routers.save(replace(router, name="late", version=2))
    assert rows.routers.get("router").name == "new"


def test_what_it_touches(rows: Rows) -> None:
    wired(rows)
    assert rows.routers.get("router").gateway == (FixedIp("out", "203.0.113.5"),)
    assert set(rows.routers.touches("router")) == {
        Touch("gw", GATEWAY_OWNER, "ext", "out", "203.0.113.0/24", "203.0.113.5"),
        Touch("in4", INTERFACE_OWNER, "net", "sub", "10.0.0.0/24", "10.0.0.1"),
        Touch("in6", INTERFACE_OWNER, "net", "six", "fd00::/64", "fd00::1"),
    }
    assert rows.routers.touches("none") == []


def test_the_one_between_is_the_one_with_the_gateway_s_address(rows: Rows) -> None:
    rows.router("a-router", external_network_id="ext")
    rows.port("a-port", device_id="a-router", device_owner=INTERFACE_OWNER)
    rows.addresses.claim(rows.subnets.get("sub"), "10.0.0.200", "a-port")
    assert rows.routers.between("sub", "ext") == "a-router"
    wired(rows)
    assert rows.routers.between("sub", "ext") == "router"
    assert rows.routers.between("sub", "net") is None
    assert rows.routers.between("out", "ext") is None


def test_how_many_hosts_carry(rows: Rows) -> None:
    assert rows.routers.loads() == {}
    for name, host in (("a", "one"), ("b", "two"), ("c", "one")):
        rows.router(name, gateway_host=host)
    assert rows.routers.loads() == {"one": 2, "two": 1}


def test_a_status_from_its_own_host(rows: Rows) -> None:
    rows.router()
    assert rows.routers.mark("router", "other", "ERROR", THEN) is None
    changed = rows.routers.mark("router", "gateway", "ERROR", THEN)
    assert changed is not None
    assert (changed.status, changed.version) == ("ERROR", 2)
    assert rows.routers.mark("router", "gateway", "ERROR", THEN) is None
    assert rows.routers.get("router").version == 2


def test_what_a_host_is_to_carry(rows: Rows) -> None:
    wired(rows)
    rows.router("down", admin_state_up=False)
    rows.router("elsewhere", gateway_host="other")
    rows.port("guest")
    rows.floating_ip(port_id="guest", fixed_ip="10.0.0.9", router_id="router", status="ACTIVE")
    rows.floating_ip("direct", address="203.0.113.10", port_id="guest", fixed_ip="203.0.113.10")
    (state,) = rows.reports.wanted("gateway")
    macs = {port_id: rows.ports.get(port_id).mac for port_id in ("gw", "in4", "in6")}
    link = RouterLink("in4", "net", "bridged", "prv0", macs["in4"], 1500, ("10.0.0.1/24",))
    inside = replace(link, mac_prefix="aa:0d:07")
    assert state == RouterState(
        "router",
        RouterExternal(
            RouterLink("gw", "ext", "bridged", "br-ex", macs["gw"], 1400, ("203.0.113.5/24",)),
            ("203.0.113.1",),
            ("198.51.100.0/24",),
        ),
        "203.0.113.5",
        (
            inside,
            replace(
                inside,
                port_id="in6",
                mac=macs["in6"],
                addresses=("fd00::1/64",),
                advertised=(Advertisement("fd00::/64", "slaac", "slaac", ("fd00::53",)),),
            ),
        ),
        (FloatingAddress("203.0.113.9", "10.0.0.9"),),
        (HostRoute("10.9.0.0/16", "10.0.0.7"),),
    )
    assert [each.id for each in rows.reports.wanted("other")] == ["elsewhere"]
    router = rows.routers.get("router")
    rows.routers.save(replace(router, enable_snat=False, version=2))
    (state,) = rows.reports.wanted("gateway")
    assert state.snat is None


def test_the_last_word_of_a_host(rows: Rows) -> None:
    first = RouterReport("router", "gateway", "abc", "", THEN)
    rows.reports.record(first)
    rows.reports.record(replace(first, router_id="other"))
    assert rows.reports.of(["router"]) == {"router": first}
    last = replace(first, digest="", trouble="no space")
    rows.reports.record(last)
    assert rows.reports.of_host("gateway")["router"] == last
    moved = replace(first, gateway_host="two")
    rows.reports.record(moved)
    rows.reports.forget("router", "gateway")
    assert rows.reports.of(["router"]) == {"router": moved}
    rows.reports.forget("router", "two")
    assert rows.reports.of(["router"]) == {}
    assert list(rows.reports.of_host("gateway")) == ["other"]
