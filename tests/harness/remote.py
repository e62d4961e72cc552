"""A cloud whose cluster is reached as in earnest: over RAPI and HTTPS, through a proxy.

The cluster is a simulated one that lives by the cloud's own clock; `proxy` breaks the way
to it, `server` makes its answers bad, `world.faults` makes the cluster itself go wrong.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cyclades.adapters.ganeti.driver import GanetiDriver
from cyclades.adapters.ganeti.transport import Limits
from cyclades.adapters.simulated.certificates import Certificate, self_signed
from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.simulated.rapi import RapiServer
from cyclades.adapters.system.clock import SystemClock
from cyclades.bootstrap import Application
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.services.clusters import probe
from cyclades.ports.clock import Clock
from cyclades.settings import Settings
from cyclades.workers.poller import ClusterPoller
from tests.adapters.simulated.hand_clock import HandClock, cluster
from tests.harness.cloud import QUICK, ROOMY, Cloud
from tests.harness.proxy import Proxy
from tests.harness.public_networks import make_real
from tests.workers.evidence import Evidence, gathered
from tests.workers.invariants import violations

USER, PASSWORD = "cyclades", "only for tests"
LIMITS = Limits(connect=1.0, silence=1.5, total=3.0, answer=1_000_000)


@dataclass(slots=True)
class Far:
    """A simulated cluster, RAPI in front of it, a proxy in front of that."""

    world: SimulatedDriver
    server: RapiServer
    proxy: Proxy
    certificate: Certificate
    id: str

    @property
    def connection(self) -> ClusterConnection:
        """The way through the proxy."""
        return ClusterConnection(
            id=self.id,
            driver="ganeti",
            endpoint=self.proxy.endpoint,
            username=USER,
            password=PASSWORD,
            fingerprint=self.certificate.fingerprint,
        )

    def register(self, app: Application, zone: str = "nova") -> None:
        """As an operator does."""
        seen = probe(app.drivers.connect(self.connection, None), "sharedfile")
        app.atomically(
            lambda unit: unit.cluster_register.register(self.id, self.connection, seen, zone)
        )
        make_real(app, self.world, self.id)


@contextmanager
def far_cluster(clock: Clock, name: str = "one") -> Iterator[Far]:
    """A cluster that is reached through a proxy."""
    world = cluster(clock, seed=name)
    certificate = self_signed(SystemClock().now())
    with (
        RapiServer(world.store, certificate, USER, PASSWORD) as server,
        Proxy(("127.0.0.1", server.server_port), certificate) as proxy,
    ):
        yield Far(world, server, proxy, certificate, name)


@contextmanager
def looking_inside(app: Application, *clusters: Far) -> Iterator[None]:
    """The application meets these clusters without RAPI: for those who check, not for workers."""
    kept = dict(app.drivers._made)
    app.drivers._made.update({far.id: far.world for far in clusters})
    try:
        yield
    finally:
        app.drivers._made.clear()
        app.drivers._made.update(kept)


@dataclass
class Remote(Cloud):
    """A cloud with one cluster, far away."""

    far: Far | None = None

    @property
    def proxy(self) -> Proxy:
        assert self.far is not None
        return self.far.proxy

    @property
    def rapi(self) -> RapiServer:
        assert self.far is not None
        return self.far.server

    def cluster(self, name: str = "one") -> SimulatedDriver:
        """The cluster from inside."""
        assert self.far is not None
        return self.far.world

    def inside(self) -> AbstractContextManager[None]:
        """A look at the cluster from inside."""
        assert self.far is not None
        return looking_inside(self.app, self.far)

    def trouble(self) -> str:
        """Why the cluster does not answer, for all that is known."""
        with self.app.reader() as unit:
            return unit.clusters.get("one").trouble

    def wrong(self, *but: str) -> list[str]:
        """The invariants that do not hold."""
        with self.inside():
            return violations(self.app, *but)

    def evidence(self) -> Evidence:
        """Everything there is to see."""
        with self.inside():
            return gathered(self.app)


@pytest.fixture
def remote(sqlite_database_url: str, tmp_path: Path) -> Iterator[Remote]:
    """On SQLite, on a clock that moves when told to; the way to the cluster is real."""
    clock = HandClock()
    places: dict[str, Any] = {
        "secret_key_file": tmp_path / "secret.key",
        "image_dir": tmp_path / "images",
    }
    settings = Settings(
        database_url=sqlite_database_url, var_dir=tmp_path, **(places | QUICK | ROOMY)
    )
    with far_cluster(clock) as far:
        app = Application(settings, clock=clock)
        made = Remote(app, clock=clock, far=far)
        made.populate()
        far.register(app)
        uuid = far.world.identity().uuid
        app.drivers._made[far.id] = GanetiDriver(far.connection, uuid, clock, LIMITS)
        made.pollers[far.id] = ClusterPoller(app, far.id, "poller")
        yield made
        far.proxy.heal()
        made.close()
