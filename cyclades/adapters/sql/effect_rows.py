"""Rows of effects as what the outbox speaks of."""

from typing import Any

import orjson
from sqlalchemy import Row

from cyclades.adapters.sql.commands import command_from, guest_from
from cyclades.domain.model.effects import Effect
from cyclades.domain.model.operation import Operation
from cyclades.ports.outbox import Claim, InFlight
from cyclades.ports.secrets import Secrets

OF_DISKS = frozenset(
    {
        Operation.ADD_DISK,
        Operation.ATTACH_DISK,
        Operation.DETACH_DISK,
        Operation.REMOVE_DISK,
        Operation.GROW_DISK,
    }
)
# What a row that is damaged, or was sealed with a key that is gone, raises.
UNREADABLE = (ValueError, KeyError, TypeError)


def claim_of(row: Row[Any], secrets: Secrets) -> Claim:
    """The claim that a row becomes when it is taken. Raises one of UNREADABLE."""
    guest = guest_from(secrets.unseal(bytes(row.guest)) if row.guest else None)
    effect = Effect(
        row.id,
        row.cluster_id,
        row.server_id or "",
        row.generation,
        row.request_id,
        command_from(row.operation, row.command),
        guest,
        row.purpose,
        row.network_id or "",
        row.subject if row.subject != row.server_id else "",
        row.waits_for,
        row.task_id or "",
    )
    return Claim(
        effect,
        row.fence + 1,
        row.attempts + 1,
        row.uncertain,
        row.created,
        row.overdue,
        row.crashes,
    )


def in_flight_of(row: Row[Any]) -> InFlight:
    """What is known of an effect, readable or not."""
    about = _about(row.command)
    disk, disk_mib = _disk_in(row.operation, about)
    return InFlight(
        row.id,
        row.cluster_id,
        row.server_id or "",
        Operation(row.operation),
        str(about.get("instance", "")),
        row.generation,
        row.request_id,
        row.purpose,
        row.state,
        row.job_id,
        row.job_rank,
        row.fence,
        row.uncertain,
        row.overdue,
        row.attempts,
        row.error,
        row.created,
        row.network_id or "",
        row.subject,
        _nic_in(about),
        str(about.get("network", "")),
        str(about.get("group", "")),
        row.waits_for,
        _mac_in(about),
        row.task_id or "",
        disk,
        disk_mib,
    )


def _disk_in(operation: str, about: dict[str, Any]) -> tuple[str, int]:
    if operation not in OF_DISKS:
        return "", 0
    one = about.get("disk", about)
    return str(one.get("name", "")), int(one.get("size_mib", 0))


def _mac_in(about: dict[str, Any]) -> str:
    match about:
        case {"nic": {"mac": mac}} | {"mac": mac}:
            return str(mac)
    return ""


def _nic_in(about: dict[str, Any]) -> str:
    match about:
        case {"nic": {"name": name}} | {"name": name}:
            return str(name)
    return ""


def _about(command: str) -> dict[str, Any]:
    try:
        return dict(orjson.loads(command))
    except UNREADABLE:
        return {}
