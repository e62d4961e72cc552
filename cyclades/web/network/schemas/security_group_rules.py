"""Bodies and queries of /security-group-rules.

Source: Networking API v2.0, "Security group rules".
"""

from typing import Any

import colander

from cyclades.domain.model.security_group_rules import DIRECTIONS
from cyclades.web.network.bodies import OWNER, one_or_many, owner
from cyclades.web.network.listing import list_query, number, word
from cyclades.web.schema_types import Nullable, StrictInteger, StrictString, integer, text

NAMES = OWNER


class NumberOrName(StrictString):
    """A protocol: its name, or its number as text or as a number."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Numbers become text."""
        if isinstance(cstruct, int) and not isinstance(cstruct, bool):
            cstruct = str(StrictInteger().deserialize(node, cstruct))
        return super().deserialize(node, cstruct)


def port(name: str) -> colander.SchemaNode:
    """A port number, or an ICMP type or code."""
    return integer(name, missing=colander.drop, nullable=True)


def optional(name: str, maximum: int = 64) -> colander.SchemaNode:
    """A text, null, or nothing."""
    return text(name, minimum=1, maximum=maximum, missing=colander.drop, nullable=True)


def none_of_them(node: colander.SchemaNode, value: str | None) -> None:
    """There are no address groups."""
    if value is not None:
        raise colander.Invalid(node, "There are no address groups; use several rules.")


CREATE = one_or_many(
    "security_group_rule",
    "security_group_rules",
    [
        text("security_group_id", minimum=1, maximum=64),
        text("direction", one_of=DIRECTIONS),
        text("ethertype", maximum=10, missing=colander.drop),
        colander.SchemaNode(
            Nullable(NumberOrName()),
            name="protocol",
            missing=colander.drop,
            validator=lambda node, value: value and colander.Length(max=40)(node, value),
        ),
        port("port_range_min"),
        port("port_range_max"),
        optional("remote_ip_prefix"),
        optional("remote_group_id"),
        colander.SchemaNode(
            Nullable(StrictString()),
            name="remote_address_group_id",  # clients say that it is null
            missing=colander.drop,
            validator=none_of_them,
        ),
        text("description", missing=colander.drop),
        *owner(),
    ],
)
FILTERS = dict.fromkeys(
    (
        "id",
        "description",
        "project_id",
        "tenant_id",
        "security_group_id",
        "direction",
        "ethertype",
        "protocol",
        "remote_ip_prefix",
        "remote_group_id",
    ),
    word,
) | dict.fromkeys(("port_range_min", "port_range_max", "revision_number"), number)
LIST = list_query(
    FILTERS,
    (
        "id",
        "project_id",
        "tenant_id",
        "security_group_id",
        "direction",
        "ethertype",
        "created_at",
        "updated_at",
        "revision_number",
    ),
)
