"""Clusters: looked at first, then registered."""

import re
from dataclasses import dataclass

from cyclades.domain.model.cluster import Capacity, Cluster, ClusterConnection, ClusterIdentity
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.events import Changed
from cyclades.domain.services.network_mapping import NetworkMapping
from cyclades.ports.clock import Clock
from cyclades.ports.cluster_driver import ClusterDriver
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.feed import Feed

OLDEST = (2, 16)  # reasons, job dependencies and secret OS parameters as we use them
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a cluster said when it was first asked."""

    identity: ClusterIdentity
    capacity: Capacity


def probe(driver: ClusterDriver, disk_template: str) -> Probe:
    """Ask a cluster who it is and whether it can serve us.

    Raises ClusterUnavailable (no connection, wrong certificate, wrong credentials) and
    InvalidInput (too old, or without the disk template that servers get).
    """
    identity = driver.identity()
    numbers = tuple(int(part) for part in re.findall(r"\d+", identity.version)[:2])
    if numbers < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise InvalidInput(f"Ganeti {identity.version} is too old: {needed} is needed.")
    if disk_template not in identity.disk_templates:
        raise InvalidInput(
            f"The cluster has no disk template {disk_template!r}; it has "
            f"{', '.join(identity.disk_templates)}."
        )
    capacity = driver.capacity()
    if not capacity.nodes:
        raise InvalidInput("The cluster has no node that takes instances.")
    return Probe(identity, capacity)


@dataclass(frozen=True, slots=True)
class Clusters:
    """The operator's verbs."""

    repository: ClusterRepository
    mapping: NetworkMapping
    feed: Feed
    clock: Clock

    def register(
        self, name: str, connection: ClusterConnection, probe: Probe, zone: str
    ) -> Cluster:
        """Keep a cluster that was probed. Raises AlreadyExists, InvalidInput."""
        if not NAME.fullmatch(name):
            raise InvalidInput("A cluster's name is 1 to 63 letters, digits, '.', '_' or '-'.")
        known = probe.identity
        cluster = Cluster(
            id=connection.id,
            name=name,
            connection=connection,
            uuid=known.uuid,
            release=known.version,
            disk_templates=known.disk_templates,
            hypervisors=known.hypervisors,
            capacity=probe.capacity,
            availability_zone=zone,
        )
        self.repository.add(cluster, self.clock.now())
        self.mapping.welcome(cluster.id)
        self._publish(cluster.id)
        return cluster

    def reconnect(self, connection: ClusterConnection) -> None:
        """Keep another way to the same cluster; it was probed with the UUID that we know."""
        self.repository.set_connection(connection, self.clock.now())
        self._publish(connection.id)

    def drain(self, name: str, *, drained: bool) -> Cluster:
        """Give it no new servers (or again); those that are there live on."""
        cluster = self.repository.by_name(name)
        self.repository.set_state(cluster.id, self.clock.now(), drained=drained)
        cluster.drained = drained
        self._publish(cluster.id)
        return cluster

    def remove(self, name: str) -> None:
        """Forget an empty cluster. Raises Conflict while servers live in it."""
        cluster = self.repository.by_name(name)
        self.mapping.forget(cluster.id)
        self.repository.remove(cluster.id)
        self._publish(cluster.id)

    def _publish(self, cluster_id: str) -> None:
        # For administrators: clusters are no project's.
        self.feed.publish(Changed("cluster", cluster_id, 0, None))
