"""What users and administrators do to volumes, over a simulated cluster."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cyclades.bootstrap import Unit
from cyclades.domain.model.errors import InvalidInput, NotFound, OverQuota
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.volume_actions import NO_DELETE, InvalidVolume
from cyclades.domain.model.wanted_volume import WantedVolume
from tests.harness.cloud import MEMBER, Cloud
from tests.harness.disks import Disks
from tests.workers.invariants import violations

RESTS = (VolumeStatus.AVAILABLE, Place.HOLDER)


@pytest.fixture
def disks(cloud: Cloud) -> Iterator[Disks]:
    yield Disks(cloud)
    assert violations(cloud.app) == []


def made(cloud: Cloud, **wanted: Any) -> Volume:
    """Asked for, and there."""
    wish = WantedVolume(**wanted)
    volume = cloud.app.atomically(lambda unit: unit.volume_creation.create(MEMBER, "req-1", wish))
    cloud.converge()
    return volume


def used(cloud: Cloud, resource: str) -> int:
    with cloud.app.reader() as unit:
        return unit.quota.holdings(MEMBER.project_id or "", [resource])[resource].used


def refused(cloud: Cloud, error: type[Exception], match: str, act: Callable[[Unit], Any]) -> None:
    with pytest.raises(error, match=match):
        cloud.app.atomically(act)


def delete(cloud: Cloud, volume_id: str) -> None:
    cloud.app.atomically(lambda unit: unit.volumes.delete(MEMBER, "req-2", volume_id))


def retyped(volume: Volume, name: str) -> Callable[[Unit], None]:
    return lambda unit: unit.volumes.retype(MEMBER, volume.id, name)


def test_an_image_becomes_a_volume_and_that_another(cloud: Cloud, disks: Disks) -> None:
    volume = made(cloud, image_id=cloud.image, size=1, name="boot")
    assert (volume.status, volume.bootable) == (VolumeStatus.CREATING, True)
    assert volume.image_metadata["image_id"] == cloud.image
    assert disks.at_rest(volume) == RESTS
    copied = made(cloud, source_volid=volume.id)
    assert (copied.size, copied.bootable) == (1, True)
    assert disks.at_rest(copied) == RESTS
    assert (used(cloud, "volumes"), used(cloud, "gigabytes")) == (2, 2)
    larger = made(cloud, source_volid=copied.id, size=3)
    assert disks.at_rest(larger) == RESTS
    for each in (volume, copied, larger):
        delete(cloud, each.id)
        cloud.converge()
        assert disks.gone(each)
    assert (used(cloud, "volumes"), used(cloud, "gigabytes")) == (0, 0)


def test_a_disk_grows_with_its_volume(cloud: Cloud, disks: Disks) -> None:
    volume = made(cloud, image_id=cloud.image, size=1)
    cloud.app.atomically(
        lambda unit: unit.volumes.extend(MEMBER, "req", volume.id, 4, attached=False)
    )
    assert disks.see(volume).status is VolumeStatus.EXTENDING
    cloud.converge()
    assert disks.at_rest(volume) == RESTS
    assert disks.instances()[disks.holder(volume)].disks[0].size_mib == 4096
    assert used(cloud, "gigabytes") == 4
    refused(
        cloud,
        InvalidInput,
        "must be greater than current size. .current: 4, extended: 4",
        lambda unit: unit.volumes.extend(MEMBER, "req", volume.id, 4, attached=False),
    )
    refused(
        cloud,
        OverQuota,
        "gigabytes",
        lambda unit: unit.volumes.extend(MEMBER, "req", volume.id, 9999, attached=False),
    )


@pytest.mark.parametrize(
    ("wanted", "error", "match"),
    [
        ({}, InvalidInput, "must be an integer"),
        ({"size": 1, "zone": "moon"}, InvalidInput, "Availability zone 'moon' is invalid"),
        ({"size": 1, "image_id": "image", "zone": "moon"}, InvalidInput, "is invalid"),
        ({"size": 1, "image_id": "none"}, InvalidInput, "Invalid image identifier"),
        ({"size": 1, "snapshot_id": "none"}, NotFound, "Snapshot none"),
        ({"size": 1, "source_volid": "none"}, NotFound, "Volume none"),
        ({"size": 1, "type_name": "none"}, NotFound, "Volume type none"),
        ({"image_id": "a", "snapshot_id": "b"}, InvalidInput, "Only one of"),
    ],
)
def test_what_cannot_be_made(
    cloud: Cloud, disks: Disks, wanted: dict[str, Any], error: type[Exception], match: str
) -> None:
    del disks
    said: dict[str, Any] = {
        name: cloud.image if value == "image" else value for name, value in wanted.items()
    }
    wish = WantedVolume(**said)
    refused(cloud, error, match, lambda u: u.volume_creation.create(MEMBER, "req", wish))
    assert used(cloud, "volumes") == 0


def kind_of(cloud: Cloud, name: str, **specs: str) -> None:
    specs = {f"SNF:{key}": value for key, value in specs.items()}
    cloud.app.atomically(
        lambda unit: unit.volume_types.create(name, None, is_public=True, specs=specs)
    )


def test_a_type_is_a_name_unless_a_disk_would_have_to_move(cloud: Cloud, disks: Disks) -> None:
    kind_of(cloud, "same")
    kind_of(cloud, "local", disk_template="plain")
    kind_of(cloud, "elsewhere", clusters="another")
    filled, blank = made(cloud, image_id=cloud.image, size=1), made(cloud, size=1)
    cloud.app.atomically(lambda unit: unit.volumes.retype(MEMBER, filled.id, "same"))
    for name in ("local", "elsewhere"):
        refused(cloud, InvalidVolume, "would have to move its disk", retyped(filled, name))
    refused(cloud, InvalidVolume, "Retype needs", retyped(filled, "same"))
    cloud.app.atomically(lambda unit: unit.volumes.retype(MEMBER, blank.id, "local"))
    assert disks.see(blank).disk_template == "plain"
    refused(
        cloud,
        InvalidInput,
        "kept on plain",
        lambda unit: unit.volume_creation.create(
            MEMBER, "req", WantedVolume(size=1, image_id=cloud.image, type_name="local")
        ),
    )


def test_a_status_is_repaired_and_never_invented(cloud: Cloud, disks: Disks) -> None:
    volume = made(cloud, size=1)

    def repair(status: str) -> Callable[[Unit], None]:
        return lambda unit: unit.volumes.repair(MEMBER, volume.id, status)

    cloud.app.atomically(repair("error"))
    assert disks.see(volume).status is VolumeStatus.ERROR
    refused(cloud, InvalidVolume, "is available, and cannot be made in-use", repair("in-use"))
    cloud.app.atomically(repair("maintenance"))
    refused(
        cloud,
        InvalidVolume,
        "must be available",
        lambda unit: unit.volumes.delete(MEMBER, "req", volume.id),
    )
    cloud.app.atomically(repair("available"))
    wish = WantedVolume(image_id=cloud.image, size=1)
    busy = cloud.app.atomically(lambda unit: unit.volume_creation.create(MEMBER, "req", wish))
    for act in (
        lambda unit: unit.volumes.repair(MEMBER, busy.id, "error"),
        lambda unit: unit.volumes.force_delete(MEMBER, "req", busy.id),
    ):
        refused(cloud, InvalidVolume, "wait for it", act)
    cloud.converge()


def test_what_waits_for_a_new_owner_stays(cloud: Cloud, disks: Disks) -> None:
    del disks
    volume = made(cloud, size=1)
    offer, _ = cloud.app.atomically(
        lambda unit: unit.volume_transfers.create(MEMBER, volume.id, None, no_snapshots=True)
    )
    for act in (
        lambda unit: unit.volumes.delete(MEMBER, "req", volume.id),
        lambda unit: unit.volumes.force_delete(MEMBER, "req", volume.id),
    ):
        refused(cloud, InvalidVolume, NO_DELETE[:40], act)
    cloud.app.atomically(lambda unit: unit.volume_transfers.delete(MEMBER, offer.id))
    cloud.app.atomically(lambda unit: unit.volumes.force_delete(MEMBER, "req", volume.id))
    assert used(cloud, "volumes") == 0
