"""Words that several bodies about servers share.

Source: Compute API reference, "Servers", "Server metadata" and "Server tags".
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import colander

from cyclades.web.schema_types import StrictString, mapping, sequence, shown, text

MAX_TAGS = 50
MAX_USER_DATA = 65535
LONGEST_PASSWORD = 255  # bytes
METADATA_KEY = re.compile(r"[a-zA-Z0-9-_:. /]{1,255}")
TAG = r"^[^,/]*\Z"
HOSTNAME = r"^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?\Z"


def _printable(node: colander.SchemaNode, value: str) -> None:
    if value != value.strip():
        raise colander.Invalid(node, f"{shown(value)}: can not start or end with whitespace.")
    kinds = {unicodedata.category(char) for char in value}
    if any(kind[0] == "C" or kind in {"Zl", "Zp"} for kind in kinds):
        raise colander.Invalid(node, f"{shown(value)}: only printable characters are allowed.")


def printable(name: str, missing: Any = colander.required) -> colander.SchemaNode:
    """What a server may be called: 1 to 255 visible characters."""
    return colander.SchemaNode(
        StrictString(),
        name=name,
        missing=missing,
        validator=colander.All(colander.Length(min=1, max=255), _printable),
    )


def _typable(node: colander.SchemaNode, value: str) -> None:
    if not value.isprintable() or len(value.encode()) > LONGEST_PASSWORD:
        raise colander.Invalid(
            node, f"A password has at most {LONGEST_PASSWORD} bytes, all of them printable."
        )


def password(name: str, missing: Any = colander.required) -> colander.SchemaNode:
    """What guests' own tools take, all of it; messages never show it."""
    return colander.SchemaNode(StrictString(), name=name, missing=missing, validator=_typable)


def base64_text(name: str, maximum: int, missing: Any = colander.required) -> colander.SchemaNode:
    """Base64 of bounded length."""

    def validate(node: colander.SchemaNode, value: str) -> None:
        try:
            base64.b64decode(value.encode(), validate=True)
        except (binascii.Error, ValueError) as error:
            raise colander.Invalid(node, f"{shown(value)} is not a 'base64'") from error

    return colander.SchemaNode(
        StrictString(),
        name=name,
        missing=missing,
        validator=colander.All(colander.Length(max=maximum), validate),
    )


class Address(StrictString):
    """An IP address of one version; comes out in its usual form."""

    def __init__(self, kind: type[IPv4Address] | type[IPv6Address]) -> None:
        """`kind` is the class of its version."""
        self.kind = kind

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Refuse other texts."""
        value = super().deserialize(node, cstruct)
        if value is colander.null:
            return value
        try:
            address = ip_address(value)
        except ValueError:
            address = None
        if not isinstance(address, self.kind) or "%" in value:
            raise colander.Invalid(node, f"{shown(value)} is not a '{self.kind.__name__}'")
        return str(address)


def access_address(name: str, kind: type[IPv4Address] | type[IPv6Address]) -> colander.SchemaNode:
    """An address that users note down beside a server."""
    return colander.SchemaNode(Address(kind), name=name, missing=colander.drop)


def _metadata(node: colander.SchemaNode, value: dict[str, Any]) -> None:
    for key, told in value.items():
        if not METADATA_KEY.fullmatch(key):
            raise colander.Invalid(node, f"{shown(key)} is not a name for metadata")
        if not isinstance(told, str):
            raise colander.Invalid(node, f"{shown(told)} is not of type 'string'")
        if len(told) > 255:
            raise colander.Invalid(node, f"{shown(told)} is too long")


def metadata(name: str = "metadata", missing: Any = colander.required) -> colander.SchemaNode:
    """Texts by key, each of at most 255 characters."""
    return mapping(name, unknown="preserve", validator=_metadata, missing=missing)


def single_metadata(name: str) -> colander.SchemaNode:
    """Exactly one text by its key."""

    def validate(node: colander.SchemaNode, value: dict[str, Any]) -> None:
        _metadata(node, value)
        if len(value) != 1:
            raise colander.Invalid(node, "exactly one item is expected")

    return mapping(name, unknown="preserve", validator=validate)


def tags(missing: Any = colander.required) -> colander.SchemaNode:
    """At most 50 tags of at most 60 characters."""
    tag = text("tag", minimum=1, maximum=60, pattern=TAG)
    return sequence("tags", tag, maximum=MAX_TAGS, missing=missing)


def one_key(table: Any) -> Callable[[colander.SchemaNode, dict[str, Any]], None]:
    """The object has exactly one key, which the table has too."""

    def validate(node: colander.SchemaNode, value: dict[str, Any]) -> None:
        if len(value) != 1:
            raise colander.Invalid(node, "exactly one action is expected")
        name = next(iter(value))
        if name not in table:
            raise colander.Invalid(node, f"There is no such action: {shown(name)}")

    return validate
