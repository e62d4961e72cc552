"""Where it is kept by which keys clusters' nodes show who they are."""

from collections.abc import Mapping
from typing import Protocol


class NodeKeyRepository(Protocol):
    """One key a cluster at most; only digests are kept."""

    def keep(self, cluster_id: str, digest: str | None) -> None:
        """This one from now on; None for none."""
        ...

    def digests(self) -> Mapping[str, str]:
        """The keys' digests by cluster id."""
        ...
