"""Volumes whose disks an external provider makes, over a simulated cluster."""

from collections.abc import Callable
from typing import Any

import pytest

from cyclades.bootstrap import Unit
from cyclades.domain.model.block_device import BlockDevice, Destination, Source
from cyclades.domain.model.errors import CycladesError, InvalidInput
from cyclades.domain.model.flavor import Flavor
from cyclades.domain.model.saved_image import WantedUpload
from cyclades.domain.model.snapshot import Snapshot, WantedSnapshot
from cyclades.domain.model.volume import Place, Volume, VolumeStatus, disk_name
from cyclades.domain.model.wanted_volume import WantedVolume
from cyclades.domain.services.server_volumes import WantedAttachment
from cyclades.workers.audits import audit_cluster
from tests.harness.cloud import MEMBER, Cloud
from tests.harness.disks import PREFIX, Disks

SPECS = {"SNF:disk_template": "ext", "SNF:provider": "files"}
PROMISED = (VolumeStatus.AVAILABLE, Place.ORIGIN)
IN_SERVER = (VolumeStatus.IN_USE, Place.SERVER)


@pytest.fixture
def disks(cloud: Cloud) -> Disks:
    return Disks(cloud)


def ask(cloud: Cloud, verb: Callable[[Unit], Any]) -> Any:
    return cloud.app.atomically(verb)


def offer(cloud: Cloud, name: str = "far", **specs: str) -> str:
    """A volume type, and a flavor whose servers have their disks on it."""

    def verb(unit: Unit) -> str:
        unit.volume_types.create(name, None, is_public=True, specs={**SPECS, **specs})
        flavor = Flavor(name, name, 1, 512, 1, extra_specs={"SNF:volume_type": name})
        return unit.flavors.create(flavor).id

    return str(ask(cloud, verb))


def make(cloud: Cloud, kind: str | None = "far", size: int | None = 1, **source: Any) -> Volume:
    wanted = WantedVolume("v", size, type_name=kind, **source)
    made: Volume = ask(cloud, lambda unit: unit.volume_creation.create(MEMBER, "req-1", wanted))
    return made


def attach(cloud: Cloud, volume: Volume, server_id: str) -> None:
    wanted = WantedAttachment(volume.id)
    ask(cloud, lambda unit: unit.server_volumes.attach(MEMBER, cloud.request(), server_id, wanted))
    cloud.converge()


def snapshot_of(cloud: Cloud, volume: Volume) -> Snapshot:
    wanted = WantedSnapshot(volume.id, in_use=True)
    made: Snapshot = ask(cloud, lambda unit: unit.snapshots.create(MEMBER, cloud.request(), wanted))
    cloud.converge()
    return made


def furnished(cloud: Cloud, disks: Disks) -> tuple[str, Volume]:
    """A server, and a volume in it, both on disks of a provider that makes copies."""
    flavor_id = offer(cloud, **{"SNF:clone": "true"})
    server_id = cloud.running(flavor_id=flavor_id)
    volume = make(cloud)
    attach(cloud, volume, server_id)
    assert disks.at_rest(volume) == IN_SERVER
    return server_id, volume


def test_the_provider_is_told_for_every_disk(cloud: Cloud, disks: Disks) -> None:
    flavor_id = offer(cloud)
    beside = BlockDevice(Source.BLANK, Destination.VOLUME, size=2, volume_type="far")
    local = BlockDevice(Source.IMAGE, Destination.LOCAL, cloud.image, 0)
    server_id = cloud.running(flavor_id=flavor_id, devices=(local, beside), config_drive=True)
    volume = make(cloud)
    attach(cloud, volume, server_id)
    assert disks.at_rest(volume) == IN_SERVER
    root = BlockDevice(Source.IMAGE, Destination.VOLUME, cloud.image, 0, 2, volume_type="far")
    cloud.running(image_id="", devices=(root,))


def test_what_cannot_move_stays(cloud: Cloud, disks: Disks) -> None:
    server_id, volume = furnished(cloud, disks)
    with pytest.raises(InvalidInput, match="ext cannot be moved to or from servers"):
        ask(cloud, lambda unit: unit.server_volumes.detach(MEMBER, "req-1", server_id, volume.id))
    with pytest.raises(InvalidInput, match="ext cannot be moved to or from servers"):
        make(cloud, image_id=cloud.image)
    with pytest.raises(InvalidInput, match="take a snapshot of the volume"):
        make(cloud, source_volid=volume.id)


def test_a_copy_is_made_in_the_first_server_that_has_it(cloud: Cloud, disks: Disks) -> None:
    server_id, volume = furnished(cloud, disks)
    snapshot = snapshot_of(cloud, volume)
    copy = make(cloud, size=None, snapshot_id=snapshot.id)
    assert disks.at_rest(copy) == PROMISED
    assert audit_cluster(cloud.app, "one").found == []
    ask(cloud, lambda unit: unit.volumes.extend(MEMBER, "req-1", copy.id, 2, attached=False))
    attach(cloud, copy, server_id)
    assert disks.at_rest(copy) == IN_SERVER
    (ours,) = (
        disk
        for disk in disks.instances()[cloud.server(server_id).instance].disks
        if disk.name == disk_name(PREFIX, copy.id)
    )
    assert ours.size_mib == 2048


def test_until_then_it_can_do_little(cloud: Cloud, disks: Disks) -> None:
    _, volume = furnished(cloud, disks)
    snapshot = snapshot_of(cloud, volume)
    offer(cloud, "elsewhere", **{"SNF:clone": "true", "SNF:provider": "others"})
    with pytest.raises(InvalidInput, match="kept elsewhere"):
        make(cloud, "elsewhere", snapshot_id=snapshot.id)
    copy = make(cloud, snapshot_id=snapshot.id)
    upload = WantedUpload("i", "raw", "bare")
    refused: tuple[Callable[[Unit], Any], ...] = (
        lambda unit: unit.snapshots.create(MEMBER, "req-1", WantedSnapshot(copy.id)),
        lambda unit: unit.volume_uploads.begin(MEMBER, "req-1", copy.id, upload),
        lambda unit: unit.snapshots.delete(MEMBER, "req-1", snapshot.id),
    )
    for verb in refused:
        with pytest.raises(CycladesError, match=r"when (a server|servers) first ha"):
            ask(cloud, verb)
    server_id = cloud.running()
    with pytest.raises(InvalidInput, match="kept on ext"):
        attach(cloud, copy, server_id)
    ask(cloud, lambda unit: unit.volumes.repair(MEMBER, copy.id, "available"))
    ask(cloud, lambda unit: unit.volumes.delete(MEMBER, "req-1", copy.id, cascade=False))
    assert disks.gone(copy)
    ask(cloud, lambda unit: unit.snapshots.delete(MEMBER, cloud.request(), snapshot.id))
    cloud.converge()
