"""What each opcode checks when its job starts, and changes when it ends.

Checks fail in Ganeti's words: `[error class, [text, error code]]`, without a code when
the failure came in the middle of the work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from cyclades.adapters.simulated import disks, networks
from cyclades.adapters.simulated.verdicts import Failure, prereq
from cyclades.adapters.simulated.world import Instance, Job, Node, Opcode, World

MAX_NICS: Final = 8


def must_exist(world: World, op: Opcode) -> Failure:
    """Most opcodes are about an instance that is there, on a node that answers."""
    instance = world.instances.get(op["instance_name"])
    if instance is None:
        return prereq(f"Instance '{op['instance_name']}' not known", "unknown_entity")
    if world.nodes[instance.node].offline and op["OP_ID"] != "OP_INSTANCE_REMOVE":
        return prereq(f"Can't use offline primary node {instance.node}", "wrong_state")
    return None


def place(world: World, memory: int, disk: int, wanted: str | None = None) -> Node | None:
    """The usable node with most free memory that has room; no other than the `wanted` one."""
    fitting = [
        node
        for node in world.nodes.values()
        if not (node.drained or node.offline)
        and wanted in {None, node.name}
        and world.memory_free(node) >= memory
        and world.disk_free(node) >= disk
    ]
    return max(fitting, key=world.memory_free, default=None)


def memory_of(beparams: dict[str, Any], default: int) -> int:
    """Ganeti's three ways to say how much memory."""
    return int(beparams.get("maxmem") or beparams.get("memory") or default)


def nics_of(world: World, op: Opcode, seed: str) -> list[dict[str, Any]]:
    """The interfaces with addresses and UUIDs filled in."""
    tail = world.chance("mac", seed)
    return [
        {
            "name": nic.get("name"),
            "mac": nic.get("mac") or f"aa:01:00:{tail.randbytes(3).hex(':')}",
            "ip": nic.get("ip"),
            **networks.place_of(world, nic),
            "uuid": world.new_uuid("nic", seed, index),
        }
        for index, nic in enumerate(op.get("nics") or [])
    ]


def begin_create(world: World, job: Job) -> Failure:
    """Check name and room; the instance is in the configuration from now on."""
    op = job.op
    name = op["instance_name"]
    if name in world.instances:
        return prereq(f"Instance '{name}' is already in the cluster", "already_exists")
    taken = {nic["mac"] for instance in world.instances.values() for nic in instance.nics}
    for nic in op.get("nics") or []:
        if nic.get("mac") in taken:
            text = f"MAC address {nic['mac']} already in use in cluster"
            return prereq(text, "resource_not_unique")
    template = op.get("disk_template") or "diskless"
    wanted = [] if template == "diskless" else op.get("disks") or []
    failure = networks.check_nics(world, op.get("nics") or [])
    if failure := failure or disks.check_providers(template, wanted):
        return failure
    beparams = op.get("beparams") or {}
    memory = memory_of(beparams, 128)
    node = place(world, memory, sum(disk["size"] for disk in wanted), op.get("pnode"))
    if node is None:
        text = "Can't compute nodes using iallocator 'hail': Request failed: FailMem"
        return prereq(text, "insufficient_resources")
    seed = f"{name}:{job.id}"
    world.instances[name] = Instance(
        name=name,
        uuid=world.new_uuid("instance", seed),
        node=node.name,
        vcpus=int(beparams.get("vcpus") or 1),
        memory=memory,
        disk_template=template,
        os_type=op.get("os_type") or "",
        nics=nics_of(world, op, seed),
        disks=disks.make(world, seed, template, wanted),
        housed=bool(wanted),
        hvparams=dict(op.get("hvparams") or {}),
        tags=sorted(op.get("tags") or []),
        created=world.time,
        modified=world.time,
    )
    job.result = [node.name]
    if not op.get("no_install") and "fail" in str((op.get("osparams") or {}).get("img_id")):
        text = f"Could not add os for instance {name} on node {node.name}"
        return ["OpExecError", [text]]
    return None


def power_on(world: World, op: Opcode) -> None:
    """The instance should run, and does."""
    instance = world.instances[op["instance_name"]]
    instance.wanted = instance.running = True
    touch(world, instance)


def power_off(world: World, op: Opcode) -> None:
    """The instance should not run, and does not."""
    instance = world.instances[op["instance_name"]]
    instance.wanted = instance.running = False
    touch(world, instance)


def finish_create(world: World, op: Opcode) -> None:
    """Start the new instance unless told not to."""
    if op.get("start", True) and not op.get("no_install"):
        power_on(world, op)


def remove(world: World, op: Opcode) -> None:
    """Instance and disks are gone."""
    del world.instances[op["instance_name"]]


def rename(world: World, op: Opcode) -> None:
    """The same instance under another name."""
    instance = world.instances.pop(op["instance_name"])
    instance.name = op["new_name"]
    world.instances[instance.name] = instance
    touch(world, instance)


def check_rename(world: World, op: Opcode) -> Failure:
    """The new name must be free."""
    if op["new_name"] in world.instances:
        return prereq(f"Instance '{op['new_name']}' is already in the cluster", "already_exists")
    return must_exist(world, op)


def find_nic(nics: list[dict[str, Any]], identifier: str) -> dict[str, Any] | None:
    """By index, name or UUID, as Ganeti looks."""
    if identifier.lstrip("-").isdigit():
        return nics[int(identifier)] if int(identifier) < len(nics) else None
    return next((nic for nic in nics if identifier in {nic["name"], nic["uuid"]}), None)


