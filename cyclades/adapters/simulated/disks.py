"""Disks of simulated instances: made, moved, grown, and what Ganeti refuses, in its words.

A disk that was detached belongs to no instance and stays in the cluster; it takes room there.
"""

from typing import Any, Final

from cyclades.adapters.simulated.verdicts import Failure, prereq
from cyclades.adapters.simulated.world import Instance, Job, Opcode, World

MAX_DISKS: Final = 16
MIN_SIZE: Final = 4  # MiB
ON_ONE_NODE: Final = frozenset({"file", "plain"})

Disk = dict[str, Any]


def make(world: World, seed: str, template: str, wanted: list[Disk]) -> list[Disk]:
    """New disks, each with its UUID."""
    return [
        {
            **disk,
            "name": disk.get("name"),
            "size": max(int(disk["size"]), MIN_SIZE),
            "template": template,
            "uuid": world.new_uuid("disk", seed, index),
        }
        for index, disk in enumerate(wanted)
    ]


def find(disks: list[Disk], identifier: object) -> Disk | None:
    """By index, name or UUID, as Ganeti looks."""
    if str(identifier).lstrip("-").isdigit():
        index = int(str(identifier))
        return disks[index] if 0 <= index < len(disks) else None
    return next((disk for disk in disks if identifier in {disk["name"], disk["uuid"]}), None)


def check(world: World, op: Opcode) -> Failure:
    """Whether the changes of disks in an OP_INSTANCE_SET_PARAMS make sense."""
    instance = world.instances[op["instance_name"]]
    changes = op.get("disks") or []
    if changes and op.get("hotplug") and not instance.running:
        return prereq("Hotplug is not possible: the instance does not run", "wrong_state")
    for verb, identifier, given in changes:
        if verb in {"add", "attach"} and len(instance.disks) >= MAX_DISKS:
            text = f"Instance has too many disks ({len(instance.disks)}), cannot add more"
            return prereq(text, "wrong_state")
        if verb == "add":
            failure = check_new(world, instance, given)
        elif verb == "attach":
            failure = check_attach(world, instance, given)
        else:
            failure = check_leaving(instance, verb, identifier, op)
        if failure:
            return failure
    return None


def check_new(world: World, instance: Instance, given: Disk) -> Failure:
    """A name of its own, a template to follow, and room."""
    if not instance.disks:
        return prereq("Must specify disk type on diskless instance", "wrong_input")
    if find(instance.disks, given.get("name")):
        return prereq(f"disk name '{given['name']}' already used", "resource_not_unique")
    if failure := check_providers(instance.disk_template, [given]):
        return failure
    return check_room(world, instance, int(given["size"]))


def check_providers(template: str, wanted: list[Disk]) -> Failure:
    """Somebody else makes disks of the template "ext"."""
    if template != "ext" or all(disk.get("provider") for disk in wanted):
        return None
    return prereq("Missing provider for template 'ext'", "wrong_input")


def check_attach(world: World, instance: Instance, given: Disk) -> Failure:
    """A disk that nobody has, of the same kind, and somewhere to put it."""
    wanted = given.get("name") or given.get("uuid")
    if find(instance.disks, wanted):
        return prereq(f"disk name '{wanted}' already used", "resource_not_unique")
    for other in world.instances.values():
        if taken := find(other.disks, wanted):
            return taken_by(taken, other.name)
    disk = find(world.loose_disks, wanted)
    if disk is None:
        return prereq(f"No disk was found with this name: {wanted}", "wrong_input")
    failure = check_kind(instance, disk)
    if failure is None:
        disk["claimed"] = instance.name
    return failure


def check_kind(instance: Instance, disk: Disk) -> Failure:
    """Whether a disk that no instance has goes with the instance."""
    if disk["template"] == "ext":
        return prereq("Missing provider for template 'ext'", "wrong_input")
    if instance.disk_template not in {"diskless", disk["template"]}:
        text = f"Instance has '{instance.disk_template}' template while disk has "
        return prereq(f"{text}'{disk['template']}' template", "wrong_input")
    if disk["template"] in ON_ONE_NODE and disk["node"] != instance.node:
        text = f"Disk nodes are {disk['node']} while the instance's node is {instance.node}"
        return prereq(text, "wrong_input")
    if not instance.housed:
        return ["OpExecError", ["Failed before attach: Can't rename device: No such file"]]
    if disk.get("claimed"):
        return taken_by(disk, disk["claimed"])
    return None


