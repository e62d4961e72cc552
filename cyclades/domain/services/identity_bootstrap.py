"""The first run: a domain, roles, two projects and two users to begin with."""

from dataclasses import dataclass
from itertools import pairwise

from cyclades.domain.model.identity import Caller
from cyclades.domain.model.project import DEFAULT_DOMAIN, NO_DOMAIN, Project
from cyclades.domain.model.role import SYSTEM, Assignment, ImpliedRole, Role
from cyclades.domain.model.user import User
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids
from cyclades.ports.passwords import PasswordHasher

# Each brings the next: an administrator is a member, a member may look.
ROLES = ("admin", "member", "reader")
# User and project of the same name, and the user's role there.
FIRST_USERS = {"demo": "member", "admin": "admin"}


@dataclass(frozen=True, slots=True)
class IdentityBootstrap:
    """Run in one transaction."""

    store: IdentityStore
    passwords: PasswordHasher
    ids: Ids

    def ensure_first_run(self) -> dict[str, str]:
        """Make what is missing; {user name: password} of the users made now."""
        self._domain()
        roles = self._roles()
        made = {}
        for name, role in FIRST_USERS.items():
            project = self._project(name)
            if self.store.users.find({"name": name, "domain_id": DEFAULT_DOMAIN}):
                continue
            made[name] = self.ids.password()
            user = User(
                self._id(),
                name,
                DEFAULT_DOMAIN,
                password_hash=self.passwords.hash(made[name]),
                default_project_id=project.id,
            )
            self.store.users.add(user)
            self.store.assignments.add(
                Assignment(roles[role], "user", user.id, "project", project.id)
            )
            if role == "admin":
                self.store.assignments.add(
                    Assignment(roles[role], "user", user.id, "system", SYSTEM)
                )
        return made

    def administrator(self) -> Caller:
        """The first administrator, in the project of the same name: owns what a first run makes."""
        filters = {"name": "admin", "domain_id": DEFAULT_DOMAIN}
        user, project = self.store.users.find(filters), self.store.projects.find(filters)
        roles = frozenset(ROLES)
        return Caller(user[0].id, project[0].id, roles=roles, user_name="admin")

    def _id(self) -> str:
        return self.ids.new().replace("-", "")

    def _domain(self) -> None:
        if not self.store.projects.find({"id": DEFAULT_DOMAIN}):
            self.store.projects.add(
                Project(
                    DEFAULT_DOMAIN,
                    "Default",
                    NO_DOMAIN,
                    description="The default domain",
                    is_domain=True,
                )
            )

    def _roles(self) -> dict[str, str]:
        """Ids by name."""
        known = {role.name: role.id for role in self.store.roles.find({"domain_id": NO_DOMAIN})}
        for name in ROLES:
            if name not in known:
                known[name] = self._id()
                self.store.roles.add(Role(known[name], name, immutable=True))
        for prior, implied in pairwise(ROLES):
            rule = ImpliedRole(known[prior], known[implied])
            if not self.store.implied_roles.find(
                {"prior_id": rule.prior_id, "implied_id": rule.implied_id}
            ):
                self.store.implied_roles.add(rule)
        return known

    def _project(self, name: str) -> Project:
        found = self.store.projects.find({"name": name, "domain_id": DEFAULT_DOMAIN})
        if found:
            return found[0]
        project = Project(
            self._id(),
            name,
            DEFAULT_DOMAIN,
            DEFAULT_DOMAIN,
            description=f"First project of {name}",
        )
        self.store.projects.add(project)
        return project
