"""What any FloatingIpRepository does."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.floating_ip import PortDetails
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.router_errors import FloatingIPPortAlreadyAssociated
from tests.contracts.network_rows import ALL, MINE, THEIRS, THEN, Rows


@pytest.fixture
def rows(connection: Connection) -> Rows:
    rows = Rows(connection)
    rows.network()
    rows.network("ext", external=True)
    rows.subnet()
    rows.port("guest")
    rows.addresses.claim(rows.subnets.get("sub"), "10.0.0.9", "guest")
    rows.router()
    return rows


TARGET: dict[str, Any] = {
    "port_id": "guest",
    "fixed_ip": "10.0.0.9",
    "router_id": "router",
    "status": "ACTIVE",
}


def test_what_goes_in_comes_out(rows: Rows) -> None:
    alone = rows.floating_ip(tags=("t",), description="d", dns_name="n", dns_domain="d.")
    assert rows.floating_ips.get("fip") == rows.floating_ips.lock("fip") == alone
    assert rows.floating_ips.at("ext", "203.0.113.9") == alone
    assert rows.floating_ips.at("net", "203.0.113.9") is None
    assert rows.floating_ips.list(Listing(MINE)) == rows.floating_ips.list(Listing(ALL)) == [alone]
    assert rows.floating_ips.list(Listing(THEIRS)) == []
    rows.floating_ips.remove("fip")
    for get in (rows.floating_ips.get, rows.floating_ips.lock):
        with pytest.raises(NotFound):
            get("fip")


def test_it_tells_of_its_port(rows: Rows) -> None:
    rows.floating_ip(**TARGET)
    port = rows.ports.get("guest")
    details = PortDetails("guest", "net", port.mac, True, "DOWN", "", "")
    assert rows.floating_ips.get("fip").details == details
    assert [each.details for each in rows.floating_ips.list(Listing(ALL))] == [details]


def test_its_network_is_there(rows: Rows) -> None:
    with pytest.raises(NotFound):
        rows.floating_ip(network_id="none")


def test_who_saw_an_old_version_loses(rows: Rows) -> None:
    made = rows.floating_ip()
    rows.floating_ips.save(replace(made, description="new", version=2))
    with pytest.raises(StaleVersion):
        rows.floating_ips.save(replace(made, description="late", version=2))


def test_a_fixed_address_has_one_of_a_network(rows: Rows) -> None:
    rows.floating_ip(**TARGET)
    twin = rows.floating_ip("twin", address="203.0.113.10")
    with pytest.raises(FloatingIPPortAlreadyAssociated):
        rows.floating_ips.save(replace(twin, **TARGET, version=2))
    with pytest.raises(StaleVersion):
        rows.floating_ips.save(replace(twin, port_id="none", version=2))
    assert rows.floating_ips.get("twin").port_id is None


def test_what_goes_through_a_router(rows: Rows) -> None:
    rows.subnet("far", cidr="10.8.0.0/24")
    assert not rows.floating_ips.through("router")
    rows.floating_ip(**TARGET)
    assert rows.floating_ips.through("router")
    assert rows.floating_ips.through("router", "sub")
    assert not rows.floating_ips.through("router", "far")
    assert not rows.floating_ips.through("other", "sub")


def test_ports_are_left(rows: Rows) -> None:
    rows.port("other")
    rows.floating_ip(**TARGET)
    away = TARGET | {"port_id": "other"}
    rows.floating_ip("else", address="203.0.113.10", **away)
    direct = {"port_id": "guest", "fixed_ip": "203.0.113.11", "status": "ACTIVE"}
    rows.floating_ip("direct", address="203.0.113.11", **direct)
    assert rows.floating_ips.leave(["guest"], THEN, ["10.0.0.9"]) == []
    (gone,) = rows.floating_ips.leave(["guest"], THEN, ["10.0.0.99"])
    assert (gone.id, gone.port_id, gone.status, gone.version) == ("fip", None, "DOWN", 2)
    (gone,) = rows.floating_ips.leave(["guest"], THEN)
    assert gone.id == "direct"
    assert rows.floating_ips.get("direct") == gone
    assert rows.floating_ips.get("else").port_id == "other"
