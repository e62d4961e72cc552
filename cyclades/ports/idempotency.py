"""Records of creating requests, kept in the request's own transaction."""

from datetime import datetime
from typing import Protocol

from cyclades.domain.model.idempotency import Recorded


class IdempotencyRecords(Protocol):
    """Keyed by caller, route and the client's key; answers are sealed at rest."""

    def claim(self, user_id: str, project_id: str, route: str, key: str) -> bool:
        """Take the key for this transaction; False when it has an answer already.

        Waits for a twin that is in progress: only one of them does the work.
        """
        ...

    def keep(self, user_id: str, project_id: str, route: str, key: str, answer: Recorded) -> None:
        """The answer to a claimed key."""
        ...

    def find(self, user_id: str, project_id: str, route: str, key: str) -> Recorded | None:
        """The answer given before, if any."""
        ...

    def forget(self, before: datetime) -> None:
        """Forget answers that were given before this time."""
        ...
