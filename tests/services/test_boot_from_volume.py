"""Servers that boot from volumes, and volumes that come with new servers; simulated clusters."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from cyclades.adapters.sql.schema.quotas import quotas
from cyclades.bootstrap import Unit
from cyclades.domain.model.block_device import BlockDevice, Destination, Source
from cyclades.domain.model.errors import CycladesError, InvalidInput, OverQuota
from cyclades.domain.model.flavor import Flavor
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.snapshot import WantedSnapshot
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.volume_attachment import VolumeAttachment
from cyclades.domain.services.attached_volumes import NEVER_FILLED
from cyclades.domain.services.volume_endings import KEPT_BY_SNAPSHOTS
from cyclades.workers.audits import audit_cluster
from tests.harness.cloud import MEMBER, Cloud
from tests.harness.disks import Disks

pytestmark = pytest.mark.slow
IN_HOLDER = (VolumeStatus.AVAILABLE, Place.HOLDER)
IN_SERVER = (VolumeStatus.IN_USE, Place.SERVER)


@pytest.fixture
def disks(cloud: Cloud) -> Disks:
    return Disks(cloud)


def device(source: str, **values: Any) -> BlockDevice:
    return BlockDevice(Source(source), Destination.VOLUME, **values)


def boot(cloud: Cloud, *devices: BlockDevice, caller: Caller = MEMBER, **wanted: Any) -> str:
    return cloud.create(caller, **({"image_id": "", "devices": devices} | wanted))


def held(cloud: Cloud, server_id: str) -> list[tuple[VolumeAttachment, Volume]]:
    with cloud.app.reader() as unit:
        rows = unit.volume_attachments.of_server(server_id)
        found = [(row, unit.volume_rows.by_id(row.volume_id)) for row in rows]
    return [(row, volume) for row, volume in found if volume is not None]


def disk_names(cloud: Cloud, server_id: str) -> list[str]:
    seen = {each.instance: each for each in cloud.cluster().instances()}
    return [disk.name or "" for disk in seen[cloud.server(server_id).instance].disks]


def bootable(cloud: Cloud, disks: Disks) -> Volume:
    """A volume with an image on it."""
    volume = disks.filled()
    cloud.converge()

    def verb(unit: Unit) -> None:
        found = unit.volume_rows.by_id(volume.id)
        assert found is not None
        unit.volume_rows.save(replace(found, bootable=True))

    cloud.app.atomically(verb)
    return volume


def charged(cloud: Cloud) -> dict[str, int]:
    with cloud.app.reader() as unit:
        rows = unit.connection.execute(
            select(quotas.c.resource, func.sum(quotas.c.used))
            .where(quotas.c.resource.in_(["volumes", "gigabytes", "instances"]))
            .group_by(quotas.c.resource)
        )
        return {name: int(used) for name, used in rows if used}


@pytest.mark.parametrize("termination", [True, False])
def test_an_image_becomes_the_volume_to_boot_from(
    cloud: Cloud, disks: Disks, *, termination: bool
) -> None:
    root = device(
        "image", uuid=cloud.image, boot_index=0, size=3, delete_on_termination=termination
    )
    server_id = boot(cloud, root, device("blank", size=2, delete_on_termination=True))
    assert charged(cloud) == {"volumes": 2, "gigabytes": 5, "instances": 1}
    cloud.converge()
    server = cloud.server(server_id)
    assert (server.status, server.image_id, server.power) == ("ACTIVE", None, "running")
    (first, volume), (second, data) = held(cloud, server_id)
    assert (first.device, first.boot_index, second.device) == ("/dev/vda", 0, "/dev/vdb")
    assert disks.at_rest(volume) == disks.at_rest(data) == IN_SERVER
    assert volume.bootable
    assert audit_cluster(cloud.app, server.cluster_id).found == []
    assert volume.image_metadata["image_id"] == cloud.image
    assert disk_names(cloud, server_id) == [
        f"cyclades-disk-{volume.id}",
        f"cyclades-disk-{data.id}",
    ]
    cloud.delete(server_id)
    cloud.converge()
    assert disks.gone(data)
    if termination:
        assert disks.gone(volume)
        assert charged(cloud) == {}
        return
    assert disks.at_rest(volume) == IN_HOLDER
    assert charged(cloud) == {"volumes": 1, "gigabytes": 3}
    again = boot(cloud, device("volume", uuid=volume.id, boot_index=0))
    cloud.converge()
    assert cloud.server(again).status == "ACTIVE"
    assert disk_names(cloud, again) == [f"cyclades-disk-{volume.id}"]


def test_a_volume_that_is_there_moves_in_before_the_start(cloud: Cloud, disks: Disks) -> None:
    data, volume = disks.filled(), bootable(cloud, disks)
    other = disks.blank()
    server_id = boot(
        cloud,
        device("volume", uuid=data.id, boot_index=None),
        device("volume", uuid=other.id),
        device("volume", uuid=volume.id, boot_index=0),
    )
    assert disks.see(volume).status is VolumeStatus.RESERVED
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"
    names = disk_names(cloud, server_id)
    assert names[0] == f"cyclades-disk-{volume.id}"
    assert set(names[1:]) == {f"cyclades-disk-{each.id}" for each in (data, other)}
    assert audit_cluster(cloud.app, cloud.server(server_id).cluster_id).found == []
    assert all(disks.at_rest(each) == IN_SERVER for each in (volume, data, other))
    with cloud.app.reader() as unit:
        actions = unit.instance_actions.list(server_id)
    assert [(each.action, each.result) for each in actions] == [("create", "Success")]
    cloud.delete(server_id)
    cloud.converge()
    assert all(disks.at_rest(each) == IN_HOLDER for each in (volume, data, other))


def test_flavors_may_name_what_their_servers_disks_are_kept_on(cloud: Cloud) -> None:
    def offer(unit: Unit) -> str:
        specs = {"SNF:disk_template": "file"}
        unit.volume_types.create("local", None, is_public=True, specs=specs)
        flavor = Flavor("f", "on-files", 1, 512, 1, extra_specs={"SNF:volume_type": "local"})
        return unit.flavors.create(flavor).id

    flavor_id = cloud.app.atomically(offer)
    server_id = cloud.create(flavor_id=flavor_id)
    cloud.converge()
    assert (cloud.server(server_id).status, cloud.server(server_id).disk_template) == (
        "ACTIVE",
        "file",
    )
    other = BlockDevice(Source.BLANK, Destination.VOLUME, size=1)
    local = BlockDevice(Source.IMAGE, Destination.LOCAL, cloud.image, 0)
    with pytest.raises(InvalidInput, match="kept on sharedfile, the server's other disks on file"):
        cloud.create(flavor_id=flavor_id, devices=(local, other))


def test_volumes_beside_an_image(cloud: Cloud, disks: Disks) -> None:
    volume = disks.filled()
    cloud.converge()
    local = BlockDevice(Source.IMAGE, Destination.LOCAL, cloud.image, 0)
    server_id = cloud.create(devices=(local, device("volume", uuid=volume.id)))
    cloud.converge()
    server = cloud.server(server_id)
    assert (server.status, server.image_id) == ("ACTIVE", cloud.image)
    assert disk_names(cloud, server_id) == [
        f"cyclades-disk-{server_id}",
        f"cyclades-disk-{volume.id}",
    ]


def test_an_image_on_another_volume(cloud: Cloud, disks: Disks) -> None:
    local = BlockDevice(Source.IMAGE, Destination.LOCAL, cloud.image, 0)
    server_id = cloud.create(devices=(local, device("image", uuid=cloud.image, size=2)))
    ((_, made),) = held(cloud, server_id)
    seen = set[VolumeStatus]()
    while cloud.unfinished():
        seen.add(disks.see(made).status)
        cloud.turn()
        cloud.clock.passed += 0.2
    assert VolumeStatus.AVAILABLE not in seen, "somebody else could have taken it"
    assert cloud.server(server_id).status == "ACTIVE"
    ((_, volume),) = held(cloud, server_id)
    assert disks.at_rest(volume) == IN_SERVER


@pytest.mark.parametrize("operation", [Operation.CREATE, Operation.ATTACH_DISK, Operation.START])
def test_what_fails_is_undone(cloud: Cloud, disks: Disks, operation: Operation) -> None:
    volume = bootable(cloud, disks)
    server_id = boot(cloud, device("volume", uuid=volume.id, boot_index=0))
    while not any(left.startswith(f"{operation} ") for left in cloud.unfinished()):
        cloud.turn()
        cloud.clock.passed += 0.5
    cloud.cluster().faults.set(fail_jobs=1)
    cloud.converge()
    server = cloud.server(server_id)
    assert (server.status, server.effect_id) == ("ERROR", None)
    assert server.fault is not None
    assert disks.at_rest(volume) == IN_HOLDER
    assert held(cloud, server_id) == []
    assert cloud.instances() == [disks.holder(volume)]
    cloud.delete(server_id)
    cloud.converge()
    assert cloud.server(server_id).deleted


def test_nothing_is_done_to_what_a_server_waits_for(cloud: Cloud, disks: Disks) -> None:
    volume = bootable(cloud, disks)
    server_id = boot(cloud, device("volume", uuid=volume.id, boot_index=0))

    def claim(unit: Unit) -> None:
        found = unit.volume_rows.by_id(volume.id)
        assert found is not None
        unit.disk_copies.claim(found, "a-task", VolumeStatus.REVERTING)

    with pytest.raises(InvalidInput, match=f"kept for server {server_id}"):
        cloud.app.atomically(claim)
    with pytest.raises(InvalidInput, match="is reserved, and cannot be made available"):
        cloud.app.atomically(lambda unit: unit.volumes.repair(MEMBER, volume.id, "available"))


def test_snapshots_outlive_a_server_and_its_volume(cloud: Cloud, disks: Disks) -> None:
    volume = bootable(cloud, disks)
    server_id = boot(
        cloud, device("volume", uuid=volume.id, boot_index=0, delete_on_termination=True)
    )
    cloud.converge()
    wanted = WantedSnapshot(volume.id, in_use=True)
    cloud.app.atomically(lambda unit: unit.snapshots.create(MEMBER, "req-1", wanted))
    cloud.converge()
    cloud.delete(server_id)
    cloud.converge()
    assert cloud.server(server_id).deleted
    assert disks.at_rest(volume) == (VolumeStatus.ERROR_DELETING, Place.NOWHERE)
    assert disks.see(volume).fault == KEPT_BY_SNAPSHOTS


def test_a_volume_that_never_got_its_image_says_so(cloud: Cloud, disks: Disks) -> None:
    server_id = boot(cloud, device("image", uuid=cloud.image, boot_index=0, size=3))
    ((_, volume),) = held(cloud, server_id)
    cloud.delete(server_id)
    cloud.converge()
    assert disks.at_rest(volume) == (VolumeStatus.ERROR, Place.NOWHERE)
    assert disks.see(volume).fault == NEVER_FILLED
    assert disks.attachment(volume) is None


def test_deleting_while_it_is_built(cloud: Cloud, disks: Disks) -> None:
    volumes = [bootable(cloud, disks) for _ in range(10)]
    before = charged(cloud)
    servers = [
        boot(
            cloud,
            device("volume", uuid=volume.id, boot_index=0),
            device("blank", size=1, delete_on_termination=True),
        )
        for volume in volumes
    ]
    for server_id in servers:  # one after the other, each further built than the one before
        cloud.delete(server_id)
        cloud.turn()
        cloud.clock.passed += 0.7
    cloud.converge()
    assert all(cloud.server(server_id).deleted for server_id in servers)
    assert {disks.at_rest(volume) for volume in volumes} == {IN_HOLDER}
    assert sorted(cloud.instances()) == sorted(disks.holder(volume) for volume in volumes)
    assert charged(cloud) == before


def test_what_is_refused_changes_nothing(cloud: Cloud, disks: Disks) -> None:
    blank, busy = disks.blank(), disks.blank(status=VolumeStatus.RESERVED)
    elsewhere = disks.blank(disk_template="plain", bootable=True)
    before = charged(cloud)
    table: list[tuple[str, list[BlockDevice], dict[str, Any]]] = [
        ("not bootable", [device("volume", uuid=blank.id, boot_index=0)], {}),
        ("must be 'available'", [device("volume", uuid=busy.id, boot_index=0)], {}),
        ("failed to get volume", [device("volume", uuid="nope", boot_index=0)], {}),
        ("failed to get snapshot", [device("snapshot", uuid="nope", boot_index=0)], {}),
        ("Image nope", [device("image", uuid="nope", boot_index=0, size=1)], {}),
        ("type", [device("blank", boot_index=0, size=1, volume_type="nope")], {}),
        ("multiple", [device("volume", uuid=blank.id, boot_index=0)], {"max_count": 2}),
        (
            "kept on plain",
            [device("blank", boot_index=0, size=1), device("volume", uuid=elsewhere.id)],
            {},
        ),
    ]
    for said, devices, more in table:
        with pytest.raises(InvalidInput, match=said) as caught:
            boot(cloud, *devices, **more)
        assert (caught.value.field or "").startswith("server.block_device_mapping_v2")
    with pytest.raises(OverQuota):
        boot(cloud, device("blank", boot_index=0, size=100_000))
    with pytest.raises(CycladesError):
        boot(cloud)
    assert charged(cloud) == before
