"""Where subnet pools are kept, and what has been cut from them."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.subnetpool import SubnetPool


class Cut(NamedTuple):
    """A subnet's prefix, and whose it is."""

    cidr: str
    project_id: str


class SubnetPoolRepository(Protocol):
    """Pools by id; lists also show shared ones."""

    def add(self, pool: SubnetPool) -> None:
        """Keep it."""
        ...

    def get(self, pool_id: str) -> SubnetPool:
        """Raises NotFound."""
        ...

    def lock(self, pool_id: str) -> SubnetPool:
        """Get it for cutting or changing: nobody else does until the end. Raises NotFound."""
        ...

    def save(self, pool: SubnetPool) -> None:
        """Keep its new version. Raises StaleVersion when another was faster."""
        ...

    def remove(self, pool_id: str) -> None:
        """Forget it. Raises SubnetPoolDeleteError while there are subnets of it."""
        ...

    def list(self, listing: Listing) -> Sequence[SubnetPool]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def default(self, ip_version: int) -> SubnetPool | None:
        """The one that subnets are cut from when somebody asks for no certain one."""
        ...

    def cuts(self, pool_id: str) -> Sequence[Cut]:
        """What has been cut from it."""
        ...
