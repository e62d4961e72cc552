"""What users can ask of networks, ports, routers and floating IPs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from cyclades.bootstrap import Application, Unit
from cyclades.domain.model.floating_ip import WantedFloatingIp
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import WantedInterface, WantedIp, WantedPort
from cyclades.domain.model.router import WantedGateway, WantedRouter
from cyclades.domain.model.subnet import WantedSubnet
from tests.harness.api import CALLERS

PUBLIC = "SELECT id FROM networks WHERE external"
OWNED = "SELECT id FROM {} WHERE project_id = :project ORDER BY id"
ON_SERVER = "SELECT id FROM ports WHERE device_id = :device ORDER BY position, id"
INTERFACES = """SELECT p.device_id, p.id FROM ports p
    WHERE p.device_owner = 'network:router_interface' ORDER BY p.id"""
SUBNETS = "SELECT id FROM subnets WHERE network_id = :network ORDER BY id"
ADMIN = CALLERS["admin"]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Verbs raise what the services raise; `request` makes request ids."""

    app: Application
    request: Callable[[], str]

    def owned(self, caller: Caller, table: str) -> Sequence[str]:
        """Ids of what a caller's project has; external networks are nobody's to choose."""
        found = self._ids(OWNED.format(table), project=caller.project_id)
        return [each for each in found if each != self.public] if table == "networks" else found

    @property
    def public(self) -> str:
        """The external network."""
        return self._ids(PUBLIC)[0]

    def on(self, server_id: str) -> Sequence[str]:
        """A server's ports."""
        return self._ids(ON_SERVER, device=server_id)

    def make_network(self, caller: Caller, number: int) -> None:
        """With a subnet of five addresses."""

        def verb(unit: Unit) -> None:
            network = unit.networks.create(caller, WantedNetwork("n"))
            unit.subnets.create(caller, WantedSubnet(network.id, f"10.0.{number}.0/29"))

        self.app.atomically(verb)

    def make_port(self, caller: Caller, network: str, address: str | None) -> None:
        """Anywhere, or at this address."""
        fixed = (WantedIp(ip_address=address),) if address else None
        wanted = WantedPort(network, fixed_ips=fixed)
        self.app.atomically(lambda unit: unit.ports.create(caller, wanted))

    def move_port(self, caller: Caller, port: str, address: str) -> None:
        """To another address."""
        changes = {"fixed_ips": (WantedIp(ip_address=address),)}
        self.app.atomically(lambda unit: unit.ports.update(caller, port, changes, None))

    def attach(self, caller: Caller, server: str, wanted: WantedInterface) -> None:
        """One interface more."""
        request = self.request()
        self.app.atomically(
            lambda unit: unit.server_interfaces.attach(caller, request, server, wanted)
        )

    def detach(self, caller: Caller, server: str, port: str) -> None:
        """One interface less."""
        request = self.request()
        self.app.atomically(
            lambda unit: unit.server_interfaces.detach(caller, request, server, port)
        )

    def take_floating(self, caller: Caller, address: str | None) -> None:
        """Any address, or this one."""
        wanted = WantedFloatingIp(self.public, address=address)
        self.app.atomically(lambda unit: unit.floating_ips.create(caller, wanted))

    def lead(self, caller: Caller, floating: str, port: str | None) -> None:
        """A floating IP to a port, or nowhere."""
        changes: dict[str, Any] = {"port_id": port}
        self.app.atomically(lambda unit: unit.floating_ips.update(caller, floating, changes, None))

    def address_of(self, floating: str) -> str:
        """A floating IP's."""
        with self.app.reader() as unit:
            return str(unit.floating_ip_rows.get(floating).address)

    def open_router(self, caller: Caller) -> None:
        """With a way out."""
        wanted = WantedRouter("r", gateway=WantedGateway(self.public))
        self.app.atomically(lambda unit: unit.routers.create(caller, wanted))

    def wire(self, caller: Caller, router: str, network: str) -> None:
        """A router to a network's subnet."""
        (subnet, *_) = self._ids(SUBNETS, network=network)
        self.app.atomically(lambda unit: unit.router_interfaces.add_subnet(caller, router, subnet))

    def unwire(self, caller: Caller, router: str, port: str) -> None:
        """And away from it."""
        self.app.atomically(lambda unit: unit.router_interfaces.remove(caller, router, None, port))

    def interfaces(self) -> Sequence[tuple[str, str]]:
        """All routers' interfaces: router, port."""
        with self.app.reader() as unit:
            return [(row[0], row[1]) for row in unit.connection.execute(text(INTERFACES))]

    def remove(self, caller: Caller, table: str, its_id: str) -> None:
        """A network, a port, a router or a floating IP."""
        verbs: dict[str, Callable[[Unit], None]] = {
            "networks": lambda unit: unit.networks.delete(caller, its_id, None),
            "ports": lambda unit: unit.ports.delete(caller, its_id, None),
            "routers": lambda unit: unit.routers.delete(caller, its_id, None),
            "floating_ips": lambda unit: unit.floating_ips.delete(caller, its_id, None),
        }
        self.app.atomically(verbs[table])

    def tear_down(self) -> None:
        """All that users have, when no server is left: nothing may stand in the way."""
        for router, port in self.interfaces():
            self.unwire(ADMIN, router, port)
        for table in ("floating_ips", "routers", "ports", "networks"):
            for its_id in self._ids(f"SELECT id FROM {table} ORDER BY id"):
                if its_id != self.public:
                    self.remove(ADMIN, table, its_id)

    def _ids(self, query: str, **values: Any) -> list[str]:
        with self.app.reader() as unit:
            return [str(row) for row in unit.connection.execute(text(query), values).scalars()]
