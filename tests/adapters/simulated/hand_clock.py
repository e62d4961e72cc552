"""A clock that moves when told to, and simulated clusters that live by it."""

from datetime import UTC, datetime, timedelta

from cyclades.adapters.simulated.driver import SimulatedDriver, make
from cyclades.adapters.system.documents import MemoryDocuments
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.ports.clock import Clock
from cyclades.ports.documents import Documents


class HandClock(Clock):
    """Moves when told to."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


def cluster(clock: Clock, documents: Documents | None = None, **options: str) -> SimulatedDriver:
    connection = ClusterConnection(id="one", driver="simulated", options=options)
    return make(connection, None, clock=clock, documents=documents or MemoryDocuments())
