"""What is measured: PostgreSQL with a thousand servers, and the API before it."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import text

from cyclades.bootstrap import Application
from cyclades.commands import ini
from cyclades.domain.model.cluster import Capacity, ClusterConnection
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.wanted_server import WantedServer
from cyclades.domain.services.clusters import Probe
from cyclades.web.api import make_api
from tests.harness.postgres import running_postgres
from tests.harness.processes import free_port, wait_until
from tests.harness.serving import Account, Installation, installation

SERVERS, AT_ONCE = 1000, 100
ROOMY = 10**6
SETTINGS = {
    "log_level": "ERROR",
    "public_subnet": "10.64.0.0/19",
    "quota_instances": ROOMY,
    "quota_cores": ROOMY,
    "quota_ram": ROOMY * 1000,
    "quota_port": ROOMY,
    "quota_network": ROOMY,
    "quota_subnet": ROOMY,
}
GRANIAN = ("--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws")


@dataclass(slots=True)
class Ground:
    """`wsgi` is the same application in this process; `urls` are served by granian."""

    installed: Installation
    app: Application
    wsgi: Any
    urls: dict[str, str]
    account: Account
    token: str = ""
    image: str = ""
    server: str = ""

    def log_in(self) -> None:
        self.token = str(self.account.session().headers["X-Auth-Token"])


@contextmanager
def ground(home: Path) -> Iterator[Ground]:
    """Everything runs for as long as the block lasts."""
    with running_postgres() as postgres:
        url = postgres.url(postgres.create())
        with installation(home, database_url=url, **SETTINGS) as installed:
            installed.manage("migrate")
            app = ini.application(installed.ini)
            made = Ground(installed, app, make_api(app), {}, installed.account("demo"))
            made.urls = {
                "hello": serve(installed, "hello", "benchmarks.hello:application"),
                "api": serve(installed, "api", "cyclades.commands.api:application"),
            }
            installed.url = made.urls["api"]
            made.account = installed.account("demo")
            made.log_in()
            seed(made)
            gc.freeze()  # as where it serves
            yield made
            app.close()


def serve(installed: Installation, name: str, factory: str) -> str:
    """Two worker processes, as in production; the address."""
    port = free_port()
    installed.start(
        name,
        "env",
        f"CYCLADES_CONFIG={installed.ini}",
        f"PYTHONPATH={Path.cwd()}",
        "PYTHONWARNINGS=ignore",
        Path(sys.executable).parent / "granian",
        *GRANIAN,
        *("--port", str(port), "--factory", factory),
    )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return requests.get(url, timeout=5).ok
        except requests.RequestException:
            return False

    wait_until(answers, name, seconds=60)
    return url


def seed(made: Ground) -> None:
    """A cluster without bounds, and servers that are active."""
    app = made.app
    caller = app.identity.caller(made.token)
    register_cluster(app)
    images = made.account.session().get(f"{made.urls['api']}/image/v2/images", timeout=30)
    made.image = images.json()["images"][0]["id"]
    for _ in range(SERVERS // AT_ONCE):
        made.server = create(app, caller, made.image, AT_ONCE)
    with app.engine.begin() as connection:
        active = "vm_state='active', task_state=NULL, power='running'"
        connection.execute(text(f"UPDATE servers SET {active}"))
    with app.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def register_cluster(app: Application, zone: str = "nova", **options: str) -> str:
    """A simulated cluster that is a zone of its own; its id."""
    cluster_id = app.ids.new()
    huge = Capacity(100, ROOMY, ROOMY * 1000, ROOMY * 1000, ROOMY * 1000, ROOMY * 1000, 0)
    connection = ClusterConnection(cluster_id, "simulated", options=options)
    identity = app.drivers.connect(connection, None).identity()
    seen = Probe(identity, huge)
    app.atomically(lambda unit: unit.cluster_register.register(zone, connection, seen, zone))
    return cluster_id


def create(app: Application, caller: Caller, image: str, count: int, zone: str = "nova") -> str:
    wanted = WantedServer("bench", "1", image, min_count=count, max_count=count, zone=zone)
    request = f"req-{app.ids.new()}"
    promised = app.atomically(lambda unit: unit.server_creation.create(caller, request, wanted))
    return promised.servers[0].id
