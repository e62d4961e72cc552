"""What goes into servers' guests, once and later."""

from collections.abc import Mapping
from dataclasses import dataclass

from cyclades.domain.model.build import BuildOrders
from cyclades.domain.model.effects import GuestConfig
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_guest import ServerGuest
from cyclades.domain.model.wanted_server import WantedServer
from cyclades.domain.services.builds import Builds
from cyclades.ports.server_guests import ServerGuestRepository


@dataclass(frozen=True, slots=True)
class ServerGuests:
    """Keys and user data stay while the server lives; the rest only goes with its creation."""

    repository: ServerGuestRepository
    builds: Builds

    def prepare(
        self,
        server: Server,
        wanted: WantedServer,
        password: str,
        public_keys: Mapping[str, str],
        orders: BuildOrders | None,
    ) -> GuestConfig:
        """What the effect that creates the server carries; `server` is kept already.

        Without orders nothing is written to its disks, so that there is no ticket.
        """
        self.repository.add(server.id, ServerGuest(public_keys, wanted.user_data))
        ticket = ""
        if orders is not None:
            ticket = self.builds.order(
                server.effect_id or "", server.cluster_id, server.instance, orders
            )
        return GuestConfig(
            password,
            tuple(public_keys.values()),
            server.hostname,
            wanted.user_data,
            wanted.personality,
            ticket,
        )

    def forget(self, server_id: str) -> None:
        """The server is gone."""
        self.repository.remove(server_id)
