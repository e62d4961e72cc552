"""What we ask of a cluster about the disks of instances."""

from dataclasses import dataclass
from typing import Literal

from cyclades.domain.model.operation import Operation


@dataclass(frozen=True, slots=True)
class DiskWanted:
    """One disk to make; `name` is ours and unique in the cluster.

    With the template "ext", `provider` makes it, as a copy of the disk named `origin` if any.
    """

    name: str
    size_mib: int
    provider: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class AddDisk:
    """Give the instance a new disk, after the others; `live`: while it runs."""

    instance: str
    disk: DiskWanted
    live: bool = False
    operation: Literal[Operation.ADD_DISK] = Operation.ADD_DISK


@dataclass(frozen=True, slots=True)
class AttachDisk:
    """Give the instance the disk of this name, which no instance has; `first`: before others."""

    instance: str
    name: str
    live: bool = False
    first: bool = False
    operation: Literal[Operation.ATTACH_DISK] = Operation.ATTACH_DISK


@dataclass(frozen=True, slots=True)
class DetachDisk:
    """Take the disk of this name from the instance, and keep it."""

    instance: str
    name: str
    live: bool = False
    operation: Literal[Operation.DETACH_DISK] = Operation.DETACH_DISK


@dataclass(frozen=True, slots=True)
class RemoveDisk:
    """Take the disk of this name from the instance, and destroy it."""

    instance: str
    name: str
    live: bool = False
    operation: Literal[Operation.REMOVE_DISK] = Operation.REMOVE_DISK


@dataclass(frozen=True, slots=True)
class GrowDisk:
    """Make the disk of this name this large; done twice, it is done once."""

    instance: str
    name: str
    size_mib: int
    operation: Literal[Operation.GROW_DISK] = Operation.GROW_DISK


@dataclass(frozen=True, slots=True)
class ActivateDisks:
    """Make the instance's disks readable on its node; the job tells where (JobReport.disks)."""

    instance: str
    operation: Literal[Operation.ACTIVATE_DISKS] = Operation.ACTIVATE_DISKS


DiskCommand = AddDisk | AttachDisk | DetachDisk | RemoveDisk | GrowDisk | ActivateDisks
