"""Subnet pools: prefixes that subnets are cut from."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from cyclades.domain.model.addresses import Block
from cyclades.domain.model.errors import Conflict, InvalidInput
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network_errors import Named
from cyclades.domain.model.prefixes import contained, merged

# The largest and the smallest subnet when nobody says otherwise, by version.
LARGEST = MappingProxyType({4: 8, 6: 64})
SMALLEST = MappingProxyType({4: 32, 6: 128})
# What a project's limit counts: addresses, or /64s.
UNIT = MappingProxyType({4: 32, 6: 64})


class SubnetPoolDeleteError(Named, Conflict):
    """Subnets were cut from it."""


class SubnetAllocationError(Named, Conflict):
    """What is left of the prefixes does not have what is asked for."""


class SubnetPoolQuotaExceeded(Named, Conflict):
    """The project has cut more out of it than each project may."""


class IllegalSubnetPoolPrefixBounds(Named, InvalidInput):
    """The shortest, the usual and the longest prefix are not in this order."""


class IllegalSubnetPoolPrefixUpdate(Named, InvalidInput):
    """A prefix would be gone."""


class MinPrefixSubnetAllocationError(Named, InvalidInput):
    """Larger than the pool gives."""


class MaxPrefixSubnetAllocationError(Named, InvalidInput):
    """Smaller than the pool gives."""


class NetworkSubnetPoolAffinityError(Named, InvalidInput):
    """Subnets of one version on a network come from one pool, or from none."""


@dataclass(frozen=True, slots=True)
class SubnetPool:
    """`default_quota`: what each project may cut, in addresses or (IPv6) /64s; None: all."""

    id: str
    project_id: str
    name: str
    description: str
    ip_version: int
    prefixes: tuple[str, ...]
    default_prefixlen: int
    min_prefixlen: int
    max_prefixlen: int
    default_quota: int | None
    shared: bool
    is_default: bool
    tags: tuple[str, ...]
    created: datetime
    updated: datetime
    version: int

    def owned_by(self, caller: Caller) -> bool:
        """May change it."""
        return caller.is_admin or self.project_id == caller.project_id

    def seen_by(self, caller: Caller) -> bool:
        """May look at it and cut from it."""
        return self.owned_by(caller) or self.shared

    def length(self, wanted: int | None) -> int:
        """How long a prefix the pool gives for this. Raises InvalidInput out of bounds."""
        length = self.default_prefixlen if wanted is None else wanted
        said = f"Unable to allocate subnet with prefix length {length}, "
        if length < self.min_prefixlen:
            raise MinPrefixSubnetAllocationError(
                f"{said}minimum allowed prefix is {self.min_prefixlen}.", "prefixlen"
            )
        if length > self.max_prefixlen:
            raise MaxPrefixSubnetAllocationError(
                f"{said}maximum allowed prefix is {self.max_prefixlen}.", "prefixlen"
            )
        return length

    def units(self, block: Block) -> int:
        """What a prefix counts against the project's limit."""
        return 1 << max(UNIT[self.ip_version] - block.prefixlen, 0)


@dataclass(frozen=True, slots=True)
class WantedSubnetPool:
    """What somebody asks for; lengths that nobody says follow from the version."""

    name: str
    prefixes: tuple[str, ...]
    description: str = ""
    default_prefixlen: int | None = None
    min_prefixlen: int | None = None
    max_prefixlen: int | None = None
    default_quota: int | None = None
    shared: bool = False
    is_default: bool = False
    project_id: str | None = None
    tags: tuple[str, ...] = ()


def check_bounds(pool: SubnetPool) -> None:
    """Raise InvalidInput unless the lengths are in order and possible."""
    names = ("min_prefixlen", "default_prefixlen", "max_prefixlen")
    lengths = [getattr(pool, name) for name in names]
    longest = SMALLEST[pool.ip_version]
    for name, length in zip(names, lengths, strict=True):
        if not 1 <= length <= longest:
            raise IllegalSubnetPoolPrefixBounds(
                f"Prefix '{length}' not supported in IPv{pool.ip_version} pool.", name
            )
    for low, high in ((0, 2), (0, 1), (1, 2)):
        if lengths[low] > lengths[high]:
            raise IllegalSubnetPoolPrefixBounds(
                f"Illegal prefix bounds: {names[low]}={lengths[low]}, "
                f"{names[high]}={lengths[high]}.",
                names[low],
            )


def grown(pool: SubnetPool, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """The pool's prefixes after a change: what it has stays. Raises InvalidInput."""
    after = merged(prefixes)
    before = merged(pool.prefixes)
    if after[0].version != pool.ip_version or not all(contained(one, after) for one in before):
        raise IllegalSubnetPoolPrefixUpdate(
            "Illegal update to prefixes: Existing prefixes must be a subset of the new prefixes.",
            "prefixes",
        )
    return tuple(map(str, after))
