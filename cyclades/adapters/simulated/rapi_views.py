"""The simulated cluster in the shapes of RAPI's answers."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from cyclades.adapters.simulated import reports
from cyclades.adapters.simulated.world import Instance, Job, Network, Node, World

Shape = dict[str, Any]


def stamp(time: float | None) -> list[int] | None:
    """Seconds and microseconds."""
    return None if time is None else [int(time), int(time % 1 * 1e6)]


def info(world: World) -> Shape:
    """`GET /2/info`, as far as anybody looks."""
    identity = reports.identity(world)
    return {
        "software_version": identity.version,
        "name": identity.name,
        "uuid": identity.uuid,
        "master": next(iter(world.nodes)),
        "default_hypervisor": "fake",
        "enabled_hypervisors": list(identity.hypervisors),
        "enabled_disk_templates": list(identity.disk_templates),
        "prealloc_wipe_disks": identity.wipes_disks,
        "mac_prefix": "aa:01:00",
        "max_running_jobs": 20,
        "tags": [],
    }


def node(world: World, about: Node) -> Shape:
    """A row of `GET /2/nodes?bulk=1`; a node that is offline tells nothing of itself."""
    primary = sorted(i.name for i in world.instances.values() if i.node == about.name)
    live = {
        "mtotal": about.memory,
        "mfree": world.memory_free(about),
        "dtotal": about.disk,
        "dfree": world.disk_free(about),
        "ctotal": about.cpus,
    }
    return {
        "name": about.name,
        "drained": about.drained,
        "offline": about.offline,
        "vm_capable": True,
        "role": "O" if about.offline else "D" if about.drained else "C",
        "pinst_cnt": len(primary),
        "pinst_list": primary,
        **(dict.fromkeys(live) if about.offline else live),
    }


def column(items: Iterable[Shape], name: str) -> list[Any]:
    """One field of all, with null where it is not."""
    return [item.get(name) for item in items]


def instance(world: World, about: Instance) -> Shape:
    """`GET /2/instances/NAME`."""
    status = world.status_of(about)
    return {
        "name": about.name,
        "uuid": about.uuid,
        "os": about.os_type,
        "admin_state": "up" if about.wanted else "down",
        "status": status,
        "oper_state": None if status == "ERROR_nodeoffline" else about.running,
        "pnode": about.node,
        "snodes": [],
        "disk_template": about.disk_template,
        "beparams": {"vcpus": about.vcpus, "maxmem": about.memory, "minmem": about.memory},
        "hvparams": about.hvparams,
        **{f"nic.{name}s": column(about.nics, name) for name in ("name", "mac", "ip", "link")},
        **{f"nic.{name}s": column(about.nics, name) for name in ("mode", "uuid")},
        "nic.networks.names": column(about.nics, "network"),
        **{f"disk.{name}s": column(about.disks, name) for name in ("name", "uuid", "size")},
        "network_port": None,
        "tags": about.tags,
        "ctime": about.created,
        "mtime": about.modified,
        "serial_no": about.serial,
    }


def network(_world: World, about: Network) -> Shape:
    """`GET /2/networks/NAME`."""
    return {
        "name": about.name,
        "uuid": about.uuid,
        "network": about.cidr,
        "gateway": about.gateway,
        "network6": None,
        "gateway6": None,
        "mac_prefix": about.mac_prefix,
        "group_list": [[*group, ""] for group in about.groups],
        "tags": about.tags,
    }


JOB_FIELDS: Final[dict[str, Callable[[World, Job], Any]]] = {
    "id": lambda _, job: job.id,
    "ops": lambda _, job: [{"dry_run": False, "priority": 0, "depends": None, **job.op}],
    "status": lambda _, job: job.status,
    "summary": lambda _, job: [f"{job.op['OP_ID'].removeprefix('OP_')}({job.instance})"],
    "opstatus": lambda _, job: [job.status],
    "received_ts": lambda _, job: stamp(job.received),
    "start_ts": lambda _, job: stamp(job.started),
    "end_ts": lambda _, job: stamp(job.ended),
    "oplog": lambda _, job: [
        [[number, stamp(time), kind, text] for number, time, kind, text in job.log]
    ],
    "opresult": lambda _, job: [job.error if job.final and job.error else job.result],
    "archived": lambda world, job: job.id in world.archive,
}
BULK_FIELDS: Final = tuple(list(JOB_FIELDS)[:8])
ONE_FIELDS: Final = tuple(list(JOB_FIELDS)[:10])


def job(world: World, about: Job, fields: Iterable[str]) -> Shape:
    """A job with these fields."""
    return {name: JOB_FIELDS[name](world, about) for name in fields}


def unknown_job(job_id: int) -> Shape:
    """What RAPI says, with HTTP 200, about a job that does not exist."""
    return {**dict.fromkeys(ONE_FIELDS), "id": job_id}


def query_answer(fields: list[str], rows: list[Shape]) -> Shape:
    """The form of an answer to a query: [status, value] for each cell; 3 means no value."""
    return {
        "fields": [{"name": name, "title": name, "kind": "other", "doc": ""} for name in fields],
        "data": [[[0, row[name]] if name in row else [3, None] for name in fields] for row in rows],
    }
