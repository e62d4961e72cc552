"""The identity service: its parts, on one transaction's store."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from cyclades.domain.model.catalog import Region
from cyclades.domain.services.application_credentials import ApplicationCredentials
from cyclades.domain.services.authentication import Authentication
from cyclades.domain.services.catalog import Catalog
from cyclades.domain.services.grants import Grants
from cyclades.domain.services.groups import Groups
from cyclades.domain.services.projects import Projects
from cyclades.domain.services.role_assignments import RoleAssignments
from cyclades.domain.services.roles import Roles
from cyclades.domain.services.users import Users
from cyclades.ports.clock import Clock
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids
from cyclades.ports.logins import LoginRecords
from cyclades.ports.passwords import PasswordHasher
from cyclades.ports.tokens import TokenFormat


@dataclass(frozen=True, slots=True)
class IdentityTools:
    """What the identity service needs beside its store. `token_life` is in seconds."""

    passwords: PasswordHasher
    tokens: TokenFormat
    logins: LoginRecords
    clock: Clock
    ids: Ids
    token_life: int
    region: str
    verify_token: Callable[[str], object]


class Identity:
    """The verbs, by noun."""

    def __init__(self, store: IdentityStore, tools: IdentityTools) -> None:
        """Parts are made when first used."""
        self.store = store
        self.tools = tools

    @cached_property
    def authentication(self) -> Authentication:
        """Logging in, and looking at tokens."""
        tools = self.tools
        return Authentication(
            self.store,
            tools.passwords,
            tools.tokens,
            tools.logins,
            tools.clock,
            tools.ids,
            tools.token_life,
            tools.verify_token,
        )

    @cached_property
    def grants(self) -> Grants:
        """Who has which roles."""
        return Grants(self.store)

    @cached_property
    def catalog(self) -> Catalog:
        """Services, endpoints and regions."""
        return Catalog(self.store, self.tools.ids, Region(self.tools.region))

    @cached_property
    def projects(self) -> Projects:
        """Projects and domains."""
        return Projects(self.store, self.tools.ids)

    @cached_property
    def users(self) -> Users:
        """Users."""
        return Users(self.store, self.tools.passwords, self.tools.ids)

    @cached_property
    def groups(self) -> Groups:
        """Groups of users."""
        return Groups(self.store, self.tools.ids)

    @cached_property
    def roles(self) -> Roles:
        """Roles."""
        return Roles(self.store, self.tools.ids)

    @cached_property
    def role_assignments(self) -> RoleAssignments:
        """Who has which role where."""
        return RoleAssignments(self.store)

    @cached_property
    def application_credentials(self) -> ApplicationCredentials:
        """Programs' own secrets."""
        tools = self.tools
        return ApplicationCredentials(self.store, tools.passwords, tools.clock, tools.ids)
