"""What an image's properties say of the guest inside it, and of the machine that it wants.

Two vocabularies are known. Cyclades' own, which snf-image reads: OSFAMILY, USERS,
EXCLUDE_TASK_AddSwap, in any case. OpenStack's, which many clients write: os_type, hw_disk_bus,
as it stands. Where both say the same thing Cyclades' own word counts, because it was written
for whoever customises the disk. Every other property is the owner's business.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.guest_tasks import EXCLUSIONS

SHOWN = 40  # characters of what is refused


class Family(StrEnum):
    """Which way a guest is customised; windows-legacy is what came before Vista."""

    LINUX = "linux"
    WINDOWS = "windows"
    WINDOWS_LEGACY = "windows-legacy"
    FREEBSD = "freebsd"
    NETBSD = "netbsd"
    OPENBSD = "openbsd"

    @property
    def windows(self) -> bool:
        """One of Microsoft's."""
        return self in {Family.WINDOWS, Family.WINDOWS_LEGACY}


@dataclass(frozen=True, slots=True)
class GuestOs:
    """Facts about the guest; None, "" and () where the image does not tell.

    `users` get the password and the keys. `root_partition` counts from 1. `swap` is
    "partition:MiB" or a disk's letter. `excluded_tasks` are names of `guest_tasks.TASKS`.
    `cloud_init`: whether it configures itself. The rest is the machine's.
    """

    family: Family | None = None
    distro: str = ""
    version: str = ""
    users: tuple[str, ...] = ()
    root_partition: int | None = None
    swap: str = ""
    password_hash: str = ""
    excluded_tasks: frozenset[str] = frozenset()
    cloud_init: bool | None = None
    config_drive: bool = False
    architecture: str = ""
    firmware: str = ""
    machine_type: str = ""
    disk_bus: str = ""
    scsi_model: str = ""
    cdrom_bus: str = ""
    nic_model: str = ""
    video_model: str = ""
    guest_agent: bool = False

    @property
    def accounts(self) -> tuple[str, ...]:
        """The users, or the one that every guest of the family has."""
        default = "Administrator" if self.family and self.family.windows else "root"
        return self.users or (default,)


@dataclass(frozen=True, slots=True)
class Known:
    """What a property means: the fact it tells ("" for none of ours), and its values.

    `read` raises ValueError for what is not `expected`.
    """

    fact: str
    expected: str
    read: Callable[[str], Any]


def _choice(fact: str, *values: str, aliases: Mapping[str, str] | None = None) -> Known:
    table = {value.lower(): value for value in values} | dict(aliases or {})
    return Known(fact, "one of " + ", ".join(values), lambda raw: _found(table, raw.lower()))


def _pattern(fact: str, expected: str, pattern: str) -> Known:
    compiled = re.compile(pattern, re.ASCII)
    return Known(fact, expected, lambda raw: _matching(compiled, raw))


def _number(fact: str, least: int, most: int) -> Known:
    return Known(fact, f"a number from {least} to {most}", lambda raw: _between(raw, least, most))


def _flag(fact: str) -> Known:
    return Known(fact, "yes or no", lambda raw: _found(FLAGS, raw.lower()))


def _found(table: Mapping[str, Any], key: str) -> Any:
    if key not in table:
        raise ValueError(key)
    return table[key]


def _matching(pattern: re.Pattern[str], raw: str) -> str:
    if not pattern.fullmatch(raw):
        raise ValueError(raw)
    return raw


def _between(raw: str, least: int, most: int) -> int:
    # int() would take more than decimal digits, and as many of them as there are.
    if not (raw.isascii() and raw.isdigit() and len(raw) <= len(str(most))):
        raise ValueError(raw)
    if not least <= int(raw) <= most:
        raise ValueError(raw)
    return int(raw)


def _users(raw: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(raw.split()))
    if not 0 < len(names) <= MOST_USERS or not all(USER.fullmatch(name) for name in names):
        raise ValueError(raw)
    return names


