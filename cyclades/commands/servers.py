"""`cyclades-manage server`: what operators may know of a server."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from cyclades.commands import ini
from cyclades.domain.model.server import Server

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


def said(fact: object) -> str:
    """A fact in one line."""
    if isinstance(fact, Mapping):
        return ", ".join(f"{name}: {value}" for name, value in fact.items()) or "none"
    return "none" if fact is None else str(fact)
