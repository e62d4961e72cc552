"""Where policies of sharing are kept."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.rbac_policy import RbacPolicy


class RbacPolicyRepository(Protocol):
    """Policies by id; an object has one for each action and target."""

    def add(self, policy: RbacPolicy) -> None:
        """Keep it. Raises DuplicatePolicy."""
        ...

    def get(self, policy_id: str) -> RbacPolicy:
        """Raises NotFound."""
        ...

    def save(self, policy: RbacPolicy) -> None:
        """Keep its new target. Raises DuplicatePolicy."""
        ...

    def remove(self, policy_ids: Sequence[str]) -> None:
        """Forget them."""
        ...

    def of_object(self, object_id: str) -> Sequence[RbacPolicy]:
        """All of an object, by id."""
        ...

    def list(self, listing: Listing) -> Sequence[RbacPolicy]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def users(self, network_id: str, action: str) -> set[str]:
        """Projects that use a network in the way that the action allows.

        For shared ones: that have ports on it. For external ones: that have a router's gateway
        or a floating IP there.
        """
        ...
