"""The body of /node/v1/ports. Our own."""

from typing import Any

import colander

from cyclades.web.schema_types import mapping, text

MOST = 1000
ID, DIGEST = 64, 64  # characters


def known_digests(node: colander.SchemaNode, value: dict[str, Any]) -> None:
    """Digests by port id."""
    if len(value) > MOST:
        raise colander.Invalid(node, f"At most {MOST} ports can be asked for at once.")
    for port_id, digest in value.items():
        if not (0 < len(port_id) <= ID and isinstance(digest, str) and len(digest) <= DIGEST):
            raise colander.Invalid(node, f"{port_id[:ID]!r} is no port's id, or its digest none.")


ASK = mapping(
    "",
    mapping("ports", unknown="preserve", validator=known_digests),
    text("cursor", maximum=128, missing=""),
)
