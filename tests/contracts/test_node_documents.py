"""What any NodeDocumentReader does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, update

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.node_documents import SqlNodeDocuments
from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.networks import network_clusters
from cyclades.adapters.sql.schema.routers import routers
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.security_groups import SqlSecurityGroups
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.system.secrets import KeyFileSecrets
from cyclades.domain.model.node_document import Interest, PortFacts, Wire
from cyclades.domain.model.port import AddressPair, FixedIp
from cyclades.domain.model.security_group import open_rule
from cyclades.ports.node_documents import NodeDocumentReader
from tests.contracts.network_rows import THEN, Rows
from tests.harness.samples import NOW, a_cluster, a_server

WIRE = Wire("CUSTOM", "bridged", "prv0", None, 1500, external=False)


@pytest.fixture
def reader(connection: Connection) -> NodeDocumentReader:
    return SqlNodeDocuments(connection)


@pytest.fixture
def rows(connection: Connection, tmp_path: Any) -> Rows:
    """Servers "a" and "b" in cluster "one", "c" in cluster "two"; each has one port on "net"."""
    clusters = SqlClusters(connection, KeyFileSecrets(tmp_path / "key"))
    for name in ("one", "two"):
        clusters.add(a_cluster(name), NOW)
    for name, place in (("a", "one"), ("b", "one"), ("c", "two")):
        made = a_server(id=f"server-{name}", cluster_id=place, hostname=name, project_id="mine")
        SqlServers(connection).add(made)
    rows = Rows(connection)
    rows.network()
    rows.subnet()
    rows.group("g")
    for name in ("a", "b", "c"):
        plugged(rows, name)
    return rows


def plugged(rows: Rows, name: str, **more: Any) -> None:
    usual: dict[str, Any] = {
        "device_id": f"server-{name}",
        "device_owner": "compute:nova",
        "security_groups": ("g",),
    }
    port = rows.port(name, **usual | more)
    if port.network_id == "net":
        rows.addresses.claim_any(rows.subnets.get("sub"), name)


def floating(connection: Connection, address: str, port_id: str, router: str | None) -> None:
    values = {
        "id": f"fip-{address}",
        "project_id": "mine",
        "description": "",
        "network_id": "net",
        "address": address,
        "port_id": port_id,
        "fixed_ip": address,
        "router_id": router,
        "status": "ACTIVE",
        "dns_name": "",
        "dns_domain": "",
        "tags": (),
        "created": THEN,
        "updated": THEN,
        "version": 1,
    }
    connection.execute(insert(floating_ips).values(values))


def a_router(connection: Connection) -> str:
    values = {
        "id": "router",
        "project_id": "mine",
        "name": "",
        "description": "",
        "admin_state_up": True,
        "status": "ACTIVE",
        "enable_snat": True,
        "routes": (),
        "tags": (),
        "gateway_host": "",
        "created": THEN,
        "updated": THEN,
        "version": 1,
    }
    connection.execute(insert(routers).values(values))
    return "router"


def only(reader: NodeDocumentReader, *ids: str) -> list[str]:
    return [each.port.id for each in reader.facts("one", ids).ports]


def test_a_port_with_all_that_belongs_to_it(rows: Rows, reader: NodeDocumentReader) -> None:
    subnet = rows.subnets.get("sub")
    (found,) = reader.facts("one", ["a"]).ports
    assert found == PortFacts(rows.ports.get("a"), "a", "mine", WIRE, (subnet,))
    assert found.port.fixed_ips == (FixedIp("sub", "10.0.0.2"),)
    assert found.port.security_groups == ("g",)


def test_only_ports_on_servers_of_that_cluster(
    rows: Rows, reader: NodeDocumentReader, connection: Connection
) -> None:
    rows.port("free")
    rows.port("gateway", device_id="server-a", device_owner="network:router_gateway")
    assert only(reader, "a", "b", "c", "free", "gateway", "no") == ["a", "b"]
    assert reader.facts("three", ["a"]).ports == []
    connection.execute(update(servers).where(servers.c.id == "server-b").values(deleted=True))
    assert only(reader, "a", "b") == ["a"]


def test_a_cluster_may_plug_a_network_in_elsewhere(
    rows: Rows, reader: NodeDocumentReader, connection: Connection
) -> None:
    values = {
        "id": "nc",
        "network_id": "net",
        "cluster_id": "one",
        "mapped": True,
        "mode": "routed",
        "link": "other",
        "state": "active",
        "groups": "",
        "trouble": "",
        "version": 1,
    }
    connection.execute(insert(network_clusters).values(values))
    (one,), (two,) = (reader.facts(place, ["a", "c"]).ports for place in ("one", "two"))
    assert (one.wire, two.wire) == (WIRE._replace(mode="routed", link="other"), WIRE)


def test_floating_addresses_that_no_router_leads_there(
    rows: Rows, reader: NodeDocumentReader, connection: Connection
) -> None:
    floating(connection, "10.0.0.99", "a", None)
    floating(connection, "10.0.0.98", "a", a_router(connection))
    (found,) = reader.facts("one", ["a"]).ports
    assert found.floating == ("10.0.0.99",)


def test_rules_of_the_groups_and_members_of_remote_ones(
    rows: Rows, reader: NodeDocumentReader, connection: Connection
) -> None:
    groups = SqlSecurityGroups(connection)
    rule = replace(open_rule("r", "g", "mine", "ingress", "IPv4", THEN), remote_group_id="far")
    rows.group("far", project_id="theirs")
    groups.add_rule(rule)
    floating(connection, "10.0.0.99", "c", None)
    for name, more in (
        ("d", {"allowed_address_pairs": (AddressPair("10.1.0.0/16", ""),)}),
        ("e", {"port_security_enabled": False}),
    ):
        plugged(rows, name, security_groups=("far",), **more)
    rows.ports.save(replace(rows.ports.get("c"), security_groups=("far",), version=2))
    facts = reader.facts("one", ["a", "b"])
    assert facts.rules == {"g": (rule,)}
    assert {group: sorted(each) for group, each in facts.members.items()} == {
        "far": ["10.0.0.4", "10.0.0.5", "10.0.0.99", "10.1.0.0/16"]
    }


def test_what_ports_have_to_do_with(
    rows: Rows, reader: NodeDocumentReader, connection: Connection
) -> None:
    assert reader.interest("one", ["a", "b", "c", "no"]) == Interest(
        frozenset({"mine"}), frozenset({"net"}), frozenset({"server-a", "server-b"})
    )
    rows.group("far", project_id="theirs")
    rule = replace(open_rule("r", "g", "mine", "ingress", "IPv4", THEN), remote_group_id="far")
    SqlSecurityGroups(connection).add_rule(rule)
    assert reader.interest("one", ["a"]).projects == {"mine", "theirs"}


def test_a_port_without_a_project_has_to_do_with_its_groups_projects(
    rows: Rows, reader: NodeDocumentReader
) -> None:
    plugged(rows, "forced", device_id="server-a", project_id="")
    assert reader.interest("one", ["forced"]).projects == {"", "mine"}


def test_a_fixed_number_of_statements(
    rows: Rows, reader: NodeDocumentReader, connection: Connection
) -> None:
    def count(act: Callable[[], object]) -> int:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            sent.append(statement)

        event.listen(connection.engine, "before_cursor_execute", note)
        act()
        event.remove(connection.engine, "before_cursor_execute", note)
        return len(sent)

    rule = open_rule("r", "g", "mine", "ingress", "IPv4", THEN)
    SqlSecurityGroups(connection).add_rule(rule)
    many = [f"no-{number}" for number in range(998)]
    assert count(lambda: reader.facts("one", ["a"])) == 8
    assert count(lambda: reader.facts("one", ["a", "b", *many])) == 8
    assert count(lambda: reader.interest("one", ["a", "b", *many])) == 1
