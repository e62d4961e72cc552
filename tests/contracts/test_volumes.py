"""What any VolumeRepository does."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.volume_attachments import SqlVolumeAttachments
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.domain.model.errors import Conflict, NotFound, StaleVersion
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.ports.volumes import VolumeRepository
from tests.harness.samples import NOW, PROJECT, a_cluster, a_server
from tests.harness.sealing import secrets
from tests.harness.volumes import a_volume, an_attachment

MINE, THEIRS, ALL = Scope(PROJECT), Scope("b" * 32), Scope(None, everything=True)
FULL = a_volume(
    description="d",
    status=VolumeStatus.IN_USE,
    cluster_id="one",
    place=Place.SERVER,
    holder=True,
    bootable=True,
    readonly=True,
    metadata={"a": "b"},
    image_metadata={"os": "debian"},
    image_id="image",
    snapshot_id="snapshot",
    source_volid="other",
    task_id="task",
    fault="broken",
)


@pytest.fixture
def volumes(connection: Connection) -> VolumeRepository:
    SqlClusters(connection, secrets()).add(a_cluster("one"), NOW)
    return SqlVolumes(connection)


@pytest.mark.parametrize("volume", [a_volume(), FULL])
def test_what_goes_in_comes_out(volumes: VolumeRepository, volume: Volume) -> None:
    volumes.add(volume)
    assert volumes.by_id(volume.id) == volumes.get(MINE, volume.id) == volume
    assert volumes.get(ALL, volume.id) == volume
    with pytest.raises(NotFound):
        volumes.get(THEIRS, volume.id)
    volumes.remove(volume)
    assert volumes.by_id(volume.id) is None
    with pytest.raises(NotFound):
        volumes.get(ALL, volume.id)


def test_its_type_is_there(volumes: VolumeRepository) -> None:
    with pytest.raises(NotFound):
        volumes.add(a_volume(type_id="none"))


def test_who_saw_an_old_version_loses(volumes: VolumeRepository) -> None:
    volume = a_volume()
    volumes.add(volume)
    saved = volumes.save(replace(volume, name="new"))
    assert volumes.by_id(volume.id) == saved
    assert (saved.name, saved.version) == ("new", 2)
    for late in (volumes.save, volumes.remove):
        with pytest.raises(StaleVersion):
            late(volume)


def test_who_is_being_copied(volumes: VolumeRepository) -> None:
    clone = a_volume(source_volid="source", status=VolumeStatus.CREATING, task_id="task")
    volumes.add(clone)
    assert [volumes.being_copied(its) for its in ("source", clone.id)] == [True, False]
    volumes.save(replace(clone, status=VolumeStatus.ERROR, task_id=None))
    assert not volumes.being_copied("source")


def test_who_waits_for_a_copy_of_a_snapshot(volumes: VolumeRepository) -> None:
    promised = a_volume(snapshot_id="snap", place=Place.ORIGIN)
    volumes.add(promised)
    volumes.add(a_volume(snapshot_id="other"))
    assert [volumes.awaiting(its) for its in ("snap", "other")] == [True, False]
    volumes.save(replace(promised, place=Place.SERVER))
    assert not volumes.awaiting("snap")


def test_those_with_a_disk_in_a_cluster(volumes: VolumeRepository) -> None:
    volumes.add(a_volume())
    volumes.add(FULL)
    assert volumes.of_cluster("one") == [FULL]
    assert volumes.of_cluster("two") == []


def test_what_a_server_has_stays(volumes: VolumeRepository, connection: Connection) -> None:
    volumes.add(FULL)
    server = a_server()
    SqlServers(connection).add(server)
    SqlVolumeAttachments(connection).add(an_attachment(FULL.id, server.id))
    with pytest.raises(Conflict):
        volumes.remove(FULL)
    assert volumes.by_id(FULL.id) == FULL
