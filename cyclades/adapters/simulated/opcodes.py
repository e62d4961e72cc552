"""What each kind of effect is as an opcode: one table."""

from collections.abc import Callable
from typing import Any, Final

from cyclades.adapters.simulated.world import Opcode
from cyclades.domain.model.effects import (
    CreateInstance,
    Effect,
    Operation,
    RebootInstance,
    StopInstance,
    TagInstance,
)
from cyclades.domain.model.job_reasons import reason_of

OP_IDS: Final = {
    Operation.CREATE: "OP_INSTANCE_CREATE",
    Operation.START: "OP_INSTANCE_STARTUP",
    Operation.STOP: "OP_INSTANCE_SHUTDOWN",
    Operation.REBOOT: "OP_INSTANCE_REBOOT",
    Operation.REMOVE: "OP_INSTANCE_REMOVE",
    Operation.TAG: "OP_TAGS_SET",
}


def create(command: CreateInstance) -> dict[str, Any]:
    """The parameters of a creation; what goes into the guest has no use here."""
    return {
        "disk_template": command.disk_template,
        "disks": [{"name": disk.name, "size": disk.size_mib} for disk in command.disks],
        "nics": [
            {"name": nic.name, "mac": nic.mac, "ip": nic.ip, "link": nic.link, "mode": nic.mode}
            for nic in command.nics
        ],
        "os_type": "snf-image+default",
        "osparams": {"img_id": command.image_id, "img_format": command.image_format},
        "beparams": {"vcpus": command.vcpus, "memory": command.memory_mib},
        "tags": list(command.tags),
        "start": True,
    }


def stop(command: StopInstance) -> dict[str, Any]:
    """How long the guest has."""
    return {"timeout": command.timeout}


def reboot(command: RebootInstance) -> dict[str, Any]:
    """Whether the guest is asked."""
    return {"reboot_type": "hard" if command.hard else "soft"}


def tag(command: TagInstance) -> dict[str, Any]:
    """One tag more."""
    return {"kind": "instance", "name": command.instance, "tags": [command.tag]}


PARAMETERS: Final[dict[Operation, Callable[[Any], dict[str, Any]]]] = {
    Operation.CREATE: create,
    Operation.STOP: stop,
    Operation.REBOOT: reboot,
    Operation.TAG: tag,
}


def opcode_of(effect: Effect, time: float) -> Opcode:
    """The opcode that carries out the effect, with its reason."""
    parameters = PARAMETERS.get(effect.operation)
    return {
        "OP_ID": OP_IDS[effect.operation],
        "instance_name": effect.command.instance,
        "reason": [["gnt:user", reason_of(effect), int(time * 1e9)]],
        **(parameters(effect.command) if parameters else {}),
    }