FLAGS: Mapping[str, bool] = MappingProxyType(
    {
        **dict.fromkeys(("yes", "true", "on", "1"), True),
        **dict.fromkeys(("no", "false", "off", "0"), False),
    }
)
DRIVES: Mapping[str, bool] = MappingProxyType({"mandatory": True, "optional": False})
MOST_USERS = 16
USER = re.compile(r"[a-z_][a-z0-9_.-]{0,31}", re.ASCII | re.IGNORECASE)
USERS = Known("users", f"1 to {MOST_USERS} account names with spaces between", _users)
ONE_WORD = r"[A-Za-z0-9][A-Za-z0-9 ._+:/()-]{0,254}"
PLAIN_TEXT = "text of letters, digits and ._+:/()-"
BUSES = ("virtio", "scsi", "ide", "sata", "usb", "nvme", "fdc", "xen", "lxc", "uml")
NIC_MODELS = (
    *("virtio", "e1000", "e1000e", "igb", "ne2k_pci", "pcnet", "rtl8139", "vmxnet", "vmxnet3"),
    *("netfront", "lan9118", "spapr-vlan", "sriov", "VirtualE1000", "VirtualE1000e"),
    *("VirtualPCNet32", "VirtualSriovEthernetCard", "VirtualVmxnet", "VirtualVmxnet3"),
)
ARCHITECTURES = (
    *("x86_64", "i686", "aarch64", "armv7l", "ppc", "ppc64", "ppc64le", "riscv64", "s390x"),
    *("mips", "mipsel", "mips64", "mips64el", "sparc", "sparc64", "loongarch64"),
)
OTHER_ARCHITECTURES = {
    **dict.fromkeys(("amd64", "x64"), "x86_64"),
    **dict.fromkeys(("x86", "i386", "i486", "i586"), "i686"),
    "arm64": "aarch64",
}

# Cyclades' own, known in any case: their names here are in capitals.
OWN: Mapping[str, Known] = MappingProxyType(
    {
        "OSFAMILY": _choice("family", *Family),
        "OS": _pattern("distro", PLAIN_TEXT, ONE_WORD),
        "USERS": USERS,
        "ROOT_PARTITION": _number("root_partition", 1, 128),
        "SWAP": _pattern(
            "swap", "PARTITION:MiB or a disk's letter", r"[0-9]{1,3}:[0-9]{1,7}|[a-z]"
        ),
        "PASSWD_HASHING_METHOD": _choice(
            "password_hash", "sha512", "sha256", "blowfish", "sha1", "md5"
        ),
        "CLOUD_INIT": _flag("cloud_init"),
        # snf-image's alone.
        **{
            name: _flag("")
            for name in (
                *("DO_SYNC", "IGNORE_UNATTEND", "OFFLINE_NTFSRESIZE", "NM_NETWORKING"),
                *("OFFLINE_NTFSRESIZE_NOCHECK", "ALLOW_MOUNTED_TASK_OVERWRITING"),
            )
        },
        **{name.upper(): _flag("") for name in EXCLUSIONS},
    }
)
OPENSTACK: Mapping[str, Known] = MappingProxyType(
    {
        "os_type": _choice("family", *Family),
        "os_distro": _pattern("distro", PLAIN_TEXT, ONE_WORD),
        "os_version": _pattern("version", PLAIN_TEXT, ONE_WORD),
        "os_admin_user": Known("users", "one account name", lambda raw: (_matching(USER, raw),)),
        "os_require_quiesce": _flag(""),
        "architecture": _choice("architecture", *ARCHITECTURES, aliases=OTHER_ARCHITECTURES),
        "img_config_drive": Known(
            "config_drive", "mandatory or optional", lambda raw: _found(DRIVES, raw.lower())
        ),
        "hw_firmware_type": _choice("firmware", "bios", "uefi"),
        "hw_machine_type": _pattern("machine_type", PLAIN_TEXT, ONE_WORD),
        "hw_disk_bus": _choice("disk_bus", *BUSES),
        "hw_scsi_model": _choice(
            "scsi_model",
            *("virtio-scsi", "buslogic", "lsilogic", "lsisas1068", "lsisas1078", "vmpvscsi"),
            "ibmvscsi",
        ),
        "hw_cdrom_bus": _choice("cdrom_bus", *BUSES),
        "hw_rescue_bus": _choice("", *BUSES),
        "hw_rescue_device": _choice("", "disk", "cdrom", "floppy"),
        "hw_vif_model": _choice("nic_model", *NIC_MODELS),
        "hw_video_model": _choice(
            "video_model",
            *("vga", "cirrus", "vmvga", "xen", "qxl", "virtio", "gop", "none", "bochs"),
        ),
        "hw_qemu_guest_agent": _flag("guest_agent"),
        "hw_boot_menu": _flag(""),
        "hw_vif_multiqueue_enabled": _flag(""),
        "hw_cpu_sockets": _number("", 1, 512),
        "hw_cpu_cores": _number("", 1, 512),
        "hw_cpu_threads": _number("", 1, 512),
        "hw_video_ram": _number("", 0, 4096),
    }
)
# Those whose word on a distribution is enough to know its family.
FAMILY_OF_DISTRO: Mapping[str, Family] = MappingProxyType(
    {
        **{family.value: family for family in Family},
        **dict.fromkeys(
            (
                *("almalinux", "alpine", "arch", "centos", "debian", "fedora", "gentoo"),
                *("opensuse", "oraclelinux", "rhel", "rocky", "sled", "sles", "suse", "ubuntu"),
            ),
            Family.LINUX,
        ),
    }
)
# What would have to run as somebody else: refused, with what to do instead.
REFUSED: Mapping[str, str] = MappingProxyType(
    {"CUSTOM_TASK": "An image's own scripts are not run: give the server user_data."}
)


