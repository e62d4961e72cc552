"""Alembic's entry: the project's engine and tables."""

from alembic import context

from cyclades.adapters.sql.engine import make_engine
from cyclades.adapters.sql.schema import metadata

engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
try:
    with engine.begin() as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
finally:
    engine.dispose()
