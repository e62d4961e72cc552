"""What is to become of the disks: Cyclades' build orders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cyclades_node.builds.trouble import BuildFailed

SHA512 = re.compile(r"[0-9a-f]{128}")
MEBIBYTE = 2**20
NONSENSE = "The cloud's orders for this build cannot be read by this node."


class Image(NamedTuple):
    """Disk 0 is filled with it. Sizes in bytes, `sha512` of the bytes as they are fetched."""

    disk_format: str
    size: int
    sha512: str
    virtual_size: int


class Source(NamedTuple):
    """The disk that disk 0 becomes a copy of, and the instance that may be using it.

    `runs`: so it is known to the cloud.
    """

    instance: str
    path: str
    runs: bool = False


class GuestOs(NamedTuple):
    """What the image's owner says of the guest; None and "" where nothing is said."""

    family: str
    users: tuple[str, ...]
    root_partition: int | None
    cloud_init: bool | None
    excluded: frozenset[str]


class Orders(NamedTuple):
    """`save` is the format in which disk 0 is sent back, "" for not at all."""

    instance: str
    image: Image | None
    source: Source | None
    save: str
    customise: bool
    config_drive: bool
    guest_os: GuestOs
    metadata: Mapping[str, Any]
    network_data: Mapping[str, Any]
    vendor_data: Mapping[str, Any]


def read_orders(said: Any) -> Orders:
    """Raises BuildFailed for what makes no sense."""
    try:
        return _orders(said)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BuildFailed(NONSENSE) from error


def _orders(said: Mapping[str, Any]) -> Orders:
    save = said.get("save") or {}
    return Orders(
        str(said["instance"]),
        _image(said["image"]) if said.get("image") else None,
        _source(said["copy"]) if said.get("copy") else None,
        str(save["disk_format"]) if save else "",
        bool(said.get("customise")),
        bool(said.get("config_drive")),
        _guest_os(said.get("guest_os") or {}),
        dict(said.get("metadata") or {}),
        dict(said.get("network_data") or {}),
        dict(said.get("vendor_data") or {}),
    )


def _image(said: Mapping[str, Any]) -> Image:
    image = Image(
        str(said["disk_format"]),
        int(said["size"]),
        str(said["sha512"]),
        int(said["virtual_size"] or said["size"]),
    )
    if not SHA512.fullmatch(image.sha512) or image.size < 0 or image.virtual_size < 0:
        raise ValueError
    return image


def _source(said: Mapping[str, Any]) -> Source:
    return Source(str(said["instance"]), str(said["path"]), bool(said.get("runs")))


def _guest_os(said: Mapping[str, Any]) -> GuestOs:
    partition = said.get("root_partition") or None
    flag = str(said.get("cloud_init") or "").lower()
    return GuestOs(
        str(said.get("family") or said.get("os_family") or ""),
        _words(said.get("users")),
        int(partition) if partition is not None else None,
        {"true": True, "yes": True, "false": False, "no": False}.get(flag),
        frozenset(_words(said.get("excluded_tasks"))),
    )


def _words(said: Any) -> tuple[str, ...]:
    """From a list, or from text with spaces or commas between."""
    if isinstance(said, str):
        return tuple(said.replace(",", " ").split())
    return tuple(map(str, said or ()))