def known(name: str) -> Known | None:
    """What a property of this name means, if anything is known of it."""
    return OPENSTACK.get(name) or OWN.get(name.upper())


def refuse_nonsense(properties: Mapping[str, str], name: str, value: str) -> None:
    """Look at a property before an image that has `properties` gets it. Raises InvalidInput."""
    upper = name.upper()
    if upper in REFUSED:
        raise InvalidInput(f"Property {name}: {REFUSED[upper]}", name)
    if upper.startswith("EXCLUDE_") and upper not in OWN:
        raise InvalidInput(f"Property {name[:80]} excludes no known task.", name)
    meaning = known(name)
    if meaning is None:
        return
    twins = [each for each in properties if each != name and each.upper() == upper]
    if upper in OWN and twins:
        raise InvalidInput(f"Property {name} is there already, as {twins[0]}.", name)
    try:
        meaning.read(value)
    except ValueError as error:
        raise InvalidInput(
            f"Property {name} must be {meaning.expected}, not {value[:SHOWN]!r}.", name
        ) from error


def guest_os(properties: Mapping[str, str]) -> GuestOs:
    """What the properties say. What cannot be read counts as not said: it was not refused."""
    facts: dict[str, Any] = {}
    capitals = {name.upper(): value for name, value in properties.items()}
    for table, said in ((OPENSTACK, properties), (OWN, capitals)):
        for name in table.keys() & said.keys():
            meaning = table[name]
            if meaning.fact:
                facts |= _read(meaning, said[name])
    excluded = [
        tasks
        for name, tasks in EXCLUSIONS.items()
        if FLAGS.get(capitals.get(name.upper(), "").lower())
    ]
    facts["excluded_tasks"] = frozenset().union(*excluded)
    if "family" not in facts:
        facts["family"] = FAMILY_OF_DISTRO.get(facts.get("distro", "").lower())
    return GuestOs(**facts)


def _read(meaning: Known, raw: str) -> dict[str, Any]:
    try:
        return {meaning.fact: meaning.read(raw)}
    except ValueError:
        return {}
