"""Nothing happens to a disk while a new volume is being filled from it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cyclades.bootstrap import Unit
from cyclades.domain.model.block_device import BlockDevice, Destination, Source
from cyclades.domain.model.errors import CycladesError, InvalidInput
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.services.server_volumes import WantedAttachment
from tests.harness.cloud import MEMBER, Cloud, cloud_on
from tests.harness.disk_copies import Copies
from tests.harness.disks import Disks
from tests.workers.invariants import violations

pytestmark = pytest.mark.slow
MARKER = b"marked" * 1000
REST = (VolumeStatus.AVAILABLE, Place.HOLDER)
Verb = Callable[[Unit], Any]


@pytest.fixture
def copies(cloud: Cloud) -> Copies:
    return Copies(cloud, Disks(cloud))


def verbs(volume: Volume, server_id: str) -> dict[str, Verb]:
    """All that would move, change or remove the disk."""
    wanted = WantedAttachment(volume.id)
    return {
        "delete": lambda unit: unit.volumes.delete(MEMBER, "req-x", volume.id),
        "force": lambda unit: unit.volumes.force_delete(MEMBER, "req-x", volume.id),
        "extend": lambda unit: unit.volumes.extend(MEMBER, "req-x", volume.id, 9, attached=True),
        "attach": lambda unit: unit.server_volumes.attach(MEMBER, "req-x", server_id, wanted),
        "transfer": lambda unit: unit.volume_transfers.create(
            MEMBER, volume.id, "t", no_snapshots=True
        ),
    }


@pytest.mark.parametrize("fails", [False, True], ids=["done", "failed"])
def test_a_volume_stays_while_it_is_cloned(cloud: Cloud, copies: Copies, *, fails: bool) -> None:
    server = cloud.running()
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    clones = [copies.volume(source_volid=volume.id) for _ in range(2)]
    if fails:
        cloud.cluster().faults.set(fail_jobs=2)
    for verb in verbs(volume, server).values():
        with pytest.raises(InvalidInput, match="is being copied into a new volume"):
            copies.do(verb)
    with pytest.raises(InvalidInput, match="is being copied"):
        cloud.create(
            devices=(BlockDevice(Source.VOLUME, Destination.VOLUME, volume.id, 0),), image_id=""
        )
    cloud.converge()
    assert copies.disks.at_rest(volume) == REST
    for clone in clones:
        seen = copies.disks.see(clone)
        assert (seen.status is VolumeStatus.ERROR) == fails == bool(seen.fault)
        assert fails or copies.on_disk(clone) == MARKER
    copies.do(verbs(volume, server)["delete"])
    cloud.converge()
    assert copies.disks.gone(volume)
    assert violations(cloud.app) == []


def test_a_volume_stays_in_its_server_while_it_is_cloned(cloud: Cloud, copies: Copies) -> None:
    server = cloud.running()
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    copies.do(verbs(volume, server)["attach"])
    cloud.converge()
    clone = copies.volume(source_volid=volume.id)

    def detach(unit: Unit) -> None:
        unit.server_volumes.detach(MEMBER, "req-y", server, volume.id)

    for verb in (detach, verbs(volume, server)["extend"]):
        with pytest.raises(InvalidInput, match="is being copied into a new volume"):
            copies.do(verb)
    cloud.converge()
    assert copies.on_disk(clone) == MARKER
    copies.do(detach)
    cloud.converge()
    assert copies.disks.at_rest(volume) == REST


def test_a_volume_is_not_replaced_while_it_is_cloned(cloud: Cloud, copies: Copies) -> None:
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    snapshot = copies.snapshot(volume)
    cloud.converge()
    backup = copies.backup(volume)
    cloud.converge()
    copies.volume(source_volid=volume.id)
    with pytest.raises(InvalidInput, match="is being copied"):
        copies.revert(volume, snapshot)
    with pytest.raises(InvalidInput, match="is being copied"):
        copies.restore(copies.kept(backup), volume.id)
    cloud.converge()
    copies.revert(volume, snapshot)


def test_a_snapshot_stays_while_it_is_cloned(cloud: Cloud, copies: Copies) -> None:
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    snapshot = copies.snapshot(volume)
    cloud.converge()
    clone = copies.volume(snapshot_id=snapshot.id)

    def delete(unit: Unit) -> None:
        unit.snapshots.delete(MEMBER, "req-z", snapshot.id)

    with pytest.raises(InvalidInput, match="is being copied"):
        copies.do(delete)
    cloud.converge()
    copies.do(delete)
    cloud.converge()
    assert copies.on_disk(clone) == MARKER
    assert violations(cloud.app) == []


@pytest.mark.real_postgres
def test_who_clones_and_who_deletes_at_once(postgres_database_url: str, tmp_path: Path) -> None:
    cloud = cloud_on(postgres_database_url, tmp_path)
    copies = Copies(cloud, Disks(cloud))
    image = copies.image(MARKER)
    for _ in range(4):
        volume = copies.volume(image_id=image)
        cloud.converge()

        def clone(volume: Volume = volume) -> Volume | str:
            try:
                return copies.volume(source_volid=volume.id)
            except CycladesError as error:
                return str(error)

        def delete(volume: Volume = volume) -> str:
            try:
                copies.do(verbs(volume, "")["delete"])
            except CycladesError as error:
                return str(error)
            return ""

        with ThreadPoolExecutor(2) as threads:
            cloning, deleting = threads.submit(clone), threads.submit(delete)
            made, refused = cloning.result(), deleting.result()
        assert isinstance(made, Volume) == bool(refused), (made, refused)
        cloud.converge()
        if isinstance(made, Volume):
            assert copies.on_disk(made) == MARKER
        assert copies.disks.gone(volume) != bool(refused)
    assert violations(cloud.app) == []
    cloud.close()
