"""Networks in clusters: where one may be, whether it is made there, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address
from typing import Final

ABSENT: Final = "absent"
MAKING: Final = "making"
ACTIVE: Final = "active"
REMOVING: Final = "removing"
ERROR: Final = "error"
USABLE: Final = (MAKING, ACTIVE)
LIVE: Final = (MAKING, ACTIVE, ERROR)  # servers there are plugged into it, or were to be

# Networks without IPv4 are given this in clusters, and their interfaces no address.
NO_POOL: Final = "10.0.0.0/29"
LARGEST, SMALLEST = 16, 30  # prefix lengths that clusters keep addresses of
COULD_NOT_BE_MADE: Final = "One of the server's networks could not be made in the cluster."


@dataclass(frozen=True, slots=True)
class NetworkCluster:
    """`mapped`: an operator says that the network is here, and it stays.

    `mode` and `link`: other than the network's own. `groups`: node groups that it was asked
    to be connected to. `effect_id`: what its servers' effects wait for. `version` counts what
    was asked for; what happens to older requests is of no interest. `trouble` is for operators.
    """

    id: str
    network_id: str
    cluster_id: str
    mapped: bool = False
    mode: str | None = None
    link: str | None = None
    state: str = ABSENT
    groups: tuple[str, ...] = ()
    effect_id: str | None = None
    trouble: str = ""
    version: int = 1


def name_in_clusters(prefix: str, network_id: str) -> str:
    """What a network is called there; `prefix` begins the names of all that is ours."""
    return f"{prefix}net-{network_id}"


def id_from_name(prefix: str, name: str) -> str:
    """The id of the network that is called so; empty when it is none of ours."""
    beginning = name_in_clusters(prefix, "")
    return name.removeprefix(beginning) if name.startswith(beginning) else ""


def tag_in_clusters(network_id: str) -> str:
    """What tells operators, and us, whose it is."""
    return f"cyclades:network:{network_id}"


def pool_of(cidr: str | None) -> str | None:
    """The network's first IPv4 subnet, if clusters can keep its addresses."""
    if cidr is None or not LARGEST <= IPv4Network(cidr).prefixlen <= SMALLEST:
        return None
    return cidr


def nic_address(addresses: Sequence[str], pool: str | None) -> str | None:
    """What an interface's cluster keeps for it: the first address of the pool."""
    block = IPv4Network(pool) if pool else None
    return next((each for each in addresses if block and ip_address(each) in block), None)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where servers on some networks can be: `clusters` (None: anywhere).

    The `homeless` networks stay where the first server is put; they are locked.
    """

    clusters: frozenset[str] | None = None
    homeless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """What keeps a network's servers together: only `mapped` clusters, or only its home."""

    network_id: str
    external: bool
    spans: bool
    home_cluster_id: str | None
