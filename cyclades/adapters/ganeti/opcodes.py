"""What each kind of effect is as a RAPI call: one table."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import quote

from cyclades.adapters.ganeti.hardware import KVM, kvm_parameters
from cyclades.adapters.ganeti.rapi import Call
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
    ConnectNetwork,
    CreateInstance,
    CreateNetwork,
    DetachNic,
    DisconnectNetwork,
    Effect,
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
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.job_reasons import reason_of
from cyclades.domain.model.operation import Operation


@dataclass(frozen=True, slots=True)
class Options:
    """`ClusterConnection.options`: the OS definition, and a hypervisor other than the default.

    `hotplug`: "no" for a hypervisor that cannot give disks to running guests, or take them.
    """

    os: str = "cyclades-image+default"
    hypervisor: str = ""
    hotplug: str = "yes"

    @classmethod
    def parse(cls, options: Mapping[str, str]) -> Self:
        """Raises InvalidInput for a name that means nothing."""
        for name in options.keys() - {"os", "hypervisor", "hotplug"}:
            raise InvalidInput(f"A Ganeti cluster has no option {name!r}.", name)
        return cls(**options)


def call_of(effect: Effect, options: Options) -> Call:
    """The call that makes the effect's job, with our reason in it."""
    call = CALLS[effect.operation](effect.command, effect.guest, options)
    return Call(call.method, call.path, call.body, {**call.query, "reason": reason_of(effect)})


def instance_path(name: str, verb: str = "") -> str:
    """Where an instance lives in RAPI."""
    return f"/2/instances/{quote(name, safe='')}{verb}"


def network_path(name: str, verb: str = "") -> str:
    """Where a network lives in RAPI."""
    return f"/2/networks/{quote(name, safe='')}{verb}"


def nic_parameters(nic: NicWanted) -> dict[str, str]:
    """An interface: on a network of the cluster, or on a link of the nodes."""
    place = {"network": nic.network} if nic.network else {"link": nic.link, "mode": nic.mode}
    return {"name": nic.name, "mac": nic.mac, **place} | ({"ip": nic.ip} if nic.ip else {})


def disk_parameters(disk: DiskWanted) -> dict[str, Any]:
    """A disk to make: blank, or its provider's copy of another."""
    more = {"provider": disk.provider, "origin": disk.origin}
    return {"name": disk.name, "size": disk.size_mib} | {k: v for k, v in more.items() if v}


def create(command: CreateInstance, guest: GuestConfig, options: Options) -> Call:
    """Create and start. No name, address or conflict is looked up: we have seen to that."""
    body = {
        "__version__": 1,
        "mode": "create",
        "instance_name": command.instance,
        "disk_template": command.disk_template if command.disks else "diskless",
        "disks": [disk_parameters(disk) for disk in command.disks],
        "nics": [nic_parameters(nic) for nic in command.nics],
        "beparams": {"vcpus": command.vcpus, "memory": command.memory_mib},
        "os_type": options.os,
        "osparams": {"img_id": command.image_id, "img_format": command.image_format},
        "tags": list(command.tags),
        "start": command.start,
        "no_install": not command.install,
        "ignore_ipolicy": not command.nics,  # what never runs is smaller than guests may be
        "conflicts_check": False,
        "ip_check": False,
        "name_check": False,
        "wait_for_sync": False,
    }
    secret = guest_parameters(guest)
    if secret:
        body["osparams_secret"] = secret
    if command.node:
        body["pnode"] = command.node
    if options.hypervisor:
        body["hypervisor"] = options.hypervisor
    if options.hypervisor == KVM and (wanted := kvm_parameters(command.hardware)):
        body["hvparams"] = wanted
    return Call("POST", "/2/instances", body)


def guest_parameters(guest: GuestConfig) -> dict[str, str]:
    """The guest's secrets as our OS definition's parameters; what is empty is left out.

    As `osparams_secret` Ganeti hands them to the OS definition and keeps them neither in
    its configuration nor in its job files. Each becomes one variable of an environment,
    which holds 128 KiB: so files go by themselves.
    """
    said = {
        "admin_password": guest.admin_password,
        "public_keys": list(guest.public_keys),
        "hostname": guest.hostname,
        "user_data": guest.user_data,
    }
    known = {name: value for name, value in said.items() if value}
    secret = {
        "ticket": guest.ticket,
        "guest": json.dumps(known) if known else "",
        "files": json.dumps(guest.personality) if guest.personality else "",
    }
    return {name: value for name, value in secret.items() if value}


def start(command: StartInstance, _guest: GuestConfig, _options: Options) -> Call:
    """Power on."""
    return Call("PUT", instance_path(command.instance, "/startup"))


def stop(command: StopInstance, _guest: GuestConfig, _options: Options) -> Call:
    """Power off, giving the guest its time."""
    path = instance_path(command.instance, "/shutdown")
    return Call("PUT", path, {"timeout": command.timeout})


def reboot(command: RebootInstance, _guest: GuestConfig, _options: Options) -> Call:
    """Reboot, asking the guest or not."""
    query = {"type": "hard" if command.hard else "soft"}
    return Call("POST", instance_path(command.instance, "/reboot"), query=query)


