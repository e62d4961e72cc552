"""The query of server lists: a table of filters.

Source: Compute API reference, "List Servers".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.server_query import SORT_KEYS
from cyclades.web.microversions import Microversion
from cyclades.web.schema_types import BOOLEANS, integer, mapping, sequence, text

Values = tuple[Any, ...]
Parse = Callable[[str, list[str]], Values]
OLDEST = Microversion(2, 1)
TAGS = Microversion(2, 26)


@dataclass(frozen=True, slots=True)
class Filter:
    """`name` is the reader's word; `admin`: other callers' are passed over."""

    name: str
    parse: Parse
    since: Microversion = OLDEST
    admin: bool = False


def words(_name: str, values: list[str]) -> Values:
    """Any of several."""
    return tuple(values)


def last(_name: str, values: list[str]) -> Values:
    """One; the last of several."""
    return (values[-1],)


def flag(name: str, values: list[str]) -> Values:
    """A boolean's word."""
    word = values[-1].lower()
    if word not in BOOLEANS:
        raise InvalidInput(f"Invalid filter {name}: {values[-1][:40]!r} is no boolean.", name)
    return (BOOLEANS[word],)


def numbers(name: str, values: list[str]) -> Values:
    """Small non-negative integers."""
    if not all(value.isascii() and value.isdigit() and len(value) < 10 for value in values):
        raise InvalidInput(f"Invalid filter {name}: {values[-1][:40]!r} is no number.", name)
    return tuple(int(value) for value in values)


def tags(name: str, values: list[str]) -> Values:
    """Several, with commas between them."""
    found = tuple(tag for value in values for tag in value.split(","))
    if any(not 0 < len(tag) <= 60 or "/" in tag for tag in found):
        raise InvalidInput(f"Invalid filter {name}: tags have 1 to 60 characters, no slash.", name)
    return found


def moment(name: str, values: list[str]) -> Values:
    """A time in ISO 8601; without a zone it is UTC."""
    try:
        parsed = datetime.fromisoformat(values[-1])
        return (parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC),)
    except (ValueError, OverflowError) as error:
        said = f"Invalid filter {name}: {values[-1][:40]!r} is no date and time."
        raise InvalidInput(said, name) from error


FILTERS: Mapping[str, Filter] = {
    "access_ip_v4": Filter("access_ip_v4", words),
    "access_ip_v6": Filter("access_ip_v6", words),
    "availability_zone": Filter("availability_zone", words),
    "changes-before": Filter("changes-before", moment, Microversion(2, 66)),
    "changes-since": Filter("changes-since", moment),
    "config_drive": Filter("config_drive", flag),
    "deleted": Filter("deleted", flag, admin=True),
    "description": Filter("description", last),
    "display_description": Filter("description", last),
    "display_name": Filter("name", last),
    "flavor": Filter("flavor", words),
    "host": Filter("host", words, admin=True),
    "hostname": Filter("hostname", last),
    "image": Filter("image", words),
    "image_ref": Filter("image", words),
    "ip": Filter("ip", last),
    "ip6": Filter("ip6", last),
    "key_name": Filter("key_name", words),
    "launch_index": Filter("launch_index", numbers),
    "locked": Filter("locked", flag, Microversion(2, 73)),
    "name": Filter("name", last),
    "node": Filter("host", words, admin=True),
    "not-tags": Filter("not-tags", tags, TAGS),
    "not-tags-any": Filter("not-tags-any", tags, TAGS),
    "power_state": Filter("power_state", numbers),
    "progress": Filter("progress", numbers),
    "project_id": Filter("project_id", words, admin=True),
    "reservation_id": Filter("reservation_id", words),
    "status": Filter("status", words),
    "tags": Filter("tags", tags, TAGS),
    "tags-any": Filter("tags-any", tags, TAGS),
    "task_state": Filter("task_state", words),
    "tenant_id": Filter("project_id", words, admin=True),
    "user_id": Filter("user_id", words),
    "uuid": Filter("uuid", words),
    "vm_state": Filter("vm_state", words),
}
SORT_KEY = text("sort_key", one_of=tuple(SORT_KEYS))
LIST = mapping(
    "",
    *(sequence(name, text(name), maximum=50, missing=()) for name in FILTERS),
    text("all_tenants", missing=None),
    integer("limit", minimum=0, missing=None),
    text("marker", missing=None),
    sequence("sort_key", SORT_KEY, maximum=10, missing=()),
    sequence("sort_dir", text("sort_dir", one_of=("asc", "desc")), maximum=10, missing=()),
    unknown="preserve",
)
