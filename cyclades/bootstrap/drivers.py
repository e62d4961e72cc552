"""Ways to the clusters."""

import threading
from typing import TYPE_CHECKING, Final

from cyclades.adapters.inspection import converter
from cyclades.bootstrap.entry_points import adapter
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.ports.build_desk import NodeMeans
from cyclades.ports.cluster_driver import ClusterDriver

if TYPE_CHECKING:
    from cyclades.bootstrap.application import Application


LOOK_EVERY: Final = 10.0  # seconds until a change of a connection is noticed


class Drivers:
    """One driver for each cluster, made anew when the operator changes the connection."""

    def __init__(self, app: "Application") -> None:
        """None is made yet."""
        self._app = app
        self._lock = threading.Lock()
        self._made: dict[str, ClusterDriver] = {}
        self._seen: dict[str, tuple[float, ClusterConnection]] = {}  # when, and what it was

    def of(self, cluster_id: str) -> ClusterDriver:
        """The cluster's driver. Raises NotFound."""
        with self._lock:
            now = self._app.clock.monotonic()
            looked, connection = self._seen.get(cluster_id, (now, None))
            if cluster_id not in self._made or now - looked >= LOOK_EVERY:
                with self._app.reader() as unit:
                    cluster = unit.clusters.get(cluster_id)
                if cluster.connection != connection:
                    # The old one may be in use still: whoever has it goes on with it.
                    self._made[cluster_id] = self.connect(cluster.connection, cluster.uuid)
                self._seen[cluster_id] = (now, cluster.connection)
            return self._made[cluster_id]

    def connect(self, connection: ClusterConnection, expected_uuid: str | None) -> ClusterDriver:
        """A driver that is not kept: for clusters that are not registered yet."""
        make = adapter("cluster_driver", connection.driver)
        driver: ClusterDriver = make(
            connection,
            expected_uuid,
            clock=self._app.clock,
            documents=self._app.documents,
            nodes=self._nodes(),
        )
        return driver

    def _nodes(self) -> NodeMeans:
        folder = self._app.settings.var_dir / "simulated"
        return NodeMeans(self._app.build_desk, converter.make(self._app), folder)

    def close(self) -> None:
        """Close all."""
        with self._lock:
            for driver in self._made.values():
                driver.close()
            self._made.clear()
            self._seen.clear()
