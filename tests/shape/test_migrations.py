"""The migrations make exactly the tables that the code knows, and unmake them."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from cyclades.adapters.sql.engine import make_engine
from cyclades.adapters.sql.migrate import config
from cyclades.adapters.sql.schema import metadata


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def test_migrations_and_tables_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_can_be_taken_back(engine: Engine, database_url: str) -> None:
    command.downgrade(config(database_url), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