def check_set_params(world: World, op: Opcode) -> Failure:
    """Interfaces and disks that are added must be new, others known."""
    if failure := must_exist(world, op) or disks.check(world, op):
        return failure
    nics = world.instances[op["instance_name"]].nics
    taken = {nic["mac"] for instance in world.instances.values() for nic in instance.nics}
    for verb, identifier, given in op.get("nics") or []:
        if verb != "add":
            if find_nic(nics, identifier) is None:
                return prereq(f"Cannot find NIC with identifier {identifier}", "unknown_entity")
        elif given.get("mac") in taken:
            text = f"MAC address {given['mac']} already in use in cluster"
            return prereq(text, "resource_not_unique")
        elif len(nics) >= MAX_NICS:
            text = f"Instance has too many network interfaces ({len(nics)}), cannot add more"
            return prereq(text, "wrong_state")
        elif failure := networks.check_nics(world, [given]):
            return failure
    return None


def change_nics(world: World, instance: Instance, op: Opcode) -> None:
    """Add, modify, remove."""
    for verb, identifier, given in op.get("nics") or []:
        if verb == "add":
            seed = f"{instance.name}:{instance.serial}:{len(instance.nics)}"
            instance.nics += nics_of(world, {"nics": [given]}, seed)
        elif nic := find_nic(instance.nics, identifier):
            if verb == "remove":
                instance.nics.remove(nic)
            elif "ip" in given:
                nic["ip"] = None if given["ip"] in {None, "none"} else given["ip"]


def set_params(world: World, job: Job) -> None:
    """Change CPUs, memory, interfaces and disks."""
    op = job.op
    instance = world.instances[op["instance_name"]]
    beparams = op.get("beparams") or {}
    instance.vcpus = int(beparams.get("vcpus") or instance.vcpus)
    instance.memory = memory_of(beparams, instance.memory)
    change_nics(world, instance, op)
    disks.change(world, instance, job)
    touch(world, instance)


def check_grow(world: World, op: Opcode) -> Failure:
    """A disk of an instance that is there."""
    return must_exist(world, op) or disks.check_grow(world, op)


def grow_disk(world: World, op: Opcode) -> None:
    """A disk becomes larger."""
    instance = world.instances[op["instance_name"]]
    disks.grow(instance, op)
    touch(world, instance)


def activate_disks(world: World, job: Job) -> None:
    """Tell where the disks are."""
    disks.activate(world.instances[job.op["instance_name"]], job)


def set_tags(world: World, op: Opcode) -> None:
    """More tags."""
    instance = world.instances[op["instance_name"]]
    instance.tags = sorted({*instance.tags, *op["tags"]})


def touch(world: World, instance: Instance) -> None:
    """Note the change."""
    instance.modified = world.time
    instance.serial += 1


@dataclass(frozen=True, slots=True)
class Behaviour:
    """An opcode: a check when the job starts, a change when it ends."""

    change: Callable[[World, Opcode], None]
    check: Callable[[World, Opcode], Failure] = must_exist


@dataclass(frozen=True, slots=True)
class Telling:
    """The same, with a result in its job."""

    change: Callable[[World, Job], None]
    check: Callable[[World, Opcode], Failure] = must_exist


BEHAVIOURS: Final = {
    "OP_INSTANCE_STARTUP": Behaviour(power_on),
    "OP_INSTANCE_SHUTDOWN": Behaviour(power_off),
    "OP_INSTANCE_REBOOT": Behaviour(power_on),
    "OP_INSTANCE_REMOVE": Behaviour(remove),
    "OP_INSTANCE_GROW_DISK": Behaviour(grow_disk, check_grow),
    "OP_INSTANCE_RENAME": Behaviour(rename, check_rename),
    "OP_TAGS_SET": Behaviour(set_tags),
    "OP_NETWORK_ADD": Behaviour(networks.add, networks.check_new),
    "OP_NETWORK_CONNECT": Behaviour(networks.connect, networks.must_exist),
    "OP_NETWORK_DISCONNECT": Behaviour(networks.disconnect, networks.check_unused),
    "OP_NETWORK_REMOVE": Behaviour(networks.remove, networks.check_unconnected),
}


# Those whose result says something.
TELLING: Final = {
    "OP_INSTANCE_SET_PARAMS": Telling(set_params, check_set_params),
    "OP_INSTANCE_ACTIVATE_DISKS": Telling(activate_disks),
}


def prepare(world: World, job: Job) -> Failure:
    """What stops the job when it starts, if anything does."""
    if job.error:
        return job.error
    if job.op["OP_ID"] == "OP_INSTANCE_CREATE":
        return begin_create(world, job)
    op_id = job.op["OP_ID"]
    check = TELLING[op_id].check if op_id in TELLING else BEHAVIOURS[op_id].check
    return check(world, job.op)


def finish(world: World, job: Job) -> None:
    """Carry out a job that nothing stopped."""
    if job.error:
        job.result = None
    elif job.op["OP_ID"] == "OP_INSTANCE_CREATE":
        finish_create(world, job.op)
    elif job.op["OP_ID"] in TELLING:
        TELLING[job.op["OP_ID"]].change(world, job)
    else:
        BEHAVIOURS[job.op["OP_ID"]].change(world, job.op)
