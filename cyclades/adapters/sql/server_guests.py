"""What servers' guests may be told, in SQL."""

import base64

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, union_all

from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.schema.subnets import addresses
from cyclades.adapters.sql.schema.volumes import server_guests
from cyclades.domain.model.port import COMPUTE_OWNER
from cyclades.domain.model.server_guest import ServerGuest
from cyclades.ports.secrets import Secrets
from cyclades.ports.server_guests import ServerGuestRepository

ADD = insert(server_guests)
OF_SERVER = server_guests.c.server_id == bindparam("server")
GET = select(server_guests).where(OF_SERVER)
REMOVE = delete(server_guests).where(OF_SERVER)
NETWORK: BindParameter[str] = bindparam("network")
ADDRESS: BindParameter[str] = bindparam("address")
HOLDING = union_all(
    select(addresses.c.port_id).where(
        addresses.c.network_id == NETWORK, addresses.c.address == ADDRESS
    ),
    select(floating_ips.c.port_id).where(
        floating_ips.c.network_id == NETWORK,
        floating_ips.c.address == ADDRESS,
        floating_ips.c.router_id.is_(None),
    ),
).subquery()
HOLDER = (
    select(servers.c.id)
    .join_from(HOLDING, ports, ports.c.id == HOLDING.c.port_id)
    .join(servers, servers.c.id == ports.c.device_id)
    .where(
        ports.c.network_id == NETWORK,
        ports.c.device_owner.startswith(COMPUTE_OWNER, autoescape=True),
        servers.c.cluster_id == bindparam("cluster"),
        ~servers.c.deleted,
    )
)


class SqlServerGuests(ServerGuestRepository):
    """One row a server."""

    def __init__(self, connection: Connection, secrets: Secrets) -> None:
        """Work in this connection's transaction; these seal user data."""
        self._connection = connection
        self._secrets = secrets

    def add(self, server_id: str, guest: ServerGuest) -> None:
        """Insert."""
        data = guest.user_data.encode()
        values = {
            "server_id": server_id,
            "public_keys": dict(guest.public_keys),
            "user_data": base64.b64encode(self._secrets.seal(data)).decode() if data else None,
        }
        self._connection.execute(ADD, values)

    def get(self, server_id: str) -> ServerGuest:
        """Select one."""
        row = self._connection.execute(GET, {"server": server_id}).one_or_none()
        if row is None:
            return ServerGuest()
        return ServerGuest(row.public_keys, self._unsealed(row.user_data))

    def remove(self, server_id: str) -> None:
        """Delete."""
        self._connection.execute(REMOVE, {"server": server_id})

    def holder(self, cluster_id: str, network_id: str, address: str) -> str | None:
        """Select by the address."""
        values = {"cluster": cluster_id, "network": network_id, "address": address}
        return self._connection.execute(HOLDER, values).scalars().first()

    def _unsealed(self, sealed: str | None) -> str:
        if sealed is None:
            return ""
        try:
            return self._secrets.unseal(base64.b64decode(sealed)).decode()
        except ValueError:
            return ""
