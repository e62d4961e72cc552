"""What any NetworkUses tells."""

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.network_uses import SqlNetworkUses
from cyclades.domain.model.addresses import Pool
from cyclades.domain.model.network_use import NetworkUse, SubnetUse
from cyclades.ports.network_uses import NetworkUses
from tests.contracts.network_rows import SUBNET, Rows


@pytest.fixture
def uses(connection: Connection) -> NetworkUses:
    rows = Rows(connection)
    rows.network("a", name="first")
    rows.network("b", project_id="theirs")
    four = rows.subnet("four", network_id="a", pools=(Pool("10.0.0.2", "10.0.0.11"),))
    rows.subnet("six", network_id="a", cidr="fd00::/64", ip_version=6, pools=())
    for port in ("x", "y"):
        rows.port(port, network_id="a")
        rows.addresses.claim_any(four, port)
    rows.addresses.release(["y"])
    return SqlNetworkUses(connection)


def test_what_is_taken(uses: NetworkUses) -> None:
    first, second = uses.list({})
    pools = (Pool("10.0.0.2", "10.0.0.11"),)
    assert first == NetworkUse(
        "a",
        "mine",
        "first",
        (
            SubnetUse("four", "four", SUBNET.cidr, 4, pools, 1),
            SubnetUse("six", "six", "fd00::/64", 6, (), 0),
        ),
    )
    assert (first.total, first.used) == (10, 1)
    assert second == NetworkUse("b", "theirs", "b", ())
    assert (second.total, second.used) == (0, 0)


def test_filters(uses: NetworkUses) -> None:
    assert [use.id for use in uses.list({"network_name": ("b", "no")})] == ["b"]
    assert [use.id for use in uses.list({"project_id": ("mine",), "network_id": ("a",)})] == ["a"]
    (first, _) = uses.list({"ip_version": (6,)})
    assert [subnet.id for subnet in first.subnets] == ["six"]
    assert uses.list({"network_id": ("no",)}) == []


def test_large_ones_are_counted_exactly() -> None:
    subnet = SubnetUse("s", "s", "fd00::/48", 6, (Pool("fd00::1", "fd00:0:0:1::"),), 0)
    assert subnet.total == 2**64
