"""Flows that the rules of today would not let begin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Any, NamedTuple

from cyclades_node import nft
from cyclades_node.document import PROTOCOLS, Address, Document, Rule
from cyclades_node.filtering import TABLE
from cyclades_node.flows import DIRECTIONS, KINDS, set_name
from cyclades_node.nic import Nic

ADDRESS_BYTES = {4: 4, 6: 16}
AT_ONCE = 1000  # elements a command


class Flow(NamedTuple):
    """`element` is how nftables calls it; a port of the guest and one of the other's."""

    element: str
    interface: str
    direction: str
    version: int
    tcp: bool
    other: Address
    own_port: int
    other_port: int

    @property
    def port(self) -> int:
        """The one that rules are about: of who was called."""
        return self.other_port if self.direction == "egress" else self.own_port


def cut(wanted: Iterable[tuple[Nic, Document | None]]) -> None:
    """Forget those of these interfaces; what may be is not touched."""
    by_family: dict[str, dict[str, Document | None]] = {}
    for nic, document in wanted:
        names = by_family.setdefault(nic.family, {})
        names[nic.interface] = names[str(nic.device)] = document
    for family, names in by_family.items():
        for direction in DIRECTIONS:
            for version in (4, 6):
                for kind in KINDS:
                    name = set_name(direction, kind, version)
                    flows = _flows(family, name, direction, version, tcp=kind != "other")
                    _delete(family, name, (f.element for f in flows if _is_over(f, names)))


def _is_over(flow: Flow, names: dict[str, Document | None]) -> bool:
    if flow.interface not in names:
        return False
    document = names[flow.interface]
    return document is None or not may_begin(flow, document)


def may_begin(flow: Flow, document: Document) -> bool:
    """Whether every layer has a rule for the flow's first packet."""
    return not document.secure or all(
        any(_lets(rule, flow) for rule in layer) for layer in document.layers
    )


def _lets(rule: Rule, flow: Flow) -> bool:
    """A flow that is not TCP may be of any other protocol: the rule gets the benefit."""
    if (rule.direction, rule.version) != (flow.direction, flow.version):
        return False
    if rule.protocol is not None and (rule.protocol == PROTOCOLS["tcp"]) != flow.tcp:
        return False
    if rule.remote is not None and not any(flow.other in network for network in rule.remote):
        return False
    if rule.ports is None or rule.protocol in {PROTOCOLS["icmp"], PROTOCOLS["ipv6-icmp"]}:
        return True
    low, high = rule.ports
    return low <= flow.port <= (low if high is None else high)


def _flows(family: str, name: str, direction: str, version: int, *, tcp: bool) -> Iterator[Flow]:
    for one in nft.read("set", family, TABLE, name):
        for element in one.get("set", {}).get("elem", []):
            end, other, own_port, other_port = _key(element)
            # Large numbers are text.
            number = int(str(other), 0).to_bytes(ADDRESS_BYTES[version], "big")
            yield Flow(
                f"{end} . 0x{number.hex()} . {own_port} . {other_port}",
                str(end),
                direction,
                version,
                tcp,
                ip_address(number),
                int(own_port),
                int(other_port),
            )


def _key(element: dict[str, Any]) -> list[Any]:
    key: list[Any] = element["elem"]["val"]["concat"]
    return key


def _delete(family: str, name: str, elements: Iterable[str]) -> None:
    """Adding comes first: one that has run out meanwhile must not spoil it for the others."""
    found = list(elements)
    for start in range(0, len(found), AT_ONCE):
        some = ", ".join(found[start : start + AT_ONCE])
        nft.apply(
            f"{verb} element {family} {TABLE} {name} {{ {some} }}" for verb in ("add", "delete")
        )
