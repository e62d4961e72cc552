"""Images' members in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.schema.images import image_members
from cyclades.domain.model.errors import AlreadyExists, NotFound
from cyclades.domain.model.image_member import ImageMember, MemberStatus
from cyclades.ports.images import ImageMembers


class SqlImageMembers(ImageMembers):
    """One row a member."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, member: ImageMember) -> None:
        """Insert; the primary key decides between twins."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(
                    insert(image_members).values(
                        image_id=member.image_id,
                        project_id=member.project_id,
                        status=member.status.value,
                        created=member.created,
                        updated=member.updated,
                    )
                )
        except IntegrityError as error:
            raise AlreadyExists(
                f"Project {member.project_id} is a member of image {member.image_id} already."
            ) from error

    def get(self, image_id: str, project_id: str) -> ImageMember:
        """Select one."""
        row = self._connection.execute(
            select(image_members).where(_named(image_id, project_id))
        ).one_or_none()
        if row is None:
            raise NotFound("member", project_id[:80])
        return _member(row)

    def of(self, image_id: str) -> Sequence[ImageMember]:
        """Select all of an image."""
        query = (
            select(image_members)
            .where(image_members.c.image_id == image_id)
            .order_by(image_members.c.project_id)
        )
        return [_member(row) for row in self._connection.execute(query)]

    def save(self, member: ImageMember) -> None:
        """Update."""
        done = self._connection.execute(
            update(image_members)
            .where(_named(member.image_id, member.project_id))
            .values(status=member.status.value, updated=member.updated)
        )
        if not done.rowcount:
            raise NotFound("member", member.project_id)

    def remove(self, image_id: str, project_id: str) -> None:
        """Delete."""
        done = self._connection.execute(delete(image_members).where(_named(image_id, project_id)))
        if not done.rowcount:
            raise NotFound("member", project_id[:80])


def _named(image_id: str, project_id: str) -> ColumnElement[bool]:
    return and_(image_members.c.image_id == image_id, image_members.c.project_id == project_id)


def _member(row: Row[Any]) -> ImageMember:
    return ImageMember(
        row.image_id, row.project_id, MemberStatus(row.status), row.created, row.updated
    )
