"""Images in SQL: one row an image."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.image_filters import conditions, following, order, visible
from cyclades.adapters.sql.schema.images import deleted_images, images
from cyclades.domain.model.errors import AlreadyExists, NotFound, StaleVersion
from cyclades.domain.model.image import Content, Image, Status, Upload, Visibility
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.model.sharing import Scope
from cyclades.ports.images import ImageRepository

PLAIN = (
    *("id", "owner", "name", "container_format", "disk_format", "min_disk", "min_ram"),
    *("protected", "hidden", "created", "updated", "trouble", "version"),
)
WAS = select(deleted_images.c.id).where(deleted_images.c.id == bindparam("image"))


class SqlImages(ImageRepository):
    """Compare-and-set on the version column."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, image: Image) -> None:
        """Insert; the primary keys decide between twins."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(images).values(_values(image)))
                # Only now: who deletes the one before it may have been waited for.
                if self._connection.execute(WAS, {"image": image.id}).first():
                    raise AlreadyExists(f"Image {image.id} exists already.")
        except IntegrityError as error:
            raise AlreadyExists(f"Image {image.id} exists already.") from error

    def get(self, image_id: str, scope: Scope) -> Image:
        """Select one."""
        query = select(images).where(images.c.id == image_id, visible(scope))
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("image", image_id[:80])
        return _image(row)

    def page(
        self, scope: Scope, query: ImageQuery, limit: int, after: Image | None = None
    ) -> Sequence[Image]:
        """Select by key, never by offset."""
        chosen = (
            select(images)
            .where(*conditions(scope, query, self._connection.dialect.name))
            .order_by(*order(query.sort))
            .limit(limit)
        )
        if after is not None:
            chosen = chosen.where(following(query.sort, after))
        return [_image(row) for row in self._connection.execute(chosen).all()]

    def save(self, image: Image) -> None:
        """Update the version before."""
        done = self._connection.execute(
            update(images)
            .where(images.c.id == image.id, images.c.version == image.version - 1)
            .values(_values(image))
        )
        if not done.rowcount:
            raise StaleVersion(f"Image {image.id} was changed by somebody else.")

    def remove(self, image: Image) -> None:
        """Delete the version that was read; members go with it, the id stays taken."""
        done = self._connection.execute(
            delete(images).where(images.c.id == image.id, images.c.version == image.version)
        )
        if not done.rowcount:
            raise StaleVersion(f"Image {image.id} was changed by somebody else.")
        self._connection.execute(insert(deleted_images), {"id": image.id})

    def beat(self, image_id: str, blob: str, now: datetime) -> bool:
        """Touch the row; its version stays."""
        done = self._connection.execute(
            update(images)
            .where(images.c.id == image_id, images.c.upload_blob == blob)
            .values(upload_seen=now)
        )
        return done.rowcount == 1

    def silent_uploads(self, before: datetime, limit: int) -> Sequence[Image]:
        """Select by the last sign of life."""
        query = (
            select(images)
            .where(images.c.upload_seen < before, images.c.status != Status.IMPORTING.value)
            .order_by(images.c.upload_seen)
            .limit(limit)
        )
        return [_image(row) for row in self._connection.execute(query)]

    def known_blobs(self, blobs: Collection[str]) -> set[str]:
        """Select from both columns that name blobs."""
        known: set[str] = set()
        for column in (images.c.blob, images.c.upload_blob):
            query = select(column).where(column.in_(list(blobs)))
            known.update(self._connection.execute(query).scalars())
        return known


def _values(image: Image) -> dict[str, Any]:
    content, upload = image.content, image.upload
    return {name: getattr(image, name) for name in PLAIN} | {
        "status": image.status.value,
        "visibility": image.visibility.value,
        "properties": dict(image.properties),
        "tags": list(image.tags),
        "blob": content.blob if content else None,
        "size": content.size if content else None,
        "virtual_size": content.virtual_size if content else None,
        "md5": content.md5 if content else None,
        "sha512": content.sha512 if content else None,
        "upload_blob": upload.blob if upload else None,
        "upload_seen": upload.seen if upload else None,
        "upload_reserved": upload.reserved if upload else 0,
    }


def _image(row: Sequence[Any]) -> Image:
    # In the table's order: by names, lists of hundreds take twice as long.
    image_id, owner, name, status, visibility, container_format, disk_format, *more = row
    min_disk, min_ram, protected, hidden, properties, tags, *more = more
    blob, size, virtual_size, md5, sha512, upload_blob, upload_seen, reserved, *more = more
    trouble, created, updated, version = more
    return Image(
        image_id,
        owner,
        created,
        updated,
        name,
        Status(status),
        Visibility(visibility),
        container_format,
        disk_format,
        min_disk,
        min_ram,
        protected,
        hidden,
        properties,
        tuple(tags),
        None if blob is None else Content(blob, size, virtual_size, md5, sha512),
        None if upload_blob is None else Upload(upload_blob, upload_seen, reserved),
        trouble,
        version,
    )
