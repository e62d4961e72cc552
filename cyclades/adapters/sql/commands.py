"""Commands and guest configurations as JSON, and back."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from cyclades.domain.model.disk_commands import (
    ActivateDisks,
    AddDisk,
    AttachDisk,
    DetachDisk,
    DiskWanted,
    GrowDisk,
    RemoveDisk,
)
from cyclades.domain.model.effects import (
    AttachNic,
    Command,
    ConnectNetwork,
    CreateInstance,
    CreateNetwork,
    DetachNic,
    DisconnectNetwork,
    GuestConfig,
    ModifyNic,
    NicWanted,
    RebootInstance,
    RemoveInstance,
    RemoveNetwork,
    StartInstance,
    StopInstance,
    TagInstance,
)
from cyclades.domain.model.hardware import Hardware
from cyclades.domain.model.operation import Operation


def _create(values: dict[str, Any]) -> CreateInstance:
    values["disks"] = tuple(DiskWanted(**disk) for disk in values["disks"])
    values["nics"] = tuple(NicWanted(**nic) for nic in values["nics"])
    values["tags"] = tuple(values["tags"])
    values["hardware"] = Hardware(**values.get("hardware", {}))  # older rows have none
    return CreateInstance(**values)


def _attach(values: dict[str, Any]) -> AttachNic:
    values["nic"] = NicWanted(**values["nic"])
    return AttachNic(**values)


def _create_network(values: dict[str, Any]) -> CreateNetwork:
    values["tags"] = tuple(values["tags"])
    return CreateNetwork(**values)


def _add_disk(values: dict[str, Any]) -> AddDisk:
    values["disk"] = DiskWanted(**values["disk"])
    return AddDisk(**values)


COMMANDS: Mapping[Operation, Callable[[dict[str, Any]], Command]] = {
    Operation.CREATE: _create,
    Operation.START: lambda values: StartInstance(**values),
    Operation.STOP: lambda values: StopInstance(**values),
    Operation.REBOOT: lambda values: RebootInstance(**values),
    Operation.REMOVE: lambda values: RemoveInstance(**values),
    Operation.TAG: lambda values: TagInstance(**values),
    Operation.ATTACH_NIC: _attach,
    Operation.MODIFY_NIC: lambda values: ModifyNic(**values),
    Operation.DETACH_NIC: lambda values: DetachNic(**values),
    Operation.CREATE_NETWORK: _create_network,
    Operation.CONNECT_NETWORK: lambda values: ConnectNetwork(**values),
    Operation.DISCONNECT_NETWORK: lambda values: DisconnectNetwork(**values),
    Operation.REMOVE_NETWORK: lambda values: RemoveNetwork(**values),
    Operation.ADD_DISK: _add_disk,
    Operation.ATTACH_DISK: lambda values: AttachDisk(**values),
    Operation.DETACH_DISK: lambda values: DetachDisk(**values),
    Operation.REMOVE_DISK: lambda values: RemoveDisk(**values),
    Operation.GROW_DISK: lambda values: GrowDisk(**values),
    Operation.ACTIVATE_DISKS: lambda values: ActivateDisks(**values),
}


def command_from(operation: str, text: str) -> Command:
    """The command that `asdict` took apart."""
    values = orjson.loads(text)
    kind = Operation(operation)
    values["operation"] = kind
    return COMMANDS[kind](values)


def guest_from(text: bytes | None) -> GuestConfig:
    """The guest configuration; empty when there is none (any more)."""
    if text is None:
        return GuestConfig()
    values = orjson.loads(text)
    values["public_keys"] = tuple(values["public_keys"])
    values["personality"] = tuple((path, contents) for path, contents in values["personality"])
    return GuestConfig(**values)
