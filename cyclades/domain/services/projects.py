"""Projects and domains: made, changed, removed; tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.identity_ids import bare
from cyclades.domain.model.project import NO_DOMAIN, Project
from cyclades.domain.model.token import RevocationKey
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids

DEEPEST = 5
MOST_TAGS = 80
FIXED = ("domain_id", "parent_id", "is_domain")


@dataclass(frozen=True, slots=True)
class Projects:
    """A domain is a project that holds others."""

    store: IdentityStore
    ids: Ids

    def show(self, project_id: str) -> Project:
        """A project that is no domain. Raises NotFound."""
        project = self.store.projects.get(project_id)
        if project.is_domain:
            raise NotFound("project", project_id)
        return project

    def show_domain(self, domain_id: str) -> Project:
        """A domain. Raises NotFound."""
        found = self.store.projects.find({"id": domain_id, "is_domain": True})
        if not found:
            raise NotFound("domain", domain_id)
        return found[0]

    def create(self, home: str, wanted: Mapping[str, Any], extra: Mapping[str, object]) -> Project:
        """A project in its parent's domain; `home` is the domain when none is named."""
        if wanted.get("is_domain"):
            if wanted.get("domain_id") or wanted.get("parent_id"):
                raise InvalidInput("A domain is in no domain and has no parent.", "domain_id")
            return self.create_domain(wanted, extra)
        domain_id = wanted.get("domain_id")
        parent_id = wanted.get("parent_id") or domain_id or home
        parent = self.store.projects.get(parent_id)
        own_domain = parent.id if parent.is_domain else parent.domain_id
        if domain_id and domain_id != own_domain:
            raise InvalidInput("The parent is in another domain.", "project.parent_id")
        if not parent.enabled:
            raise Forbidden(f"The parent {parent.id} is disabled.")
        self._require_room_below(parent)
        project = Project(
            id=bare(self.ids.new()),
            name=wanted["name"],
            domain_id=own_domain,
            parent_id=parent.id,
            description=wanted.get("description") or "",
            enabled=wanted.get("enabled", True),
            tags=tags_of(wanted.get("tags", ())),
            extra=extra,
        )
        self.store.projects.add(project)
        return project

    def create_domain(self, wanted: Mapping[str, Any], extra: Mapping[str, object]) -> Project:
        """A domain."""
        domain = Project(
            id=bare(self.ids.new()),
            name=wanted["name"],
            domain_id=NO_DOMAIN,
            description=wanted.get("description") or "",
            enabled=wanted.get("enabled", True),
            is_domain=True,
            tags=tags_of(wanted.get("tags", ())),
            extra=extra,
        )
        self.store.projects.add(domain)
        return domain

    def update(
        self, project_id: str, changes: Mapping[str, Any], extra: Mapping[str, object]
    ) -> Project:
        """Change a project or a domain; disabling it voids its tokens."""
        project = self.store.projects.get(project_id, lock=True)
        for name in FIXED:
            if name in changes and (changes[name] or NO_DOMAIN) != (getattr(project, name) or ""):
                raise Forbidden(f"The {name} of a project cannot be changed.")
        wanted = {name: value for name, value in changes.items() if name not in FIXED}
        if "description" in wanted:
            wanted["description"] = wanted["description"] or ""
        if "tags" in wanted:
            wanted["tags"] = tags_of(wanted["tags"])
        changed = replace(project, **wanted, extra={**project.extra, **extra})
        self.store.projects.save(changed)
        if project.enabled and not changed.enabled:
            self.store.revocations.add([_own_tokens(project)])
        return changed

    def delete(self, project_id: str) -> None:
        """Remove a project that has none below it."""
        project = self.show(project_id)
        if self.store.projects.find({"parent_id": project_id}):
            raise Forbidden(f"Project {project_id} has projects below it: delete those first.")
        self._forget([project])

    def delete_domain(self, domain_id: str) -> None:
        """Remove a disabled domain, with everything in it."""
        domain = self.show_domain(domain_id)
        if domain.enabled:
            raise Forbidden("Cannot delete a domain that is enabled: disable it first.")
        inside = {"domain_id": domain_id}
        users = tuple(user.id for user in self.store.users.find(inside))
        groups = tuple(group.id for group in self.store.groups.find(inside))
        if actors := (*users, *groups):
            self.store.assignments.remove({"actor_id": actors})
            self.store.memberships.remove({"user_id": actors})
            self.store.memberships.remove({"group_id": actors})
            self.store.application_credentials.remove({"user_id": actors})
        for records in (self.store.users, self.store.groups):
            records.remove(inside)
        roles = tuple(role.id for role in self.store.roles.find(inside))
        if roles:
            self.store.assignments.remove({"role_id": roles})
            self.store.implied_roles.remove({"prior_id": roles})
            self.store.implied_roles.remove({"implied_id": roles})
            self.store.roles.remove(inside)
        self._forget([*self.store.projects.find(inside), domain])

    def set_tags(self, project_id: str, tags: Sequence[str]) -> Project:
        """Replace all tags."""
        project = replace(self.store.projects.get(project_id, lock=True), tags=tags_of(tags))
        self.store.projects.save(project)
        return project

    def _forget(self, projects: Sequence[Project]) -> None:
        ids = tuple(project.id for project in projects)
        self.store.assignments.remove({"target_id": ids})
        self.store.application_credentials.remove({"project_id": ids})
        self.store.projects.remove({"id": ids})
        self.store.revocations.add([_own_tokens(project) for project in projects])

    def _require_room_below(self, parent: Project) -> None:
        depth, at = 1, parent
        while at.parent_id:
            at = self.store.projects.get(at.parent_id)
            depth += 1
        if depth > DEEPEST:
            raise Forbidden(f"Projects cannot be nested more than {DEEPEST} deep.")


def _own_tokens(project: Project) -> RevocationKey:
    return ("domain", project.id) if project.is_domain else ("project", project.id)


def tags_of(tags: Sequence[str]) -> tuple[str, ...]:
    """Each tag once, sorted. Raises InvalidInput."""
    unique = tuple(sorted(set(tags)))
    if len(unique) > MOST_TAGS:
        raise InvalidInput(f"A project has at most {MOST_TAGS} tags.", "tags")
    return unique
