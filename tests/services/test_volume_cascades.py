"""Volumes that go with all their snapshots, over a simulated cluster."""

import pytest

from cyclades.bootstrap import Unit
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.snapshot import Snapshot, WantedSnapshot
from cyclades.domain.model.volume import Volume, VolumeStatus, holder_name
from cyclades.domain.model.wanted_volume import WantedVolume
from tests.harness.api import PROJECT
from tests.harness.cloud import MEMBER, Cloud
from tests.harness.disks import PREFIX, Disks

pytestmark = pytest.mark.slow
CHARGED = ("volumes", "gigabytes", "snapshots")


@pytest.fixture
def disks(cloud: Cloud) -> Disks:
    return Disks(cloud)


@pytest.fixture
def volume(cloud: Cloud, disks: Disks) -> Volume:
    """One with two snapshots."""
    made = disks.filled()
    cloud.converge()
    for _ in range(2):
        take(cloud, made)
        cloud.converge()
    return made


def take(cloud: Cloud, volume: Volume) -> Snapshot:
    def verb(unit: Unit) -> Snapshot:
        return unit.snapshots.create(MEMBER, cloud.request(), WantedSnapshot(volume.id, "snap"))

    return cloud.app.atomically(verb)


def drop(cloud: Cloud, volume: Volume) -> None:
    cloud.app.atomically(
        lambda unit: unit.volumes.delete(MEMBER, cloud.request(), volume.id, cascade=True)
    )


def left(cloud: Cloud, volume: Volume) -> tuple[int, dict[str, int]]:
    """Snapshots, and what is charged."""
    with cloud.app.reader() as unit:
        held = unit.quota.holdings(PROJECT, CHARGED)
        snapshots = len(unit.snapshot_rows.of_volume(volume.id))
    return snapshots, {name: held[name].used for name in CHARGED}


def test_all_disks_go_one_after_the_other(cloud: Cloud, disks: Disks, volume: Volume) -> None:
    drop(cloud, volume)
    assert disks.see(volume).status is VolumeStatus.DELETING
    with pytest.raises(InvalidInput, match="must be available"):
        drop(cloud, volume)
    with pytest.raises(InvalidInput, match="must be available"):
        take(cloud, volume)
    cloud.converge()
    assert left(cloud, volume) == (0, dict.fromkeys(CHARGED, 0))
    with cloud.app.reader() as unit:
        assert unit.volume_rows.by_id(volume.id) is None
    assert not [name for name in disks.instances() if name.startswith(holder_name(PREFIX, ""))]


@pytest.mark.parametrize("step", [0, 1, 2])
def test_what_fails_may_be_tried_again(
    cloud: Cloud, disks: Disks, volume: Volume, step: int
) -> None:
    drop(cloud, volume)
    while left(cloud, volume)[0] > 2 - step:
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.cluster().faults.set(fail_jobs=1)
    cloud.converge()
    seen = disks.see(volume)
    assert (seen.status, seen.task_id) == (VolumeStatus.ERROR_DELETING, None)
    assert seen.fault
    assert left(cloud, volume) == (
        2 - step,
        {"volumes": 1, "gigabytes": 3 - step, "snapshots": 2 - step},
    )
    drop(cloud, volume)
    cloud.converge()
    assert left(cloud, volume) == (0, dict.fromkeys(CHARGED, 0))


def test_what_is_needed_stays(cloud: Cloud, disks: Disks, volume: Volume) -> None:
    with cloud.app.reader() as unit:
        newest = unit.snapshot_rows.of_volume(volume.id)[0]
    wanted = WantedVolume(snapshot_id=newest.id)
    cloud.app.atomically(lambda unit: unit.volume_creation.create(MEMBER, cloud.request(), wanted))
    with pytest.raises(InvalidInput, match="is being copied"):
        drop(cloud, volume)
    assert disks.see(volume).status is VolumeStatus.AVAILABLE
    assert left(cloud, volume)[0] == 2
