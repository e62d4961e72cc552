"""`cyclades-manage server`: what operators may know of a server."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from cyclades.commands import ini
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.server import Server
from cyclades.domain.services.server_adoption import WantedAdoption, sighted
from cyclades.ports.identity_store import Records

FACTS: Mapping[str, Callable[[Server], Any]] = {
    "id": lambda server: server.id,
    "name": lambda server: server.name,
    "project": lambda server: server.project_id,
    "user": lambda server: server.user_id,
    "status": lambda server: server.status,
    "task": lambda server: server.task_state,
    "instance": lambda server: server.instance,
    "fault": lambda server: server.fault.message if server.fault else None,
    "chosen": lambda server: server.placement.get("cluster"),
    "weights": lambda server: server.placement.get("weights"),
    "refused": lambda server: server.placement.get("refused"),
}


@click.group()
def server() -> None:
    """Servers: where they are, and why."""


@server.command()
@click.argument("server_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@ini.option
@ini.plainly
def show(server_id: str, path: Path, *, as_json: bool) -> None:
    """One server of any project: its state, its instance, and why its cluster was chosen."""
    with ini.application(path).reader() as unit:
        found = unit.servers.by_id(server_id)
        cluster = unit.clusters.get(found.cluster_id).name
    facts = {"cluster": cluster} | {title: read(found) for title, read in FACTS.items()}
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    for title, fact in facts.items():
        click.echo(f"{title:>10}  {said(fact)}")


@server.command()
@click.argument("cluster")
@click.argument("instance")
@click.option("--project", required=True, help="Whose it becomes: an id or a name.")
@click.option("--user", required=True, help="Who is shown as having made it: an id or a name.")
@click.option("--name", default="", help="The server's name; the instance's if not given.")
@click.option("--flavor", default="", help="An id or a name; one that fits if not given.")
@click.option("--force", is_flag=True, help="Also beyond the project's quota.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@ini.option
@ini.plainly
def adopt(  # noqa: PLR0913  one parameter an option
    cluster: str,
    instance: str,
    project: str,
    user: str,
    name: str,
    flavor: str,
    path: Path,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Take an INSTANCE that is in a CLUSTER already into a project, as a server.

    Nothing is changed in the cluster.
    """
    app = ini.application(path)
    try:
        with app.reader() as unit:
            found = unit.clusters.by_name(cluster)
            wanted = WantedAdoption(
                one_of(unit.identity.store.projects, "project", project),
                one_of(unit.identity.store.users, "user", user),
                name,
                flavor,
                force,
            )
        seen = sighted(app.drivers.of(found.id), instance)
        made = app.atomically(lambda unit: unit.server_adoption.adopt(found, seen, wanted))
    finally:
        app.close()
    if as_json:
        facts = {title: read(made.server) for title, read in FACTS.items()}
        click.echo(json.dumps(facts | {"notes": made.notes}, indent=2))
        return
    click.echo(f"{instance} is server {made.server.id} ({made.server.status}).")
    for note in made.notes:
        click.echo(f"  {note}")


def one_of(records: Records[Any], kind: str, named: str) -> str:
    """The id of what has this id or, alone, this name. Raises NotFound."""
    for key in ("id", "name"):
        found = records.find({key: named})
        if len(found) == 1:
            identifier: str = found[0].id
            return identifier
    raise NotFound(kind, named)


def said(fact: object) -> str:
    """A fact in one line."""
    if isinstance(fact, Mapping):
        return ", ".join(f"{name}: {value}" for name, value in fact.items()) or "none"
    return "none" if fact is None else str(fact)
