"""Groups and who is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.identity_ids import bare
from cyclades.domain.model.user import Group, Membership
from cyclades.domain.services.projects import Projects
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids


@dataclass(frozen=True, slots=True)
class Groups:
    """Leaving a group voids the user's tokens: its roles may be in them."""

    store: IdentityStore
    ids: Ids

    def create(self, home: str, wanted: Mapping[str, Any], extra: Mapping[str, object]) -> Group:
        """An empty group."""
        domain = Projects(self.store, self.ids).show_domain(wanted.get("domain_id") or home)
        group = Group(
            id=bare(self.ids.new()),
            name=wanted["name"],
            domain_id=domain.id,
            description=wanted.get("description") or "",
            extra=extra,
        )
        self.store.groups.add(group)
        return group

    def update(
        self, group_id: str, changes: Mapping[str, Any], extra: Mapping[str, object]
    ) -> Group:
        """Change name, description or what clients added."""
        group = self.store.groups.get(group_id, lock=True)
        wanted = dict(changes)
        if wanted.pop("domain_id", group.domain_id) != group.domain_id:
            raise InvalidInput("A group cannot move to another domain.", "group.domain_id")
        if "description" in wanted:
            wanted["description"] = wanted["description"] or ""
        changed = replace(group, **wanted, extra={**group.extra, **extra})
        self.store.groups.save(changed)
        return changed

    def delete(self, group_id: str) -> None:
        """Remove a group; its members lose its roles."""
        self.store.groups.get(group_id, lock=True)
        members = self.store.memberships.find({"group_id": group_id})
        self.store.assignments.remove({"actor_kind": "group", "actor_id": group_id})
        self.store.memberships.remove({"group_id": group_id})
        self.store.groups.remove({"id": group_id})
        self.store.revocations.add([("user", member.user_id) for member in members])

    def of_user(self, user_id: str) -> Sequence[Group]:
        """The groups that the user is in, by name."""
        self.store.users.get(user_id)
        ids = tuple(row.group_id for row in self.store.memberships.find({"user_id": user_id}))
        return self.store.groups.find({"id": ids}) if ids else ()

    def enter(self, group_id: str, user_id: str) -> None:
        """Put a user into a group; it may have happened before."""
        self.store.groups.get(group_id)
        self.store.users.get(user_id)
        if not self._is_in(group_id, user_id):
            self.store.memberships.add(Membership(group_id, user_id))

    def check(self, group_id: str, user_id: str) -> None:
        """Raise NotFound unless the user is in the group."""
        self.store.groups.get(group_id)
        self.store.users.get(user_id)
        if not self._is_in(group_id, user_id):
            raise NotFound("user in group", f"{user_id} in {group_id}")

    def leave(self, group_id: str, user_id: str) -> None:
        """Take a user out of a group. Raises NotFound."""
        self.check(group_id, user_id)
        self.store.memberships.remove({"group_id": group_id, "user_id": user_id})
        self.store.revocations.add([("user", user_id)])

    def _is_in(self, group_id: str, user_id: str) -> bool:
        return bool(self.store.memberships.find({"group_id": group_id, "user_id": user_id}))
