"""What audits have found, and since when it is so."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.divergence import Divergence, DivergenceKind, Sighting


class Divergences(Protocol):
    """In the caller's transaction, all of it. One row a divergence, healed ones too."""

    def record(
        self,
        cluster_id: str,
        kinds: Collection[DivergenceKind],
        found: Sequence[Divergence],
        now: datetime,
        *,
        not_judged: Collection[str] = (),
    ) -> Sequence[Sighting]:
        """An audit of this cluster ("" for none) for these kinds has found exactly these.

        Known ones were seen once more, new ones begin; what lasted until now and was not
        found is healed, but for the objects that could not be judged. Those found, in order.
        """
        ...

    def lasting(self, cluster_id: str | None = None) -> Sequence[Sighting]:
        """What is not healed, of one cluster ("" for none) or of all; oldest first."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop what was healed before; how many."""
        ...
