"""The machine that an image wants for its guest, as far as clusters can make it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.image_properties import GuestOs


@dataclass(frozen=True, slots=True)
class Hardware:
    """A guest's machine in OpenStack's words; "" and False: as the cluster has it."""

    disk_bus: str = ""
    scsi_model: str = ""
    cdrom_bus: str = ""
    nic_model: str = ""
    video_model: str = ""
    machine_type: str = ""
    guest_agent: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a property may say to be heeded, as a pattern and in words.

    `needed`: a guest that asks for something else may not run without it, and is refused.
    """

    name: str
    pattern: str
    expected: str
    needed: bool = True


def _one_of(name: str, *words: str, needed: bool = True) -> Offer:
    return Offer(name, "|".join(map(re.escape, words)), " or ".join(words), needed)


# By the fact that the property tells: see `GuestOs`.
OFFERS: Mapping[str, Offer] = MappingProxyType(
    {
        "disk_bus": _one_of("hw_disk_bus", "virtio", "scsi", "ide"),
        "scsi_model": _one_of("hw_scsi_model", "virtio-scsi", "lsilogic", "lsisas1078"),
        "nic_model": _one_of(
            "hw_vif_model",
            *("virtio", "e1000", "ne2k_pci", "pcnet", "rtl8139", "VirtualE1000", "VirtualPCNet32"),
        ),
        # Disks and interfaces are put where this family has its bus; q35 has none of that name.
        "machine_type": Offer(
            "hw_machine_type",
            r"pc(-i440fx-[a-z0-9]+([.-][a-z0-9]+)*)?",
            "pc or one of the pc-i440fx family",
        ),
        "firmware": _one_of("hw_firmware_type", "bios"),
        # A server has no CD-ROM of ours, and each guest can do with any screen.
        "cdrom_bus": _one_of("hw_cdrom_bus", "virtio", "ide", needed=False),
        "video_model": _one_of(
            "hw_video_model",
            *("vga", "cirrus", "vmvga", "qxl", "virtio", "none"),
            needed=False,
        ),
    }
)


def hardware_of(guest: GuestOs, field: str = "") -> Hardware:
    """The machine for this guest. Raises InvalidInput, about `field`, when there is none."""
    said = {item.name: getattr(guest, item.name) for item in fields(Hardware)}
    said["firmware"] = guest.firmware
    if guest.disk_bus != "scsi":
        del said["scsi_model"]  # there is nothing to be controlled
    for fact in OFFERS.keys() & said.keys():
        offer, word = OFFERS[fact], said[fact]
        if word and not re.fullmatch(offer.pattern, word):
            if offer.needed:
                raise InvalidInput(
                    f"The image wants {offer.name}={word}, which servers here do not have: "
                    f"it can be {offer.expected}.",
                    field,
                )
            del said[fact]
    said.pop("firmware")  # all have the only one
    return Hardware(**said)
