"""Identity's repositories and services in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.identity_store import SqlIdentityStore
from cyclades.adapters.sql.revocations import SqlRevocations
from cyclades.bootstrap.unit_base import UnitBase
from cyclades.domain.services.identity import Identity


class IdentityUnit(UnitBase):
    """What identity needs."""

    @cached_property
    def identity(self) -> Identity:
        """Users, projects, roles, tokens."""
        revocations = SqlRevocations(
            self.connection, self.app.clock, self.app.settings.token_ttl, self._look_again
        )
        return Identity(SqlIdentityStore(self.connection, revocations), self.app.identity_tools)

    def _look_again(self) -> None:
        if self._manager is not None:
            self._manager.get().addAfterCommitHook(
                lambda committed: self.app.identity.look_again() if committed else None
            )
