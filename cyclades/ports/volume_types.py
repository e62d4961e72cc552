"""Where volume types are kept."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_type import VolumeType


class VolumeTypeRepository(Protocol):
    """Types by id. A scope sees public ones and those that its project was given."""

    def add(self, kind: VolumeType) -> None:
        """Keep a new one. Raises AlreadyExists for a name that is taken."""
        ...

    def get(self, scope: Scope, type_id: str) -> VolumeType:
        """Raises NotFound, also for what the scope does not see."""
        ...

    def named(self, scope: Scope, name: str) -> VolumeType:
        """The one with this id, or else with this name. Raises NotFound."""
        ...

    def lock(self, type_id: str) -> VolumeType:
        """Get it for changing: nobody else locks it meanwhile. Raises NotFound."""
        ...

    def list(self, listing: Listing) -> Sequence[VolumeType]:
        """A page, by name unless the listing has an order. Raises NotFound for a bad marker."""
        ...

    def names(self, scope: Scope) -> Sequence[str]:
        """Of those that the scope may use, in order."""
        ...

    def save(self, kind: VolumeType) -> VolumeType:
        """Write the version after the stored one, and return it.

        Raises StaleVersion, and AlreadyExists for a name that is taken.
        """
        ...

    def remove(self, type_id: str) -> None:
        """Forget it. Raises Conflict while volumes or snapshots are of it."""
        ...

    def used(self, type_id: str) -> bool:
        """Whether there are volumes or snapshots of it."""
        ...

    def projects(self, type_id: str) -> Sequence[str]:
        """Who was given it, in order."""
        ...

    def allow(self, type_id: str, project_id: str) -> None:
        """Give it. Raises AlreadyExists."""
        ...

    def disallow(self, type_id: str, project_id: str) -> None:
        """Take it away. Raises NotFound."""
        ...
