"""What we ask of a cluster: commands, and the effects that carry them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Operation(StrEnum):
    """The kinds of effect; each is one Ganeti job."""

    CREATE = "create"
    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    REMOVE = "remove"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class DiskWanted:
    """One disk to make; `name` is ours and unique in the cluster."""

    name: str
    size_mib: int


@dataclass(frozen=True, slots=True)
class NicWanted:
    """One network interface; `link` is a bridge or VLAN on the nodes."""

    name: str
    mac: str
    link: str
    mode: str = "bridged"
    ip: str | None = None


@dataclass(frozen=True, slots=True)
class GuestConfig:
    """What goes inside the guest. Secret: sealed at rest, scrubbed once sent.

    `user_data` is base64 text; `personality` pairs a path with base64 contents.
    """

    admin_password: str = ""
    public_keys: tuple[str, ...] = ()
    hostname: str = ""
    user_data: str = ""
    personality: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CreateInstance:
    """Create and start an instance.

    `image_id` and `image_format` say what the OS definition writes to disk 0.
    """

    instance: str
    vcpus: int
    memory_mib: int
    disk_template: str
    disks: tuple[DiskWanted, ...]
    nics: tuple[NicWanted, ...]
    image_id: str
    image_format: str
    tags: tuple[str, ...] = ()
    operation: Literal[Operation.CREATE] = Operation.CREATE


@dataclass(frozen=True, slots=True)
class StartInstance:
    """Power on."""

    instance: str
    operation: Literal[Operation.START] = Operation.START


@dataclass(frozen=True, slots=True)
class StopInstance:
    """Power off; the guest has `timeout` seconds to shut down by itself."""

    instance: str
    timeout: int = 60
    operation: Literal[Operation.STOP] = Operation.STOP


@dataclass(frozen=True, slots=True)
class RebootInstance:
    """Reboot; `hard` does not wait for the guest."""

    instance: str
    hard: bool
    operation: Literal[Operation.REBOOT] = Operation.REBOOT


@dataclass(frozen=True, slots=True)
class RemoveInstance:
    """Remove the instance and its disks. An instance that is not there is success."""

    instance: str
    operation: Literal[Operation.REMOVE] = Operation.REMOVE


@dataclass(frozen=True, slots=True)
class TagInstance:
    """Give the instance a tag, beside those it has."""

    instance: str
    tag: str
    operation: Literal[Operation.TAG] = Operation.TAG


Command = (
    CreateInstance | StartInstance | StopInstance | RebootInstance | RemoveInstance | TagInstance
)


@dataclass(frozen=True, slots=True)
class Effect:
    """One command to one cluster, in the order of one server.

    `id` travels in the job's reason, so that the job can be found again;
    `request_id` (req-...) beside it tells operators which request caused it.
    `generation` is the server's, at the time the command was accepted. `purpose` is
    "user", or "cleanup" when we tidy up after a failure of our own: that never changes
    the server.
    """

    id: str
    cluster_id: str
    server_id: str
    generation: int
    request_id: str
    command: Command
    guest: GuestConfig = field(default_factory=GuestConfig, repr=False)
    purpose: Literal["user", "cleanup"] = "user"

    @property
    def operation(self) -> Operation:
        """The command's kind."""
        return self.command.operation
