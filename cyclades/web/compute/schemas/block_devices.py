"""Block devices in bodies of /servers, today's form and the one before.

Source: Compute API reference, "Create Server": block_device_mapping_v2, block_device_mapping.
"""

from typing import Any

import colander

from cyclades.domain.model.block_device import USUAL, BlockDevice, Destination, Source
from cyclades.domain.model.errors import InvalidInput
from cyclades.web.microversions import Microversion
from cyclades.web.schema_types import anything, boolean, integer, mapping, sequence, text
from cyclades.web.versioned import Since

V2, V1 = "block_device_mapping_v2", "block_device_mapping"
MOST = 64
ID = r"^[a-zA-Z0-9._-]*\Z"
DEVICE_NAME = r"^[a-zA-Z0-9._/-]*\Z"
ROOTS = frozenset({"vda", "/dev/vda"})
TAG = text("tag", minimum=1, maximum=60, pattern=r"^[^,/]*\Z", missing=None)


def v(minor: int) -> Microversion:
    """2.minor."""
    return Microversion(2, minor)


def _word(name: str, **more: Any) -> colander.SchemaNode:
    return text(name, missing=None, nullable=True, **more)


def _shared() -> tuple[colander.SchemaNode, ...]:
    return (
        integer("volume_size", minimum=0, missing=None, nullable=True),
        _word("device_name", minimum=1, pattern=DEVICE_NAME),
        boolean("delete_on_termination", missing=False),
        anything("no_device", missing=False),
    )


def _current(*more: colander.SchemaNode) -> colander.SchemaNode:
    device = mapping(
        "device",
        text("source_type", one_of=tuple(Source)),
        text("destination_type", one_of=tuple(Destination), missing=None),
        _word("uuid", maximum=64, pattern=ID),
        integer("boot_index", minimum=-(2**31), missing=None, nullable=True),
        _word("guest_format"),
        text("device_type", one_of=("disk",), missing=None, nullable=True),
        text("disk_bus", one_of=("virtio",), missing=None, nullable=True),
        *_shared(),
        *more,
    )
    return sequence(V2, device, maximum=MOST, missing=())


def _former() -> colander.SchemaNode:
    device = mapping(
        "device",
        _word("volume_id", maximum=64, pattern=ID),
        _word("snapshot_id", maximum=64, pattern=ID),
        _word("virtual_name"),
        *_shared(),
    )
    return sequence(V1, device, maximum=MOST, missing=())


def _typed() -> colander.SchemaNode:
    return _word("volume_type")


# A tag was known at 2.32, forgotten from 2.33 to 2.41, and is known again.
DEVICES = (
    Since(_current(), until=v(32)),
    Since(_current(TAG), v(32), v(33)),
    Since(_current(), v(33), v(42)),
    Since(_current(TAG), v(42), v(67)),
    Since(_current(TAG, _typed()), v(67)),
    Since(_former()),
)


def devices_of(server: dict[str, Any]) -> tuple[BlockDevice, ...]:
    """The request's devices in the domain's words. Raises InvalidInput."""
    if server[V2] and server[V1]:
        raise InvalidInput(
            "Using different block_device_mapping syntaxes is not allowed in the same request.",
            f"server.{V1}",
        )
    boots = not server["imageRef"]
    found = [_of_current(n, said) for n, said in enumerate(server[V2]) if not said["no_device"]]
    found += [
        _of_former(n, said, boots=boots)
        for n, said in enumerate(server[V1])
        if not said["no_device"]
    ]
    if server[V1] and not boots:  # the image goes without saying
        found.append(BlockDevice(Source.IMAGE, Destination.LOCAL, server["imageRef"], 0))
    return tuple(found)


def _of_current(place: int, said: dict[str, Any]) -> BlockDevice:
    source, index = Source(said["source_type"]), said["boot_index"]
    wanted = said["destination_type"]
    return BlockDevice(
        source,
        Destination(wanted) if wanted else USUAL[source],
        said["uuid"] or "",
        index if index is not None and index >= 0 else None,
        said["volume_size"],
        said["delete_on_termination"],
        said.get("volume_type") or None,
        said.get("tag"),
        f"server.{V2}.{place}",
    )


def _of_former(place: int, said: dict[str, Any], *, boots: bool) -> BlockDevice:
    field = f"server.{V1}.{place}"
    if bool(said["volume_id"]) == bool(said["snapshot_id"]):
        raise InvalidInput(
            "Block Device Mapping is Invalid: either volume_id or snapshot_id is needed.", field
        )
    source = Source.VOLUME if said["volume_id"] else Source.SNAPSHOT
    root = boots and said["device_name"] in ROOTS
    return BlockDevice(
        source,
        Destination.VOLUME,
        said["volume_id"] or said["snapshot_id"],
        0 if root else None,
        said["volume_size"] or None,
        said["delete_on_termination"],
        field=field,
    )
