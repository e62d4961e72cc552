"""Ways to the clusters."""

import threading
from typing import TYPE_CHECKING

from cyclades.bootstrap.entry_points import adapter
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.ports.cluster_driver import ClusterDriver

if TYPE_CHECKING:
    from cyclades.bootstrap.application import Application


class Drivers:
    """One driver for each cluster, made anew when the operator changes the cluster."""

    def __init__(self, app: "Application") -> None:
        """None is made yet."""
        self._app = app
        self._lock = threading.Lock()
        self._made: dict[str, ClusterDriver] = {}

    def of(self, cluster_id: str) -> ClusterDriver:
        """The cluster's driver. Raises NotFound."""
        with self._lock:
            if cluster_id not in self._made:
                with self._app.reader() as unit:
                    cluster = unit.clusters.get(cluster_id)
                self._made[cluster_id] = self.connect(cluster.connection, cluster.uuid)
            return self._made[cluster_id]

    def connect(self, connection: ClusterConnection, expected_uuid: str | None) -> ClusterDriver:
        """A driver that is not kept: for clusters that are not registered yet."""
        make = adapter("cluster_driver", connection.driver)
        driver: ClusterDriver = make(
            connection, expected_uuid, clock=self._app.clock, documents=self._app.documents
        )
        return driver

    def close(self) -> None:
        """Close all."""
        with self._lock:
            for driver in self._made.values():
                driver.close()
            self._made.clear()
