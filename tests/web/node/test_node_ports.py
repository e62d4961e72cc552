"""POST /node/v1/ports: what nodes learn, what it costs, and who learns nothing."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import event

from cyclades.domain.model.events import Changed
from cyclades.domain.model.floating_ip import WantedFloatingIp
from cyclades.domain.model.node_document import digest_of
from cyclades.domain.model.port import WantedInterface, WantedPort
from cyclades.domain.model.security_group_rules import WantedRule
from cyclades.domain.model.subnet import Subnet
from tests.harness.api import CALLERS, client_of
from tests.harness.cloud import ADMIN, MEMBER, Cloud
from tests.web.node.conftest import Node, key_of, port_of


@contextmanager
def statements(cloud: Cloud) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(cloud.app.engine, "before_cursor_execute", note)
    yield sent
    event.remove(cloud.app.engine, "before_cursor_execute", note)


def test_a_document_has_what_a_node_needs(cloud: Cloud, node: Node) -> None:
    server = cloud.create(name="web")
    port_id = port_of(cloud, server)
    document = node.ask({port_id: ""})[port_id]
    digest = document.pop("digest")
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert digest == digest_of(document) == hashlib.sha256(text.encode()).hexdigest()
    with cloud.app.reader() as unit:
        port = unit.port_rows.get(port_id)
        network = unit.network_rows.get(port.network_id)
        subnets = unit.subnet_rows.of_network(network.id)
    mine = [fixed.ip_address for fixed in port.fixed_ips]
    assert document.pop("layers") == [
        [
            rule("egress", 4, None),
            rule("egress", 6, None),
            rule("ingress", 4, mine[:1]),
            rule("ingress", 6, mine[1:]),
        ]
    ]
    assert document == {
        "port": port_id,
        "mac": port.mac,
        "hostname": "web",
        "server": server,
        "project": MEMBER.project_id,
        "network": {
            "id": network.id,
            "flavor": network.flavor,
            "mode": network.mode,
            "link": network.link,
            "mac_prefix": network.mac_prefix,
            "mtu": 1500,
            "external": True,
        },
        "secure": True,
        "addresses": mine,
        "pairs": [],
        "subnets": [told(*each) for each in zip(subnets, mine, strict=True)],
        "dhcp_options": [],
        "domain": "openstacklocal",
        "dns_name": "",
    }


def told(subnet: Subnet, address: str) -> dict[str, Any]:
    return {
        "id": subnet.id,
        "cidr": subnet.cidr,
        "version": subnet.ip_version,
        "gateway": subnet.gateway_ip,
        "dhcp": True,
        "ra_mode": subnet.ipv6_ra_mode,
        "address_mode": subnet.ipv6_address_mode,
        "dns": list(subnet.dns_nameservers),
        "routes": [],
        "address": address,
    }


def rule(direction: str, version: int, remote: Any) -> dict[str, Any]:
    return {
        "direction": direction,
        "version": version,
        "protocol": None,
        "ports": None,
        "remote": remote,
    }


def test_only_what_differs_is_answered(cloud: Cloud, node: Node) -> None:
    first, second = (port_of(cloud, cloud.create(name=name)) for name in ("a", "b"))
    known = {port: found["digest"] for port, found in node.ask({first: "", second: ""}).items()}
    assert set(known) == {first, second}
    assert node.ask(known) == {}
    assert node.ask(known, cursor="") == {}, "without a cursor, digests decide"
    assert set(node.ask({first: "another", second: known[second]}, cursor="")) == {first}
    assert set(node.ask({first: "", second: known[second]})) == {first}


def test_nothing_new_costs_three_statements(cloud: Cloud, node: Node) -> None:
    port = port_of(cloud, cloud.create())
    known = {port: node.ask({port: ""})[port]["digest"]}
    with statements(cloud) as sent:
        assert node.ask(known) == {}
    assert len(sent) == 3, "its key, the feed, and the feed's horizon"
    cloud.app.atomically(
        lambda unit: unit.feed.publish(Changed("quota", "q", 1, MEMBER.project_id))
    )
    with statements(cloud) as sent:
        assert node.ask(known) == {}
    assert len(sent) == 3


def test_what_is_none_of_its_ports_is_nothing_new(cloud: Cloud, node: Node) -> None:
    port = port_of(cloud, cloud.create())
    known = {port: node.ask({port: ""})[port]["digest"]}
    cloud.create(caller=CALLERS["other"])
    with statements(cloud) as sent:
        assert node.ask(known) == {}
    assert len(sent) <= 4, "what the ports have to do with, besides"


Change = Callable[[Any, str], object]
CHANGES: dict[str, Change] = {
    "a rule": lambda unit, port: unit.security_groups.create_rule(
        MEMBER, WantedRule(unit.port_rows.get(port).security_groups[0], "ingress", protocol="tcp")
    ),
    "its groups": lambda unit, port: unit.ports.update(MEMBER, port, {"security_groups": ()}, None),
    "its security": lambda unit, port: unit.ports.update(
        MEMBER, port, {"security_groups": (), "port_security_enabled": False}, None
    ),
    "its firewall": lambda unit, port: unit.ports.update(
        MEMBER, port, {"firewall_profile": "ENABLED"}, None
    ),
    "its network": lambda unit, port: unit.networks.update(
        ADMIN, unit.port_rows.get(port).network_id, {"mtu": 1400}, None
    ),
    "its subnet": lambda unit, port: unit.subnets.update(
        ADMIN,
        unit.port_rows.get(port).fixed_ips[0].subnet_id,
        {"dns_nameservers": ("192.0.2.53",)},
        None,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_seen(cloud: Cloud, node: Node, what: str) -> None:
    port = port_of(cloud, cloud.create())
    before = node.ask({port: ""})[port]
    known = {port: before["digest"]}
    assert node.ask(known) == {}
    cloud.app.atomically(lambda unit: CHANGES[what](unit, port))
    after = node.ask(known)[port]
    assert after != before
    assert node.ask({port: after["digest"]}) == {}


def test_members_that_come_and_go_are_seen(cloud: Cloud, node: Node) -> None:
    port = port_of(cloud, cloud.running())
    alone = node.ask({port: ""})[port]
    other = cloud.running()
    both = node.ask({port: alone["digest"]})[port]
    members = [
        sum(ip_network(place).num_addresses for place in each["remote"] or ())
        for each in both["layers"][0]
    ]
    assert members == [0, 0, 2, 2]
    cloud.delete(other)
    cloud.converge()
    assert node.ask({port: both["digest"]})[port] == alone


def test_an_operator_s_profile_that_changed_is_seen(cloud: Cloud, node: Node) -> None:
    port = port_of(cloud, cloud.create())
    change = {"firewall_profile": "ENABLED"}
    cloud.app.atomically(lambda unit: unit.ports.update(MEMBER, port, change, None))
    before = node.ask({port: ""})[port]
    assert len(before["layers"]) == 2
    profiles = dict(cloud.app.firewall_profiles)
    profiles["ENABLED"] = profiles["PROTECTED"]
    cloud.app.firewall_profiles = profiles
    after = node.ask({port: before["digest"]})[port]
    assert len(after["layers"][1]) > len(before["layers"][1])
    del profiles["ENABLED"]
    assert node.ask({port: after["digest"]})[port]["layers"][1] == [], "nothing passes"


def test_a_floating_ip_is_a_port_s_address_where_it_has_no_other(cloud: Cloud, node: Node) -> None:
    with cloud.app.reader() as unit:
        (network,) = unit.network_rows.public()
    wanted = WantedFloatingIp(network.id)
    mine = cloud.app.atomically(lambda unit: unit.floating_ips.create(MEMBER, wanted))
    interface = WantedInterface(network.id, fixed_ip=mine.address)
    port = port_of(cloud, cloud.create(interfaces=[interface]))
    document = node.ask({port: ""})[port]
    slaac, floating = document["addresses"]
    assert floating == mine.address
    assert [subnet["address"] for subnet in document["subnets"]] == [floating, slaac]


def test_a_server_that_is_gone(cloud: Cloud, node: Node) -> None:
    server = cloud.running()
    port = port_of(cloud, server)
    known = {port: node.ask({port: ""})[port]["digest"]}
    cloud.delete(server)
    cloud.converge()
    assert node.ask(known) == {port: None}


def test_other_clusters_ports_are_not_there(cloud: Cloud, node: Node) -> None:
    cloud.add_cluster("two")
    port = port_of(cloud, cloud.create())
    with cloud.app.reader() as unit:
        place = unit.servers.by_id(unit.port_rows.get(port).device_id).cluster_id
    keys = {name: key_of(cloud, name) for name in ("one", "two")}
    found = {name: Node(node.api, key).ask({port: ""})[port] for name, key in keys.items()}
    assert [name for name, document in found.items() if document] == [place]
    free = cloud.app.atomically(
        lambda unit: unit.ports.create(MEMBER, WantedPort(unit.port_rows.get(port).network_id))
    )
    assert Node(node.api, keys[place]).ask({free.id: "", "no": ""}) == {free.id: None, "no": None}


def test_on_every_database(each_cloud: Cloud) -> None:
    cloud = each_cloud
    node = Node(client_of(cloud.app), key_of(cloud))
    server = cloud.running()
    port = port_of(cloud, server)
    before = node.ask({port: ""})[port]
    known = {port: before["digest"]}
    assert node.ask(known) == {}
    cloud.app.atomically(lambda unit: CHANGES["a rule"](unit, port))
    after = node.ask(known)[port]
    assert len(after["layers"][0]) == len(before["layers"][0]) + 1
    known = {port: after["digest"]}
    assert node.ask(known) == {}
    cloud.delete(server)
    cloud.converge()
    assert node.ask(known) == {port: None}
