"""The feed in SQL."""

from sqlalchemy import Connection, insert

from cyclades.adapters.sql.schema.feed import feed
from cyclades.domain.model.events import Changed
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed


class SqlFeed(Feed):
    """One row an event."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Work in this connection's transaction."""
        self._connection = connection
        self._clock = clock

    def publish(self, event: Changed) -> None:
        """Insert."""
        self._connection.execute(
            insert(feed),
            {
                "kind": event.kind,
                "object_id": event.object_id,
                "version": event.version,
                "project_id": event.project_id,
                "created": self._clock.now(),
            },
        )
