"""What must hold of volumes, snapshots and the disks that clusters keep for them."""

from collections import Counter
from collections.abc import Iterator

from cyclades.adapters.simulated.disks import Disk
from cyclades.domain.model.volume import Place, disk_name, holder_name
from tests.workers.evidence import Evidence

UNDER_WAY = frozenset(
    {"creating", "attaching", "detaching", "deleting", "extending", "uploading"}
    | {"backing-up", "restoring-backup", "reverting", "restoring"}
)
GIB = 1024  # MiB


def nothing_is_silent(seen: Evidence) -> Iterator[str]:
    """I1: every task has ended, and says why it failed; nothing waits for one."""
    for task in seen.rows["disk_tasks"]:
        if task.state not in {"done", "failed"} or task.finished is None:
            yield f"task {task.kind} {task.id} is {task.state}"
        elif (task.state == "failed") is not bool(task.message):
            yield f"task {task.kind} {task.id} is {task.state} and says {task.message}"
    for kind in ("volumes", "snapshots", "backups"):
        for row in seen.rows[kind]:
            if row.task_id is not None or row.status in UNDER_WAY:
                yield f"{kind} {row.id} is {row.status}, task {row.task_id}"
            if row.status.startswith("error") and not row.fault:
                yield f"{kind} {row.id} is in {row.status} and does not say why"
    for each in seen.rows["volume_attachments"]:
        if each.status not in {"attached", "reserved"}:
            yield f"volume {each.volume_id} is {each.status} to {each.server_id}"


def holders(seen: Evidence) -> Counter[str]:
    """The instances that keep disks for us, as they should be."""
    kept = [row.id for kind in ("volumes", "snapshots") for row in seen.rows[kind] if row.holder]
    return Counter(holder_name(seen.prefix, each) for each in kept)


def disks_are_in_their_places(seen: Evidence) -> Iterator[str]:
    """I3: each disk is in one instance, the right one, of the right size; none is left over."""
    there: dict[str, list[tuple[str, Disk]]] = {}
    for _, instance in seen.instances:
        for disk in instance.disks:
            there.setdefault(disk["name"] or "", []).append((instance.name, disk))
    servers = {row.id: row.instance for row in seen.alive}
    attached = {
        row.volume_id: servers.get(row.server_id) for row in seen.rows["volume_attachments"]
    }
    lost = set()
    for volume in seen.rows["volumes"]:
        name = disk_name(seen.prefix, volume.id)
        expected = {
            Place.NOWHERE: None,
            Place.MOVING: None,
            Place.HOLDER: holder_name(seen.prefix, volume.id),
            Place.SERVER: attached.get(volume.id) or "a server",
        }[Place(volume.place)]
        lost |= {name} if volume.place == Place.MOVING else set()
        yield from _in_place(volume, expected, there.pop(name, []))
    for snapshot in seen.rows["snapshots"]:
        name = disk_name(seen.prefix, snapshot.id)
        expected = holder_name(seen.prefix, snapshot.id) if snapshot.holder else None
        yield from _in_place(snapshot, expected, there.pop(name, []))
    # A server that was adopted has another id than its instance and its disk are named after.
    made_as = (instance.removeprefix(seen.prefix) for instance in servers.values())
    own = {disk_name(seen.prefix, server_id) for server_id in made_as}
    left = {name for name in there if name.startswith(f"{seen.prefix}disk-")} - own
    left |= {disk["name"] for disk in seen.loose_disks} - lost
    if left:
        yield f"disks of nobody: {sorted(left)}"


def _in_place(row: object, expected: str | None, found: list[tuple[str, Disk]]) -> Iterator[str]:
    what = f"disk of {row.id}"  # type: ignore[attr-defined] # a row of either table
    if [name for name, _ in found] != ([expected] if expected else []):
        yield f"{what} is in {[name for name, _ in found]}, and should be in {expected}"
    for _, disk in found:
        if disk["size"] != row.size * GIB:  # type: ignore[attr-defined] # the same
            yield f"{what} has {disk['size']} MiB"


def attachments_agree(seen: Evidence) -> Iterator[str]:
    """I5: a volume is in use where it is attached, and servers that are gone have none."""
    alive = {row.id for row in seen.alive}
    attached = {row.volume_id: row for row in seen.rows["volume_attachments"]}
    for volume in seen.rows["volumes"]:
        row = attached.get(volume.id)
        if (volume.place == Place.SERVER) is not (row is not None and row.status == "attached"):
            yield f"volume {volume.id} is {volume.place} and its attachment {row and row.status}"
    for row in attached.values():
        if row.server_id not in alive:
            yield f"volume {row.volume_id} is attached to {row.server_id}, which is gone"


def usage_adds_up(seen: Evidence) -> Iterator[str]:
    """I6: the book says what there is."""
    counted: Counter[tuple[str, str]] = Counter()
    for kind in ("volumes", "snapshots"):
        for row in seen.rows[kind]:
            counted.update({(row.project_id, kind): 1, (row.project_id, "gigabytes"): row.size})
    for row in seen.rows["backups"]:
        its = {"backups": 1, "backup_gigabytes": row.size}
        counted.update({(row.project_id, resource): used for resource, used in its.items()})
    kept = {"volumes", "snapshots", "gigabytes", "backups", "backup_gigabytes"}
    booked = {(row.project_id, row.resource): row.used for row in seen.quotas}
    for key in {key for key in booked if key[1] in kept} | counted.keys():
        if booked.get(key, 0) != counted[key]:
            yield f"{key} is booked as {booked.get(key, 0)} and is {counted[key]}"
