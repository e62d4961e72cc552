"""Subnet pools: create, look at, change, delete; and cutting subnets from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.addresses import Block, parse_block
from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.prefixes import contained, lowest_free, merged
from cyclades.domain.model.revision import require_revision
from cyclades.domain.model.sharing import project_for
from cyclades.domain.model.subnetpool import (
    LARGEST,
    SMALLEST,
    SubnetAllocationError,
    SubnetPool,
    SubnetPoolQuotaExceeded,
    WantedSubnetPool,
    check_bounds,
    grown,
)
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.subnetpools import SubnetPoolRepository

FOR_ADMINISTRATORS = ("shared", "is_default")


@dataclass(frozen=True, slots=True)
class SubnetPools:
    """No two subnets of a pool overlap; only administrators' pools are for everybody."""

    pools: SubnetPoolRepository
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def create(self, caller: Caller, wanted: WantedSubnetPool) -> SubnetPool:
        """Make it. Raises InvalidInput for what cannot be, OverQuota."""
        project_id = project_for(caller, wanted.project_id, "create_subnetpool:tenant_id")
        self._require_admin(caller, "create", {n: getattr(wanted, n) for n in FOR_ADMINISTRATORS})
        blocks, now = merged(wanted.prefixes), self.clock.now()
        version = blocks[0].version
        shortest = LARGEST[version] if wanted.min_prefixlen is None else wanted.min_prefixlen
        pool = SubnetPool(
            self.ids.new(),
            project_id,
            wanted.name,
            wanted.description,
            version,
            tuple(map(str, blocks)),
            shortest if wanted.default_prefixlen is None else wanted.default_prefixlen,
            shortest,
            SMALLEST[version] if wanted.max_prefixlen is None else wanted.max_prefixlen,
            wanted.default_quota,
            wanted.shared,
            wanted.is_default,
            wanted.tags,
            now,
            now,
            0,
        )
        self._check(pool)
        self.pools.add(pool)
        self._publish(pool)
        self.quota.charge(project_id, {"subnetpool": 1})
        return pool

    def show(self, caller: Caller, pool_id: str) -> SubnetPool:
        """One pool that the caller may see. Raises NotFound."""
        return _seen(caller, self.pools.get(pool_id))

    def page(self, listing: Listing) -> Sequence[SubnetPool]:
        """A page of a list."""
        return self.pools.list(listing)

    def update(
        self, caller: Caller, pool_id: str, changes: Mapping[str, Any], revision: int | None
    ) -> SubnetPool:
        """Change some attributes; prefixes only grow."""
        pool = self._owned(caller, pool_id, "update", revision)
        self._require_admin(
            caller, "update", {n: changes[n] for n in FOR_ADMINISTRATORS if n in changes}
        )
        changed = replace(pool, **changes, updated=self.clock.now(), version=pool.version + 1)
        changed = replace(changed, prefixes=grown(pool, changed.prefixes))
        self._check(changed)
        self.pools.save(changed)
        self._publish(changed)
        return changed

    def delete(self, caller: Caller, pool_id: str, revision: int | None) -> None:
        """Forget it. Raises SubnetPoolDeleteError while there are subnets of it."""
        pool = self._owned(caller, pool_id, "delete", revision)
        self.pools.remove(pool_id)
        self._publish(replace(pool, version=pool.version + 1))
        self.quota.release(pool.project_id, {"subnetpool": 1})

    def default(self, ip_version: int) -> str:
        """The id of the pool for those who name none. Raises InvalidInput."""
        pool = self.pools.default(ip_version)
        if pool is None:
            raise InvalidInput("No default subnetpool found.", "use_default_subnetpool")
        return pool.id

    def cut(
        self,
        caller: Caller,
        project_id: str,
        pool_id: str,
        ip_version: int | None,
        wanted: str | int | None,
    ) -> Block:
        """A prefix that nobody else gets: this one, or the lowest free one of this length.

        Raises NotFound, InvalidInput, SubnetAllocationError, SubnetPoolQuotaExceeded.
        """
        pool = self.pools.lock(pool_id)
        if not pool.is_default:
            _seen(caller, pool)
        if ip_version not in {None, pool.ip_version}:
            raise InvalidInput(
                f"Cannot allocate IPv{ip_version} subnet from IPv{pool.ip_version} subnet pool.",
                "ip_version",
            )
        within = merged(pool.prefixes)
        cuts = [(parse_block(cut.cidr, "cidr"), cut.project_id) for cut in self.pools.cuts(pool_id)]
        taken = [block for block, _ in cuts]
        if isinstance(wanted, str):
            block = _certain(pool, wanted, within, taken)
        else:
            block = _any(pool, wanted, within, taken)
        if pool.default_quota is not None:
            used = sum(pool.units(each) for each, owner in cuts if owner == project_id)
            if used + pool.units(block) > pool.default_quota:
                raise SubnetPoolQuotaExceeded("Per-tenant subnet pool prefix quota exceeded.")
        return block

    def _owned(self, caller: Caller, pool_id: str, verb: str, revision: int | None) -> SubnetPool:
        pool = _seen(caller, self.pools.lock(pool_id))
        if not pool.owned_by(caller):
            raise Forbidden(f"(rule:{verb}_subnetpool) is disallowed by policy")
        require_revision(pool.version, revision)
        return pool

    def _check(self, pool: SubnetPool) -> None:
        check_bounds(pool)
        if not pool.is_default:
            return
        known = self.pools.default(pool.ip_version)
        if known is not None and known.id != pool.id:
            raise InvalidInput(
                "Invalid input for operation: A default subnetpool for this IP family has "
                "already been set. Only one default may exist per IP family.",
                "is_default",
            )

    def _publish(self, pool: SubnetPool) -> None:
        self.feed.publish(
            Changed("subnetpool", pool.id, pool.version, pool.project_id, public=pool.shared)
        )

    @staticmethod
    def _require_admin(caller: Caller, verb: str, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if value and not caller.is_admin:
                raise Forbidden(
                    f"(rule:{verb}_subnetpool and rule:{verb}_subnetpool:{name}) "
                    "is disallowed by policy"
                )


def _seen(caller: Caller, pool: SubnetPool) -> SubnetPool:
    if not pool.seen_by(caller):
        raise NotFound("subnet pool", pool.id)
    return pool


def _any(
    pool: SubnetPool, length: int | None, within: Sequence[Block], taken: Sequence[Block]
) -> Block:
    length = pool.length(length)
    block = lowest_free(within, taken, length)
    if block is None:
        raise SubnetAllocationError(
            "Failed to allocate subnet: Insufficient prefix space to allocate subnet size "
            f"/{length}."
        )
    return block


def _certain(pool: SubnetPool, cidr: str, within: Sequence[Block], taken: Sequence[Block]) -> Block:
    block = parse_block(cidr, "cidr")
    pool.length(block.prefixlen)
    overlaps = any(block.overlaps(other) for other in taken)
    if overlaps or not contained(block, within):
        raise SubnetAllocationError(
            "Failed to allocate subnet: Cannot allocate requested subnet from the available "
            "set of prefixes."
        )
    return block
