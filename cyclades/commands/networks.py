"""`cyclades-manage network`: in which clusters networks are."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cyclades.bootstrap import Unit
from cyclades.commands import ini
from cyclades.domain.model.cluster import Cluster
from cyclades.domain.model.network import BRIDGED, Network
from cyclades.domain.model.network_cluster import NetworkCluster
from cyclades.domain.model.network_flavor import ROUTED


@dataclass(frozen=True, slots=True)
class Place:
    """A network in a cluster, with how many ports of servers there are on it."""

    network: Network
    cluster: Cluster
    row: NetworkCluster
    ports: int


COLUMNS: Mapping[str, Callable[[Place], Any]] = {
    "network": lambda place: place.network.id,
    "name": lambda place: place.network.name,
    "flavor": lambda place: place.network.flavor,
    "cluster": lambda place: place.cluster.name,
    "mapped": lambda place: place.row.mapped,
    "state": lambda place: place.row.state,
    "mode": lambda place: place.row.mode or place.network.mode,
    "link": lambda place: place.row.link or place.network.link,
    "groups": lambda place: " ".join(place.row.groups),
    "ports": lambda place: place.ports,
    "trouble": lambda place: place.row.trouble,
}


@click.group()
def network() -> None:
    """Networks: in which clusters they are."""


@network.command("list")
@click.option("--cluster", "name", default="", help="Only what is in this cluster.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@ini.option
@ini.plainly
def list_networks(name: str, path: Path, *, as_json: bool) -> None:
    """Networks that are in clusters, or were."""
    with ini.application(path).reader() as unit:
        chosen = [unit.clusters.by_name(name)] if name else unit.clusters.list()
        places = [place for cluster in chosen for place in places_in(unit, cluster)]
    if as_json:
        rows = [{title: read(place) for title, read in COLUMNS.items()} for place in places]
        click.echo(json.dumps(rows, indent=2))
        return
    for place in places:
        click.echo("  ".join(f"{title}={read(place)}" for title, read in COLUMNS.items()))


def places_in(unit: Unit, cluster: Cluster) -> Sequence[Place]:
    """What there is in a cluster."""
    return [
        Place(
            unit.network_rows.get(row.network_id),
            cluster,
            row,
            unit.network_clusters.plugged(row.network_id, cluster.id),
        )
        for row in unit.network_clusters.of_cluster(cluster.id)
    ]


@network.command("map")
@click.argument("network_id", metavar="NETWORK")
@click.argument("name", metavar="CLUSTER")
@click.option("--mode", type=click.Choice([BRIDGED, ROUTED]), help="Other than the network's.")
@click.option("--link", help="Its bridge or routing table there, other than the network's.")
@ini.option
@ini.plainly
def map_network(network_id: str, name: str, mode: str | None, link: str | None, path: Path) -> None:
    """Servers in CLUSTER can be on the external network NETWORK (its id)."""

    def verb(unit: Unit) -> None:
        cluster = unit.clusters.by_name(name)
        unit.network_rows.hold(network_id)
        unit.network_mapping.map(network_id, cluster.id, mode, link)

    ini.application(path).atomically(verb)
    click.echo(f"{network_id} is in {name}.")


@network.command("unmap")
@click.argument("network_id", metavar="NETWORK")
@click.argument("name", metavar="CLUSTER")
@ini.option
@ini.plainly
def unmap_network(network_id: str, name: str, path: Path) -> None:
    """No server in CLUSTER can be on NETWORK any more; what made it there is removed."""

    def verb(unit: Unit) -> None:
        cluster = unit.clusters.by_name(name)
        unit.network_rows.hold(network_id)
        unit.network_mapping.unmap(network_id, cluster.id)

    ini.application(path).atomically(verb)
    click.echo(f"{network_id} is not in {name} any more.")
