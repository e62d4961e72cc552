"""Where it is read what nodes must know of their servers' interfaces."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.node_document import Facts, Interest


class NodeDocumentReader(Protocol):
    """A fixed number of statements for any number of ports; up to 1000 are asked for at once."""

    def facts(self, cluster_id: str, port_ids: Sequence[str]) -> Facts:
        """All about those of these ports that servers of this cluster have."""
        ...

    def interest(self, cluster_id: str, port_ids: Sequence[str]) -> Interest:
        """What those ports have to do with, by one statement."""
        ...
