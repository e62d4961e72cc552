"""Users' networks, and how they are in clusters."""

from typing import Any

from cyclades.bootstrap.unit import Unit
from cyclades.domain.model.network import Network, WantedNetwork
from cyclades.domain.model.network_cluster import NetworkCluster
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.reports import NetworkReport
from cyclades.domain.model.subnet import WantedSubnet
from tests.harness.cloud import ADMIN, MEMBER, Cloud


def private(cloud: Cloud, cidr: str | None = "10.0.0.0/24", **more: Any) -> Network:
    """A user's network."""
    caller = ADMIN if more.get("external") else MEMBER

    def make(unit: Unit) -> Network:
        made = unit.networks.create(caller, WantedNetwork("private", **more))
        if cidr:
            unit.subnets.create(caller, WantedSubnet(made.id, cidr))
        return unit.network_rows.get(made.id)

    return cloud.app.atomically(make)


def on(*networks: Network) -> dict[str, Any]:
    return {"interfaces": [WantedInterface(network.id) for network in networks]}


def seen(cloud: Cloud, network: Network, cluster: str = "one") -> NetworkReport | None:
    """As the cluster has it, if it does."""
    name = f"cyclades-net-{network.id}"
    found = (each for each in cloud.cluster(cluster).networks() if each.name == name)
    return next(found, None)


def row(cloud: Cloud, network: Network, cluster: str = "one") -> NetworkCluster:
    """As the database has it."""
    with cloud.app.reader() as unit:
        rows = unit.network_clusters.whereabouts([network.id])
    return next(each for each in rows if each.cluster_id == cluster)


def operations(cloud: Cloud) -> list[str]:
    return [text.split()[0] for text in cloud.unfinished()]


def home(cloud: Cloud, server_id: str) -> str:
    return cloud.server(server_id).cluster_id


def delete(cloud: Cloud, *servers: str) -> None:
    for server_id in servers:
        cloud.delete(server_id)
    cloud.converge()
