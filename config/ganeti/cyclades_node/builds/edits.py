"""What is written into a guest's root file system, task by task.

The names of the tasks are those by which images opt out of them (`guest_os.excluded`).
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any, Callable, NamedTuple

from cyclades_node.builds.accounts import (
    Account,
    accounts,
    add_keys,
    hash_of,
    replace,
    set_password,
)
from cyclades_node.builds.ext import Ext
from cyclades_node.builds.guest import Guest
from cyclades_node.builds.networks import (
    Networks,
    for_cloud_init,
    for_ifupdown,
    for_networkd,
    names_for_udev,
)
from cyclades_node.builds.telling import Telling

SEED = "/var/lib/cloud/seed/nocloud"
UNITS = "/etc/systemd/system"
WANTED = f"{UNITS}/multi-user.target.wants"
NETWORKD = "/etc/systemd/network"
NO_CONFIG = b"#cloud-config\n{}\n"
PASSWORDS = "ChangePassword"
HOST_KEY = re.compile(r"ssh_host_\w+_key(\.pub)?")
MACHINE_ID = re.compile(rb"[0-9a-f]{32}\n?")
HOST_LINE = re.compile(r"^127\.0\.1\.1\s.*\n?", re.MULTILINE)
KEYS_UNIT = """\
[Unit]
Description=Make the host keys of ssh that the image does not have
Before=ssh.service sshd.service ssh.socket
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target
"""


class Edit(NamedTuple):
    """All that a task needs; `cloud_init`: the guest configures itself from a seed."""

    system: Ext
    guest: Guest
    hostname: str
    names: tuple[str, ...]
    networks: Networks
    instance_id: str
    vendor_data: dict[str, Any]
    cloud_init: bool
    excluded: frozenset[str]
    telling: Telling

    @property
    def users(self) -> list[Account]:
        """Those that get the password and the keys."""
        return accounts(self.system, self.names)


def seed(edit: Edit) -> None:
    """What cloud-init's NoCloud reads. Source: its documentation of that, and of chpasswd."""
    about: dict[str, Any] = {"instance-id": edit.instance_id, "local-hostname": edit.hostname}
    if edit.guest.public_keys:
        about["public-keys"] = list(edit.guest.public_keys)
    vendor = edit.vendor_data.get("cloud-init")
    files = {
        "meta-data": _json(about),
        "user-data": edit.guest.user_data or NO_CONFIG,
        "vendor-data": str(vendor).encode() if vendor else _passwords(edit),
    }
    if edit.networks.links:
        files["network-config"] = _json(for_cloud_init(edit.networks))
    for name, contents in files.items():
        edit.system.write(f"{SEED}/{name}", contents, 0o600)


def _passwords(edit: Edit) -> bytes:
    """Of the image's users whom cloud-init makes first: most cloud images have no other."""
    there = {user.name for user in edit.users}
    missing = [name for name in edit.names if name not in there]
    if not edit.guest.admin_password or not missing or PASSWORDS in edit.excluded:
        return NO_CONFIG
    hashed = hash_of(edit.guest.admin_password)
    users = [{"name": name, "password": hashed, "type": "hash"} for name in missing]
    return b"#cloud-config\n" + _json({"chpasswd": {"expire": False, "users": users}})


def name_host(edit: Edit) -> None:
    """/etc/hostname and the line of /etc/hosts that has no address of the network."""
    edit.system.write("/etc/hostname", f"{edit.hostname}\n".encode())
    hosts = (edit.system.read("/etc/hosts") or b"127.0.0.1\tlocalhost\n").decode(errors="replace")
    short = edit.hostname.split(".")[0]
    names = edit.hostname if short == edit.hostname else f"{edit.hostname} {short}"
    kept = HOST_LINE.sub("", hosts)
    ended = kept if kept.endswith("\n") else f"{kept}\n"
    replace(edit.system, "/etc/hosts", f"{ended}127.0.1.1\t{names}\n".encode(), 0o644)


