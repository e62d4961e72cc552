"""What must hold once nothing is left to do, whatever went wrong before.

Each rule looks at the whole database and at the inside of every simulated cluster, and
returns the sentences that say what is wrong.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, text

from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.simulated.reports import effect_in
from cyclades.adapters.simulated.world import Instance, Job
from cyclades.bootstrap import Application

Rows = list[Row[Any]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything there is to see."""

    servers: Rows
    effects: Rows
    actions: Rows
    ports: Rows
    addresses: Rows
    quotas: Rows
    feed: Rows
    instances: list[tuple[str, Instance]]
    jobs: list[tuple[str, Job]]
    prefix: str

    @property
    def alive(self) -> Rows:
        """Servers that are not deleted."""
        return [server for server in self.servers if not server.deleted]


def gathered(app: Application) -> Evidence:
    """Look at everything."""
    with app.reader() as unit:
        tables = ("servers", "effects", "instance_actions", "ports", "addresses", "quotas", "feed")
        rows = {
            name: list(unit.connection.execute(text(f"SELECT * FROM {name}"))) for name in tables
        }
        clusters = [cluster.id for cluster in unit.clusters.list()]
    instances: list[tuple[str, Instance]] = []
    jobs: list[tuple[str, Job]] = []
    for cluster_id in clusters:
        driver = cast(SimulatedDriver, app.drivers.of(cluster_id))
        instances += [(cluster_id, i) for i in driver.store.look(lambda w: [*w.instances.values()])]
        jobs += [
            (cluster_id, job)
            for job in driver.store.look(lambda w: [*w.jobs.values(), *w.archive.values()])
        ]
    return Evidence(
        rows["servers"],
        rows["effects"],
        rows["instance_actions"],
        rows["ports"],
        rows["addresses"],
        rows["quotas"],
        sorted(rows["feed"], key=lambda row: row.seq),
        instances,
        jobs,
        app.settings.instance_prefix,
    )


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
    if ours != wanted:
        yield f"instances {dict(ours - wanted)} too many, {dict(wanted - ours)} missing"
    places = {i.name: cluster_id for cluster_id, i in seen.instances}
    for server in seen.alive:
        if places.get(server.instance, server.cluster_id) != server.cluster_id:
            yield f"server {server.id} is in another cluster than it should be"


def one_holder_an_address(seen: Evidence) -> Iterator[str]:
    """I4: addresses and MACs have one holder, which lives."""
    alive, ports = {server.id for server in seen.alive}, {port.id for port in seen.ports}
    for port in seen.ports:
        if port.device_owner.startswith("compute:") and port.device_id not in alive:
            yield f"port {port.id} belongs to {port.device_id}, which is gone"
    for row in seen.addresses:
        if row.port_id is not None and row.port_id not in ports:
            yield f"address {row.address} belongs to {row.port_id}, which is gone"
    macs = Counter((port.network_id, port.mac) for port in seen.ports)
    yield from (f"{count} ports have MAC {mac}" for (_, mac), count in macs.items() if count > 1)


def interfaces_agree(seen: Evidence) -> Iterator[str]:
    """I5: what is plugged in is what is written down."""
    instances = {instance.name: instance for _, instance in seen.instances}
    for server in seen.alive:
        if server.instance in instances:
            there = {nic["mac"] for nic in instances[server.instance].nics}
            ours = {port.mac for port in seen.ports if port.device_id == server.id}
            if there != ours:
                yield f"server {server.id} has MACs {ours}, its instance {there}"


def usage_adds_up(seen: Evidence) -> Iterator[str]:
    """I6: the book says what there is."""
    counted: Counter[tuple[str, str]] = Counter()
    for server in seen.alive:
        amounts = {"instances": 1, "cores": server.vcpus, "ram": server.ram}
        counted.update({(server.project_id, name): n for name, n in amounts.items()})
    counted.update((port.project_id, "port") for port in seen.ports if port.project_id)
    booked = {
        (row.project_id, row.resource): row.used
        for row in seen.quotas
        if row.resource in {"instances", "cores", "ram", "port"}
    }
    for key in booked.keys() | counted.keys():
        if booked.get(key, 0) != counted[key]:
            yield f"{key} is booked as {booked.get(key, 0)} and is {counted[key]}"


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


RULES: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "I1": nothing_is_silent,
    "I2": one_job_an_effect,
    "I3": one_instance_a_server,
    "I4": one_holder_an_address,
    "I5": interfaces_agree,
    "I6": usage_adds_up,
    "I7": versions_only_rise,
    "I8": deleted_stays_deleted,
    "I9": strangers_are_left_alone,
}


def violations(app: Application, *but: str) -> list[str]:
    """What is wrong, `but` for these rules; an empty list when nothing is."""
    seen = gathered(app)
    rules = {name: rule for name, rule in RULES.items() if name not in but}
    return [f"{name}: {wrong}" for name, rule in rules.items() for wrong in rule(seen)]
