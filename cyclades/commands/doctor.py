"""`cyclades-manage doctor`: what something waits for, in words."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from cyclades.bootstrap import Application
from cyclades.commands import ini
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.reports import InstanceReport, JobReport
from cyclades.domain.model.server import Server
from cyclades.domain.model.sharing import Scope
from cyclades.domain.services.cluster_diagnosis import examine
from cyclades.domain.services.diagnosis import Finding, Situation, diagnose
from cyclades.ports.cluster_driver import ClusterUnavailable
from cyclades.ports.outbox import InFlight

RECENT = 20  # actions
MANY = 10_000  # volume types


@click.group()
def doctor() -> None:
    """Say what something waits for, and what can be done about it."""


@doctor.command()
@click.argument("server_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@ini.option
@ini.plainly
def server(server_id: str, path: Path, *, as_json: bool) -> None:
    """A server of any project, deleted or not."""
    app = ini.application(path)
    try:
        findings = diagnose(examined(app, server_id))
    finally:
        app.close()
    if as_json:
        shown = {"server": server_id, "findings": [asdict(each) for each in findings]}
        click.echo(json.dumps(shown, indent=2))
    else:
        show(findings)


@doctor.command()
@ini.option
@ini.plainly
def clusters(path: Path) -> None:
    """Whether clusters are set up so that no user reads another's disks."""
    app = ini.application(path)
    try:
        show(set_up(app))
    finally:
        app.close()


def set_up(app: Application) -> list[Finding]:
    """Ask all clusters."""
    with app.reader() as unit:
        known = unit.clusters.list()
        types = unit.volume_types.page(Listing(Scope(None, everything=True), limit=MANY))
    found = []
    for cluster in known:
        try:
            identity = app.drivers.of(cluster.id).identity()
        except ClusterUnavailable as error:
            found.append(Finding(cluster.name, f"It does not answer: {error}"))
        else:
            found += examine(cluster.name, identity, types)
    return found


def show(findings: Sequence[Finding]) -> None:
    """A line for each, and one for what comes then."""
    for each in findings:
        click.echo(f"{each.about:>10}  {each.says}")
        if each.then:
            click.echo(f"{'':>10}  -> {each.then}")


def examined(app: Application, server_id: str) -> Situation:
    """Look at the database, then ask the cluster. Raises NotFound."""
    with app.reader() as unit:
        found = unit.servers.by_id(server_id)
        cluster = unit.clusters.get(found.cluster_id)
        effects = unit.outbox.in_flight(cluster.id)
        known = {
            found.id,
            found.instance,
            *(e.effect_id for e in effects if e.server_id == found.id),
        }
        divergences = [
            each for each in unit.divergences.lasting() if each.divergence.object_id in known
        ]
        listing = Listing(Scope(None, everything=True), limit=RECENT)
        actions = unit.instance_action_views.page(found.id, listing, deleted=True)
        tasks = unit.disk_task_rows.of_server(found.id)
    newest = next((effect for effect in effects if effect.server_id == found.id), None)
    job, instance, trouble = asked(app, found, newest)
    return Situation(
        found,
        cluster,
        effects,
        app.settings.effects_per_cluster,
        app.settings.effect_lease,
        job,
        instance,
        trouble,
        divergences,
        actions,
        app.clock.now(),
        tasks,
    )


def asked(
    app: Application, found: Server, effect: InFlight | None
) -> tuple[JobReport | None, InstanceReport | None, ClusterUnavailable | None]:
    """What the cluster shows now, or why it shows nothing."""
    driver = app.drivers.of(found.cluster_id)
    try:
        job = driver.job(effect.job_id) if effect and effect.job_id is not None else None
        return job, driver.instance(found.instance), None
    except ClusterUnavailable as error:
        return None, None, error
