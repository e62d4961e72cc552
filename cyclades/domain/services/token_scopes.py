"""The scope of a token: what was asked for, if the roles are there."""

from dataclasses import dataclass, replace
from datetime import datetime

from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.errors import Forbidden, Unauthenticated
from cyclades.domain.model.login import Reference, WantedScope
from cyclades.domain.model.project import Project
from cyclades.domain.model.role import Role, Target
from cyclades.domain.model.token import UNSCOPED, TokenScope
from cyclades.domain.model.user import User
from cyclades.domain.services.grants import SYSTEM_TARGET, Grants
from cyclades.ports.identity_store import IdentityStore

Chosen = tuple[TokenScope, tuple[Role, ...]]


@dataclass(frozen=True, slots=True)
class Subject:
    """Who has proved to be whom, and what a former token or a credential limits them to."""

    user: User
    methods: frozenset[str]
    credential: ApplicationCredential | None = None
    expires: datetime | None = None
    parents: tuple[str, ...] = ()
    scope: TokenScope | None = None

    def narrowed(self, other: "Subject") -> "Subject":
        """Both at once."""
        expires = [moment for moment in (self.expires, other.expires) if moment]
        return replace(
            self,
            methods=self.methods | other.methods,
            credential=self.credential or other.credential,
            expires=min(expires) if expires else None,
            parents=self.parents or other.parents,
            scope=self.scope or other.scope,
        )


@dataclass(frozen=True, slots=True)
class TokenScopes:
    """Chooses scope and roles."""

    store: IdentityStore

    def choose(self, subject: Subject, wanted: WantedScope) -> Chosen:
        """Raises Unauthenticated where the user has no role, Forbidden for a credential's."""
        if subject.credential is not None:
            return self._of_credential(subject.credential, wanted)
        if wanted.kind == "unscoped":
            return UNSCOPED, ()
        if wanted.kind == "default":
            return self._default(subject.user)
        if wanted.kind == "system":
            return self._on(subject.user, SYSTEM_TARGET, "")
        return self._on_project(subject.user, self._named(wanted))

    def _default(self, user: User) -> Chosen:
        """The default project while it can be used, else no scope."""
        if not user.default_project_id:
            return UNSCOPED, ()
        found = self.store.projects.find({"id": user.default_project_id, "is_domain": False})
        try:
            return self._on_project(user, found[0] if found else None)
        except Unauthenticated:
            return UNSCOPED, ()

    def _of_credential(self, credential: ApplicationCredential, wanted: WantedScope) -> Chosen:
        if wanted.kind == "project":
            named = self._named(wanted)
            same = named is not None and named.id == credential.project_id
        else:
            same = wanted.kind == "default"
        if not same:
            raise Forbidden("Application credentials cannot request a scope.")
        project = self.store.projects.get(credential.project_id)
        user = self.store.users.get(credential.user_id)
        scope, held = self._on_project(user, project)
        allowed = {role.id for role in Grants(self.store).named(credential.roles)}
        roles = tuple(role for role in held if role.id in allowed)
        if not roles:
            raise no_access()
        return scope, roles

    def _on_project(self, user: User, project: Project | None) -> Chosen:
        """On a project or a domain; both must be enabled, and so must the project's domain."""
        if project is None or not project.enabled:
            raise no_access()
        if project.is_domain:
            return self._on(user, Target("domain", project.id), "")
        if not self.store.projects.get(project.domain_id).enabled:
            raise no_access()
        return self._on(user, Target("project", project.id), project.domain_id)

    def _on(self, user: User, target: Target, domain_id: str) -> Chosen:
        roles = Grants(self.store).roles(user.id, target)
        if not roles:
            raise no_access()
        return TokenScope(target.kind, target.id, domain_id), roles

    def _named(self, wanted: WantedScope) -> Project | None:
        filters = self._filters(wanted.reference)
        if filters is None:
            return None
        found = self.store.projects.find(filters | {"is_domain": wanted.kind == "domain"})
        return found[0] if found else None

    def _filters(self, reference: Reference) -> dict[str, object] | None:
        if reference.id is not None:
            return {"id": reference.id}
        filters: dict[str, object] = {"name": reference.name}
        if reference.domain_id is not None:
            filters["domain_id"] = reference.domain_id
        elif reference.domain_name is not None:
            found = self.store.projects.find({"name": reference.domain_name, "is_domain": True})
            if not found:
                return None
            filters["domain_id"] = found[0].id
        return filters


def no_access() -> Unauthenticated:
    """The same whether the scope is missing, disabled or somebody else's."""
    return Unauthenticated("The request you have made requires authentication.")
