"""What we ask of a cluster: commands, and the effects that carry them."""

from dataclasses import dataclass, field
from typing import Literal

from cyclades.domain.model.disk_commands import DiskCommand, DiskWanted
from cyclades.domain.model.hardware import Hardware
from cyclades.domain.model.operation import Operation


@dataclass(frozen=True, slots=True)
class NicWanted:
    """One network interface.

    With `network` (its name in the cluster), mode and link are what the network is connected
    with; `link` is a bridge or VLAN on the nodes.
    """

    name: str
    mac: str
    link: str
    mode: str = "bridged"
    ip: str | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class GuestConfig:
    """What goes inside the guest. Secret: sealed at rest, scrubbed once sent.

    `user_data` is base64 text; `personality` pairs a path with base64 contents. With the
    `ticket` the OS definition fetches what it is to do.
    """

    admin_password: str = ""
    public_keys: tuple[str, ...] = ()
    hostname: str = ""
    user_data: str = ""
    personality: tuple[tuple[str, str], ...] = ()
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class CreateInstance:
    """Create an instance, and start it unless told not to.

    `image_id` and `image_format` say what the OS definition writes to disk 0; without
    `install` it does not run. No disks: a diskless one. `node`: where, if not anywhere.
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
    start: bool = True
    install: bool = True
    node: str = ""
    hardware: Hardware = field(default_factory=Hardware)
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


@dataclass(frozen=True, slots=True)
class AttachNic:
    """Give the instance one interface more, while it runs or not."""

    instance: str
    nic: NicWanted
    operation: Literal[Operation.ATTACH_NIC] = Operation.ATTACH_NIC


@dataclass(frozen=True, slots=True)
class ModifyNic:
    """Give the interface of this name another address (None: none that the cluster knows).

    Instances that we did not make name theirs differently: `mac` then says which is meant.
    """

    instance: str
    name: str
    ip: str | None
    mac: str = ""
    operation: Literal[Operation.MODIFY_NIC] = Operation.MODIFY_NIC


@dataclass(frozen=True, slots=True)
class DetachNic:
    """Take the interface of this name, or else of this MAC address, away.

    One that is not there is success.
    """

    instance: str
    name: str
    mac: str = ""
    operation: Literal[Operation.DETACH_NIC] = Operation.DETACH_NIC


@dataclass(frozen=True, slots=True)
class CreateNetwork:
    """Make a network. One that is there already is success. `cidr` is IPv4."""

    network: str
    cidr: str
    mac_prefix: str | None = None
    tags: tuple[str, ...] = ()
    operation: Literal[Operation.CREATE_NETWORK] = Operation.CREATE_NETWORK


@dataclass(frozen=True, slots=True)
class ConnectNetwork:
    """Let a node group's instances be plugged into a network. Being connected is success."""

    network: str
    group: str
    mode: str
    link: str
    operation: Literal[Operation.CONNECT_NETWORK] = Operation.CONNECT_NETWORK


@dataclass(frozen=True, slots=True)
class DisconnectNetwork:
    """Undo a connection. One that is not there is success."""

    network: str
    group: str
    operation: Literal[Operation.DISCONNECT_NETWORK] = Operation.DISCONNECT_NETWORK


@dataclass(frozen=True, slots=True)
class RemoveNetwork:
    """Remove a network that no group is connected to. One that is not there is success."""

    network: str
    operation: Literal[Operation.REMOVE_NETWORK] = Operation.REMOVE_NETWORK


InstanceCommand = (
    CreateInstance
    | StartInstance
    | StopInstance
    | RebootInstance
    | RemoveInstance
    | TagInstance
    | AttachNic
    | ModifyNic
    | DetachNic
)
NetworkCommand = CreateNetwork | ConnectNetwork | DisconnectNetwork | RemoveNetwork
Command = InstanceCommand | DiskCommand | NetworkCommand


@dataclass(frozen=True, slots=True)
class Effect:
    """One command to one cluster, in the order of one server, or of a network in a cluster.

    `id` travels in the job's reason, so that the job can be found again;
    `request_id` (req-...) beside it tells operators which request caused it.
    `generation` is the server's, at the time the command was accepted. `purpose` is
    "user", or "cleanup" when we tidy up after a failure of our own: that never changes
    the server.

    `server_id` is empty and `network_id` said when it is about a network. Effects of one
    `subject` happen one after the other: said for networks, else the server. `waits_for` is an
    effect of another subject that has to end before, however it does. `task_id`: the task on
    disks that it is a step of.
    """

    id: str
    cluster_id: str
    server_id: str
    generation: int
    request_id: str
    command: Command
    guest: GuestConfig = field(default_factory=GuestConfig, repr=False)
    purpose: Literal["user", "cleanup"] = "user"
    network_id: str = ""
    subject: str = ""
    waits_for: str | None = None
    task_id: str = ""

    @property
    def operation(self) -> Operation:
        """The command's kind."""
        return self.command.operation
