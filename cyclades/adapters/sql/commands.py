"""Commands and guest configurations as JSON, and back."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from cyclades.domain.model.effects import (
    Command,
    CreateInstance,
    DiskWanted,
    GuestConfig,
    NicWanted,
    Operation,
    RebootInstance,
    RemoveInstance,
    StartInstance,
    StopInstance,
    TagInstance,
)


def _create(values: dict[str, Any]) -> CreateInstance:
    values["disks"] = tuple(DiskWanted(**disk) for disk in values["disks"])
    values["nics"] = tuple(NicWanted(**nic) for nic in values["nics"])
    values["tags"] = tuple(values["tags"])
    return CreateInstance(**values)


COMMANDS: Mapping[Operation, Callable[[dict[str, Any]], Command]] = {
    Operation.CREATE: _create,
    Operation.START: lambda values: StartInstance(**values),
    Operation.STOP: lambda values: StopInstance(**values),
    Operation.REBOOT: lambda values: RebootInstance(**values),
    Operation.REMOVE: lambda values: RemoveInstance(**values),
    Operation.TAG: lambda values: TagInstance(**values),
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
