"""Bodies of /servers/{id}/os-interface.

Source: Compute API reference, "Create Interface".
"""

from typing import Any

import colander

from cyclades.web.compute.schemas.block_devices import TAG, v
from cyclades.web.schema_types import mapping, sequence, text
from cyclades.web.versioned import Since, Versioned, versioned

TAGGED = v(49)
FIELDS = (
    Since(text("net_id", minimum=1, maximum=64, missing=None)),
    Since(text("port_id", minimum=1, maximum=64, missing=None)),
    Since(
        sequence(
            "fixed_ips",
            mapping("fixed_ip", text("ip_address", minimum=1, maximum=64)),
            minimum=1,
            maximum=1,
            missing=(),
        )
    ),
    Since(TAG, TAGGED),
)


def _attachment(*fields: colander.SchemaNode) -> colander.SchemaNode:
    return mapping("", mapping("interfaceAttachment", *fields, missing=None))


ATTACH: Versioned = versioned(FIELDS, _attachment)


def asked(body: dict[str, Any]) -> dict[str, Any]:
    """What is asked for; an empty body asks for anything."""
    return body["interfaceAttachment"] or {}
