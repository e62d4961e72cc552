"""How long large rule sets and many ports take. `-s` shows the figures."""

import json
import sys
import time

import pytest

from tests.nodes.packets.documents import OUTWARD, Rule, document, rule
from tests.nodes.packets.node import PROGRAMS, PacketNode

pytestmark = pytest.mark.slow
RED = "aa:0d:01"
PORTS, RULES = 200, 1000
# Within the node: its interfaces are known, and all are applied, then one again, then that one cut.
APPLY = f"""
import json, sys, time
sys.path.insert(0, {str(PROGRAMS)!r})
from cyclades_node.conf import read_conf
from cyclades_node.enforcement import Enforcement
from cyclades_node.netd import AT_ONCE
from cyclades_node.nic import Nic, device_index
enforcement = Enforcement(read_conf())
nics = []
for document in json.load(open(sys.argv[1])):
    tap = "many" + document["port"][-3:]
    enforcement.documents.put(document["port"], document)
    nics.append(Nic(tap, device_index(tap), document["port"], document["mac"], "bridged", "prv0"))
def turns(nics):
    for start in range(0, len(nics), AT_ONCE):
        enforcement.apply(nics[start : start + AT_ONCE])
for some in (nics, nics, nics[:1]):
    begun = time.monotonic()
    turns(some)
    print(time.monotonic() - begun)
"""


def many_rules(count: int) -> list[Rule]:
    """No two can be one."""
    return [
        rule("ingress", "tcp", (n, n + n % 3), remote=[f"10.{n // 250}.{n % 250}.0/24"])
        for n in range(1, count + 1)
    ]


def test_a_thousand_rules_on_one_port(packet_node: PacketNode) -> None:
    guest, other = (packet_node.guest(n, RED, f"10.0.0.{n}/16") for n in (1, 2))
    layers = [[*OUTWARD, *many_rules(RULES)]]
    packet_node.api.say(
        document(guest.port, guest.mac, guest.addresses, layers=layers),
        document(other.port, other.mac, other.addresses),
    )
    packet_node.up(other)
    begun = time.monotonic()
    packet_node.up(guest)
    took = time.monotonic() - begun
    sys.stdout.write(
        f"\n{RULES} rules on one port, from Ganeti's call to an open interface: {took:.2f} s\n"
    )
    assert packet_node.rules().count("tcp dport") >= RULES
    other.ip("address", "add", "10.3.249.7/16", "dev", "eth0")
    assert took < 10


def test_two_hundred_ports(packet_node: PacketNode) -> None:
    documents, links = [], []
    for n in range(PORTS):
        port = f"0b000000-0000-4000-8000-000000000{n:03d}"
        mac = f"{RED}:00:{n // 256:02x}:{n % 256:02x}"
        addresses = [f"10.0.{n // 256}.{n % 256}", f"2001:db8::{n:x}"]
        layers = [[*OUTWARD, *many_rules(20), rule("ingress", version=6)]]
        documents.append(document(port, mac, addresses, layers=layers))
        links.append(f"link add many{n:03d} type veth peer name peer{n:03d}")
    batch, given = packet_node.home / "links", packet_node.home / "documents"
    batch.write_text("\n".join(links))
    given.write_text(json.dumps(documents))
    packet_node.run("ip", "-batch", batch)
    conf = f"CYCLADES_CONF={packet_node.home / 'cyclades.conf'}"
    said = packet_node.run("env", conf, "python3", "-c", APPLY, given)
    first, again, one = map(float, said.split())
    sys.stdout.write(
        f"\n{PORTS} ports of 20 rules: {first:.2f} s, again {again:.2f} s; one: {one:.3f} s\n"
    )
    assert packet_node.rules("map", "bridge", "cyclades", "to_guest").count("jump") == PORTS
    assert max(first, again) < 30
    assert one < 3
