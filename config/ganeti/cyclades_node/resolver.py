"""Names of the world for all networks of the node: asked by their servers, not by their guests.

A server's namespace has no way out. A second pair of interfaces leads from it to the node, with
link-local addresses and nothing routed; there one dnsmasq answers with what the node itself asks.
"""

from __future__ import annotations

from pathlib import Path

from cyclades_node import dnsmasq
from cyclades_node.iproute import ip

PREFIX = "cyu"  # of the node's ends
ADDRESS = "fe80::1"
CONF = """\
pid-file={folder}/pid
interface={prefix}*
except-interface=lo
bind-dynamic
no-hosts
cache-size=10000
"""


def upstream() -> str:
    """What a network's server is told."""
    return f"server={ADDRESS}%up0"


def connect(name: str, namespace: str) -> None:
    """Make the way from a namespace. Raises IpTrouble."""
    end = f"{PREFIX}{name}"
    ip("link", "add", end, "type", "veth", "peer", "name", "up0", "netns", namespace)
    ip("link", "set", end, "up")
    ip("address", "add", f"{ADDRESS}/64", "dev", end, "nodad")
    ip("-n", namespace, "link", "set", "up0", "up")


def serve(folder: Path, *, wanted: bool) -> None:
    """Have it run, or not. Raises OSError, DnsmasqTrouble."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    same = dnsmasq.put(folder / "conf", CONF.format(folder=folder, prefix=PREFIX))
    if not (wanted and same):
        dnsmasq.stop(folder)
    if wanted and not (same and dnsmasq.running(folder)):
        dnsmasq.start(folder)
