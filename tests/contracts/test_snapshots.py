"""What any SnapshotRepository does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.snapshots import SqlSnapshots
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.domain.model.errors import Conflict, NotFound, StaleVersion
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.snapshot import SnapshotStatus
from cyclades.ports.snapshots import SnapshotRepository
from tests.harness.copies import a_snapshot
from tests.harness.samples import PROJECT
from tests.harness.volumes import a_volume

MINE, THEIRS, ALL = Scope(PROJECT), Scope("theirs"), Scope(None, everything=True)
VOLUME = a_volume(id="volume")


@pytest.fixture
def snapshots(connection: Connection) -> SnapshotRepository:
    SqlVolumes(connection).add(VOLUME)
    return SqlSnapshots(connection)


def test_what_goes_in_comes_out(snapshots: SnapshotRepository) -> None:
    whole = a_snapshot(
        VOLUME,
        description="d",
        bootable=True,
        metadata={"k": "ü\"'"},
        image_metadata={"os": "linux"},
        task_id="task",
        fault="none",
    )
    snapshots.add(whole)
    read = (
        snapshots.show(MINE, whole.id),
        snapshots.get(ALL, whole.id),
        snapshots.by_id(whole.id),
    )
    assert all(each == whole for each in read)
    for refuse in (snapshots.show, snapshots.get):
        with pytest.raises(NotFound, match="no could not be found"):
            refuse(MINE, "no")
        with pytest.raises(NotFound):
            refuse(THEIRS, whole.id)
    assert snapshots.by_id("no") is None
    with pytest.raises(NotFound):
        snapshots.add(a_snapshot(a_volume()))


def test_a_version_is_saved_once_and_removed(snapshots: SnapshotRepository) -> None:
    first = a_snapshot(VOLUME)
    snapshots.add(first)
    saved = snapshots.save(replace(first, status=SnapshotStatus.AVAILABLE))
    assert saved.version == first.version + 1
    assert snapshots.by_id(first.id) == saved
    with pytest.raises(StaleVersion):
        snapshots.save(first)
    with pytest.raises(StaleVersion):
        snapshots.remove(first)
    snapshots.remove(saved)
    assert snapshots.by_id(first.id) is None


def test_of_a_volume_and_of_a_cluster(
    connection: Connection, snapshots: SnapshotRepository
) -> None:
    first = a_snapshot(VOLUME)
    second = a_snapshot(VOLUME, created=first.created + timedelta(seconds=1))
    snapshots.add(first)
    snapshots.add(second)
    assert list(snapshots.of_volume(VOLUME.id)) == [second, first]
    assert list(snapshots.of_cluster("one")) == []
    with pytest.raises(Conflict):
        SqlVolumes(connection).remove(VOLUME)


def test_lists(snapshots: SnapshotRepository) -> None:
    one = a_snapshot(VOLUME, name="a_b", metadata={"k": "v", "l": "w"})
    two = a_snapshot(VOLUME, name="axb", size=2, status=SnapshotStatus.ERROR, metadata={"k": "w"})
    for each in (one, two):
        snapshots.add(each)
    for filters, found in (
        ({}, [one, two]),
        ({"name": ("a_b",)}, [one]),
        ({"name~": ("_",)}, [one]),
        ({"status": ("error",), "volume_id": (VOLUME.id,)}, [two]),
        ({"metadata": ({"k": "v"},)}, [one]),
        ({"metadata": ({"l": "w", "k": "v"},)}, [one]),
        ({"metadata": ({"k": "x"},)}, []),
    ):
        listing = Listing(MINE, filters, (Order("size"),))
        assert list(snapshots.list(listing)) == found, filters
        assert snapshots.count(listing) == len(found)
    down = Listing(ALL, order=(Order("size", descending=True),), limit=1)
    assert list(snapshots.list(down)) == [two]
    assert list(snapshots.list(replace(down, marker=two.id))) == [one]
    assert snapshots.count(replace(down, marker=two.id)) == 2
    assert list(snapshots.list(Listing(THEIRS))) == []
    with pytest.raises(NotFound):
        snapshots.list(Listing(THEIRS, marker=one.id))
