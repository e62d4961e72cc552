"""Users and operators, and what they can ask for."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from cyclades.domain.model.identity import Caller
from cyclades.domain.model.server import Server
from cyclades.domain.model.wanted_server import WantedServer
from tests.harness.cloud import Users

HELD = (
    "SELECT count(*) FROM addresses WHERE port_id IS NOT NULL",
    "SELECT count(*) FROM ports",
    "SELECT count(*) FROM network_resources WHERE network_id IS NOT NULL",
    "SELECT sum(used) FROM quotas WHERE resource IN ('instances', 'cores', 'ram', 'port')",
    "SELECT sum(used) FROM quotas WHERE resource IN ('floatingip', 'router')",
)
PLACE = text("SELECT cluster_id, instance FROM servers WHERE id = :id")


@dataclass(slots=True)
class People(Users):
    """Everybody who asks."""

    def create_all(self, caller: Caller, **wanted: Any) -> list[str]:
        """Ask for one or several servers; their ids."""
        wish = WantedServer(name="web", flavor_id="1", image_id=self.image, **wanted)
        request = self.request()
        promised = self.app.atomically(
            lambda unit: unit.server_creation.create(caller, request, wish)
        )
        return [server.id for server in promised.servers]

    def lock(self, server_id: str, caller: Caller, *, locked: bool) -> None:
        """Keep everybody but administrators from changing it, or no longer."""
        request = self.request()
        if locked:
            self.app.atomically(
                lambda unit: unit.server_actions.lock(caller, request, server_id, None)
            )
        else:
            self.app.atomically(lambda unit: unit.server_actions.unlock(caller, request, server_id))

    def rename(self, server_id: str, caller: Caller, name: str) -> None:
        """Give it another name."""

        def change(server: Server) -> None:
            server.name = name

        self.app.atomically(lambda unit: unit.server_actions.update(caller, server_id, change))

    def drain(self, cluster: str, *, drained: bool) -> None:
        """Give a cluster no new servers, or again."""
        self.app.atomically(lambda unit: unit.cluster_register.drain(cluster, drained=drained))

    def place(self, server_id: str) -> tuple[str, str]:
        """A server's cluster and instance."""
        with self.app.reader() as unit:
            row = unit.connection.execute(PLACE, {"id": server_id}).one()
        return row.cluster_id, row.instance

    def alive(self) -> list[str]:
        """All servers that are not deleted."""
        return [str(row) for row in self._column("SELECT id FROM servers WHERE NOT deleted")]

    def held(self) -> list[int]:
        """How many addresses and ports are taken, and how much quota is used."""
        return [value for query in HELD for value in self._column(query) if value]

    def _column(self, query: str) -> list[Any]:
        with self.app.reader() as unit:
            return list(unit.connection.execute(text(query)).scalars())
