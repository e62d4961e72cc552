"""A reconciler that dies between any two steps: another one does what is left."""

import pytest
from sqlalchemy import text

from cyclades.domain.model.divergence import DivergenceKind
from tests.harness.processes import wait_until
from tests.workers.invariants import violations
from tests.workers.test_crashes import Plant, died, plant, running

__all__ = ["plant"]

pytestmark = [pytest.mark.real_postgres, pytest.mark.slow]


def damage(plant: Plant) -> None:
    """The book is wrong, twice."""
    with plant.app.transaction() as unit:
        for resource in ("cores", "ram"):
            unit.quota.charge("f" * 32, {resource: 3})
        unit.connection.execute(text("DELETE FROM leases"))


@pytest.mark.parametrize("place", ["audited", "mended", "told"])
def test_a_reconciler_dies(plant: Plant, place: str) -> None:
    damage(plant)
    server_id = plant.create()
    with plant.app.transaction() as unit:
        unit.connection.execute(text("UPDATE effects SET created = '2001-01-01 00:00+00'"))
    died(plant.faulty_worker("reconciler", f"{place}:kill"))
    with plant.app.transaction() as unit:
        unit.connection.execute(text("UPDATE leases SET until = '2001-01-01 00:00+00'"))
    with running(plant, "reconciler"):
        wait_until(lambda: not drifts(plant), "a right book", seconds=30)
        wait_until(lambda: plant.server(server_id).status == "ERROR", "the deadline", seconds=30)
    with running(plant, "effects", "poller"):
        plant.converge()
        plant.delete(server_id)
        plant.converge()
    assert violations(plant.app) == []


def drifts(plant: Plant) -> list[DivergenceKind]:
    with plant.app.reader() as unit:
        return [found.kind for found in unit.ledger_audit.look()]
