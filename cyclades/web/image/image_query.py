"""The query of GET /images as an ImageQuery."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.image import Visibility
from cyclades.domain.model.image_member import MemberStatus
from cyclades.domain.model.image_query import NEWEST_FIRST, Bound, Comparison, ImageQuery
from cyclades.web.schema_types import BOOLEANS

TEXTS = frozenset(
    {
        *("id", "name", "status", "owner", "container_format", "disk_format"),
        *("checksum", "os_hash_value"),
    }
)
FLAGS = frozenset({"protected", "os_hidden"})
NUMBERS: Mapping[str, tuple[str, Comparison]] = {
    "size_min": ("size", "gte"),
    "size_max": ("size", "lte"),
    "size": ("size", "eq"),
    "virtual_size": ("virtual_size", "eq"),
    "min_disk": ("min_disk", "eq"),
    "min_ram": ("min_ram", "eq"),
}
TIMES = frozenset({"created_at", "updated_at"})
COMPARISONS = frozenset(get_args(Comparison))
SORTABLE = frozenset(
    {
        *("id", "name", "status", "container_format", "disk_format", "size"),
        *("created_at", "updated_at"),
    }
)
DIRECTIONS: Mapping[str, bool] = {"asc": False, "desc": True}  # descending?
AUDIENCES: Mapping[str, Any] = {**{str(one): one for one in Visibility}, "all": "all"}
MEMBERSHIPS: Mapping[str, Any] = {**{str(one): one for one in MemberStatus}, "all": None}
NOT_PROPERTIES = frozenset(
    {
        *("limit", "marker", "sort", "sort_key", "sort_dir", "tag", "visibility"),
        *("member_status", "is_public", "os_hash_algo"),
    }
)
LARGEST = 2**63 - 1
MOST_SORTS = 8
MOST_VALUES = 1000  # in one list
MOST_CONDITIONS = 128  # as many properties, and as many tags, as an image can have


def wanted(query: Mapping[str, Any]) -> ImageQuery:
    """What a validated query asks for. Raises InvalidInput naming the parameter."""
    plain = {name: value for name, value in query.items() if name not in NOT_PROPERTIES}
    flags = {name: _chosen(BOOLEANS, name, plain[name].lower()) for name in FLAGS & set(plain)}
    bounds = [_number(name, plain[name]) for name in NUMBERS.keys() & plain]
    bounds += [_time(name, plain[name]) for name in TIMES & set(plain)]
    special = TEXTS | FLAGS | NUMBERS.keys() | TIMES
    properties = {name: value for name, value in plain.items() if name not in special}
    if max(len(properties), len(query["tag"])) > MOST_CONDITIONS:
        raise InvalidInput(f"At most {MOST_CONDITIONS} tags, and as many properties.")
    return ImageQuery(
        one_of={name: _values(name, plain[name]) for name in TEXTS & set(plain)},
        flags={"os_hidden": False} | flags,
        bounds=tuple(bounds),
        tags=tuple(query["tag"]),
        properties=properties,
        visibility=_optional(AUDIENCES, "visibility", query, None),
        member_status=_optional(MEMBERSHIPS, "member_status", query, MemberStatus.ACCEPTED),
        sort=_sort(query),
    )


def _values(name: str, raw: str) -> tuple[str, ...]:
    # in:a,b has several values; each may be quoted, to contain a comma.
    if not raw.startswith("in:"):
        return (raw,)
    try:
        found = tuple(next(csv.reader([raw.removeprefix("in:")], strict=False), ()))
    except csv.Error as error:
        raise InvalidInput(f"{name} needs a list, as in in:a,b.", name) from error
    if len(found) > MOST_VALUES:
        raise InvalidInput(f"At most {MOST_VALUES} values for {name}.", name)
    return found


def _optional(table: Mapping[str, Any], name: str, query: Mapping[str, Any], default: Any) -> Any:
    return _chosen(table, name, query[name]) if name in query else default


def _chosen(table: Mapping[str, Any], name: str, value: str) -> Any:
    if value not in table:
        raise InvalidInput(f"Invalid value {value[:40]!r} for {name}.", name)
    return table[value]


def _number(name: str, raw: str) -> Bound:
    attribute, comparison = NUMBERS[name]
    if not (raw.isascii() and raw.isdigit() and len(raw) <= len(str(LARGEST))):
        raise InvalidInput(f"{name} must be a non-negative integer.", name)
    return Bound(attribute, comparison, min(int(raw), LARGEST))


def _time(name: str, raw: str) -> Bound:
    before, colon, after = raw.partition(":")
    named = colon and before in COMPARISONS
    comparison, text = (before, after) if named else ("eq", raw)
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{name} needs a time, as in gt:2026-01-31T12:00:00Z.", name) from error
    return Bound(name, comparison, moment)  # type: ignore[arg-type]  # one of COMPARISONS


def _sort(query: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    keys, directions = list(query["sort_key"]), list(query["sort_dir"])
    if "sort" in query:
        if keys or directions:
            raise InvalidInput("sort cannot be combined with sort_key or sort_dir.", "sort")
        pairs = [part.strip().partition(":") for part in query["sort"].split(",")]
        keys = [key for key, _, _ in pairs]
        directions = [direction or "desc" for _, _, direction in pairs]
    if not keys:
        keys = [NEWEST_FIRST[0][0]]
    if len(directions) > 1 and len(directions) != len(keys):
        raise InvalidInput("Give one sort_dir, or one for each sort_key.", "sort_dir")
    if len(directions) != len(keys):
        directions = (directions or ["desc"]) * len(keys)
    if len(keys) > MOST_SORTS:
        raise InvalidInput(f"At most {MOST_SORTS} sort keys.", "sort")
    return tuple(
        (_sort_key(key), _chosen(DIRECTIONS, "sort_dir", direction))
        for key, direction in zip(keys, directions, strict=True)
    )


def _sort_key(key: str) -> str:
    return _chosen(dict.fromkeys(SORTABLE, key), "sort_key", key)
