"""Where it is kept which server held which address, and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.address_history import NOBODY, Holding, Owner


class AddressHistoryRepository(Protocol):
    """What ports hold is read from where it is kept, so that no caller can say it wrongly.

    A port on a server holds its own addresses, and the floating ones that lead to it.
    """

    def begin(
        self, port_ids: Sequence[str], now: datetime, batch: str, owner: Owner = NOBODY
    ) -> None:
        """Write down what these ports hold from now on; what is known already stays.

        `batch` is a new id: rows get theirs from it. `owner` is said of a server that is not
        stored yet.
        """
        ...

    def end(self, port_ids: Sequence[str], now: datetime) -> None:
        """These ports hold nothing any more."""
        ...

    def concerned(self, network_id: str, address: str) -> Sequence[str]:
        """Ports that are known to hold this address, and the one that a floating IP leads to."""
        ...

    def end_lost(self, port_ids: Sequence[str], now: datetime) -> None:
        """These ports hold no more than what they hold now."""
        ...

    def held(
        self,
        *,
        address: str | None = None,
        server_id: str | None = None,
        network_id: str | None = None,
        at: datetime | None = None,
    ) -> Sequence[Holding]:
        """Who held what, oldest first: all that fits what is given."""
        ...

    def forget(self, before: datetime, limit: int) -> int:
        """Drop up to `limit` holdings that ended before this moment; how many."""
        ...
