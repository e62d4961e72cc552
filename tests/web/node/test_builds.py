"""What the OS definition asks, ticket in hand."""

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cyclades.domain.model.build import (
    BuildOrders,
    DiskToCopy,
    DiskToSave,
    SavedAs,
    image_to_write,
)
from cyclades.domain.model.image import Image
from cyclades.domain.model.image_edits import Edit
from tests.harness.cloud import MEMBER, Cloud
from tests.web.node.conftest import Node, key_of

BYTES = b"".join(b"%06d" % number for number in range(5000))
TICKET_HEADER = "X-Cyclades-Ticket"
FAMILY = {"OSFAMILY": "linux", "USERS": "debian root", "EXCLUDE_TASK_AddSwap": "yes"}


@dataclass(slots=True)
class Definition:
    """The OS definition on a node."""

    node: Node
    ticket: str = ""

    def ask(self, path: str = "", method: str = "GET", status: int = 200, **more: Any) -> Any:
        headers = {
            "Authorization": f"Bearer {self.node.key}",
            TICKET_HEADER: self.ticket,
            **more.pop("headers", {}),
        }
        body = more.pop("body", None)
        url = f"/node/v1/build{path}"
        return self.node.api.call(
            method, url, body, token=None, headers=headers, status=status, **more
        )


@pytest.fixture
def definition(node: Node) -> Definition:
    return Definition(node)


def image_of(cloud: Cloud, content: bytes | None = BYTES) -> Image:
    edits = [Edit("add", "disk_format", "raw"), Edit("add", "container_format", "bare")]
    edits += [Edit("add", name, value) for name, value in FAMILY.items()]
    made = cloud.app.atomically(lambda unit: unit.images.create(MEMBER, edits))
    if content is None:
        return made
    return cloud.app.image_uploads.receive_as_system(made.id, [content])


def ordered(cloud: Cloud, orders: BuildOrders) -> str:
    effect = cloud.app.ids.new()
    return cloud.app.atomically(lambda unit: unit.builds.order(effect, "one", "it", orders))


def test_orders_say_all_that_a_disk_needs(cloud: Cloud, definition: Definition) -> None:
    server, image = cloud.running(name="web", metadata={"a": "b"}), image_of(cloud)
    write = image_to_write(image)
    definition.ticket = ordered(
        cloud,
        BuildOrders(write, None, None, True, True, {"family": "linux"}, server),
    )
    said = definition.ask().json
    assert said.pop("metadata")["uuid"] == server
    assert len(said.pop("network_data")["links"]) == 1
    assert said == {
        "instance": "it",
        "image": {
            "id": image.id,
            "disk_format": "raw",
            "size": len(BYTES),
            "sha512": hashlib.sha512(BYTES).hexdigest(),
            "virtual_size": len(BYTES),
        },
        "copy": None,
        "save": None,
        "customise": True,
        "config_drive": True,
        "guest_os": {"family": "linux"},
        "vendor_data": {},
    }
    copy = DiskToCopy("other", "disk", "/srv/disk")
    save = DiskToSave(SavedAs.IMAGE, "secret-id", "qcow2")
    definition.ticket = ordered(cloud, BuildOrders(copy=copy, save=save))
    said = definition.ask().json
    where = {"instance": "other", "name": "disk", "path": "/srv/disk", "runs": False}
    assert said["copy"] == where
    assert said["save"] == {"disk_format": "qcow2"}
    assert said["image"] is None
    assert said["metadata"] == said["network_data"] == {}


def test_a_new_servers_orders_follow_from_its_image(cloud: Cloud) -> None:
    server = cloud.create(image_id=image_of(cloud).id, config_drive=True)
    with cloud.app.reader() as unit:
        (row,) = unit.connection.exec_driver_sql("SELECT orders FROM builds").all()
    orders = json.loads(row.orders)
    assert orders["guest_os"]["family"] == "linux"
    assert orders["guest_os"]["users"] == "debian root"
    assert orders["guest_os"]["excluded_tasks"] == "AddSwap"
    assert (orders["customise"], orders["config_drive"]) == (True, True)
    assert orders["server_id"] == server
    cloud.converge()
    world = cloud.cluster().store.look(lambda world: world)
    names = [disk["name"] for disk in world.instances[f"cyclades-{server}"].disks]
    assert names == [f"cyclades-disk-{server}", f"cyclades-config-{server}"]


