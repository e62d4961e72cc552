"""What any VolumeAttachmentRepository does."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.volume_attachments import SqlVolumeAttachments
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.domain.model.errors import AlreadyExists, NotFound, StaleVersion
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_attachment import AttachmentStatus
from cyclades.ports.volume_attachments import VolumeAttachmentRepository
from tests.harness.samples import NOW, PROJECT, a_cluster, a_server
from tests.harness.sealing import secrets
from tests.harness.volumes import a_volume, an_attachment

MINE, THEIRS = Scope(PROJECT), Scope("b" * 32)


@pytest.fixture
def attachments(connection: Connection) -> VolumeAttachmentRepository:
    SqlClusters(connection, secrets()).add(a_cluster("one"), NOW)
    for server_id in ("s1", "s2"):
        SqlServers(connection).add(a_server(id=server_id))
    for volume_id in ("v1", "v2", "v3"):
        SqlVolumes(connection).add(a_volume(id=volume_id))
    return SqlVolumeAttachments(connection)


def test_what_goes_in_comes_out(attachments: VolumeAttachmentRepository) -> None:
    made = an_attachment("v1", "s1", boot_index=0, delete_on_termination=True, tag="t")
    attachments.add(made)
    assert attachments.get(MINE, made.id) == attachments.of_volume("v1") == made
    assert attachments.of_volume("v2") is None
    with pytest.raises(NotFound):
        attachments.get(THEIRS, made.id)
    saved = attachments.save(replace(made, status=AttachmentStatus.ATTACHED))
    assert attachments.of_volume("v1") == saved
    with pytest.raises(StaleVersion):
        attachments.save(made)
    attachments.remove(saved)
    attachments.remove(saved)
    assert attachments.of_volume("v1") is None


def test_a_volume_is_in_one_server(attachments: VolumeAttachmentRepository) -> None:
    attachments.add(an_attachment("v1", "s1"))
    with pytest.raises(AlreadyExists, match="attached"):
        attachments.add(an_attachment("v1", "s2"))
    with pytest.raises(AlreadyExists, match="/dev/vdb"):
        attachments.add(an_attachment("v2", "s1"))
    attachments.add(an_attachment("v2", "s2"))


def test_a_servers_come_in_order(attachments: VolumeAttachmentRepository) -> None:
    for volume_id, device in (("v1", "/dev/vdaa"), ("v2", "/dev/vdz"), ("v3", "/dev/vdb")):
        attachments.add(an_attachment(volume_id, "s1", device=device))
    devices = [each.device for each in attachments.of_server("s1")]
    assert devices == ["/dev/vdb", "/dev/vdz", "/dev/vdaa"]
    assert attachments.of_server("s2") == []
