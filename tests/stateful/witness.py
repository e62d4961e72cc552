"""What must hold after every step, in the middle of things too.

The rules of a settled world (tests/workers/invariants.py) that need no rest are taken over
as they are; the others are here in the form that they have while work is under way. The
witness remembers what was seen and what was asked for, which no table tells.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row

from cyclades.adapters.simulated.reports import effect_in
from cyclades.adapters.simulated.world import Instance
from cyclades.domain.model.deadlines import STILL_AWAITED
from cyclades.domain.model.server import GONE
from tests.stateful.site import SMALL, Site
from tests.workers import invariants, network_invariants
from tests.workers.evidence import Evidence, gathered

FINISHED = frozenset({"done", "failed", "cancelled"})
ALWAYS = (
    network_invariants.one_holder_an_address,
    network_invariants.floating_ips_lead_somewhere,
    network_invariants.pools_give_to_the_living,
    network_invariants.homes_are_kept,
    network_invariants.usage_adds_up,
    invariants.versions_only_rise,
    invariants.deleted_stays_deleted,
    invariants.strangers_are_left_alone,
)


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A job of ours, as it was submitted."""

    cluster: str
    operation: str
    instance: str
    effect_id: str


@dataclass(slots=True)
class Witness:
    """Knows who wanted what, and what was there a moment ago."""

    site: Site
    deleted_by_users: set[str] = field(default_factory=set)  # servers
    removed_by_hand: set[str] = field(default_factory=set)  # instances
    resized_by_hand: bool = False
    made_by_hand: set[str] = field(default_factory=set)  # instances
    unplugged_by_hand: set[str] = field(default_factory=set)  # MACs
    forgiven: set[str] = field(default_factory=set)  # effects whose jobs nobody can find again
    jobs: dict[tuple[str, int], JobSeen] = field(default_factory=dict)
    strangers: dict[str, Instance] = field(default_factory=dict)
    before: Evidence | None = None

    def wrongs(self) -> list[str]:
        """What is wrong at this moment; an empty list when nothing is."""
        seen = self.look()
        found = [f"{rule.__name__}: {wrong}" for rule in ALWAYS for wrong in rule(seen)]
        found += [f"{name}: {wrong}" for name, rule in RULES.items() for wrong in rule(self, seen)]
        self.before = seen
        return found

    def settled_wrongs(self) -> list[str]:
        """What is wrong once everything is settled."""
        seen = self.look()
        # A server in ERROR may have its instance still (its removal failed) or not.
        unclear = {server.instance for server in seen.alive if server.vm_state == "error"}
        known = [
            (cluster, instance)
            for cluster, instance in seen.instances
            if instance.name not in unclear | self.made_by_hand
        ]
        apart = {"I2", "I3", "I5"}
        rules = {name: rule for name, rule in invariants.RULES.items() if name not in apart}
        found = [f"{name}: {wrong}" for name, rule in rules.items() for wrong in rule(seen)]
        found += [f"I5: {w}" for w in network_invariants.interfaces_agree(self._untouched(seen))]
        clear = replace(seen, instances=known)
        found += [f"I3: {wrong}" for wrong in invariants.one_instance_a_server(clear)]
        done = {effect.id for effect in seen.effects if effect.state == "done"}
        asked = {job.effect_id for job in self.jobs.values()}
        found += [f"I2: {lost} is done and had no job" for lost in done - asked]
        return found

    def _untouched(self, seen: Evidence) -> Evidence:
        """But for interfaces that were to be unplugged by hand, whether that went well or not."""
        ports = [port for port in seen.ports if port.mac not in self.unplugged_by_hand]
        instances = [
            (at, replace(i, nics=[n for n in i.nics if n["mac"] not in self.unplugged_by_hand]))
            for at, i in seen.instances
        ]
        return replace(seen, rows={**seen.rows, "ports": ports}, instances=instances)

    def look(self) -> Evidence:
        """Everything there is to see; new jobs and strangers are remembered."""
        seen = gathered(self.site.users.app)
        for cluster, job in seen.jobs:
            effect_id = effect_in(job.op)
            if effect_id is not None:
                self.jobs.setdefault(
                    (cluster, job.id),
                    JobSeen(cluster, job.op["OP_ID"], str(job.instance), effect_id),
                )
        return seen

    def forgives_what_is_under_way(self) -> None:
        """Jobs are about to be forgotten by their cluster: nobody can find them again."""
        self.forgiven |= {e.id for e in self.look().effects if e.state not in FINISHED}


