"""Workers that die at each step of a snapshot, and of a server that becomes an image."""

import pytest

from cyclades.domain.model.image import Status
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.model.saved_image import WantedServerImage
from cyclades.domain.model.snapshot import SnapshotStatus, WantedSnapshot
from cyclades.domain.services.images import EVERYWHERE
from tests.harness.cloud import MEMBER
from tests.workers.invariants import violations
from tests.workers.test_crashes import Plant, plant, running
from tests.workers.test_disk_crashes import KINDS, disks_of, through

__all__ = ["plant"]
pytestmark = [pytest.mark.real_postgres, pytest.mark.slow]


def test_a_worker_dies_at_each_step_of_a_copy(plant: Plant) -> None:
    """Each death costs seconds, so that each step has another one."""
    app, disks = plant.app, disks_of(plant)
    server = plant.create()
    volume = disks.filled()
    with running(plant, *KINDS):
        plant.converge()

    def snapshot() -> None:
        wanted = WantedSnapshot(volume.id)
        app.atomically(lambda unit: unit.snapshots.create(MEMBER, plant.request(), wanted))

    def image() -> None:
        wanted = WantedServerImage("saved")
        app.atomically(
            lambda unit: unit.server_images.create(MEMBER, plant.request(), server, wanted)
        )

    through(plant, ["effects answered", "poller applying"], snapshot)
    through(plant, ["effects recorded", "poller applied"], image)
    with app.reader() as unit:
        (taken,) = unit.snapshot_rows.of_volume(volume.id)
        kept = {
            each.name: each for each in unit.images.repository.page(EVERYWHERE, ImageQuery(), 10)
        }
    assert (taken.status, taken.holder) == (SnapshotStatus.AVAILABLE, True)
    assert kept["saved"].status is Status.ACTIVE
    names = [seen for seen in disks.instances() if "carrier" in seen]
    assert names == []
    assert violations(app) == []
