"""Network flavors: the ways in which operators' nodes can make a network."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cyclades.domain.model.network import BRIDGED

ROUTED: Final = "routed"
CUSTOM: Final = "CUSTOM"
MAC_PREFIX: Final = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){2}", re.ASCII)
LARGEST_POOL: Final = 2**16
# Tables of the nodes' kernels from here on are ours, one for each routed network.
FIRST_TABLE, TABLES = 10_000, 10_000


@dataclass(frozen=True, slots=True)
class NetworkFlavor:
    """How networks of this flavor are made.

    `tag` is what the cluster's network is marked with, for the nodes' scripts. `pool` is what
    each network takes one value of: its bridge, its routing table or its MAC prefix.
    """

    mode: str
    tag: str | None
    pool: str | None


NETWORK_FLAVORS: Final[Mapping[str, NetworkFlavor]] = {
    "MAC_FILTERED": NetworkFlavor(BRIDGED, "private-filtered", "mac_prefix"),
    "PHYSICAL_VLAN": NetworkFlavor(BRIDGED, "physical-vlan", "bridge"),
    "IP_LESS_ROUTED": NetworkFlavor(ROUTED, "ip-less-routed", "table"),
    CUSTOM: NetworkFlavor(BRIDGED, None, None),
}
# What operators' clients call the ways to make a network, and what we make of them.
FLAT, VLAN = "flat", "vlan"
MODES: Final = {FLAT: BRIDGED, VLAN: BRIDGED, ROUTED: ROUTED}
MOST_VLANS: Final = 4094
# What operators may let users have; CUSTOM says nothing that could be made.
OFFERED: Final = frozenset(NETWORK_FLAVORS) - {CUSTOM}


def is_mac_range(text: str) -> bool:
    """Whether `mac_prefixes` understands it."""
    try:
        mac_prefixes(text)
    except ValueError:
        return False
    return True


def mac_prefixes(text: str) -> Sequence[str]:
    """All of a range like `aa:0d:00-aa:0f:ff`. Raises ValueError."""
    first, _, last = text.strip().lower().partition("-")
    ends = [end.strip() for end in (first, last or first)]
    if not all(map(MAC_PREFIX.fullmatch, ends)):
        raise ValueError(text)
    low, high = (int(end.replace(":", ""), 16) for end in ends)
    # The lowest bit of the first octet would make each address a group's.
    if not low <= high < low + LARGEST_POOL or (low >> 16) & 1 or (high >> 16) & 1:
        raise ValueError(text)
    return [":".join(re.findall("..", f"{each:06x}")) for each in range(low, high + 1)]


def table_names(base: str) -> Sequence[str]:
    """Routing tables by name; what comes after the last underscore is the table's number."""
    return [f"{base}_{number}" for number in range(FIRST_TABLE, FIRST_TABLE + TABLES)]


def provided(mode: str, link: str) -> tuple[str, str, int | None]:
    """A network's type, physical network and number, as operators' clients know them."""
    base, _, number = link.rpartition(".")
    if mode == BRIDGED and base and number.isdecimal() and 1 <= int(number) <= MOST_VLANS:
        return VLAN, base, int(number)
    return (ROUTED if mode == ROUTED else FLAT), link, None
