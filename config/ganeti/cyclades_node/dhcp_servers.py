"""The servers of this node's networks: a namespace and a dnsmasq each, while there are ports."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from cyclades_node import nft
from cyclades_node.dhcp import Network, configuration, hosts, names, options, server_mac
from cyclades_node.document import Document
from cyclades_node.filtering import TABLE, base
from cyclades_node.iproute import IpTrouble, ip
from cyclades_node.nic import BRIDGED, Nic, device_index, write_whole

NAMED = Path("/run/netns")
PATIENCE = 10.0  # seconds for dnsmasq to be ready
GONE = "No such file"  # ip, of a namespace; "Cannot find device" of a device

Ports = Iterable["tuple[Nic, Document]"]


class DhcpServers:
    """What runs is looked up each time: it outlives us."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made; dnsmasq reads it as a user of its own."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
        self._served: list[str] = []

    def apply(self, ports: Ports, *, anew: bool) -> None:
        """Start, tell and stop; `anew`: nftables may have forgotten. Raises the last trouble."""
        ports = list(ports)
        wanted = {network.name: network for network in _networks(ports)}
        trouble: Exception | None = None
        for name in sorted({path.name for path in self._folder.iterdir()} - wanted.keys()):
            self._stop(name)
        script = list(_served(ports, wanted.values()))
        if script != self._served or anew:
            nft.apply([*base("bridge"), *script])
            self._served = script
        for network in wanted.values():
            try:
                self._serve(network)
            except (IpTrouble, OSError, subprocess.SubprocessError) as error:
                trouble = error
        if trouble:
            raise trouble

    def _serve(self, network: Network) -> None:
        folder = self._folder / network.name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        place = "\n".join([network.link, network.mac, *network.addresses, *network.routes])
        conf = configuration(network, str(folder))
        there = _is_there(network) and _put(folder / "place", place, only_look=True)
        if not there:
            self._stop(network.name)
            folder.mkdir(exist_ok=True)
            _make(network)
            _put(folder / "place", place)
        changed = [
            _put(folder / name, text)
            for name, text in (
                ("hosts", hosts(network)),
                ("options", options(network)),
                ("names", names(network)),
            )
        ]
        same = _put(folder / "conf", conf)
        pid = _pid(folder)
        if pid and not same:
            os.kill(pid, signal.SIGTERM)
            pid = None
        if not pid:
            _start(network, folder)
        elif not all(changed):
            os.kill(pid, signal.SIGHUP)

    def _stop(self, name: str) -> None:
        folder = self._folder / name
        if pid := _pid(folder):
            os.kill(pid, signal.SIGTERM)
        ip("link", "del", f"cyd{name}", fine="Cannot find device")
        ip("netns", "del", f"cyd{name}", fine=GONE)
        shutil.rmtree(folder, ignore_errors=True)


def _networks(ports: Ports) -> Iterator[Network]:
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
    ip(*inside, "link", "set", "lo", "up")
    ip(*inside, "link", "set", "eth0", "up")
    for address in network.addresses:
        waiting = ("nodad",) if ":" in address else ()
        ip(*inside, "address", "add", address, "dev", "eth0", *waiting)
    for route in network.routes:
        ip(*inside, "route", "add", route, "dev", "eth0")


def _is_there(network: Network) -> bool:
    name = f"cyd{network.name}"
    return (NAMED / name).exists() and device_index(name) is not None


def _start(network: Network, folder: Path) -> None:
    """It goes into the background when it is ready."""
    command = ["/usr/sbin/ip", "netns", "exec", f"cyd{network.name}", "/usr/sbin/dnsmasq"]
    subprocess.run(  # noqa: S603  our own words, no shell
        [*command, f"--conf-file={folder}/conf"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )


def _pid(folder: Path) -> int | None:
    """Of the dnsmasq that runs with this configuration."""
    with suppress(OSError, ValueError):
        pid = int((folder / "pid").read_text())
        if f"{folder}/conf".encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


def _put(path: Path, text: str, *, only_look: bool = False) -> bool:
    """Whether the file had it already."""
    with suppress(OSError):
        if path.read_text(encoding="utf-8") == text:
            return True
    if not only_look:
        write_whole(path, text)
        path.chmod(0o644)
    return False
