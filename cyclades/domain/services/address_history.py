"""Writing down which server holds which address, in the transaction that changes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.domain.model.address_history import NOBODY, Owner
from cyclades.domain.model.identity import Caller
from cyclades.ports.address_history import AddressHistoryRepository
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids


@dataclass(frozen=True, slots=True)
class AddressHistory:
    """Called after the ports and their addresses are what they are to be."""

    repository: AddressHistoryRepository
    clock: Clock
    ids: Ids

    def begin(self, port_ids: Sequence[str], caller: Caller | None = None) -> None:
        """These ports have come to a server; it is the caller's who makes it just now."""
        owner = Owner(caller.project_id, caller.user_id) if caller else NOBODY
        if port_ids:
            self.repository.begin(port_ids, self.clock.now(), self.ids.new(), owner)

    def change(self, port_ids: Sequence[str]) -> None:
        """Addresses, or floating IPs, of these ports have come or gone.

        Whether a port is on a server is looked up, so that any port may be named.
        """
        if port_ids:
            self.repository.end_lost(port_ids, self.clock.now())
            self.begin(port_ids)

    def move(self, network_id: str, address: str) -> None:
        """A floating IP with this address leads elsewhere, or nowhere."""
        self.change(self.repository.concerned(network_id, address))

    def end(self, port_ids: Sequence[str]) -> None:
        """These ports leave their server, with all that they hold."""
        if port_ids:
            self.repository.end(port_ids, self.clock.now())
