"""What must hold once nothing is left to do, whatever went wrong before.

Each rule looks at the whole database and at the inside of every simulated cluster, and
returns the sentences that say what is wrong.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from cyclades.adapters.simulated.reports import effect_in
from cyclades.bootstrap import Application
from tests.workers import disk_invariants as on_disks
from tests.workers import network_invariants as on_networks
from tests.workers.evidence import Evidence, gathered


def nothing_is_silent(seen: Evidence) -> Iterator[str]:
    """I1: every accepted request is done, or failed for a reason that its user reads."""
    for effect in seen.effects:
        if effect.state not in {"done", "failed", "cancelled"}:
            yield f"effect {effect.operation} of {effect.server_id} is {effect.state}"
    for action in seen.actions:
        if action.result is None or (action.result == "Error" and not action.message):
            yield f"action {action.action} of {action.server_id} ended as {action.result}"
    for server in seen.servers:
        if server.vm_state == "error" and not server.fault_message:
            yield f"server {server.id} is in ERROR and does not say why"
        if server.task_state is not None or server.vm_state == "building":
            yield f"server {server.id} is {server.vm_state}, {server.task_state}"


def one_job_an_effect(seen: Evidence) -> Iterator[str]:
    """I2: what was asked for once was done once."""
    jobs = Counter(effect_in(job.op) for _, job in seen.jobs)
    known = {effect.id: effect for effect in seen.effects}
    for effect_id, count in jobs.items():
        if effect_id is not None and count > 1:
            yield f"effect {known[effect_id].operation} {effect_id} has {count} jobs"
    for effect in known.values():
        if effect.state == "done" and jobs[effect.id] != 1:
            yield f"effect {effect.operation} {effect.id} is done with {jobs[effect.id]} jobs"


def one_instance_a_server(seen: Evidence) -> Iterator[str]:
    """I3: no orphans, no doubles, nothing missing."""
    ours = Counter(i.name for _, i in seen.instances if i.name.startswith(seen.prefix))
    wanted = Counter(server.instance for server in seen.alive if server.vm_state != "error")
    wanted += on_disks.holders(seen)
    if ours != wanted:
        yield f"instances {dict(ours - wanted)} too many, {dict(wanted - ours)} missing"
    places = {i.name: cluster_id for cluster_id, i in seen.instances}
    for server in seen.alive:
        if places.get(server.instance, server.cluster_id) != server.cluster_id:
            yield f"server {server.id} is in another cluster than it should be"


def versions_only_rise(seen: Evidence) -> Iterator[str]:
    """I7: nobody ever sees an older state after a newer one."""
    last: dict[tuple[str, str], int] = {}
    for event in seen.feed:
        key = (event.kind, event.object_id)
        if event.kind == "server" and event.version <= last.get(key, 0):
            yield f"{key} goes from {last[key]} to {event.version}"
        last[key] = event.version


def deleted_stays_deleted(seen: Evidence) -> Iterator[str]:
    """I8: and says when."""
    for server in seen.servers:
        if bool(server.deleted) != (server.vm_state == "deleted"):
            yield f"server {server.id} is half deleted"
        if server.deleted and server.terminated is None:
            yield f"server {server.id} was deleted at no time"


def strangers_are_left_alone(seen: Evidence) -> Iterator[str]:
    """I9: no job of ours is about an instance or a network that is not ours."""
    for _, job in seen.jobs:
        about = str(job.instance or job.op.get("network_name"))
        if effect_in(job.op) and not about.startswith(seen.prefix):
            yield f"job {job.id} of ours touched {about}"


def nothing_opens_for_the_past(seen: Evidence) -> Iterator[str]:
    """I10: no ticket, no key and no data of a guest outlives what it was for."""
    flying = {effect.id for effect in seen.effects if effect.state in {"queued", "submitted"}}
    for build in seen.rows["builds"]:
        if build.effect_id not in flying:
            yield f"the ticket of {build.instance} is still good"
    alive = {server.id for server in seen.alive}
    for guest in seen.rows["server_guests"]:
        if guest.server_id not in alive:
            yield f"the guest of {guest.server_id} is remembered"
    for effect in seen.effects:
        if effect.guest is not None and effect.id not in flying:
            yield f"effect {effect.operation} {effect.id} still has its guest's secrets"


RULES: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "I1": nothing_is_silent,
    "I1 networks": on_networks.nothing_is_silent,
    "I1 disks": on_disks.nothing_is_silent,
    "I2": one_job_an_effect,
    "I3": one_instance_a_server,
    "I3 homes": on_networks.homes_are_kept,
    "I3 disks": on_disks.disks_are_in_their_places,
    "I4": on_networks.one_holder_an_address,
    "I4 floating": on_networks.floating_ips_lead_somewhere,
    "I4 pools": on_networks.pools_give_to_the_living,
    "I5": on_networks.interfaces_agree,
    "I5 disks": on_disks.attachments_agree,
    "I5 networks": on_networks.networks_are_where_they_are_needed,
    "I6": on_networks.usage_adds_up,
    "I6 disks": on_disks.usage_adds_up,
    "I7": versions_only_rise,
    "I8": deleted_stays_deleted,
    "I9": strangers_are_left_alone,
    "I10": nothing_opens_for_the_past,
}


def violations(app: Application, *but: str) -> list[str]:
    """What is wrong, `but` for these rules; an empty list when nothing is."""
    seen = gathered(app)
    rules = {name: rule for name, rule in RULES.items() if name not in but}
    return [f"{name}: {wrong}" for name, rule in rules.items() for wrong in rule(seen)]
