"""A router's interfaces: a pair of interfaces for each, one in it and one in a bridge."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_interface
from pathlib import Path
from typing import Any, Final

from cyclades.adapters.netns.namespaces import Namespace
from cyclades.domain.model.network import BRIDGED
from cyclades.domain.model.router_state import RouterLink, RouterState

DEVICES: Final = Path("/sys/class/net")
INSIDE: Final = "int-"
OUTSIDE: Final = "ext-"
IN_BRIDGE: Final = "cyr"
UP: Final = 1  # IFF_UP
FORWARDING: Final = 3  # BR_STATE_FORWARDING
PATIENCE: Final = 2.0  # seconds for a bridge to forward


@dataclass(frozen=True, slots=True)
class Plug:
    """A link as it is to be: `inner` is in the router, `outer` in the bridge."""

    link: RouterLink
    inner: str
    outer: str
    addresses: tuple[str, ...]

    @property
    def trouble(self) -> str:
        """Why it cannot be plugged in, or nothing."""
        link = self.link
        if link.mode != BRIDGED:
            return f"network {link.network_id} is {link.mode}: this host carries bridged ones only"
        if not (DEVICES / link.link / "bridge").is_dir():
            return f"network {link.network_id}: this host has no bridge {link.link}"
        if not _is_up(link.link):
            return f"network {link.network_id}: this host's bridge {link.link} is down"
        return ""


def plugs_of(state: RouterState) -> list[Plug]:
    """What the state says of interfaces; floating addresses are the outer one's, too."""
    found = []
    if state.external:
        floating = (f"{item.external}/32" for item in state.floating)
        addresses = (*state.external.link.addresses, *floating)
        found.append(_plug(OUTSIDE, state.external.link, addresses))
    return found + [_plug(INSIDE, link, link.addresses) for link in state.interfaces]


def _plug(kind: str, link: RouterLink, addresses: Sequence[str]) -> Plug:
    # Interfaces' names have 15 characters at most.
    name = hashlib.sha256(link.port_id.encode()).hexdigest()
    distinct = dict.fromkeys(ip_interface(address).with_prefixlen for address in addresses)
    return Plug(link, kind + name[:11], IN_BRIDGE + name[:12], tuple(distinct))


def place_of(outer: str) -> str:
    """Where an interface of the host is, and which one it is of all that had its name."""
    index = DEVICES / outer / "ifindex"
    return f"{bridge_of(outer)} {_number(index)}" if index.exists() else ""


def bridge_of(outer: str) -> str | None:
    """The bridge that an interface of the host is in."""
    master = DEVICES / outer / "master"
    return master.readlink().name if master.is_symlink() else None


def wire(namespace: Namespace, plugs: Sequence[Plug]) -> list[Plug]:
    """Make the router's interfaces these; one that is right is not touched. Returns the others."""
    found = {device["ifname"]: device for device in namespace.show("address", "show")}
    wanted = {plug.inner for plug in plugs}
    ours = (name for name in found if name.startswith((INSIDE, OUTSIDE)))
    namespace.batch([f"link delete dev {name}" for name in ours if name not in wanted])
    outside = {plug.inner: _outer_lines(namespace, plug, plug.inner in found) for plug in plugs}
    namespace.commands.batch([line for lines in outside.values() for line in lines])
    inside = {plug.inner: _inner_lines(plug, found.get(plug.inner)) for plug in plugs}
    itself = [] if "UP" in found["lo"]["flags"] else ["link set dev lo up"]
    namespace.batch(itself + [line for lines in inside.values() for line in lines])
    return [plug for plug in plugs if outside[plug.inner] or inside[plug.inner]]


def announce(namespace: Namespace, plugs: Sequence[Plug]) -> None:
    """Tell neighbours where the addresses are: they may have had them elsewhere."""
    deadline = time.monotonic() + PATIENCE
    # A bridge takes nothing from an interface until it has noticed that somebody is there.
    while any(_state(plug) != FORWARDING for plug in plugs) and time.monotonic() < deadline:
        time.sleep(0.01)
    # At being given an address, even the one it has, the kernel tells all that it is known by.
    namespace.batch([f"link set dev {plug.inner} address {plug.link.mac}" for plug in plugs])


def _outer_lines(namespace: Namespace, plug: Plug, known: bool) -> list[str]:  # noqa: FBT001 - a fact
    outer, mtu, device = plug.outer, plug.link.mtu, DEVICES / plug.outer
    lines = []
    if device.exists() and not known:
        lines.append(f"link delete dev {outer}")  # the port was another router's until now
    if not known:
        peer = f"name {plug.inner} address {plug.link.mac} mtu {mtu} netns {namespace.name}"
        lines.append(f"link add dev {outer} mtu {mtu} type veth peer {peer}")
    elif _number(device / "mtu") != mtu:
        lines.append(f"link set dev {outer} mtu {mtu}")
    if not known or bridge_of(outer) != plug.link.link:
        lines.append(f"link set dev {outer} master {plug.link.link}")
    if not known or not _is_up(outer):
        # The host has no address of its own in a tenant's network.
        lines += [f"link set dev {outer} addrgenmode none", f"link set dev {outer} up"]
    return lines


def _inner_lines(plug: Plug, found: Mapping[str, Any] | None) -> list[str]:
    name, link, lines = plug.inner, plug.link, []
    has = _addresses(found["addr_info"]) if found else []
    if found and found["address"] != link.mac:
        lines.append(f"link set dev {name} address {link.mac}")
    if found and found["mtu"] != link.mtu:
        lines.append(f"link set dev {name} mtu {link.mtu}")
    lines += [f"address add {item} dev {name}" for item in plug.addresses if item not in has]
    lines += [f"address delete {item} dev {name}" for item in has if item not in plug.addresses]
    if not (found and "UP" in found["flags"]):
        lines.append(f"link set dev {name} up")
    return lines


def _addresses(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """But the link's own, which the kernel makes."""
    return [f"{item['local']}/{item['prefixlen']}" for item in items if item["scope"] != "link"]


def _is_up(device: str) -> bool:
    return bool(_number(DEVICES / device / "flags") & UP)


def _state(plug: Plug) -> int:
    return _number(DEVICES / plug.outer / "brport" / "state")


def _number(path: Path) -> int:
    return int(path.read_text(), 0)
