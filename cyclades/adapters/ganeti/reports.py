"""RAPI's jobs, instances and nodes as reports.

A broken instance breaks the whole list, lest it look removed; a broken job is only left
out of its list, lest it hide the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from cyclades.adapters.ganeti.errors import AnswerLost
from cyclades.adapters.ganeti.parsing import (
    LONGEST,
    number,
    number_or_zero,
    optional_text,
    rows,
    table,
    text,
    texts,
)
from cyclades.domain.model.cluster import Capacity, ClusterIdentity
from cyclades.domain.model.job_reasons import JobReason, read_reason
from cyclades.domain.model.reports import (
    DiskPath,
    DiskSeen,
    GroupLink,
    InstanceReport,
    JobOutcome,
    JobRank,
    JobReport,
    NetworkReport,
    NicSeen,
    Power,
)

NOT_PLUGGED: Final = "hotplug:failed"
JOB_FIELDS: Final = ("id", "status", "ops", "opresult")
NIC_FIELDS: Final = ("nic.names", "nic.macs", "nic.ips", "nic.links", "nic.networks.names")
STATUSES: Final[Mapping[str, tuple[JobRank, JobOutcome | None]]] = {
    "queued": (JobRank.QUEUED, None),
    "waiting": (JobRank.WAITING, None),
    "canceling": (JobRank.WAITING, None),
    "running": (JobRank.RUNNING, None),
    "success": (JobRank.FINAL, JobOutcome.SUCCESS),
    "error": (JobRank.FINAL, JobOutcome.ERROR),
    "canceled": (JobRank.FINAL, JobOutcome.CANCELED),
}
POWERS: Final = {
    "running": Power.RUNNING,
    "ERROR_up": Power.RUNNING,
    "ADMIN_down": Power.STOPPED,
    "USER_down": Power.STOPPED,
    "ADMIN_offline": Power.STOPPED,
    "ERROR_down": Power.CRASHED,
}


def query_rows(answer: object) -> Iterator[dict[str, Any]]:
    """The rows of a RAPI query, each {field: value}; a field without a value is left out."""
    data = table(answer)
    names = [text(table(column).get("name")) for column in rows(data.get("fields"))]
    for row in rows(data.get("data")):
        cells = [cell(item) for item in rows(row)]
        if len(cells) != len(names):
            raise AnswerLost("A row of the cluster's answer has another length.")
        yield {
            name: value for name, (status, value) in zip(names, cells, strict=True) if status == 0
        }


def cell(value: object) -> tuple[Any, Any]:
    """[status, value] of one field; status 0 says that the value is one."""
    match value:
        case [status, content]:
            return status, content
    raise AnswerLost("A field of the cluster's answer has no status.")


def job_report(cluster_id: str, row: Mapping[str, Any]) -> JobReport:
    """A job, from a row with `JOB_FIELDS`. Raises AnswerLost if it makes no sense."""
    status = text(row.get("status"))
    if status not in STATUSES:
        raise AnswerLost("The cluster speaks of a job status that we do not know.")
    rank, outcome = STATUSES[status]
    ops = [op for op in rows(row.get("ops")) if isinstance(op, dict)]
    first = ops[0] if ops else {}
    reason = reason_in(ops)
    name = first.get("instance_name")
    done = outcome is JobOutcome.SUCCESS
    message, code = error_in(row.get("opresult")) if outcome is JobOutcome.ERROR else ("", None)
    return JobReport(
        cluster_id=cluster_id,
        job_id=number(row.get("id")),
        rank=rank,
        outcome=outcome,
        opcode=str(first.get("OP_ID", ""))[:100],
        instance=name if isinstance(name, str) else None,
        effect_id=reason.effect_id if reason else None,
        error_code=code,
        message=message,
        request_id=reason.request_id if reason else None,
        disks=disk_paths(first, row.get("opresult")) if reason and done else (),
        hotplug_failed=done and NOT_PLUGGED in str(row.get("opresult")),
    )


def disk_paths(op: Mapping[str, Any], results: object) -> tuple[DiskPath, ...]:
    """What an activation of ours has told: disks by their index ("disk/0"), not yet by name."""
    if op.get("OP_ID") != "OP_INSTANCE_ACTIVATE_DISKS":
        return ()
    match results:
        case [[*found]]:
            return tuple(disk_path(entry) for entry in found)
    return ()


def disk_path(entry: object) -> DiskPath:
    """[node, "disk/0", path]. Raises AnswerLost."""
    match entry:
        case [str(node), str(index), str(path)]:
            return DiskPath(index, node, path)
    raise AnswerLost("The place of a disk has another shape.")


def named(disks: Sequence[DiskPath], names: Sequence[object]) -> tuple[DiskPath, ...]:
    """The disks by their names; those whose names the instance does not tell are left out."""
    by_index = {f"disk/{index}": name for index, name in enumerate(names)}
    return tuple(
        replace(disk, name=name)
        for disk in disks
        if isinstance(name := by_index.get(disk.name), str)
    )


def job_reports(cluster_id: str, answer: object) -> list[JobReport]:
    """All jobs of a query that make sense, by id."""
    found = []
    for row in query_rows(answer):
        try:
            found.append(job_report(cluster_id, row))
        except AnswerLost:
            continue
    return sorted(found, key=lambda report: report.job_id)


def reason_in(ops: object) -> JobReason | None:
    """Our reason in the trails of a job's opcodes, wherever it is."""
    for op in ops if isinstance(ops, list) else []:
        trail = op.get("reason") if isinstance(op, dict) else None
        for entry in trail if isinstance(trail, list) else []:
            words = entry[1] if isinstance(entry, list) and len(entry) > 1 else None
            reason = read_reason(words) if isinstance(words, str) else None
            if reason:
                return reason
    return None


