"""Which machines images may want: each word of each property has its outcome."""

import pytest

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.hardware import OFFERS, Hardware, hardware_of
from cyclades.domain.model.image_properties import BUSES, NIC_MODELS, guest_os, refuse_nonsense

SCSI = ("virtio-scsi", "buslogic", "lsilogic", "lsisas1068", "lsisas1078", "vmpvscsi", "ibmvscsi")
VIDEO = ("vga", "cirrus", "vmvga", "xen", "qxl", "virtio", "gop", "none", "bochs")
WORDS = {
    "hw_disk_bus": BUSES,
    "hw_vif_model": NIC_MODELS,
    "hw_scsi_model": SCSI,
    "hw_cdrom_bus": BUSES,
    "hw_video_model": VIDEO,
    "hw_firmware_type": ("bios", "uefi"),
    "hw_machine_type": (
        *("pc", "pc-i440fx-7.2", "pc-i440fx-rhel7.6.0", "q35", "pc-q35-7.2", "virt", "pc-i440fx-"),
        *("pc-i440fx-.+", "pc-i440fx-7 (x)", "s390-ccw-virtio", "isapc"),
    ),
}
HEEDED = {
    "hw_disk_bus": {"virtio", "scsi", "ide"},
    "hw_vif_model": {
        *("virtio", "e1000", "ne2k_pci", "pcnet", "rtl8139", "VirtualE1000", "VirtualPCNet32"),
    },
    "hw_scsi_model": {"virtio-scsi", "lsilogic", "lsisas1078"},
    "hw_cdrom_bus": {"virtio", "ide"},
    "hw_video_model": {"vga", "cirrus", "vmvga", "qxl", "virtio", "none"},
    "hw_firmware_type": {"bios"},
    "hw_machine_type": {"pc", "pc-i440fx-7.2", "pc-i440fx-rhel7.6.0"},
}
HARMLESS = {"hw_cdrom_bus", "hw_video_model"}


def wished(name: str, word: str) -> Hardware:
    refuse_nonsense({}, name, word)
    more = {"hw_disk_bus": "scsi"} if name == "hw_scsi_model" else {}
    return hardware_of(guest_os({name: word, **more}), "server.imageRef")


def test_nothing_said_is_nothing_wanted() -> None:
    assert hardware_of(guest_os({"os_type": "linux"})) == Hardware()
    assert {offer.name for offer in OFFERS.values()} == WORDS.keys() == HEEDED.keys()


@pytest.mark.parametrize(("name", "word"), [(name, w) for name in WORDS for w in WORDS[name]])
def test_a_word_is_heeded_left_to_the_cluster_or_refused(name: str, word: str) -> None:
    fact = next(fact for fact, offer in OFFERS.items() if offer.name == name)
    if word not in HEEDED[name] and name not in HARMLESS:
        with pytest.raises(InvalidInput, match=f"wants {name}=") as caught:
            wished(name, word)
        assert caught.value.field == "server.imageRef"
        return
    heeded = word if word in HEEDED[name] else ""
    assert getattr(wished(name, word), fact, heeded) == heeded


def test_a_controller_of_no_disk_is_no_matter() -> None:
    assert hardware_of(guest_os({"hw_scsi_model": "buslogic"})) == Hardware()
    both = {"hw_scsi_model": "lsilogic", "hw_disk_bus": "virtio"}
    assert hardware_of(guest_os(both)) == Hardware(disk_bus="virtio")


def test_a_guest_with_an_agent_is_heard() -> None:
    assert hardware_of(guest_os({"hw_qemu_guest_agent": "yes"})) == Hardware(guest_agent=True)
