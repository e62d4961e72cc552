"""Bodies of network requests: one object or several, attributes under our own names."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import colander

from cyclades.domain.model.errors import InvalidInput
from cyclades.web.request import CycladesRequest
from cyclades.web.schema_types import boolean, mapping, sequence, text

IF_MATCH = re.compile(r"revision_number=(\d{1,9})", re.ASCII)
MAX_BULK = 200
TAG = r"^[^,/]+\Z"


def one_or_many(
    singular: str, plural: str, attributes: Sequence[colander.SchemaNode]
) -> colander.SchemaNode:
    """`{"port": {...}}` or `{"ports": [{...}, ...]}`."""
    return mapping(
        "",
        mapping(singular, *(each.clone() for each in attributes), missing=None),
        sequence(
            plural,
            mapping("item", *(each.clone() for each in attributes)),
            missing=None,
            minimum=1,
            maximum=MAX_BULK,
        ),
    )


def one(singular: str, attributes: Sequence[colander.SchemaNode]) -> colander.SchemaNode:
    """`{"port": {...}}`, none of the attributes required."""
    nodes = [each.clone() for each in attributes]
    for node in nodes:
        node.missing = colander.drop
    return mapping("", mapping(singular, *nodes))


def create_all(
    body: Mapping[str, Any],
    singular: str,
    plural: str,
    make: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    """Make one or several (all or none): `make` takes attributes and gives a body."""
    single, several = body[singular], body[plural]
    if (single is None) == (several is None):
        raise InvalidInput(f"The body has either '{singular}' or '{plural}'.", singular)
    if single is not None:
        return {singular: make(single)}
    return {plural: [make(each) for each in several]}


def renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Attributes under the model's names. Raises InvalidInput when two contradict."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        name = names.get(key, key)
        if name in found and found[name] != value:
            raise InvalidInput(f"Two different values for '{name}'.", key)
        found[name] = value
    return found


def revision_of(request: CycladesRequest) -> int | None:
    """The revision that If-Match names. Raises InvalidInput."""
    said = request.headers.get("If-Match")
    if said is None:
        return None
    match = IF_MATCH.fullmatch(said.strip().strip('"'))
    if match is None:
        raise InvalidInput("If-Match is revision_number=<number>.", "If-Match")
    return int(match[1])


def name_and_words() -> list[colander.SchemaNode]:
    """What every noun can be given."""
    return [
        text("name", missing=colander.drop),
        text("description", missing=colander.drop),
    ]


def owner() -> list[colander.SchemaNode]:
    """Whose it is to be, under both names."""
    return [
        text("project_id", minimum=1, maximum=64, missing=colander.drop),
        text("tenant_id", minimum=1, maximum=64, missing=colander.drop),
    ]


def tag_list(missing: Any = colander.drop) -> colander.SchemaNode:
    """Tags."""
    tag = text("tag", minimum=1, pattern=TAG)
    return sequence("tags", tag, maximum=50, missing=missing)


def flag(name: str) -> colander.SchemaNode:
    """An optional boolean."""
    return boolean(name, missing=colander.drop)


OWNER = {"tenant_id": "project_id"}
