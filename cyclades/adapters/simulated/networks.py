"""Networks of the simulated cluster: what their opcodes check and change, as in Ganeti."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, ip_address
from typing import Any

from cyclades.adapters.simulated.verdicts import Failure, prereq
from cyclades.adapters.simulated.world import GROUP, Network, Opcode, World


def check_new(world: World, op: Opcode) -> Failure:
    """The name must be free."""
    known = world.networks.get(op["network_name"])
    if known is None:
        return None
    text = f"Desired network name '{known.name}' already exists as a network (UUID: {known.uuid})"
    return prereq(text, "already_exists")


def must_exist(world: World, op: Opcode) -> Failure:
    """Others are about one that is there, and a group that is."""
    if op["network_name"] not in world.networks:
        return prereq(f"Network '{op['network_name']}' not found", "unknown_entity")
    if op.get("group_name", GROUP) != GROUP:
        return prereq(f"Group '{op['group_name']}' not found", "unknown_entity")
    return None


def check_unused(world: World, op: Opcode) -> Failure:
    """No instance may use what is disconnected."""
    failure = must_exist(world, op)
    if failure:
        return failure
    users = sorted(
        instance.name
        for instance in world.instances.values()
        if any(nic.get("network") == op["network_name"] for nic in instance.nics)
    )
    if users and world.networks[op["network_name"]].groups:
        text = f"Cannot disconnect network '{op['network_name']}': used by {', '.join(users)}"
        return prereq(text, "wrong_state")
    return None


def check_unconnected(world: World, op: Opcode) -> Failure:
    """No group may be connected to what is removed."""
    failure = must_exist(world, op)
    if failure is None and world.networks[op["network_name"]].groups:
        text = f"Network '{op['network_name']}' is connected to the following node groups: {GROUP}"
        return prereq(text, "wrong_state")
    return failure


def add(world: World, op: Opcode) -> None:
    """A network that no group is connected to."""
    name = op["network_name"]
    world.networks[name] = Network(
        name,
        world.new_uuid("network", name, world.last_job),
        op["network"],
        op.get("gateway"),
        op.get("mac_prefix"),
        sorted(op.get("tags") or []),
    )


def connect(world: World, op: Opcode) -> None:
    """Once is enough."""
    network = world.networks[op["network_name"]]
    if not network.groups:
        network.groups.append([op["group_name"], op["network_mode"], op["network_link"]])


def disconnect(world: World, op: Opcode) -> None:
    """Once is enough."""
    world.networks[op["network_name"]].groups.clear()


def remove(world: World, op: Opcode) -> None:
    """It is gone."""
    del world.networks[op["network_name"]]


def place_of(world: World, nic: dict[str, Any]) -> dict[str, str | None]:
    """Where an interface is plugged in: a network says it for those that name it."""
    network = world.networks.get(nic.get("network") or "")
    if network is None:
        usual = {"link": nic.get("link") or "gntbr", "mode": nic.get("mode") or "bridged"}
        return {**usual, "network": None}
    _, mode, link = network.groups[0]
    return {"link": link, "mode": mode, "network": network.name}


def check_nics(world: World, nics: Sequence[dict[str, Any]]) -> Failure:
    """New interfaces are on networks that are connected, with addresses that are free there."""
    for index, nic in enumerate(nics):
        name = nic.get("network")
        if not name:
            continue
        network = world.networks.get(name)
        if network is None:
            return prereq(f"Network '{name}' not found", "unknown_entity")
        if not network.groups:
            text = f"NIC/{index}: network {name} is not connected to nodegroup {GROUP}"
            return prereq(text, "wrong_state")
        if failure := check_address(world, network, nic.get("ip"), nics[:index]):
            return failure
    return None


def check_address(
    world: World, network: Network, ip: str | None, before: Iterable[dict[str, Any]] = ()
) -> Failure:
    """An address of the network's that no interface on it has."""
    if not ip:
        return None
    block = IPv4Network(network.cidr)
    if ip_address(ip) not in block:
        text = f"NIC/0: IP address {ip} does not belong to network {network.name} ({block})"
        return prereq(text, "wrong_input")
    taken = {str(block.network_address), str(block.broadcast_address), network.gateway}
    taken |= {nic.get("ip") for nic in before if nic.get("network") == network.name}
    if ip in taken | addresses(world, network):
        text = f"IP address {ip} already in use or belongs to network {network.name}"
        return prereq(text, "resource_not_unique")
    return None


def addresses(world: World, network: Network) -> set[str]:
    """What interfaces on the network hold."""
    nics = (nic for instance in world.instances.values() for nic in instance.nics)
    return {nic["ip"] for nic in nics if nic.get("network") == network.name and nic.get("ip")}
