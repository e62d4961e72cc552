"""Everything there is to see: what the invariants judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, text

from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.simulated.world import Instance, Job, Network
from cyclades.bootstrap import Application

Rows = list[Row[Any]]
TABLES = (
    *("servers", "effects", "instance_actions", "ports", "addresses", "quotas", "feed"),
    *("networks", "subnets", "network_clusters", "network_resources"),
    *("routers", "floating_ips", "security_groups", "subnetpools"),
    *("volumes", "snapshots", "backups", "volume_attachments", "disk_tasks"),
    *("builds", "server_guests"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything there is to see: the rows of every table, and the inside of every cluster."""

    rows: Mapping[str, Rows]
    instances: list[tuple[str, Instance]]
    jobs: list[tuple[str, Job]]
    networks: list[tuple[str, Network]]
    prefix: str
    loose_disks: list[dict[str, Any]]  # that no instance has

    @property
    def servers(self) -> Rows:
        """All that there ever were."""
        return self.rows["servers"]

    @property
    def effects(self) -> Rows:
        """All that was ever asked of clusters."""
        return self.rows["effects"]

    @property
    def actions(self) -> Rows:
        """What users were told about what they asked for."""
        return self.rows["instance_actions"]

    @property
    def ports(self) -> Rows:
        """Of servers, routers and floating IPs, and those that wait for one."""
        return self.rows["ports"]

    @property
    def addresses(self) -> Rows:
        """Those that may be given out next are among them."""
        return self.rows["addresses"]

    @property
    def quotas(self) -> Rows:
        """What projects use, as it is booked."""
        return self.rows["quotas"]

    @property
    def feed(self) -> Rows:
        """What was told, in that order."""
        return self.rows["feed"]

    @property
    def alive(self) -> Rows:
        """Servers that are not deleted."""
        return [server for server in self.servers if not server.deleted]


def gathered(app: Application) -> Evidence:
    """Look at everything."""
    with app.reader() as unit:
        rows = {
            name: list(unit.connection.execute(text(f"SELECT * FROM {name}"))) for name in TABLES
        }
        clusters = [cluster.id for cluster in unit.clusters.list()]
    rows["feed"].sort(key=lambda row: row.seq)
    instances: list[tuple[str, Instance]] = []
    jobs: list[tuple[str, Job]] = []
    networks: list[tuple[str, Network]] = []
    loose: list[dict[str, Any]] = []
    for cluster_id in clusters:
        look = cast(SimulatedDriver, app.drivers.of(cluster_id)).store.look
        instances += [(cluster_id, each) for each in look(lambda w: [*w.instances.values()])]
        networks += [(cluster_id, each) for each in look(lambda w: [*w.networks.values()])]
        loose += look(lambda world: list(world.loose_disks))
        jobs += [
            (cluster_id, job) for job in look(lambda w: [*w.jobs.values(), *w.archive.values()])
        ]
    return Evidence(rows, instances, jobs, networks, app.settings.instance_prefix, loose)
