"""What documents become: what is believed, what is merged, what a DHCP server is told."""

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from cyclades_node.dhcp import Network, configuration, hosts, names, options, server_mac
from cyclades_node.document import BadDocument, Document, Rule, read_document
from cyclades_node.filtering import Filter, applied, base, removed
from cyclades_node.layers import layer_lines
from cyclades_node.nic import our_nic
from cyclades_node.packets import V4, V6
from cyclades_node.purge import Flow, may_begin
from cyclades_node.spoofing import link_local

from tests.nodes.packets.documents import NETWORK, OUTWARD, PORT, document, rule
from tests.nodes.packets.subnets import subnet4, subnet6

MAC = "aa:0d:01:00:00:01"


def made(**changes: Any) -> dict[str, Any]:
    return document(PORT.format(1), MAC, ["10.0.0.1", "2001:db8::1"], **changes)


def read(**changes: Any) -> Document:
    return read_document(made(**changes))


def rules(*said: dict[str, Any]) -> tuple[Rule, ...]:
    return read(layers=[list(said)]).layers[0]


def lines(*said: dict[str, Any], way: str = "ingress", version: int = 4) -> list[str]:
    return list(layer_lines([rules(*said)], V4 if version == 4 else V6, way))


@pytest.mark.parametrize(
    "changes",
    [
        {"mac": "aa:0d:01:00:00:01; drop"},
        {"addresses": ["10.0.0.1 } accept"]},
        {"network": {}},
        {"layers": [[rule("ingress", remote=["0.0.0.0/0 } accept"])]]},
        {"layers": [[rule("ingress", version=6, remote=["10.0.0.0/8"])]]},
        {"layers": [[rule("ingress", "tcp; accept")]]},
        {"layers": [[rule("sideways")]]},
        {"layers": None},
        {"pairs": [{"prefix": "10.0.0.9/32", "mac": "everybody"}]},
        {"subnets": [{}]},
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadDocument):
        read_document(made() | changes)


def test_not_even_an_object() -> None:
    nonsense: list[Any] = [[], "", 7, {"port": PORT}]
    for said in nonsense:
        with pytest.raises(BadDocument):
            read_document(said)


def test_names_and_options_that_no_server_could_be_told_are_left_out() -> None:
    bad = [{"name": "mtu\nuser=root", "value": "1", "version": 4}]
    bad += [{"name": "mtu", "value": "1\nuser=root", "version": 4}]
    one = read(hostname="web\nuser=root", dns_name=None, domain="x y", dhcp_options=bad)
    assert (one.hostname, one.domain, one.options) == ("", "", ())


def test_rules_about_the_same_ports_are_one() -> None:
    several = [rule("ingress", "tcp", (22, 22), remote=[f"10.0.{n}.0/24"]) for n in range(4)]
    assert lines(*several) == ["jump { ip saddr { 10.0.0.0/22 } tcp dport { 22 } return; drop; }"]


def test_rules_about_the_same_others_are_one() -> None:
    several = [rule("ingress", "udp", ports) for ports in ((53, 60), (58, 70), (71, 71), (80, 80))]
    assert lines(*several) == ["jump { udp dport { 53-71, 80 } return; drop; }"]


def test_an_open_layer_says_nothing_and_an_empty_one_drops() -> None:
    assert lines(*OUTWARD, way="egress") == []
    assert lines(*OUTWARD) == ["drop"]
    assert lines(rule("ingress", remote=[])) == ["drop"]
    assert lines(rule("ingress", remote=["0.0.0.0/0"])) == []


def test_the_wider_rule_wins() -> None:
    both = [
        rule("ingress", "tcp", (22, 22), remote=["10.0.0.0/8"]),
        rule("ingress", "tcp", (22, 22)),
    ]
    assert lines(*both) == ["jump { tcp dport { 22 } return; drop; }"]


@pytest.mark.parametrize(
    ("said", "version", "expected"),
    [
        (("icmp", (8, None)), 4, "icmp type . icmp code { 8 . 0-255 }"),
        (("icmp", (128, 0)), 6, "icmpv6 type . icmpv6 code { 128 . 0 }"),
        (("ipv6-icmp", None), 6, "meta l4proto 58"),
        ((47, None), 4, "meta l4proto 47"),
        ((132, (1, 5)), 4, "meta l4proto 132 th dport { 1-5 }"),
        (("tcp", (1, 65535)), 6, "tcp dport { 1-65535 }"),
    ],
)
def test_protocols(said: tuple[Any, Any], version: int, expected: str) -> None:
    (line,) = lines(rule("ingress", *said, version=version), version=version)
    assert line == f"jump {{ {expected} return; drop; }}"


def test_link_local() -> None:
    assert link_local("aa:0d:01:00:00:01") == ip_address("fe80::a80d:1ff:fe00:1")


def test_without_a_document_there_is_one_verdict() -> None:
    said = [line for line in applied(Filter("tap0", "bridge", None)) if "add rule" in line]
    assert said == [f"add rule bridge cyclades {way}_tap0 drop" for way in ("egress", "ingress")]


def test_everything_that_is_added_is_removed() -> None:
    one = Filter("tap0", "bridge", read(layers=[OUTWARD]))
    added = {line.split(" {")[0] for line in applied(one) if line.startswith("add chain")}
    gone = {line for line in removed("tap0", "bridge") if line.startswith("delete chain")}
    assert {line.replace("add", "delete").strip() for line in added} == gone
    assert not any("tap0" in line for line in base("bridge"))


@pytest.mark.parametrize(
    ("direction", "version", "tcp", "ports", "may"),
    [
        ("ingress", 4, True, (22, 5000), True),
        ("ingress", 4, True, (23, 5000), False),
        ("ingress", 4, False, (22, 5000), False),
        ("ingress", 6, True, (22, 5000), False),
        ("egress", 4, True, (5000, 443), True),
    ],
)
def test_which_flows_go_on(
    direction: str, version: int, tcp: bool, ports: tuple[int, int], may: bool
) -> None:
    layer = [*OUTWARD, rule("ingress", "tcp", (22, 22))]
    other = ip_address("10.0.0.2" if version == 4 else "2001:db8::2")
    flow = Flow("", "tap0", direction, version, tcp, other, *ports)
    assert may_begin(flow, read(layers=[layer])) is may
    assert may_begin(flow, read(layers=[layer], secure=False))


def network(*subnets: dict[str, Any], **changes: Any) -> Network:
    return Network(NETWORK.format(1), "prv0", (read(subnets=list(subnets), **changes),))


def test_a_host_gets_its_own_address_of_each_version() -> None:
    two = network(subnet4(), subnet6("dhcpv6-stateful"), hostname="web")
    assert (
        hosts(two) == f"{MAC},set:p{PORT.format(1).replace('-', '')},10.0.0.1,[2001:db8::1],web\n"
    )
    assert names(two) == "10.0.0.1 web\n2001:db8::1 web\n"


def test_routes_that_replace_all_others_have_the_default_one() -> None:
    told = options(network(subnet4(routes=[["10.9.0.0/16", "10.0.0.253"]])))
    expected = "169.254.169.254/32,0.0.0.0,10.9.0.0/16,10.0.0.253,0.0.0.0/0,10.0.0.254"
    assert f"option:classless-static-route,{expected}\n" in told
    without = options(network(subnet4(gateway=None, routes=[])))
    assert "option:router\n" in without
    assert "option:classless-static-route,169.254.169.254/32,0.0.0.0\n" in without


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("slaac", "2001:db8::,ra-only,64,24h"),
        ("dhcpv6-stateless", "2001:db8::,ra-stateless,64,24h"),
        ("dhcpv6-stateful", "2001:db8::,static,64,1h"),
    ],
)
def test_modes_of_ipv6(mode: str, expected: str) -> None:
    said = configuration(network(subnet6(mode)), "/x")
    assert expected in said
    assert "ra-param=eth0,0,0" in said, "no default route of ours"
    alone = configuration(network(subnet6(mode, ra_mode=None)), "/x")
    assert "enable-ra" not in alone, "somebody else advertises"


