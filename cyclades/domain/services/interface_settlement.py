"""What an interface is once the job that plugs it in or unplugs it has ended."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cyclades.domain.model.events import Changed
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.port import ACTIVE, DOWN
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_states import VmState
from cyclades.domain.services.cluster_networks import ClusterNetworks
from cyclades.domain.services.server_ports import ServerPorts
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ports import PortRepository

OF_INTERFACES: Final = frozenset({Operation.ATTACH_NIC, Operation.DETACH_NIC})
# Whether the interface is there once its job has succeeded, or has failed.
PLUGGED_AFTER: Final[Mapping[tuple[Operation, bool], bool]] = {
    (Operation.ATTACH_NIC, True): True,
    (Operation.ATTACH_NIC, False): False,
    (Operation.DETACH_NIC, True): False,
    (Operation.DETACH_NIC, False): True,
}


@dataclass(frozen=True, slots=True)
class InterfaceSettlement:
    """Called inside the transaction that ends the effect."""

    rows: PortRepository
    ports: ServerPorts
    networks: ClusterNetworks
    feed: Feed
    clock: Clock

    def settle(
        self, effect_id: str, operation: Operation, server: Server, failure: str | None
    ) -> None:
        """Keep the port plugged in, or free it with its addresses.

        Nothing happens to a port that waits for something newer, or left with its server.
        """
        port = next((p for p in self.rows.of_device(server.id) if p.effect_id == effect_id), None)
        if port is None:
            return
        if not PLUGGED_AFTER[operation, failure is None]:
            self.ports.unplug([port])
            self.networks.leave(server.cluster_id, [port.network_id])
            return
        shown = replace(
            port,
            effect_id=None,
            status=ACTIVE if server.vm_state is VmState.ACTIVE else DOWN,
            updated=self.clock.now(),
            version=port.version + 1,
        )
        self.rows.save(shown)
        self.feed.publish(Changed("port", shown.id, shown.version, shown.project_id))
