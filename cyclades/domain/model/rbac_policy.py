"""Policies of sharing: which project may use or see a network that another one owns."""

from dataclasses import dataclass

from cyclades.domain.model.errors import AlreadyExists, Conflict
from cyclades.domain.model.network_errors import Named

EVERYBODY = "*"
SHARED = "access_as_shared"
EXTERNAL = "access_as_external"
ACTIONS = (SHARED, EXTERNAL)
NETWORK = "network"


class RbacPolicyInUse(Named, Conflict):
    """Projects use what it lets them use."""


class DuplicatePolicy(Named, AlreadyExists):
    """The object has a policy that says the same."""


@dataclass(frozen=True, slots=True)
class RbacPolicy:
    """`action` on the object for a project, or for everybody; it is the object's owner's."""

    id: str
    project_id: str
    object_type: str
    object_id: str
    action: str
    target_project: str

    @property
    def charges(self) -> int:
        """What it costs of the quota: what everybody may do is the object's own attribute."""
        return 0 if self.target_project == EVERYBODY else 1


@dataclass(frozen=True, slots=True)
class WantedPolicy:
    """What somebody asks for."""

    object_id: str
    action: str
    target_project: str
    object_type: str = NETWORK
    project_id: str | None = None
