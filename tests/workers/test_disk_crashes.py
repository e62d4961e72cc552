"""Workers that die at each step of what is done to volumes' disks, and what is left."""

from collections.abc import Callable

import pytest

from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from tests.harness.disks import Disks
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
    assert violations(plant.app) == []
