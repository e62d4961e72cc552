"""A guest's machine as parameters of Ganeti's kvm hypervisor: one table."""

from collections.abc import Mapping
from typing import Final

from cyclades.domain.model.hardware import Hardware

KVM: Final = "kvm"
# For each fact the parameter, and its value for each word. Not Ganeti's disk type "scsi", which
# QEMU has given up: "scsi-hd" is what it means, and the only one of the two that can be hotplugged.
PARAMETERS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "disk_bus": ("disk_type", {"virtio": "paravirtual", "scsi": "scsi-hd", "ide": "ide"}),
    "scsi_model": (
        "scsi_controller_type",
        {"virtio-scsi": "virtio-scsi-pci", "lsilogic": "lsi", "lsisas1078": "megasas"},
    ),
    "cdrom_bus": ("cdrom_disk_type", {"virtio": "paravirtual", "ide": "ide"}),
    "nic_model": (
        "nic_type",
        {
            "virtio": "paravirtual",
            "e1000": "e1000",
            "VirtualE1000": "e1000",
            "ne2k_pci": "ne2k_pci",
            "pcnet": "pcnet",
            "VirtualPCNet32": "pcnet",
            "rtl8139": "rtl8139",
        },
    ),
    "video_model": (
        "vga",
        {
            "vga": "std",
            "cirrus": "cirrus",
            "vmvga": "vmware",
            "qxl": "qxl",
            "virtio": "virtio",
            "none": "none",
        },
    ),
}


def kvm_parameters(hardware: Hardware) -> dict[str, str | bool]:
    """`hvparams`; what is as the cluster has it is left out. Words of no table say nothing."""
    found: dict[str, str | bool] = {
        parameter: words[getattr(hardware, fact)]
        for fact, (parameter, words) in PARAMETERS.items()
        if getattr(hardware, fact) in words
    }
    if hardware.machine_type:
        found["machine_version"] = hardware.machine_type
    if hardware.guest_agent:
        found["use_guest_agent"] = True
    return found
