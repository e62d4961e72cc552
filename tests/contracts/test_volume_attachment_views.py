"""What any VolumeAttachmentViews does."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.views.servers import SqlServerViews
from cyclades.adapters.sql.views.volume_attachments import SqlVolumeAttachmentViews
from cyclades.adapters.sql.volume_attachments import SqlVolumeAttachments
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.adapters.system.ids import SystemIds
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.server_states import VmState
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_attachment import AttachmentStatus, VolumeAttachment
from cyclades.ports.volume_attachment_views import VolumeAttachmentView, VolumeAttachmentViews
from tests.harness.samples import NOW, PROJECT, a_cluster, a_server
from tests.harness.sealing import secrets
from tests.harness.volumes import a_volume

MINE, THEIRS, ALL = Scope(PROJECT), Scope("b" * 32), Scope(None, everything=True)
NEWEST_FIRST = (Order("created_at", descending=True),)


class Kept:
    """A server and what it has."""

    def __init__(self, connection: Connection) -> None:
        SqlClusters(connection, secrets()).add(a_cluster(), NOW)
        self.connection, self.ids = connection, SystemIds()
        self.views: VolumeAttachmentViews = SqlVolumeAttachmentViews(connection)
        self.server = self.add_server()

    def add_server(self, **values: Any) -> str:
        server = a_server(id=self.ids.new(), **values)
        SqlServers(self.connection).add(server)
        return server.id

    def add(self, device: str, minutes: int = 0, **values: Any) -> VolumeAttachment:
        volume = a_volume(id=self.ids.new())
        SqlVolumes(self.connection).add(volume)
        now = NOW + timedelta(minutes=minutes)
        attachment = VolumeAttachment(
            self.ids.new(), volume.id, self.server, PROJECT, "u", device, now, now, **values
        )
        SqlVolumeAttachments(self.connection).add(attachment)
        return attachment


@pytest.fixture
def kept(connection: Connection) -> Kept:
    return Kept(connection)


def test_a_servers_volumes_in_the_order_of_their_devices(kept: Kept) -> None:
    assert kept.views.of_server(MINE, kept.server) == []
    second = kept.add("/dev/vdc", tag="t", delete_on_termination=True)
    first = kept.add("/dev/vdb", status=AttachmentStatus.ATTACHED)
    shown = kept.views.of_server(MINE, kept.server)
    assert shown == [
        VolumeAttachmentView(*(getattr(each, name) for name in VolumeAttachmentView._fields))
        for each in (first, second)
    ]
    row = SqlServerViews(kept.connection).show(MINE, kept.server)
    volumes = orjson.loads(row.volumes or "")
    assert [(v["id"], bool(v["delete_on_termination"])) for v in volumes] == [
        (first.volume_id, False),
        (second.volume_id, True),
    ]


def test_foreign_ones_are_missing(kept: Kept) -> None:
    mine = kept.add("/dev/vdb")
    gone = kept.add_server(vm_state=VmState.DELETED)
    for server_id, scope in ((kept.server, THEIRS), ("nope", ALL), (gone, MINE)):
        with pytest.raises(NotFound, match="Instance"):
            kept.views.of_server(scope, server_id)
    assert kept.views.show(MINE, mine.id) == kept.views.show(ALL, mine.id)
    for attachment_id, scope in ((mine.id, THEIRS), ("nope", ALL)):
        with pytest.raises(NotFound, match="Attachment"):
            kept.views.show(scope, attachment_id)
    assert kept.views.page(Listing(THEIRS, order=NEWEST_FIRST)) == []


def test_pages_and_filters(kept: Kept) -> None:
    made = [kept.add(f"/dev/vd{letter}", n) for n, letter in enumerate("bcd")][::-1]
    listing = Listing(MINE, order=NEWEST_FIRST, limit=2)
    assert [row.id for row in kept.views.page(listing)] == [each.id for each in made[:2]]
    after = Listing(MINE, order=NEWEST_FIRST, marker=made[1].id)
    assert [row.id for row in kept.views.page(after)] == [made[2].id]
    assert kept.views.count(listing) == 3
    for name, value in {"volume_id": made[0].volume_id, "server_id": "x", "status": "x"}.items():
        found = kept.views.page(Listing(ALL, {name: (value,)}, NEWEST_FIRST))
        assert [row.id for row in found] == ([made[0].id] if name == "volume_id" else [])
    with pytest.raises(NotFound):
        kept.views.page(Listing(MINE, order=NEWEST_FIRST, marker="nope"))
