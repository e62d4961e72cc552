"""From an image's copy to somebody's server: room, a name, keys, a password, files.

Nothing on the disk is ever mounted: a file system that a tenant made is a program for the kernel
that reads it. What we cannot edit without, cloud-init does inside the guest.
"""

from __future__ import annotations

import re

from cyclades_node.builds.disk import Disk
from cyclades_node.builds.edits import TASKS, Edit
from cyclades_node.builds.ext import Ext
from cyclades_node.builds.growth import KEEPS_SIZE, enlarge, mend
from cyclades_node.builds.guest import Guest
from cyclades_node.builds.networks import Networks, read_networks
from cyclades_node.builds.orders import Orders
from cyclades_node.builds.partitions import Partition, ext_partitions
from cyclades_node.builds.telling import Telling
from cyclades_node.builds.trouble import BuildFailed

MARKS = ("/usr/bin/cloud-init", "/etc/cloud/cloud.cfg")
HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
UNTOUCHED = frozenset({"MountImage"})  # without it nothing inside can be changed


def customise(disk: Disk, orders: Orders, guest: Guest, telling: Telling) -> bool:
    """Whether we could write into the guest's file system. Raises BuildFailed, OSError."""
    partition = _root(disk, orders.guest_os.root_partition)
    if partition is None:
        _leave(orders, guest, telling)
        return False
    closed = bool(UNTOUCHED & orders.guest_os.excluded)
    if closed and KEEPS_SIZE in orders.guest_os.excluded:
        return False
    telling.say("Preparing the disk for the server.")
    mend(disk, partition)
    enlarge(disk, partition, orders.guest_os, telling)
    disk.stretch()
    if not closed:
        _edit(disk, partition, orders, guest, telling)
    return not closed


def _root(disk: Disk, wanted: int | None) -> Partition | None:
    """The partition that has a root's folders: one for the boot loader may be ext, too."""
    for each in ext_partitions(disk.path, wanted):
        try:
            if Ext(disk.path, each.start).exists("/etc"):
                return each
        except BuildFailed:
            return each  # damaged, or to be mended first
    return None


def _leave(orders: Orders, guest: Guest, telling: Telling) -> None:
    """To the guest itself. Raises BuildFailed when it cannot have what was asked for."""
    undone = guest.wants_anything if orders.guest_os.cloud_init is False else bool(guest.files)
    if undone and not (orders.config_drive and orders.guest_os.cloud_init is not False):
        raise BuildFailed(
            "The image's root file system is not ext2, ext3 or ext4: keys, a password or files "
            "cannot be put into it. Use a config drive with an image that has cloud-init, or "
            "create the server without them."
        )
    telling.say("The image's file system cannot be changed from outside: it configures itself.")


def _edit(disk: Disk, partition: Partition, orders: Orders, guest: Guest, telling: Telling) -> None:
    system, excluded = Ext(disk.path, partition.start), orders.guest_os.excluded
    cloud_init = orders.guest_os.cloud_init
    if cloud_init is None:
        cloud_init = any(system.exists(mark) for mark in MARKS)
    edit = Edit(
        system,
        guest,
        hostname(guest, orders),
        orders.guest_os.users or ("root",),
        networks(orders),
        str(orders.metadata.get("uuid") or orders.instance),
        dict(orders.vendor_data),
        cloud_init,
        excluded,
        telling,
    )
    for task in TASKS:
        if task.name in excluded or (task.direct and cloud_init):
            continue
        if cloud_init or not task.seeded:
            task.do(edit)


def hostname(guest: Guest, orders: Orders) -> str:
    """What the user wants it to be, if it can be one."""
    wanted = (guest.hostname, str(orders.metadata.get("hostname") or ""), orders.instance)
    return next((name for name in wanted if HOSTNAME.fullmatch(name)), "server")


def networks(orders: Orders) -> Networks:
    """Raises BuildFailed."""
    try:
        return read_networks(orders.network_data)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BuildFailed("The server's networks cannot be described to the guest.") from error
