"""From the user's wish to the packet: Cyclades itself serves the documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cyclades.domain.model.port import Port
from cyclades.domain.model.security_group_rules import WantedRule
from tests.harness.api import CALLERS
from tests.harness.cloud import MEMBER, Cloud, cloud
from tests.harness.processes import wait_until
from tests.nodes.packets.guest import Guest
from tests.nodes.packets.node import PacketNode
from tests.nodes.packets.real_api import asking

__all__ = ["cloud"]

STRANGER = CALLERS["other"]
BRIDGE = "snf_public"


@dataclass(frozen=True, slots=True)
class Site:
    cloud: Cloud
    node: PacketNode

    def server(self, number: int, caller: Any = MEMBER) -> tuple[Guest, Port]:
        """A server of the API, and the guest that is its interface."""
        server_id = self.cloud.create(caller, name=f"server{number}")
        self.cloud.converge()
        (port,) = self.cloud.ports_of(server_id).values()
        held = [fixed.ip_address for fixed in port.fixed_ips]
        addresses = [f"{one}/{64 if ':' in one else 24}" for one in held]
        guest = self.node.guest(number, port.mac[:8], *addresses, port=port.id, mac=port.mac)
        self.node.up(guest, link=BRIDGE)
        return guest, port

    def change(self, port: Port, **changes: Any) -> None:
        self.cloud.app.atomically(lambda unit: unit.ports.update(MEMBER, port.id, changes, None))


@pytest.fixture
def site(cloud: Cloud, packet_node: PacketNode) -> Iterator[Site]:
    packet_node.bridge(BRIDGE)
    with asking(packet_node, cloud.app):
        packet_node.start()
        yield Site(cloud, packet_node)
    assert "Traceback" not in packet_node.log


def test_groups_and_profiles_hold_on_the_wire(site: Site) -> None:
    web, port = site.server(1)
    friend, _ = site.server(2)
    stranger, _ = site.server(3, STRANGER)
    for version in (4, 6):
        assert friend.reaches(web, "tcp", 80, version)  # they have a group in common
        assert not stranger.reaches(web, "tcp", 80, version)
        assert web.reaches(friend, "udp", 53, version)
    rule = WantedRule(port.security_groups[0], "ingress", protocol="tcp")
    site.cloud.app.atomically(lambda unit: unit.security_groups.create_rule(MEMBER, rule))
    wait_until(lambda: stranger.reaches(web, "tcp", 80), "the way in", seconds=8)
    assert not stranger.reaches(web, "udp", 80)
    assert not stranger.reaches(web, "tcp", 80, 6)
    site.change(port, firewall_profile="ENABLED")
    wait_until(lambda: not stranger.reaches(web, "tcp", 80), "a wall", seconds=8)
    assert not friend.reaches(web, "tcp", 80)
    site.change(port, firewall_profile="DISABLED")
    wait_until(lambda: friend.reaches(web, "tcp", 80), "its end", seconds=8)


def test_a_server_that_is_deleted_is_cut_off(site: Site) -> None:
    web, _ = site.server(1)
    friend, port = site.server(2)
    assert friend.reaches(web, "tcp", 80)
    site.cloud.delete(port.device_id)
    site.cloud.converge()
    wait_until(lambda: not friend.reaches(web, "tcp", 80), "an end", seconds=8)
