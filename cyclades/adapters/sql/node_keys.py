"""Node keys in SQL: a column of their clusters."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select, update

from cyclades.adapters.sql.schema.clusters import clusters
from cyclades.ports.node_keys import NodeKeyRepository

KEEP = (
    update(clusters)
    .where(clusters.c.id == bindparam("cluster"))
    .values(node_key=bindparam("digest"))
)
DIGESTS = select(clusters.c.id, clusters.c.node_key).where(clusters.c.node_key.is_not(None))


class SqlNodeKeys(NodeKeyRepository):
    """Digests in hex."""

    def __init__(self, connection: Connection) -> None:
        """By this connection."""
        self._connection = connection

    def keep(self, cluster_id: str, digest: str | None) -> None:
        self._connection.execute(KEEP, {"cluster": cluster_id, "digest": digest})

    def digests(self) -> Mapping[str, str]:
        return {row.id: row.node_key for row in self._connection.execute(DIGESTS)}
