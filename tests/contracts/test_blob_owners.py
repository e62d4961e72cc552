"""What any BlobOwner does: each kind of rows that name blobs is in the table."""

from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.images import SqlImages
from cyclades.domain.model.image import Content, Image, Status, Upload
from cyclades.ports.blob_owners import BlobOwner
from tests.contracts.kept_images import THEN

Make = Callable[[Connection, str, str], BlobOwner]


def images(connection: Connection, whole: str, unfinished: str) -> BlobOwner:
    owner = SqlImages(connection)
    content = Content(whole, 1, 1, "m", "s")
    owner.add(Image("a", "p", THEN, THEN, status=Status.ACTIVE, content=content))
    owner.add(Image("b", "p", THEN, THEN, upload=Upload(unfinished, THEN)))
    return owner


# With rows that name one blob that is whole, and one that is being written.
OWNERS: Mapping[str, Make] = {"images": images}


@pytest.mark.parametrize("make", OWNERS.values(), ids=OWNERS)
def test_an_owner_knows_its_own(connection: Connection, make: Make) -> None:
    owner = make(connection, "whole", "unfinished")
    asked = ["whole", "lost", "unfinished", "another"]
    assert owner.known_blobs(asked) == {"whole", "unfinished"}
    assert owner.known_blobs([]) == set()
