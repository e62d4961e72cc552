"""A project's default group in lists, before it has rows: reading never writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.security_group import (
    SecurityGroup,
    SecurityGroupRule,
    default_group,
    default_group_id,
)
from cyclades.ports.security_groups import SecurityGroupRepository

T = TypeVar("T", SecurityGroup, SecurityGroupRule)
# Filters whose name is not the attribute's; what has no tags is found by the last two.
ATTRIBUTES: Mapping[str, Callable[[Any], Any]] = {
    "tenant_id": lambda thing: thing.project_id,
    "created_at": lambda thing: thing.created,
    "updated_at": lambda thing: thing.updated,
    "revision_number": lambda thing: thing.version,
}
TAG_FILTERS = {"tags": False, "tags-any": False, "not-tags": True, "not-tags-any": True}


def with_default_group(
    caller: Caller, listing: Listing, repository: SecurityGroupRepository
) -> Sequence[SecurityGroup]:
    """A page of groups."""
    if is_stored(caller, repository):
        return repository.list(listing)
    return _merged([default_group(caller.project_id or "", None)], listing, repository.list)


def with_default_rules(
    caller: Caller, listing: Listing, repository: SecurityGroupRepository
) -> Sequence[SecurityGroupRule]:
    """A page of rules."""
    if is_stored(caller, repository):
        return repository.list_rules(listing)
    given = default_group(caller.project_id or "", None).rules
    return _merged(given, listing, repository.list_rules)


def is_stored(caller: Caller, repository: SecurityGroupRepository) -> bool:
    """Whether the caller's default group has its rows (or there is none to show)."""
    project_id = caller.project_id
    return not project_id or bool(repository.named(project_id, [default_group_id(project_id)]))


def _merged(
    given: Sequence[T], listing: Listing, read: Callable[[Listing], Sequence[T]]
) -> Sequence[T]:
    """The given ones come first, whatever the order: they are older than all that is stored."""
    found: list[T] = [each for each in given if _matches(each, listing.filters)]
    ids = [each.id for each in found]
    if listing.marker in ids:
        after = ids.index(listing.marker) + 1
        found = found[after:]
        listing = replace(listing, marker=None)
    elif listing.marker is not None:
        found = []
    if listing.backwards:
        found = []
    found += read(listing)
    return found[: listing.limit]


def _matches(thing: SecurityGroup | SecurityGroupRule, filters: Mapping[str, Any]) -> bool:
    for name, values in filters.items():
        if name in TAG_FILTERS:
            if not TAG_FILTERS[name]:
                return False
            continue
        read = ATTRIBUTES.get(name)
        if (read(thing) if read else getattr(thing, name)) not in values:
            return False
    return True
