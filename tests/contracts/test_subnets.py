"""What any SubnetRepository does."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cyclades.domain.model.addresses import Pool
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network_errors import SubnetInUse
from cyclades.domain.model.subnet import HostRoute
from tests.contracts.network_rows import ALL, MINE, THEIRS, Rows


@pytest.fixture
def rows(connection: Connection) -> Rows:
    rows = Rows(connection)
    rows.network()
    return rows


def test_what_goes_in_comes_out(rows: Rows) -> None:
    subnet = rows.subnet(
        pools=(Pool("10.0.0.9", "10.0.0.10"),),
        dns_nameservers=("192.0.2.1",),
        host_routes=(HostRoute("10.9.0.0/16", "10.0.0.1"),),
        gateway_ip=None,
        tags=("t",),
    )
    assert rows.subnets.get("sub") == subnet
    assert rows.subnets.of_network("net") == [subnet]


def test_it_knows_whether_its_network_is_external(rows: Rows) -> None:
    rows.network("out", external=True)
    rows.subnet(network_id="out")
    assert rows.subnets.get("sub").external


def test_unknown_is_not_found(rows: Rows) -> None:
    with pytest.raises(NotFound):
        rows.subnets.get("no")
    with pytest.raises(NotFound):
        rows.subnet(network_id="no")
    for scope in (MINE, ALL):
        with pytest.raises(NotFound):
            rows.subnets.list(Listing(scope, marker="no"))


def test_a_version_is_saved_once(rows: Rows) -> None:
    changed = replace(rows.subnet(), name="new", gateway_ip=None, version=1)
    rows.subnets.save(changed)
    assert rows.subnets.get("sub") == changed
    with pytest.raises(StaleVersion):
        rows.subnets.save(changed)


def test_who_sees_the_network_sees_its_subnets(rows: Rows) -> None:
    rows.network("shared", project_id="theirs", shared=True)
    rows.subnet("a")
    rows.subnet("b", network_id="shared", project_id="theirs")
    seen = {
        scope: [subnet.id for subnet in rows.subnets.list(Listing(scope))]
        for scope in (MINE, THEIRS, ALL)
    }
    assert seen == {MINE: ["a", "b"], THEIRS: ["b"], ALL: ["a", "b"]}


def test_filters(rows: Rows) -> None:
    rows.subnet("a")
    rows.subnet("b", cidr="fd00::/64", ip_version=6, ipv6_address_mode="slaac", enable_dhcp=False)
    cases: list[tuple[dict[str, tuple[object, ...]], list[str]]] = [
        ({"network_id": ("net",)}, ["a", "b"]),
        ({"ip_version": (6,)}, ["b"]),
        ({"cidr": ("10.0.0.0/24",)}, ["a"]),
        ({"gateway_ip": ("10.0.0.1",), "enable_dhcp": (True,)}, ["a"]),
        ({"ipv6_address_mode": ("slaac",)}, ["b"]),
        ({"shared": (True,)}, []),
    ]
    for filters, expected in cases:
        listed = rows.subnets.list(Listing(ALL, filters))
        assert [subnet.id for subnet in listed] == expected, filters


def test_it_stays_while_ports_hold_its_addresses(rows: Rows) -> None:
    subnet = rows.subnet()
    rows.port()
    rows.addresses.claim_any(subnet, "port")
    with pytest.raises(SubnetInUse):
        rows.subnets.remove("sub")
    assert rows.ports.get("port").fixed_ips
    rows.addresses.release(["port"])
    rows.subnets.remove("sub")
    with pytest.raises(NotFound):
        rows.subnets.get("sub")
