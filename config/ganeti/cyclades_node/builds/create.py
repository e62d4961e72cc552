"""`create`: what Ganeti runs to make an instance's disks, or to make them anew."""

from __future__ import annotations

import os
import signal
import sys
import traceback

from cyclades_node.builds.config_drive import make_config_drive
from cyclades_node.builds.copying import copy
from cyclades_node.builds.customising import customise
from cyclades_node.builds.desk import Desk
from cyclades_node.builds.disk import Disk, open_disk
from cyclades_node.builds.filling import fill
from cyclades_node.builds.guest import Guest, read_guest
from cyclades_node.builds.instance import Instance, take_instance
from cyclades_node.builds.orders import Orders
from cyclades_node.builds.saving import save
from cyclades_node.builds.telling import Telling
from cyclades_node.builds.tools import ToolFailed
from cyclades_node.builds.trouble import BuildFailed
from cyclades_node.conf import BadConf, Conf, read_conf

OURS = "The node that built the server could not do it."
SAYS = "cyclades-image: "  # what follows on that line is fit for users
FOLDERS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")


def main() -> int:
    """0 when the disks are as ordered; 1 with a last line that says why not."""
    # As an exception, so that everything is put away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.environ["PATH"] = os.pathsep.join(FOLDERS)
    os.umask(0o077)
    # One log has both: in their order, and the last line last.
    sys.stdout = sys.stderr
    telling: Telling | None = None
    try:
        instance = take_instance(os.environ)
        telling = Telling(instance.name)
        build(instance, read_conf(), telling)
    except BuildFailed as error:
        return _failed(str(error), telling)
    except (BadConf, ToolFailed, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return _failed(OURS, telling)
    except Exception:  # noqa: BLE001  whatever it is, the user gets a sentence
        traceback.print_exc()
        return _failed(OURS, telling)
    finally:
        if telling:
            telling.close()
    return 0


def _failed(sentence: str, telling: Telling | None) -> int:
    if telling:
        telling.fail(sentence)
    print(f"{SAYS}{sentence}", file=sys.stderr, flush=True)
    return 1


def build(instance: Instance, conf: Conf, telling: Telling) -> None:
    """Raises BuildFailed, BadConf, ToolFailed, OSError."""
    if not instance.ticket:
        raise BuildFailed("Nobody has ordered this build: servers are built through the cloud.")
    guest = read_guest(instance.guest, instance.files)
    desk = Desk(conf, instance.ticket)
    orders = desk.orders()
    if orders.instance != instance.name:
        raise BuildFailed("The orders are for another build.")
    if orders.source and not instance.kvm:
        # Only QEMU's sockets tell whether a guest runs here.
        orders = orders._replace(source=orders.source._replace(runs=False))
    if not instance.disks:
        return
    with open_disk(instance.disks[0]) as disk:
        edited = _make(disk, orders, guest, desk, conf, telling)
        if orders.config_drive:
            _tell_on_drive(instance, orders, guest, edited=edited)
        if orders.save:
            save(disk, orders.save, desk, conf.builds, telling)
    telling.say("The disk is ready.")


def _make(
    disk: Disk, orders: Orders, guest: Guest, desk: Desk, conf: Conf, telling: Telling
) -> bool:
    """Whether the guest's file system has what the guest is to have."""
    if orders.image:
        fill(disk, orders.image, desk, conf.builds, telling)
    elif orders.source:
        copy(disk, orders.source, telling)
    return orders.customise and customise(disk, orders, guest, telling)


def _tell_on_drive(instance: Instance, orders: Orders, guest: Guest, *, edited: bool) -> None:
    # Alone where volumes come later; never where something else lies.
    if len(instance.disks) == 1 and (orders.image or orders.source):
        raise BuildFailed("The server has no disk for its config drive.")
    with open_disk(instance.disks[-1]) as drive:
        make_config_drive(drive, orders, guest, untold=not edited)
