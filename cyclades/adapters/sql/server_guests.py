"""What servers' guests may be told, in SQL."""

import base64

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select

from cyclades.adapters.sql.schema.volumes import server_guests
from cyclades.domain.model.server_guest import ServerGuest
from cyclades.ports.secrets import Secrets
from cyclades.ports.server_guests import ServerGuestRepository

ADD = insert(server_guests)
OF_SERVER = server_guests.c.server_id == bindparam("server")
GET = select(server_guests).where(OF_SERVER)
REMOVE = delete(server_guests).where(OF_SERVER)


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
            "public_keys": orjson.dumps(dict(guest.public_keys)).decode(),
            "user_data": base64.b64encode(self._secrets.seal(data)).decode() if data else None,
        }
        self._connection.execute(ADD, values)

    def get(self, server_id: str) -> ServerGuest:
        """Select one."""
        row = self._connection.execute(GET, {"server": server_id}).one_or_none()
        if row is None:
            return ServerGuest()
        return ServerGuest(orjson.loads(row.public_keys), self._unsealed(row.user_data))

    def remove(self, server_id: str) -> None:
        """Delete."""
        self._connection.execute(REMOVE, {"server": server_id})

    def _unsealed(self, sealed: str | None) -> str:
        if sealed is None:
            return ""
        try:
            return self._secrets.unseal(base64.b64decode(sealed)).decode()
        except ValueError:
            return ""
