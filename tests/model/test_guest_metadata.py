"""What guests are told of themselves."""

from dataclasses import replace
from typing import Any

import pytest

from cyclades.domain.model.guest_metadata import told
from cyclades.domain.model.node_document import PortFacts, Wire
from cyclades.domain.model.port import FixedIp
from cyclades.domain.model.server_guest import ServerGuest
from cyclades.domain.model.subnet import HostRoute
from tests.contracts.network_rows import PORT, SUBNET
from tests.harness.samples import a_server

KEYS = {"mine": "ssh-ed25519 AAAA me", "other": "ssh-rsa BBBB"}
SERVER = a_server(
    id="0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001",
    hostname="web",
    image_id="0190aaaa-bbbb-7ccc-8ddd-eeeeffff0002",
    metadata={"role": "db"},
    reservation_id="r-1",
    security_groups=("default", "web"),
)
WIRE = Wire("CUSTOM", "bridged", "prv0", None, 1450, external=False)
SIX: dict[str, Any] = {"ip_version": 6, "cidr": "2001:db8::/64", "gateway_ip": "2001:db8::1"}


def facts(address: str, floating: tuple[str, ...] = (), **subnet: Any) -> PortFacts:
    port = replace(PORT, id="0190cccc-port", fixed_ips=(FixedIp("sub", address),))
    return PortFacts(port, "web", "mine", WIRE, (replace(SUBNET, **subnet),), floating)


def test_a_server_hears_its_name_its_keys_and_its_owners_words() -> None:
    said = told(SERVER, ServerGuest(KEYS, "ZGF0YQ=="), [], "example.org")
    assert said.meta_data == {
        "uuid": SERVER.id,
        "name": "web",
        "hostname": "web.example.org",
        "availability_zone": "nova",
        "launch_index": 0,
        "project_id": SERVER.project_id,
        "devices": [],
        "meta": {"role": "db"},
        "public_keys": KEYS,
        "keys": [{"name": name, "type": "ssh", "data": key} for name, key in KEYS.items()],
    }
    assert (said.user_data, said.vendor_data) == ("ZGF0YQ==", {})
    bare = told(replace(SERVER, metadata={}), ServerGuest(), [], "").meta_data
    assert bare["hostname"] == "web"
    assert not bare.keys() & {"meta", "public_keys", "keys"}


@pytest.mark.parametrize(
    ("address", "subnet", "network"),
    [
        ("10.0.0.5", {}, {"type": "ipv4_dhcp"}),
        (
            "10.0.0.5",
            {"enable_dhcp": False, "host_routes": (HostRoute("10.9.0.0/16", "10.0.0.9"),)},
            {
                "type": "ipv4",
                "ip_address": "10.0.0.5",
                "netmask": "255.255.255.0",
                "routes": [
                    {"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.0.0.1"},
                    {"network": "10.9.0.0", "netmask": "255.255.0.0", "gateway": "10.0.0.9"},
                ],
            },
        ),
        (
            "10.0.0.5",
            {"enable_dhcp": False, "gateway_ip": None},
            {
                "type": "ipv4",
                "ip_address": "10.0.0.5",
                "netmask": "255.255.255.0",
                "routes": [],
            },
        ),
        (
            "2001:db8::5",
            SIX,
            {
                "type": "ipv6",
                "ip_address": "2001:db8::5",
                "netmask": "ffff:ffff:ffff:ffff::",
                "routes": [{"network": "::", "netmask": "::", "gateway": "2001:db8::1"}],
            },
        ),
        *(
            ("2001:db8::5", SIX | {"ipv6_address_mode": mode}, {"type": f"ipv6_{mode}"})
            for mode in ("slaac", "dhcpv6-stateless", "dhcpv6-stateful")
        ),
    ],
)
def test_an_interface_is_configured_as_its_subnet_says(
    address: str, subnet: dict[str, Any], network: dict[str, Any]
) -> None:
    dns = {"type": "dns", "address": "10.0.0.53"}
    port = facts(address, dns_nameservers=("10.0.0.53",), **subnet)
    assert told(SERVER, ServerGuest(), [port], "").network_data == {
        "links": [
            {
                "id": "tap0190cccc-po",
                "vif_id": "0190cccc-port",
                "type": "bridge",
                "mtu": 1450,
                "ethernet_mac_address": PORT.mac,
            }
        ],
        "networks": [
            {
                "id": "network0",
                "link": "tap0190cccc-po",
                "network_id": "net",
                "services": [dns],
                **network,
            }
        ],
        "services": [dns],
    }


def test_amazons_clients_find_what_they_look_for() -> None:
    ports = [facts("2001:db8::5", **SIX), facts("10.0.0.5", ("203.0.113.9",))]
    said = told(SERVER, ServerGuest(KEYS), ports, "example.org").ec2
    assert said["instance-id"] == "i-c8dddeeeeffff0001"
    assert said["ami-id"].startswith("ami-")
    assert (said["local-ipv4"], said["public-ipv4"]) == ("10.0.0.5", "203.0.113.9")
    assert said["public-keys"] == {
        "0": {"_name": "0=mine", "openssh-key": KEYS["mine"]},
        "1": {"_name": "1=other", "openssh-key": KEYS["other"]},
    }
    assert said["security-groups"] == "default\nweb"
    assert said["placement"] == {"availability-zone": "nova"}
    assert "public-keys" not in told(SERVER, ServerGuest(), [], "").ec2
