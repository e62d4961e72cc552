"""What any BuildDesk, and any SavedDisks behind one, does."""

from collections.abc import Iterator

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.build import (
    BuildOrders,
    DiskToSave,
    SavedAs,
    image_to_write,
)
from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.image import Image
from cyclades.domain.model.image_edits import Edit
from tests.harness.api import CALLERS

BYTES = b"0123456789"
ADMIN = CALLERS["admin"]


def image_of(application: Application, content: bytes | None = None) -> Image:
    edits = [Edit("add", "disk_format", "raw"), Edit("add", "container_format", "bare")]
    made = application.atomically(lambda unit: unit.images.create(ADMIN, edits))
    if content is None:
        return made
    return application.image_uploads.receive_as_system(made.id, [content])


def shown(application: Application, image: Image) -> Image:
    with application.reader() as unit:
        return unit.images.show(ADMIN, image.id)


def ticket_for(application: Application, orders: BuildOrders) -> str:
    effect = application.ids.new()
    return application.atomically(lambda unit: unit.builds.order(effect, "one", "it", orders))


def test_what_was_ordered_is_read_in_any_part(application: Application) -> None:
    orders = BuildOrders(image_to_write(image_of(application, BYTES)), customise=True)
    desk, ticket = application.build_desk, ticket_for(application, orders)
    found = desk.orders(ticket, "one")
    assert (found.orders, found.instance, found.cluster_id) == (orders, "it", "one")
    for start, length, part in ((0, None, BYTES), (3, None, BYTES[3:]), (3, 2, BYTES[3:5])):
        assert b"".join(desk.read(ticket, "one", start, length)) == part


def test_what_was_not_ordered_is_refused(application: Application) -> None:
    desk, ticket = application.build_desk, ticket_for(application, BuildOrders())
    with pytest.raises(NotFound):
        desk.read(ticket, "one")
    with pytest.raises(Conflict):
        desk.save(ticket, "one", [BYTES])


@pytest.mark.parametrize("size", [None, len(BYTES)])
def test_a_disk_is_saved_once(application: Application, size: int | None) -> None:
    target = image_of(application)
    orders = BuildOrders(save=DiskToSave(SavedAs.IMAGE, target.id, "raw"))
    desk, ticket = application.build_desk, ticket_for(application, orders)
    for content in (BYTES, BYTES[::-1]):
        desk.save(ticket, "one", [content[:4], content[4:]], size)
    data = shown(application, target).data
    assert data is not None
    assert b"".join(application.image_store.read(data.blob)) == BYTES


def test_a_disk_that_came_in_part_is_not_saved(application: Application) -> None:
    target = image_of(application)
    orders = BuildOrders(save=DiskToSave(SavedAs.IMAGE, target.id, "raw"))
    desk, ticket = application.build_desk, ticket_for(application, orders)

    def broken() -> Iterator[bytes]:
        yield BYTES
        raise InvalidInput("It ended too early.")

    with pytest.raises(InvalidInput):
        desk.save(ticket, "one", broken())
    assert shown(application, target).status == "queued"
    assert list(application.image_store.blobs()) == []
    desk.save(ticket, "one", [BYTES])
    assert shown(application, target).status == "active"