@pytest.mark.parametrize(
    ("asked", "status", "part", "where"),
    [
        (None, 200, BYTES, None),
        ("bytes=10-", 206, BYTES[10:], f"bytes 10-{len(BYTES) - 1}/{len(BYTES)}"),
        ("bytes=10-19", 206, BYTES[10:20], f"bytes 10-19/{len(BYTES)}"),
        ("bytes=-5", 206, BYTES[-5:], f"bytes {len(BYTES) - 5}-{len(BYTES) - 1}/{len(BYTES)}"),
        (f"bytes={len(BYTES)}-", 416, None, f"bytes */{len(BYTES)}"),
    ],
)
def test_an_images_bytes_come_in_any_part(
    cloud: Cloud,
    definition: Definition,
    asked: str | None,
    status: int,
    part: bytes | None,
    where: str | None,
) -> None:
    definition.ticket = ordered(cloud, BuildOrders(image_to_write(image_of(cloud))))
    headers = {"Range": asked} if asked else {}
    answer = definition.ask("/image", status=status, headers=headers)
    assert answer.headers.get("Content-Range") == where
    if part is not None:
        assert answer.body == part
        assert answer.content_length == len(part)


def test_who_has_no_ticket_or_another_cluster_learns_nothing(
    cloud: Cloud, definition: Definition, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cloud.add_cluster("two")
    target = image_of(cloud, None)
    save = DiskToSave(SavedAs.IMAGE, target.id, "raw")
    ticket = ordered(cloud, BuildOrders(image_to_write(image_of(cloud)), save=save))
    other = replace(definition.node, key=key_of(cloud, "two"))
    bodies = set()
    for node, shown in (
        (definition.node, ""),
        (definition.node, ticket[:-1]),
        (definition.node, f"{ticket}x"),
        (definition.node, "\xff"),
        (other, ticket),
    ):
        asking = Definition(node, shown)
        bodies.add(asking.ask(status=404).body)
        bodies.add(asking.ask("/image", status=404).body)
        path = "/data?disk_format=raw"
        bodies.add(asking.ask(path, "PUT", 404, body=BYTES).body)
    assert len(bodies) == 1
    wrong = Definition(replace(definition.node, key="wrong"), ticket)
    for path in ("", "/image"):
        assert "WWW-Authenticate" in wrong.ask(path, status=401).headers
    assert ticket not in caplog.text
    assert definition.node.key not in caplog.text


def test_a_disk_becomes_an_image(cloud: Cloud, definition: Definition) -> None:
    target = image_of(cloud, None)
    save = DiskToSave(SavedAs.IMAGE, target.id, "raw")
    definition.ticket = ordered(cloud, BuildOrders(save=save))
    digest = hashlib.sha512(BYTES).hexdigest()
    for query, status in (
        ("", 400),
        ("?disk_format=qcow2", 400),
        ("?disk_format=raw&sha512=short", 400),
        (f"?disk_format=raw&sha512={'0' * 128}", 400),
        (f"?disk_format=raw&sha512={digest}", 204),
        (f"?disk_format=raw&sha512={digest}", 204),
    ):
        definition.ask(f"/data{query}", "PUT", status, body=BYTES)
    with cloud.app.reader() as unit:
        data = unit.images.show(MEMBER, target.id).data
    assert data is not None
    assert b"".join(cloud.app.image_store.read(data.blob)) == BYTES
    kept = set(cloud.app.image_store.blobs())
    assert cloud.app.image_uploads.recover().blobs == 0
    assert len(kept) == 2  # this one, and the cloud's own


def test_what_was_not_ordered_is_not_taken(cloud: Cloud, definition: Definition) -> None:
    definition.ticket = ordered(cloud, BuildOrders())
    definition.ask("/data?disk_format=raw", "PUT", 409, body=BYTES)
    definition.ask("/image", status=404)
