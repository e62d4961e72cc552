"""What Ganeti says of the instance. Source: man ganeti-os-interface, API 20."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import NamedTuple

from cyclades_node.builds.trouble import BuildFailed

PARAMETER = re.compile(r"[\w.:+-]{0,256}", re.ASCII)
TICKET = re.compile(r"[\w.~-]{16,512}", re.ASCII)
PUBLIC = ("OSP_IMG_ID", "OSP_IMG_FORMAT")
SECRET = ("OSP_TICKET", "OSP_GUEST", "OSP_FILES")


class Instance(NamedTuple):
    """`disks` are paths on this node, in the instance's order; `ticket`: "" for none.

    `guest` and `files` are JSON that nobody has looked at yet. `kvm`: so the cluster runs guests.
    """

    name: str
    kvm: bool
    disks: tuple[str, ...]
    ticket: str
    guest: str
    files: str


def take_instance(environment: MutableMapping[str, str]) -> Instance:
    """Read the environment, and take the secrets out of it: no child is to inherit them.

    Raises BuildFailed.
    """
    ticket, guest, files = (environment.pop(name, "") for name in SECRET)
    name = environment.get("INSTANCE_NAME", "")
    count = environment.get("DISK_COUNT", "0")
    if not name or not count.isdigit():
        raise BuildFailed("Ganeti has not said which instance this is.")
    disks = tuple(environment.get(f"DISK_{index}_PATH", "") for index in range(int(count)))
    if not all(disks):
        raise BuildFailed("The disks of this cluster are not to be seen on its nodes.")
    # A question mark would begin options in the names that e2fsprogs take.
    if any("?" in disk or not disk.startswith("/") for disk in disks):
        raise BuildFailed("The cluster gives its disks names that cannot be used.")
    return Instance(name, environment.get("HYPERVISOR") == "kvm", disks, ticket, guest, files)


def wrong_parameters(environment: Mapping[str, str]) -> list[str]:
    """What is wrong with the parameters, if anything; says nothing of what is in them."""
    wrong = [name for name in PUBLIC if not PARAMETER.fullmatch(environment.get(name, ""))]
    ticket = environment.get("OSP_TICKET", "")
    if ticket and not TICKET.fullmatch(ticket):
        wrong.append("OSP_TICKET")
    return [f"{name[4:].lower()} has an unusable value" for name in wrong]
