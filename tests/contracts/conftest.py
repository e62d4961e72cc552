"""Fixtures: a database for a whole module, whose tests do not commit; each kind of cluster."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Connection, Engine

from cyclades.adapters.sql.engine import make_engine
from tests.contracts.clusters import Ground, ganeti_ground, rapi_ground, simulated_ground
from tests.ganeti.cluster import GanetiCluster


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_postgres)],
)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Our schema on each kind of database."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        path = shutil.copy(template, tmp_path_factory.mktemp("contract") / "contract.db")
        engine = make_engine(f"sqlite:///{path}")
        yield engine
        engine.dispose()
    else:
        server = request.getfixturevalue("postgres_server")
        name = server.create(request.getfixturevalue("postgres_template"))
        engine = make_engine(server.url(name))
        yield engine
        engine.dispose()
        server.drop(name)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One open transaction, rolled back in the end."""
    with engine.connect() as opened:
        yield opened


REAL = pytest.param("ganeti", marks=[pytest.mark.real_ganeti, pytest.mark.slow])


@pytest.fixture(params=["simulated", "rapi", REAL])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    with ExitStack() as stack:
        if request.param == "simulated":
            yield simulated_ground()
        elif request.param == "rapi":
            yield stack.enter_context(rapi_ground())
        else:
            cluster: GanetiCluster = request.getfixturevalue("ganeti_cluster")
            yield ganeti_ground(cluster)
