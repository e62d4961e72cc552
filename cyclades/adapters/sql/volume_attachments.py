"""Volumes in servers, in SQL; unique constraints decide who has a volume, or a device."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.schema.volumes import volume_attachments as attachments
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.errors import AlreadyExists, NotFound
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_attachment import AttachmentStatus, VolumeAttachment
from cyclades.ports.volume_attachments import VolumeAttachmentRepository

STORED = tuple(column.name for column in attachments.columns)
CLAIMED = select(attachments).with_for_update()


class SqlVolumeAttachments(VolumeAttachmentRepository):
    """One row an attachment."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, attachment: VolumeAttachment) -> None:
        """Insert; of two at once, one wins."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(attachments), values_of(attachment, STORED))
        except IntegrityError as error:
            if self.of_volume(attachment.volume_id) is not None:
                raise AlreadyExists(
                    f"Volume {attachment.volume_id} is attached already."
                ) from error
            raise AlreadyExists(f"The server has a device {attachment.device} already.") from error

    def get(self, scope: Scope, attachment_id: str) -> VolumeAttachment:
        """Select one, claimed."""
        query = CLAIMED.where(attachments.c.id == attachment_id, within(attachments, scope))
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("attachment", attachment_id)
        return attachment_of(row)

    def of_volume(self, volume_id: str) -> VolumeAttachment | None:
        """Select by volume, claimed."""
        query = CLAIMED.where(attachments.c.volume_id == volume_id)
        row = self._connection.execute(query).one_or_none()
        return attachment_of(row) if row else None

    def of_server(self, server_id: str) -> Sequence[VolumeAttachment]:
        """Select by server; /dev/vdz goes before /dev/vdaa."""
        by_device = (func.length(attachments.c.device), attachments.c.device)
        query = CLAIMED.where(attachments.c.server_id == server_id).order_by(*by_device)
        return [attachment_of(row) for row in self._connection.execute(query)]

    def save(self, attachment: VolumeAttachment) -> VolumeAttachment:
        """Update the version before."""
        changed = replace(attachment, version=attachment.version + 1)
        save(self._connection, attachments, changed, STORED)
        return changed

    def remove(self, attachment: VolumeAttachment) -> None:
        """Delete."""
        self._connection.execute(delete(attachments).where(attachments.c.id == attachment.id))


def attachment_of(row: Row[Any]) -> VolumeAttachment:
    """A row as the model has it."""
    fields = fields_of(row)
    return VolumeAttachment(**(fields | {"status": AttachmentStatus(fields["status"])}))
