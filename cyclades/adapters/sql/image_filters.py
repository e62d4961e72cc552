"""Which images, in which order: an ImageQuery as SQL conditions."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB

from cyclades.adapters.sql.schema.images import image_members, images
from cyclades.domain.model.image import Image, Visibility
from cyclades.domain.model.image_member import MemberStatus
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.model.sharing import Scope

Condition = ColumnElement[bool]

COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "id": images.c.id,
    "name": images.c.name,
    "status": images.c.status,
    "owner": images.c.owner,
    "container_format": images.c.container_format,
    "disk_format": images.c.disk_format,
    "min_disk": images.c.min_disk,
    "min_ram": images.c.min_ram,
    "checksum": images.c.md5,
    "os_hash_value": images.c.sha512,
    "size": images.c.size,
    "virtual_size": images.c.virtual_size,
    "protected": images.c.protected,
    "os_hidden": images.c.hidden,
    "created_at": images.c.created,
    "updated_at": images.c.updated,
}
COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
# How to sort by an attribute, and an image's own place; nulls come first.
SORTS: Mapping[str, tuple[ColumnElement[Any], Callable[[Image], Any]]] = {
    "id": (images.c.id, lambda image: image.id),
    "name": (func.coalesce(images.c.name, ""), lambda image: image.name or ""),
    "status": (images.c.status, lambda image: image.status.value),
    "container_format": (
        func.coalesce(images.c.container_format, ""),
        lambda image: image.container_format or "",
    ),
    "disk_format": (
        func.coalesce(images.c.disk_format, ""),
        lambda image: image.disk_format or "",
    ),
    "size": (
        func.coalesce(images.c.size, -1),
        lambda image: image.content.size if image.content else -1,
    ),
    "created_at": (images.c.created, lambda image: image.created),
    "updated_at": (images.c.updated, lambda image: image.updated),
}
Sort = Sequence[tuple[str, bool]]


def visible(scope: Scope) -> Condition:
    """What the scope may see when it knows the id."""
    if scope.everything:
        return true()
    return or_(
        _mine(scope),
        images.c.visibility.in_([Visibility.PUBLIC.value, Visibility.COMMUNITY.value]),
        _offered(scope, None),
    )


def listed(scope: Scope, query: ImageQuery) -> Condition:
    """What a list of this visibility has for the scope."""
    mine = true() if scope.everything else _mine(scope)
    offered = true() if scope.everything else _offered(scope, query.member_status)
    is_public = images.c.visibility == Visibility.PUBLIC.value
    if query.visibility is None:
        # Other projects' community images would drown everybody's lists.
        unasked = images.c.visibility != Visibility.COMMUNITY.value
        return or_(_mine(scope), and_(unasked, or_(mine, is_public, offered)))
    if query.visibility == "all":
        return or_(mine, is_public, images.c.visibility == Visibility.COMMUNITY.value, offered)
    audience: Mapping[Visibility, Condition] = {
        Visibility.PUBLIC: true(),
        Visibility.COMMUNITY: true(),
        Visibility.PRIVATE: mine,
        Visibility.SHARED: or_(mine, offered),
    }
    return and_(images.c.visibility == query.visibility.value, audience[query.visibility])


def conditions(scope: Scope, query: ImageQuery, dialect: str) -> list[Condition]:
    """All that must hold."""
    found = [listed(scope, query)]
    found += [COLUMNS[name].in_(values) for name, values in query.one_of.items()]
    found += [COLUMNS[name] == value for name, value in query.flags.items()]
    found += [
        COMPARISONS[bound.comparison](COLUMNS[bound.attribute], bound.value)
        for bound in query.bounds
    ]
    has_tag, has_property = HOLDS[dialect]
    found += [has_tag(tag) for tag in query.tags]
    found += [has_property(name, value) for name, value in query.properties.items()]
    return found


def order(sort: Sort) -> list[ColumnElement[Any]]:
    """The columns to sort by; the id comes last, so that no two images are equal."""
    return [column.desc() if descending else column.asc() for column, _, descending in _keys(sort)]


def following(sort: Sort, image: Image) -> Condition:
    """What comes after this image in that order."""
    after: Condition = false()
    for column, place, descending in reversed(_keys(sort)):
        value = place(image)
        beyond = column < value if descending else column > value
        after = or_(beyond, and_(column == value, after))
    return after


def _keys(sort: Sort) -> list[tuple[ColumnElement[Any], Callable[[Image], Any], bool]]:
    last = () if any(name == "id" for name, _ in sort) else (("id", True),)
    return [(*SORTS[name], descending) for name, descending in (*sort, *last)]


def _mine(scope: Scope) -> Condition:
    return false() if scope.project_id is None else images.c.owner == scope.project_id


def _offered(scope: Scope, status: MemberStatus | None) -> Condition:
    if scope.project_id is None:
        return false()
    member = and_(
        image_members.c.image_id == images.c.id, image_members.c.project_id == scope.project_id
    )
    if status is not None:
        member = and_(member, image_members.c.status == status.value)
    return and_(
        images.c.visibility == Visibility.SHARED.value,
        exists().where(member).correlate(images),
    )


def _sqlite_tag(tag: str) -> Condition:
    each = func.json_each(images.c.tags).table_valued("value", name="tag")
    return select(literal(1)).select_from(each).where(each.c.value == tag).exists()


def _sqlite_property(name: str, value: str) -> Condition:
    each = func.json_each(images.c.properties).table_valued("key", "value", name="property")
    pair = and_(each.c.key == name, each.c.value == value)
    return select(literal(1)).select_from(each).where(pair).exists()


def _postgres_tag(tag: str) -> Condition:
    return type_coerce(images.c.tags, JSONB).contains([tag])


def _postgres_property(name: str, value: str) -> Condition:
    return type_coerce(images.c.properties, JSONB).contains({name: value})


HOLDS: Mapping[str, tuple[Callable[[str], Condition], Callable[[str, str], Condition]]] = {
    "sqlite": (_sqlite_tag, _sqlite_property),
    "postgresql": (_postgres_tag, _postgres_property),
}
