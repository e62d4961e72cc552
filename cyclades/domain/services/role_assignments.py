"""Who has which role where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.project import NO_DOMAIN
from cyclades.domain.model.role import Assignment, Role, Target, with_implied
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
        members = self._members([wanted]).get(wanted.actor_id, [])
        users = [wanted.actor_id] if wanted.actor_kind == "user" else members
        targets = [wanted.target_id]
        if wanted.inherited:
            targets = [project.id for project in Grants(self.store).below(wanted.target_id)]
        self.store.revocations.add(
            [("grant", grant_subject(user, target)) for user in users for target in targets]
        )

    def roles_at(self, place: Assignment) -> Sequence[Role]:
        """The roles that this actor was given there, by name; the place's own role is ignored.

        Raises NotFound for an actor or a target that does not exist.
        """
        self._require_ends(place)
        filters = {key: value for key, value in _key(place).items() if key != "role_id"}
        ids = tuple({row.role_id for row in self.store.assignments.find(filters)})
        return self.store.roles.find({"id": ids}) if ids else ()

    def effective(self, rows: Iterable[Assignment]) -> list[Assignment]:
        """What assignments come to: groups, implied and inherited roles spelled out.

        Roles of a domain only bring others.
        """
        rows, grants = list(rows), Grants(self.store)
        rules, members = grants.rules(), self._members(rows)
        everywhere = {role.id for role in self.store.roles.find({"domain_id": NO_DOMAIN})}
        above = {row.target_id for row in rows if row.inherited}
        below = {target: [project.id for project in grants.below(target)] for target in above}
        found: dict[Assignment, None] = {}
        for row in rows:
            users = [row.actor_id] if row.actor_kind == "user" else members.get(row.actor_id, [])
            projects = below[row.target_id] if row.inherited else []
            targets: list[Target] = [Target("project", project) for project in projects]
            if not row.inherited:
                targets = [Target(row.target_kind, row.target_id)]
            roles = sorted(with_implied([row.role_id], rules) & everywhere)
            for user, role, target in product(users, roles, targets):
                found[Assignment(role, "user", user, target.kind, target.id)] = None
        return list(found)

    def _members(self, rows: Iterable[Assignment]) -> dict[str, list[str]]:
        groups = tuple({row.actor_id for row in rows if row.actor_kind == "group"})
        found: dict[str, list[str]] = {}
        for member in self.store.memberships.find({"group_id": groups}) if groups else ():
            found.setdefault(member.group_id, []).append(member.user_id)
        return found

    def _require_parts(self, wanted: Assignment) -> None:
        self.store.roles.get(wanted.role_id)
        self._require_ends(wanted)

    def _require_ends(self, wanted: Assignment) -> None:
        actors = self.store.users if wanted.actor_kind == "user" else self.store.groups
        actors.get(wanted.actor_id)
        if wanted.target_kind != "system":
            is_domain = wanted.target_kind == "domain"
            if self.store.projects.get(wanted.target_id).is_domain != is_domain:
                raise NotFound(wanted.target_kind, wanted.target_id)


def _key(row: Assignment) -> Filters:
    return {name: getattr(row, name) for name in Assignment.__dataclass_fields__}
