"""Where the orders of builds that are under way are kept."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.build import Build


class BuildRepository(Protocol):
    """One build for an effect. The blob that it reads is known until it ends."""

    def add(self, build: Build) -> None:
        """Keep a new one."""
        ...

    def by_ticket(self, cluster_id: str, ticket_hash: str) -> Build | None:
        """The one whose ticket it is, expired or not; None for another cluster's."""
        ...

    def extend(self, effect_ids: Collection[str], expires: datetime) -> None:
        """Those of these effects that have a build may be fetched until then."""
        ...

    def end(self, effect_id: str) -> None:
        """Forget it; nothing happens when the effect has none."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop those that expired before this time, and whose effect has ended; how many."""
        ...

    def known_blobs(self, blobs: Collection[str]) -> set[str]:
        """Those of these blobs that a build reads."""
        ...
