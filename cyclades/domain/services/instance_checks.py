"""How an instance and its server may differ: one check a kind.

Each says what differs, and whether a report mends it.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from cyclades.domain.model.divergence import DivergenceKind
from cyclades.domain.model.port import ACTIVE, DOWN
from cyclades.domain.model.reports import InstanceReport
from cyclades.domain.model.server import tag_of
from cyclades.domain.model.server_states import AS_SEEN, VmState
from cyclades.ports.audit import AuditedServer

GIB = 1024  # MiB
# Disks of volumes, their seats, and drives that tell guests who they are.
OTHERS: Final = re.compile(r"(disk|seat)-[0-9a-f-]{36}$|config-([0-9a-f-]{36})?$")
Check = Callable[[AuditedServer, InstanceReport], tuple[str, bool] | None]


def power(server: AuditedServer, seen: InstanceReport) -> tuple[str, bool] | None:
    """Running or not."""
    if AS_SEEN[seen.power] == server.vm_state and seen.power == server.power:
        return None
    return f"is {seen.power}, the server is {server.vm_state} and {server.power}", True


def size(server: AuditedServer, seen: InstanceReport) -> tuple[str, bool] | None:
    """CPUs and memory."""
    if (seen.vcpus, seen.memory_mib) == (server.vcpus, server.ram):
        return None
    there = f"{seen.vcpus} CPUs and {seen.memory_mib} MiB"
    return f"has {there}, the server {server.vcpus} and {server.ram}", True


def nics(server: AuditedServer, seen: InstanceReport) -> tuple[str, bool] | None:
    """Interfaces by MAC address; a missing one shows in its port's status.

    Addresses are compared where the cluster keeps them.
    """
    there = {nic.mac.lower() for nic in seen.nics}
    wanted = port_states(server.vm_state, server.ports, there)
    lacks, extra = sorted(server.ports.keys() - there), sorted(there - server.ports.keys())
    wrong = sorted(mac for mac, status in wanted.items() if server.ports[mac] != status)
    moved = sorted(
        f"{nic.ip} at {nic.mac.lower()}"
        for nic in seen.nics
        if nic.ip
        and nic.mac.lower() in server.ports
        and nic.ip not in server.addresses.get(nic.mac.lower(), ())
    )
    words = (
        ("lacks", lacks),
        ("has besides", extra),
        ("has", moved),
        ("shows wrongly", wrong),
    )
    said = [f"{word} {', '.join(what)}" for word, what in words if what]
    return ("; ".join(said), bool(wrong or lacks)) if said else None


def disks(server: AuditedServer, seen: InstanceReport) -> tuple[str, bool] | None:
    """All its own disks together, in GiB; what is a volume's is looked at by itself."""
    own = [d for d in seen.disks if not OTHERS.search((d.name or "").removesuffix(server.id))]
    there = -(-sum(disk.size_mib for disk in own) // GIB)
    if there in {server.disk, max(server.disk, 1)} or (seen.disks and not own):
        return None
    return f"has {len(own)} disks of {there} GiB, the server {server.disk}", False


def tags(server: AuditedServer, seen: InstanceReport) -> tuple[str, bool] | None:
    """The tag that tells operators whose it is."""
    wanted = tag_of(server.id)
    if wanted in seen.tags:
        return None
    return f"lacks {wanted}", True


CHECKS: Final[Mapping[DivergenceKind, Check]] = {
    DivergenceKind.POWER: power,
    DivergenceKind.SIZE: size,
    DivergenceKind.NICS: nics,
    DivergenceKind.DISKS: disks,
    DivergenceKind.TAGS: tags,
}


def port_states(vm_state: str, macs: Collection[str], there: Collection[str]) -> Mapping[str, str]:
    """What a server's ports should show: traffic only through interfaces that are there."""
    runs = vm_state == VmState.ACTIVE
    return {mac: ACTIVE if runs and mac in there else DOWN for mac in macs}