def test_the_server_has_no_host_s_address() -> None:
    """A prefix with few addresses has none to spare."""
    for length, expected in (
        (64, "2001:db8::a80d:1ff:"),
        (65, "2001:db8::/65"),
        (124, "2001:db8::/"),
    ):
        served = network(subnet6("dhcpv6-stateful", cidr=f"2001:db8::/{length}"))
        assert served.addresses[1].startswith(expected)


def test_prefixes_that_dnsmasq_refuses_are_not_served() -> None:
    """The other subnets of the network are."""
    wide = subnet6("dhcpv6-stateful", cidr="2001:db8::/56")
    assert server_mac(read(subnets=[wide])) == ""
    assert "2001" not in configuration(network(subnet4(), wide), "/x")


def test_only_subnets_that_say_so_are_served() -> None:
    assert server_mac(read(subnets=[subnet4(dhcp=False), subnet6("slaac", dhcp=False)])) == ""
    assert server_mac(read(subnets=[subnet6("", ra_mode=None, address_mode=None)])) == ""
    served = server_mac(read(subnets=[subnet4()]))
    assert served.startswith("aa:0d:01:")
    assert server_mac(read(subnets=[subnet4()], mac_prefix=None)).startswith("f2:")
    assert ip_network("10.0.0.0/24") == read(subnets=[subnet4()]).subnets[0].cidr


def test_whose_interface_it_is() -> None:
    said = {"INTERFACE": "no-such", "MAC": MAC.upper(), "MODE": "bridged", "LINK": "prv0"}
    ours = our_nic({**said, "INTERFACE_NAME": f"cyclades-nic-{PORT.format(1)}"}, "cyclades-")
    assert ours is not None
    assert (ours.port, ours.mac, ours.link) == (PORT.format(1), MAC, "prv0")
    for name in ("", "eth0", "cyclades-nic-1", f"other-nic-{PORT.format(1)}"):
        assert our_nic({**said, "INTERFACE_NAME": name}, "cyclades-") is None
    other = {**said, "INTERFACE_NAME": f"cyclades-nic-{PORT.format(1)}", "MODE": "openvswitch"}
    assert our_nic(other, "cyclades-") is None
