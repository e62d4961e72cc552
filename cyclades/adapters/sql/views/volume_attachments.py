"""Reading which server has which volume, in SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select

from cyclades.adapters.sql.listing import Shelf, owned
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.schema.volumes import volume_attachments
from cyclades.adapters.sql.views.json import json_list, json_map
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.ports.volume_attachment_views import VolumeAttachmentView, VolumeAttachmentViews

TABLE = volume_attachments.c
COLUMNS = tuple(TABLE[name] for name in VolumeAttachmentView._fields)
SHELF = Shelf(
    "attachment",
    volume_attachments,
    {
        "volume_id": TABLE.volume_id,
        "server_id": TABLE.server_id,
        "status": TABLE.status,
        "created_at": TABLE.created,
        "updated_at": TABLE.updated,
        "id": TABLE.id,
    },
    {},
    owned(volume_attachments),
)
BY_DEVICE = (func.length(TABLE.device), TABLE.device)
OF_SERVER = (
    select(*COLUMNS)
    .select_from(servers.outerjoin(volume_attachments))
    .where(servers.c.id == bindparam("same"), ~servers.c.deleted)
    .order_by(*BY_DEVICE)
)
# In a server's row: what it has, in the order of its devices.
VOLUMES = json_list(
    select(
        json_map(
            {"id": TABLE.volume_id, "delete_on_termination": TABLE.delete_on_termination}
        ).label("entry")
    )
    .where(TABLE.server_id == servers.c.id)
    .order_by(*BY_DEVICE)
    .correlate(servers)
    .subquery()
)


class SqlVolumeAttachmentViews(VolumeAttachmentViews):
    """Rows for presenters."""

    def __init__(self, connection: Connection) -> None:
        """Read on this connection."""
        self._connection = connection

    def of_server(self, scope: Scope, server_id: str) -> Sequence[VolumeAttachmentView]:
        """Select; a server without any gives one empty row."""
        query = OF_SERVER.where(within(servers, scope))
        rows = self._connection.execute(query, {"same": server_id}).all()
        if not rows:
            raise NotFound("instance", server_id)
        return [VolumeAttachmentView._make(row) for row in rows if row[0] is not None]

    def show(self, scope: Scope, attachment_id: str) -> VolumeAttachmentView:
        """Select one."""
        query = select(*COLUMNS).where(TABLE.id == attachment_id, within(volume_attachments, scope))
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("attachment", attachment_id)
        return VolumeAttachmentView._make(row)

    def page(self, listing: Listing) -> Sequence[VolumeAttachmentView]:
        """Select a page."""
        rows = SHELF.page(self._connection, select(*COLUMNS), listing)
        return [VolumeAttachmentView._make(row) for row in rows]

    def count(self, listing: Listing) -> int:
        """Count."""
        return SHELF.count(self._connection, listing)
