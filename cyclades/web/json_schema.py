"""JSON Schema from colander: what bodies and queries may be, for documents and tests.

Types and validators that are not in the tables below allow anything here; the server
still checks them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import colander

from cyclades.web.schema_types import (
    BOOLEANS,
    Label,
    Nullable,
    StrictBoolean,
    StrictInteger,
    StrictNumber,
    StrictString,
    UnlessNone,
)
from cyclades.web.versioned import Versioned

Json = dict[str, Any]
INTEGER_TEXT = "^-?[0-9]{1,18}$"
NUMBER_TEXT = r"^[0-9]{1,10}(\.[0-9]{1,10})?$"


def schema_of(node: colander.SchemaNode | Versioned) -> Json:
    """The JSON Schema of a node, or of any of the forms that a body has had."""
    if isinstance(node, Versioned):
        return {"anyOf": [schema_of(band) for _since, band in node.bands]}
    kind, nullable = node.typ, False
    if isinstance(kind, Nullable):
        kind, nullable = kind.inner, True
    schema = type_of(kind, node)
    for rule in rules_of(node.validator):
        say = RULES.get(type(rule))
        if say and schema:
            schema |= say(rule, schema)
    return or_null(schema) if nullable and schema else schema


def type_of(kind: colander.SchemaType, node: colander.SchemaNode) -> Json:
    """What a type alone says."""
    for known, say in TYPES.items():
        if isinstance(kind, known):
            return say(kind, node)
    return {}


def integer(kind: StrictInteger, _node: colander.SchemaNode) -> Json:
    """Integers, and their decimal texts where those are taken."""
    if not kind.text:
        return {"type": "integer"}
    return {"type": ["integer", "string"], "pattern": INTEGER_TEXT}


def mapping(kind: colander.Mapping, node: colander.SchemaNode) -> Json:
    """An object with its fields."""
    schema: Json = {
        "type": "object",
        "properties": {child.name: schema_of(child) for child in node.children},
    }
    required = [child.name for child in node.children if child.required]
    if required:
        schema["required"] = required
    if kind.unknown == "raise":
        schema["additionalProperties"] = False
    return schema


def or_null(schema: Json) -> Json:
    """The schema, or null."""
    kinds = schema.get("type")
    if kinds is None or "enum" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema | {"type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}


TYPES: Mapping[type, Callable[[Any, colander.SchemaNode], Json]] = {
    Label: lambda _kind, _node: {"type": ["string", "integer"]},
    StrictString: lambda _kind, _node: {"type": "string"},
    StrictInteger: integer,
    StrictNumber: lambda _kind, _node: {"type": ["number", "string"], "pattern": NUMBER_TEXT},
    StrictBoolean: lambda _kind, _node: {
        "anyOf": [{"type": "boolean"}, {"enum": [0, 1, *BOOLEANS]}]
    },
    colander.Mapping: mapping,
    colander.Sequence: lambda _kind, node: {
        "type": "array",
        "items": schema_of(node.children[0]),
    },
}


def length(rule: colander.Length, schema: Json) -> Json:
    """Lengths of texts and of lists."""
    what = "Items" if schema.get("type") == "array" else "Length"
    said: Json = {}
    if rule.min:
        said[f"min{what}"] = rule.min
    if rule.max is not None and rule.max >= 0:
        said[f"max{what}"] = rule.max
    return said


def limits(rule: colander.Range, _schema: Json) -> Json:
    """Least and largest number."""
    ends = {"minimum": rule.min, "maximum": rule.max}
    return {name: value for name, value in ends.items() if value is not None}


def pattern(rule: colander.Regex, _schema: Json) -> Json:
    """A regular expression in the words that JSON Schema has for it."""
    text = rule.match_object.pattern.replace(r"\Z", "$")
    return {"pattern": text if text.startswith("^") else f"^(?:{text})"}


RULES: Mapping[type, Callable[[Any, Json], Json]] = {
    colander.Length: length,
    colander.Range: limits,
    colander.Regex: pattern,
    colander.OneOf: lambda rule, _schema: {"enum": list(rule.choices)},
}


def rules_of(validator: Any) -> list[Any]:
    """The validators within a validator."""
    if isinstance(validator, UnlessNone):
        return rules_of(validator.rule)
    if isinstance(validator, colander.All):
        return [rule for part in validator.validators for rule in rules_of(part)]
    return [] if validator is None else [validator]
