"""Fixtures: a small cloud with simulated clusters, on a clock that moves when told to.

`cloud` has everything that a first run makes: flavors, a public network, an image. Its
workers do nothing by themselves: `cloud.converge()` turns them until nothing is left to do.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import func, select, update

from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.sql.schema.images import images
from cyclades.adapters.sql.schema.quotas import quotas
from cyclades.adapters.sql.schema.subnets import addresses
from cyclades.bootstrap import Application
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.port import Port, WantedInterface
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.wanted_server import WantedServer
from cyclades.domain.services.cluster_updates import ClusterUpdates
from cyclades.domain.services.clusters import probe
from cyclades.settings import Settings
from cyclades.workers.effects import EffectsWorker
from cyclades.workers.poller import ClusterPoller
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import CALLERS
from tests.harness.postgres import PostgresServer
from tests.harness.public_networks import make_real
from tests.harness.statements import learn_together

IN_DATABASES = shutil.ignore_patterns("cyclades.db*", "image")
MEMBER, ADMIN = CALLERS["member"], CALLERS["admin"]
OF_SERVERS = ("instances", "cores", "ram", "port")
STEP, LONG_STEP = 0.2, 3.0  # seconds between two looks
QUICK = {"poll_fast": 0.1, "poll_slow": 1.0, "scan_interval": 1.0}
ROOMY = {
    "quota_instances": 500,
    "quota_cores": 2000,
    "quota_ram": 10**7,
    "quota_port": 1000,
    "quota_volumes": 500,
}


@dataclass(slots=True)
class Users:
    """Users of an application, who want something."""

    app: Application
    image: str = ""
    requests: int = 0

    def create(self, caller: Caller = MEMBER, **wanted: Any) -> str:
        """Ask for a server; its id."""
        wish = WantedServer(**({"name": "web", "flavor_id": "1", "image_id": self.image} | wanted))
        request = self.request()
        promised = self.app.atomically(
            lambda unit: unit.server_creation.create(caller, request, wish)
        )
        return promised.servers[0].id

    def act(self, server_id: str, action: Action, kind: str = "", caller: Caller = MEMBER) -> str:
        """Start, stop or reboot; the request's id."""
        request = self.request()
        self.app.atomically(
            lambda unit: unit.server_actions.act(caller, request, server_id, action, kind)
        )
        return request

    def delete(self, server_id: str, caller: Caller = MEMBER) -> str:
        """Delete; the request's id."""
        request = self.request()
        self.app.atomically(lambda unit: unit.server_actions.delete(caller, request, server_id))
        return request

    def attach(self, server_id: str, caller: Caller = MEMBER, **wanted: Any) -> tuple[str, str]:
        """Plug in one more interface; the port's id, and the request's."""
        request, item = self.request(), WantedInterface(**wanted)
        port_id = self.app.atomically(
            lambda unit: unit.server_interfaces.attach(caller, request, server_id, item)
        )
        return port_id, request

    def detach(self, server_id: str, port_id: str, caller: Caller = MEMBER) -> str:
        """Unplug an interface; the request's id."""
        request = self.request()
        self.app.atomically(
            lambda unit: unit.server_interfaces.detach(caller, request, server_id, port_id)
        )
        return request

    def ports_of(self, server_id: str) -> dict[str, Port]:
        """What is plugged into a server, by id."""
        with self.app.reader() as unit:
            return {port.id: port for port in unit.port_rows.of_device(server_id)}

    def request(self) -> str:
        """The id of a new request."""
        self.requests += 1
        return f"req-{self.requests}"

    def server(self, server_id: str) -> Server:
        """As it is in the database."""
        return self.app.atomically(lambda unit: unit.servers.by_id(server_id))

    def outcome(self, server_id: str, request: str) -> tuple[str | None, str | None]:
        """How a request ended, and the message for its user."""
        with self.app.reader() as unit:
            action = unit.instance_actions.get(server_id, request)
        return action.result, action.message

    def unfinished(self) -> list[str]:
        """The effects that are in flight."""
        with self.app.reader() as unit:
            return [
                f"{effect.operation} {effect.state} {effect.instance}"
                for cluster in unit.clusters.list()
                for effect in unit.outbox.in_flight(cluster.id)
            ]


