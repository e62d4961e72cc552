"""Security groups and rules: stored as their owners write them.

A project's default group exists from the start; it gets its rows when something is first
written that needs them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network_errors import (
    SecurityGroupCannotRemoveDefault,
    SecurityGroupCannotUpdateDefault,
    SecurityGroupDefaultAlreadyExists,
)
from cyclades.domain.model.revision import require_revision
from cyclades.domain.model.security_group import (
    DEFAULT_NAME,
    ETHERTYPES,
    SecurityGroup,
    SecurityGroupRule,
    default_group,
    default_group_id,
    open_rule,
)
from cyclades.domain.model.security_group_rules import WantedRule, checked
from cyclades.domain.model.sharing import project_for, reach_of
from cyclades.domain.services.default_groups import with_default_group, with_default_rules
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.security_groups import SecurityGroupRepository


@dataclass(frozen=True, slots=True)
class SecurityGroups:
    """Groups are their project's own."""

    repository: SecurityGroupRepository
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def create(
        self, caller: Caller, values: Mapping[str, Any], project_id: str | None = None
    ) -> SecurityGroup:
        """A group from which everything may go out, and into which nothing comes."""
        owner = project_for(caller, project_id, "create_security_group:tenant_id")
        self._ensure_default(owner)
        require_stateful(values)
        _require_another_name(values)
        now, group_id = self.clock.now(), self.ids.new()
        rules = tuple(
            open_rule(self.ids.new(), group_id, owner, "egress", ethertype, now)
            for ethertype in ETHERTYPES
        )
        # Stateful, and nobody's default.
        empty = SecurityGroup(group_id, owner, "", "", True, False, (), now, now, 1, rules)
        group = replace(empty, **values)
        self.repository.add(group)
        self._publish(group)
        self.quota.charge(owner, {"security_group": 1, "security_group_rule": len(rules)})
        return group

    def show(self, caller: Caller, group_id: str) -> SecurityGroup:
        """One of the caller's groups. Raises NotFound."""
        try:
            group = self.repository.get(group_id)
        except NotFound:
            if caller.project_id and group_id == default_group_id(caller.project_id):
                return default_group(caller.project_id, None)
            raise
        if not (caller.is_admin or group.project_id == caller.project_id):
            raise NotFound("security group", group_id)
        return group

    def page(self, caller: Caller, listing: Listing) -> Sequence[SecurityGroup]:
        """A page of a list; the caller's default group is in it, stored or not."""
        return with_default_group(caller, listing, self.repository)

    def update(
        self, caller: Caller, group_id: str, changes: Mapping[str, Any], revision: int | None
    ) -> SecurityGroup:
        """Change some attributes."""
        group = self._stored(caller, group_id)
        require_revision(group.version, revision)
        require_stateful(changes)
        if group.is_default and changes.get("name", group.name) != group.name:
            raise SecurityGroupCannotUpdateDefault(
                f"Updating default security group {group_id} is not allowed."
            )
        if not group.is_default:
            _require_another_name(changes)
        changed = replace(group, **changes, updated=self.clock.now(), version=group.version + 1)
        self.repository.save(changed)
        self._publish(changed)
        return changed

    def delete(self, caller: Caller, group_id: str, revision: int | None) -> None:
        """Forget it, and the rules of others that name it. Raises SecurityGroupInUse.

        Default groups stay.
        """
        group = self._stored(caller, group_id)
        require_revision(group.version, revision)
        if group.is_default and not caller.is_admin:
            raise SecurityGroupCannotRemoveDefault(
                f"Insufficient rights for removing default security group {group_id}."
            )
        naming = Listing(reach_of(caller), {"remote_group_id": (group_id,)})
        for rule in self.repository.list_rules(naming):
            if rule.security_group_id != group_id:
                self.delete_rule(caller, rule.id)
        self.repository.remove(group_id)
        self._publish(replace(group, version=group.version + 1))
        own = [rule for rule in group.rules if not is_given(group, rule)]
        amounts = {"security_group_rule": len(own)}
        self.quota.release(
            group.project_id, amounts if group.is_default else amounts | {"security_group": 1}
        )

    def create_rule(self, caller: Caller, wanted: WantedRule) -> SecurityGroupRule:
        """Add a rule. Raises SecurityGroupRuleExists, InvalidInput, OverQuota."""
        group = self._stored(caller, wanted.security_group_id)
        rule = checked(wanted, self.ids.new(), group.project_id, self.clock.now())
        if rule.remote_group_id:
            self._stored(caller, rule.remote_group_id)
        self.repository.add_rule(rule)
        self._touch(group)
        self.quota.charge(group.project_id, {"security_group_rule": 1})
        return rule

    def show_rule(self, caller: Caller, rule_id: str) -> SecurityGroupRule:
        """One of the caller's rules. Raises NotFound."""
        if caller.project_id:
            unstored = default_group(caller.project_id, None)
            given = [rule for rule in unstored.rules if rule.id == rule_id]
            if given and self.show(caller, unstored.id).created is None:
                return given[0]
        rule = self.repository.get_rule(rule_id)
        if not (caller.is_admin or rule.project_id == caller.project_id):
            raise NotFound("security group rule", rule_id)
        return rule

    def page_rules(self, caller: Caller, listing: Listing) -> Sequence[SecurityGroupRule]:
        """A page of a list of rules."""
        return with_default_rules(caller, listing, self.repository)

    def delete_rule(self, caller: Caller, rule_id: str) -> None:
        """Forget a rule."""
        rule = self.show_rule(caller, rule_id)
        group = self._stored(caller, rule.security_group_id)
        self.repository.remove_rule(rule_id)
        self._touch(group)
        if not is_given(group, rule):
            self.quota.release(group.project_id, {"security_group_rule": 1})

    def chosen(self, project_id: str, names: Sequence[str]) -> tuple[str, ...]:
        """The project's groups that these ids or names mean; none named: the default one.

        Raises NotFound.
        """
        self._ensure_default(project_id)
        if not names:
            return (default_group_id(project_id),)
        found = self.repository.named(project_id, names)
        by_name = {group.name: group.id for group in reversed(found)}
        by_id = {group.id: group.id for group in found}
        known = by_name | by_id
        for name in names:
            if name not in known:
                raise NotFound("security group", name)
        return tuple(dict.fromkeys(known[name] for name in names))

    def _stored(self, caller: Caller, group_id: str) -> SecurityGroup:
        group = self.show(caller, group_id)
        if group.created is None:
            self._ensure_default(group.project_id)
            group = self.repository.get(group_id)
        return group

    def _ensure_default(self, project_id: str) -> None:
        group = default_group(project_id, self.clock.now())
        if self.repository.ensure(group):
            self._publish(group)

    def _touch(self, group: SecurityGroup) -> None:
        changed = replace(group, updated=self.clock.now(), version=group.version + 1)
        self.repository.save(changed)
        self._publish(changed)

    def _publish(self, group: SecurityGroup) -> None:
        self.feed.publish(Changed("security_group", group.id, group.version, group.project_id))


def require_stateful(values: Mapping[str, Any]) -> None:
    """Raise InvalidInput for a stateless group: nodes let every answer pass."""
    if not values.get("stateful", True):
        raise InvalidInput(
            "Stateless security groups are not offered: answers to what was let through "
            "always pass.",
            "stateful",
        )


def is_given(group: SecurityGroup, rule: SecurityGroupRule) -> bool:
    """Whether the rule came with the default group, which costs no quota."""
    return group.is_default and rule.id in {
        each.id for each in default_group(group.project_id, None).rules
    }


def _require_another_name(values: Mapping[str, Any]) -> None:
    if values.get("name") == DEFAULT_NAME:
        raise SecurityGroupDefaultAlreadyExists("Default security group already exists.")
