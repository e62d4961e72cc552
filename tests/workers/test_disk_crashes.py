"""Workers that die at each step of what is done to volumes' disks, and what is left."""

from collections.abc import Callable
from typing import cast

import pytest
from sqlalchemy import text

from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.domain.model.volume import Place, Volume, VolumeStatus, disk_name
from cyclades.workers.audits import audit_cluster
from tests.harness.disks import PREFIX, Disks
from tests.harness.processes import wait_until
from tests.workers.invariants import violations
from tests.workers.test_crashes import Plant, died, plant, running

__all__ = ["plant"]
pytestmark = [pytest.mark.real_postgres, pytest.mark.slow]
KINDS = ("effects", "poller")


def disks_of(plant: Plant) -> Disks:
    with plant.app.reader() as unit:
        (cluster,) = unit.clusters.list()
    return Disks(plant, cluster.id)


def through(plant: Plant, faults: list[str], begin: Callable[[], object]) -> None:
    """Begin, and let one worker after the other die before others go on."""
    begin()
    for fault in faults:
        kind, _, place = fault.partition(" ")
        (other,) = {*KINDS} - {kind}
        with running(plant, other):
            died(plant.faulty_worker(kind, f"{place}:kill"))
        plant.end_poll_lease()
    with running(plant, *KINDS):
        plant.converge()


def lose(plant: Plant, disks: Disks, volume: Volume) -> None:
    """As when its disk did not arrive, and did not go back either."""
    driver = cast(SimulatedDriver, plant.app.drivers.of(disks.cluster))
    change = ["detach", disk_name(PREFIX, volume.id), {}]
    driver.administrator.change_disks(disks.holder(volume), change)
    wait_until(lambda: not disks.there(volume), "a disk in no instance")
    lost = "UPDATE volumes SET place = 'moving', status = 'error', fault = 'Lost.'"
    with plant.app.transaction() as unit:
        unit.connection.execute(text(lost))


def test_a_worker_dies_at_each_step(plant: Plant) -> None:
    """Each death costs seconds, so that each step has another one."""
    disks = disks_of(plant)
    server = plant.create()
    with running(plant, *KINDS):
        plant.converge()
    made: list[Volume] = []
    through(plant, ["effects answered"], lambda: made.append(disks.filled()))
    (volume,) = made
    assert disks.at_rest(volume) == (VolumeStatus.AVAILABLE, Place.HOLDER)
    faults = ["effects recorded", "poller applying"]
    through(plant, faults, lambda: disks.attach(volume, server))
    assert disks.at_rest(volume) == (VolumeStatus.IN_USE, Place.SERVER)
    faults = ["poller applied", "effects claimed"]
    through(plant, faults, lambda: disks.detach(volume, server))
    assert disks.at_rest(volume) == (VolumeStatus.AVAILABLE, Place.HOLDER)
    lose(plant, disks, volume)
    faults = ["poller applied"]
    through(plant, faults, lambda: [audit_cluster(plant.app, disks.cluster) for _ in range(2)])
    assert disks.at_rest(volume) == (VolumeStatus.AVAILABLE, Place.HOLDER)
    assert violations(plant.app) == []