def taken_by(disk: Disk, instance: str) -> list[Any]:
    """Another instance has it, or is just getting it."""
    text = f'Disk {disk["uuid"]} already attached to instance "{instance}"'
    return ["ReservationError", [text]]


def check_leaving(instance: Instance, verb: str, identifier: str, op: Opcode) -> Failure:
    """It is there, and a running guest is asked before it is destroyed."""
    if find(instance.disks, identifier) is None:
        return ["OpPrereqError", [f"Lookup of disk '{identifier}' failed"]]
    if verb == "remove" and instance.running and not op.get("hotplug"):
        text = "Can't remove volume from a running instance without using hotplug"
        return prereq(text, "wrong_state")
    return None


def check_room(world: World, instance: Instance, more: int) -> Failure:
    """Whether the instance's node has room."""
    if world.disk_free(world.nodes[instance.node]) < more:
        text = f"Not enough disk space on target node {instance.node}"
        return prereq(text, "insufficient_resources")
    return None


def change(world: World, instance: Instance, job: Job) -> None:
    """Add, attach, detach, remove; the result says what was done."""
    done: list[list[str]] = []
    for verb, identifier, given in job.op.get("disks") or []:
        if verb == "add":
            seed = f"{instance.name}:{instance.serial}:{len(instance.disks)}"
            instance.disks += make(world, seed, instance.disk_template, [given])
            done.append([f"disk/{len(instance.disks) - 1}", f"add:size={given['size']},mode=rw"])
        elif verb == "attach":
            done += enter(world, instance, identifier, given)
        else:
            done += leave(world, instance, verb, identifier)
        if job.op.get("hotplug"):
            done.append([done[-1][0], plugged(world, instance, verb)])
    if done:
        job.result = done


def enter(world: World, instance: Instance, position: str, given: Disk) -> list[list[str]]:
    """A disk that no instance has goes where it is said, or last."""
    disk = find(world.loose_disks, given.get("name") or given.get("uuid"))
    if disk is None:
        return []
    world.loose_disks.remove(disk)
    kept = {name: value for name, value in disk.items() if name not in {"node", "claimed"}}
    index = len(instance.disks) if position == "-1" else int(position)
    instance.disks.insert(index, kept)
    instance.disk_template = kept["template"]
    return [[f"disk/{index}", f"attach:size={kept['size']},mode=rw"]]


def leave(world: World, instance: Instance, verb: str, identifier: str) -> list[list[str]]:
    """The disk is gone, or in no instance."""
    disk = find(instance.disks, identifier)
    if disk is None:
        return []
    index = instance.disks.index(disk)
    instance.disks.remove(disk)
    if verb == "detach":
        world.loose_disks.append({**disk, "node": instance.node})
    if not instance.disks:
        instance.disk_template = "diskless"
    return [[f"disk/{index}", verb]]


def plugged(world: World, instance: Instance, verb: str) -> str:
    """Whether the guest took it up, or let go of it; an IDE bus can do neither while it runs."""
    if "ide" in {instance.hvparams.get(name) for name in ("disk_type", "disk_bus")}:
        return "hotplug:failed"
    if verb in {"detach", "remove"} and world.faults.clinging_guests:
        world.faults.clinging_guests -= 1
        return "hotplug:failed"
    return "hotplug:done"


def check_grow(world: World, op: Opcode) -> Failure:
    """It is there, does not shrink, and there is room."""
    instance = world.instances[op["instance_name"]]
    disk = find(instance.disks, op["disk"])
    if disk is None:
        last = len(instance.disks) - 1
        text = f"Invalid disk index: {op['disk']} (instace has disks 0 to {last}"
        return prereq(text, "wrong_input")
    more = int(op["amount"]) - (disk["size"] if op.get("absolute") else 0)
    if more < 0:
        text = f"Requested size ({op['amount']}M) is smaller than current disk size"
        return prereq(f"{text} ({disk['size']}M)", "wrong_state")
    return check_room(world, instance, more)


def grow(instance: Instance, op: Opcode) -> None:
    """By so much, or to so much."""
    disk = find(instance.disks, op["disk"])
    if disk is not None:
        disk["size"] = int(op["amount"]) + (0 if op.get("absolute") else disk["size"])


def activate(instance: Instance, job: Job) -> None:
    """Where the disks are: [node, index, path] each."""
    job.result = [
        [instance.node, f"disk/{index}", path_of(disk)] for index, disk in enumerate(instance.disks)
    ]
    job.disk_names = [disk["name"] for disk in instance.disks]


def path_of(disk: Disk) -> str:
    """Where a disk can be read on its node."""
    return f"/srv/simulated/{disk['uuid']}"
