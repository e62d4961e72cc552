"""What properties say, in two vocabularies, and what is refused."""

from pathlib import Path

import pytest

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.guest_tasks import EXCLUSIONS, TASKS
from cyclades.domain.model.image_properties import (
    OPENSTACK,
    OWN,
    REFUSED,
    Family,
    GuestOs,
    guest_os,
    refuse_nonsense,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "images.md"


def test_no_properties_tell_nothing() -> None:
    assert guest_os({}) == GuestOs()
    assert guest_os({"anything": "else"}).accounts == ("root",)


def test_openstacks_words() -> None:
    found = guest_os(
        {
            "os_type": "Windows",
            "os_distro": "windows",
            "os_version": "2022",
            "hw_disk_bus": "scsi",
            "hw_scsi_model": "virtio-scsi",
            "hw_vif_model": "e1000",
            "hw_firmware_type": "uefi",
            "architecture": "amd64",
            "img_config_drive": "mandatory",
            "hw_qemu_guest_agent": "yes",
        }
    )
    assert found == GuestOs(
        family=Family.WINDOWS,
        distro="windows",
        version="2022",
        disk_bus="scsi",
        scsi_model="virtio-scsi",
        nic_model="e1000",
        firmware="uefi",
        architecture="x86_64",
        config_drive=True,
        guest_agent=True,
    )
    assert found.accounts == ("Administrator",)


def test_our_own_words_count_in_any_case() -> None:
    found = guest_os(
        {
            "OSFAMILY": "linux",
            "os_type": "windows",
            "users": "root  debian root",
            "os_admin_user": "me",
            "root_partition": "2",
            "Swap": "3:512",
            "cloud_init": "NO",
            "os_distro": "debian",
        }
    )
    assert found.family is Family.LINUX
    assert found.users == found.accounts == ("root", "debian")
    assert (found.root_partition, found.swap, found.cloud_init) == (2, "3:512", False)
    assert found.distro == "debian"


def test_a_distribution_tells_the_family() -> None:
    assert guest_os({"OS": "Debian"}).family is Family.LINUX
    assert guest_os({"os_distro": "freebsd"}).family is Family.FREEBSD
    assert guest_os({"os_distro": "own"}).family is None


def test_exclusions() -> None:
    assert guest_os({"exclude_all_tasks": "yes"}).excluded_tasks == set(TASKS)
    some = {"EXCLUDE_TASK_AddSwap": "1", "EXCLUDE_TASK_ChangePassword": "no"}
    assert guest_os(some).excluded_tasks == {"AddSwap"}
    resize = guest_os({"EXCLUDE_FilesystemResize_TASKS": "true"}).excluded_tasks
    assert resize == {task for task in TASKS if "Resize" in task}
    assert "ChangePassword" in guest_os({"EXCLUDE_MOUNTED_TASKS": "on"}).excluded_tasks


WRONG = [
    *(("OSFAMILY", "beos"), ("osfamily", ""), ("ROOT_PARTITION", "0"), ("ROOT_PARTITION", "x")),
    *(("ROOT_PARTITION", "129"), ("ROOT_PARTITION", "٣"), ("USERS", ""), ("USERS", "a;b")),
    *(("USERS", " ".join(f"u{n}" for n in range(17))), ("SWAP", "1"), ("SWAP", "ab")),
    *(("CLOUD_INIT", "perhaps"), ("PASSWD_HASHING_METHOD", "rot13"), ("CUSTOM_TASK", "eA==")),
    *(("EXCLUDE_TASK_Everything", "yes"), ("EXCLUDE_ALL_TASKS", "2"), ("OS", "a\nb")),
    *(("os_type", "beos"), ("hw_disk_bus", "floppy"), ("hw_vif_model", "carrier-pigeon")),
    *(("hw_cpu_cores", "0"), ("architecture", "z80"), ("img_config_drive", "yes")),
    *(("os_admin_user", "two users"), ("hw_machine_type", "q35;x")),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_nonsense_is_refused_and_tells_nothing(name: str, value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        refuse_nonsense({}, name, value)
    assert caught.value.field == name
    assert guest_os({name: value}) == GuestOs()


def test_one_property_has_one_spelling() -> None:
    refuse_nonsense({"OSFAMILY": "linux"}, "OSFAMILY", "windows")
    with pytest.raises(InvalidInput, match="is there already, as OSFAMILY"):
        refuse_nonsense({"OSFAMILY": "linux"}, "osfamily", "linux")
    refuse_nonsense({"KEY": "one"}, "key", "anything at all")


def test_the_document_has_them_all() -> None:
    text = DOCUMENT.read_text()
    generic = {name.upper() for name in EXCLUSIONS if name.startswith("EXCLUDE_TASK_")}
    names = (OWN.keys() | OPENSTACK.keys() | REFUSED.keys() | set(TASKS)) - generic
    assert [name for name in sorted(names) if name.lower() not in text.lower()] == []
