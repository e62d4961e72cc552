"""What every unit has: a connection, what happens after its commit, feed, quota."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from transaction import TransactionManager

from cyclades.adapters.sql.feed import SqlFeed
from cyclades.adapters.sql.idempotency import SqlIdempotency
from cyclades.adapters.sql.quota import SqlQuota
from cyclades.domain.services.quotas import Quotas

if TYPE_CHECKING:
    from cyclades.bootstrap.application import Application


class UnitBase:
    """One transaction."""

    def __init__(
        self, app: "Application", connection: Connection, manager: TransactionManager | None
    ) -> None:
        """Bound to a connection; `manager` ends its transaction."""
        self.app = app
        self.connection = connection
        self._manager = manager
        self._topics: set[str] = set()

    def close(self) -> None:
        """Give a reading unit's connection back."""
        self.connection.close()

    def wake_after_commit(self, topic: str) -> None:
        """Hint a worker once this transaction is committed."""
        if topic not in self._topics:
            self._topics.add(topic)
            self.after_commit(lambda: self.app.queue.wake(topic))

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do this once this transaction is committed; it may never happen (a crash)."""
        if self._manager is not None:
            self._manager.get().addAfterCommitHook(lambda committed: act() if committed else None)

    @cached_property
    def feed(self) -> SqlFeed:
        """What changed."""
        return SqlFeed(self.connection, self.app.clock, lambda: self.wake_after_commit("feed"))

    @cached_property
    def quota(self) -> SqlQuota:
        """What projects use."""
        return SqlQuota(self.connection, self.app.quota_defaults)

    @cached_property
    def quotas(self) -> Quotas:
        """What projects may use, for themselves and administrators."""
        return Quotas(self.quota, self.feed)

    @cached_property
    def idempotency(self) -> SqlIdempotency:
        """Answers given before."""
        return SqlIdempotency(self.connection, self.app.clock, self.app.secrets)
