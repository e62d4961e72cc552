"""Writing down which server holds which address, in the transaction that changes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.ports.address_history import AddressHistoryRepository
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids


@dataclass(frozen=True, slots=True)
class AddressHistory:
    """Called after the ports and their addresses are what they are to be."""

    repository: AddressHistoryRepository
    clock: Clock
    ids: Ids

    def begin(self, port_ids: Sequence[str], user_id: str | None = None) -> None:
        """These ports have come to a server. `user_id`: who wanted it."""
        if port_ids:
            self.repository.begin(port_ids, self.clock.now(), self.ids.new(), user_id)

    def change(self, port_ids: Sequence[str], user_id: str | None = None) -> None:
        """Addresses, or floating IPs, of these ports have come or gone.

        Whether a port is on a server is looked up, so that any port may be named.
        """
        if port_ids:
            self.repository.end_lost(port_ids, self.clock.now())
            self.begin(port_ids, user_id)

    def end(self, port_ids: Sequence[str]) -> None:
        """These ports leave their server, with all that they hold."""
        if port_ids:
            self.repository.end(port_ids, self.clock.now())
