"""A router's routes: the way out, neighbours of other prefixes, and the user's own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any, Final

from cyclades.adapters.netns.links import Plug
from cyclades.adapters.netns.namespaces import Namespace
from cyclades.domain.model.router_state import RouterState

EVERYTHING: Final[Mapping[int, str]] = {4: "0.0.0.0/0", 6: "::/0"}
OURS: Final = "proto static"  # the kernel's own say `kernel`


@dataclass(frozen=True, slots=True)
class Route:
    """`via` is the next hop; None: neighbours."""

    to: str
    via: str | None
    device: str

    def __str__(self) -> str:
        """As `ip route` takes it."""
        way = f"via {self.via} dev {self.device} onlink" if self.via else f"dev {self.device}"
        return f"{self.to} {way} {OURS}"


def lay(namespace: Namespace, state: RouterState, plugs: Sequence[Plug]) -> Sequence[str]:
    """Make the router's routes those of the state; says which cannot be."""
    devices = {plug.link.port_id: plug for plug in plugs}
    wanted = {route.to: route for route in _out(state, devices)}
    troubles = []
    for to, hop in state.routes:
        device = _device_to(hop, state, devices)
        if device:
            route = Route(str(ip_network(to)), hop, device)
            wanted[route.to] = route
        else:
            troubles.append(f"route to {to}: its next hop {hop} is on no network of the router")
    has = [route for family in ("-4", "-6") for route in _found(namespace, family)]
    lines = [f"route delete {route}" for route in has if route.to not in wanted]
    lines += [f"route replace {route}" for route in wanted.values() if route not in has]
    namespace.batch(lines)
    return troubles


def _out(state: RouterState, devices: Mapping[str, Plug]) -> Iterator[Route]:
    if state.external and state.external.link.port_id in devices:
        device = devices[state.external.link.port_id].inner
        for prefix in state.external.on_link:
            yield Route(str(ip_network(prefix)), None, device)
        for gateway in state.external.gateways:
            yield Route(EVERYTHING[ip_address(gateway).version], gateway, device)


def _device_to(hop: str, state: RouterState, devices: Mapping[str, Plug]) -> str | None:
    """The interface whose prefix a next hop is in."""
    address = ip_address(hop)
    for plug in devices.values():
        near = [ip_interface(item).network for item in plug.link.addresses]
        if state.external and plug.link is state.external.link:
            near += [ip_network(prefix) for prefix in state.external.on_link]
        if any(address in network for network in near):
            return plug.inner
    return None


def _found(namespace: Namespace, family: str) -> Iterator[Route]:
    everything = EVERYTHING[int(family[1])]
    for item in namespace.show(family, "route", "show", *OURS.split()):
        to = everything if item["dst"] == "default" else str(ip_network(item["dst"]))
        yield Route(to, _hop(item), item["dev"])


def _hop(item: Mapping[str, Any]) -> str | None:
    hop: str | None = item.get("gateway")
    return hop
