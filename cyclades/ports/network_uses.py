"""How many of networks' addresses are taken."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from cyclades.domain.model.network_use import NetworkUse


class NetworkUses(Protocol):
    """Reads; one statement, however many networks there are."""

    def list(self, filters: Mapping[str, Sequence[Any]]) -> Sequence[NetworkUse]:
        """Networks by id, each attribute having one of the values.

        Attributes are `network_id`, `network_name`, `project_id` and `ip_version`: the last
        says which subnets are counted.
        """
        ...
