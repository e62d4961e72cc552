"""Who has which role where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.project import NO_DOMAIN
from cyclades.domain.model.role import Assignment, Role, with_implied
from cyclades.domain.model.token import grant_subject
from cyclades.domain.services.grants import Grants
from cyclades.ports.identity_store import Filters, IdentityStore


@dataclass(frozen=True, slots=True)
class RoleAssignments:
    """Removing an assignment voids the tokens that may rest on it."""

    store: IdentityStore

    def grant(self, wanted: Assignment) -> None:
        """Give the role; it may have been given before."""
        self._require_parts(wanted)
        if not self.store.assignments.find(_key(wanted)):
            self.store.assignments.add(wanted)

    def check(self, wanted: Assignment) -> None:
        """Raise NotFound unless exactly this was granted."""
        self._require_parts(wanted)
        if not self.store.assignments.find(_key(wanted)):
            raise NotFound("role assignment", wanted.role_id)

    def withdraw(self, wanted: Assignment) -> None:
        """Take the role back. Raises NotFound."""
        if not self.store.assignments.remove(_key(wanted)):
            raise NotFound("role assignment", wanted.role_id)
        users = self._users(wanted)
        targets = [wanted.target_id]
        if wanted.inherited:
            targets = [project.id for project in Grants(self.store).below(wanted.target_id)]
        self.store.revocations.add(
            [("grant", grant_subject(user, target)) for user in users for target in targets]
        )

    def roles_of(self, filters: Filters) -> Sequence[Role]:
        """The roles of matching assignments, by name."""
        ids = tuple({row.role_id for row in self.store.assignments.find(filters)})
        return self.store.roles.find({"id": ids}) if ids else ()

    def effective(self, rows: Iterable[Assignment]) -> list[Assignment]:
        """What assignments come to: groups, implied and inherited roles spelled out.

        Roles of a domain only bring others.
        """
        grants = Grants(self.store)
        rules = grants.rules()
        everywhere = {role.id for role in self.store.roles.find({"domain_id": NO_DOMAIN})}
        found: dict[Assignment, None] = {}
        for row in rows:
            targets = (
                [("project", project.id) for project in grants.below(row.target_id)]
                if row.inherited
                else [(row.target_kind, row.target_id)]
            )
            for user in self._users(row):
                for role in sorted(with_implied([row.role_id], rules) & everywhere):
                    for kind, target in targets:
                        one = Assignment(role, "user", user, row.target_kind, target)
                        found[replace(one, target_kind=kind)] = None  # type: ignore[arg-type]  # a TargetKind
        return list(found)

    def _users(self, row: Assignment) -> list[str]:
        if row.actor_kind == "user":
            return [row.actor_id]
        return [
            member.user_id for member in self.store.memberships.find({"group_id": row.actor_id})
        ]

    def _require_parts(self, wanted: Assignment) -> None:
        self.store.roles.get(wanted.role_id)
        actors = self.store.users if wanted.actor_kind == "user" else self.store.groups
        actors.get(wanted.actor_id)
        if wanted.target_kind != "system":
            is_domain = wanted.target_kind == "domain"
            if self.store.projects.get(wanted.target_id).is_domain != is_domain:
                raise NotFound(wanted.target_kind, wanted.target_id)


def _key(row: Assignment) -> Filters:
    return {name: getattr(row, name) for name in Assignment.__dataclass_fields__}
