"""Tasks on volumes' disks, over a simulated cluster."""

import pytest

from cyclades.domain.model.disk_task import TaskState
from cyclades.domain.model.volume import Place, VolumeStatus
from cyclades.domain.model.volume_attachment import AttachmentStatus
from cyclades.domain.services.disk_tasks import NOT_LET_GO
from tests.harness.cloud import Cloud
from tests.harness.disks import Disks

IN_HOLDER = (VolumeStatus.AVAILABLE, Place.HOLDER)
IN_SERVER = (VolumeStatus.IN_USE, Place.SERVER)
NOWHERE = (VolumeStatus.AVAILABLE, Place.NOWHERE)


@pytest.fixture
def disks(cloud: Cloud) -> Disks:
    return Disks(cloud)


def test_a_blank_volume_lives(cloud: Cloud, disks: Disks) -> None:
    one, two = cloud.running(), cloud.running()
    instances = {server: cloud.server(server).instance for server in (one, two)}
    volume = disks.blank()
    disks.attach(volume, one)
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.see(volume).cluster_id == "one"
    assert disks.there(volume) == [instances[one]]
    attachment = disks.attachment(volume)
    assert attachment is not None
    assert attachment.status is AttachmentStatus.ATTACHED
    task = disks.detach(volume, one)
    cloud.converge()
    assert disks.task(task).state is TaskState.DONE
    assert disks.at_rest(volume) == IN_HOLDER
    assert disks.there(volume) == [disks.holder(volume)]
    assert disks.attachment(volume) is None
    disks.extend(volume, 3)
    cloud.converge()
    assert disks.at_rest(volume) == IN_HOLDER
    disks.attach(volume, two)
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.there(volume) == [instances[two]]
    disks.extend(volume, 4, two)
    cloud.converge()
    sizes = {d.name: d.size_mib for d in disks.instances()[instances[two]].disks}
    assert sizes[f"cyclades-disk-{volume.id}"] == 4096
    disks.detach(volume, two)
    cloud.converge()
    disks.delete(volume)
    cloud.converge()
    assert disks.gone(volume)
    assert sorted(disks.instances()) == sorted(instances.values())
    assert not cloud.cluster().store.look(lambda world: list(world.loose_disks))
