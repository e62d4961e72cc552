"""The audit of disks, over a simulated cluster with an administrator at work in it."""

import pytest

from cyclades.domain.model.divergence import DivergenceKind
from cyclades.domain.model.reports import InstanceLeft
from cyclades.domain.model.volume import Place, Volume, VolumeStatus, disk_name, holder_name
from cyclades.workers.audits import audit_cluster
from tests.harness.cloud import Cloud
from tests.harness.disks import PREFIX, Disks


@pytest.fixture
def disks(cloud: Cloud) -> Disks:
    return Disks(cloud)


def kept(cloud: Cloud, disks: Disks) -> tuple[Volume, str]:
    """A volume in its holder, and a server."""
    server, volume = cloud.running(), disks.blank()
    disks.attach(volume, server)
    cloud.converge()
    disks.detach(volume, server)
    cloud.converge()
    return volume, server


def found(cloud: Cloud, *, ordered: bool = False) -> list[tuple[DivergenceKind, str]]:
    sightings = audit_cluster(cloud.app, "one", ordered=ordered).found
    return [(seen.divergence.kind, seen.divergence.object_id) for seen in sightings]


def by_hand(cloud: Cloud, instance: str, *changes: list[object]) -> None:
    cloud.cluster().administrator.change_disks(instance, *changes)
    cloud.clock.passed += 5


def test_what_is_well_is_not_found(cloud: Cloud, disks: Disks) -> None:
    volume, server = kept(cloud, disks)
    assert found(cloud) == []
    disks.attach(volume, server)
    assert found(cloud) == []  # something is being done
    cloud.converge()
    assert found(cloud) == []


def test_a_disk_that_somebody_moved_grew_or_lost(cloud: Cloud, disks: Disks) -> None:
    volume, server = kept(cloud, disks)
    name, instance = disk_name(PREFIX, volume.id), cloud.server(server).instance
    cloud.cluster().administrator.grow_disk(disks.holder(volume), name, 2048)
    cloud.clock.passed += 5
    assert found(cloud) == [(DivergenceKind.DISK_SIZE, volume.id)]
    by_hand(cloud, disks.holder(volume), ["detach", name, {}])
    assert found(cloud) == [(DivergenceKind.MISSING_DISK, volume.id)]
    by_hand(cloud, instance, ["attach", "-1", {"name": name}])
    assert found(cloud, ordered=True) == [(DivergenceKind.MOVED_DISK, volume.id)]
    assert disks.there(volume) == [instance]


def test_a_holder_of_nothing_is_removed_when_an_operator_says_so(
    cloud: Cloud, disks: Disks
) -> None:
    volume, _ = kept(cloud, disks)
    disks.delete(volume)
    cloud.converge()
    name = disks.holder(volume)
    cloud.cluster().administrator.create(name, disk=1024)
    stranger = holder_name(PREFIX, "01a20000-0000-7000-8000-000000000000")
    cloud.cluster().administrator.create(stranger, disk=1024)
    cloud.clock.passed += 5
    expected = [(DivergenceKind.FOREIGN_PREFIX, stranger), (DivergenceKind.ORPHAN_HOLDER, name)]
    for _ in range(3):
        assert found(cloud) == expected
    assert found(cloud, ordered=True) == expected
    cloud.converge()
    assert found(cloud) == expected[:1]
    assert stranger in disks.instances()


def test_a_late_creation_is_removed_but_never_with_a_disk(cloud: Cloud, disks: Disks) -> None:
    server, volume = cloud.running(), disks.blank()
    disks.attach(volume, server)
    cloud.converge()
    cloud.cluster().administrator.create(disks.holder(volume), disk=4)
    cloud.clock.passed += 5
    assert found(cloud) == [(DivergenceKind.ORPHAN_HOLDER, disks.holder(volume))]
    left = InstanceLeft("one", disks.holder(volume))
    assert not cloud.update(lambda updates: updates.apply(left))  # its volume lives
    found(cloud, ordered=True)
    cloud.converge()
    assert disks.there(volume) == [cloud.server(server).instance]
    assert disks.holder(volume) not in disks.instances()


def test_what_is_left_of_a_deleted_volume_goes_at_once(cloud: Cloud, disks: Disks) -> None:
    volume, _ = kept(cloud, disks)
    disks.delete(volume)
    cloud.converge()
    cloud.cluster().administrator.create(disks.holder(volume), disk=4)
    cloud.clock.passed += 5
    left = InstanceLeft("one", disks.holder(volume))
    assert cloud.update(lambda updates: updates.apply(left))
    assert not cloud.update(lambda updates: updates.apply(left))  # it is under way
    cloud.converge()
    assert disks.holder(volume) not in disks.instances()


def test_servers_with_volumes_have_the_disks_that_they_should(cloud: Cloud, disks: Disks) -> None:
    server, volume = cloud.running(), disks.blank(size=30)
    disks.attach(volume, server)
    cloud.converge()
    assert found(cloud) == []
    assert disks.at_rest(volume) == (VolumeStatus.IN_USE, Place.SERVER)