def one_job_an_effect(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I2: however often it was tried."""
    jobs = Counter(job.effect_id for job in witness.jobs.values())
    for effect_id, count in jobs.items():
        if count > 1 and effect_id not in witness.forgiven | witness.site.late:
            yield f"effect {effect_id} has {count} jobs"


def one_place_an_instance(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I3: nothing is in two clusters, or in one where it should not be."""
    owners = {server.instance: server for server in seen.servers}
    ours = [
        (cluster, instance.name)
        for cluster, instance in seen.instances
        if instance.name.startswith(seen.prefix) and instance.name not in witness.made_by_hand
    ]
    for name, count in Counter(name for _, name in ours).items():
        if count > 1:
            yield f"instance {name} is in {count} clusters"
    for cluster, name in ours:
        if name not in owners or owners[name].cluster_id != cluster:
            yield f"instance {name} in {cluster} is nobody's"


def addresses_in_use_are_held(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I4: as long as an instance is there, its addresses are nobody else's."""
    owners = {server.instance: server for server in seen.servers}
    held = {(row.device_id, row.mac): row.id for row in seen.ports}
    holder = {(row.network_id, row.address): row.port_id for row in seen.addresses}
    late = {job.instance for job in witness.jobs.values() if job.effect_id in witness.site.late}
    for _, instance in seen.instances:
        server = owners.get(instance.name)
        if server is None or instance.name in late:
            continue
        for nic in instance.nics:
            port = held.get((server.id, nic["mac"]))
            network = str(nic["network"]).removeprefix(f"{seen.prefix}net-")
            if port is None or (nic["ip"] and holder.get((network, nic["ip"])) != port):
                yield f"instance {instance.name} uses {nic['mac']} {nic['ip']} of somebody else"


def limits_hold(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I6: users do not get past their limits."""
    limits = {name.removeprefix("quota_"): n for name, n in SMALL.items() if "quota" in name}
    for row in seen.quotas:
        if row.used > limits.get(row.resource, row.used) and not witness.resized_by_hand:
            yield f"{row.project_id} uses {row.used} of {limits[row.resource]} {row.resource}"


def nothing_turns_back(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I7 and I8: what was is followed by what may follow it."""
    if witness.before is None:
        return
    now = {name: by_id(getattr(seen, name)) for name in ("servers", "effects", "actions")}
    for old in witness.before.servers:
        new = now["servers"][old.id]
        if new.version < old.version or (old.deleted and not new.deleted):
            yield f"server {old.id} went back from {old.version} to {new.version}"
        if new.version == old.version and new != old:
            yield f"server {old.id} changed under version {old.version}"
    for old in witness.before.effects:
        new = now["effects"][old.id]
        if old.state in FINISHED and new != old:
            yield f"effect {old.id} was {old.state} and is {new.state}"
        if new.job_rank < old.job_rank or old.job_id not in {None, new.job_id}:
            yield f"effect {old.id} went from job {old.job_id} to {new.job_id}"
    for old in witness.before.actions:
        over = old.result is not None and old.message != STILL_AWAITED
        if over and now["actions"][old.id] != old:
            yield f"action {old.id} was over and goes on"


def work_has_a_worker(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I1: whatever says that something is being done, something is being done about."""
    open_effects = {effect.id for effect in seen.effects if effect.state not in FINISHED}
    for server in seen.servers:
        if server.effect_id is not None and server.effect_id not in open_effects:
            yield f"server {server.id} waits for {server.effect_id}, which is over"
        if server.task_state is not None and server.effect_id is None:
            yield f"server {server.id} is {server.task_state} for ever"
        if server.vm_state == "building" and server.effect_id is None:
            yield f"server {server.id} builds for ever"
    for action in seen.actions:
        if action.result is None and action.effect_id not in open_effects:
            yield f"action {action.action} of {action.server_id} waits for nothing"


def wires_have_a_worker(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I1: the same of interfaces, and of networks in clusters."""
    open_effects = {effect.id for effect in seen.effects if effect.state not in FINISHED}
    for port in seen.ports:
        if port.effect_id is not None and port.effect_id not in open_effects:
            yield f"port {port.id} waits for {port.effect_id}, which is over"
    for row in seen.rows["network_clusters"]:
        if row.effect_id is not None and row.effect_id not in open_effects:
            yield f"network {row.network_id} waits for {row.effect_id}, which is over"


def failures_say_why(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I1: errors come with words."""
    for server in seen.servers:
        if server.vm_state == "error" and not server.fault_message:
            yield f"server {server.id} does not say why it is in ERROR"
    for action in seen.actions:
        if action.result == "Error" and not action.message:
            yield f"action {action.action} of {action.server_id} does not say why it failed"


def strangers_stay_as_they_are(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I9: down to the last field."""
    there = {i.name: i for _, i in seen.instances if i.name in witness.made_by_hand}
    for name, known in witness.strangers.items():
        if there.get(name) != known:
            yield f"stranger {name} has changed"
    for name, instance in there.items():
        if instance.wanted:
            witness.strangers.setdefault(name, deepcopy(instance))


def ends_are_proven(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I10: nothing is removed or given up without a reason that somebody gave."""
    wanted = witness.deleted_by_users
    failed = {
        effect.server_id
        for effect in seen.effects
        if effect.operation == "create" and effect.state == "failed"
    }
    for server in seen.servers:
        excused = server.id in wanted or server.instance in witness.removed_by_hand
        if (server.deleted or server.fault_message == GONE) and not excused:
            yield f"server {server.id} is gone, and nobody removed it"
    owners = {server.instance: server for server in seen.servers}
    for job in witness.jobs.values():
        owner = owners.get(job.instance)
        if job.operation != "OP_INSTANCE_REMOVE":
            continue
        if owner is None or not (owner.id in wanted | failed or owner.deleted):
            yield f"instance {job.instance} was removed, and nobody wanted that"


def interfaces_stay(witness: Witness, seen: Evidence) -> Iterator[str]:
    """I10: a server keeps its interfaces until somebody unplugs them."""
    if witness.before is None:
        return
    alive = {server.id for server in seen.alive if server.vm_state != "error"}
    now = by_id(seen.ports)
    asked = "".join(e.command for e in seen.effects if e.operation in {"detach_nic", "attach_nic"})
    for port in witness.before.ports:
        there = port.device_owner.startswith("compute:") and port.device_id in alive
        kept = port.id in now and now[port.id].device_id == port.device_id
        if there and not kept and port.id not in asked:
            yield f"port {port.id} left {port.device_id}, and nobody asked for that"


def by_id(rows: list[Row[Any]]) -> Mapping[str, Row[Any]]:
    """Rows by their ids."""
    return {row.id: row for row in rows}


RULES: Mapping[str, Callable[[Witness, Evidence], Iterator[str]]] = {
    "I1": work_has_a_worker,
    "I1 networks": wires_have_a_worker,
    "I1 words": failures_say_why,
    "I2": one_job_an_effect,
    "I3": one_place_an_instance,
    "I4": addresses_in_use_are_held,
    "I6 limits": limits_hold,
    "I7 I8": nothing_turns_back,
    "I9 fields": strangers_stay_as_they_are,
    "I10": ends_are_proven,
    "I10 ports": interfaces_stay,
}
