"""Keypairs: import, generate, list, delete."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.domain.model.errors import Forbidden
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.keypair import Keypair
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.keypairs import KeyMaker, KeypairRepository


@dataclass(frozen=True, slots=True)
class Keypairs:
    """A user's keypairs; administrators may name another user."""

    repository: KeypairRepository
    maker: KeyMaker
    feed: Feed
    clock: Clock
    ids: Ids
    limit: int

    def import_key(self, caller: Caller, user_id: str, name: str, kind: str, key: str) -> Keypair:
        """Keep a public key."""
        require_owner(caller, user_id)
        if self.repository.count(user_id) >= self.limit:
            raise Forbidden("Quota exceeded, too many key pairs.")
        keypair = Keypair(
            self.ids.new(),
            user_id,
            name,
            kind,
            key,
            self.maker.fingerprint(kind, key),
            self.clock.now(),
        )
        self.repository.add(keypair)
        self._publish(caller, user_id)
        return keypair

    def generate(self, caller: Caller, user_id: str, name: str, kind: str) -> tuple[Keypair, str]:
        """Make a key; the private half is returned and kept nowhere."""
        private, public = self.maker.generate(kind, f"Generated-by-{name}")
        return self.import_key(caller, user_id, name, kind, public), private

    def show(self, caller: Caller, user_id: str, name: str) -> Keypair:
        """One keypair. Raises NotFound."""
        require_owner(caller, user_id)
        return self.repository.get(user_id, name)

    def page(
        self, caller: Caller, user_id: str, limit: int, marker: str | None
    ) -> Sequence[Keypair]:
        """The user's keypairs by name, after the one called `marker`."""
        require_owner(caller, user_id)
        return self.repository.list(user_id, limit, marker)

    def delete(self, caller: Caller, user_id: str, name: str) -> None:
        """Forget it; servers made with it keep it in their guests."""
        require_owner(caller, user_id)
        self.repository.remove(user_id, name)
        self._publish(caller, user_id)

    def _publish(self, caller: Caller, user_id: str) -> None:
        # Keys are a user's, events a project's: told is whose keys changed, not which.
        self.feed.publish(Changed("keypair", user_id, 0, caller.project_id))


def require_owner(caller: Caller, user_id: str) -> None:
    """Raise Forbidden unless it is the caller's own or they are an administrator."""
    if user_id != caller.user_id and not caller.is_admin:
        raise Forbidden("Policy doesn't allow os_compute_api:os-keypairs to be performed.")
