"""Roles, and which role brings which others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.identity_ids import bare
from cyclades.domain.model.role import ImpliedRole, Role
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids

NEVER_IMPLIED = "admin"


@dataclass(frozen=True, slots=True)
class Roles:
    """Tokens carry names of roles: renaming or removing one voids them."""

    store: IdentityStore
    ids: Ids

    def create(self, wanted: Mapping[str, Any], extra: Mapping[str, object]) -> Role:
        """A role of the cloud or of a domain."""
        role = Role(
            id=bare(self.ids.new()),
            name=wanted["name"],
            domain_id=wanted.get("domain_id") or "",
            description=wanted.get("description"),
            immutable=bool(wanted.get("immutable")),
            extra=extra,
        )
        self.store.roles.add(role)
        return role

    def update(self, role_id: str, changes: Mapping[str, Any], extra: Mapping[str, object]) -> Role:
        """Change a role."""
        role = self.store.roles.get(role_id, lock=True)
        wanted = dict(changes)
        if (wanted.pop("domain_id", None) or role.domain_id) != role.domain_id:
            raise InvalidInput("A role cannot move to another domain.", "role.domain_id")
        if role.immutable and (extra or set(wanted) - {"immutable"} or "immutable" not in wanted):
            raise Forbidden(f"Role {role_id} is immutable.")
        changed = replace(role, **wanted, extra={**role.extra, **extra})
        self.store.roles.save(changed)
        if changed.name != role.name:
            self.store.revocations.add([("role", role.name)])
        return changed

    def delete(self, role_id: str) -> None:
        """Remove a role from everybody."""
        role = self.store.roles.get(role_id, lock=True)
        if role.immutable:
            raise Forbidden(f"Role {role_id} is immutable.")
        self.store.assignments.remove({"role_id": role_id})
        self.store.implied_roles.remove({"prior_id": role_id})
        self.store.implied_roles.remove({"implied_id": role_id})
        self.store.roles.remove({"id": role_id})
        self.store.revocations.add([("role", role.name)])

    def imply(self, prior_id: str, implied_id: str) -> tuple[Role, Role]:
        """From now on the prior role brings the implied one."""
        prior, implied = self.pair(prior_id, implied_id)
        if implied.name == NEVER_IMPLIED:
            raise Forbidden(f"The role {NEVER_IMPLIED} cannot be implied.")
        if implied.domain_id and not prior.domain_id:
            raise Forbidden("A role of the cloud cannot imply one of a domain.")
        if prior_id == implied_id:
            raise Forbidden("A role cannot imply itself.")
        if not self._rule(prior_id, implied_id):
            self.store.implied_roles.add(ImpliedRole(prior_id, implied_id))
        return prior, implied

    def implied(self, prior_id: str, implied_id: str) -> tuple[Role, Role]:
        """Both roles, if the rule exists. Raises NotFound."""
        roles = self.pair(prior_id, implied_id)
        if not self._rule(prior_id, implied_id):
            raise NotFound("implied role", f"{prior_id} implies {implied_id}")
        return roles

    def no_longer_imply(self, prior_id: str, implied_id: str) -> None:
        """Forget the rule; tokens with the implied role are void."""
        _, implied = self.implied(prior_id, implied_id)
        self.store.implied_roles.remove({"prior_id": prior_id, "implied_id": implied_id})
        self.store.revocations.add([("role", implied.name)])

    def inferences(self, prior_id: str | None = None) -> list[tuple[Role, list[Role]]]:
        """Each role that implies others, with them."""
        rules = self.store.implied_roles.find({"prior_id": prior_id} if prior_id else {})
        roles = {role.id: role for role in self.store.roles.find({})}
        found: dict[str, list[Role]] = {prior_id: []} if prior_id else {}
        for rule in rules:
            found.setdefault(rule.prior_id, []).append(roles[rule.implied_id])
        return [(roles[prior], implied) for prior, implied in found.items()]

    def pair(self, prior_id: str, implied_id: str) -> tuple[Role, Role]:
        """Both roles. Raises NotFound."""
        return self.store.roles.get(prior_id), self.store.roles.get(implied_id)

    def _rule(self, prior_id: str, implied_id: str) -> Sequence[ImpliedRole]:
        return self.store.implied_roles.find({"prior_id": prior_id, "implied_id": implied_id})
