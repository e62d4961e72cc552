"""The rules of images, as tables."""

import struct
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
    imported,
    received,
    receiving,
)
from cyclades.domain.model.image_edits import MOST_PROPERTIES, MOST_TAGS, Edit, edited
from cyclades.domain.model.image_formats import WrongFormat, virtual_size

THEN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = THEN + timedelta(hours=1)
QUEUED = Image("i", "p", THEN, THEN, container_format="bare", disk_format="raw")
CONTENT = Content("blob", 7, 9, "md5", "sha512")
ACTIVE = replace(QUEUED, status=Status.ACTIVE, content=CONTENT)


@pytest.mark.parametrize("route", [UPLOAD, STAGE])
def test_bytes_come_to_queued_images(route: Route) -> None:
    coming = receiving(QUEUED, route, "blob", NOW)
    assert (coming.status, coming.upload) == (route.during, Upload("blob", NOW))
    assert coming.data is None
    there = received(coming, route, CONTENT, NOW)
    assert (there.status, there.upload, there.content) == (route.after, None, CONTENT)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.QUEUED}))
def test_bytes_come_once(status: Status) -> None:
    with pytest.raises(Conflict):
        receiving(replace(ACTIVE, status=status), UPLOAD, "another", NOW)


@pytest.mark.parametrize(
    ("image", "missing"),
    [
        (replace(QUEUED, container_format=None), "container_format"),
        (replace(QUEUED, disk_format=None), "disk_format"),
    ],
)
def test_bytes_need_a_known_format(image: Image, missing: str) -> None:
    with pytest.raises(InvalidInput, match=missing):
        receiving(image, UPLOAD, "blob", NOW)


def test_an_upload_that_was_given_up_is_not_taken() -> None:
    coming = receiving(QUEUED, UPLOAD, "blob", NOW)
    for image in (abandoned(coming, NOW), receiving(QUEUED, UPLOAD, "another", NOW)):
        with pytest.raises(Conflict):
            received(image, UPLOAD, CONTENT, NOW)
    assert abandoned(coming, THEN) == QUEUED


def test_staged_bytes_are_the_images_after_the_import() -> None:
    staged = received(receiving(QUEUED, STAGE, "blob", NOW), STAGE, CONTENT, NOW)
    assert staged.data is None
    assert staged.disk_size == 0
    assert imported(staged, NOW).data == CONTENT
    assert imported(staged, NOW).disk_size == 9


@pytest.mark.parametrize("image", [QUEUED, ACTIVE, receiving(QUEUED, STAGE, "blob", NOW)])
def test_nothing_staged_nothing_imported(image: Image) -> None:
    with pytest.raises(Conflict):
        imported(image, NOW)


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


def qcow2(version: int = 3, backing: int = 0, size: int = 1 << 30, features: int = 0) -> bytes:
    start = struct.pack(">4sIQIIQ", b"QFI\xfb", version, backing, 0, 16, size)
    return start.ljust(72, b"\0") + struct.pack(">Q", features) + bytes(40)


@pytest.mark.parametrize(
    ("disk_format", "head", "expected"),
    [
        ("raw", b"anything", 8),
        ("raw", qcow2(), 8),
        ("qcow2", qcow2(), 1 << 30),
        ("qcow2", qcow2(version=2, features=4), 1 << 30),
        ("vmdk", b"not looked at", None),
        (None, b"", None),
    ],
)
def test_virtual_size(disk_format: str | None, head: bytes, expected: int | None) -> None:
    assert virtual_size(disk_format, head, 8) == expected


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"QFI\xfb", id="short"),
        pytest.param(b"x" * 200, id="something else"),
        pytest.param(qcow2(backing=8), id="backing file"),
        pytest.param(qcow2(features=4), id="external data file"),
    ],
)
def test_bad_qcow2(head: bytes) -> None:
    with pytest.raises(WrongFormat):
        virtual_size("qcow2", head, len(head))
