"""The servers of this node's networks: a namespace and a dnsmasq each, while there are ports."""

from __future__ import annotations

import os
import shutil
import signal
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from cyclades_node import dnsmasq, nft, resolver
from cyclades_node.dhcp import Network, configuration, hosts, names, options, server_mac
from cyclades_node.document import Document
from cyclades_node.filtering import TABLE, base
from cyclades_node.iproute import IpTrouble, ip
from cyclades_node.nic import BRIDGED, Nic, device_index

NAMED = Path("/run/netns")
GONE = "No such file"  # ip, of a namespace; "Cannot find device" of a device

Ports = Iterable["tuple[Nic, Document]"]


class DhcpServers:
    """What runs is looked up each time: it outlives us."""

    def __init__(self, run: Path) -> None:
        """Folders are made in there; dnsmasq reads them as a user of its own."""
        self._folder = run / "dhcp"
        self._resolver = run / "resolver"
        self._folder.mkdir(parents=True, exist_ok=True)
        for folder in (run, self._folder):
            folder.chmod(0o711)
        self._served: list[str] = []

    def apply(self, ports: Ports, *, anew: bool) -> None:
        """Start, tell and stop; `anew`: nftables may have forgotten. Raises the last trouble."""
        ports = list(ports)
        wanted = {network.name: network for network in networks(ports)}
        for name in sorted({path.name for path in self._folder.iterdir()} - wanted.keys()):
            self._stop(name)
        script = list(_served(ports, wanted.values()))
        if script != self._served or anew:
            nft.apply([*base("bridge"), *script])
            self._served = script
        trouble: Exception | None = None
        for network in wanted.values():
            try:
                self._serve(network)
            except (IpTrouble, OSError, dnsmasq.DnsmasqTrouble) as error:
                trouble = error
        resolver.serve(self._resolver, wanted=bool(wanted))
        if trouble:
            raise trouble

    def _serve(self, network: Network) -> None:
        folder = self._folder / network.name
        place = "\n".join([network.link, network.mac, *network.addresses, *network.routes])
        if not (_is_there(network) and dnsmasq.has(folder / "place", place)):
            self._stop(network.name)
            folder.mkdir()
            folder.chmod(0o755)
            _make(network)
            dnsmasq.put(folder / "place", place)
        told = {"hosts": hosts(network), "options": options(network), "names": names(network)}
        same = [dnsmasq.put(folder / name, text) for name, text in told.items()]
        if not dnsmasq.put(folder / "conf", configuration(network, str(folder))):
            dnsmasq.stop(folder)
            dnsmasq.start(folder, f"cyd{network.name}")
        elif not (pid := dnsmasq.running(folder)):
            dnsmasq.start(folder, f"cyd{network.name}")
        elif not all(same):
            os.kill(pid, signal.SIGHUP)

    def _stop(self, name: str) -> None:
        dnsmasq.stop(self._folder / name)
        for link in (f"cyd{name}", f"{resolver.PREFIX}{name}"):
            ip("link", "del", link, fine="Cannot find device")
        ip("netns", "del", f"cyd{name}", fine=GONE)
        shutil.rmtree(self._folder / name, ignore_errors=True)


def networks(ports: Ports) -> Iterator[Network]:
    """Those with a subnet that is served; routed ones have no bridge to be served on."""
    found: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for nic, document in ports:
        if nic.mode == BRIDGED and server_mac(document):
            found[document.network, nic.link].append(document)
    for (id, link), documents in found.items():
        yield Network(id, link, tuple(sorted(documents, key=lambda one: one.port)))


def _served(ports: Ports, networks: Iterable[Network]) -> Iterator[str]:
    """Nothing goes between a server and what is not a port of its network on this node."""
    device = {network.id: f"cyd{network.name}" for network in networks}
    pairs = [
        f'"{nic.interface}" . "{device[d.network]}"' for nic, d in ports if d.network in device
    ]
    for name, elements in (("servers", [f'"{one}"' for one in device.values()]), ("served", pairs)):
        yield f"flush set bridge {TABLE} {name}"
        if elements:
            yield f"add element bridge {TABLE} {name} {{ {', '.join(elements)} }}"


def _make(network: Network) -> None:
    name = f"cyd{network.name}"
    ip("netns", "add", name)
    veth = ("link", "add", name, "type", "veth", "peer", "name", "eth0", "address", network.mac)
    ip(*veth, "netns", name)
    ip("link", "set", name, "master", network.link, "up")
    inside = ("-n", name)
    # It is no way from one guest to another, whatever the node itself routes.
    ip("netns", "exec", name, "/usr/sbin/sysctl", "-q", "-w", "net.ipv4.ip_forward=0")
    ip(*inside, "link", "set", "lo", "up")
    ip(*inside, "link", "set", "eth0", "up")
    for address in network.addresses:
        waiting = ("nodad",) if ":" in address else ()
        ip(*inside, "address", "add", address, "dev", "eth0", *waiting)
    for route in network.routes:
        ip(*inside, "route", "add", route, "dev", "eth0")
    resolver.connect(network.name, name)


def _is_there(network: Network) -> bool:
    name = f"cyd{network.name}"
    return (NAMED / name).exists() and device_index(name) is not None