def remove(command: RemoveInstance, _guest: GuestConfig, _options: Options) -> Call:
    """Remove with disks; a guest that will not live needs no time to shut down."""
    return Call("DELETE", instance_path(command.instance), {"shutdown_timeout": 0})


def tag(command: TagInstance, _guest: GuestConfig, _options: Options) -> Call:
    """One tag more."""
    return Call("PUT", instance_path(command.instance, "/tags"), query={"tag": command.tag})


def modify_nics(instance: str, change: list[Any]) -> Call:
    """One change to an instance's interfaces, at once where its hypervisor can.

    `change` is [verb, index or name, parameters]. Source: RAPI `/2/instances/X/modify`.
    """
    body = {"nics": [change], "hotplug_if_possible": True, "conflicts_check": False}
    return Call("PUT", instance_path(instance, "/modify"), body)


def attach_nic(command: AttachNic, _guest: GuestConfig, _options: Options) -> Call:
    """One interface more, after the others."""
    return modify_nics(command.instance, ["add", "-1", nic_parameters(command.nic)])


def modify_nic(command: ModifyNic, _guest: GuestConfig, _options: Options) -> Call:
    """Another address; Ganeti's word for none is "none"."""
    return modify_nics(command.instance, ["modify", command.name, {"ip": command.ip or "none"}])


def detach_nic(command: DetachNic, _guest: GuestConfig, _options: Options) -> Call:
    """One interface less."""
    return modify_nics(command.instance, ["remove", command.name, {}])


def modify_disks(
    command: AddDisk | AttachDisk | DetachDisk | RemoveDisk, change: list[Any], options: Options
) -> Call:
    """One change to an instance's disks; a live one in the running guest too, or not at all.

    `change` is [verb, index or name, parameters]. Source: RAPI `/2/instances/X/modify`.
    """
    body = {"disks": [change], "hotplug": command.live and options.hotplug == "yes"}
    return Call("PUT", instance_path(command.instance, "/modify"), body)


def add_disk(command: AddDisk, _guest: GuestConfig, options: Options) -> Call:
    """One disk more, after the others."""
    change = ["add", "-1", disk_parameters(command.disk)]
    return modify_disks(command, change, options)


def attach_disk(command: AttachDisk, _guest: GuestConfig, options: Options) -> Call:
    """A disk that no instance has, after the others, or before them."""
    change = ["attach", "0" if command.first else "-1", {"name": command.name}]
    return modify_disks(command, change, options)


def detach_disk(command: DetachDisk, _guest: GuestConfig, options: Options) -> Call:
    """One disk less; it stays."""
    return modify_disks(command, ["detach", command.name, {}], options)


def remove_disk(command: RemoveDisk, _guest: GuestConfig, options: Options) -> Call:
    """One disk less, for good."""
    return modify_disks(command, ["remove", command.name, {}], options)


def grow_disk(command: GrowDisk, index: int, effect: Effect) -> Call:
    """The disk at this index is to be so large; already being so is success."""
    path = instance_path(command.instance, f"/disk/{index}/grow")
    body = {"amount": command.size_mib, "absolute": True}
    return Call("POST", path, body, {"reason": reason_of(effect)})


def activate_disks(command: ActivateDisks, _guest: GuestConfig, _options: Options) -> Call:
    """The job's result says where they are."""
    return Call("PUT", instance_path(command.instance, "/activate-disks"))


def create_network(command: CreateNetwork, _guest: GuestConfig, _options: Options) -> Call:
    """A network that no group is connected to yet. Its gateway is no business of Ganeti's."""
    body: dict[str, Any] = {
        "network_name": command.network,
        "network": command.cidr,
        "tags": list(command.tags),
        "conflicts_check": False,
    }
    if command.mac_prefix:
        body["mac_prefix"] = command.mac_prefix
    return Call("POST", "/2/networks", body)


def connect_network(command: ConnectNetwork, _guest: GuestConfig, _options: Options) -> Call:
    """One node group can use it."""
    body = {
        "group_name": command.group,
        "network_mode": command.mode,
        "network_link": command.link,
        "conflicts_check": False,
    }
    return Call("PUT", network_path(command.network, "/connect"), body)


def disconnect_network(command: DisconnectNetwork, _guest: GuestConfig, _options: Options) -> Call:
    """One node group no longer can."""
    path = network_path(command.network, "/disconnect")
    return Call("PUT", path, {"group_name": command.group})


def remove_network(command: RemoveNetwork, _guest: GuestConfig, _options: Options) -> Call:
    """Nothing must be connected to it."""
    return Call("DELETE", network_path(command.network))


CALLS: Final[dict[Operation, Callable[[Any, GuestConfig, Options], Call]]] = {
    Operation.CREATE: create,
    Operation.START: start,
    Operation.STOP: stop,
    Operation.REBOOT: reboot,
    Operation.REMOVE: remove,
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
    Operation.ACTIVATE_DISKS: activate_disks,
}
