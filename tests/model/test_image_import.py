"""What an import does to an image."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cyclades.domain.model.errors import Conflict, InvalidInput
from cyclades.domain.model.image import Content, Image, Status, Upload
from cyclades.domain.model.image_import import brought, imported, importing, refused, writing
from cyclades.domain.model.image_task import Method

THEN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = THEN + timedelta(hours=1)
QUEUED = Image("i", "p", THEN, THEN, container_format="bare", disk_format="qcow2")
CONTENT = Content("blob", 7, None, "md5", "sha512")
STAGED = replace(QUEUED, status=Status.UPLOADING, content=CONTENT)
COMING = replace(QUEUED, status=Status.UPLOADING, upload=Upload("blob", NOW))
ACTIVE = replace(STAGED, status=Status.ACTIVE)
DIRECT, WEB = Method.GLANCE_DIRECT, Method.WEB_DOWNLOAD


@pytest.mark.parametrize(("method", "image"), [(DIRECT, STAGED), (WEB, QUEUED)])
def test_from_the_beginning_to_the_end(method: Method, image: Image) -> None:
    begun = importing(replace(image, trouble="long ago"), method, NOW)
    assert (begun.status, begun.trouble, begun.data) == (Status.IMPORTING, "", None)
    there = brought(writing(begun, "blob", NOW), CONTENT, NOW)
    assert (there.status, there.content, there.upload) == (Status.IMPORTING, CONTENT, None)
    done = imported(there, 9, NOW)
    assert done.status is Status.ACTIVE
    assert done.disk_size == 9
    failed = refused(there, "Not nice.", NOW)
    assert failed == replace(QUEUED, trouble="Not nice.", updated=NOW)


@pytest.mark.parametrize(
    ("method", "image"),
    [(DIRECT, QUEUED), (DIRECT, COMING), (DIRECT, ACTIVE), (WEB, STAGED), (WEB, ACTIVE)]
    + [(method, replace(STAGED, status=Status.IMPORTING)) for method in Method],
)
def test_what_cannot_begin(method: Method, image: Image) -> None:
    with pytest.raises(Conflict):
        importing(image, method, NOW)


def test_the_format_is_declared_first() -> None:
    with pytest.raises(InvalidInput, match="disk_format"):
        importing(replace(QUEUED, disk_format=None), WEB, NOW)


def test_bytes_of_somebody_else_are_not_taken() -> None:
    begun = writing(importing(QUEUED, WEB, NOW), "another", NOW)
    for image in (begun, replace(begun, upload=None), STAGED):
        with pytest.raises(Conflict):
            brought(image, CONTENT, NOW)
    for image in (begun, QUEUED):
        with pytest.raises(Conflict):
            imported(image, 9, NOW)
