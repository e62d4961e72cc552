"""The composition root: the one place that knows every adapter.

`Application` lives as long as the process; a `Unit` is one transaction, with the
repositories bound to it and the services bound to those.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any, TypeVar

import zope.sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.orm import Session
from transaction import TransactionManager

from cyclades.adapters.sql.documents import SqlDocuments
from cyclades.adapters.sql.engine import make_engine, reading
from cyclades.adapters.sql.feed import SqlFeed
from cyclades.adapters.sql.flavors import SqlFlavors
from cyclades.adapters.sql.idempotency import SqlIdempotency
from cyclades.adapters.sql.keypairs import SqlKeypairs
from cyclades.adapters.sql.quota import SqlQuota
from cyclades.adapters.system.clock import SystemClock
from cyclades.adapters.system.ids import SystemIds
from cyclades.adapters.system.key_maker import CryptographyKeyMaker
from cyclades.adapters.system.secrets import KeyFileSecrets
from cyclades.domain.model.errors import StaleVersion
from cyclades.domain.services.flavors import FlavorCatalogue
from cyclades.domain.services.keypairs import Keypairs
from cyclades.ports.clock import Clock
from cyclades.ports.identity import IdentityProvider
from cyclades.ports.ids import Ids
from cyclades.ports.queue import Queue
from cyclades.settings import Settings

T = TypeVar("T")
ATTEMPTS = 5


def adapter(group: str, name: str) -> Any:
    """The factory that an entry point names. Raises LookupError."""
    found = entry_points(group=f"cyclades.{group}", name=name)
    if not found:
        raise LookupError(f"no adapter {name!r} in cyclades.{group}")
    return next(iter(found)).load()


class Application:
    """What one process needs, made from the settings."""

    def __init__(
        self, settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None
    ) -> None:
        """Open the database; everything else is made when first used."""
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or SystemIds()
        self.engine = make_engine(settings.database_url)
        self.reading_engine = reading(self.engine)
        self.secrets = KeyFileSecrets(settings.secret_key_file)
        self.key_maker = CryptographyKeyMaker()
        self.quota_defaults = settings.quota_defaults()

    @cached_property
    def documents(self) -> SqlDocuments:
        """Documents of adapters with a world of their own."""
        return SqlDocuments(self.engine)

    @cached_property
    def queue(self) -> Queue:
        """Wake-up hints."""
        queue: Queue = adapter("queue", self.settings.queue)()
        return queue

    @cached_property
    def identity(self) -> IdentityProvider:
        """Who tokens belong to."""
        provider: IdentityProvider = adapter("identity", self.settings.identity)(self)
        return provider

    def reading(self) -> "Unit":
        """A unit that only reads: no transaction, each statement sees what is committed."""
        return Unit(self, self.reading_engine.connect(), None)

    def joined(self, manager: TransactionManager) -> "Unit":
        """A unit in a transaction that somebody else (pyramid_tm) begins and ends."""
        session = Session(self.engine)
        # Core statements do not mark the session as changed: without this the transaction
        # would be rolled back silently.
        zope.sqlalchemy.register(session, transaction_manager=manager, initial_state="changed")
        return Unit(self, session.connection(), manager)

    @contextmanager
    def transaction(self) -> Iterator["Unit"]:
        """A unit in a transaction of its own: committed at the end, aborted on an error."""
        manager = TransactionManager(explicit=True)
        manager.begin()
        try:
            yield self.joined(manager)
        except BaseException:
            manager.abort()
            raise
        manager.commit()

    def atomically(self, work: Callable[["Unit"], T]) -> T:
        """Run `work` in a transaction, again when somebody else was faster."""
        for _attempt in range(ATTEMPTS - 1):
            try:
                with self.transaction() as unit:
                    return work(unit)
            except StaleVersion:
                continue
        with self.transaction() as unit:
            return work(unit)

    def close(self) -> None:
        """Release connections."""
        self.engine.dispose()


class Unit:
    """One transaction's repositories and services."""

    def __init__(
        self, app: Application, connection: Connection, manager: TransactionManager | None
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
        if self._manager is not None and topic not in self._topics:
            self._topics.add(topic)
            self._manager.get().addAfterCommitHook(
                lambda committed: self.app.queue.wake(topic) if committed else None
            )

    @cached_property
    def feed(self) -> SqlFeed:
        """What changed."""
        return SqlFeed(self.connection, self.app.clock)

    @cached_property
    def quota(self) -> SqlQuota:
        """What projects use."""
        return SqlQuota(self.connection, self.app.quota_defaults)

    @cached_property
    def idempotency(self) -> SqlIdempotency:
        """Answers given before."""
        return SqlIdempotency(self.connection, self.app.clock, self.app.secrets)

    @cached_property
    def flavors(self) -> FlavorCatalogue:
        """The sizes that servers come in."""
        return FlavorCatalogue(SqlFlavors(self.connection), self.app.ids)

    @cached_property
    def keypairs(self) -> Keypairs:
        """Users' keypairs."""
        return Keypairs(
            SqlKeypairs(self.connection),
            self.app.key_maker,
            self.app.clock,
            self.app.ids,
            self.app.settings.quota_key_pairs,
        )
