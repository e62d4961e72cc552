"""How networks are made: flavors with the operator's bridges, tables and MAC prefixes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cyclades.domain.model.errors import Forbidden, InvalidInput
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.network_errors import NoNetworkAvailable
from cyclades.domain.model.network_flavor import (
    CUSTOM,
    FLAT,
    MAC_PREFIX,
    MODES,
    MOST_VLANS,
    NETWORK_FLAVORS,
    VLAN,
)
from cyclades.ports.networks import NetworkRepository

LINK: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
SCARCE: Final = {
    "bridge": "isolated bridge",
    "mac_prefix": "MAC prefix",
    "table": "routing table",
}


@dataclass(frozen=True, slots=True)
class FlavorSettings:
    """What the operator decided: see the settings of the same names."""

    offered: Sequence[str]
    spanning: Sequence[str]
    public_link: str
    mac_filtered_link: str
    vlan_links: Sequence[str]
    routing_tables: Sequence[str]
    mac_prefixes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Making:
    """What a network is made of."""

    flavor: str
    mode: str
    link: str
    mac_prefix: str | None
    spans: bool


@dataclass(frozen=True, slots=True)
class NetworkFlavors:
    """Chooses a network's flavor and gives it what is its own."""

    networks: NetworkRepository
    settings: FlavorSettings

    def make(self, caller: Caller, network_id: str, wanted: WantedNetwork) -> Making:
        """What the network is made of. Raises Forbidden, InvalidInput, NoNetworkAvailable."""
        flavor = self._chosen(caller, wanted)
        # Operators say where external networks are, so these reach from cluster to cluster.
        spans = wanted.external or flavor in self.settings.spanning
        if flavor == CUSTOM:
            mode, link = self._custom(wanted)
            prefix = _mac_prefix(wanted)
            if prefix is None and link == self.settings.mac_filtered_link:
                # Among users' networks only the prefix keeps it apart.
                prefix = self._taken("mac_prefix", network_id)
            return Making(flavor, mode, link, prefix, spans)
        pool = NETWORK_FLAVORS[flavor].pool or ""
        value = self._taken(pool, network_id)
        link, prefix = LINKS[pool](self.settings, value)
        return Making(flavor, NETWORK_FLAVORS[flavor].mode, link, prefix, spans)

    def _chosen(self, caller: Caller, wanted: WantedNetwork) -> str:
        said = wanted.network_type or wanted.physical_network or wanted.segmentation_id is not None
        if (said or wanted.mac_prefix) and wanted.flavor not in {None, CUSTOM}:
            raise InvalidInput(
                f"A network of flavor {wanted.flavor} gets its link by itself.",
                "SNF:network_flavor",
            )
        custom = said or wanted.mac_prefix or wanted.external
        flavor = wanted.flavor or (CUSTOM if custom else self.settings.offered[0])
        if flavor not in NETWORK_FLAVORS:
            raise InvalidInput(
                f"There is no network flavor {flavor[:40]}: {', '.join(NETWORK_FLAVORS)} are.",
                "SNF:network_flavor",
            )
        if not caller.is_admin and flavor not in self.settings.offered:
            raise Forbidden(
                "(rule:create_network and rule:create_network:SNF:network_flavor) "
                "is disallowed by policy"
            )
        return flavor

    def _custom(self, wanted: WantedNetwork) -> tuple[str, str]:
        kind = wanted.network_type or FLAT
        if kind not in MODES:
            raise InvalidInput(
                f"Networks of type {kind[:40]} cannot be made here; {', '.join(MODES)} can.",
                "provider:network_type",
            )
        usual = self.settings.public_link if wanted.external else self.settings.mac_filtered_link
        link = wanted.physical_network or usual
        if not LINK.fullmatch(link):
            raise InvalidInput("That is no name of a link.", "provider:physical_network")
        number = wanted.segmentation_id
        if (number is not None) != (kind == VLAN) or not 1 <= (number or 1) <= MOST_VLANS:
            raise InvalidInput(
                f"Networks of type vlan, and no others, have a number from 1 to {MOST_VLANS}.",
                "provider:segmentation_id",
            )
        return MODES[kind], link if number is None else f"{link}.{number}"

    def _taken(self, pool: str, network_id: str) -> str:
        value = self.networks.claim_resource(pool, network_id, POOLS[pool](self.settings))
        if value is None:
            raise NoNetworkAvailable(
                f"Unable to create the network. No {SCARCE[pool]} is left for another network of "
                "its kind; delete one that is not needed, or ask the operator for more."
            )
        return value


POOLS: Final[Mapping[str, Callable[[FlavorSettings], Sequence[str]]]] = {
    "bridge": lambda settings: settings.vlan_links,
    "mac_prefix": lambda settings: settings.mac_prefixes,
    "table": lambda settings: settings.routing_tables,
}
# The link and the MAC prefix of a network, by what it took of which pool.
LINKS: Final[Mapping[str, Callable[[FlavorSettings, str], tuple[str, str | None]]]] = {
    "bridge": lambda _, value: (value, None),
    "mac_prefix": lambda settings, value: (settings.mac_filtered_link, value),
    "table": lambda _, value: (value, None),
}


def _mac_prefix(wanted: WantedNetwork) -> str | None:
    prefix = (wanted.mac_prefix or "").lower()
    if prefix and (not MAC_PREFIX.fullmatch(prefix) or int(prefix[:2], 16) & 1):
        raise InvalidInput("A MAC prefix is three octets, not of a group.", "SNF:mac_prefix")
    return prefix or None
