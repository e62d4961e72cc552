"""Bodies of /servers/{id}/os-volume_attachments.

Source: Compute API reference, "Attach a volume to an instance", "Update a volume attachment".
"""

import colander

from cyclades.web.compute.schemas.block_devices import TAG, v
from cyclades.web.schema_types import boolean, integer, mapping, text
from cyclades.web.versioned import Since, Versioned, versioned

DEVICE = r"^/dev/x?[a-z]?d?[a-z]+[0-9]*\Z"
STRICT = v(75)  # what nobody knows in a query is refused
CHANGES = v(85)  # before, an update was a swap for another volume


def _id(name: str, missing: object = colander.required) -> colander.SchemaNode:
    return text(name, minimum=1, maximum=64, missing=missing)


def _device() -> colander.SchemaNode:
    return text("device", pattern=DEVICE, missing=None, nullable=True)


def _attachment(*fields: colander.SchemaNode) -> colander.SchemaNode:
    return mapping("", mapping("volumeAttachment", *fields))


LIST = mapping(
    "", *(integer(name, minimum=0, missing=0) for name in ("limit", "offset")), unknown="preserve"
)
ATTACH: Versioned = versioned(
    (
        Since(_id("volumeId")),
        Since(_device()),
        Since(TAG, v(49)),
        Since(boolean("delete_on_termination", missing=False), v(79)),
    ),
    _attachment,
)
UPDATE: Versioned = versioned(
    (
        Since(_id("volumeId")),
        Since(_device(), CHANGES),
        Since(TAG, CHANGES),
        Since(boolean("delete_on_termination", missing=None), CHANGES),
        Since(_id("serverId", missing=None), CHANGES),
        Since(_id("id", missing=None), CHANGES),
    ),
    _attachment,
)
