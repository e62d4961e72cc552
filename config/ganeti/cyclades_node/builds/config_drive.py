"""A small disk that tells a guest about itself, as Nova makes one; made without a mount.

Source: Nova's user documentation, "Config drives" and "Metadata".
"""

from __future__ import annotations

import json
from typing import Any

from cyclades_node.builds.disk import Disk
from cyclades_node.builds.guest import Guest
from cyclades_node.builds.orders import Orders
from cyclades_node.builds.tools import ToolFailed, run
from cyclades_node.builds.trouble import BuildFailed

LABEL = "config-2"
VERSIONS = ("latest", "2018-08-27")
CONTENT = "openstack/content"


def make_config_drive(disk: Disk, orders: Orders, guest: Guest, *, untold: bool) -> None:
    """`untold`: password and files are not in the guest, so they are told here.

    Raises BuildFailed.
    """
    files = drive_files(orders, guest, untold=untold)
    folders = sorted({above for path in files for above in _above(path)})
    disk.clear()
    try:
        run("mkfs.vfat", "-I", "-n", LABEL, disk.path, writes=[disk.path])
        run("mmd", "-i", disk.path, *(f"::{folder}" for folder in folders), writes=[disk.path])
        for path, contents in files.items():
            run("mcopy", "-i", disk.path, "-", f"::{path}", fed=contents, writes=[disk.path])
    except ToolFailed as error:
        print(error)
        raise BuildFailed("The server's config drive could not be made.") from error


def drive_files(orders: Orders, guest: Guest, *, untold: bool) -> dict[str, bytes]:
    """Contents by path."""
    about = dict(orders.metadata)
    if untold and guest.admin_password:
        about["admin_pass"] = guest.admin_password
    contents: dict[str, bytes] = {}
    for number, (path, inside) in enumerate(guest.files if untold else ()):
        contents[f"{CONTENT}/{number:04}"] = inside
        told = {"content_path": f"/content/{number:04}", "path": path}
        about.setdefault("files", []).append(told)
    files = {
        "meta_data.json": _json(about),
        "network_data.json": _json(orders.network_data),
        "vendor_data.json": _json(orders.vendor_data),
    }
    if guest.user_data:
        files["user_data"] = guest.user_data
    for version in VERSIONS:
        contents |= {f"openstack/{version}/{name}": said for name, said in files.items()}
    contents["ec2/latest/meta-data.json"] = _json(_for_ec2(orders))
    if guest.user_data:
        contents["ec2/latest/user-data"] = guest.user_data
    return contents


def _for_ec2(orders: Orders) -> dict[str, Any]:
    about = orders.metadata
    hostname = about.get("hostname", orders.instance)
    keys = dict(enumerate((about.get("public_keys") or {}).values()))
    return {
        "instance-id": about.get("uuid", orders.instance),
        "hostname": hostname,
        "local-hostname": hostname,
        "public-keys": {str(number): {"openssh-key": key} for number, key in keys.items()},
    }


def _above(path: str) -> list[str]:
    """The folders on the way, the upper ones first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: index + 1]) for index in range(len(parts))]


def _json(said: Any) -> bytes:
    return json.dumps(said).encode()
