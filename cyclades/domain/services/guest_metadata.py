"""Telling guests about themselves, by their clusters' nodes."""

from dataclasses import dataclass

from cyclades.domain.model.addresses import parse_address
from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.guest_metadata import Told, told
from cyclades.domain.model.network_cluster import id_from_name
from cyclades.ports.node_documents import NodeDocumentReader
from cyclades.ports.ports import PortRepository
from cyclades.ports.server_guests import ServerGuestRepository
from cyclades.ports.servers import ServerRepository


@dataclass(frozen=True, slots=True)
class GuestMetadata:
    """Reads only. `prefix` begins the names of what is ours in clusters."""

    servers: ServerRepository
    guests: ServerGuestRepository
    ports: PortRepository
    documents: NodeDocumentReader
    domain: str
    prefix: str

    def asked_from(self, cluster_id: str, network: str, address: str) -> Told:
        """What is said to who has this address on that network (by its name in the cluster).

        Raises NotFound, alike for an address that is free, another cluster's, or none at all.
        """
        try:
            ip = str(parse_address(address, "ip"))
        except InvalidInput as error:
            raise NotFound("server", "at this address") from error
        network_id = id_from_name(self.prefix, network)
        server_id = self.guests.holder(cluster_id, network_id, ip)
        if server_id is None:
            raise NotFound("server", "at this address")
        return self.of(server_id)

    def of(self, server_id: str) -> Told:
        """What is said to a server. Raises NotFound."""
        server = self.servers.by_id(server_id)
        ids = [port.id for port in self.ports.of_device(server_id)]
        facts = self.documents.facts(server.cluster_id, ids).ports
        in_order = sorted(facts, key=lambda each: (each.port.position, each.port.id))
        return told(server, self.guests.get(server_id), in_order, self.domain)
