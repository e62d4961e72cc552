"""Where security groups and their rules are kept."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.security_group import SecurityGroup, SecurityGroupRule


class SecurityGroupRepository(Protocol):
    """Groups by id, with their rules."""

    def ensure(self, group: SecurityGroup) -> bool:
        """Keep it with its rules unless it is known; whether it was new."""
        ...

    def add(self, group: SecurityGroup) -> None:
        """Keep it with its rules."""
        ...

    def get(self, group_id: str) -> SecurityGroup:
        """Raises NotFound."""
        ...

    def named(self, project_id: str, names: Sequence[str]) -> Sequence[SecurityGroup]:
        """The project's groups that have one of these ids or names, without rules."""
        ...

    def save(self, group: SecurityGroup) -> None:
        """Keep its new version. Raises StaleVersion when another was faster."""
        ...

    def remove(self, group_id: str) -> None:
        """Forget it and its rules. Raises SecurityGroupInUse."""
        ...

    def list(self, listing: Listing) -> Sequence[SecurityGroup]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def add_rule(self, rule: SecurityGroupRule) -> None:
        """Raises SecurityGroupRuleExists, or NotFound when a group has gone."""
        ...

    def get_rule(self, rule_id: str) -> SecurityGroupRule:
        """Raises NotFound."""
        ...

    def remove_rule(self, rule_id: str) -> None:
        """Forget it."""
        ...

    def list_rules(self, listing: Listing) -> Sequence[SecurityGroupRule]:
        """A page. Raises NotFound for a bad marker."""
        ...
