"""Versioned documents in SQL; each call is its own transaction."""

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.schema.documents import documents
from cyclades.ports.documents import Documents


class SqlDocuments(Documents):
    """Compare-and-set on the version column."""

    def __init__(self, engine: Engine) -> None:
        """Transactions of this engine."""
        self._engine = engine

    def read(self, name: str) -> tuple[int, bytes] | None:
        """Select."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(documents.c.version, documents.c.content).where(documents.c.name == name)
            ).one_or_none()
        return (row.version, bytes(row.content)) if row else None

    def version(self, name: str) -> int:
        """Select the version."""
        with self._engine.connect() as connection:
            query = select(documents.c.version).where(documents.c.name == name)
            return connection.execute(query).scalar_one_or_none() or 0

    def write(self, name: str, seen: int, content: bytes) -> bool:
        """Insert or update, if nobody was faster."""
        with self._engine.begin() as connection:
            if seen:
                done = connection.execute(
                    update(documents)
                    .where(documents.c.name == name, documents.c.version == seen)
                    .values(version=seen + 1, content=content)
                )
                return done.rowcount == 1
            try:
                with connection.begin_nested():
                    connection.execute(
                        insert(documents).values(name=name, version=1, content=content)
                    )
            except IntegrityError:
                return False
            return True
