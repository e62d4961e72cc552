"""The rules of images, as tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cyclades.domain.model.errors import Conflict, Forbidden, InvalidInput, TooLarge
from cyclades.domain.model.image import (
    STAGE,
    UPLOAD,
    Content,
    Image,
    Route,
    Status,
    Upload,
    Visibility,
    abandoned,
    acted,
    received,
    receiving,
)
from cyclades.domain.model.image_edits import MOST_PROPERTIES, MOST_TAGS, Edit, edited

THEN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = THEN + timedelta(hours=1)
QUEUED = Image("i", "p", THEN, THEN, container_format="bare", disk_format="raw")
CONTENT = Content("blob", 7, 9, "md5", "sha512")
BLOB, ANOTHER = Upload("blob", NOW), Upload("another", NOW)
ACTIVE = replace(QUEUED, status=Status.ACTIVE, content=CONTENT)


@pytest.mark.parametrize("route", [UPLOAD, STAGE])
def test_bytes_come_to_queued_images(route: Route) -> None:
    coming = receiving(QUEUED, route, BLOB, NOW)
    assert (coming.status, coming.upload) == (route.during, BLOB)
    assert coming.data is None
    there = received(coming, route, CONTENT, NOW)
    assert (there.status, there.upload, there.content) == (route.after, None, CONTENT)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.QUEUED}))
def test_bytes_come_once(status: Status) -> None:
    with pytest.raises(Conflict):
        receiving(replace(ACTIVE, status=status), UPLOAD, ANOTHER, NOW)


@pytest.mark.parametrize(
    ("image", "missing"),
    [
        (replace(QUEUED, container_format=None), "container_format"),
        (replace(QUEUED, disk_format=None), "disk_format"),
    ],
)
def test_bytes_need_a_known_format(image: Image, missing: str) -> None:
    with pytest.raises(InvalidInput, match=missing):
        receiving(image, UPLOAD, BLOB, NOW)


def test_an_upload_that_was_given_up_is_not_taken() -> None:
    coming = receiving(QUEUED, UPLOAD, BLOB, NOW)
    for image in (abandoned(coming, NOW), receiving(QUEUED, UPLOAD, ANOTHER, NOW)):
        with pytest.raises(Conflict):
            received(image, UPLOAD, CONTENT, NOW)
    assert abandoned(coming, THEN) == QUEUED


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize(
    ("action", "after"), [("deactivate", Status.DEACTIVATED), ("reactivate", Status.ACTIVE)]
)
def test_actions(status: Status, action: str, after: Status) -> None:
    image = replace(ACTIVE, status=status)
    if status in {Status.ACTIVE, Status.DEACTIVATED}:
        assert acted(image, action, NOW) == replace(image, status=after, updated=NOW)
    else:
        with pytest.raises(InvalidInput, match=status):
            acted(image, action, NOW)


def add(name: str, value: Any) -> Edit:
    return Edit("add", name, value)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([add("name", None)], {"name": None}),
        ([add("visibility", "private")], {"visibility": Visibility.PRIVATE}),
        ([add("visibility", "community")], {"visibility": Visibility.COMMUNITY}),
        ([add("tags", ["b", "a", "b"])], {"tags": ("a", "b")}),
        ([add("os_hidden", True)], {"hidden": True}),
        ([Edit("replace", "min_disk", 3)], {"min_disk": 3}),
        ([add("k", "v")], {"properties": {"k": "v"}}),
        ([add("k", "v"), Edit("replace", "k", "w")], {"properties": {"k": "w"}}),
        ([add("k", "v"), Edit("remove", "k")], {"properties": {}}),
        ([add("disk_format", "qcow2")], {"disk_format": "qcow2"}),
    ],
)
def test_edits(edits: list[Edit], expected: dict[str, Any]) -> None:
    assert edited(QUEUED, edits, admin=False) == replace(QUEUED, **expected)


@pytest.mark.parametrize(
    ("edit", "refusal"),
    [
        (add("status", "active"), Forbidden),
        (add("size", 5), Forbidden),
        (Edit("remove", "checksum"), Forbidden),
        (add("os_glance_x", "y"), Forbidden),
        (add("visibility", "public"), Forbidden),
        (add("owner", "another"), Forbidden),
        (add("disk_format", "qcow2"), Forbidden),
        (Edit("remove", "name"), Forbidden),
        (Edit("remove", "k"), Conflict),
        (Edit("replace", "k", "v"), Conflict),
        (add("k", 5), InvalidInput),
        (add("k", None), InvalidInput),
        (add("k" * 256, "v"), InvalidInput),
        (add("k", "v" * 65536), InvalidInput),
        (add("tags", [str(number) for number in range(MOST_TAGS + 1)]), TooLarge),
    ],
)
def test_refused_edits(edit: Edit, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        edited(ACTIVE, [edit], admin=False)


def test_properties_are_limited_in_number() -> None:
    edits = [add(str(number), "v") for number in range(MOST_PROPERTIES + 1)]
    edited(QUEUED, edits[1:], admin=False)
    with pytest.raises(TooLarge):
        edited(QUEUED, edits, admin=False)


def test_administrators_publish_and_give_away() -> None:
    after = edited(QUEUED, [add("visibility", "public"), add("owner", "q")], admin=True)
    assert (after.visibility, after.owner) == (Visibility.PUBLIC, "q")


def test_a_public_image_stays_editable_for_its_owner() -> None:
    public = replace(ACTIVE, visibility=Visibility.PUBLIC)
    assert edited(public, [add("visibility", "public"), add("name", "n")], admin=False).name == "n"
