"""How long a change in a real cluster takes to be seen: with hooks on, and by polls alone."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from statistics import median

from benchmarks.ground import Ground
from cyclades.adapters.sql.migrate import upgrade
from cyclades.bootstrap import Application
from cyclades.settings import Settings
from tests.ganeti.fixtures import running_clusters
from tests.ganeti.site import Site, listening, polling
from tests.harness.postgres import PostgresServer, running_postgres
from tests.harness.rabbitmq import running_rabbitmq

CHANGES = 6  # of each kind
Figures = dict[str, float]


def by_hooks(_ground: Ground) -> Figures:
    """Seconds from a job's end until the API shows it; nobody polls."""
    return latencies()[0]


def by_polls(_ground: Ground) -> Figures:
    """The same without hooks, with the settings that are the default."""
    return latencies()[1]


@cache
def latencies() -> tuple[Figures, Figures]:
    """Both, on one cluster of two nodes in namespaces."""
    if os.geteuid() != 0:
        return {}, {}
    with (
        running_postgres() as postgres,
        running_rabbitmq() as rabbit,
        running_clusters({"bench": 4}) as clusters,
    ):
        (cluster,) = clusters.values()
        with (
            application(postgres, hints="amqp", broker_url=rabbit.url()) as app,
            listening(app, cluster, rabbit) as site,
        ):
            hooks = changes(site)
        with application(postgres) as app, polling(app, cluster) as site:
            polls = changes(site)
    return hooks, polls


@contextmanager
def application(postgres: PostgresServer, **given: str) -> Iterator[Application]:
    name = postgres.create()
    with tempfile.TemporaryDirectory(prefix="cyclades-bench-") as home:
        folder = Path(home)
        settings = Settings(
            database_url=postgres.url(name),
            secret_key_file=folder / "secret.key",
            var_dir=folder,
            image_dir=folder / "images",
            **given,  # type: ignore[arg-type]  # all of them are texts
        )
        upgrade(settings.database_url)
        app = Application(settings)
        yield app
        app.close()


def changes(site: Site) -> Figures:
    """An administrator stops and starts a server."""
    (server,) = site.cloud.create("bench")
    site.until(server, "ACTIVE")
    taken = []
    for _ in range(CHANGES):
        taken.append(site.change(server, "SHUTOFF", "shutdown", "--timeout=0"))
        taken.append(site.change(server, "ACTIVE", "startup"))
    return {"median s": median(taken), "max s": max(taken)}
