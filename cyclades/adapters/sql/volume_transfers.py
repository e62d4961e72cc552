"""Transfers of volumes in SQL: one row a transfer, gone once it is accepted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf, owned
from cyclades.adapters.sql.schema.volumes import volume_transfers
from cyclades.adapters.sql.versioned import fields_of, values_of
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.errors import AlreadyExists, NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_transfer import VolumeTransfer
from cyclades.ports.volume_transfers import VolumeTransferRepository

TABLE = volume_transfers.c
STORED = tuple(column.name for column in volume_transfers.columns)
SHELF = Shelf(
    "transfer",
    volume_transfers,
    {
        "id": TABLE.id,
        "name": TABLE.name,
        "created_at": TABLE.created,
        "volume_id": TABLE.volume_id,
    },
    {},
    owned(volume_transfers),
)


class SqlVolumeTransfers(VolumeTransferRepository):
    """Reads and writes in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, transfer: VolumeTransfer) -> None:
        """Insert."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(volume_transfers), values_of(transfer, STORED))
        except IntegrityError as error:
            said = f"Volume {transfer.volume_id} has a transfer already."
            raise AlreadyExists(said) from error

    def get(self, scope: Scope, transfer_id: str) -> VolumeTransfer:
        """Select one."""
        return self._one(select(volume_transfers), scope, transfer_id)

    def take(self, scope: Scope, transfer_id: str) -> VolumeTransfer:
        """Select one, claimed."""
        return self._one(select(volume_transfers).with_for_update(), scope, transfer_id)

    def list(self, listing: Listing) -> Sequence[VolumeTransfer]:
        """Select a page."""
        rows = SHELF.page(self._connection, select(volume_transfers), listing)
        return [VolumeTransfer(**fields_of(row)) for row in rows]

    def count(self, listing: Listing) -> int:
        """Count."""
        return SHELF.count(self._connection, listing)

    def remove(self, transfer: VolumeTransfer) -> None:
        """Delete."""
        self._connection.execute(delete(volume_transfers).where(TABLE.id == transfer.id))

    def _one(self, query: Select[Any], scope: Scope, transfer_id: str) -> VolumeTransfer:
        mine = query.where(TABLE.id == transfer_id, within(volume_transfers, scope))
        row = self._connection.execute(mine).one_or_none()
        if row is None:
            raise NotFound("transfer", transfer_id[:64])
        return VolumeTransfer(**fields_of(row))
