"""Where sites stand, one after the other; and what each of them starts with."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.system.documents import MemoryDocuments
from cyclades.domain.services.cluster_updates import ClusterUpdates
from cyclades.settings import Settings
from cyclades.workers import updates
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import KnownCallers
from tests.harness.cloud import QUICK, cloud_on
from tests.harness.public_networks import make_real
from tests.stateful.people import People
from tests.stateful.processes import CountedIds, FragileApplication, SkewedClock, mortal
from tests.stateful.site import CLUSTERS, SMALL, Process, Site


def template_in(home: Path, database: Path) -> Path:
    """An installation after its first run, to be copied."""
    url = f"sqlite:///{shutil.copy(database, home / 'cyclades.db')}"
    made = cloud_on(url, home, **SMALL)
    made.add_cluster("two")
    (home / "image").write_text(made.image)
    made.close()
    return home


@dataclass(slots=True)
class Ground:
    """Where sites stand, one after the other.

    The applications stay: what they know by heart (statements put together, mostly) is
    most of the time that a new one takes.
    """

    template: Path
    home: Path
    clock: HandClock = field(default_factory=HandClock)
    apps: list[FragileApplication] = field(default_factory=list)

    def __post_init__(self) -> None:
        shutil.copytree(self.template, self.home, dirs_exist_ok=True)
        self.apps += [self._application() for _ in range(3)]
        # Clusters live by the true time and outlive everybody: all processes look at the same.
        first = self.apps[0].drivers
        for name in CLUSTERS:
            for app in self.apps:
                app.drivers._made[name] = first.of(name)

    def _application(self) -> FragileApplication:
        values: dict[str, Any] = {
            "database_url": f"sqlite:///{self.home / 'cyclades.db'}",
            "var_dir": self.home,
            "secret_key_file": self.home / "secret.key",
            "image_dir": self.home / "images",
        }
        made = FragileApplication(Settings(**values | QUICK | SMALL), clock=self.clock)
        made.identity = KnownCallers()
        return made

    @contextmanager
    def site(self) -> Iterator[Site]:
        """An installation as after its first run."""
        self._clean()
        clock, ids = self.clock, CountedIds()
        clock.passed = 0.0
        for app in self.apps:
            app.ids = ids
            app.clock = SkewedClock(clock)
            app.lost_commits = app.lost_answers = 0
        for name in CLUSTERS:
            driver = cast(SimulatedDriver, self.apps[0].drivers.of(name))
            driver.store._documents, driver.store._cached = MemoryDocuments(), None
            make_real(self.apps[0], driver, name)
        api, *others = self.apps
        processes = [
            Process(name, app, cast(SkewedClock, app.clock))
            for name, app in zip(("first", "second"), others, strict=True)
        ]
        site = Site(People(api, (self.home / "image").read_text()), processes, clock)
        with mortal(), recording(site.saw), patch.object(updates, "FIRST_BACKOFF", 0.0):
            yield site

    def _clean(self) -> None:
        for app in self.apps:
            app.engine.dispose()
        for path in self.home.glob("cyclades.db*"):
            path.unlink()
        shutil.copy(self.template / "cyclades.db", self.home)

    def close(self) -> None:
        """Let go of everything."""
        for app in self.apps:
            app.close()


@contextmanager
def recording(see: Callable[[object], None]) -> Iterator[None]:
    """Every report that reaches the update path is seen."""
    updates: Any = ClusterUpdates
    original: Any = vars(ClusterUpdates)["apply"]

    def apply(self: ClusterUpdates, report: object) -> bool:
        see(report)
        return bool(original.__get__(self, ClusterUpdates)(report))

    updates.apply = apply
    try:
        yield
    finally:
        updates.apply = original