def error_in(results: object) -> tuple[str, str | None]:
    """(Ganeti's text, its error code) from `opresult`: `[[class, [text, code]]]` at best."""
    for result in results if isinstance(results, list) else []:
        if not (isinstance(result, list) and result and isinstance(result[0], str)):
            continue
        details = result[1] if len(result) > 1 else []
        details = details if isinstance(details, list) else [details]
        words = str(details[0])[:LONGEST] if details else result[0][:LONGEST]
        code = details[1] if len(details) > 1 else None
        return words, code[:100] if isinstance(code, str) else None
    return "", None


def instance_report(cluster_id: str, data: object) -> InstanceReport:
    """An instance. Raises AnswerLost if it makes no sense."""
    about = table(data)
    beparams = table(about.get("beparams"))
    return InstanceReport(
        cluster_id=cluster_id,
        instance=text(about.get("name")),
        uuid=text(about.get("uuid")),
        power=POWERS.get(text(about.get("status")), Power.UNKNOWN),
        vcpus=number(beparams.get("vcpus")),
        memory_mib=number(beparams.get("maxmem")),
        nics=tuple(
            NicSeen(
                optional_text(name),
                text(mac),
                optional_text(ip),
                optional_text(link) or "",
                optional_text(network),
            )
            for name, mac, ip, link, network in columns(about, *NIC_FIELDS)
        ),
        disks=tuple(
            DiskSeen(optional_text(name), text(uuid), number(size))
            for name, uuid, size in columns(about, "disk.names", "disk.uuids", "disk.sizes")
        ),
        tags=frozenset(texts(about.get("tags"))),
        node=optional_text(about.get("pnode")),
        disk_template=optional_text(about.get("disk_template")) or "",
    )


def network_report(cluster_id: str, data: object) -> NetworkReport:
    """A network. Raises AnswerLost if it makes no sense."""
    about = table(data)
    return NetworkReport(
        cluster_id=cluster_id,
        name=text(about.get("name")),
        cidr=text(about.get("network")),
        mac_prefix=optional_text(about.get("mac_prefix")),
        groups=tuple(group_link(entry) for entry in rows(about.get("group_list"))),
        tags=frozenset(texts(about.get("tags"))),
    )


def group_link(entry: object) -> GroupLink:
    """[group, mode, link, VLAN] as a network shows it. Raises AnswerLost."""
    match entry:
        case [str(group), str(mode), str(link), *_]:
            return GroupLink(group, mode, link)
    raise AnswerLost("A network's connection has another shape.")


def columns(about: Mapping[str, Any], *names: str) -> Iterator[tuple[Any, ...]]:
    """Parallel arrays, as tuples. Raises AnswerLost when their lengths differ."""
    arrays = [rows(about.get(name)) for name in names]
    if len({len(array) for array in arrays}) > 1:
        raise AnswerLost("The cluster's answer has arrays of different lengths.")
    return zip(*arrays, strict=True)


def identity(data: object) -> ClusterIdentity:
    """Who answered `/2/info`."""
    info = table(data)
    return ClusterIdentity(
        uuid=text(info.get("uuid")),
        name=text(info.get("name")),
        version=text(info.get("software_version")),
        disk_templates=texts(info.get("enabled_disk_templates")),
        hypervisors=texts(info.get("enabled_hypervisors")),
        wipes_disks=info.get("prealloc_wipe_disks") is True,
    )


def capacity(data: object, groups: object) -> Capacity:
    """Sums over the nodes that can take instances; `instances` counts those of all nodes."""
    nodes = [table(node) for node in rows(data)]
    able = [
        node
        for node in nodes
        if not node.get("drained") and not node.get("offline") and node.get("vm_capable") is True
    ]

    def total(name: str) -> int:
        return sum(number_or_zero(node.get(name)) for node in able)

    return Capacity(
        nodes=len(able),
        cpus_total=total("ctotal"),
        memory_total=total("mtotal"),
        memory_free=total("mfree"),
        disk_total=total("dtotal"),
        disk_free=total("dfree"),
        instances=sum(number_or_zero(node.get("pinst_cnt")) for node in nodes),
        node_groups=tuple(sorted(text(table(group).get("name")) for group in rows(groups))),
    )
