"""Messages: small JSON objects that say where to look.

    {"version": 1, "cluster": "<our id>", "kind": "job", "job": 17, "status": "running",
     "opcode": "OP_INSTANCE_CREATE", "instance": "cyclades-..."}

Kinds: job, instance, progress, sync (look at everything), test.
"""

from __future__ import annotations

import json

LONGEST_NAME = 255
LONGEST_MESSAGE = 500


def hint(cluster: str, kind: str, **values: object) -> bytes:
    """One message; what is None is left out."""
    said = {name: value for name, value in values.items() if value is not None}
    return json.dumps({"version": 1, "cluster": cluster, "kind": kind, **said}).encode()


def name(value: object) -> str | None:
    """An object's name, if it can be one."""
    usable = isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()
    return str(value) if usable else None


def message(value: object) -> str:
    """Text on one line, short."""
    words = "".join(char if char.isprintable() else " " for char in str(value)).split()
    return " ".join(words)[:LONGEST_MESSAGE]
