"""Fixtures: a database of its own for every test that asks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.postgres import PostgresServer, running_postgres


def _migrate(url: str) -> None:
    # Imported when first needed: pure tests do without SQLAlchemy and alembic.
    from cyclades.adapters.sql.migrate import upgrade  # noqa: PLC0415 - see above

    upgrade(url)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The session's private PostgreSQL."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a database with our schema, to be copied."""
    name = postgres_server.create()
    _migrate(postgres_server.url(name))
    return name


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def postgres_database_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A PostgreSQL database with our schema, and no rows but the migrations'."""
    name = postgres_server.create(postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our schema, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite file with our schema, and no rows but the migrations'."""
    path = shutil.copy(sqlite_template, tmp_path / "cyclades.db")
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def sqlite_cloud(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a first run of the tests' cloud makes: `cyclades.db` and files, to be copied."""
    from tests.harness.cloud import template_on  # noqa: PLC0415 - as above

    home = tmp_path_factory.mktemp("cloud")
    return template_on(f"sqlite:///{shutil.copy(sqlite_template, home / 'cyclades.db')}", home)


@pytest.fixture(scope="session")
def postgres_cloud_template(
    postgres_server: PostgresServer,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Path]:
    """The same with its database, to be copied by that name."""
    from tests.harness.cloud import template_on  # noqa: PLC0415 - as above

    name = postgres_server.create(postgres_template)
    return name, template_on(postgres_server.url(name), tmp_path_factory.mktemp("cloud"))


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_postgres)],
)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with our schema: the test runs on each kind that we support."""
    kinds = {"sqlite": "sqlite_database_url", "postgresql": "postgres_database_url"}
    url: str = request.getfixturevalue(kinds[request.param])
    return url
