"""Which roles somebody has where: their own, their groups', inherited and implied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cyclades.domain.model.project import NO_DOMAIN, Project
from cyclades.domain.model.role import SYSTEM, Assignment, ImpliedRole, Role, Target, with_implied
from cyclades.ports.identity_store import IdentityStore

SYSTEM_TARGET = Target("system", SYSTEM)


@dataclass(frozen=True, slots=True)
class Grants:
    """Reads assignments; changes nothing."""

    store: IdentityStore

    def roles(self, user_id: str, target: Target) -> tuple[Role, ...]:
        """All roles of the user on the target, by name."""
        mine = self._of_user(user_id)
        direct = {
            row.role_id
            for row in mine
            if not row.inherited and (row.target_kind, row.target_id) == (target.kind, target.id)
        }
        if target.kind == "project" and any(row.inherited for row in mine):
            above = self._above(target.id)
            direct |= {row.role_id for row in mine if row.inherited and row.target_id in above}
        return self.named(direct)

    def named(self, role_ids: Iterable[str]) -> tuple[Role, ...]:
        """These roles and what they imply, by name.

        Roles of a domain only bring others: their own names mean nothing to policies.
        """
        ids = with_implied(role_ids, self.rules()) if role_ids else frozenset[str]()
        filters = {"id": tuple(sorted(ids)), "domain_id": NO_DOMAIN}
        return tuple(self.store.roles.find(filters)) if ids else ()

    def rules(self) -> Sequence[ImpliedRole]:
        """Which role implies which."""
        return self.store.implied_roles.find({})

    def targets(self, user_id: str) -> set[Target]:
        """Where the user has any role at all; a project may stand for those below it."""
        return {
            Target(row.target_kind, row.target_id)
            for row in self._of_user(user_id)
            if not row.inherited
        }

    def projects(self, user_id: str) -> list[Project]:
        """The projects on which the user has a role, by name."""
        rows = self._of_user(user_id)
        direct = {r.target_id for r in rows if r.target_kind == "project" and not r.inherited}
        found = list(self.store.projects.find({"id": tuple(sorted(direct))})) if direct else []
        for row in rows:
            if row.inherited:
                found += self.below(row.target_id)
        unique = {project.id: project for project in found if not project.is_domain}
        return sorted(unique.values(), key=lambda project: (project.name, project.id))

    def below(self, project_id: str) -> list[Project]:
        """All projects whose chain of parents leads here."""
        found: list[Project] = []
        level: tuple[str, ...] = (project_id,)
        while level:
            children = self.store.projects.find({"parent_id": level})
            found += children
            level = tuple(child.id for child in children)
        return found

    def _above(self, project_id: str) -> set[str]:
        found: set[str] = set()
        parent: str | None = self.store.projects.get(project_id).parent_id
        while parent and parent not in found:
            found.add(parent)
            parent = self.store.projects.get(parent).parent_id
        return found

    def _of_user(self, user_id: str) -> Sequence[Assignment]:
        groups = tuple(row.group_id for row in self.store.memberships.find({"user_id": user_id}))
        return self.store.assignments.find({"actor_id": (user_id, *groups)})
