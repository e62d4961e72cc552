"""What any AddressHistoryRepository does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from cyclades.adapters.sql.address_history import SqlAddressHistory
from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.system.secrets import KeyFileSecrets
from cyclades.domain.model.address_history import Holding, Owner
from cyclades.ports.address_history import AddressHistoryRepository
from tests.contracts.network_rows import THEN, Rows
from tests.harness.samples import a_cluster, a_server

FLOATING = {
    "id": "fip",
    "project_id": "mine",
    "description": "",
    "network_id": "net",
    "address": "10.0.0.99",
    "port_id": "a",
    "fixed_ip": "10.0.0.2",
    "status": "ACTIVE",
    "dns_name": "",
    "dns_domain": "",
    "tags": (),
    "created": THEN,
    "updated": THEN,
    "version": 1,
}


@pytest.fixture
def rows(connection: Connection) -> Rows:
    rows = Rows(connection)
    rows.network()
    subnet = rows.subnet()
    for name in ("a", "b"):
        rows.port(name, device_id=f"server-{name}", device_owner="compute:nova")
        rows.addresses.claim_any(subnet, name)
    rows.port("free")
    rows.addresses.claim_any(subnet, "free")
    rows.port("router", device_id="r", device_owner="network:router_interface")
    rows.addresses.claim_any(subnet, "router")
    return rows


@pytest.fixture
def history(connection: Connection) -> AddressHistoryRepository:
    return SqlAddressHistory(connection)


def after(hours: int) -> datetime:
    return THEN + timedelta(hours=hours)


def spans(held: Sequence[Holding]) -> list[tuple[str, str, datetime, datetime | None]]:
    return [(each.server_id, each.address, each.since, each.until) for each in held]


def test_who_has_an_address(rows: Rows, history: AddressHistoryRepository) -> None:
    history.begin(["a", "b", "free", "router"], THEN, "batch", Owner("theirs", "user"))
    mac = rows.ports.get("a").mac
    assert history.held(address="10.0.0.2") == [
        Holding("10.0.0.2", "net", "a", mac, "server-a", "theirs", "user", THEN, None)
    ]
    assert spans(history.held(server_id="server-b")) == [("server-b", "10.0.0.3", THEN, None)]
    assert history.held(address="10.0.0.4") == history.held(address="10.0.0.5") == []
    assert history.held(address="10.0.0.2", network_id="other") == []


def test_what_is_known_is_not_written_twice(rows: Rows, history: AddressHistoryRepository) -> None:
    history.begin(["a"], THEN, "batch")
    history.begin(["a", "b"], after(1), "later", Owner("theirs", "user"))
    assert spans(history.held(address="10.0.0.2")) == [("server-a", "10.0.0.2", THEN, None)]
    assert spans(history.held(address="10.0.0.3")) == [("server-b", "10.0.0.3", after(1), None)]


def test_one_address_goes_from_server_to_server(
    rows: Rows, history: AddressHistoryRepository
) -> None:
    history.begin(["a"], THEN, "1")
    history.end(["a"], after(1))
    rows.ports.save(replace(rows.ports.get("a"), device_id="server-c", version=2))
    history.begin(["a"], after(2), "2")
    assert spans(history.held(address="10.0.0.2")) == [
        ("server-a", "10.0.0.2", THEN, after(1)),
        ("server-c", "10.0.0.2", after(2), None),
    ]
    at = [
        [each.server_id for each in history.held(address="10.0.0.2", at=after(hours))]
        for hours in range(4)
    ]
    assert at == [["server-a"], [], ["server-c"], ["server-c"]]
    assert history.held(address="10.0.0.2", at=after(-1)) == []


def test_what_a_port_lost_ends_and_the_rest_goes_on(
    rows: Rows, history: AddressHistoryRepository
) -> None:
    rows.addresses.claim(rows.subnet("six", cidr="fd00::/64", ip_version=6), "fd00::2", "a")
    history.begin(["a"], THEN, "1")
    rows.addresses.give_back("a", ["10.0.0.2"])
    history.end_lost(["a", "b"], after(1))
    assert spans(history.held(server_id="server-a")) == [
        ("server-a", "10.0.0.2", THEN, after(1)),
        ("server-a", "fd00::2", THEN, None),
    ]


def test_a_port_that_changed_its_server_is_lost_to_the_first(
    rows: Rows, history: AddressHistoryRepository
) -> None:
    history.begin(["a"], THEN, "1")
    rows.ports.save(replace(rows.ports.get("a"), device_id="server-c", version=2))
    history.end_lost(["a"], after(1))
    assert spans(history.held(server_id="server-a")) == [("server-a", "10.0.0.2", THEN, after(1))]


def test_floating_addresses_are_held_too(
    rows: Rows, history: AddressHistoryRepository, connection: Connection
) -> None:
    connection.execute(insert(floating_ips).values(FLOATING))
    history.begin(["a"], THEN, "1")
    assert spans(history.held(address="10.0.0.99")) == [("server-a", "10.0.0.99", THEN, None)]
    connection.execute(floating_ips.update().values(port_id=None, fixed_ip=None))
    history.end_lost(["a"], after(1))
    assert spans(history.held(server_id="server-a")) == [
        ("server-a", "10.0.0.2", THEN, None),
        ("server-a", "10.0.0.99", THEN, after(1)),
    ]


def test_old_holdings_are_forgotten_a_few_at_a_time(
    rows: Rows, history: AddressHistoryRepository
) -> None:
    history.begin(["a", "b"], THEN, "1")
    history.end(["a", "b"], after(1))
    history.begin(["a"], after(2), "2")
    assert history.forget(after(1), 10) == 0
    assert [history.forget(after(2), 1) for _ in range(3)] == [1, 1, 0]
    assert spans(history.held(server_id="server-a")) == [("server-a", "10.0.0.2", after(2), None)]


def test_a_server_that_is_stored_says_whose_it_is(
    rows: Rows, history: AddressHistoryRepository, connection: Connection, tmp_path: Path
) -> None:
    clusters = SqlClusters(connection, KeyFileSecrets(tmp_path / "key"))
    clusters.add(a_cluster("one"), THEN)
    SqlServers(connection).add(a_server(id="server-a", project_id="theirs", user_id="them"))
    history.begin(["a"], THEN, "1", Owner("another", None))
    history.begin(["b"], THEN, "2")
    found = [(each.project_id, each.user_id) for each in history.held()]
    assert found == [("theirs", "them"), ("mine", None)]


def test_whom_a_floating_address_concerns(
    rows: Rows, history: AddressHistoryRepository, connection: Connection
) -> None:
    connection.execute(insert(floating_ips).values(FLOATING))
    assert history.concerned("net", "10.0.0.99") == ["a"]
    history.begin(["a"], THEN, "1")
    assert history.concerned("net", "10.0.0.99") == ["a"]
    connection.execute(floating_ips.update().values(port_id="b"))
    assert sorted(history.concerned("net", "10.0.0.99")) == ["a", "b"]
    connection.execute(floating_ips.update().values(port_id=None))
    assert history.concerned("net", "10.0.0.99") == ["a"]
    assert history.concerned("other", "10.0.0.99") == []
