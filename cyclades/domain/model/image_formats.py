"""Formats of images' bytes: what is declared is inspected, never guessed."""

from collections.abc import Mapping
from types import MappingProxyType

from cyclades.domain.model.errors import InvalidInput, TooLarge

RAW = "raw"
# What converting to raw understands: our names of formats, and qemu-img's.
CONVERTIBLE: Mapping[str, str] = MappingProxyType(
    {"qcow2": "qcow2", "vmdk": "vmdk", "vhd": "vpc", "vhdx": "vhdx", "vdi": "vdi"}
)

# Kernels and their memory disks, and containers: no node makes a disk from them.
NO_DISKS = frozenset({"aki", "ari", "ploop"})


class WrongFormat(InvalidInput):
    """The bytes are not what the image's disk_format promises, or must not be used."""


def fitting(virtual_size: int, limit: int) -> int:
    """The size of the disk inside, in bytes. Raises TooLarge."""
    if virtual_size > limit:
        raise TooLarge(
            f"The disk inside the image has {virtual_size} bytes, at most {limit} are accepted."
        )
    return virtual_size
