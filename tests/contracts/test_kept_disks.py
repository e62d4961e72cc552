"""What any KeptDisks tells."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.disk_tasks import SqlDiskTasks
from cyclades.adapters.sql.kept_disks import SqlKeptDisks
from cyclades.adapters.sql.schema.volumes import snapshots
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.volume_attachments import SqlVolumeAttachments
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.domain.model.disk_task import TaskKind, TaskState
from cyclades.domain.model.volume import Place
from cyclades.ports.kept_disks import KeptDisk, KeptDisks
from tests.harness.samples import NOW, a_cluster, a_server
from tests.harness.sealing import secrets
from tests.harness.volumes import a_task, a_volume, an_attachment


@pytest.fixture
def kept(connection: Connection) -> KeptDisks:
    for name in ("one", "two"):
        SqlClusters(connection, secrets()).add(a_cluster(name), NOW)
    return SqlKeptDisks(connection)


def snapshot(connection: Connection, snapshot_id: str, volume_id: str, *, holder: bool) -> None:
    about = a_volume(id=volume_id)
    values = {name: getattr(about, name) for name in ("project_id", "user_id", "type_id", "name")}
    values |= {"size": 2, "status": "available", "disk_template": "sharedfile", "bootable": False}
    values |= {"metadata": {}, "image_metadata": {}, "created": NOW, "updated": NOW, "version": 1}
    more = {"id": snapshot_id, "volume_id": volume_id, "cluster_id": "one", "holder": holder}
    connection.execute(insert(snapshots), values | more)


def test_where_disks_are(kept: KeptDisks, connection: Connection) -> None:
    rows, server = SqlVolumes(connection), a_server()
    SqlServers(connection).add(server)
    rows.add(a_volume(id="v0"))  # it has no disk
    rows.add(a_volume(id="v1", cluster_id="one", place=Place.HOLDER, holder=True, size=3))
    rows.add(a_volume(id="v2", cluster_id="one", place=Place.SERVER, task_id="t"))
    rows.add(a_volume(id="v3", cluster_id="two", place=Place.HOLDER, holder=True))
    SqlVolumeAttachments(connection).add(an_attachment("v2", server.id))
    snapshot(connection, "v4", "v1", holder=True)
    snapshot(connection, "v5", "v1", holder=False)
    held = KeptDisk("v1", 1, 3, Place.HOLDER, holder=True, idle=True)
    assert kept.of_cluster("one") == [
        held,
        KeptDisk("v2", 1, 1, Place.SERVER, holder=False, idle=False, server=server.instance),
        replace(held, id="v4", size=2),
        replace(held, id="v5", size=2, place=Place.NOWHERE, holder=False),
    ]
    assert [disk.id for disk in kept.of_cluster("two")] == ["v3"]


def test_what_is_needed_and_what_was(kept: KeptDisks, connection: Connection) -> None:
    SqlVolumes(connection).add(a_volume(id="v1"))
    snapshot(connection, "s1", "v1", holder=False)
    tasks, done = SqlDiskTasks(connection), {"finished": NOW, "state": TaskState.DONE}
    tasks.add(a_task(TaskKind.DELETE, id="t1", volume_id="v2", **done))
    tasks.add(a_task(TaskKind.SNAPSHOT, id="t2", volume_id="v1", snapshot_id="s2"))
    wanted = ["v1", "v2", "s1", "s2", "t1", "t2", "none"]
    assert kept.needed(wanted) == {
        "v1": True,
        "v2": False,
        "s1": True,
        "s2": True,
        "t1": False,
        "t2": True,
    }
    assert kept.needed([]) == {}
