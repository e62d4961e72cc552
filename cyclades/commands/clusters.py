"""`cyclades-manage cluster`: what operators do to clusters."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from cyclades.bootstrap import Application
from cyclades.commands import ini
from cyclades.commands.hooks import hooks
from cyclades.commands.node_keys import node_key
from cyclades.domain.model.cluster import Cluster, ClusterConnection
from cyclades.domain.services.clusters import Probe, probe

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def state(cluster: Cluster) -> str:
    """One word for the operator."""
    words = {
        "offline": cluster.offline,
        "not answering": cluster.breaker_open,
        "drained": cluster.drained,
    }
    return next((word for word, holds in words.items() if holds), "ready")


COLUMNS: Mapping[str, Callable[[Cluster], object]] = {
    "name": lambda c: c.name,
    "driver": lambda c: c.connection.driver,
    "endpoint": lambda c: c.connection.endpoint,
    "ganeti": lambda c: c.release,
    "zone": lambda c: c.availability_zone,
    "state": state,
    "nodes": lambda c: c.capacity.nodes,
    "instances": lambda c: c.capacity.instances,
    "memory free (MiB)": lambda c: f"{c.capacity.memory_free}/{c.capacity.memory_total}",
    "disk free (MiB)": lambda c: f"{c.capacity.disk_free}/{c.capacity.disk_total}",
}


ENDPOINTS = "https://host:5080; several, with spaces between, if the master moves."


@click.group()
def cluster() -> None:
    """Clusters: where servers live."""


cluster.add_command(hooks)
cluster.add_command(node_key)


@cluster.command()
@click.argument("name")
@click.option("--driver", default="ganeti", show_default=True, help="ganeti or simulated.")
@click.option("--endpoint", default="", help=ENDPOINTS)
@click.option("--username", default="", help="The RAPI user (needs write access).")
@click.option(
    "--password",
    envvar="CYCLADES_CLUSTER_PASSWORD",
    default="",
    help="Its password; better in CYCLADES_CLUSTER_PASSWORD than here.",
)
@click.option("--fingerprint", default="", help="SHA-256 of the RAPI certificate, to pin it.")
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CA bundle (PEM) that signs the RAPI certificate.",
)
@click.option("--zone", default="nova", show_default=True, help="Its availability zone.")
@click.option(
    "--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the driver."
)
@as_json
@ini.option
@ini.plainly
def add(  # noqa: PLR0913, PLR0917  one parameter an option
    name: str,
    driver: str,
    endpoint: str,
    username: str,
    password: str,
    fingerprint: str,
    ca: Path | None,
    zone: str,
    options: Sequence[str],
    path: Path,
    *,
    as_json: bool,
) -> None:
    """Check a cluster (connection, certificate, version, capacity), then register it."""
    app = ini.application(path)
    connection = ClusterConnection(
        app.ids.new(),
        driver,
        endpoint,
        username,
        password,
        fingerprint.replace(":", "").lower(),
        ca.read_text() if ca else "",
        dict(option.partition("=")[::2] for option in options),
    )
    seen = probed(app, connection, None)
    made = app.atomically(lambda unit: unit.cluster_register.register(name, connection, seen, zone))
    show_all([made], as_json=as_json)


def probed(app: Application, connection: ClusterConnection, uuid: str | None) -> Probe:
    """What answers there; with `uuid`, only that cluster may."""
    link = app.drivers.connect(connection, uuid)
    try:
        return probe(link, app.settings.disk_template)
    finally:
        link.close()


@cluster.command("set")
@click.argument("name")
@click.option("--endpoint", help=ENDPOINTS)
@click.option("--username", help="The RAPI user (needs write access).")
@click.option(
    "--password",
    envvar="CYCLADES_CLUSTER_PASSWORD",
    help="Its password; better in CYCLADES_CLUSTER_PASSWORD than here.",
)
@click.option("--fingerprint", help="SHA-256 of the RAPI certificate, to pin it.")
@ini.option
@ini.plainly
def change(name: str, path: Path, **given: str | None) -> None:
    """Change the way to a cluster, if it answers there; workers follow by themselves."""
    app = ini.application(path)
    with app.reader() as unit:
        known = unit.clusters.by_name(name)
    wanted: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if "fingerprint" in wanted:
        wanted["fingerprint"] = wanted["fingerprint"].replace(":", "").lower()
    connection = replace(known.connection, **wanted)
    probed(app, connection, known.uuid)
    app.atomically(lambda unit: unit.cluster_register.reconnect(connection))
    click.echo(f"{name} is reached by {connection.endpoint} now.")


@cluster.command("list")
@as_json
@ini.option
def list_clusters(path: Path, *, as_json: bool) -> None:
    """All clusters."""
    with ini.application(path).reader() as unit:
        show_all(unit.clusters.list(), as_json=as_json)


@cluster.command()
@click.argument("name")
@as_json
@ini.option
@ini.plainly
def show(name: str, path: Path, *, as_json: bool) -> None:
    """One cluster."""
    with ini.application(path).reader() as unit:
        found = unit.clusters.by_name(name)
        key = "known" if unit.node_keys.known(name) else "none"
    if as_json:
        show_all([found], as_json=True)
        return
    for title, read in COLUMNS.items():
        click.echo(f"{title:>20}  {read(found)}")
    click.echo(f"{'trouble':>20}  {found.trouble or 'none'}")
    click.echo(f"{'node key':>20}  {key}")
    click.echo(f"{'uuid':>20}  {found.uuid}")
    click.echo(f"{'disk templates':>20}  {', '.join(found.disk_templates)}")
    click.echo(f"{'hypervisors':>20}  {', '.join(found.hypervisors)}")


@cluster.command()
@click.argument("name")
@ini.option
@ini.plainly
def drain(name: str, path: Path) -> None:
    """Give a cluster no new servers."""
    ini.application(path).atomically(lambda unit: unit.cluster_register.drain(name, drained=True))
    click.echo(f"{name} is drained.")


@cluster.command()
@click.argument("name")
@ini.option
@ini.plainly
def undrain(name: str, path: Path) -> None:
    """Let a cluster take new servers again."""
    ini.application(path).atomically(lambda unit: unit.cluster_register.drain(name, drained=False))
    click.echo(f"{name} takes servers again.")


@cluster.command()
@click.argument("name")
@ini.option
@ini.plainly
def remove(name: str, path: Path) -> None:
    """Forget a cluster that has no servers."""
    ini.application(path).atomically(lambda unit: unit.cluster_register.remove(name))
    click.echo(f"{name} is removed.")


def show_all(clusters: Sequence[Cluster], *, as_json: bool) -> None:
    """A table, or JSON without credentials."""
    if as_json:
        click.echo(json.dumps([plain(cluster) for cluster in clusters], indent=2))
        return
    rows = [[str(read(cluster)) for read in COLUMNS.values()] for cluster in clusters]
    table = [list(COLUMNS), *rows]
    widths = [max(len(row[index]) for row in table) for index in range(len(COLUMNS))]
    for row in table:
        click.echo(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        )


def plain(cluster: Cluster) -> dict[str, Any]:
    """What operators may read."""
    link = cluster.connection
    return {
        "id": cluster.id,
        "name": cluster.name,
        "uuid": cluster.uuid,
        "driver": link.driver,
        "endpoint": link.endpoint,
        "username": link.username,
        "fingerprint": link.fingerprint,
        "options": link.options,
        "ganeti_version": cluster.release,
        "availability_zone": cluster.availability_zone,
        "state": state(cluster),
        "trouble": cluster.trouble,
        "drained": cluster.drained,
        "offline": cluster.offline,
        "disk_templates": cluster.disk_templates,
        "hypervisors": cluster.hypervisors,
        "capacity": asdict(cluster.capacity),
    }
