"""Users: made, changed, removed; passwords."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.identity_ids import bare
from cyclades.domain.model.user import User
from cyclades.domain.services.projects import Projects
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids
from cyclades.ports.passwords import PasswordHasher


@dataclass(frozen=True, slots=True)
class Users:
    """Whatever may have been said with a token of theirs is void when they change."""

    store: IdentityStore
    passwords: PasswordHasher
    ids: Ids

    def create(self, home: str, wanted: Mapping[str, Any], extra: Mapping[str, object]) -> User:
        """A user; without a password they can only be given roles."""
        domain = Projects(self.store, self.ids).show_domain(wanted.get("domain_id") or home)
        password = wanted.get("password")
        user = User(
            id=bare(self.ids.new()),
            name=wanted["name"],
            domain_id=domain.id,
            password_hash=self.passwords.hash(password) if password else "",
            enabled=wanted.get("enabled", True),
            default_project_id=wanted.get("default_project_id"),
            extra=extra,
        )
        self.store.users.add(user)
        return user

    def update(self, user_id: str, changes: Mapping[str, Any], extra: Mapping[str, object]) -> User:
        """Change a user; a new password or being disabled voids their tokens."""
        user = self.store.users.get(user_id, lock=True)
        wanted = dict(changes)
        if wanted.pop("domain_id", user.domain_id) != user.domain_id:
            raise InvalidInput("A user cannot move to another domain.", "user.domain_id")
        if "password" in wanted:
            password = wanted.pop("password")
            wanted["password_hash"] = self.passwords.hash(password) if password else ""
        changed = replace(user, **wanted, extra={**user.extra, **extra})
        self.store.users.save(changed)
        if "password_hash" in wanted or (user.enabled and not changed.enabled):
            self.store.revocations.add([("user", user_id)])
        return changed

    def delete(self, user_id: str) -> None:
        """Remove a user, and all that was theirs here."""
        self.store.users.get(user_id, lock=True)
        self.store.assignments.remove({"actor_kind": "user", "actor_id": user_id})
        self.store.memberships.remove({"user_id": user_id})
        self.store.application_credentials.remove({"user_id": user_id})
        self.store.users.remove({"id": user_id})
        self.store.revocations.add([("user", user_id)])

    def members(self, group_id: str) -> Sequence[User]:
        """A group's users, by name."""
        self.store.groups.get(group_id)
        ids = tuple(row.user_id for row in self.store.memberships.find({"group_id": group_id}))
        return self.store.users.find({"id": ids}) if ids else ()
