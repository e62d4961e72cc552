"""Interfaces without a bridge: the node routes to each address, and answers for all others.

Routes are in the network's own table. What the guest sends is looked up there, by its interface;
what comes for its addresses, by them. Where that table's default route leads, the node answers
neighbours' questions for the guest's addresses (proxy ARP and NDP), and to the guest for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from cyclades_node.document import Address, Document
from cyclades_node.iproute import ip, ip_json
from cyclades_node.nic import Nic, write_whole

FROM_GUEST, TO_GUEST = "10100", "10200"  # priorities of rules: before the main table
NONE_THERE = "No such"  # ip, of a rule, a device or a proxy that is gone already
SETTINGS = {
    # Answer for what is routed elsewhere, at once; believe no router; nobody else is on the wire.
    4: {
        "conf": {"proxy_arp": "1", "forwarding": "1", "rp_filter": "1"},
        "neigh": {"proxy_delay": "0"},
    },
    6: {
        "conf": {"proxy_ndp": "1", "forwarding": "1", "accept_ra": "0", "accept_dad": "0"},
        "neigh": {"proxy_delay": "0"},
    },
}
SYSCTL = Path("/proc/sys/net")

Route = tuple[str, str]  # an address, and the device that leads away from here, or empty


class Routes:
    """What was set for each interface is written down: the device takes only its routes along."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def apply(self, nic: Nic, document: Document | None) -> None:
        """As the document says; without one nothing leads to the guest. Raises IpTrouble."""
        wanted = list(_wanted(nic, document))
        _settings(nic.interface)
        ip("link", "set", nic.interface, "up")
        had = self._read(nic.interface)
        self._write(nic.interface, [*{*had, *wanted}])
        for route in had:
            if route not in wanted:
                _remove(nic, route)
        for version in (4, 6):
            rule = ("rule", "add", "iif", nic.interface, "lookup", nic.link, "pref", FROM_GUEST)
            ip(f"-{version}", *rule, fine="File exists")
        for route in wanted:
            _add(nic, route)
        for gateway in _gateways(document):
            ip("-6", "neigh", "replace", "proxy", str(gateway), "dev", nic.interface)
        self._write(nic.interface, wanted)

    def forget(self, nic: Nic) -> None:
        """No trace. Raises IpTrouble."""
        for route in self._read(nic.interface):
            _remove(nic, route)
        for version in (4, 6):
            rule = ("rule", "del", "iif", nic.interface, "pref", FROM_GUEST)
            ip(f"-{version}", *rule, fine=NONE_THERE)
        (self._folder / nic.interface).unlink(missing_ok=True)

    def _read(self, interface: str) -> list[Route]:
        try:
            said = json.loads((self._folder / interface).read_text(encoding="utf-8"))
            return [(address, uplink) for address, uplink in said]
        except (OSError, ValueError, TypeError):
            return []

    def _write(self, interface: str, routes: list[Route]) -> None:
        write_whole(self._folder / interface, json.dumps(routes))


def _wanted(nic: Nic, document: Document | None) -> Iterator[Route]:
    if document:
        uplinks = {version: _uplink(nic.link, version) for version in (4, 6)}
        for address in document.addresses:
            yield str(address), uplinks[address.version]


def _uplink(table: str, version: int) -> str:
    routes = ip_json(f"-{version}", "route", "show", "table", table, "default")
    return str(routes[0].get("dev", "")) if routes else ""


def _gateways(document: Document | None) -> list[Address]:
    """For IPv4 the setting is enough: it answers for all that is routed elsewhere."""
    subnets = document.subnets if document else ()
    return [one.gateway for one in subnets if one.gateway and one.gateway.version == 6]  # noqa: PLR2004  its name


def _settings(interface: str) -> None:
    for version, kinds in SETTINGS.items():
        for kind, values in kinds.items():
            for key, value in values.items():
                _set(version, kind, interface, key, value)


def _set(version: int, kind: str, interface: str, key: str, value: str) -> None:
    (SYSCTL / f"ipv{version}" / kind / interface / key).write_text(value)


def _add(nic: Nic, route: Route) -> None:
    family, host, (address, uplink) = _family(route), _host(route), route
    ip(family, "route", "replace", host, "dev", nic.interface, "table", nic.link, "proto", "static")
    rule = ("rule", "add", "to", host, "lookup", nic.link, "pref", TO_GUEST)
    ip(family, *rule, fine="File exists")
    if uplink:
        _set(6, "conf", uplink, "proxy_ndp", "1")
        _set(int(family[1]), "neigh", uplink, "proxy_delay", "0")
        ip(family, "neigh", "replace", "proxy", address, "dev", uplink)


def _remove(nic: Nic, route: Route) -> None:
    family, host, (address, uplink) = _family(route), _host(route), route
    where = ("dev", nic.interface, "table", nic.link)
    if nic.is_there:
        ip(family, "route", "del", host, *where, fine=NONE_THERE)
    ip(family, "rule", "del", "to", host, "pref", TO_GUEST, fine=NONE_THERE)
    if uplink:
        ip(family, "neigh", "del", "proxy", address, "dev", uplink, fine=NONE_THERE)


def _family(route: Route) -> str:
    return f"-{ip_address(route[0]).version}"


def _host(route: Route) -> str:
    address = ip_address(route[0])
    return f"{address}/{address.max_prefixlen}"
