"""Where flavors are kept."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from cyclades.domain.model.flavor import Flavor, FlavorQuery
from cyclades.domain.model.sharing import Scope


class FlavorRepository(Protocol):
    """All flavors; a scope sees the public ones and the private ones that it was given.

    Servers keep a copy of their flavor, so one that is in use may be removed.
    """

    def add(self, flavor: Flavor) -> None:
        """Keep it. Raises AlreadyExists when its id or name is taken."""
        ...

    def get(self, scope: Scope, flavor_id: str) -> Flavor:
        """Raises NotFound."""
        ...

    def list(self, scope: Scope, query: FlavorQuery) -> Sequence[Flavor]:
        """A page in the query's order. Raises InvalidInput for a marker out of sight."""
        ...

    def count(self) -> int:
        """How many there are."""
        ...

    def describe(self, flavor_id: str, description: str | None) -> None:
        """Change the description. Raises NotFound."""
        ...

    def change_specs(self, flavor_id: str, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """Put and drop extra specs, in one step. Raises NotFound for the flavor or a drop."""
        ...

    def remove(self, flavor_id: str) -> None:
        """Remove it and who had access to it. Raises NotFound."""
        ...

    def projects(self, flavor_id: str) -> Sequence[str]:
        """The ids of the projects that were given access, in order."""
        ...

    def allow(self, flavor_id: str, project_id: str) -> None:
        """Give a project access. Raises AlreadyExists when it has it."""
        ...

    def disallow(self, flavor_id: str, project_id: str) -> None:
        """Take a project's access. Raises NotFound when it has none."""
        ...
