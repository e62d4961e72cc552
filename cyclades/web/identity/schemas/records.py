"""What the bodies of all identity records share.

Identity takes no words for booleans, and keeps fields that it does not know.
"""

import json
from typing import Any

import colander

from cyclades.domain.model.errors import InvalidInput
from cyclades.web.schema_types import mapping, shown, text

NOT_BLANK = r"[\s\S]*\S"
MOST_EXTRA = 8192  # bytes of JSON
OURS = frozenset({"id", "links", "options"})  # in bodies of clients that send back what they read

Values = dict[str, Any]


class JsonBoolean(colander.SchemaType):
    """true or false."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Nothing else."""
        if cstruct is colander.null or isinstance(cstruct, bool):
            return cstruct
        raise colander.Invalid(node, f"{shown(cstruct)} is not of type 'boolean'")

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used."""
        del node
        return appstruct


def flag(name: str) -> colander.SchemaNode:
    """An optional boolean."""
    return colander.SchemaNode(JsonBoolean(), name=name, missing=colander.drop)


def name_of(kind: str = "name", *, optional: bool = False, longest: int = 255) -> Any:
    """A name that is not blank."""
    missing = colander.drop if optional else colander.required
    return text(kind, minimum=1, maximum=longest, pattern=NOT_BLANK, missing=missing)


def note(name: str, longest: int = 4096) -> colander.SchemaNode:
    """An optional text, or null."""
    return text(name, maximum=longest, missing=colander.drop, nullable=True)


def no_options(node: colander.SchemaNode, value: Any) -> None:
    """We have no options for most records."""
    if value:
        raise colander.Invalid(node, f"unknown options {shown(sorted(value))}")


OPTIONS = mapping(
    "options", missing=colander.drop, unknown="preserve", validator=no_options, nullable=True
)


def record(noun: str, *fields: colander.SchemaNode) -> colander.SchemaNode:
    """The body of a record: `{noun: {...}}`."""
    return mapping("", mapping(noun, *fields, unknown="preserve"), unknown="ignore")


def listing(*fields: colander.SchemaNode) -> colander.SchemaNode:
    """The filters of a list; others are ignored."""
    return mapping("", *fields, unknown="ignore")


def parted(body: Values, schema: colander.SchemaNode) -> tuple[Values, Values]:
    """The fields that we know, and the client's own. Raises InvalidInput for too many."""
    inner = schema.children[0]
    known = {node.name for node in inner.children}
    values = body[inner.name]
    extra = {key: value for key, value in values.items() if key not in known | OURS}
    if len(json.dumps(extra)) > MOST_EXTRA or any(len(key) > 255 for key in extra):
        raise InvalidInput(f"Additional properties take more than {MOST_EXTRA} bytes.", inner.name)
    return {key: value for key, value in values.items() if key in known - {"options"}}, extra
