"""What any ImageRepository and ImageMembers do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from cyclades.adapters.sql.image_members import SqlImageMembers
from cyclades.adapters.sql.images import SqlImages
from cyclades.domain.model.errors import AlreadyExists, NotFound, StaleVersion
from cyclades.domain.model.image import Content, Image, Status, Upload, Visibility
from cyclades.domain.model.image_member import ImageMember, MemberStatus
from tests.contracts.kept_images import ALL, MINE, THEIRS, THEN, Kept


@pytest.fixture
def kept(engine: Engine) -> Iterator[Kept]:
    with engine.connect() as connection:
        yield Kept(SqlImages(connection), SqlImageMembers(connection))
        connection.rollback()


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
MOMENT = st.datetimes(datetime(2020, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
IMAGES = st.builds(
    Image,
    id=st.just(""),
    owner=st.just("mine"),
    created=MOMENT,
    updated=MOMENT,
    name=st.none() | TEXT,
    status=st.sampled_from(Status),
    visibility=st.sampled_from(Visibility),
    container_format=st.none() | st.just("bare"),
    disk_format=st.none() | st.just("qcow2"),
    min_disk=st.integers(0, 2**31 - 1),
    min_ram=st.integers(0, 2**31 - 1),
    protected=st.booleans(),
    hidden=st.booleans(),
    properties=st.dictionaries(TEXT, TEXT, max_size=3),
    tags=st.lists(TEXT, max_size=3, unique=True).map(tuple),
    content=st.none()
    | st.builds(
        Content,
        blob=st.uuids().map(str),
        size=st.integers(0, 2**62),
        virtual_size=st.none() | st.integers(0, 2**62),
        md5=st.just("0" * 32),
        sha512=st.just("f" * 128),
    ),
    upload=st.none() | st.builds(Upload, blob=st.uuids().map(str), seen=MOMENT),
    version=st.integers(0, 1000),
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(image=IMAGES)
def test_what_goes_in_comes_out(kept: Kept, image: Image) -> None:
    image = replace(image, id=str(uuid4()))
    kept.images.add(image)
    assert kept.images.get(image.id, MINE) == image
    kept.images.remove(image)


def test_an_id_is_used_once(kept: Kept) -> None:
    kept.add("a")
    with pytest.raises(AlreadyExists):
        kept.add("a")
    assert kept.names(MINE) == ["a"]
    kept.images.remove(kept.images.get("a", MINE))
    with pytest.raises(AlreadyExists):
        kept.add("a")
    assert kept.names(MINE) == []


def test_saving_needs_the_version_before(kept: Kept) -> None:
    image = kept.add("a")
    kept.images.save(replace(image, name="b", version=1))
    with pytest.raises(StaleVersion):
        kept.images.save(replace(image, name="c", version=1))
    with pytest.raises(StaleVersion):
        kept.images.remove(image)
    assert kept.images.get("a", MINE).name == "b"


def test_removing_takes_the_members_along(kept: Kept) -> None:
    image = kept.add("a", visibility=Visibility.SHARED)
    kept.offer("a", "theirs", MemberStatus.PENDING)
    kept.images.remove(image)
    assert kept.members.of("a") == []
    with pytest.raises(NotFound):
        kept.images.get("a", ALL)


@pytest.mark.parametrize(
    ("visibility", "membership", "by_id"),
    [
        (Visibility.PRIVATE, None, False),
        (Visibility.PRIVATE, MemberStatus.ACCEPTED, False),
        (Visibility.SHARED, None, False),
        (Visibility.SHARED, MemberStatus.PENDING, True),
        (Visibility.SHARED, MemberStatus.ACCEPTED, True),
        (Visibility.SHARED, MemberStatus.REJECTED, True),
        (Visibility.COMMUNITY, None, True),
        (Visibility.PUBLIC, None, True),
    ],
)
def test_who_sees_what_by_id(
    kept: Kept, visibility: Visibility, membership: MemberStatus | None, by_id: bool
) -> None:
    image = kept.add("a", visibility=visibility)
    if membership:
        kept.offer("a", "theirs", membership)
    assert kept.images.get("a", MINE) == kept.images.get("a", ALL) == image
    if by_id:
        assert kept.images.get("a", THEIRS) == image
    else:
        with pytest.raises(NotFound):
            kept.images.get("a", THEIRS)
    with pytest.raises(NotFound):
        kept.images.get("b", ALL)


def test_uploads_show_signs_of_life(kept: Kept) -> None:
    kept.add("a", status=Status.SAVING, upload=Upload("blob", THEN))
    # An import's own lease says whether it lives.
    kept.add("b", status=Status.IMPORTING, upload=Upload("import", THEN))
    later = THEN + timedelta(minutes=1)
    assert [image.id for image in kept.images.silent_uploads(later, 10)] == ["a"]
    assert kept.images.beat("a", "blob", later)
    assert not kept.images.beat("a", "another", later)
    assert not kept.images.beat("b", "blob", later)
    assert kept.images.silent_uploads(later, 10) == []
    assert kept.images.get("a", MINE).version == 0


def test_members(kept: Kept) -> None:
    kept.add("a")
    kept.offer("a", "theirs", MemberStatus.PENDING)
    kept.offer("a", "another", MemberStatus.PENDING)
    with pytest.raises(AlreadyExists):
        kept.offer("a", "theirs", MemberStatus.ACCEPTED)
    later = THEN + timedelta(seconds=1)
    answered = ImageMember("a", "theirs", MemberStatus.ACCEPTED, THEN, later)
    kept.members.save(answered)
    assert kept.members.get("a", "theirs") == answered
    assert [member.project_id for member in kept.members.of("a")] == ["another", "theirs"]
    kept.members.remove("a", "theirs")
    for act in (
        lambda: kept.members.remove("a", "theirs"),
        lambda: kept.members.get("a", "theirs"),
        lambda: kept.members.save(answered),
    ):
        with pytest.raises(NotFound):
            act()
