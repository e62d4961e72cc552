"""Volumes that go with their servers, also when something is being done to them."""

from cyclades.domain.model.block_device import BlockDevice, Destination, Source
from tests.harness.cloud import Cloud
from tests.harness.disks import Disks
from tests.workers.invariants import violations


def test_it_goes_when_its_filling_ends(cloud: Cloud) -> None:
    disks, image = Disks(cloud), cloud.image
    devices = (
        BlockDevice(Source.IMAGE, Destination.LOCAL, image, 0),
        BlockDevice(Source.IMAGE, Destination.VOLUME, image, size=1, delete_on_termination=True),
    )
    servers = [cloud.create(devices=devices) for _ in range(6)]
    with cloud.app.reader() as unit:
        attached = [unit.volume_attachments.of_server(each)[0].volume_id for each in servers]
        volumes = [unit.volume_rows.by_id(each) for each in attached]
    for server_id in servers:  # one after the other, each further built than the one before
        cloud.delete(server_id)
        cloud.turn()
        cloud.clock.passed += 0.7
    cloud.converge()
    assert all(cloud.server(server_id).deleted for server_id in servers)
    assert all(disks.gone(volume) for volume in volumes if volume is not None)
    assert cloud.instances() == []
    assert violations(cloud.app) == []
