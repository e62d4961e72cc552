"""Colander nodes that say what OpenStack's schemas say: strict types, null allowed or not.

colander turns numbers into text and text into numbers; an API must not.
"""

import re
from typing import Any

import colander

DECIMAL = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10})?", re.ASCII)


class StrictString(colander.SchemaType):
    """Text and nothing else."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Refuse anything but text."""
        if cstruct is colander.null:
            return colander.null
        if not isinstance(cstruct, str):
            raise colander.Invalid(node, f"{shown(cstruct)} is not of type 'string'")
        return cstruct

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used: presenters write answers."""
        del node
        return appstruct


class StrictInteger(colander.SchemaType):
    """An integer, or (as several OpenStack services allow) its decimal text."""

    def __init__(self, *, text: bool = True) -> None:
        """`text`: also accept "12"."""
        self.text = text

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Refuse booleans, fractions and other texts."""
        if cstruct is colander.null:
            return colander.null
        if isinstance(cstruct, int) and not isinstance(cstruct, bool):
            return cstruct
        if self.text and isinstance(cstruct, str):
            digits = cstruct.removeprefix("-")
            if digits.isascii() and digits.isdigit() and len(digits) < 19:
                return int(cstruct)
        raise colander.Invalid(node, f"{shown(cstruct)} is not of type 'integer'")

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used."""
        del node
        return appstruct


class StrictNumber(colander.SchemaType):
    """A number, or its decimal text."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Refuse booleans and other texts."""
        if cstruct is colander.null:
            return colander.null
        if isinstance(cstruct, int | float) and not isinstance(cstruct, bool):
            return float(cstruct)
        if isinstance(cstruct, str) and DECIMAL.fullmatch(cstruct):
            return float(cstruct)
        raise colander.Invalid(node, f"{shown(cstruct)} is not of type 'number'")

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used."""
        del node
        return appstruct


class Label(StrictString):
    """Text, or an integer that comes out as its text: some ids."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Text."""
        is_number = isinstance(cstruct, int) and not isinstance(cstruct, bool)
        return super().deserialize(node, str(cstruct) if is_number else cstruct)


BOOLEANS = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "t": True,
    "y": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
    "f": False,
    "n": False,
}


class StrictBoolean(colander.SchemaType):
    """A boolean or one of OpenStack's words for one."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Accept true, false and their words."""
        if cstruct is colander.null or isinstance(cstruct, bool):
            return cstruct
        if isinstance(cstruct, str | int) and str(cstruct).lower() in BOOLEANS:
            return BOOLEANS[str(cstruct).lower()]
        raise colander.Invalid(node, f"{shown(cstruct)} is not of type 'boolean'")

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used."""
        del node
        return appstruct


class Nullable(colander.SchemaType):
    """Another type, or null (which comes out as None)."""

    def __init__(self, inner: colander.SchemaType) -> None:
        """`inner` is the type when it is not null."""
        self.inner = inner

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """None stays None."""
        return None if cstruct is None else self.inner.deserialize(node, cstruct)

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used."""
        del node
        return appstruct


class Anything(colander.SchemaType):
    """Any JSON value; the domain looks closer."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """As it is."""
        del node
        return cstruct

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used."""
        del node
        return appstruct


def shown(value: Any) -> str:
    """A bounded form of what the client sent."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def text(
    name: str,
    *,
    minimum: int = 0,
    maximum: int = 255,
    missing: Any = colander.required,
    nullable: bool = False,
    pattern: str | None = None,
    one_of: tuple[str, ...] = (),
    numbers: bool = False,
) -> colander.SchemaNode:
    """A text of bounded length. `numbers`: integers are taken for their text."""
    kind: colander.SchemaType = Label() if numbers else StrictString()
    rules: list[Any] = [colander.Length(min=minimum, max=maximum)]
    if pattern:
        rules.append(colander.Regex(pattern))
    if one_of:
        rules.append(colander.OneOf(one_of))
    return colander.SchemaNode(
        Nullable(kind) if nullable else kind,
        name=name,
        missing=missing,
        validator=UnlessNone(colander.All(*rules)),
    )


def integer(
    name: str,
    *,
    minimum: int | None = None,
    maximum: int = 2**31 - 1,
    missing: Any = colander.required,
    nullable: bool = False,
) -> colander.SchemaNode:
    """An integer in a range."""
    kind: colander.SchemaType = StrictInteger()
    return colander.SchemaNode(
        Nullable(kind) if nullable else kind,
        name=name,
        missing=missing,
        validator=UnlessNone(colander.Range(min=minimum, max=maximum)),
    )


def boolean(name: str, *, missing: Any = colander.required) -> colander.SchemaNode:
    """A boolean."""
    return colander.SchemaNode(StrictBoolean(), name=name, missing=missing)


def number(name: str, *, maximum: float, missing: Any = colander.required) -> colander.SchemaNode:
    """A number of at least zero."""
    return colander.SchemaNode(
        StrictNumber(), name=name, missing=missing, validator=colander.Range(min=0, max=maximum)
    )


def anything(name: str, *, missing: Any = None) -> colander.SchemaNode:
    """Any JSON value."""
    return colander.SchemaNode(Anything(), name=name, missing=missing)


def mapping(
    name: str,
    *children: colander.SchemaNode,
    missing: Any = colander.required,
    unknown: str = "raise",
    validator: Any = None,
    nullable: bool = False,
) -> colander.SchemaNode:
    """An object. `unknown` is what happens to other keys: raise, ignore or preserve."""
    kind: colander.SchemaType = colander.Mapping(unknown=unknown)
    return colander.SchemaNode(
        Nullable(kind) if nullable else kind,
        *children,
        name=name,
        missing=missing,
        validator=UnlessNone(validator) if validator else None,
    )


def sequence(
    name: str,
    item: colander.SchemaNode,
    *,
    missing: Any = colander.required,
    minimum: int = 0,
    maximum: int = 1000,
    nullable: bool = False,
) -> colander.SchemaNode:
    """A list of bounded length."""
    kind: colander.SchemaType = colander.Sequence()
    return colander.SchemaNode(
        Nullable(kind) if nullable else kind,
        item,
        name=name,
        missing=missing,
        validator=UnlessNone(colander.Length(min=minimum, max=maximum)),
    )


class UnlessNone:
    """A rule for values that are not null."""

    def __init__(self, rule: Any) -> None:
        """`rule` is a colander validator."""
        self.rule = rule

    def __call__(self, node: colander.SchemaNode, value: Any) -> None:
        """Apply the rule."""
        if value is not None:
            self.rule(node, value)
