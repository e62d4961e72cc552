"""Which images any ImageRepository finds, and in which order."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from cyclades.adapters.sql.image_members import SqlImageMembers
from cyclades.adapters.sql.images import SqlImages
from cyclades.domain.model.image import Content, Image, Status, Visibility
from cyclades.domain.model.image_member import MemberStatus
from cyclades.domain.model.image_query import Bound, ImageQuery
from tests.contracts.kept_images import ALL, MINE, THEN, Kept


@pytest.fixture
def kept(engine: Engine) -> Iterator[Kept]:
    with engine.connect() as connection:
        yield Kept(SqlImages(connection), SqlImageMembers(connection))
        connection.rollback()


@pytest.fixture
def crowd(kept: Kept) -> Kept:
    for name in Visibility:
        kept.add(f"my-{name}", visibility=name)
        kept.add(f"their-{name}", owner="theirs", visibility=name)
    for status in MemberStatus:
        kept.add(f"their-{status}", owner="theirs", visibility=Visibility.SHARED)
        kept.offer(f"their-{status}", "mine", status)
    return kept


OWN = {"my-community", "my-private", "my-public", "my-shared"}


@pytest.mark.parametrize(
    ("visibility", "member_status", "expected"),
    [
        (None, MemberStatus.ACCEPTED, OWN | {"their-accepted", "their-public"}),
        (None, MemberStatus.PENDING, OWN | {"their-pending", "their-public"}),
        (
            None,
            None,
            OWN | {"their-accepted", "their-pending", "their-rejected", "their-public"},
        ),
        ("all", MemberStatus.ACCEPTED, OWN | {"their-accepted", "their-public", "their-community"}),
        (Visibility.PUBLIC, MemberStatus.ACCEPTED, {"my-public", "their-public"}),
        (Visibility.COMMUNITY, MemberStatus.ACCEPTED, {"my-community", "their-community"}),
        (Visibility.PRIVATE, MemberStatus.ACCEPTED, {"my-private"}),
        (Visibility.SHARED, MemberStatus.ACCEPTED, {"my-shared", "their-accepted"}),
    ],
)
def test_who_finds_what_in_lists(
    crowd: Kept, visibility: Any, member_status: MemberStatus | None, expected: set[str]
) -> None:
    found = crowd.names(MINE, visibility=visibility, member_status=member_status)
    assert set(found) == expected


def test_administrators_find_everything_but_others_community_images(crowd: Kept) -> None:
    assert len(crowd.names(ALL)) == 10
    assert "their-community" not in crowd.names(ALL)
    assert len(crowd.names(ALL, visibility="all")) == 11
    assert "their-private" in crowd.names(ALL, visibility=Visibility.PRIVATE)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"one_of": {"id": ("a", "c", "x")}}, ["a", "c"]),
        ({"one_of": {"name": ("b",)}}, ["b"]),
        ({"one_of": {"status": ("active",)}}, ["b"]),
        ({"one_of": {"disk_format": ("raw", "iso")}}, ["a"]),
        ({"one_of": {"checksum": ("0" * 32,)}}, ["b"]),
        ({"flags": {"protected": True}}, ["c"]),
        ({"flags": {"os_hidden": False}}, ["a", "c"]),
        ({"bounds": (Bound("size", "gte", 500),)}, ["b"]),
        ({"bounds": (Bound("size", "lte", 499),)}, []),
        ({"bounds": (Bound("created_at", "gt", THEN),)}, ["c"]),
        ({"bounds": (Bound("created_at", "eq", THEN),)}, ["a", "b"]),
        ({"bounds": (Bound("created_at", "neq", THEN),)}, ["c"]),
        ({"tags": ("x",)}, ["a", "b"]),
        ({"tags": ("x", "y")}, ["b"]),
        ({"tags": ('"',)}, ["c"]),
        ({"properties": {"k": "v"}}, ["a"]),
        ({"properties": {"k": "v", "other": "w"}}, []),
        ({"properties": {'"]%_': "'; --"}}, ["c"]),
    ],
)
def test_filters(kept: Kept, conditions: dict[str, Any], expected: list[str]) -> None:
    content = Content("blob", 500, 500, "0" * 32, "f" * 128)
    kept.add("a", disk_format="raw", tags=("x",), properties={"k": "v"})
    kept.add("b", status=Status.ACTIVE, content=content, tags=("x", "y"), hidden=True)
    kept.add(
        "c",
        protected=True,
        created=THEN + timedelta(microseconds=1),
        tags=('"',),
        properties={'"]%_': "'; --"},
    )
    assert kept.names(MINE, **conditions) == expected


@pytest.mark.parametrize(
    "sort",
    [
        (("name", False),),
        (("name", True), ("created_at", False)),
        (("size", True),),
        (("disk_format", False), ("name", True)),
        (("status", False), ("size", False)),
        (("updated_at", True),),
        (("id", False),),
    ],
)
def test_pages_are_the_list_in_pieces(kept: Kept, sort: tuple[tuple[str, bool], ...]) -> None:
    """Ties and absent values included; every page starts after the last one's end."""
    for number, name in enumerate([None, "b", "B", None, "ä", "a", "b"]):
        content = Content(f"blob{number}", number % 3, None, "", "") if number % 2 else None
        kept.add(
            f"id{number}",
            name=name,
            content=content,
            disk_format="raw" if number % 3 else None,
            created=THEN + timedelta(seconds=number // 2),
        )
    query = ImageQuery(sort=sort)
    whole = list(kept.images.page(MINE, query, 100))
    assert len(whole) == 7
    pieces: list[Image] = []
    while page := kept.images.page(MINE, query, 2, pieces[-1] if pieces else None):
        pieces += page
    assert pieces == whole


def test_names_sort_by_code_point(kept: Kept) -> None:
    for name in ("b", "B", "ä", "a", "Z", "_"):
        kept.add(name)
    assert kept.names(MINE) == sorted(["b", "B", "ä", "a", "Z", "_"])