def change_machine_id(edit: Edit) -> None:
    """Where the image brings one: two servers of it must not have the same."""
    if MACHINE_ID.fullmatch(edit.system.read("/etc/machine-id") or b""):
        edit.system.write("/etc/machine-id", f"{uuid.uuid4().hex}\n".encode(), 0o444)
        folder, name = "/var/lib/dbus", "machine-id"
        if name in edit.system.names(folder):
            edit.system.remove(folder, name)
            edit.system.link(f"{folder}/{name}", "/etc/machine-id")


def delete_host_keys(edit: Edit) -> None:
    """Where the guest makes new ones: of these, the image's owner has copies."""
    found = [name for name in edit.system.names("/etc/ssh") if HOST_KEY.fullmatch(name)]
    if not found:
        return
    if not edit.cloud_init:
        if not (edit.system.exists(UNITS) and edit.system.exists("/usr/bin/ssh-keygen")):
            edit.telling.say("The image's ssh host keys stay: it would not make new ones.")
            return
        edit.system.write(f"{UNITS}/cyclades-ssh-keys.service", KEYS_UNIT.encode())
        edit.system.link(f"{WANTED}/cyclades-ssh-keys.service", "../cyclades-ssh-keys.service")
    for name in found:
        edit.system.remove("/etc/ssh", name)


def change_password(edit: Edit) -> None:
    """Of the image's users, where they are there before the first start."""
    if edit.guest.admin_password and edit.users:
        set_password(edit.system, [user.name for user in edit.users], edit.guest.admin_password)


def put_keys(edit: Edit) -> None:
    """For the image's users."""
    for user in edit.users if edit.guest.public_keys else []:
        add_keys(edit.system, user, edit.guest.public_keys)


def put_files(edit: Edit) -> None:
    """The personality: for root alone to read."""
    for path, contents in edit.guest.files:
        edit.system.write(path, contents, 0o600)


def configure_network(edit: Edit) -> None:
    """In the way that the guest has."""
    system, links = edit.system, edit.networks.links
    if not links:
        return
    files: dict[str, str] = {}
    if system.is_link(f"{WANTED}/systemd-networkd.service"):
        files = {f"{NETWORKD}/{name}": said for name, said in for_networkd(edit.networks).items()}
    elif system.exists("/etc/network/interfaces.d"):
        files = {f"{NETWORKD}/{name}": said for name, said in names_for_udev(edit.networks).items()}
        files["/etc/network/interfaces.d/cyclades"] = for_ifupdown(edit.networks)
    else:
        edit.telling.say("The image keeps its own network configuration.")
    for path, said in files.items():
        system.write(path, said.encode())
    servers = edit.networks.servers
    if servers and not system.is_link("/etc/resolv.conf"):
        said = "".join(f"nameserver {server}\n" for server in servers)
        system.write("/etc/resolv.conf", said.encode())


def relabel(edit: Edit) -> None:
    """What we write has no labels of SELinux: the guest gives them at its first start."""
    if edit.system.exists("/etc/selinux/config"):
        edit.system.write("/.autorelabel", b"")


class Task(NamedTuple):
    """`direct`: only for guests that do not configure themselves; `seeded`: only for those."""

    name: str
    do: Callable[[Edit], None]
    direct: bool = False
    seeded: bool = False


TASKS = (
    Task("InitializeDatasource", seed, seeded=True),
    Task("AssignHostname", name_host, direct=True),
    Task("ChangeMachineId", change_machine_id),
    Task(PASSWORDS, change_password),
    Task("ConfigureNetwork", configure_network, direct=True),
    Task("DeleteSSHKeys", delete_host_keys),
    Task("EnforcePersonality", put_keys, direct=True),
    Task("EnforcePersonality", put_files),
    Task("SELinuxAutorelabel", relabel),
)


def _json(said: Any) -> bytes:
    # YAML's first line may be a comment; JSON is YAML.
    return json.dumps(said, indent=1).encode() + b"\n"
