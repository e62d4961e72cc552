"""Bodies of /os-security-groups and /os-security-group-rules.

Source: Compute API reference, "Security groups (os-security-groups) (DEPRECATED)".
"""

from typing import Any

import colander

from cyclades.web.schema_types import mapping, text

UUID = r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"
LARGEST_PORT = 65535


class PortNumber(colander.SchemaType):
    """A number, or the same as text, as the oldest clients send it; -1 for any."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Refuse other values."""
        if cstruct is colander.null or cstruct is None:
            return colander.null
        wrong = isinstance(cstruct, bool) or not isinstance(cstruct, int | str)
        if wrong or not str(cstruct).removeprefix("-").isdecimal():
            raise colander.Invalid(node, "is not a number")
        number = int(str(cstruct)[:10])
        if not -1 <= number <= LARGEST_PORT:
            raise colander.Invalid(node, f"is not between -1 and {LARGEST_PORT}")
        return number

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used."""
        del node
        return appstruct


def port(name: str) -> colander.SchemaNode:
    """One end of a range of ports, or an ICMP type or code."""
    return colander.SchemaNode(PortNumber(), name=name, missing=None)


GROUP = mapping(
    "",
    mapping(
        "security_group",
        text("name", maximum=255),
        text("description", maximum=255, missing="", nullable=True),
    ),
)
RULE = mapping(
    "",
    mapping(
        "security_group_rule",
        text("parent_group_id", pattern=UUID),
        text("ip_protocol", maximum=20, missing=None, nullable=True),
        port("from_port"),
        port("to_port"),
        text("cidr", maximum=64, missing=None, nullable=True),
        text("group_id", pattern=UUID, missing=None, nullable=True),
    ),
)
