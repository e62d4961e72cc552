"""A router worker that dies between any two steps: the next one does what is left."""

import pytest
from sqlalchemy import text

from cyclades.adapters.simulated.router_driver import SimulatedRouterDriver
from cyclades.domain.model.router import WantedRouter
from tests.harness.api import CALLERS
from tests.harness.processes import wait_until
from tests.workers.test_crashes import Plant, died, plant, running

__all__ = ["plant"]

pytestmark = [pytest.mark.real_postgres, pytest.mark.slow]
MEMBER = CALLERS["member"]


def made(plant: Plant) -> str:
    return plant.app.atomically(lambda unit: unit.routers.create(MEMBER, WantedRouter()).id)


def carried(plant: Plant) -> bool:
    """The host has what is wanted and nothing else, and has said so."""
    host = plant.app.settings.gateway_host
    with plant.app.reader() as unit:
        wanted = {state.id: state.digest for state in unit.router_reports.wanted(host)}
        said = {one.router_id: one.digest for one in unit.router_reports.of_host(host).values()}
    return wanted == said == SimulatedRouterDriver(host, plant.app.documents).list()


@pytest.mark.parametrize("place", ["router-applied", "router-reported", "router-removed"])
def test_a_router_worker_dies(plant: Plant, place: str) -> None:
    gone = made(plant)
    with running(plant, "router"):
        wait_until(lambda: carried(plant), "a host that has the router", seconds=30)
    plant.app.atomically(lambda unit: unit.routers.delete(MEMBER, gone, None))
    kept = made(plant)
    died(plant.faulty_worker("router", f"{place}:kill"))
    with plant.app.transaction() as unit:
        unit.connection.execute(text("UPDATE leases SET until = '2001-01-01 00:00+00'"))
    with running(plant, "router"):
        wait_until(lambda: carried(plant), "a host that is right", seconds=30)
    with plant.app.reader() as unit:
        assert unit.router_rows.get(kept).status == "ACTIVE"
