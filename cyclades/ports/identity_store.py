"""Where users, projects, roles and the rest of the identity service are kept.

All parts of one store work in the same transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.catalog import CatalogService, Endpoint, Region
from cyclades.domain.model.project import Project
from cyclades.domain.model.role import Assignment, ImpliedRole, Role
from cyclades.domain.model.token import RevocationKey
from cyclades.domain.model.user import Group, Membership, User

T = TypeVar("T")
Filters = Mapping[str, object]


class Rows(Protocol[T]):
    """Records that are their own key.

    Filters are field names with the value they must equal; a tuple means any of these.
    """

    def add(self, record: T) -> None:
        """Keep it. Raises AlreadyExists."""
        ...

    def find(self, filters: Filters) -> Sequence[T]:
        """All that match, in a stable order."""
        ...

    def remove(self, filters: Filters) -> int:
        """Forget all that match; how many they were."""
        ...


class Records(Rows[T], Protocol[T]):
    """Records with an id."""

    def get(self, id: str, *, lock: bool = False) -> T:
        """The record; `lock` keeps others from changing it until the end. Raises NotFound."""
        ...

    def save(self, record: T) -> None:
        """Replace the record of this id. Raises AlreadyExists for a name that is taken."""
        ...


class Revocations(Protocol):
    """Numbered in the order of their commits."""

    def epoch(self) -> int:
        """The highest number that is committed (or ours); 0 before the first."""
        ...

    def add(self, keys: Sequence[RevocationKey]) -> None:
        """Void the tokens that match; processes hear of it after the commit.

        Revocations that no living token can match are forgotten on the way.
        """
        ...


class IdentityStore(Protocol):
    """One transaction's view of everything."""

    projects: Records[Project]
    users: Records[User]
    groups: Records[Group]
    memberships: Rows[Membership]
    roles: Records[Role]
    implied_roles: Rows[ImpliedRole]
    assignments: Rows[Assignment]
    application_credentials: Records[ApplicationCredential]
    services: Records[CatalogService]
    endpoints: Records[Endpoint]
    regions: Records[Region]
    revocations: Revocations
