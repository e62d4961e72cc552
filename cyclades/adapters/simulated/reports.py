"""The simulated cluster's state as reports."""

from typing import Final

from cyclades.adapters.simulated.world import (
    DISK_TEMPLATES,
    GROUP,
    VERSION,
    Instance,
    Job,
    Network,
    Opcode,
    World,
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

RANKS: Final = {
    "queued": JobRank.QUEUED,
    "waiting": JobRank.WAITING,
    "running": JobRank.RUNNING,
    "success": JobRank.FINAL,
    "error": JobRank.FINAL,
    "canceled": JobRank.FINAL,
}
POWERS: Final = {
    "running": Power.RUNNING,
    "ERROR_up": Power.RUNNING,
    "ADMIN_down": Power.STOPPED,
    "ERROR_down": Power.CRASHED,
    "ERROR_nodeoffline": Power.UNKNOWN,
}


def reason_in(op: Opcode) -> JobReason | None:
    """Our reason, if the opcode carries one."""
    return next(filter(None, (read_reason(text) for _, text, _ in op.get("reason") or [])), None)


def effect_in(op: Opcode) -> str | None:
    """The effect that the opcode carries out, if it is one of ours."""
    reason = reason_in(op)
    return reason.effect_id if reason else None


def job_report(cluster_id: str, job: Job) -> JobReport:
    """One job."""
    reason = reason_in(job.op)
    failed = job.error if job.final and job.error else None
    details = failed[1] if failed else []
    return JobReport(
        cluster_id=cluster_id,
        job_id=job.id,
        rank=RANKS[job.status],
        outcome=JobOutcome(job.status) if job.final else None,
        opcode=job.op["OP_ID"],
        instance=job.instance,
        effect_id=reason.effect_id if reason else None,
        request_id=reason.request_id if reason else None,
        error_code=details[1] if len(details) > 1 else None,
        message=details[0] if details else "",
        disks=disk_paths(job),
        hotplug_failed=job.final and "hotplug:failed" in str(job.result),
    )


def disk_paths(job: Job) -> tuple[DiskPath, ...]:
    """What an activation of disks told."""
    if job.op["OP_ID"] != "OP_INSTANCE_ACTIVATE_DISKS" or job.status != "success":
        return ()
    found = zip(job.disk_names, job.result, strict=True)
    return tuple(DiskPath(name or "", node, path) for name, (node, _, path) in found)


def instance_report(cluster_id: str, world: World, instance: Instance) -> InstanceReport:
    """One instance."""
    return InstanceReport(
        cluster_id=cluster_id,
        instance=instance.name,
        uuid=instance.uuid,
        power=POWERS[world.status_of(instance)],
        vcpus=instance.vcpus,
        memory_mib=instance.memory,
        nics=tuple(
            NicSeen(nic["name"], nic["mac"], nic["ip"], nic["link"], nic.get("network"))
            for nic in instance.nics
        ),
        disks=tuple(
            DiskSeen(disk.get("name"), disk["uuid"], disk["size"]) for disk in instance.disks
        ),
        tags=frozenset(instance.tags),
        node=instance.node,
        disk_template=instance.disk_template,
    )


def network_report(cluster_id: str, network: Network) -> NetworkReport:
    """One network."""
    return NetworkReport(
        cluster_id,
        network.name,
        network.cidr,
        network.mac_prefix,
        tuple(GroupLink(*group) for group in network.groups),
        frozenset(network.tags),
    )


def identity(world: World) -> ClusterIdentity:
    """Who the cluster is, or claims to be."""
    return ClusterIdentity(
        uuid=world.faults.foreign_uuid or world.uuid,
        name=world.name,
        version=VERSION,
        disk_templates=DISK_TEMPLATES,
        hypervisors=("fake",),
        wipes_disks=True,  # as much as there is to wipe
    )


def capacity(world: World) -> Capacity:
    """Sums over the nodes that take instances."""
    nodes = [node for node in world.nodes.values() if not (node.drained or node.offline)]
    return Capacity(
        nodes=len(nodes),
        cpus_total=sum(node.cpus for node in nodes),
        memory_total=sum(node.memory for node in nodes),
        memory_free=sum(world.memory_free(node) for node in nodes),
        disk_total=sum(node.disk for node in nodes),
        disk_free=sum(world.disk_free(node) for node in nodes),
        instances=len(world.instances),
        node_groups=(GROUP,),
    )
