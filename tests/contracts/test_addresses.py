"""What any AddressRepository does."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cyclades.domain.model.addresses import Pool
from cyclades.domain.model.errors import AddressesExhausted, StaleVersion
from cyclades.domain.model.network_errors import IpAddressAlreadyAllocated
from cyclades.domain.model.subnet import Subnet
from tests.contracts.network_rows import Rows


@pytest.fixture
def rows(connection: Connection) -> Rows:
    rows = Rows(connection)
    rows.network()
    for name in ("p1", "p2", "p3"):
        rows.port(name)
    return rows


def held(rows: Rows, port_id: str) -> list[str]:
    return [fixed.ip_address for fixed in rows.ports.get(port_id).fixed_ips]


def small(rows: Rows) -> Subnet:
    return rows.subnet(pools=(Pool("10.0.0.5", "10.0.0.5"), Pool("10.0.0.9", "10.0.0.9")))


def test_the_lowest_free_one_until_none_is_left(rows: Rows) -> None:
    subnet = small(rows)
    assert rows.addresses.claim_any(subnet, "p1") == "10.0.0.5"
    assert rows.addresses.claim_any(subnet, "p2") == "10.0.0.9"
    with pytest.raises(AddressesExhausted):
        rows.addresses.claim_any(subnet, "p3")
    rows.addresses.release(["p1"])
    assert rows.addresses.claim_any(subnet, "p3") == "10.0.0.5"
    assert (held(rows, "p1"), held(rows, "p3")) == ([], ["10.0.0.5"])


def test_whether_there_is_room(rows: Rows) -> None:
    subnet = small(rows)
    for port in ("p1", "p2"):
        assert rows.addresses.has_room(subnet)
        rows.addresses.claim_any(subnet, port)
    assert not rows.addresses.has_room(subnet)
    rows.addresses.release(["p1"])
    assert rows.addresses.has_room(subnet)
    assert rows.addresses.has_room(replace(subnet, ip_version=6, ipv6_address_mode="slaac"))


def test_pools_larger_than_a_chunk_are_given_out_in_order(rows: Rows) -> None:
    subnet = rows.subnet(cidr="10.0.0.0/22", pools=(Pool("10.0.0.2", "10.0.3.254"),))
    given = [rows.addresses.claim_any(subnet, "p1") for _ in range(600)]
    assert (given[0], given[-1]) == ("10.0.0.2", "10.0.2.89")
    assert len(set(given)) == 600


def test_an_exact_one_belongs_to_one_port(rows: Rows) -> None:
    subnet = small(rows)
    for address in ("10.0.0.5", "10.0.0.200"):
        rows.addresses.claim(subnet, address, "p1")
        with pytest.raises(IpAddressAlreadyAllocated):
            rows.addresses.claim(subnet, address, "p2")
    assert held(rows, "p1") == ["10.0.0.5", "10.0.0.200"]
    assert rows.addresses.claim_any(subnet, "p2") == "10.0.0.9"


def test_an_exact_one_can_be_claimed_again_when_it_is_free(rows: Rows) -> None:
    subnet = small(rows)
    for address in ("10.0.0.5", "10.0.0.200"):
        for _ in range(2):
            rows.addresses.claim(subnet, address, "p1")
            rows.addresses.give_back("p1", [address])
    assert held(rows, "p1") == []


def test_addresses_outside_the_pools_are_never_anybody_s_guess(rows: Rows) -> None:
    subnet = small(rows)
    rows.addresses.claim(subnet, "10.0.0.3", "p1")
    rows.addresses.release(["p1"])
    assert [rows.addresses.claim_any(subnet, "p2") for _ in range(2)] == ["10.0.0.5", "10.0.0.9"]
    with pytest.raises(AddressesExhausted):
        rows.addresses.claim_any(subnet, "p2")


def test_the_same_address_on_another_network_is_another(rows: Rows) -> None:
    rows.network("net2")
    other = rows.subnet("sub2", network_id="net2")
    rows.port("p4", network_id="net2")
    rows.addresses.claim(small(rows), "10.0.0.5", "p1")
    rows.addresses.claim(other, "10.0.0.5", "p4")
    assert held(rows, "p1") == held(rows, "p4") == ["10.0.0.5"]


def test_several_at_once_but_for_those_that_are_taken(rows: Rows) -> None:
    subnet = rows.subnet(cidr="fd00::/64", ip_version=6, ipv6_address_mode="slaac", pools=())
    rows.addresses.claim(subnet, "fd00::1", "p1")
    assert rows.addresses.claim_each(subnet, {"p2": "fd00::1", "p3": "fd00::3"}) == 1
    assert (held(rows, "p2"), held(rows, "p3")) == ([], ["fd00::3"])
    assert rows.addresses.claim_each(subnet, {}) == 0


def test_a_port_that_has_gone_gets_nothing(rows: Rows) -> None:
    with pytest.raises(StaleVersion):
        rows.addresses.claim_each(small(rows), {"gone": "10.0.0.5"})


def test_ipv6_pools_of_any_size(rows: Rows) -> None:
    pools = (Pool("fd00::ffff", "fd00::1:1"), Pool("fd00::8000:0:0:0", "fd00::ffff:0:0:0"))
    subnet = rows.subnet(cidr="fd00::/64", ip_version=6, pools=pools)
    given = [rows.addresses.claim_any(subnet, "p1") for _ in range(4)]
    assert given == ["fd00::ffff", "fd00::1:0", "fd00::1:1", "fd00::8000:0:0:0"]


def test_a_forgotten_subnet_leaves_its_ports(rows: Rows) -> None:
    rows.addresses.claim_any(small(rows), "p1")
    rows.addresses.forget("sub")
    assert held(rows, "p1") == []


def test_changed_pools(rows: Rows) -> None:
    subnet = small(rows)
    rows.addresses.claim_any(subnet, "p1")
    rows.addresses.claim(subnet, "10.0.0.20", "p2")
    changed = replace(subnet, pools=(Pool("10.0.0.20", "10.0.0.21"),))
    rows.addresses.refit(changed)
    assert rows.addresses.claim_any(changed, "p3") == "10.0.0.21"
    rows.addresses.release(["p1", "p2"])
    assert rows.addresses.claim_any(changed, "p3") == "10.0.0.20"
    with pytest.raises(AddressesExhausted):
        rows.addresses.claim_any(changed, "p3")
