"""What each kind of effect is as an opcode: one table."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from cyclades.adapters.simulated.world import Opcode
from cyclades.domain.model.disk_commands import (
    AddDisk,
    AttachDisk,
    DetachDisk,
    DiskWanted,
    GrowDisk,
    RemoveDisk,
)
from cyclades.domain.model.effects import (
    AttachNic,
    ConnectNetwork,
    CreateInstance,
    CreateNetwork,
    DetachNic,
    DisconnectNetwork,
    Effect,
    ModifyNic,
    NicWanted,
    RebootInstance,
    RemoveNetwork,
    StopInstance,
    TagInstance,
)
from cyclades.domain.model.job_reasons import reason_of
from cyclades.domain.model.operation import Operation

OP_IDS: Final = {
    Operation.CREATE: "OP_INSTANCE_CREATE",
    Operation.START: "OP_INSTANCE_STARTUP",
    Operation.STOP: "OP_INSTANCE_SHUTDOWN",
    Operation.REBOOT: "OP_INSTANCE_REBOOT",
    Operation.REMOVE: "OP_INSTANCE_REMOVE",
    Operation.TAG: "OP_TAGS_SET",
    Operation.ATTACH_NIC: "OP_INSTANCE_SET_PARAMS",
    Operation.MODIFY_NIC: "OP_INSTANCE_SET_PARAMS",
    Operation.DETACH_NIC: "OP_INSTANCE_SET_PARAMS",
    Operation.CREATE_NETWORK: "OP_NETWORK_ADD",
    Operation.CONNECT_NETWORK: "OP_NETWORK_CONNECT",
    Operation.DISCONNECT_NETWORK: "OP_NETWORK_DISCONNECT",
    Operation.REMOVE_NETWORK: "OP_NETWORK_REMOVE",
    Operation.ADD_DISK: "OP_INSTANCE_SET_PARAMS",
    Operation.ATTACH_DISK: "OP_INSTANCE_SET_PARAMS",
    Operation.DETACH_DISK: "OP_INSTANCE_SET_PARAMS",
    Operation.REMOVE_DISK: "OP_INSTANCE_SET_PARAMS",
    Operation.GROW_DISK: "OP_INSTANCE_GROW_DISK",
    Operation.ACTIVATE_DISKS: "OP_INSTANCE_ACTIVATE_DISKS",
}


def nic_parameters(nic: NicWanted) -> dict[str, Any]:
    """An interface: on a network of the cluster, or on a link of the nodes."""
    place = {"network": nic.network} if nic.network else {"link": nic.link, "mode": nic.mode}
    return {"name": nic.name, "mac": nic.mac, "ip": nic.ip, **place}


def disk_parameters(disk: DiskWanted) -> dict[str, Any]:
    """A disk to make: blank, or its provider's copy of another."""
    more = {"provider": disk.provider, "origin": disk.origin}
    return {"name": disk.name, "size": disk.size_mib} | {k: v for k, v in more.items() if v}


def create(command: CreateInstance) -> dict[str, Any]:
    """The parameters of a creation; what goes into the guest has no use here."""
    return {
        "disk_template": command.disk_template if command.disks else "diskless",
        "disks": [disk_parameters(disk) for disk in command.disks],
        "nics": [nic_parameters(nic) for nic in command.nics],
        "os_type": "cyclades-image+default",
        "osparams": {"img_id": command.image_id, "img_format": command.image_format},
        "beparams": {"vcpus": command.vcpus, "memory": command.memory_mib},
        # No hypervisor's words: ours.
        "hvparams": {name: word for name, word in asdict(command.hardware).items() if word},
        "tags": list(command.tags),
        "start": command.start,
        "no_install": not command.install,
        "pnode": command.node or None,
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


def attach_nic(command: AttachNic) -> dict[str, Any]:
    """One interface more."""
    return {"nics": [["add", "-1", nic_parameters(command.nic)]]}


def modify_nic(command: ModifyNic) -> dict[str, Any]:
    """Another address."""
    return {"nics": [["modify", command.name, {"ip": command.ip}]]}


def detach_nic(command: DetachNic) -> dict[str, Any]:
    """One interface less."""
    return {"nics": [["remove", command.name, {}]]}


def create_network(command: CreateNetwork) -> dict[str, Any]:
    """What a network is."""
    return {
        "network_name": command.network,
        "network": command.cidr,
        "mac_prefix": command.mac_prefix,
        "tags": list(command.tags),
    }


def connect_network(command: ConnectNetwork) -> dict[str, Any]:
    """How a group reaches it."""
    return {
        "network_name": command.network,
        "group_name": command.group,
        "network_mode": command.mode,
        "network_link": command.link,
    }


def disconnect_network(command: DisconnectNetwork) -> dict[str, Any]:
    """Which group, from which network."""
    return {"network_name": command.network, "group_name": command.group}


def remove_network(command: RemoveNetwork) -> dict[str, Any]:
    """Which one."""
    return {"network_name": command.network}


def add_disk(command: AddDisk) -> dict[str, Any]:
    """One disk more."""
    return {
        "disks": [["add", "-1", disk_parameters(command.disk)]],
        "hotplug": command.live,
    }


def attach_disk(command: AttachDisk) -> dict[str, Any]:
    """A disk that no instance has."""
    place = "0" if command.first else "-1"
    return {"disks": [["attach", place, {"name": command.name}]], "hotplug": command.live}


def detach_disk(command: DetachDisk) -> dict[str, Any]:
    """One disk less; it stays."""
    return {"disks": [["detach", command.name, {}]], "hotplug": command.live}


def remove_disk(command: RemoveDisk) -> dict[str, Any]:
    """One disk less, for good."""
    return {"disks": [["remove", command.name, {}]], "hotplug": command.live}


def grow_disk(command: GrowDisk) -> dict[str, Any]:
    """How large it is to be; Ganeti itself wants its index."""
    return {"disk": command.name, "amount": command.size_mib, "absolute": True}


PARAMETERS: Final[dict[Operation, Callable[[Any], dict[str, Any]]]] = {
    Operation.CREATE: create,
    Operation.STOP: stop,
    Operation.REBOOT: reboot,
    Operation.TAG: tag,
    Operation.ATTACH_NIC: attach_nic,
    Operation.MODIFY_NIC: modify_nic,
    Operation.DETACH_NIC: detach_nic,
    Operation.CREATE_NETWORK: create_network,
    Operation.CONNECT_NETWORK: connect_network,
    Operation.DISCONNECT_NETWORK: disconnect_network,
    Operation.REMOVE_NETWORK: remove_network,
    Operation.ADD_DISK: add_disk,
    Operation.ATTACH_DISK: attach_disk,
    Operation.DETACH_DISK: detach_disk,
    Operation.REMOVE_DISK: remove_disk,
    Operation.GROW_DISK: grow_disk,
}


def opcode_of(effect: Effect, time: float) -> Opcode:
    """The opcode that carries out the effect, with its reason."""
    parameters = PARAMETERS.get(effect.operation)
    instance = asdict(effect.command).get("instance")
    about = {} if instance is None else {"instance_name": instance}
    return {
        "OP_ID": OP_IDS[effect.operation],
        **about,
        "reason": [["gnt:user", reason_of(effect), int(time * 1e9)]],
        **(parameters(effect.command) if parameters else {}),
    }
