"""What a node must know of an interface: where it is plugged in, and what may pass."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from cyclades.domain.model.firewall_profile import FirewallProfile, Profiles
from cyclades.domain.model.port import Port
from cyclades.domain.model.rule_set import Compiled, Layer, Members, compiled, merged, plain
from cyclades.domain.model.security_group import SecurityGroupRule
from cyclades.domain.model.subnet import Subnet

Document = dict[str, Any]
# A profile that the operator does not have any more lets nothing through: whoever chose it
# wanted less to pass, not more.
TAKEN_AWAY = FirewallProfile("", "")


class Wire(NamedTuple):
    """A port's network as it is in the cluster that asks."""

    flavor: str
    mode: str
    link: str
    mac_prefix: str | None
    mtu: int
    external: bool


@dataclass(frozen=True, slots=True)
class PortFacts:
    """A port on a server; `floating`: addresses that lead to it without a router."""

    port: Port
    hostname: str
    server_project: str
    wire: Wire
    subnets: tuple[Subnet, ...] = ()
    floating: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that documents are made of: rules by group, and addresses by group."""

    ports: Sequence[PortFacts]
    rules: dict[str, tuple[SecurityGroupRule, ...]]
    members: Members


class Written(NamedTuple):
    """A layer as JSON, and the text of that for digests: it may be long, and many ports' own."""

    layer: list[dict[str, Any]]
    text: str


class Interest(NamedTuple):
    """What ports have to do with: whose changes may change their documents."""

    projects: frozenset[str]
    networks: frozenset[str]
    servers: frozenset[str]


class Documents:
    """Makes documents; what many ports have in common is made once."""

    def __init__(self, facts: Facts, profiles: Profiles, domain: str) -> None:
        """`domain`: what follows names in the networks' DNS."""
        self._facts = facts
        self._profiles = profiles
        self._domain = domain
        self._by_group: dict[str, Compiled] = {}
        self._by_groups: dict[tuple[str, ...], Written] = {}
        self._by_profile: dict[str, list[Written]] = {}

    def all(self) -> dict[str, Document]:
        """By port id, each with its digest."""
        return {facts.port.id: self._signed(facts) for facts in self._facts.ports}

    def _signed(self, facts: PortFacts) -> Document:
        document, layers = self._document(facts), self._layers_of(facts.port)
        texts = {name: canonical(value) for name, value in document.items()}
        texts["layers"] = f"[{','.join(each.text for each in layers)}]"
        document["layers"] = [each.layer for each in layers]
        return document | {"digest": signature(texts)}

    def _document(self, facts: PortFacts) -> Document:
        port = facts.port
        held = [fixed.ip_address for fixed in port.fixed_ips]
        return {
            "port": port.id,
            "mac": port.mac,
            "hostname": facts.hostname,
            "server": port.device_id,
            "project": facts.server_project,
            "network": {"id": port.network_id, **facts.wire._asdict()},
            "secure": port.port_security_enabled,
            "addresses": list(dict.fromkeys([*held, *facts.floating])),
            "pairs": pairs_of(port),
            "subnets": [subnet_of(subnet, facts) for subnet in facts.subnets],
            "dhcp_options": [
                {"name": each.name, "value": each.value, "version": each.ip_version}
                for each in port.extra_dhcp_opts
            ],
            "domain": self._domain,
            "dns_name": port.dns_name,
        }

    def _layers_of(self, port: Port) -> list[Written]:
        if not port.port_security_enabled:
            return []
        layers = [self._of_groups(port.security_groups)]
        if port.firewall_profile is not None:
            layers += self._of_profile(port.firewall_profile)
        return layers

    def _of_groups(self, groups: tuple[str, ...]) -> Written:
        if groups not in self._by_groups:
            self._by_groups[groups] = written(merged(self._compiled(group) for group in groups))
        return self._by_groups[groups]

    def _compiled(self, group: str) -> Compiled:
        if group not in self._by_group:
            rules = self._facts.rules.get(group, ())
            self._by_group[group] = compiled(rules, self._facts.members)
        return self._by_group[group]

    def _of_profile(self, name: str) -> list[Written]:
        if name not in self._by_profile:
            profile = self._profiles.get(name, TAKEN_AWAY)
            self._by_profile[name] = [written(profile.layer)] if profile.filters else []
        return self._by_profile[name]


def written(layer: Layer) -> Written:
    """A layer, ready for documents."""
    rules = [plain(rule) for rule in layer]
    return Written(rules, canonical(rules))


def canonical(value: Any) -> str:
    """The one text of a JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def signature(texts: Mapping[str, str]) -> str:
    """SHA-256, in hex, of an object with these values."""
    parts = ",".join(f"{canonical(name)}:{texts[name]}" for name in sorted(texts))
    return hashlib.sha256(f"{{{parts}}}".encode()).hexdigest()


def digest_of(document: Document) -> str:
    """SHA-256, in hex, of the canonical JSON of a document without its digest."""
    return signature({name: canonical(value) for name, value in document.items()})


def pairs_of(port: Port) -> list[dict[str, str]]:
    """Other addresses that the guest may use; a single one is a prefix too."""
    return [
        {"prefix": str(ip_network(pair.ip_address)), "mac": pair.mac_address or port.mac}
        for pair in port.allowed_address_pairs
    ]


def subnet_of(subnet: Subnet, facts: PortFacts) -> dict[str, Any]:
    """A subnet of the port's network, with the port's (first) address there.

    That is a floating one where it has no other: its server asks for it by DHCP.
    """
    own = [fixed.ip_address for fixed in facts.port.fixed_ips if fixed.subnet_id == subnet.id]
    near = ip_network(subnet.cidr)
    own += [address for address in facts.floating if ip_address(address) in near]
    return {
        "id": subnet.id,
        "cidr": subnet.cidr,
        "version": subnet.ip_version,
        "gateway": subnet.gateway_ip,
        "dhcp": subnet.enable_dhcp,
        "ra_mode": subnet.ipv6_ra_mode,
        "address_mode": subnet.ipv6_address_mode,
        "dns": list(subnet.dns_nameservers),
        "routes": [list(route) for route in subnet.host_routes],
        "address": next(iter(own), None),
    }
