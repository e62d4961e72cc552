"""Identity's repositories and services in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.identity_store import SqlIdentityStore
from cyclades.adapters.sql.revocations import SqlRevocations
from cyclades.bootstrap.unit_base import UnitBase
from cyclades.domain.services.identity import Identity
from cyclades.domain.services.identity_bootstrap import IdentityBootstrap


class IdentityUnit(UnitBase):
    """What identity needs."""

    @cached_property
    def identity(self) -> Identity:
        """Users, projects, roles, tokens."""
        revocations = SqlRevocations(
            self.connection, self.app.clock, self.app.settings.token_ttl, self._look_again
        )
        return Identity(SqlIdentityStore(self.connection, revocations), self.app.identity_tools)

    @cached_property
    def identity_bootstrap(self) -> IdentityBootstrap:
        """The first domain, roles and users."""
        tools = self.app.identity_tools
        return IdentityBootstrap(self.identity.store, tools.passwords, tools.ids)

    def _look_again(self) -> None:
        self.after_commit(self.app.identity.look_again)
