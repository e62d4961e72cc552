"""Bodies and queries of /volumes. Source: Block Storage API reference, "Volumes"."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import colander

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.volume_query import SORT_KEYS, Comparison, Word
from cyclades.web.microversions import Microversion
from cyclades.web.schema_types import anything, boolean, integer, mapping, text
from cyclades.web.volume.listing import Filter, Lists, flag, texts
from cyclades.web.volume.schemas.words import metadata, name_and_description

BY_IMAGE = Microversion(3, 4)
BY_GROUP = Microversion(3, 10)
BY_TIME = Microversion(3, 60)
CONSUMES = Microversion(3, 65)
MOST_BYTES = 2**31 - 1
WORDS: Mapping[str, Word] = {
    "gt": "gt",
    "gte": "gte",
    "eq": "eq",
    "neq": "neq",
    "lt": "lt",
    "lte": "lte",
}


def size(name: str, value: str) -> Any:
    """GiB. Raises InvalidInput."""
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise InvalidInput(f"Invalid value for {name}: {value[:40]!r} is no size.", name)
    return int(value)


def moments(name: str, value: str) -> Any:
    """`gt:2026-11-23T10:00:00,lt:...`; without a word, exactly then. Raises InvalidInput."""
    return [_comparison(name, each.strip()) for each in value.split(",")]


def _comparison(name: str, said: str) -> Comparison:
    said_word, _, after = said.partition(":")
    word = WORDS.get(said_word, "eq")
    moment = after if said_word in WORDS else said
    try:
        when = datetime.fromisoformat(moment)
        when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:  # there is no UTC before the year 1
        raise InvalidInput(
            f"Invalid value for {name}: {moment[:40]!r} is no time.", name
        ) from error
    return Comparison(word, when)


LISTS = Lists(
    {
        "name": Filter("name"),
        "display_name": Filter("name"),
        "description": Filter("description"),
        "status": Filter("status"),
        "size": Filter("size", size),
        "bootable": Filter("bootable", flag),
        "availability_zone": Filter("availability_zone"),
        "metadata": Filter("metadata", texts),
        "glance_metadata": Filter("glance_metadata", texts, BY_IMAGE),
        "group_id": Filter("group_id", since=BY_GROUP),
        "migration_status": Filter("migration_status"),
        "volume_type_id": Filter("volume_type_id"),
        "user_id": Filter("user_id"),
        "project_id": Filter("project_id", admin=True),
        "host": Filter("host", admin=True),
        "created_at": Filter("created_at", moments, BY_TIME),
        "updated_at": Filter("updated_at", moments, BY_TIME),
        "consumes_quota": Filter("consumes_quota", flag, CONSUMES),
    },
    {name: name for name in SORT_KEYS} | {"display_name": "name"},
    ("name", "description", "status", "availability_zone"),
)
LIST = LISTS.query


def some_id(name: str) -> colander.SchemaNode:
    """An id that may be null."""
    return text(name, maximum=64, nullable=True, missing=None)


CREATE = mapping(
    "",
    mapping(
        "volume",
        *name_and_description(),
        integer("size", minimum=1, nullable=True, missing=None),
        text("availability_zone", nullable=True, missing=None),
        text("volume_type", nullable=True, missing=None),
        *(some_id(name) for name in ("imageRef", "snapshot_id", "source_volid", "backup_id")),
        *(some_id(name) for name in ("consistencygroup_id", "group_id")),
        boolean("multiattach", missing=False),
        metadata(missing=None, nullable=True),
        unknown="ignore",
    ),
    anything("OS-SCH-HNT:scheduler_hints"),
)
UPDATE = mapping(
    "",
    mapping(
        "volume",
        *name_and_description(),
        metadata(missing=colander.drop, nullable=True),
        unknown="ignore",
    ),
)
DELETE = mapping(
    "", boolean("cascade", missing=False), boolean("force", missing=False), unknown="ignore"
)
SUMMARY = mapping("", boolean("all_tenants", missing=False), unknown="ignore")
NOT_HERE: Mapping[str, str] = {
    "consistencygroup_id": "There are no consistency groups.",
    "group_id": "There are no groups of volumes.",
}
