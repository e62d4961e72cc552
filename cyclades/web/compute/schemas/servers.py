"""Bodies of /servers: a table of fields by microversion.

Source: Compute API reference, "Create server", "Update Server".
"""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import colander

from cyclades.web.compute.schemas.block_devices import DEVICES, TAG, v
from cyclades.web.compute.schemas.server_words import (
    HOSTNAME,
    MAX_USER_DATA,
    access_address,
    base64_text,
    metadata,
    password,
    printable,
    tags,
)
from cyclades.web.schema_types import (
    boolean,
    integer,
    mapping,
    sequence,
    shown,
    text,
)
from cyclades.web.versioned import Since, Versioned, versioned

MOST_AT_ONCE = 1000


def interface(*more: colander.SchemaNode) -> colander.SchemaNode:
    """A network or a port."""
    return mapping(
        "network",
        text("uuid", minimum=1, maximum=64, missing=None, nullable=True),
        text("port", minimum=1, maximum=64, missing=None, nullable=True),
        text("fixed_ip", minimum=1, maximum=64, missing=None, nullable=True),
        *more,
    )


class Interfaces(colander.SchemaType):
    """A list of networks and ports, or a word."""

    def __init__(self, items: colander.SchemaNode, words: tuple[str, ...]) -> None:
        """`items` is the node of the list."""
        self.items = items
        self.words = words

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """The word, or the list's items."""
        if cstruct is colander.null or (isinstance(cstruct, str) and cstruct in self.words):
            return cstruct
        if not isinstance(cstruct, list):
            raise colander.Invalid(node, f"{shown(cstruct)} is not of type 'array'")
        return self.items.deserialize(cstruct)

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used."""
        del node
        return appstruct


def interfaces(
    item: colander.SchemaNode, words: tuple[str, ...], missing: Any
) -> colander.SchemaNode:
    """The field `networks`."""
    items = sequence("networks", item, maximum=64)
    return colander.SchemaNode(Interfaces(items, words), name="networks", missing=missing)


def description() -> colander.SchemaNode:
    """A sentence about it, or null."""
    return text("description", nullable=True, missing=colander.drop)


WORDS = ("auto", "none")
CREATE_FIELDS = (
    Since(printable("name")),
    Since(text("imageRef", missing="")),
    Since(text("flavorRef", minimum=1, numbers=True)),
    Since(interfaces(interface(), (), "auto"), until=v(32)),
    Since(interfaces(interface(TAG), (), "auto"), v(32), v(37)),
    Since(interfaces(interface(TAG), WORDS, colander.required), v(37)),
    Since(text("key_name", minimum=1, missing=None, nullable=True)),
    Since(metadata(missing={})),
    Since(tags(missing=()), v(52)),
    Since(base64_text("user_data", MAX_USER_DATA, missing="")),
    Since(
        colander.SchemaNode(
            colander.Sequence(),
            mapping("file", text("path", minimum=1), base64_text("contents", 1 << 20)),
            name="personality",
            missing=(),
        ),
        until=v(57),
    ),
    Since(integer("min_count", minimum=1, maximum=MOST_AT_ONCE, missing=None)),
    Since(integer("max_count", minimum=1, maximum=MOST_AT_ONCE, missing=None)),
    Since(boolean("return_reservation_id", missing=False)),
    Since(text("availability_zone", minimum=1, missing=None, nullable=True)),
    Since(password("adminPass", missing=None)),
    Since(boolean("config_drive", missing=False)),
    Since(text("OS-DCF:diskConfig", one_of=("AUTO", "MANUAL"), missing="MANUAL")),
    Since(access_address("accessIPv4", IPv4Address)),
    Since(access_address("accessIPv6", IPv6Address)),
    Since(description(), v(19)),
    Since(text("hostname", pattern=HOSTNAME, missing=None), v(90)),
    Since(
        sequence(
            "security_groups",
            mapping("security_group", text("name", minimum=1), unknown="ignore"),
            maximum=64,
            missing=None,
        )
    ),
    *DEVICES,
)
HINTS = ("os:scheduler_hints", "OS-SCH-HNT:scheduler_hints")


def _with_hints(*fields: colander.SchemaNode) -> colander.SchemaNode:
    hints = [mapping(name, unknown="preserve", missing={}, validator=_no_group) for name in HINTS]
    return mapping("", mapping("server", *fields), *hints)


def _no_group(node: colander.SchemaNode, value: dict[str, Any]) -> None:
    if "group" in value:
        raise colander.Invalid(node, "Server groups are not supported yet: group")


CREATE: Versioned = versioned(CREATE_FIELDS, _with_hints)

UPDATE_FIELDS = (
    Since(printable("name", missing=colander.drop)),
    Since(text("OS-DCF:diskConfig", one_of=("AUTO", "MANUAL"), missing=colander.drop)),
    Since(access_address("accessIPv4", IPv4Address)),
    Since(access_address("accessIPv6", IPv6Address)),
    Since(description(), v(19)),
    Since(text("hostname", pattern=HOSTNAME, missing=colander.drop), v(90)),
)
UPDATE: Versioned = versioned(
    UPDATE_FIELDS, lambda *fields: mapping("", mapping("server", *fields))
)
