"""Network flavors: the ways in which operators' nodes can make a network."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cyclades.domain.model.network import BRIDGED

ROUTED: Final = "routed"
CUSTOM: Final = "CUSTOM"
MAC_PREFIX: Final = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){2}", re.ASCII)
LARGEST_POOL: Final = 2**16
MOST_TABLES: Final = 2**31  # a node's kernel counts a few further


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


def is_range(read: Callable[[str], Sequence[str]], text: str) -> bool:
    """Whether `mac_prefixes` or `routing_tables` understands it."""
    try:
        read(text)
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


def routing_tables(text: str) -> Sequence[str]:
    """All numbers of a range like `10000-19999`. Raises ValueError."""
    first, _, last = text.partition("-")
    low, high = int(first), int(last or first)
    if not 0 < low <= high < min(low + LARGEST_POOL, MOST_TABLES):
        raise ValueError(text)
    return [str(number) for number in range(low, high + 1)]


def provided(mode: str, link: str) -> tuple[str, str, int | None]:
    """A network's type, physical network and number, as operators' clients know them."""
    base, _, number = link.rpartition(".")
    if mode == BRIDGED and base and number.isdecimal() and 1 <= int(number) <= MOST_VLANS:
        return VLAN, base, int(number)
    return (ROUTED if mode == ROUTED else FLAT), link, None
