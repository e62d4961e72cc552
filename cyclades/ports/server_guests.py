"""Where it is kept what servers' guests may be told."""

from typing import Protocol

from cyclades.domain.model.server_guest import ServerGuest


class ServerGuestRepository(Protocol):
    """One entry for a server at most; user data is sealed at rest."""

    def add(self, server_id: str, guest: ServerGuest) -> None:
        """Keep what a new server's guest may be told."""
        ...

    def get(self, server_id: str) -> ServerGuest:
        """Nothing in it when nothing is kept, or it was sealed with a key that is gone."""
        ...

    def remove(self, server_id: str) -> None:
        """Forget it; nothing happens when there is none."""
        ...

    def holder(self, cluster_id: str, network_id: str, address: str) -> str | None:
        """The live server of this cluster that has the address on this network, if any.

        Floating addresses that lead to it without a router are its own, too.
        """
        ...
