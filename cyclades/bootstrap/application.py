"""What one process needs, made from the settings."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from secrets import SystemRandom
from typing import TypeVar

import zope.sqlalchemy
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from transaction import TransactionManager

from cyclades.adapters.downloads import web_downloads
from cyclades.adapters.local_identity.passwords import Argon2Passwords
from cyclades.adapters.local_identity.tokens import SealedTokens
from cyclades.adapters.sql.clock import DatabaseClock
from cyclades.adapters.sql.documents import SqlDocuments
from cyclades.adapters.sql.engine import Patience, make_engine, reading
from cyclades.adapters.sql.logins import SqlLoginRecords
from cyclades.adapters.sql.revocations import SqlRevocationLog
from cyclades.adapters.system.clock import SystemClock
from cyclades.adapters.system.ids import SystemIds
from cyclades.adapters.system.key_maker import CryptographyKeyMaker
from cyclades.adapters.system.secrets import KeyFileSecrets
from cyclades.bootstrap import build_desk, image_bytes
from cyclades.bootstrap.drivers import Drivers
from cyclades.bootstrap.entry_points import adapter
from cyclades.bootstrap.unit import Unit
from cyclades.domain.model.errors import Collision, StaleVersion
from cyclades.domain.services.identity import IdentityTools
from cyclades.domain.services.image_importer import ImageImporter
from cyclades.domain.services.image_uploads import ImageUploads
from cyclades.ports.build_desk import BuildDesk
from cyclades.ports.clock import Clock
from cyclades.ports.hints import HintBroker
from cyclades.ports.identity import IdentityProvider
from cyclades.ports.ids import Ids
from cyclades.ports.image_store import ImageStore
from cyclades.ports.queue import Queue
from cyclades.ports.web_downloads import WebDownloads
from cyclades.settings import Settings

T = TypeVar("T")
ATTEMPTS = 8  # of what others were faster than; they take some two seconds at most
SHORT = 0.02  # seconds between two attempts, at most and at first
CHANCE = SystemRandom()
# SQLite's processes are on one host, and have its clock in common.
CLOCKS: Mapping[str, Callable[[Engine], Clock]] = {
    "postgresql": DatabaseClock,
    "sqlite": lambda _: SystemClock(),
}


class Application:
    """What one process needs, made from the settings."""

    def __init__(
        self, settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None
    ) -> None:
        """Open the database; everything else is made when first used."""
        self.settings = settings
        self.ids: Ids = ids or SystemIds()
        self.engine = make_engine(
            settings.database_url,
            Patience(
                settings.database_lock_timeout,
                settings.database_statement_timeout,
                settings.database_idle_timeout,
            ),
        )
        self.clock: Clock = clock or CLOCKS[self.engine.dialect.name](self.engine)
        self.reading_engine = reading(self.engine)
        self.secrets = KeyFileSecrets(settings.secret_key_file)
        self.key_maker = CryptographyKeyMaker()
        self.quota_defaults = settings.quota_defaults()
        self.firewall_profiles = settings.profiles()

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
    def hints(self) -> HintBroker:
        """How nodes say that something changed."""
        broker: HintBroker = adapter("hints", self.settings.hints)(self)
        return broker

    @cached_property
    def identity(self) -> IdentityProvider:
        """Who tokens belong to."""
        provider: IdentityProvider = adapter("identity", self.settings.identity)(self)
        return provider

    @cached_property
    def token_format(self) -> SealedTokens:
        """Our own tokens."""
        return SealedTokens(self.secrets.derived("tokens"))

    @cached_property
    def revocation_log(self) -> SqlRevocationLog:
        """What makes tokens void."""
        return SqlRevocationLog(self.reading_engine)

    @cached_property
    def identity_tools(self) -> IdentityTools:
        """What our own identity service works with."""
        ours = self.settings
        return IdentityTools(
            Argon2Passwords(ours.password_passes, ours.password_memory),
            self.token_format,
            SqlLoginRecords(self.engine, self.clock, ours.login_failures, ours.login_window),
            self.clock,
            self.ids,
            ours.token_ttl,
            ours.region,
            # Looked up late: the provider itself is made with these tools.
            lambda token: self.identity.caller(token),  # noqa: PLW0108  see above
        )

    @cached_property
    def drivers(self) -> "Drivers":
        """Ways to the clusters."""
        return Drivers(self)

    @contextmanager
    def reader(self) -> Iterator["Unit"]:
        """A reading unit for a `with` block."""
        unit = self.reading()
        try:
            yield unit
        finally:
            unit.close()

    @cached_property
    def image_store(self) -> ImageStore:
        """Where images' bytes are."""
        store: ImageStore = adapter("image_store", self.settings.image_store)(self)
        return store

    @cached_property
    def image_uploads(self) -> ImageUploads:
        """Images' bytes on their way; opens transactions of its own."""
        return image_bytes.uploads(self)

    @cached_property
    def web_downloads(self) -> WebDownloads:
        """Files of others' web servers."""
        return web_downloads.make(self)

    @cached_property
    def image_importer(self) -> ImageImporter:
        """Who does imports of images."""
        return image_bytes.importer(self)

    @cached_property
    def build_desk(self) -> BuildDesk:
        """What new disks are made from, and where they are saved."""
        return build_desk.make(self)

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
        for attempt in range(ATTEMPTS - 1):
            try:
                with self.transaction() as unit:
                    return work(unit)
            except (StaleVersion, Collision):
                self.pause(attempt)
        with self.transaction() as unit:
            return work(unit)

    def pause(self, attempt: int) -> None:
        """Stand back before another try, each for a time of its own: 0 is the first."""
        self.clock.sleep(CHANCE.uniform(0, SHORT * 2**attempt))

    def close(self) -> None:
        """Release connections."""
        if "hints" in vars(self):  # never made for nothing
            self.hints.close()
        self.drivers.close()
        self.engine.dispose()
