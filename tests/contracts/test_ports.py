"""What any PortRepository does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network_errors import MacAddressInUse
from cyclades.domain.model.port import ACTIVE, AddressPair, DhcpOption, FixedIp
from tests.contracts.network_rows import ALL, MINE, THEIRS, THEN, Rows


@pytest.fixture
def rows(connection: Connection) -> Rows:
    rows = Rows(connection)
    rows.network()
    rows.group("g1")
    rows.group("g2")
    return rows


def test_what_goes_in_comes_out(rows: Rows) -> None:
    port = rows.port(
        device_id="server",
        device_owner="compute:nova",
        keep=False,
        allowed_address_pairs=(AddressPair("10.0.0.0/24", ""),),
        extra_dhcp_opts=(DhcpOption("mtu", "1400", 4),),
        position=3,
        tag="outside",
        tags=("t",),
        security_groups=("g1", "g2"),
    )
    assert rows.ports.get("port") == port
    assert rows.ports.of_network("net") == [port]
    assert rows.ports.of_device("server") == [port]
    assert rows.ports.list(Listing(ALL)) == [port]


def test_its_addresses_ipv4_first(rows: Rows) -> None:
    rows.port()
    six = rows.subnet("six", cidr="fd00::/64", ip_version=6)
    four = rows.subnet("four")
    rows.addresses.claim(six, "fd00::2", "port")
    for address in ("10.0.0.10", "10.0.0.9"):
        rows.addresses.claim(four, address, "port")
    assert rows.ports.get("port").fixed_ips == (
        FixedIp("four", "10.0.0.9"),
        FixedIp("four", "10.0.0.10"),
        FixedIp("six", "fd00::2"),
    )


def test_unknown_is_not_found(rows: Rows) -> None:
    with pytest.raises(NotFound):
        rows.ports.get("no")
    assert rows.ports.of_device("no") == []


def test_a_port_needs_its_network(rows: Rows) -> None:
    with pytest.raises(NotFound, match="Network"):
        rows.port(network_id="no")


def test_a_port_needs_its_security_groups(rows: Rows) -> None:
    with pytest.raises(NotFound, match="Security group"):
        rows.port("other", security_groups=("no",))


def test_a_mac_address_is_unique_on_its_network(rows: Rows) -> None:
    rows.network("net2")
    port = rows.port()
    rows.port("elsewhere", network_id="net2", mac=port.mac)
    with pytest.raises(MacAddressInUse):
        rows.port("twin", mac=port.mac)
    other = rows.port("other")
    with pytest.raises(MacAddressInUse):
        rows.ports.save(replace(other, mac=port.mac, version=2))
    assert rows.ports.get("other") == other


def test_a_free_mac(rows: Rows) -> None:
    taken = rows.port().mac
    assert rows.ports.free_mac([taken, "aa:00:00:00:00:02"]) == "aa:00:00:00:00:02"
    assert rows.ports.free_mac([taken]) == taken


def test_a_version_is_saved_once_with_its_groups(rows: Rows) -> None:
    port = rows.port(security_groups=("g1",))
    changed = replace(port, name="new", security_groups=("g2",), version=2)
    rows.ports.save(changed)
    assert rows.ports.get("port") == changed
    with pytest.raises(StaleVersion):
        rows.ports.save(changed)


def test_a_device_s_ports_in_order(rows: Rows) -> None:
    for name, position in (("a", 2), ("b", 0), ("c", 1)):
        rows.port(name, device_id="server", position=position)
    rows.port("free")
    assert [port.id for port in rows.ports.of_device("server")] == ["b", "c", "a"]


def test_marking_a_device_s_ports_tells_what_changed(rows: Rows) -> None:
    rows.port("a", device_id="server")
    rows.port("b", device_id="server", status=ACTIVE)
    rows.port("c")
    rows.port("d", device_id="server", effect_id="effect")  # says itself what it is
    later = THEN + timedelta(1)
    changed = rows.ports.mark("server", ACTIVE, later)
    assert [(port.id, port.status, port.version) for port in changed] == [("a", ACTIVE, 2)]
    assert rows.ports.get("a").updated == later
    assert rows.ports.mark("server", ACTIVE, later) == []


def test_removing(rows: Rows) -> None:
    rows.port("a", security_groups=("g1",))
    rows.port("b")
    rows.ports.remove(["a", "no"])
    assert [port.id for port in rows.ports.list(Listing(ALL))] == ["b"]
    rows.addresses.claim_any(rows.subnet(), "b")
    with pytest.raises(StaleVersion):
        rows.ports.remove(["b"])


def test_filters_and_scopes(rows: Rows) -> None:
    rows.port("a", device_id="d", device_owner="compute:nova", security_groups=("g1",))
    rows.port("b", project_id="theirs", status=ACTIVE)
    subnet = rows.subnet()
    rows.addresses.claim(subnet, "10.0.0.50", "a")
    rows.addresses.claim(subnet, "10.0.0.51", "b")
    cases: list[tuple[dict[str, tuple[object, ...]], list[str]]] = [
        ({"device_id": ("d",)}, ["a"]),
        ({"device_id": ("",)}, ["b"]),
        ({"device_owner": ("compute:nova",), "network_id": ("net",)}, ["a"]),
        ({"status": ("ACTIVE",)}, ["b"]),
        ({"security_groups": ("g1",)}, ["a"]),
        ({"fixed_ips": (("ip_address", "10.0.0.50"),)}, ["a"]),
        ({"fixed_ips": (("ip_address", "10.0.0.50"), ("ip_address", "10.0.0.51"))}, ["a", "b"]),
        ({"fixed_ips": (("ip_address", "10.0.0.50"), ("subnet_id", "no"))}, []),
        ({"fixed_ips": (("subnet_id", "sub"),)}, ["a", "b"]),
        ({"fixed_ips": (("ip_address_substr", "0.51"),)}, ["b"]),
        ({"fixed_ips": (("ip_address_substr", "%"),)}, []),
    ]
    for filters, expected in cases:
        assert [port.id for port in rows.ports.list(Listing(ALL, filters))] == expected, filters
    seen = [[port.id for port in rows.ports.list(Listing(scope))] for scope in (MINE, THEIRS)]
    assert seen == [["a"], ["b"]]
