"""The security groups of a whole server: those of all its ports."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.port import Port
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.services.ports import Ports
from cyclades.domain.services.security_groups import SecurityGroups
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ports import PortRepository
from cyclades.ports.servers import ServerRepository


@dataclass(frozen=True, slots=True)
class ServerGroups:
    """Ports without port security have no groups and stay so."""

    servers: ServerRepository
    rows: PortRepository
    ports: Ports
    groups: SecurityGroups
    feed: Feed
    clock: Clock

    def add(self, caller: Caller, server_id: str, name: str) -> None:
        """Put its ports into the group of this name or id. Raises NotFound, InvalidInput."""
        secure = [port for port in self._ports(caller, server_id) if port.port_security_enabled]
        if not secure:
            raise InvalidInput(
                "Network requires port_security_enabled and subnet associated in order to "
                "apply security groups.",
                "name",
            )
        self._change(caller, server_id, secure, name, add=True)

    def remove(self, caller: Caller, server_id: str, name: str) -> None:
        """Take its ports out of it. Raises NotFound when none is in it."""
        if not self._change(caller, server_id, self._ports(caller, server_id), name, add=False):
            raise NotFound("security group", name)

    def _ports(self, caller: Caller, server_id: str) -> Sequence[Port]:
        server = self.servers.get(reach_of(caller), server_id)
        mine = (port for port in self.rows.of_device(server.id) if port.on_server)
        return [port for port in mine if port.project_id or caller.is_admin]

    def _change(
        self, caller: Caller, server_id: str, ports: Sequence[Port], name: str, *, add: bool
    ) -> bool:
        changed = False
        for port in ports:
            (group,) = self.groups.chosen(port.project_id, [name])
            if (group in port.security_groups) is add:
                continue
            wanted = {*port.security_groups, group} if add else {*port.security_groups} - {group}
            self.ports.update(caller, port.id, {"security_groups": tuple(sorted(wanted))}, None)
            changed = True
        if changed:
            server = self.servers.by_id(server_id)
            self.servers.save(server, self.clock.now())
            self.feed.publish(Changed("server", server.id, server.version, server.project_id))
        return changed
