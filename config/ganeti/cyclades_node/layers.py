"""Layers of rules as nftables has them: few lines, whatever they were written as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import collapse_addresses
from typing import Optional

from cyclades_node.document import ICMP, PROTOCOLS, Network, Rule
from cyclades_node.packets import Headers

What = tuple[Optional[int], Optional[tuple[int, Optional[int]]]]  # protocol and ports
TRANSPORT = {PROTOCOLS["tcp"]: "tcp", PROTOCOLS["udp"]: "udp"}


def layer_lines(
    layers: Iterable[Iterable[Rule]], headers: Headers, direction: str
) -> Iterator[str]:
    """For each layer one line that drops what none of its rules lets through."""
    for layer in layers:
        rules = [
            rule for rule in layer if (rule.direction, rule.version) == (direction, headers.version)
        ]
        matches = list(_matches(rules, headers, direction))
        if "" in matches:
            continue  # everything passes
        if not matches:
            yield "drop"
            return
        passing = "; ".join(f"{match} return" for match in matches)
        yield f"jump {{ {passing}; drop; }}"


def _matches(rules: Iterable[Rule], headers: Headers, direction: str) -> Iterator[str]:
    """Rules about the same ports become one, and then those about the same others."""
    others: dict[What, set[Network] | None] = {}
    for rule in rules:
        what = (rule.protocol, rule.ports)
        known = others.get(what, set())
        others[what] = None if known is None or rule.remote is None else known | {*rule.remote}
    alike: dict[tuple[int | None, bool, str], list[tuple[int, int | None]]] = defaultdict(list)
    for (protocol, ports), networks in others.items():
        if networks is None or networks:
            match = _remote(networks, headers, direction)
            alike[protocol, ports is None, match].append(ports or (0, None))
    for (protocol, whole, remote), ranges in alike.items():
        yield f"{remote} {_kind(protocol, None if whole else ranges)}".strip()


def _remote(networks: set[Network] | None, headers: Headers, direction: str) -> str:
    if networks is None or any(network.prefixlen == 0 for network in networks):
        return ""
    end = "daddr" if direction == "egress" else "saddr"
    few = ", ".join(map(str, collapse_addresses(networks)))  # type: ignore[type-var]  # of one version
    return f"{headers.name} {end} {{ {few} }}"


def _kind(protocol: int | None, ranges: list[tuple[int, int | None]] | None) -> str:
    if protocol is None:
        return ""
    if ranges is None:
        return f"meta l4proto {protocol}"
    if protocol in ICMP:
        return _icmp("icmp" if protocol == PROTOCOLS["icmp"] else "icmpv6", ranges)
    merged = ", ".join(f"{low}-{high}" if low != high else f"{low}" for low, high in _merge(ranges))
    if (transport := TRANSPORT.get(protocol)) is not None:
        return f"{transport} dport {{ {merged} }}"
    return f"meta l4proto {protocol} th dport {{ {merged} }}"


def _icmp(name: str, ranges: list[tuple[int, int | None]]) -> str:
    """Types without a code are one set; a type with its code is a pair in another."""
    both = ", ".join(
        f"{kind} . {f'{code}' if code is not None else '0-255'}" for kind, code in _types(ranges)
    )
    return f"{name} type . {name} code {{ {both} }}"


def _types(ranges: list[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    whole = {kind for kind, code in ranges if code is None}
    return sorted(
        ((kind, code) for kind, code in set(ranges) if code is None or kind not in whole),
        key=str,
    )


def _merge(ranges: Iterable[tuple[int, int | None]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, top in sorted((low, low if high is None else high) for low, high in ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], top))
        else:
            merged.append((low, top))
    return merged
