"""What any BackupRepository does."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.backups import SqlBackups
from cyclades.domain.model.backup import BackupStatus
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.ports.backups import BackupRepository
from tests.harness.copies import a_backup
from tests.harness.samples import PROJECT
from tests.harness.volumes import a_volume

MINE, THEIRS, ALL = Scope(PROJECT), Scope("theirs"), Scope(None, everything=True)
VOLUME = a_volume(id="volume")


@pytest.fixture
def backups(connection: Connection) -> BackupRepository:
    return SqlBackups(connection)


def test_what_goes_in_comes_out(backups: BackupRepository) -> None:
    whole = a_backup(
        VOLUME,
        snapshot_id="snapshot",
        description="d",
        container="c",
        disk_format="raw",
        bootable=True,
        metadata={"k": "v"},
        image_metadata={"os": "linux"},
        volume_metadata={"m": "n"},
        blob="blob",
        blob_size=2**40,
        sha512="f" * 128,
        upload_blob="another",
        task_id="task",
        fault="none",
    )
    backups.add(whole)
    read = (backups.show(MINE, whole.id), backups.get(ALL, whole.id), backups.by_id(whole.id))
    assert all(each == whole for each in read)
    assert backups.known_blobs(["blob", "another", "third"]) == {"blob", "another"}
    for refuse in (backups.show, backups.get):
        with pytest.raises(NotFound, match="no could not be found"):
            refuse(MINE, "no")
        with pytest.raises(NotFound):
            refuse(THEIRS, whole.id)
    assert backups.by_id("no") is None


def test_a_version_is_saved_once_and_removed(backups: BackupRepository) -> None:
    first = a_backup(VOLUME)
    backups.add(first)
    saved = backups.save(replace(first, status=BackupStatus.AVAILABLE))
    assert (
        backups.by_id(first.id)
        == saved
        == replace(first, status=BackupStatus.AVAILABLE, version=first.version + 1)
    )
    for stale in (backups.save, backups.remove):
        with pytest.raises(StaleVersion):
            stale(first)
    backups.remove(saved)
    assert backups.by_id(first.id) is None


def test_lists(backups: BackupRepository) -> None:
    one = a_backup(VOLUME, name="one", metadata={"k": "v"})
    two = a_backup(a_volume(), name="two", status=BackupStatus.ERROR, snapshot_id="snapshot")
    for each in (one, two):
        backups.add(each)
    for filters, found in (
        ({}, [one, two]),
        ({"name": ("one",)}, [one]),
        ({"name~": ("w",)}, [two]),
        ({"status": ("error",), "snapshot_id": ("snapshot",)}, [two]),
        ({"metadata": ({"k": "v"},)}, [one]),
    ):
        listing = Listing(MINE, filters)
        assert list(backups.list(listing)) == found, filters
        assert backups.count(listing) == len(found)
    assert list(backups.list(Listing(MINE, limit=1, marker=one.id))) == [two]
    assert backups.count(Listing(THEIRS)) == 0
