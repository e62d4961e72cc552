"""Servers whose images want a machine of their own; simulated clusters."""

from dataclasses import replace
from typing import Any

import pytest

from cyclades.bootstrap import Unit
from cyclades.domain.model.block_device import BlockDevice, Destination, Source
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.services.disk_tasks import NOT_LET_GO, NOT_TAKEN_UP
from tests.harness.cloud import ADMIN, Cloud
from tests.harness.disks import Disks
from tests.workers.evidence import gathered
from tests.workers.invariants import violations

IN_SERVER = (VolumeStatus.IN_USE, Place.SERVER)


def describe(cloud: Cloud, **properties: str) -> None:
    """The image has these properties."""
    edits = [Edit("add", name, value) for name, value in properties.items()]
    cloud.app.atomically(lambda unit: unit.images.edit(ADMIN, cloud.image, edits))


def from_image(cloud: Cloud, **values: Any) -> BlockDevice:
    """A new volume to boot from."""
    return BlockDevice(Source.IMAGE, Destination.VOLUME, cloud.image, 0, size=1, **values)


def bootable(cloud: Cloud, disks: Disks, **metadata: str) -> Volume:
    """A volume with an image on it, that says so."""
    volume = disks.filled()
    cloud.converge()

    def verb(unit: Unit) -> None:
        found = unit.volume_rows.by_id(volume.id)
        assert found is not None
        unit.volume_rows.save(replace(found, bootable=True, image_metadata=metadata))

    cloud.app.atomically(verb)
    return volume


def machine(cloud: Cloud, name: str) -> dict[str, Any]:
    """What the cluster made an instance with."""
    return cloud.cluster().store.look(lambda world: world.instances[name].hvparams)


def test_a_server_gets_the_machine_that_its_image_wants(cloud: Cloud) -> None:
    describe(cloud, hw_disk_bus="SCSI", hw_scsi_model="virtio-scsi", hw_video_model="gop")
    from_disk, from_volume = (
        cloud.running(),
        cloud.running(image_id="", devices=[from_image(cloud)]),
    )
    for server_id in (from_disk, from_volume):
        said = machine(cloud, cloud.server(server_id).instance)
        assert said == {"disk_bus": "scsi", "scsi_model": "virtio-scsi"}


def test_so_does_one_that_boots_from_a_volume_and_the_holder_does_not(cloud: Cloud) -> None:
    disks = Disks(cloud)
    describe(cloud, hw_vif_model="rtl8139")
    volume = bootable(cloud, disks, hw_vif_model="e1000", hw_machine_type="pc", hw_disk_bus="?")
    assert machine(cloud, disks.holder(volume)) == {}
    root = BlockDevice(Source.VOLUME, Destination.VOLUME, volume.id, 0)
    server_id = cloud.running(image_id="", devices=[root])
    said = machine(cloud, cloud.server(server_id).instance)
    assert said == {"nic_model": "e1000", "machine_type": "pc"}


def test_a_machine_that_nobody_has_is_refused_and_leaves_nothing(cloud: Cloud) -> None:
    disks = Disks(cloud)
    volume = bootable(cloud, disks, hw_machine_type="q35")
    describe(cloud, hw_firmware_type="uefi")
    before = gathered(cloud.app)
    with pytest.raises(InvalidInput, match="wants hw_firmware_type=uefi") as caught:
        cloud.create()
    assert caught.value.field == "server.imageRef"
    root = BlockDevice(Source.VOLUME, Destination.VOLUME, volume.id, 0)
    for device, word in ((root, "q35"), (from_image(cloud), "uefi")):
        with pytest.raises(InvalidInput, match=word) as caught:
            cloud.create(image_id="", devices=[device])
        assert caught.value.field == f"{device.field}.uuid"
    assert gathered(cloud.app) == before


@pytest.mark.parametrize("moved", [True, False], ids=["from_a_holder", "new"])
def test_a_guest_that_takes_up_nothing_while_it_runs(cloud: Cloud, *, moved: bool) -> None:
    disks = Disks(cloud)
    volume = disks.filled() if moved else disks.blank()
    cloud.converge()
    describe(cloud, hw_disk_bus="ide")
    server_id = cloud.running()
    task = disks.attach(volume, server_id)
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.see(volume).fault == disks.task(task).message == NOT_TAKEN_UP
    assert disks.there(volume) == [cloud.server(server_id).instance]
    disks.detach(volume, server_id)
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.see(volume).fault == NOT_LET_GO
    cloud.act(server_id, Action.STOP)
    cloud.converge()
    disks.detach(volume, server_id)
    cloud.converge()
    assert disks.at_rest(volume) == (VolumeStatus.AVAILABLE, Place.HOLDER)
    assert disks.see(volume).fault is None
    assert violations(cloud.app) == []