@dataclass(slots=True)
class Cloud(Users):
    """An application with users, clusters and workers."""

    clock: HandClock = field(default_factory=HandClock)
    workers: list[EffectsWorker] = field(default_factory=list)
    pollers: dict[str, ClusterPoller] = field(default_factory=dict)

    def populate(self) -> None:
        """What a first run makes."""
        self.app.atomically(lambda unit: unit.flavors.ensure_default_flavors())
        self.app.atomically(lambda unit: unit.public_network.ensure(ADMIN))
        self.image = self.app.image_uploads.ensure_small_image(ADMIN).id
        self.workers.append(EffectsWorker(self.app))

    def add_cluster(self, name: str, **options: str) -> SimulatedDriver:
        """Register a simulated cluster."""
        connection = ClusterConnection(name, "simulated", options=options)
        seen = probe(self.app.drivers.connect(connection, None), "sharedfile")
        self.app.atomically(
            lambda unit: unit.cluster_register.register(name, connection, seen, "nova")
        )
        make_real(self.app, self.cluster(name), name)
        self.pollers[name] = ClusterPoller(self.app, name, "poller")
        return self.cluster(name)

    def cluster(self, name: str = "one") -> SimulatedDriver:
        """The driver, with its administrator and its fault switches."""
        return cast(SimulatedDriver, self.app.drivers.of(name))

    def running(self, **wanted: Any) -> str:
        """A server that is ACTIVE already."""
        server_id = self.create(**wanted)
        self.converge()
        assert self.server(server_id).status == "ACTIVE"
        return server_id

    def instances(self, name: str = "one") -> list[str]:
        """What is in a cluster."""
        return [report.instance for report in self.cluster(name).instances()]

    def holds_nothing(self) -> bool:
        """No address is taken, no quota used."""
        with self.app.reader() as unit:
            taken = unit.connection.execute(
                select(func.count()).where(addresses.c.port_id.is_not(None))
            ).scalar_one()
            used = unit.connection.execute(
                select(func.sum(quotas.c.used)).where(quotas.c.resource.in_(OF_SERVERS))
            ).scalar_one()
        return not taken and not used

    def update(self, verb: Callable[[ClusterUpdates], bool]) -> bool:
        """Use the update path in a transaction."""
        return self.app.atomically(lambda unit: verb(unit.cluster_updates))

    def failing_image(self) -> str:
        """An image with which creating an operating system fails."""
        self.app.atomically(
            lambda unit: unit.connection.execute(
                update(images).where(images.c.id == self.image).values(id="fail-image")
            )
        )
        self.image = "fail-image"
        return self.image

    def turn(self) -> None:
        """Each worker once."""
        for worker in self.workers:
            worker.turn()
        for poller in self.pollers.values():
            poller.turn()

    def pass_time(self, seconds: float) -> None:
        """Turn the workers for so long."""
        end = self.clock.passed + seconds
        while self.clock.passed < end:
            self.turn()
            self.clock.passed += 1
        self.turn()

    def converge(self, seconds: float = 120) -> None:
        """Turn the workers until no effect is left, or fail."""
        end, step, before = self.clock.passed + seconds, STEP, [""]
        while left := self.unfinished():
            assert self.clock.passed < end, f"still to do: {left}"
            self.turn()
            step = STEP if left != before else min(step * 1.5, LONG_STEP)
            before = left
            self.clock.passed += step

    def close(self) -> None:
        """Let go of everything."""
        for worker in self.workers:
            worker.close()
        self.app.close()


def _without_anything(database_url: str, home: Path, **settings: Any) -> Cloud:
    clock = HandClock()
    places = {"secret_key_file": home / "secret.key", "image_dir": home / "images"}
    app = Application(
        Settings(database_url=database_url, var_dir=home, **(places | QUICK | ROOMY | settings)),
        clock=clock,
    )
    learn_together(app)
    return Cloud(app, clock=clock)


def cloud_on(database_url: str, home: Path, **settings: Any) -> Cloud:
    """A cloud with one cluster, "one"."""
    made = _without_anything(database_url, home, **settings)
    made.populate()
    made.add_cluster("one")
    return made


def cloud_like(template: Path, database_url: str, home: Path) -> Cloud:
    """The same from what was made before: the database is a copy of that one's already."""
    shutil.copytree(template, home, dirs_exist_ok=True, ignore=IN_DATABASES)
    made = _without_anything(database_url, home)
    made.image = (template / "image").read_text()
    made.workers.append(EffectsWorker(made.app))
    made.pollers["one"] = ClusterPoller(made.app, "one", "poller")
    return made


def template_on(database_url: str, home: Path) -> Path:
    """What `cloud_like` makes clouds from; nobody uses it otherwise."""
    made = cloud_on(database_url, home)
    (home / "image").write_text(made.image)
    made.close()
    return home


@pytest.fixture
def cloud(sqlite_cloud: Path, sqlite_database_url: str, tmp_path: Path) -> Iterator[Cloud]:
    """On SQLite."""
    shutil.copy(sqlite_cloud / "cyclades.db", tmp_path)
    made = cloud_like(sqlite_cloud, sqlite_database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def postgres_cloud(
    postgres_server: PostgresServer, postgres_cloud_template: tuple[str, Path], tmp_path: Path
) -> Iterator[Cloud]:
    """On PostgreSQL."""
    database, home = postgres_cloud_template
    name = postgres_server.create(database)
    made = cloud_like(home, postgres_server.url(name), tmp_path)
    yield made
    made.close()
    postgres_server.drop(name)


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_postgres)],
)
def each_cloud(request: pytest.FixtureRequest) -> Cloud:
    """On each kind of database."""
    kinds = {"sqlite": "cloud", "postgresql": "postgres_cloud"}
    made: Cloud = request.getfixturevalue(kinds[request.param])
    return made
