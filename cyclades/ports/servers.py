"""Where servers are kept; and the record of what was done to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.instance_action import InstanceAction
from cyclades.domain.model.server import Server
from cyclades.domain.model.sharing import Scope


class ServerRepository(Protocol):
    """Whole aggregates, for those who change them."""

    def add(self, server: Server) -> None:
        """Keep a new server."""
        ...

    def get(self, scope: Scope, server_id: str) -> Server:
        """A live server that this scope reaches. Raises NotFound, for foreign ones too."""
        ...

    def by_id(self, server_id: str) -> Server:
        """Any server, deleted ones too, claimed for this transaction. Raises NotFound."""
        ...

    def by_instance(self, cluster_id: str, instance: str) -> Server | None:
        """The server of an instance, deleted ones too, claimed for this transaction."""
        ...

    def save(self, server: Server, now: datetime) -> None:
        """Keep what changed; the version goes up. Raises StaleVersion."""
        ...


class InstanceActions(Protocol):
    """What was done to servers, by whom, and how it ended."""

    def begin(self, action: InstanceAction) -> None:
        """Record an accepted action."""
        ...

    def finish(self, effect_id: str, result: str, message: str | None, now: datetime) -> None:
        """The action behind this effect ended; no such action is no error."""
        ...

    def note(self, effect_id: str, event_id: str, message: str, now: datetime, most: int) -> bool:
        """Add a step to the action behind this effect, with what it said.

        False for what was said before, for more than `most` steps, and without such an action.
        """
        ...

    def list(self, server_id: str) -> Sequence[InstanceAction]:
        """Newest first."""
        ...

    def get(self, server_id: str, request_id: str) -> InstanceAction:
        """The action of one request. Raises NotFound."""
        ...
